/* SPDX-License-Identifier: MIT */
/* advice.h - what a teacher would say about a model that works: no softmax, trained on inverted pictures, another size than
 * MNIST's, another number of classes than its labels, what it misreads. */
#ifndef INK_PIPELINE_ADVICE_H
#define INK_PIPELINE_ADVICE_H

#include <jansson.h>

#include "pipeline/classifier.h"

/* A JSON array of sentences, perhaps empty; the caller's to free. NULL without memory. For a classifier without error. */
json_t *ink_advice(const struct ink_classifier *classifier);

#endif
