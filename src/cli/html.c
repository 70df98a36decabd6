/* SPDX-License-Identifier: MIT */
#include "cli/html.h"

#include "aws/hash.h"
#include "base/text.h"

enum { TEXT_MAX = 4096 };

void ink_html_line(struct ink_buffer *out, const char *line)
{
    for (const char *from = line;; line++) {
        const char *reference = *line == '&'    ? "&amp;"
                                : *line == '<'  ? "&lt;"
                                : *line == '>'  ? "&gt;"
                                : *line == '"'  ? "&quot;"
                                : *line == '\'' ? "&#39;"
                                                : NULL;
        if (*line && !reference) continue;
        ink_buffer_append(out, from, (size_t)(line - from));
        if (!*line) return;
        ink_buffer_text(out, reference);
        from = line + 1;
    }
}

void ink_html_text(struct ink_buffer *out, const char *text)
{
    char line[TEXT_MAX];
    ink_text_escape(text, strlen(text), line, sizeof line);
    ink_html_line(out, line);
}

/* Base64 straight into the buffer; hash.h says how long it gets. */
static void append_base64(struct ink_buffer *out, struct ink_view bytes)
{
    size_t len = 4 * ((bytes.len + 2) / 3);
    if (ink_buffer_reserve(out, len)) return;
    ink_base64(bytes.data, bytes.len, (char *)out->data + out->len);
    out->len += len;
}

void ink_html_png(struct ink_buffer *out, struct ink_view png)
{
    ink_buffer_text(out, "data:image/png;base64,");
    append_base64(out, png);
}

void ink_html_head(struct ink_buffer *out, const char *title, struct ink_view style)
{
    uint8_t hash[INK_SHA256_LEN];
    ink_sha256(style, hash);
    ink_buffer_text(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                         "style-src 'sha256-");
    append_base64(out, ink_view_of(hash, sizeof hash));
    ink_buffer_text(out, "'; base-uri 'none'; form-action 'none'\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    ink_html_text(out, title);
    ink_buffer_text(out, "</title>\n<style>");
    ink_buffer_append(out, style.data, style.len);
    ink_buffer_text(out, "</style>\n</head>\n");
}
