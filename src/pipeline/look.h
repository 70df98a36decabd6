/* SPDX-License-Identifier: MIT */
/* look.h - what the function makes of an object, told to who asks and written nowhere: a picture with what the model is shown
 * of it, or the graph of a model. The console asks for it (docs/console-api.md); `aws lambda invoke` can as well:
 *
 *   {"bucket": "b", "key": "digit.png", "look": true, "fit": "seed"}   ->   results.json with `seen`
 *   {"bucket": "b", "key": "model.onnx", "graph": true}                ->   docs/json.md
 *
 * One thread. */
#ifndef INK_PIPELINE_LOOK_H
#define INK_PIPELINE_LOOK_H

#include "pipeline/models.h"

struct ink_look {
    const char *bucket, *key;
    bool graph;
    enum ink_fit fit; /* of a picture; INK_FIT_AUTO: as its model's settings say */
    uint64_t deadline_us;
};

/* Appends the JSON. What cannot be read is an answer too (its `error`); INK_E_NOT_FOUND: there is no such object; other
 * errors are the invocation's. arena: back at its start. */
INK_NODISCARD ink_status ink_look_at(struct ink_models *models, struct ink_arena *arena, const struct ink_look *look,
                                     struct ink_buffer *out, struct ink_error *err);

#endif
