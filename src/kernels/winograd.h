/* SPDX-License-Identifier: MIT */
/* winograd.h - the transforms of F(4x4, 3x3): 16 outputs of a 3x3 convolution as 36 products instead of 144.
 * A tile of 6x6 pixels d and a window g become Y = A'[(G g G') * (B' d B)]A, element by element; channels are rows.
 *
 * Source: Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2015. */
#ifndef INK_KERNELS_WINOGRAD_H
#define INK_KERNELS_WINOGRAD_H

#include <stddef.h>

enum {
    INK_WINOGRAD_OUT = 4,    /* outputs of a tile, in each dimension */
    INK_WINOGRAD_IN = 6,     /* inputs */
    INK_WINOGRAD_PLANES = 36 /* products */
};

/* B' d B: rows[(y * 6 + x) * step] points to the n channels of pixel (y, x). Plane p goes to out[p * plane + j]. */
typedef void ink_f32_winograd_in_fn(size_t n, const float *const *rows, size_t step, size_t plane, float *out);

/* A' m A: m[p * plane + j] is plane p. Output (y, x), for y < height <= 4 and x < width <= 4, goes to
 * c[y * c_line + x * n + j] = clamp(it (+ bias[j]) (+ add[y * c_line + x * n + j])). */
struct ink_f32_winograd_out {
    size_t n, width, height;
    const float *m;
    size_t plane;
    float *c;
    size_t c_line;
    const float *bias; /* [n], or NULL */
    const float *add;  /* as c, or NULL */
    float low, high;
};
typedef void ink_f32_winograd_out_fn(const struct ink_f32_winograd_out *tile);

#endif
