/* SPDX-License-Identifier: MIT */
#include "pipeline/respond.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "pipeline/json.h"
#include "pipeline/multipart.h"
#include "pipeline/results.h"

enum { HTTP_OK = 200, NO_CONTENT = 204, BAD_REQUEST = 400, NO_METHOD = 405, TOO_LARGE = 413, UNPROCESSABLE = 422 };
enum { SERVER_ERROR = 500, UNAVAILABLE = 503, GATEWAY_TIMEOUT = 504 };

static const char as_json[] = "application/json", as_text[] = "text/plain; charset=utf-8";
static const char methods[] = "GET, HEAD, OPTIONS, POST";

static const char how[] =
    "POST a picture: PNG, JPEG, WebP, GIF or BMP, as the body or as a form's file, at most 4.5 MB.\n"
    "\n"
    "    curl --data-binary @digit.png URL\n"
    "    curl -F picture=@digit.png URL\n"
    "\n"
    "?folder=a/b has it read by the model of that folder of the bucket, or by the nearest one going "
    "up.\nThe answer is JSON: \"classes\", most likely first, or \"error\".\n";

struct responding {
    struct ink_recogniser *recogniser;
    const struct ink_request *request;
    uint64_t deadline_us;
    int status;
    const char *type; /* of the body; NULL: there is none */
    struct ink_buffer body;
};

/* --- what is said ----------------------------------------------------------------------------------------------- */

static void say(struct responding *r, int status, const char *type, const char *text)
{
    r->status = status;
    r->type = type;
    ink_buffer_text(&r->body, text);
}

/* Takes root over. */
static void say_json(struct responding *r, int status, json_t *root)
{
    say(r, status, as_json, "");
    if (ink_json_write(root, JSON_COMPACT, &r->body)) r->body.failed = true;
}

/* As results.json has it. Codes are ours, messages one escaped line. */
static void say_error(struct responding *r, int status, const char *code, const char *message)
{
    say_json(r, status, json_pack("{s:{s:s,s:s}}", "error", "code", code, "message", message));
}

/* What went wrong outside of the picture is told in the log, which knows the bucket; whoever asks hears what to do. */
static void say_failure(struct responding *r, const struct ink_error *why)
{
    ink_log(INK_LOG_ERROR, "%s", why->text);
    if (why->status == INK_E_ARGUMENT || why->status == INK_E_FORMAT)
        say_error(r, BAD_REQUEST, "bad-request", why->text);
    else if (why->status == INK_E_TIMEOUT)
        say_error(r, GATEWAY_TIMEOUT, ink_answer_code(INK_E_TIMEOUT), why->text);
    else if (why->status == INK_E_DENIED)
        say_error(r, SERVER_ERROR, "denied", "the function may not read its bucket: its log says what to do");
    else
        say_error(r, UNAVAILABLE, "unavailable",
                  "it could not be read just now: try again; the function's log says why");
}

static int status_of(const struct ink_posted *posted)
{
    switch (posted->refusal.status) {
    case INK_OK: return HTTP_OK;
    case INK_E_TIMEOUT: return GATEWAY_TIMEOUT;
    case INK_E_LIMIT:
    case INK_E_OOM: return posted->by_model ? SERVER_ERROR : TOO_LARGE;
    default: return posted->by_model ? SERVER_ERROR : UNPROCESSABLE;
    }
}

/* --- the methods ------------------------------------------------------------------------------------------------ */

/* Bytes that were taken for text and were none have become U+FFFD on the way, which no picture survives. */
static bool lost_bytes(const struct ink_request *request)
{
    static const char replacement[] = "\xef\xbf\xbd";
    return request->form == INK_BODY_TEXT && request->body.len &&
           memmem(request->body.data, request->body.len, replacement, sizeof replacement - 1);
}

static ink_status find_picture(const struct ink_request *request, struct ink_view *out, struct ink_error *err)
{
    *out = request->body;
    if (request->form == INK_BODY_UNREADABLE)
        return ink_fail(err, INK_E_FORMAT, "the body is not the base64 it is said to be");
    if (request->body.len == 0) return ink_fail(err, INK_E_FORMAT, "no body: POST the picture's bytes");
    if (lost_bytes(request))
        return ink_fail(err, INK_E_FORMAT,
                        "the picture was taken for text on its way here, which loses bytes: API Gateway "
                        "wants */* among its binary media types");
    return ink_multipart_is(request->content_type) ? ink_multipart_file(request->content_type, request->body, out, err)
                                                   : INK_OK;
}

static void read_picture(struct responding *r)
{
    struct ink_view picture;
    struct ink_posted posted = {0};
    struct ink_error why = {0};
    ink_status st = find_picture(r->request, &picture, &why);
    if (!st) st = ink_recognise_posted(r->recogniser, r->request->folder, picture, r->deadline_us, &posted, &why);
    if (st)
        say_failure(r, &why);
    else
        say(r, status_of(&posted), as_json, (const char *)posted.json.data);
    ink_buffer_cleanup(&posted.json);
}

static bool wants_json(const struct ink_request *request)
{
    return request->accept && strstr(request->accept, as_json);
}

static void say_how(struct responding *r)
{
    if (wants_json(r->request))
        say_json(r, HTTP_OK, json_pack("{s:s}", "usage", how));
    else
        say(r, HTTP_OK, as_text, how);
}

static void say_how_without_body(struct responding *r)
{
    say(r, HTTP_OK, wants_json(r->request) ? as_json : as_text, "");
}

static void say_methods(struct responding *r)
{
    r->status = NO_CONTENT;
}

static const struct {
    const char *name;
    void (*respond)(struct responding *r);
} table[] = {{"POST", read_picture}, {"GET", say_how}, {"HEAD", say_how_without_body}, {"OPTIONS", say_methods}};

/* --- the answer ------------------------------------------------------------------------------------------------- */

static ink_status write_answer(struct responding *r, struct ink_buffer *answer, struct ink_error *err)
{
    if (r->body.failed) return ink_fail(err, INK_E_OOM, "no memory for the answer");
    json_t *headers = json_object();
    if (r->type) json_object_set_new(headers, "Content-Type", json_string(r->type));
    if (r->status == NO_METHOD || r->status == NO_CONTENT) json_object_set_new(headers, "Allow", json_string(methods));
    if (r->status == UNAVAILABLE) json_object_set_new(headers, "Retry-After", json_string("1"));
    json_t *root = json_pack("{s:i,s:o,s:s%,s:b}", "statusCode", r->status, "headers", headers, "body",
                             r->body.len ? (const char *)r->body.data : "", r->body.len, "isBase64Encoded", 0);
    return ink_json_write(root, JSON_COMPACT, answer) ? ink_fail(err, INK_E_OOM, "no memory for the answer") : INK_OK;
}

/* struct ink_invoked's, when reading it has not come to an end. */
static ink_status settle(void *arg, const struct ink_error *why, struct ink_buffer *answer, struct ink_error *err)
{
    const struct responding *of = arg;
    struct responding r = {.request = of->request};
    ink_buffer_init(&r.body, of->body.cap_bytes);
    say_failure(&r, why);
    ink_status st = write_answer(&r, answer, err);
    ink_buffer_cleanup(&r.body);
    return st;
}

ink_status ink_respond(struct ink_recogniser *recogniser, const struct ink_request *request, uint64_t deadline_us,
                       struct ink_buffer *answer, struct ink_error *err)
{
    struct responding r = {.recogniser = recogniser, .request = request, .deadline_us = deadline_us};
    struct ink_invoked invoked = {.began_us = ink_clock_us(), .settle = settle, .arg = &r};
    ink_buffer_init(&r.body, answer->cap_bytes);
    ink_recogniser_invoked(recogniser, &invoked);
    for (size_t i = 0; i < sizeof table / sizeof *table && !r.status; i++)
        if (strcmp(request->method, table[i].name) == 0) table[i].respond(&r);
    ink_recogniser_invoked(recogniser, NULL);
    if (!r.status) say_error(&r, NO_METHOD, "bad-method", "POST a picture; GET says how");
    ink_status st = write_answer(&r, answer, err);
    ink_buffer_cleanup(&r.body);
    return st;
}
