/* SPDX-License-Identifier: MIT */
/* staging.h - a folder on disk that a program is given to work on: files from outside, and objects of a bucket.
 *
 * Paths from outside lead nowhere else: each part is a name of 1..255 bytes, not "." or "..". What is in it has a cap.
 * One thread at a time. */
#ifndef INK_LOCAL_STAGING_H
#define INK_LOCAL_STAGING_H

#include "local/store.h"

enum { INK_STAGING_FILES_MAX = 20000, INK_STAGING_PATH_MAX = 1024 };
#define INK_STAGING_BYTES_MAX ((uint64_t)1 << 30)

struct ink_staging {
    char *folder; /* absolute */
    size_t files;
    uint64_t bytes;
};

/* Makes the folder, empty. */
INK_NODISCARD ink_status ink_staging_open(struct ink_staging *staging, const char *folder, struct ink_error *err);

/* Removes the folder with all that is in it. Zeroed is allowed. */
void ink_staging_close(struct ink_staging *staging);

/* Makes "FOLDER/name", which stays when nothing comes into it. */
INK_NODISCARD ink_status ink_staging_make(struct ink_staging *staging, const char *name, struct ink_error *err);

/* Whether a path may be used, so "7/x.png" but not "../x.png". */
bool ink_staging_path_fits(const char *path);

/* Makes a file at "FOLDER/below/path" with the folders that it takes. INK_E_ARGUMENT: the path; INK_E_LIMIT: a cap. */
INK_NODISCARD ink_status ink_staging_add(struct ink_staging *staging, const char *below, const char *path,
                                         struct ink_view bytes, struct ink_error *err);

/* The same with an object's body. */
INK_NODISCARD ink_status ink_staging_add_object(struct ink_staging *staging, const char *below, const char *path,
                                                struct ink_store *store, const char *bucket, const char *key,
                                                struct ink_error *err);

/* The same with a file of the machine's, which stays executable if it is. It does not count. */
INK_NODISCARD ink_status ink_staging_add_program(struct ink_staging *staging, const char *name, const char *from,
                                                 struct ink_error *err);

#endif
