/* SPDX-License-Identifier: MIT */
/* external.h - weights that lie in files beside a model (`model.onnx.data`), mapped when they are asked for.
 *
 * No path leaves the folder, symbolic links included. */
#ifndef INK_ENGINE_EXTERNAL_H
#define INK_ENGINE_EXTERNAL_H

#include "base/file.h"
#include "onnx/model.h"

enum { INK_FOLDER_FILES_MAX = 64 };

struct ink_folder {
    const char *path; /* borrowed */
    char *locations[INK_FOLDER_FILES_MAX];
    struct ink_mapping files[INK_FOLDER_FILES_MAX];
    int count;
};

/* The folder of a model file: what stands before the last '/' of model_path, "." without one. `path` gets it. */
void ink_folder_of(const char *model_path, char *path, size_t path_cap);

void ink_folder_init(struct ink_folder *folder, const char *path);
void ink_folder_cleanup(struct ink_folder *folder); /* after the session that used it */

/* The loader for ink_session_options.external; its views live until ink_folder_cleanup. */
struct ink_external_data ink_folder_loader(struct ink_folder *folder);

#endif
