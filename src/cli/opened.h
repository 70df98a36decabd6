/* SPDX-License-Identifier: MIT */
/* opened.h - a model file on disk as a classifier: with the settings (NAME.json) and the weights that lie beside it. */
#ifndef INK_CLI_OPENED_H
#define INK_CLI_OPENED_H

#include <limits.h>

#include "engine/external.h"
#include "pipeline/classifier.h"

/* Instead of a path, where there is no file of that name: the model that is built in. */
#define INK_OPENED_BUILTIN "built-in"

struct ink_opened {
    const char *path;
    char folder_path[PATH_MAX];
    struct ink_mapping file;
    bool builtin; /* then file is the program's own */
    struct ink_folder folder;
    struct ink_buffer settings; /* empty where there is no NAME.json */
    struct ink_classifier *classifier;
};

/* What is found out about the model is kept for the next time (finding_cache.h), unless `anew` says to find it out again.
 *
 * threads 1..; fit INK_FIT_COUNT for what the model or its settings say. err's text begins with the path. Where the model
 * is refused the classifier is there nevertheless (pipeline/classifier.h). Clean up in every case. */
INK_NODISCARD ink_status ink_opened_read(const char *path, int threads, enum ink_fit fit, bool anew,
                                         struct ink_opened *out, struct ink_error *err);
void ink_opened_cleanup(struct ink_opened *opened);

/* A picture's file, with a cap of 256 MB. out is emptied before. err's text begins with the path. */
INK_NODISCARD ink_status ink_opened_picture(const char *path, struct ink_buffer *out, struct ink_error *err);

enum { INK_PICTURE_BYTES_MAX = 256 << 20 };

/* What decoding and reading one picture may take. */
#define INK_PICTURE_ARENA_BYTES ((size_t)2 << 30)

#endif
