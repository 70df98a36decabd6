/* SPDX-License-Identifier: MIT */
/* The words that answers, settings and the command line use for formats, modes and fits. */
#include <string.h>

#include "image/prepare.h"

static const char *const format_words[] = {
#define X(code, word, name) [INK_IMAGE_##code] = word,
    INK_IMAGE_FORMAT_MAP(X)
#undef X
};

static const char *const mode_words[] = {
#define X(code, word) [INK_MODE_##code] = word,
    INK_IMAGE_MODE_MAP(X)
#undef X
};

static const char *const fit_words[] = {
#define X(code, word) [INK_FIT_##code] = word,
    INK_FIT_MAP(X)
#undef X
};

const struct ink_want ink_want_mnist = {
    .width = 28,
    .height = 28,
    .channels = 1,
    .layout = INK_LAYOUT_NCHW,
    .scale = 1.0f / 255.0f,
    .std = {1, 1, 1},
    .polarity = INK_POLARITY_BRIGHT_INK,
    .fit = INK_FIT_AUTO,
};

const char *ink_image_format_word(enum ink_image_format format)
{
    return (unsigned)format < INK_IMAGE_FORMAT_COUNT ? format_words[format] : "unknown";
}

const char *ink_image_mode_word(enum ink_image_mode mode)
{
    return (unsigned)mode < INK_MODE_COUNT ? mode_words[mode] : "?";
}

const char *ink_fit_word(enum ink_fit fit)
{
    return (unsigned)fit < INK_FIT_COUNT ? fit_words[fit] : "?";
}

bool ink_fit_named(const char *word, enum ink_fit *out)
{
    for (int i = 0; i < INK_FIT_COUNT; i++) {
        if (strcmp(word, fit_words[i]) != 0) continue;
        *out = (enum ink_fit)i;
        return true;
    }
    return false;
}
