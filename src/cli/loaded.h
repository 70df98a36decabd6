/* SPDX-License-Identifier: MIT */
/* loaded.h - a model file on disk as a session: mapped, with the weights beside it. */
#ifndef INK_CLI_LOADED_H
#define INK_CLI_LOADED_H

#include <limits.h>

#include "engine/external.h"
#include "engine/session.h"

struct ink_loaded {
    const char *path;
    char folder_path[PATH_MAX];
    struct ink_mapping file;
    struct ink_folder folder;
    struct ink_session *session; /* NULL where the file could not be read as a model at all */
    double load_ms;
};

/* err's text begins with the path. Where the model is refused, the session is there nevertheless (engine/session.h).
 * Clean up in every case. */
INK_NODISCARD ink_status ink_loaded_open(const char *path, int threads, struct ink_loaded *out, struct ink_error *err);
void ink_loaded_cleanup(struct ink_loaded *loaded);

#endif
