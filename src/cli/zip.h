/* SPDX-License-Identifier: MIT */
/* zip.h - zips in memory: written so that the same content gives the same bytes, read as bytes from a stranger.
 *
 * minizip does the format (PKWARE's APPNOTE.TXT 6.3); here are memory instead of files, times that never change, and
 * caps. One thread. */
#ifndef INK_CLI_ZIP_H
#define INK_CLI_ZIP_H

#include "base/buffer.h"

enum { INK_ZIP_NAME_MAX = 1024, INK_ZIP_ENTRIES_MAX = 100000 };

/* --- writing --- */

struct ink_zip_file { /* what minizip believes to be a file; use the functions */
    struct ink_buffer *written;
    struct ink_view read;
    uint64_t at;
};

struct ink_zip_writer {
    void *zip;
    struct ink_zip_file file;
};

/* out  borrowed, empty; gets the zip, whole after ink_zip_finish */
INK_NODISCARD ink_status ink_zip_begin(struct ink_zip_writer *w, struct ink_buffer *out, struct ink_error *err);

/* Adds a file, deflated as small as can be.
 *
 * name          "lib/model.onnx": relative, with slashes, no ".."
 * mode          permissions: 0755, 0644
 * zipped_bytes  what it takes in the zip */
INK_NODISCARD ink_status ink_zip_add(struct ink_zip_writer *w, const char *name, unsigned mode, struct ink_view bytes,
                                     uint64_t *zipped_bytes, struct ink_error *err);

/* Ends the zip; in every case nothing is left to be freed but out. */
INK_NODISCARD ink_status ink_zip_finish(struct ink_zip_writer *w, struct ink_error *err);

/* --- reading --- */

struct ink_zip_entry {
    char name[INK_ZIP_NAME_MAX + 1]; /* as it stands there: may be a path to anywhere */
    bool name_cut;                   /* it is longer, or has a NUL in it */
    uint64_t bytes, zipped_bytes;    /* as the zip says: may be lies */
    bool encrypted;
    unsigned method; /* 0 stored, 8 deflated; others cannot be read */
    bool unix_mode;  /* made on a system with permissions: `mode` is known */
    unsigned mode;   /* st_mode: type and permissions */
};

struct ink_zip_reader {
    void *zip;
    struct ink_zip_file file;
    uint64_t entries;
    bool started;
};

/* bytes  borrowed until ink_zip_reader_close
 * INK_E_FORMAT: not a zip, or one whose end is missing. Close in every case. */
INK_NODISCARD ink_status ink_zip_reader_open(struct ink_zip_reader *r, struct ink_view bytes, struct ink_error *err);
void ink_zip_reader_close(struct ink_zip_reader *r);

/* The next entry. *more false behind the last. INK_E_FORMAT: the list is damaged; INK_E_LIMIT: more than
 * INK_ZIP_ENTRIES_MAX. */
INK_NODISCARD ink_status ink_zip_next(struct ink_zip_reader *r, struct ink_zip_entry *out, bool *more,
                                      struct ink_error *err);

/* Appends the content of the entry that ink_zip_next gave. INK_E_LIMIT when it is over out's cap (what a bomb ends in),
 * INK_E_FORMAT: damaged, or its check sum differs; INK_E_UNSUPPORTED: encrypted or an unknown method. */
INK_NODISCARD ink_status ink_zip_content(struct ink_zip_reader *r, const struct ink_zip_entry *entry,
                                         struct ink_buffer *out, struct ink_error *err);

#endif
