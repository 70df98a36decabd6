/* SPDX-License-Identifier: MIT */
#include "pipeline/range.h"

#include <string.h>

enum { TINY_SIDE = 8, SMALL_SIDE = 64 };

/* MNIST's mean and deviation are those of PyTorch's examples; 0..16 is what scikit-learn's 8x8 digits have. */
const struct ink_range ink_ranges[INK_RANGES] = {
    {"0..1", 1.0f / 255, {0, 0, 0}, {1, 1, 1}, INK_RANGE_ANY},
    {"mean 0.1307, std 0.3081", 1.0f / 255, {0.1307f, 0.1307f, 0.1307f}, {0.3081f, 0.3081f, 0.3081f}, INK_RANGE_ANY},
    {"-1..1", 1.0f / 255, {0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f}, INK_RANGE_ANY},
    {"0..255", 1, {0, 0, 0}, {1, 1, 1}, INK_RANGE_ANY},
    {"-0.5..0.5", 1.0f / 255, {0.5f, 0.5f, 0.5f}, {1, 1, 1}, INK_RANGE_SMALL},
    {"0..16", 16.0f / 255, {0, 0, 0}, {1, 1, 1}, INK_RANGE_TINY},
    {"ImageNet's mean and std", 1.0f / 255, {0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}, INK_RANGE_RGB},
};

const struct ink_range *ink_range_named(struct ink_view word)
{
    for (int i = 0; i < INK_RANGES; i++)
        if (ink_view_is(word, ink_ranges[i].word)) return &ink_ranges[i];
    return NULL;
}

bool ink_range_is_for(const struct ink_range *range, const struct ink_want *want, enum ink_dtype dtype)
{
    int longer = want->width > want->height ? want->width : want->height;
    bool whole = dtype != INK_FLOAT && dtype != INK_DOUBLE;
    if (whole && range->scale != 1 && range->use != INK_RANGE_TINY) return false;
    switch (range->use) {
    case INK_RANGE_TINY: return longer <= TINY_SIDE;
    case INK_RANGE_SMALL: return want->width <= SMALL_SIDE;
    case INK_RANGE_RGB: return want->channels == 3;
    default: return true;
    }
}

void ink_range_apply(const struct ink_range *range, struct ink_want *want)
{
    want->scale = range->scale;
    memcpy(want->mean, range->mean, sizeof want->mean);
    memcpy(want->std, range->std, sizeof want->std);
}
