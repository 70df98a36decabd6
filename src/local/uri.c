/* SPDX-License-Identifier: MIT */
#include "local/uri.h"

#include "base/text.h"
#include "local/encode.h"

static struct ink_view until(const char *text, const char *stops)
{
    return ink_view_of(text, strcspn(text, stops));
}

/* http://host/path -> /path */
static const char *skip_authority(const char *target)
{
    if (*target == '/') return target;
    const char *host = strstr(target, "://");
    if (!host) return NULL;
    const char *path = strchr(host + 3, '/');
    return path ? path : "/";
}

static ink_status parse_query(struct ink_view query, struct ink_arena *arena, struct ink_uri *out)
{
    size_t pairs = 1;
    for (size_t i = 0; i < query.len; i++) pairs += query.data[i] == '&';
    if (pairs > INK_URI_PARAMS_MAX) return INK_E_LIMIT;
    struct ink_uri_param *params = INK_ARENA_ARRAY(arena, struct ink_uri_param, pairs);
    if (!params) return INK_E_OOM;
    out->params = params;
    for (const uint8_t *p = query.data, *end = p + query.len; p < end;) {
        const uint8_t *stop = memchr(p, '&', (size_t)(end - p));
        if (!stop) stop = end;
        const uint8_t *equals = memchr(p, '=', (size_t)(stop - p));
        const uint8_t *name_end = equals ? equals : stop, *value = equals ? equals + 1 : stop;
        if (stop > p) {
            struct ink_uri_param *param = &params[out->count++];
            struct ink_view value_text = ink_view_of(value, (size_t)(stop - value));
            ink_status st = ink_percent_decode(arena, ink_view_of(p, (size_t)(name_end - p)), true, &param->name);
            if (!st) st = ink_percent_decode(arena, value_text, true, &param->value);
            if (st) return st;
        }
        p = stop < end ? stop + 1 : end;
    }
    return INK_OK;
}

ink_status ink_uri_parse(const char *target, struct ink_arena *arena, struct ink_uri *out)
{
    memset(out, 0, sizeof *out);
    const char *path = skip_authority(target);
    if (!path) return INK_E_FORMAT;
    out->raw_path = until(path, "?#");
    const char *query = path + out->raw_path.len;
    if (*query == '?') out->raw_query = until(query + 1, "#");
    ink_status st = ink_percent_decode(arena, out->raw_path, false, &out->path);
    if (st) return st;
    return out->raw_query.len ? parse_query(out->raw_query, arena, out) : INK_OK;
}

const char *ink_uri_param(const struct ink_uri *uri, const char *name)
{
    for (size_t i = 0; i < uri->count; i++)
        if (strcmp(uri->params[i].name, name) == 0) return uri->params[i].value;
    return NULL;
}

const char *ink_uri_host_name(const char *host, struct ink_arena *arena)
{
    size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (len > strlen(host)) len = strlen(host);
    return ink_arena_text(arena, ink_view_of(host, len));
}

/* "bucket.localhost" -> "bucket" */
static const char *bucket_of_host(const char *host, struct ink_arena *arena)
{
    static const char domain[] = ".localhost";
    const char *name = host ? ink_uri_host_name(host, arena) : NULL;
    if (!name || !ink_text_ends_nocase(name, domain) || strlen(name) == strlen(domain)) return NULL;
    return ink_arena_text(arena, ink_view_of(name, strlen(name) - strlen(domain)));
}

bool ink_uri_place(const struct ink_uri *uri, const char *host, struct ink_arena *arena, struct ink_uri_place *out)
{
    *out = (struct ink_uri_place){bucket_of_host(host, arena), NULL};
    const char *rest = uri->path + 1; /* behind the slash */
    if (!out->bucket) {
        if (*rest == '\0') return true;
        size_t len = strcspn(rest, "/");
        out->bucket = ink_arena_text(arena, ink_view_of(rest, len));
        rest += len;
        if (*rest == '/') rest++;
    }
    if (*rest) out->key = rest;
    return out->bucket != NULL;
}
