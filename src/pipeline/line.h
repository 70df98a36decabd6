/* SPDX-License-Identifier: MIT */
/* line.h - a picture of several characters: image/segment.h, with the classifier as its reader. */
#ifndef INK_PIPELINE_LINE_H
#define INK_PIPELINE_LINE_H

#include "pipeline/classifier.h"

/* Fills out's characters, text, probability, found, want and times; out->image is decoded already. The model runs once for
 * each hypothesis, one after the other: a batch of them takes as long. Returns out->error.status: what ink_segment and
 * ink_classifier_infer say.
 *
 * deadline_us  of ink_clock_us, looked at in every run; 0: none */
INK_NODISCARD ink_status ink_line_read(struct ink_classifier *classifier, struct ink_arena *arena, uint64_t deadline_us,
                                       struct ink_answer *out);

#endif
