/* SPDX-License-Identifier: MIT */
/* request.h - an HTTP request as it comes to a function: a picture that somebody posts, and wants read at once.
 *
 *   {"requestContext":{"http":{"method":"POST"}},"headers":{..},"body":"iVBO..","isBase64Encoded":true}    payload 2.0:
 *                                                       function URLs, API Gateway's HTTP APIs
 *   {"httpMethod":"POST","requestContext":{..},...}     payload 1.0: API Gateway's REST APIs; load balancers write it too
 *
 * Sources: "Invoking Lambda function URLs" (Lambda Developer Guide), "Create AWS Lambda proxy integrations" (API Gateway
 * Developer Guide). Thread-safe with one arena a thread. */
#ifndef INK_PIPELINE_REQUEST_H
#define INK_PIPELINE_REQUEST_H

#include <jansson.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/view.h"

enum ink_body_form {
    INK_BODY_BYTES,      /* as they were sent */
    INK_BODY_TEXT,       /* taken for text on the way: bytes that are no UTF-8 are lost */
    INK_BODY_UNREADABLE, /* said to be base64, and is not */
};

/* All of it lives in the arena. NULL where the request does not say. */
struct ink_request {
    const char *method; /* "POST" */
    const char *accept;
    const char *content_type;
    const char *folder; /* of the query: whose model is asked */
    struct ink_view body;
    enum ink_body_form form;
};

/* Whether this JSON is a request at all. */
bool ink_request_is(const json_t *event);

/* NULL: no memory. */
struct ink_request *ink_request_read(const json_t *event, struct ink_arena *arena);

#endif
