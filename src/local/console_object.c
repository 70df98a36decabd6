/* SPDX-License-Identifier: MIT */
/* One object: its bytes, a new one, none any more, another like it. */
#include <stdio.h>

#include "local/condition.h"
#include "local/console_call.h"
#include "local/console_kind.h"
#include "local/encode.h"
#include "pipeline/keys.h"

static bool need_place(struct ink_console_call *call, const char **bucket, const char **key)
{
    *bucket = ink_console_need(call, "bucket");
    *key = *bucket ? ink_console_need(call, "key") : NULL;
    return *key != NULL;
}

static struct ink_store_origin origin_of(const struct ink_console_call *call)
{
    return (struct ink_store_origin){.request_id = call->request_id,
                                     .host_id = "inkling",
                                     .source_ip = call->http->peer,
                                     .principal = call->console->options->access_key};
}

/* --- get ------------------------------------------------------------------------------------------------------------ */

/* RFC 6266 and RFC 8187: a name that may be anything. */
static const char *disposition(struct ink_console_call *call, const char *key)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    struct ink_buffer out;
    const char *text = NULL;
    ink_buffer_init(&out, 8192);
    ink_buffer_text(&out, "attachment; filename*=UTF-8''");
    for (const char *name = ink_key_name(key); *name; name++)
        ink_buffer_printf(&out, strchr(plain, *name) ? "%c" : "%%%02X", (unsigned char)*name);
    if (!out.failed) text = ink_arena_text(call->arena, ink_buffer_view(&out));
    ink_buffer_cleanup(&out);
    return text ? text : "attachment";
}

static void answer_identity(struct ink_console_call *call, const char *key, const struct ink_store_object *object)
{
    char date[INK_HTTP_DATE_LEN + 1], etag[INK_STORE_ETAG_LEN + 3];
    ink_http_date(object->modified_ms, date);
    snprintf(etag, sizeof etag, "\"%s\"", object->etag);
    ink_http_respond_header(call->http, "ETag", etag);
    ink_http_respond_header(call->http, "Last-Modified", date);
    ink_http_respond_header(call->http, "Cache-Control", "private, no-cache");
    ink_http_respond_header(call->http, "Content-Disposition", disposition(call, key));
    ink_http_respond_header(call->http, "Content-Security-Policy", "sandbox; default-src 'none'");
    ink_http_respond_header(call->http, "X-Content-Type-Options", "nosniff");
    ink_http_respond_header(call->http, "Cross-Origin-Resource-Policy", "same-origin");
}

void ink_console_get_object(struct ink_console_call *call)
{
    const char *bucket, *key, *have = ink_http_header(call->http, "If-None-Match");
    struct ink_store_body body;
    if (!need_place(call, &bucket, &key) ||
        !ink_console_stored(call, ink_store_get(call->console->store, bucket, key, call->arena, &body)))
        return;
    struct ink_http_response *response = &call->http->response;
    bool same = have && ink_condition_etag_in(have, body.object.etag);
    ink_http_respond(call->http, same ? 304 : 200, same ? NULL : ink_console_type(key),
                     same ? (struct ink_view){0} : body.bytes);
    answer_identity(call, key, &body.object);
    call->answered = true;
    response->fd = body.fd; /* the server closes it */
    response->len = same ? 0 : body.object.size;
}

/* --- put, delete, copy ---------------------------------------------------------------------------------------------- */

void ink_console_put_object_begin(struct ink_console_call *call)
{
    const char *bucket, *key;
    if (!need_place(call, &bucket, &key)) return;
    (void)ink_console_stored(
        call, ink_store_put_begin(call->console->store, bucket, key, call->http->content_length, &call->put));
}

static void answer_stored(struct ink_console_call *call, const char *key, const struct ink_store_object *object)
{
    ink_console_answer(call, json_pack("{s:o,s:s,s:I,s:I,s:s}", "key", ink_json_text(key), "etag", object->etag, "size",
                                       (json_int_t)object->size, "modified_at_ms", (json_int_t)object->modified_ms,
                                       "request_id", call->request_id));
}

void ink_console_put_object(struct ink_console_call *call)
{
    const char *type = ink_http_header(call->http, "Content-Type");
    const char *none = ink_http_header(call->http, "If-None-Match");
    const struct ink_store_header header = {"content-type", type ? type : "binary/octet-stream"};
    const struct ink_store_commit commit = {
        .headers = {&header, 1},
        .condition = {.if_absent = none && strcmp(none, "*") == 0, .if_match = ink_console_etag(call, "If-Match")},
        .origin = origin_of(call),
        .event = "ObjectCreated:Put"};
    struct ink_store_object object;
    struct ink_store_put *put = call->put;
    call->put = NULL; /* the commit frees it, whatever comes */
    if (ink_console_stored(call, ink_store_put_commit(put, &commit, &object)))
        answer_stored(call, ink_console_param(call, "key"), &object);
}

void ink_console_delete_object(struct ink_console_call *call)
{
    const char *bucket, *key;
    const struct ink_store_condition condition = {.if_match = ink_console_etag(call, "If-Match")};
    const struct ink_store_origin origin = origin_of(call);
    if (need_place(call, &bucket, &key) &&
        ink_console_stored(
            call, ink_store_delete(call->console->store, bucket, key, condition.if_match ? &condition : NULL, &origin)))
        ink_console_answer(call, json_pack("{s:o}", "key", ink_json_text(key)));
}

void ink_console_copy_object(struct ink_console_call *call)
{
    struct ink_store_copy copy = {.origin = origin_of(call)};
    struct ink_store_object object;
    json_error_t why = {0};
    json_t *json = ink_console_json(call);
    if (!json) return;
    if (json_unpack_ex(json, &why, 0, "{s:{s:s,s:s,s?s},s:{s:s,s:s}}", "from", "bucket", &copy.from_bucket, "key",
                       &copy.from_key, "etag", &copy.from_etag, "to", "bucket", &copy.to_bucket, "key", &copy.to_key))
        ink_console_refuse(call, INK_CONSOLE_BAD_REQUEST, "%s", why.text);
    else if (ink_console_stored(call, ink_store_copy(call->console->store, &copy, &object)))
        answer_stored(call, copy.to_key, &object);
    json_decref(json);
}
