/* SPDX-License-Identifier: MIT */
#include "local/console_kind.h"

#include <stddef.h>

#include "base/text.h"
#include "pipeline/keys.h"

const char *ink_console_kind(const char *key)
{
    switch (ink_key_kind(key)) {
    case INK_KEY_PICTURE:
    case INK_KEY_FOREIGN: return "picture";
    case INK_KEY_MODEL: return "model";
    case INK_KEY_SETTINGS: return "settings";
    case INK_KEY_WEIGHTS: return "weights";
    case INK_KEY_OURS:
        return ink_text_ends_nocase(key, ".report.txt") || ink_text_ends_nocase(key, ".report.json") ? "report"
                                                                                                     : "answer";
    default: return "other";
    }
}

const char *ink_console_type(const char *key)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".webp", "image/webp"},
        {".gif", "image/gif"},
        {".bmp", "image/bmp"},
        {".json", "application/json"},
        {".txt", "text/plain; charset=utf-8"},
        {".csv", "text/plain; charset=utf-8"},
        {".tsv", "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ink_text_ends_nocase(key, types[i].ending)) return types[i].type;
    return "application/octet-stream";
}
