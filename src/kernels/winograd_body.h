/* SPDX-License-Identifier: MIT */
/* winograd_body.h - the body of winograd.c at each level; LEVEL(name) gives a function the level's name. */
#include "kernels/kernels.h"
#include "kernels/lane.h"

enum { IN = INK_WINOGRAD_IN, OUT = INK_WINOGRAD_OUT };

/* One column of B' d: six values to six. */
LANE_INLINE void transform_in(const lane d[IN], lane out[IN])
{
    const lane a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = 2 * (d[3] - d[1]);
    out[0] = 4 * d[0] - 5 * d[2] + d[4];
    out[1] = a + b;
    out[2] = a - b;
    out[3] = c + e;
    out[4] = c - e;
    out[5] = 4 * d[1] - 5 * d[3] + d[5];
}

/* One column of A' m: six values to four. */
LANE_INLINE void transform_out(const lane m[IN], lane out[OUT])
{
    const lane a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
    out[0] = m[0] + a + c;
    out[1] = b + 2 * d;
    out[2] = a + 4 * c;
    out[3] = b + 8 * d + m[5];
}

void LEVEL(ink_f32_winograd_in)(size_t n, const float *const *rows, size_t step, size_t plane, float *out)
{
    for (size_t j = 0; j < n; j += LANES) {
        lane half[IN][IN]; /* [x][transformed y] */
        for (size_t x = 0; x < IN; x++) {
            lane d[IN];
            LANE_UNROLL for (size_t y = 0; y < IN; y++) d[y] = lane_load_part(rows[(y * IN + x) * step] + j, n - j);
            transform_in(d, half[x]);
        }
        for (size_t y = 0; y < IN; y++) {
            lane d[IN], v[IN];
            LANE_UNROLL for (size_t x = 0; x < IN; x++) d[x] = half[x][y];
            transform_in(d, v);
            LANE_UNROLL for (size_t x = 0; x < IN; x++) lane_store_part(out + (y * IN + x) * plane + j, v[x], n - j);
        }
    }
}

void LEVEL(ink_f32_winograd_out)(const struct ink_f32_winograd_out *t)
{
    const lane low = lane_of(t->low), high = lane_of(t->high);
    for (size_t j = 0; j < t->n; j += LANES) {
        const size_t left = t->n - j;
        const lane bias = t->bias ? lane_load_part(t->bias + j, left) : (lane){0};
        lane half[IN][OUT]; /* [x][transformed y] */
        for (size_t x = 0; x < IN; x++) {
            lane m[IN];
            LANE_UNROLL for (size_t y = 0; y < IN; y++) m[y] = lane_load_part(t->m + (y * IN + x) * t->plane + j, left);
            transform_out(m, half[x]);
        }
        for (size_t y = 0; y < t->height; y++) {
            lane m[IN], v[OUT];
            LANE_UNROLL for (size_t x = 0; x < IN; x++) m[x] = half[x][y];
            transform_out(m, v);
            for (size_t x = 0; x < t->width; x++) {
                const size_t at = y * t->c_line + x * t->n + j;
                lane sum = v[x] + bias;
                if (t->add) sum += lane_load_part(t->add + at, left);
                lane_store_part(t->c + at, lane_clamp(sum, low, high), left);
            }
        }
    }
}
