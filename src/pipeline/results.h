/* SPDX-License-Identifier: MIT */
/* results.h - an answer as people and programs read it.
 *
 *   results.txt    class=1 ; probability=0.573457 \n      one line a class, at most ten, most likely first
 *                  text=17 \n                            of several characters, then a class line each, from left to right
 *                  error=bad-image ; message=digit.png: PNG ends after 812 of 17125 bytes \n
 *   results.json   docs/json.md
 *
 * The first form is byte for byte the seed pipeline's. Labels and messages are one line, control characters escaped. */
#ifndef INK_PIPELINE_RESULTS_H
#define INK_PIPELINE_RESULTS_H

#include "base/buffer.h"
#include "pipeline/classifier.h"

/* What an answer is about. NULL where there is no such thing (a picture on disk has no ETag). */
struct ink_subject {
    const char *picture_key;
    const char *picture_etag;
    const char *picture_version;
    const char *fallback;   /* what the model is where it has no key: "packaged", or "built-in" (NULL too) */
    const char *model_key;  /* NULL: the function's own model */
    const char *model_etag; /* its own has none */
    const char *settings_etag;
    bool seen; /* results.json also says what the model was shown */
};

/* "bad-image" and so on, for statuses that are an answer; NULL for those that are none: what may pass by itself, and our
 * own bugs. */
const char *ink_answer_code(ink_status status);

/* Appends results.txt's text. An out-buffer that is too small is marked failed. */
void ink_results_text(const struct ink_answer *answer, struct ink_buffer *out);

/* Appends results.json's text: one object, indented, a newline at its end. INK_E_OOM. */
INK_NODISCARD ink_status ink_results_json(const struct ink_answer *answer, const struct ink_subject *subject,
                                          struct ink_buffer *out, struct ink_error *err);

#endif
