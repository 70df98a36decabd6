/* SPDX-License-Identifier: MIT */
/* multipart.h - the file in a form that a browser, or `curl -F`, sends: multipart/form-data (RFC 7578, RFC 2046 5.1).
 *
 * Thread-safe; bytes and text may be hostile. */
#ifndef INK_PIPELINE_MULTIPART_H
#define INK_PIPELINE_MULTIPART_H

#include "base/status.h"
#include "base/view.h"

/* Whether this Content-Type is multipart/form-data. NULL is not. */
bool ink_multipart_is(const char *content_type);

/* The first part that has a file's name; a view into body. INK_E_FORMAT: no boundary in the type, none of them in the
 * body, a part without end, no file. */
INK_NODISCARD ink_status ink_multipart_file(const char *content_type, struct ink_view body, struct ink_view *file,
                                            struct ink_error *err);

#endif
