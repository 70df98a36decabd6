/* SPDX-License-Identifier: MIT */
#include "local/console_call.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

static const struct {
    const char *word;
    unsigned status;
} refusals[] = {
#define X(code, word, status) [INK_CONSOLE_##code] = {word, status},
    INK_CONSOLE_REFUSAL_MAP(X)
#undef X
};

/* --- asking --------------------------------------------------------------------------------------------------------- */

const char *ink_console_param(const struct ink_console_call *call, const char *name)
{
    return ink_uri_param(&call->uri, name);
}

const char *ink_console_need(struct ink_console_call *call, const char *name)
{
    const char *value = ink_console_param(call, name);
    if (value && *value) return value;
    ink_console_refuse(call, INK_CONSOLE_BAD_REQUEST, "The parameter \"%s\" is missing.", name);
    return NULL;
}

bool ink_console_number(struct ink_console_call *call, const char *name, uint64_t least, uint64_t most,
                        uint64_t otherwise, uint64_t *out)
{
    const char *value = ink_console_param(call, name);
    *out = otherwise;
    if (!value || (ink_text_u64(ink_view_text(value), most, out) && *out >= least)) return true;
    ink_console_refuse(call, INK_CONSOLE_BAD_REQUEST, "The parameter \"%s\" must be a number from %llu to %llu.", name,
                       (unsigned long long)least, (unsigned long long)most);
    return false;
}

json_t *ink_console_json(struct ink_console_call *call)
{
    json_error_t why = {0};
    struct ink_view text = ink_buffer_view(&call->body);
    json_t *json = json_loadb(text.len ? (const char *)text.data : "", text.len, JSON_REJECT_DUPLICATES, &why);
    if (json_is_object(json)) return json;
    json_decref(json);
    ink_console_refuse(call, INK_CONSOLE_BAD_REQUEST, "The body must be a JSON object: %s.", why.text);
    return NULL;
}

const char *ink_console_etag(const struct ink_console_call *call, const char *header)
{
    const char *value = ink_http_header(call->http, header);
    size_t len = value ? strlen(value) : 0;
    if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
        return ink_arena_text(call->arena, ink_view_of(value + 1, len - 2));
    return value;
}

/* --- answering ------------------------------------------------------------------------------------------------------ */

static void respond(struct ink_console_call *call, unsigned status, json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    call->answered = true;
    ink_buffer_clear(&call->out);
    if (text) ink_buffer_text(&call->out, text);
    free(text);
    bool ok = call->out.len > 0 && !call->out.failed;
    ink_http_respond(call->http, ok ? status : 500, "application/json",
                     ok ? ink_buffer_view(&call->out)
                        : ink_view_text("{\"error\":{\"code\":\"broken\",\"message\":\"Out of memory.\"}}"));
    ink_http_respond_header(call->http, "Cache-Control", "no-store");
}

void ink_console_refuse(struct ink_console_call *call, enum ink_console_refusal code, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    respond(call, refusals[code].status,
            json_pack("{s:{s:s,s:o}}", "error", "code", refusals[code].word, "message", ink_json_text(message)));
}

void ink_console_answer(struct ink_console_call *call, json_t *json)
{
    respond(call, 200, json);
}

bool ink_console_stored(struct ink_console_call *call, ink_store_status status)
{
    enum ink_console_refusal code = INK_CONSOLE_BROKEN;
    switch (status) {
    case INK_STORE_OK: return true;
    case INK_STORE_NO_BUCKET:
    case INK_STORE_NO_KEY: code = INK_CONSOLE_NOT_FOUND; break;
    case INK_STORE_BUCKET_EXISTS: code = INK_CONSOLE_EXISTS; break;
    case INK_STORE_PRECONDITION: code = INK_CONSOLE_CHANGED; break;
    case INK_STORE_KEY_TOO_LONG:
    case INK_STORE_BAD_ARGUMENT: code = INK_CONSOLE_BAD_REQUEST; break;
    case INK_STORE_TOO_BIG: code = INK_CONSOLE_TOO_BIG; break;
    case INK_STORE_FULL: code = INK_CONSOLE_DISK_FULL; break;
    default: break;
    }
    ink_console_refuse(call, code, "%s", ink_store_meaning(status));
    return false;
}
