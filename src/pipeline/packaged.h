/* SPDX-License-Identifier: MIT */
/* packaged.h - a model that came along in the function's zip: model.onnx in its folder, model.json and weights beside it.
 * It answers where a bucket has no model, in place of the built-in one. */
#ifndef INK_PIPELINE_PACKAGED_H
#define INK_PIPELINE_PACKAGED_H

#include <limits.h>

#include "engine/external.h"

struct ink_packaged {
    bool there;
    struct ink_error error; /* why it is there and cannot be read */
    char folder_path[PATH_MAX];
    struct ink_mapping model;
    struct ink_buffer settings; /* len 0: none */
    struct ink_folder folder;
};

/* Looks into `folder` (LAMBDA_TASK_ROOT; NULL: there is none) and maps what is there. */
void ink_packaged_open(struct ink_packaged *packaged, const char *folder);

/* After the classifier that looks into it. */
void ink_packaged_cleanup(struct ink_packaged *packaged);

#endif
