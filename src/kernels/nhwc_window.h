/* SPDX-License-Identifier: MIT */
/* nhwc_window.h - a window that slides over pixels: the input is [in..., channels] (NHWC), so each tap of the window lies on
 * a row of channels. It turns output pixels into pointers to these rows; outside of the input they point to a border row,
 * so that neither copies nor special cases are needed for padding.
 *
 * Taps side by side lie one behind the other in memory: where nothing is padded, they may be taken as one tap of as many
 * times the channels. */
#ifndef INK_KERNELS_NHWC_WINDOW_H
#define INK_KERNELS_NHWC_WINDOW_H

#include "base/arena.h"
#include "kernels/igemm_tile.h"
#include "kernels/window.h"

struct ink_nhwc_window {
    struct ink_window window;
    size_t channels; /* floats from one input pixel to the next */
    size_t taps, in_pixels, out_pixels;
    size_t joined;                                         /* taps side by side that count as one: 1, or all of a row */
    ptrdiff_t *offsets;                                    /* of each tap, from the window's first pixel; in floats */
    const float *border;                                   /* [channels]; NULL: no window reaches over an edge */
    size_t inner[INK_WINDOW_DIMS], outer[INK_WINDOW_DIMS]; /* outputs inner..outer-1 have their windows inside */
    size_t block_tiles;                                    /* tiles whose pointers are made at a time */
};

/* Whether no window reaches over an edge of the input. */
bool ink_nhwc_window_inside(const struct ink_window *window);

/* border  the value of what lies outside
 * join    taps side by side become one where the window allows it
 * The lists live in arena. INK_E_LIMIT when input or output has 2^31 elements or more, INK_E_OOM. */
INK_NODISCARD ink_status ink_nhwc_window_plan(const struct ink_window *window, size_t channels, float border, bool join,
                                              struct ink_arena *arena, struct ink_nhwc_window *plan);

/* Floats of scratch that a pointer takes. */
enum { INK_POINTER_FLOATS = (sizeof(float *) + sizeof(float) - 1) / sizeof(float) };

/* Pointers of one block, for scratch memory. */
size_t ink_nhwc_window_pointers(const struct ink_nhwc_window *plan);

/* Pointers for `count` output pixels from `first` on, tile by tile: those of tile t start at
 * pointers + t * taps * INK_PIXELS, as ink_f32_igemm wants them. x is one picture's first pixel (of a group: at its first
 * channel). */
void ink_nhwc_window_rows(const struct ink_nhwc_window *plan, const float *x, size_t first, size_t count,
                          const float **pointers);

#endif
