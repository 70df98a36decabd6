/* SPDX-License-Identifier: MIT */
/* Evaluations: how well a model reads labelled pictures. */
#include <unistd.h>

#include "local/console_call.h"
#include "local/evaluation.h"
#include "local/staging.h"
#include "pipeline/keys.h"

enum { FILE_MAX = 64 * 1024 * 1024 };

/* Takes json over; NULL: err says why not. */
static void answer(struct ink_console_call *call, json_t *json, const struct ink_error *err)
{
    enum ink_console_refusal code = INK_CONSOLE_BROKEN;
    if (json) {
        ink_console_answer(call, json);
        return;
    }
    switch (err->status) {
    case INK_E_NOT_FOUND: code = INK_CONSOLE_NOT_FOUND; break;
    case INK_E_LIMIT: code = INK_CONSOLE_BUSY; break;
    case INK_E_ARGUMENT: code = INK_CONSOLE_BAD_REQUEST; break;
    default: break;
    }
    ink_console_refuse(call, code, "%s.", err->text);
}

static bool need_id(struct ink_console_call *call, uint64_t *id)
{
    return ink_console_need(call, "id") && ink_console_number(call, "id", 1, INT64_MAX, 0, id);
}

/* {"bucket", second} or null. False when refused. */
static bool take_place(struct ink_console_call *call, const json_t *json, const char *name, const char *second,
                       const char **bucket, const char **rest)
{
    const json_t *place = json_object_get(json, name);
    *bucket = json_string_value(json_object_get(place, "bucket"));
    *rest = json_string_value(json_object_get(place, second));
    if (!place || json_is_null(place) || (*bucket && *rest)) return true;
    ink_console_refuse(call, INK_CONSOLE_BAD_REQUEST, "\"%s\" must be null or have \"bucket\" and \"%s\".", name,
                       second);
    return false;
}

/* What the bucket has to have. */
static bool is_there(struct ink_console_call *call, const struct ink_evaluation_wanted *wanted)
{
    struct ink_store_object object;
    if (wanted->bucket && !ink_console_stored(call, ink_store_bucket_head(call->console->store, wanted->bucket)))
        return false;
    if (!wanted->model_key) return true;
    if (ink_key_kind(wanted->model_key) != INK_KEY_MODEL || !ink_staging_path_fits(ink_key_name(wanted->model_key))) {
        ink_console_refuse(call, INK_CONSOLE_BAD_REQUEST, "The model's key must end in .onnx.");
        return false;
    }
    return ink_console_stored(
        call, ink_store_head(call->console->store, wanted->model_bucket, wanted->model_key, call->arena, &object));
}

void ink_console_new_evaluation(struct ink_console_call *call)
{
    struct ink_evaluation_wanted wanted = {0};
    struct ink_error err = {0};
    json_t *json = ink_console_json(call);
    if (json && take_place(call, json, "model", "key", &wanted.model_bucket, &wanted.model_key) &&
        take_place(call, json, "pictures", "prefix", &wanted.bucket, &wanted.prefix) && is_there(call, &wanted))
        answer(call, ink_evaluation_new(call->console->evaluations, &wanted, &err), &err);
    json_decref(json);
}

void ink_console_evaluation_file_begin(struct ink_console_call *call)
{
    ink_buffer_init(&call->body, FILE_MAX);
}

void ink_console_evaluation_file(struct ink_console_call *call)
{
    uint64_t id;
    struct ink_error err = {0};
    const char *path = ink_console_need(call, "path");
    if (path && need_id(call, &id))
        answer(call, ink_evaluation_file(call->console->evaluations, id, path, ink_buffer_view(&call->body), &err),
               &err);
}

void ink_console_start_evaluation(struct ink_console_call *call)
{
    uint64_t id;
    struct ink_error err = {0};
    if (need_id(call, &id)) answer(call, ink_evaluation_start(call->console->evaluations, id, &err), &err);
}

void ink_console_end_evaluation(struct ink_console_call *call)
{
    uint64_t id;
    struct ink_error err = {0};
    if (need_id(call, &id)) answer(call, ink_evaluation_end(call->console->evaluations, id, &err), &err);
}

void ink_console_list_evaluations(struct ink_console_call *call)
{
    ink_console_answer(call, json_pack("{s:o}", "evaluations", ink_evaluation_list(call->console->evaluations)));
}

/* Without the token's header, as an <iframe> asks: the ticket stands for it. The page has no script; were there one, it
 * would not run, and it is of no origin. */
void ink_console_evaluation_report(struct ink_console_call *call)
{
    uint64_t id, size = 0;
    const char *ticket = ink_console_need(call, "ticket");
    if (!ticket || !need_id(call, &id)) return;
    int fd = ink_evaluation_report(call->console->evaluations, id, ticket, &size);
    if (fd < 0) {
        ink_console_refuse(call, INK_CONSOLE_NOT_FOUND, "There is no such report, or it is not done.");
        return;
    }
    struct ink_http_response *response = &call->http->response;
    ink_http_respond(call->http, 200, "text/html; charset=utf-8", (struct ink_view){0});
    ink_http_respond_header(call->http, "Content-Security-Policy",
                            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
                            "frame-ancestors 'self'");
    ink_http_respond_header(call->http, "X-Content-Type-Options", "nosniff");
    ink_http_respond_header(call->http, "Referrer-Policy", "no-referrer");
    ink_http_respond_header(call->http, "Cache-Control", "no-store");
    response->fd = fd;
    response->len = size;
    call->answered = true;
}
