/* SPDX-License-Identifier: MIT */
/* file.h - whole files: read with a cap, mapped, or replaced so that a reader sees the old or the new one, never a half. */
#ifndef INK_BASE_FILE_H
#define INK_BASE_FILE_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/view.h"

struct ink_mapping {
    struct ink_view bytes; /* read-only; valid until ink_file_unmap */
};

/* Appends the file at `path` to out. INK_E_NOT_FOUND, INK_E_IO, INK_E_LIMIT when it is over out's cap. */
INK_NODISCARD ink_status ink_file_read(const char *path, struct ink_buffer *out, struct ink_error *err);

/* Maps a regular file. An empty file gives an empty view. The file must not be truncated while it is mapped. */
INK_NODISCARD ink_status ink_file_map(const char *path, struct ink_mapping *out, struct ink_error *err);
void ink_file_unmap(struct ink_mapping *mapping);

/* Gives back the memory of these bytes of a mapping; they come again from the file when they are read. For anything else
 * than a mapping it must not be called: the bytes would be lost. */
void ink_file_forget(struct ink_view mapped);

/* Writes path.tmp-XXXXXX beside it, syncs, renames: all or nothing. */
INK_NODISCARD ink_status ink_file_replace(const char *path, struct ink_view bytes, struct ink_error *err);

#endif
