/* SPDX-License-Identifier: MIT */
#include "local/gateway.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "local/host.h"
#include "local/s3_call.h"

/* --- who may ask: names of loopback only ---------------------------------------------------------------------------- */

static bool check_host(struct ink_call *call)
{
    if (!call->gateway->loopback) return true;
    const char *origin = ink_call_header(call, "Origin");
    if (!ink_host_is_loopback(ink_call_header(call, "Host"), call->arena))
        return ink_refuse(&call->refusal, INK_REFUSE_ACCESS_DENIED,
                          "Access Denied: this local cloud answers to localhost, *.localhost and 127.0.0.1 only; the "
                          "Host header has another name.");
    if (origin && !ink_host_is_loopback(ink_host_of_origin(origin), call->arena))
        return ink_refuse(&call->refusal, INK_REFUSE_ACCESS_DENIED,
                          "Access Denied: the request comes from a web page of another host (Origin).");
    return true;
}

/* --- begin: everything that the headers tell ------------------------------------------------------------------------ */

static void name_request(struct ink_call *call)
{
    static atomic_uint_fast64_t counter;
    uint64_t id = atomic_fetch_add(&counter, 1) * 0x9E3779B97F4A7C15u ^ (uint64_t)ink_clock_wall_ms() << 20;
    snprintf(call->request_id, sizeof call->request_id, "%016" PRIX64, id);
}

static bool take_target(struct ink_call *call)
{
    struct ink_uri_place place;
    ink_status st = ink_uri_parse(call->http->target, call->arena, &call->uri);
    if (st) return ink_refuse(&call->refusal, st == INK_E_OOM ? INK_REFUSE_UNAVAILABLE : INK_REFUSE_INVALID_URI, NULL);
    if (!ink_uri_place(&call->uri, ink_call_header(call, "Host"), call->arena, &place))
        return ink_refuse(&call->refusal, INK_REFUSE_UNAVAILABLE, NULL);
    call->bucket = place.bucket;
    call->key = place.key;
    return true;
}

/* The body's length as the client counts it: without the frames of aws-chunked. False when it is not a number. */
static bool announced_len(const struct ink_call *call, uint64_t *len)
{
    const char *decoded = call->aws_chunked ? ink_call_header(call, "x-amz-decoded-content-length") : NULL;
    *len = call->aws_chunked ? 0 : call->http->content_length;
    return !decoded || ink_text_u64(ink_view_text(decoded), INT64_MAX, len);
}

static bool check_length(struct ink_call *call)
{
    uint64_t len, max = (uint64_t)INK_CALL_OBJECT_MAX_GIB << 30;
    if (!announced_len(call, &len))
        return ink_refuse(&call->refusal, INK_REFUSE_INVALID_ARGUMENT, "x-amz-decoded-content-length is not a number");
    if (call->row->begin && !call->http->chunked && !ink_call_header(call, "Content-Length"))
        return ink_refuse(&call->refusal, INK_REFUSE_MISSING_LENGTH, NULL);
    if (len <= max) return true;
    ink_call_refuse(call, INK_REFUSE_TOO_LARGE, NULL);
    ink_refuse_detail(&call->refusal, "ProposedSize", ink_arena_printf(call->arena, "%" PRIu64, len));
    ink_refuse_detail(&call->refusal, "MaxSizeAllowed", ink_arena_printf(call->arena, "%" PRIu64, max));
    return false;
}

static bool check_service(struct ink_call *call)
{
    struct ink_view service = call->auth.claim.scope.service;
    if (ink_view_is(service, "s3")) return true;
    return ink_refuse(&call->refusal, INK_REFUSE_NOT_IMPLEMENTED,
                      ink_arena_printf(call->arena, "This local cloud has S3; the service \"%.*s\" is not offered.",
                                       INK_VIEW_ARGS(service)));
}

static bool find_row(struct ink_call *call)
{
    call->row = ink_call_route(call);
    if (call->row) return true;
    ink_call_refuse(call, INK_REFUSE_METHOD_NOT_ALLOWED, NULL);
    ink_refuse_detail(&call->refusal, "Method", call->http->method);
    return false;
}

/* Objects have one version here, called "null" as in buckets that never had versioning. */
static bool check_version(struct ink_call *call)
{
    const char *version = ink_call_param(call, "versionId");
    if (!version || strcmp(version, "null") == 0) return true;
    ink_call_refuse_argument(call, "versionId", version, "Invalid version id specified");
    return false;
}

static ink_status on_chunk_data(void *self, struct ink_view bytes, struct ink_error *err);
static ink_status on_chunk_end(void *self, struct ink_view signature, struct ink_error *err);
static ink_status on_trailer(void *self, struct ink_view name, struct ink_view value, struct ink_error *err);

static bool begin_body(struct ink_call *call)
{
    const struct ink_chunked_sink sink = {call, on_chunk_data, on_chunk_end, on_trailer};
    call->aws_chunked = call->auth.body == INK_AUTH_SIGNED_CHUNKS || call->auth.body == INK_AUTH_UNSIGNED_CHUNKS;
    if (call->aws_chunked) ink_chunked_init(&call->chunked, &sink);
    call->integrity.kind = INK_SUM_NONE;
    /* there the header is about the object that is made, not about this body */
    bool about_object = call->row->run == ink_call_complete_upload;
    if (!check_length(call)) return false;
    if (!about_object && !ink_integrity_begin(&call->integrity, call->http, &call->refusal)) return false;
    if (call->row->begin) call->row->begin(call);
    return call->refusal.code == INK_REFUSE_NONE;
}

static bool begin_call(struct ink_call *call)
{
    return ink_auth_begin(&call->auth, &call->gateway->keys, call->http, &call->uri, ink_clock_wall_ms(),
                          &call->refusal) &&
           check_service(call) && find_row(call) && check_version(call) && begin_body(call);
}

/* --- answers -------------------------------------------------------------------------------------------------------- */

static void finish(struct ink_call *call)
{
    if (call->refusal.code) {
        call->http->response.count = 0;
        ink_buffer_clear(&call->out);
        ink_refusal_write(&call->refusal, call->uri.path, call->request_id, &call->out);
        unsigned status = ink_refusal_status(&call->refusal);
        bool empty = status == 304;
        ink_http_respond(call->http, status, empty ? NULL : "application/xml",
                         empty ? (struct ink_view){0} : ink_buffer_view(&call->out));
    }
    /* what is in a bucket does not run in the console's origin, whoever leads a browser to it */
    if (ink_call_header(call, "Sec-Fetch-Dest")) {
        ink_http_respond_header(call->http, "Content-Security-Policy", "sandbox; default-src 'none'");
        ink_http_respond_header(call->http, "X-Content-Type-Options", "nosniff");
    }
    ink_http_respond_header(call->http, "Server", "inkling");
    ink_http_respond_header(call->http, "x-amz-request-id", call->request_id);
    ink_http_respond_header(call->http, "x-amz-id-2", INK_CALL_HOST_ID);
}

/* --- what http_server.h calls --------------------------------------------------------------------------------------- */

static enum ink_http_next on_begin(void *self, struct ink_http_request *http)
{
    struct ink_gateway *gateway = self;
    if (gateway->console && ink_console_wants(http)) {
        http->handler = &gateway->console->handler;
        return http->handler->begin(http->handler->self, http);
    }
    struct ink_call *call = INK_ARENA_NEW(http->arena, struct ink_call);
    if (!call) return INK_HTTP_ANSWER;
    *call = (struct ink_call){.gateway = gateway, .http = http, .arena = http->arena};
    ink_buffer_init(&call->text, INK_XML_BYTES_MAX);
    ink_buffer_init(&call->out, INK_HTTP_ARENA_MAX);
    http->state = call;
    name_request(call);
    if (check_host(call) && take_target(call) && begin_call(call)) return INK_HTTP_READ;
    finish(call);
    return INK_HTTP_ANSWER;
}

/* Decoded bytes of the body, on their way to the store or to memory. */
static bool take_data(struct ink_call *call, struct ink_view bytes)
{
    call->body_len += bytes.len;
    if (!ink_auth_data(&call->auth, bytes, &call->refusal)) return false;
    ink_integrity_data(&call->integrity, bytes);
    if (call->put) return ink_call_stored(call, ink_store_put_append(call->put, bytes));
    ink_status st = ink_buffer_append(&call->text, bytes.data, bytes.len);
    if (st) ink_call_refuse(call, st == INK_E_LIMIT ? INK_REFUSE_MESSAGE_TOO_LONG : INK_REFUSE_UNAVAILABLE, NULL);
    return !st;
}

static ink_status on_chunk_data(void *self, struct ink_view bytes, struct ink_error *err)
{
    return take_data(self, bytes) ? INK_OK : INK_E_DENIED;
}

static ink_status on_chunk_end(void *self, struct ink_view signature, struct ink_error *err)
{
    struct ink_call *call = self;
    return ink_auth_chunk(&call->auth, signature, &call->refusal) ? INK_OK : INK_E_DENIED;
}

static ink_status on_trailer(void *self, struct ink_view name, struct ink_view value, struct ink_error *err)
{
    struct ink_call *call = self;
    ink_auth_trailer(&call->auth, name, value);
    return ink_integrity_trailer(&call->integrity, name, value, &call->refusal) ? INK_OK : INK_E_DENIED;
}

static enum ink_http_next on_body(void *self, struct ink_http_request *http, struct ink_view piece)
{
    struct ink_call *call = http->state;
    struct ink_error err = {0};
    if (!call->aws_chunked) {
        if (take_data(call, piece)) return INK_HTTP_READ;
    } else {
        if (!ink_chunked_feed(&call->chunked, piece, &err)) return INK_HTTP_READ;
        ink_call_refuse(call, INK_REFUSE_INVALID_REQUEST, ink_arena_text(call->arena, ink_view_text(err.text)));
    }
    finish(call);
    return INK_HTTP_ANSWER;
}

static bool end_chunked(struct ink_call *call)
{
    uint64_t len;
    bool announced = ink_call_header(call, "x-amz-decoded-content-length") && announced_len(call, &len);
    if (ink_chunked_done(&call->chunked) && (!announced || len == call->body_len)) return true;
    return ink_refuse(&call->refusal, INK_REFUSE_INCOMPLETE_BODY, NULL);
}

static bool end_integrity(struct ink_call *call)
{
    uint8_t md5[16] = {0};
    if (call->put && call->integrity.has_md5)
        ink_store_put_md5(call->put, md5);
    else if (call->integrity.has_md5)
        ink_md5(ink_buffer_view(&call->text), md5);
    return ink_integrity_end(&call->integrity, md5, call->arena, &call->refusal);
}

static void on_end(void *self, struct ink_http_request *http)
{
    struct ink_call *call = http->state;
    if ((!call->aws_chunked || end_chunked(call)) && ink_auth_end(&call->auth, &call->refusal) && end_integrity(call))
        call->row->run(call);
    finish(call);
}

static void log_call(const struct ink_call *call)
{
    const struct ink_http_response *response = &call->http->response;
    uint64_t sent = response->fd >= 0 || response->len ? response->len : response->body.len;
    ink_log(INK_LOG_INFO, "%s %s %u %s%s%.200s in=%" PRIu64 " out=%" PRIu64 " %.1f ms%s%s", call->http->peer,
            call->row ? call->row->name : call->http->method, response->status, call->bucket ? call->bucket : "/",
            call->key ? "/" : "", call->key ? call->key : "", call->body_len, sent,
            (double)(ink_clock_us() - call->http->began_us) / 1000.0, call->refusal.code ? " " : "",
            ink_refusal_code(&call->refusal));
}

static void on_close(void *self, struct ink_http_request *http)
{
    struct ink_call *call = http->state;
    if (!call) return;
    log_call(call);
    ink_store_put_abort(call->put);
    ink_integrity_cleanup(&call->integrity);
    ink_auth_cleanup(&call->auth);
    ink_buffer_cleanup(&call->text);
    ink_buffer_cleanup(&call->out);
}

struct ink_http_handler ink_gateway_handler(struct ink_gateway *gateway)
{
    return (struct ink_http_handler){gateway, on_begin, on_body, on_end, on_close};
}
