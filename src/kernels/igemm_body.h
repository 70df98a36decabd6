/* SPDX-License-Identifier: MIT */
/* igemm_body.h - the body of igemm.c at each level. With vectors of 8 C takes 12 of 16 registers: two for a row of B, one
 * for an element of A. LEVEL(name) gives a function the level's name. */
#include "kernels/kernels.h"
#include "kernels/lane.h"

enum {
    WIDTH_MAX = 5, /* of a window whose taps are read in lines */
    VECTORS = INK_CHANNELS / LANES,
    AHEAD = 32, /* rows of B that are on their way: the processor itself does not look beyond a page of memory */
};

/* Rows and vectors that a tile does not have are left out at compile time: m and v are constants where tile() is called. */
#define PIXELS_OF(m)  LANE_UNROLL for (int i = 0; i < 2 * INK_PIXELS; i++) if (i < (m))
#define VECTORS_OF(v) LANE_UNROLL for (int j = 0; j < VECTORS; j++) if (j < (v))

LANE_INLINE lane finish(const struct ink_f32_igemm *t, size_t i, size_t j, size_t left, lane v)
{
    if (t->bias) v += lane_load_part(t->bias + j, left);
    if (t->add) v += lane_load_part(t->add + i * t->c_row + j, left);
    return lane_clamp(v, lane_of(t->low), lane_of(t->high));
}

LANE_INLINE void tile(const struct ink_f32_igemm *t, const int m, const int v)
{
    lane sum[2 * INK_PIXELS][VECTORS];
    PIXELS_OF(m) VECTORS_OF(v) sum[i][j] = (lane){0};

    const float *b = t->b;
    const float *const *rows = t->rows, *const *second = t->rows + (t->taps - 1) * INK_PIXELS;
    for (size_t tap = 0; tap < t->taps; tap++, rows += INK_PIXELS, second += INK_PIXELS) {
        const float *a[2 * INK_PIXELS];
        PIXELS_OF(m) a[i] = i < INK_PIXELS ? rows[i] : second[i];
        for (size_t p = 0; p < t->k; p++, b += INK_CHANNELS) {
            lane row[VECTORS];
            __builtin_prefetch(b + AHEAD * INK_CHANNELS);
            VECTORS_OF(v) row[j] = *(const lane *)(b + j * LANES);
            PIXELS_OF(m)
            {
                const float x = a[i][p];
                VECTORS_OF(v) sum[i][j] += x * row[j];
            }
        }
    }
    const size_t last = t->n - (size_t)(v - 1) * LANES;
    if (last == LANES) {
        PIXELS_OF(m)
        VECTORS_OF(v)
        lane_store(t->c + (size_t)i * t->c_row + j * LANES, finish(t, (size_t)i, (size_t)j * LANES, LANES, sum[i][j]));
        return;
    }
    PIXELS_OF(m) VECTORS_OF(v)
    {
        const size_t left = j == v - 1 ? last : LANES;
        float *c = t->c + (size_t)i * t->c_row + j * LANES;
        lane_store_part(c, finish(t, (size_t)i, (size_t)j * LANES, left, sum[i][j]), left);
    }
}

#define WIDTH(m, v)                                                                                                    \
    static void tile_##m##_##v(const struct ink_f32_igemm *t)                                                          \
    {                                                                                                                  \
        tile(t, m, v);                                                                                                 \
    }
#define ROWS_OF_WIDTH(v) WIDTH(1, v) WIDTH(2, v) WIDTH(3, v) WIDTH(4, v) WIDTH(5, v) WIDTH(6, v)
#define NAMES(v)                                                                                                       \
    {                                                                                                                  \
        tile_1_##v, tile_2_##v, tile_3_##v, tile_4_##v, tile_5_##v, tile_6_##v                                         \
    }

ROWS_OF_WIDTH(1)
ROWS_OF_WIDTH(2)
#ifdef __AVX2__
static ink_f32_igemm_tile_fn *const tiles[VECTORS][INK_PIXELS] = {NAMES(1), NAMES(2)};
#else
ROWS_OF_WIDTH(3)
ROWS_OF_WIDTH(4)
static ink_f32_igemm_tile_fn *const tiles[VECTORS][INK_PIXELS] = {NAMES(1), NAMES(2), NAMES(3), NAMES(4)};
#endif

static void tile_narrow(const struct ink_f32_igemm *t)
{
    if (t->n <= LANES)
        tile(t, 2 * INK_PIXELS, 1);
    else
        tile(t, 2 * INK_PIXELS, INK_NARROW / LANES);
}

void LEVEL(ink_f32_igemm_tile)(const struct ink_f32_igemm *t)
{
    if (t->m > INK_PIXELS)
        tile_narrow(t);
    else
        tiles[(t->n - 1) / LANES][t->m - 1](t);
}

/* Two vectors of channels, so that a line of the cache is used whole; one where no more are left. */
LANE_INLINE void channels(const struct ink_f32_igemm *t, size_t at, const int m, const int v, const size_t last)
{
    lane sum[2 * INK_PIXELS][2];
    PIXELS_OF(m) LANE_UNROLL for (int j = 0; j < v; j++) sum[i][j] = (lane){0};
    const float *b = t->b + at;
    const float *const *rows = t->rows;
    for (size_t tap = 0; tap < t->taps; tap++, rows += INK_PIXELS, b += t->n) {
        lane weight[2];
        LANE_UNROLL for (int j = 0; j < v; j++) weight[j] = lane_load_part(b + j * LANES, j == v - 1 ? last : LANES);
        PIXELS_OF(m)
        {
            const float *a = rows[i] + at;
            LANE_UNROLL for (int j = 0; j < v; j++) sum[i][j] +=
                weight[j] * lane_load_part(a + j * LANES, j == v - 1 ? last : LANES);
        }
    }
    PIXELS_OF(m) LANE_UNROLL for (int j = 0; j < v; j++)
    {
        const size_t left = j == v - 1 ? last : LANES, c = at + (size_t)j * LANES;
        lane_store_part(t->c + (size_t)i * t->c_row + c, finish(t, (size_t)i, c, left, sum[i][j]), left);
    }
}

LANE_INLINE void all_channels(const struct ink_f32_igemm *t, const int m)
{
    size_t at = 0;
    for (; at + 2 * LANES <= t->n; at += 2 * LANES) channels(t, at, m, 2, LANES);
    for (; at + LANES <= t->n; at += LANES) channels(t, at, m, 1, LANES);
    if (at < t->n) channels(t, at, m, 1, t->n - at);
}

void LEVEL(ink_f32_idepthwise)(const struct ink_f32_igemm *t)
{
    switch (t->m) {
    case 1: all_channels(t, 1); break;
    case 2: all_channels(t, 2); break;
    case 3: all_channels(t, 3); break;
    case 4: all_channels(t, 4); break;
    case 5: all_channels(t, 5); break;
    default: all_channels(t, 6); break;
    }
}

/* One vector of channels of six neighbours. Each column of a line is read once, for all pixels whose windows it is in. */
LANE_INLINE void neighbours(const struct ink_f32_dline *t, size_t at, size_t left, const int width, const int stride)
{
    lane sum[INK_PIXELS];
    LANE_UNROLL for (int i = 0; i < INK_PIXELS; i++) sum[i] = (lane){0};
    const float *b = t->b + at;
    for (size_t y = 0; y < t->height; y++, b += (size_t)width * t->n) {
        const float *x = t->lines[y] + at;
        const size_t step = t->steps[y];
        lane weight[WIDTH_MAX];
        LANE_UNROLL for (int k = 0; k < width; k++) weight[k] = lane_load_part(b + (size_t)k * t->n, left);
        LANE_UNROLL for (int column = 0; column < (INK_PIXELS - 1) * stride + width; column++, x += step)
        {
            const lane v = lane_load_part(x, left);
            LANE_UNROLL for (int i = 0; i < INK_PIXELS; i++)
            {
                const int k = column - i * stride;
                if (k >= 0 && k < width) sum[i] += weight[k] * v;
            }
        }
    }
    const lane low = lane_of(t->low), high = lane_of(t->high);
    const lane bias = t->bias ? lane_load_part(t->bias + at, left) : (lane){0};
    LANE_UNROLL for (size_t i = 0; i < INK_PIXELS; i++)
    {
        lane v = sum[i] + bias;
        if (t->add) v += lane_load_part(t->add + i * t->c_row + at, left);
        lane_store_part(t->c + i * t->c_row + at, lane_clamp(v, low, high), left);
    }
}

#define LINE(width, stride)                                                                                            \
    static void line_##width##_##stride(const struct ink_f32_dline *t)                                                 \
    {                                                                                                                  \
        size_t at = 0;                                                                                                 \
        for (; at + LANES <= t->n; at += LANES) neighbours(t, at, LANES, width, stride);                               \
        if (at < t->n) neighbours(t, at, t->n - at, width, stride);                                                    \
    }
LINE(3, 1)
LINE(3, 2)
LINE(5, 1)
LINE(5, 2)

ink_f32_dline_fn *LEVEL(ink_f32_dline_for)(size_t width, size_t stride)
{
    static ink_f32_dline_fn *const lines[2][2] = {{line_3_1, line_3_2}, {line_5_1, line_5_2}};
    return (width == 3 || width == 5) && (stride == 1 || stride == 2) ? lines[width == 5][stride - 1] : NULL;
}

void LEVEL(ink_f32_ipool_max)(const struct ink_f32_ipool *t)
{
    for (size_t i = 0; i < t->m; i++)
        for (size_t j = 0; j < t->n; j += LANES) {
            const size_t left = t->n - j;
            lane most = lane_of(-__builtin_inff());
            for (size_t tap = 0; tap < t->taps; tap++) {
                lane x = lane_load_part(t->rows[tap * INK_PIXELS + i] + j, left);
                most = lane_pick(x > most, x, most);
            }
            lane_store_part(t->c + i * t->c_row + j, most, left);
        }
}

void LEVEL(ink_f32_ipool_sum)(const struct ink_f32_ipool *t)
{
    for (size_t i = 0; i < t->m; i++)
        for (size_t j = 0; j < t->n; j += LANES) {
            const size_t left = t->n - j;
            lane sum = {0};
            for (size_t tap = 0; tap < t->taps; tap++) sum += lane_load_part(t->rows[tap * INK_PIXELS + i] + j, left);
            lane_store_part(t->c + i * t->c_row + j, t->scale[i] * sum, left);
        }
}
