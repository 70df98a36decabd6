/* SPDX-License-Identifier: MIT */
/* igemm_tile.h - a tile of a convolution whose pixels are rows of channels (NHWC), by indirection: instead of a matrix A it
 * is given, for each tap of the window, where the row of channels below it starts. A border is a row of zeros.
 *
 * Source: Dukhan, "The Indirect Convolution Algorithm", 2019. */
#ifndef INK_KERNELS_IGEMM_TILE_H
#define INK_KERNELS_IGEMM_TILE_H

#include <stddef.h>

enum {
    INK_PIXELS = 6,    /* output pixels of a tile, and pointers of a tap */
    INK_NARROW = 8,    /* with so few output channels a tile has twice the pixels */
    INK_CHANNELS = 16, /* output channels of a tile, and of a packed panel */
};

/* C[i][j] = clamp(sum over t and p of rows[t * INK_PIXELS + i][p] * B[t * k + p][j]  (+ bias[j])  (+ add[i][j]))
 *
 * Counted in floats. Rows of B are INK_CHANNELS long, whatever n is, and b is aligned to 64 bytes. Of rows, only the
 * first m of each tap are read; where m is above INK_PIXELS, the pointers of the second half of the pixels stand behind those
 * of all taps of the first one. C must not overlap what is read; it may be `add`. */
struct ink_f32_igemm {
    size_t m, n;    /* 1..INK_PIXELS, or 2 * INK_PIXELS where n is at most INK_NARROW; 1..INK_CHANNELS */
    size_t taps, k; /* channels that a tap has; both at least 1 */
    const float *const *rows;
    const float *b;
    float *c;
    size_t c_row;
    const float *bias; /* [n], or NULL */
    const float *add;  /* add[i * c_row + j], or NULL */
    float low, high;   /* the clamp: -INFINITY and INFINITY for none; NaN passes */
};
typedef void ink_f32_igemm_tile_fn(const struct ink_f32_igemm *tile);

/* Depthwise: each channel by itself. C[i][j] = clamp(sum over t of rows[t * INK_PIXELS + i][j] * b[t * n + j] (+ bias[j])
 * (+ add[i][j])). n is any number of channels, b not padded, k is not read. */
typedef void ink_f32_idepthwise_fn(const struct ink_f32_igemm *tile);

/* Depthwise again, for neighbours in a line whose windows lie inside it from left to right: what one pixel has read, the next
 * ones use. Row y of the window of pixel i, tap x, is at lines[y] + (i * stride + x) * steps[y]; a line outside of the picture
 * is one row of zeros with a step of 0. All INK_PIXELS pixels are written; other fields as above. */
struct ink_f32_dline {
    size_t n, height;
    const float *const *lines; /* [height] */
    const size_t *steps;       /* [height] */
    const float *b;            /* [height][width][n] */
    float *c;
    size_t c_row;
    const float *bias, *add;
    float low, high;
};
typedef void ink_f32_dline_fn(const struct ink_f32_dline *line);

/* The function for windows of this width and stride; NULL where there is none. */
typedef ink_f32_dline_fn *ink_f32_dline_for_fn(size_t width, size_t stride);

/* Pools: C[i][j] = max, or scale[i] times the sum, over t of rows[t * INK_PIXELS + i][j]. A NaN is ignored by max. */
struct ink_f32_ipool {
    size_t m, n, taps; /* n: any number of channels */
    const float *const *rows;
    const float *scale; /* [m]; not read by max */
    float *c;
    size_t c_row;
};
typedef void ink_f32_ipool_max_fn(const struct ink_f32_ipool *tile);
typedef void ink_f32_ipool_sum_fn(const struct ink_f32_ipool *tile);

#endif
