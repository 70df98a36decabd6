/* SPDX-License-Identifier: MIT */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const words[INK_STATUS_COUNT] = {
#define X(code, word, meaning) [INK_E_##code] = word,
    INK_STATUS_MAP(X)
#undef X
};

const char *ink_status_word(ink_status status)
{
    return (unsigned)status < INK_STATUS_COUNT ? words[status] : "unknown";
}

ink_status ink_fail(struct ink_error *err, ink_status status, const char *format, ...)
{
    if (!err) return status;
    /* through a second buffer: the arguments may point into err->text */
    char raw[INK_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    err->status = status;
    ink_text_escape(raw, strlen(raw), err->text, sizeof err->text);
    return status;
}

ink_status ink_fail_in(struct ink_error *err, const char *format, ...)
{
    if (!err) return INK_E_INTERNAL;
    char prefix[INK_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    char whole[2 * INK_ERROR_TEXT_MAX + 2];
    char escaped[INK_ERROR_TEXT_MAX];
    ink_text_escape(prefix, strlen(prefix), escaped, sizeof escaped);
    snprintf(whole, sizeof whole, "%s: %s", escaped, err->text);
    whole[INK_ERROR_TEXT_MAX - 1] = '\0';
    memcpy(err->text, whole, strlen(whole) + 1);
    return err->status;
}
