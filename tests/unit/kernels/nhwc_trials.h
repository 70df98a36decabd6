/* SPDX-License-Identifier: MIT */
/* nhwc_trials.h - the trials of twins_test.c for kernels over pixels that are rows of channels. */
#ifndef INK_TESTS_KERNELS_NHWC_TRIALS_H
#define INK_TESTS_KERNELS_NHWC_TRIALS_H

#include "kernels/kernels.h"

void f32_igemm_tile(const struct ink_kernels *kernels);
void f32_idepthwise(const struct ink_kernels *kernels);
void f32_dline_for(const struct ink_kernels *kernels);
void f32_ipool_max(const struct ink_kernels *kernels);
void f32_ipool_sum(const struct ink_kernels *kernels);
void f32_winograd_in(const struct ink_kernels *kernels);
void f32_winograd_out(const struct ink_kernels *kernels);

#endif
