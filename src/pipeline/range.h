/* SPDX-License-Identifier: MIT */
/* range.h - the usual ways from pixels to floats: (pixel * scale - mean) / std, pixel in 0..255. */
#ifndef INK_PIPELINE_RANGE_H
#define INK_PIPELINE_RANGE_H

#include "base/view.h"
#include "image/prepare.h"
#include "onnx/dtype.h"

enum { INK_RANGES = 7 };

/* Which models are seen to want it; trying it on others would only take time. */
enum ink_range_use {
    INK_RANGE_ANY,
    INK_RANGE_TINY,  /* at most 8 pixels a side */
    INK_RANGE_SMALL, /* at most 64 */
    INK_RANGE_RGB,   /* three channels */
};

struct ink_range {
    const char *word; /* "0..1" */
    float scale, mean[3], std[3];
    enum ink_range_use use;
};

/* The usual ones first. */
extern const struct ink_range ink_ranges[INK_RANGES];

const struct ink_range *ink_range_named(struct ink_view word); /* NULL: there is no such range */

/* Whether a model for such pictures may want it. dtype: of its input. */
bool ink_range_is_for(const struct ink_range *range, const struct ink_want *want, enum ink_dtype dtype);

/* Sets want's scale, mean and std. */
void ink_range_apply(const struct ink_range *range, struct ink_want *want);

#endif
