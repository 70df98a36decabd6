/* SPDX-License-Identifier: MIT */
/* metrics.h - how long each picture took, as lines in the log that CloudWatch makes metrics of.
 *
 *   {"_aws":{..},"FunctionName":"inkling","Pictures":1,"ColdStart":0,"FetchMs":21.4,..}    a line a picture
 *
 * Source: "Specification: Embedded metric format" (CloudWatch User Guide). Namespace inkling, dimension FunctionName:
 *
 *   Pictures, Refused, ColdStart                     counts: 1 each; those answered with an error; the process's first one
 *   FetchMs, DecodeMs, PrepareMs, InferMs, StoreMs   each only for a picture that came so far
 *
 * For main to set up before there are threads. */
#ifndef INK_PIPELINE_METRICS_H
#define INK_PIPELINE_METRICS_H

#include "pipeline/classifier.h"

enum { INK_FUNCTION_NAME_MAX = 140 }; /* Lambda's own limit */

/* From now on there are such lines. function_name: copied. */
void ink_metrics_setup(const char *function_name);

/* Writes the line, where there are such lines. */
void ink_metrics_picture(const struct ink_answer *answer);

#endif
