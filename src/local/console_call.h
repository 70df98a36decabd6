/* SPDX-License-Identifier: MIT */
/* console_call.h - one request of the console on its way through. Shared by the console_*.c files.
 *
 * A row of the table has two functions: `begin`, before the body, may open call->put so that the body goes into the store;
 * `run`, when the body is in, answers. Either may refuse instead. */
#ifndef INK_LOCAL_CONSOLE_CALL_H
#define INK_LOCAL_CONSOLE_CALL_H

#include <jansson.h>

#include "base/buffer.h"
#include "local/console.h"
#include "local/json_text.h"
#include "local/store_watch.h"
#include "local/uri.h"

enum { INK_CONSOLE_JSON_MAX = 64 * 1024 }; /* of a request's body */

/* code, its word, HTTP status */
#define INK_CONSOLE_REFUSAL_MAP(X)                                                                                     \
    X(BAD_REQUEST, "bad-request", 400)                                                                                 \
    X(NO_TOKEN, "no-token", 401)                                                                                       \
    X(WRONG_HOST, "wrong-host", 403)                                                                                   \
    X(WRONG_ORIGIN, "wrong-origin", 403)                                                                               \
    X(NOT_FOUND, "not-found", 404)                                                                                     \
    X(WRONG_METHOD, "wrong-method", 405)                                                                               \
    X(EXISTS, "exists", 409)                                                                                           \
    X(CHANGED, "changed", 412)                                                                                         \
    X(TOO_BIG, "too-big", 413)                                                                                         \
    X(BUSY, "busy", 429)                                                                                               \
    X(BROKEN, "broken", 500)                                                                                           \
    X(FUNCTION_FAILED, "function-failed", 502)                                                                         \
    X(TOO_SLOW, "too-slow", 504)                                                                                       \
    X(DISK_FULL, "disk-full", 507)

enum ink_console_refusal {
#define X(code, word, status) INK_CONSOLE_##code,
    INK_CONSOLE_REFUSAL_MAP(X)
#undef X
};

struct ink_console_call;

struct ink_console_row {
    const char *method;
    const char *path;                             /* behind /_inkling/; one that ends in '/' takes all below it */
    void (*begin)(struct ink_console_call *call); /* NULL: the body, if any, is kept in call->body */
    void (*run)(struct ink_console_call *call);
    bool open; /* asked for without the token */
};

struct ink_console_call {
    struct ink_console *console;
    struct ink_http_request *http;
    struct ink_arena *arena; /* http's */
    struct ink_uri uri;
    const struct ink_console_row *row;
    char request_id[17];
    bool answered; /* or refused */
    struct ink_store_put *put;
    struct ink_buffer body, out;
    void *own;                                    /* of the row's functions, with ... */
    void (*close)(struct ink_console_call *call); /* ... what ends it, when the answer has been sent; NULL: nothing */
};

extern const struct ink_console_row ink_console_rows[];
extern const size_t ink_console_row_count;

/* --- asking */

/* A parameter that must be there (refuses), and one that need not. */
const char *ink_console_need(struct ink_console_call *call, const char *name);
const char *ink_console_param(const struct ink_console_call *call, const char *name);
/* A number of least..most, `otherwise` when it is missing. False when refused. */
bool ink_console_number(struct ink_console_call *call, const char *name, uint64_t least, uint64_t most,
                        uint64_t otherwise, uint64_t *out);
/* The body as a JSON object; refuses and returns NULL. The caller's. */
json_t *ink_console_json(struct ink_console_call *call);
/* An ETag from a header, without its quotes; NULL where there is none. */
const char *ink_console_etag(const struct ink_console_call *call, const char *header);

/* --- answering */

void ink_console_refuse(struct ink_console_call *call, enum ink_console_refusal code, const char *format, ...)
    INK_PRINTF(3, 4);
/* Refuses when status is not OK; returns whether it is. what: "the bucket x", for the message. */
bool ink_console_stored(struct ink_console_call *call, ink_store_status status);
/* 200 with the JSON, which is taken over; NULL: out of memory. */
void ink_console_answer(struct ink_console_call *call, json_t *json);

/* --- the calls */

/* console_web.c: the page and its files */
void ink_console_page(struct ink_console_call *call);
void ink_console_file(struct ink_console_call *call);

/* console_about.c */
void ink_console_about(struct ink_console_call *call);

/* console_bucket.c */
void ink_console_list_buckets(struct ink_console_call *call);
void ink_console_make_bucket(struct ink_console_call *call);
void ink_console_list_objects(struct ink_console_call *call);

/* console_object.c */
void ink_console_get_object(struct ink_console_call *call);
void ink_console_put_object_begin(struct ink_console_call *call);
void ink_console_put_object(struct ink_console_call *call);
void ink_console_delete_object(struct ink_console_call *call);
void ink_console_copy_object(struct ink_console_call *call);

/* console_model.c */
void ink_console_list_models(struct ink_console_call *call);

/* console_evaluation.c */
void ink_console_new_evaluation(struct ink_console_call *call);
void ink_console_evaluation_file_begin(struct ink_console_call *call);
void ink_console_evaluation_file(struct ink_console_call *call);
void ink_console_start_evaluation(struct ink_console_call *call);
void ink_console_end_evaluation(struct ink_console_call *call);
void ink_console_list_evaluations(struct ink_console_call *call);
void ink_console_evaluation_report(struct ink_console_call *call);

/* console_look.c */
void ink_console_look(struct ink_console_call *call);
void ink_console_graph(struct ink_console_call *call);

/* console_run.c */
void ink_console_list_runs(struct ink_console_call *call);
void ink_console_get_run(struct ink_console_call *call);
void ink_console_retry(struct ink_console_call *call);

/* console_stream.c */
void ink_console_stream(struct ink_console_call *call);
void ink_console_tell_changes(void *console, const struct ink_store_change *changes); /* an ink_store_watcher */

#endif
