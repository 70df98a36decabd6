/* SPDX-License-Identifier: MIT */
/* ini.h - reads ~/.aws/config and ~/.aws/credentials: sections, and keys with a value.
 *
 *   [profile work]
 *   region = eu-west-1
 *   s3 =
 *     endpoint_url = http://127.0.0.1:9000        kept as "s3.endpoint_url"
 *
 * Keys are compared without case; of two the later one counts; lines that start with '#' or ';' are comments, and nothing
 * else is: a secret may have either inside. Source: "Configuration and credential file settings" (AWS CLI User Guide).
 * Hostile bytes; thread-safe with one arena a thread. */
#ifndef INK_AWS_INI_H
#define INK_AWS_INI_H

#include "base/arena.h"
#include "base/status.h"

enum { INK_INI_BYTES_MAX = 1024 * 1024, INK_INI_ENTRIES_MAX = 20000 };

struct ink_ini_entry {
    const char *section; /* "profile work"; blanks inside are one space */
    const char *key;     /* lower case; NULL: the section's own line */
    const char *value;   /* without blanks at its ends; may be "" */
};

struct ink_ini {
    struct ink_ini_entry *entries; /* in the arena, as all their texts */
    size_t count;
};

/* INK_E_FORMAT: a line that is none of the above, or a NUL; the text names the line. INK_E_LIMIT, INK_E_OOM. */
INK_NODISCARD ink_status ink_ini_read(struct ink_view bytes, struct ink_arena *arena, struct ink_ini *out,
                                      struct ink_error *err);

/* NULL where there is none. */
const char *ink_ini_value(const struct ink_ini *ini, const char *section, const char *key);
bool ink_ini_has(const struct ink_ini *ini, const char *section);

#endif
