/* SPDX-License-Identifier: MIT */
/* uri.h - a request's target, taken apart: "/bucket/a%20b?list-type=2&prefix=x" and the Host header.
 *
 * The raw bytes stay at hand, because signatures are over them. A key is everything behind the bucket's slash, decoded
 * once and otherwise untouched: "a//b", "../x" and "%25" are keys like any other. */
#ifndef INK_LOCAL_URI_H
#define INK_LOCAL_URI_H

#include "base/arena.h"
#include "base/view.h"

struct ink_uri_param {
    const char *name;  /* decoded */
    const char *value; /* decoded; "" when there is no '=' */
};

struct ink_uri {
    struct ink_view raw_path;  /* "/bucket/a%20b" */
    struct ink_view raw_query; /* without the '?'; empty when there is none */
    const char *path;          /* decoded; starts with '/' */
    const struct ink_uri_param *params;
    size_t count;
};

enum { INK_URI_PARAMS_MAX = 256 };

/* Takes "/path?query" and "http://host/path?query". INK_E_FORMAT for broken escapes and %00, INK_E_LIMIT for too many
 * parameters, INK_E_OOM. Everything lies in the arena. */
INK_NODISCARD ink_status ink_uri_parse(const char *target, struct ink_arena *arena, struct ink_uri *out);

/* The first parameter of that name (case counts), or NULL. */
const char *ink_uri_param(const struct ink_uri *uri, const char *name);

struct ink_uri_place {
    const char *bucket; /* NULL: the service itself */
    const char *key;    /* NULL: the bucket itself */
};

/* Which bucket and key are meant. With a Host of "bucket.localhost" the bucket is there, else it is the first part of the
 * path. False without memory. */
bool ink_uri_place(const struct ink_uri *uri, const char *host, struct ink_arena *arena, struct ink_uri_place *out);

/* "name:port" and "[::1]:port" without the port; in the arena. */
const char *ink_uri_host_name(const char *host, struct ink_arena *arena);

#endif
