/* SPDX-License-Identifier: MIT */
/* nhwc_winograd.h - the way of nhwc_conv.h for 3x3 windows: tiles of 6x6 pixels are transformed (winograd.h), 36 matrix
 * products [tiles, channels] x [channels, outputs] made of them, and these transformed back. */
#ifndef INK_KERNELS_NHWC_WINOGRAD_H
#define INK_KERNELS_NHWC_WINOGRAD_H

#include "kernels/nhwc_conv.h"

/* Whether the window is one that this can do, and the saving is worth transforms and larger weights (4 times as many). */
bool ink_nhwc_winograd_pays(const struct ink_f32_conv_sizes *sizes);

/* The window of the tiles: 6x6 at every fourth pixel. What plan->window is made of. */
struct ink_window ink_nhwc_winograd_window(const struct ink_window *window);

/* Fills in the sizes of weights and scratch, once plan->window is there. INK_E_LIMIT. */
INK_NODISCARD ink_status ink_nhwc_winograd_plan(struct ink_nhwc_conv_plan *plan);

void ink_nhwc_winograd_pack(const struct ink_nhwc_conv_plan *plan, const float *w, float *out);
void ink_nhwc_winograd(const struct ink_nhwc_conv *conv);

#endif
