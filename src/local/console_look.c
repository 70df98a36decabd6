/* SPDX-License-Identifier: MIT */
/* What the function makes of an object, asked of the function itself: pictures and models are read behind its walls, never
 * here. */
#include <stdlib.h>

#include "local/console_call.h"
#include "local/queue.h"

enum { LOOK_MS = 30000, ANSWER_MAX = 6 * 1024 * 1024 };

static void refuse_failure(struct ink_console_call *call, ink_status st, const struct ink_error *err)
{
    switch (st) {
    case INK_E_LIMIT: ink_console_refuse(call, INK_CONSOLE_BUSY, "%s.", err->text); break;
    case INK_E_TIMEOUT: ink_console_refuse(call, INK_CONSOLE_TOO_SLOW, "%s.", err->text); break;
    case INK_E_REMOTE: ink_console_refuse(call, INK_CONSOLE_FUNCTION_FAILED, "%s.", err->text); break;
    default: ink_console_refuse(call, INK_CONSOLE_BROKEN, "%s.", err->text); break;
    }
}

/* Takes `question` over: {"bucket", "key"} and what is asked. */
static void ask(struct ink_console_call *call, json_t *question)
{
    const struct ink_console *console = call->console;
    struct ink_error err = {0};
    char *payload = question ? json_dumps(question, JSON_COMPACT) : NULL;
    json_decref(question);
    ink_buffer_clear(&call->out);
    ink_status st = payload ? ink_queue_call(console->queue, console->function, payload, LOOK_MS, &call->out, &err)
                            : ink_fail(&err, INK_E_OOM, "out of memory");
    free(payload);
    if (st) {
        refuse_failure(call, st, &err);
        return;
    }
    ink_http_respond(call->http, 200, "application/json", ink_buffer_view(&call->out));
    ink_http_respond_header(call->http, "Cache-Control", "no-store");
    call->answered = true;
}

/* False, and refused, where there is no such object: that need not be asked. */
static bool need_object(struct ink_console_call *call, const char **bucket, const char **key)
{
    struct ink_store_object object;
    *bucket = ink_console_need(call, "bucket");
    *key = *bucket ? ink_console_need(call, "key") : NULL;
    return *key && ink_console_stored(call, ink_store_head(call->console->store, *bucket, *key, call->arena, &object));
}

void ink_console_look(struct ink_console_call *call)
{
    const char *bucket, *key, *fit = ink_console_param(call, "fit");
    if (need_object(call, &bucket, &key))
        ask(call, json_pack("{s:s,s:s,s:b,s:s}", "bucket", bucket, "key", key, "look", 1, "fit", fit ? fit : "auto"));
}

void ink_console_graph(struct ink_console_call *call)
{
    const char *bucket, *key;
    if (need_object(call, &bucket, &key))
        ask(call, json_pack("{s:s,s:s,s:b}", "bucket", bucket, "key", key, "graph", 1));
}
