/* SPDX-License-Identifier: MIT */
/* console_kind.h - what the console calls an object, and as which type it serves it: by its key, never by what whoever put
 * it said, and never one that a browser would run. */
#ifndef INK_LOCAL_CONSOLE_KIND_H
#define INK_LOCAL_CONSOLE_KIND_H

/* "picture", "model", "weights", "settings", "answer", "report", "other" */
const char *ink_console_kind(const char *key);

/* "image/png" ..., "application/octet-stream" where nothing better is safe. */
const char *ink_console_type(const char *key);

#endif
