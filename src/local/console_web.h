/* SPDX-License-Identifier: MIT */
/* console_web.h - the files of web/ as they are in the program (embed.py writes them at build time). */
#ifndef INK_LOCAL_CONSOLE_WEB_H
#define INK_LOCAL_CONSOLE_WEB_H

#include <stddef.h>

struct ink_web_file {
    const char *name; /* "index.html" */
    const unsigned char *data;
    size_t len;
    const char *etag; /* the beginning of its SHA-256, in hex */
};

extern const struct ink_web_file ink_web_files[];
extern const size_t ink_web_file_count;

#endif
