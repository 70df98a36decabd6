/* SPDX-License-Identifier: MIT */
/* respond.h - what somebody who asks over HTTP gets, in the words of Lambda's proxy integrations:
 *
 *   {"statusCode":200,"headers":{"Content-Type":"application/json"},"body":"{\"picture\":..}","isBase64Encoded":false}
 *
 *   POST     a picture as the body, or the first file of a form; ?folder=a/b: whose model. results.json's text (docs/json.md)
 *   GET      how that is done; HEAD: without a body
 *   OPTIONS  which methods there are
 *
 * 400 no picture in the body, 405, 413 too big, 422 a picture that cannot be read, 500 a model that cannot, 503 what may
 * pass by itself, 504 no time left. What is wrong stands in "error": {"code","message"}; of the bucket nothing is told. */
#ifndef INK_PIPELINE_RESPOND_H
#define INK_PIPELINE_RESPOND_H

#include "pipeline/recognise.h"
#include "pipeline/request.h"

/* Appends the answer. An error is the invocation's: no memory. */
INK_NODISCARD ink_status ink_respond(struct ink_recogniser *recogniser, const struct ink_request *request,
                                     uint64_t deadline_us, struct ink_buffer *answer, struct ink_error *err);

#endif
