/* SPDX-License-Identifier: MIT */
/* The page and its files: those in the program, or those in --web DIR as they are now. */
#include "local/console_web.h"

#include <stdio.h>

#include "aws/hash.h"
#include "base/file.h"
#include "base/text.h"
#include "local/condition.h"
#include "local/console_call.h"

enum { FILE_BYTES_MAX = 4 * 1024 * 1024, ETAG_BYTES = 8 };

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
};

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "frame-src 'self'; manifest-src 'self'; media-src 'self' blob:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'";

static const char *type_of(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ink_text_ends_nocase(name, types[i].ending)) return types[i].type;
    return NULL;
}

/* A name of one part that cannot lead anywhere else. */
static bool is_plain(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return *name && *name != '.' && name[strspn(name, plain)] == '\0' && type_of(name);
}

static void answer_file(struct ink_console_call *call, const char *name, struct ink_view bytes, const char *etag)
{
    const char *have = ink_http_header(call->http, "If-None-Match");
    bool same = have && ink_condition_etag_in(have, etag);
    ink_http_respond(call->http, same ? 304 : 200, same ? NULL : type_of(name), same ? (struct ink_view){0} : bytes);
    ink_http_respond_header(call->http, "ETag", ink_arena_printf(call->arena, "\"%s\"", etag));
    ink_http_respond_header(call->http, "Cache-Control", "no-cache");
    ink_http_respond_header(call->http, "Content-Security-Policy", policy);
    ink_http_respond_header(call->http, "X-Content-Type-Options", "nosniff");
    ink_http_respond_header(call->http, "Referrer-Policy", "no-referrer");
    ink_http_respond_header(call->http, "Cross-Origin-Opener-Policy", "same-origin");
    ink_http_respond_header(call->http, "Cross-Origin-Resource-Policy", "same-origin");
    call->answered = true;
}

static void refuse_name(struct ink_console_call *call)
{
    ink_console_refuse(call, INK_CONSOLE_NOT_FOUND, "The console has no such file.");
}

static void answer_from_folder(struct ink_console_call *call, const char *folder, const char *name)
{
    uint8_t hash[INK_SHA256_LEN];
    char etag[2 * INK_SHA256_LEN + 1];
    struct ink_buffer bytes;
    ink_buffer_init(&bytes, FILE_BYTES_MAX);
    const char *path = ink_arena_printf(call->arena, "%s/%s", folder, name), *kept = NULL;
    if (path && !ink_file_read(path, &bytes, NULL)) kept = ink_arena_text(call->arena, ink_buffer_view(&bytes));
    size_t len = bytes.len;
    ink_buffer_cleanup(&bytes);
    if (!kept) {
        refuse_name(call);
        return;
    }
    ink_sha256(ink_view_of(kept, len), hash);
    ink_hex(hash, ETAG_BYTES, etag);
    answer_file(call, name, ink_view_of(kept, len), etag);
}

static void answer_named(struct ink_console_call *call, const char *name)
{
    const char *folder = call->console->options->web;
    if (folder && is_plain(name)) {
        answer_from_folder(call, folder, name);
        return;
    }
    for (size_t i = 0; i < ink_web_file_count && !folder; i++) {
        const struct ink_web_file *file = &ink_web_files[i];
        if (strcmp(file->name, name) != 0) continue;
        answer_file(call, name, ink_view_of(file->data, file->len), file->etag);
        return;
    }
    refuse_name(call);
}

void ink_console_page(struct ink_console_call *call)
{
    answer_named(call, "index.html");
}

void ink_console_file(struct ink_console_call *call)
{
    answer_named(call, call->uri.path + strlen("/_inkling/web/"));
}
