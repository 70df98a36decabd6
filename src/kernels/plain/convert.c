/* SPDX-License-Identifier: MIT */
#include "kernels/kernels.h"

void ink_f16_to_f32__plain(size_t n, const uint16_t *in, float *out)
{
    for (size_t i = 0; i < n; i++) out[i] = ink_f16_to_f32(in[i]);
}

void ink_f32_to_f16__plain(size_t n, const float *in, uint16_t *out)
{
    for (size_t i = 0; i < n; i++) out[i] = ink_f32_to_f16(in[i]);
}
