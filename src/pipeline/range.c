/* SPDX-License-Identifier: MIT */
#include "pipeline/range.h"

enum { LARGE_SIDE = 64 };

/* MNIST's mean and deviation are those of PyTorch's examples; 0..16 is what scikit-learn's 8x8 digits have. */
const struct ink_range ink_ranges[INK_RANGES] = {
    {"0..1", 1.0f / 255, {0, 0, 0}, {1, 1, 1}},
    {"mean 0.1307, std 0.3081", 1.0f / 255, {0.1307f, 0.1307f, 0.1307f}, {0.3081f, 0.3081f, 0.3081f}},
    {"-1..1", 1.0f / 255, {0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f}},
    {"0..255", 1, {0, 0, 0}, {1, 1, 1}},
    {"-0.5..0.5", 1.0f / 255, {0.5f, 0.5f, 0.5f}, {1, 1, 1}},
    {"0..16", 16.0f / 255, {0, 0, 0}, {1, 1, 1}},
    {"ImageNet's mean and std", 1.0f / 255, {0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}},
};

const struct ink_range *ink_range_named(struct ink_view word)
{
    for (int i = 0; i < INK_RANGES; i++)
        if (ink_view_is(word, ink_ranges[i].word)) return &ink_ranges[i];
    return NULL;
}

bool ink_range_is_for(const struct ink_range *range, const struct ink_want *want, enum ink_dtype dtype)
{
    bool small = want->width <= 8 && want->height <= 8;
    bool whole = dtype != INK_FLOAT && dtype != INK_DOUBLE;
    bool sixteen = range == ink_range_named(ink_view_text("0..16"));
    bool imagenet = range == ink_range_named(ink_view_text("ImageNet's mean and std"));
    if (whole) return range->scale == 1 || (small && sixteen);
    if (sixteen) return small;
    if (imagenet) return want->channels == 3;
    /* trying a large model takes long: what only small ones were seen to want is not tried */
    return range != ink_range_named(ink_view_text("-0.5..0.5")) || want->width <= LARGE_SIDE;
}
