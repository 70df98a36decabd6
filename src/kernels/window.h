/* SPDX-License-Identifier: MIT */
/* window.h - a window that slides over planes of one to three dimensions: what convolution and pooling have in common.
 *
 * A plan turns sizes into the taps and runs of taps.h, once. Where there is padding, each plane is first copied into one
 * that has its border, so that the kernels need not know about it. */
#ifndef INK_KERNELS_WINDOW_H
#define INK_KERNELS_WINDOW_H

#include <stdbool.h>

#include "base/arena.h"
#include "kernels/taps.h"

enum { INK_WINDOW_DIMS = 3 };

/* Depth, height, width; what a lower rank does not have is 1 (and padding 0). All of in, out, kernel, stride and dilation
 * are at least 1. Padding behind the plane is whatever `out` makes necessary. */
struct ink_window {
    size_t in[INK_WINDOW_DIMS], out[INK_WINDOW_DIMS], kernel[INK_WINDOW_DIMS];
    size_t stride[INK_WINDOW_DIMS], dilation[INK_WINDOW_DIMS], pad[INK_WINDOW_DIMS];
};

struct ink_window_plan {
    struct ink_window window;
    size_t in_floats, out_floats; /* of one plane */
    bool bordered;                /* taps and runs are for planes with a border: ink_window_border before */
    size_t plane[INK_WINDOW_DIMS], plane_floats;
    size_t step;      /* stride of the innermost dimension */
    size_t tap_count; /* channels * kernel */
    uint32_t *taps;
    size_t run_count;
    struct ink_run *runs;
    uint32_t *panel_runs; /* first run of each panel of INK_GEMM_NR outputs, and the count behind the last; or NULL */
};

/* channels  planes under one window: taps go over all of them
 * panels    runs end at multiples of INK_GEMM_NR, and panel_runs is filled
 *
 * INK_E_LIMIT when the planes together have 2^31 elements or more, INK_E_OOM. */
INK_NODISCARD ink_status ink_window_plan(const struct ink_window *window, size_t channels, bool panels,
                                         struct ink_arena *arena, struct ink_window_plan *plan);

/* Whether the window's plane (with border) and output can be planned for, without doing it. */
bool ink_window_fits(const struct ink_window *window, size_t channels);

/* Copies `channels` planes of in_floats to planes of plane_floats with `border` round them. */
void ink_window_border(const struct ink_window_plan *plan, size_t channels, const float *in, float border, float *out);

#endif
