/* SPDX-License-Identifier: MIT */
#include "kernels/nhwc_window.h"

#include "base/checked.h"

enum {
    BLOCK_POINTERS = 1024, /* 8 KB of them, a quarter of the L1 cache */
    BLOCK_TILES = 16,
};
static const size_t LIMIT = (size_t)1 << 31;

static bool product(const size_t dims[INK_WINDOW_DIMS], size_t *out)
{
    for (int d = 0; d < INK_WINDOW_DIMS; d++)
        if (!ink_mul_size(*out, dims[d], out)) return false;
    return *out < LIMIT;
}

ink_status ink_nhwc_window_plan(const struct ink_window *w, size_t channels, float border, struct ink_arena *arena,
                                struct ink_nhwc_window *plan)
{
    size_t elements = channels;
    *plan = (struct ink_nhwc_window){.window = *w, .channels = channels, .taps = 1, .in_pixels = 1, .out_pixels = 1};
    if (!product(w->kernel, &plan->taps) || !product(w->in, &plan->in_pixels) || !product(w->out, &plan->out_pixels) ||
        !product(w->in, &elements))
        return INK_E_LIMIT;
    plan->block_tiles = BLOCK_POINTERS / (plan->taps * INK_PIXELS);
    if (plan->block_tiles > BLOCK_TILES) plan->block_tiles = BLOCK_TILES;
    if (plan->block_tiles < 1) plan->block_tiles = 1;

    plan->offsets = INK_ARENA_ARRAY(arena, ptrdiff_t, plan->taps);
    float *outside = INK_ARENA_ARRAY(arena, float, channels);
    if (!plan->offsets || !outside) return INK_E_OOM;
    for (size_t c = 0; c < channels; c++) outside[c] = border;
    plan->border = outside;
    ptrdiff_t *offset = plan->offsets;
    for (size_t z = 0; z < w->kernel[0]; z++)
        for (size_t y = 0; y < w->kernel[1]; y++)
            for (size_t x = 0; x < w->kernel[2]; x++)
                *offset++ =
                    (ptrdiff_t)(((z * w->dilation[0] * w->in[1] + y * w->dilation[1]) * w->in[2] + x * w->dilation[2]) *
                                channels);
    return INK_OK;
}

size_t ink_nhwc_window_pointers(const struct ink_nhwc_window *plan)
{
    return plan->block_tiles * plan->taps * INK_PIXELS;
}

/* The taps of one pixel whose window reaches over an edge. `start` is the window's first place in each dimension. */
static void rows_at_edge(const struct ink_nhwc_window *plan, const float *x, const ptrdiff_t start[INK_WINDOW_DIMS],
                         const float **pointers)
{
    const struct ink_window *w = &plan->window;
    size_t k[INK_WINDOW_DIMS];
    for (k[0] = 0; k[0] < w->kernel[0]; k[0]++)
        for (k[1] = 0; k[1] < w->kernel[1]; k[1]++)
            for (k[2] = 0; k[2] < w->kernel[2]; k[2]++, pointers += INK_PIXELS) {
                bool inside = true;
                size_t at = 0;
                for (int d = 0; d < INK_WINDOW_DIMS; d++) {
                    size_t place = (size_t)start[d] + k[d] * w->dilation[d]; /* below 0 it is very large */
                    inside = inside && place < w->in[d];
                    at = at * w->in[d] + place;
                }
                *pointers = inside ? x + at * plan->channels : plan->border;
            }
}

static void rows_of_pixel(const struct ink_nhwc_window *plan, const float *x, const size_t at[INK_WINDOW_DIMS],
                          const float **pointers)
{
    const struct ink_window *w = &plan->window;
    ptrdiff_t start[INK_WINDOW_DIMS];
    bool inside = true;
    for (int d = 0; d < INK_WINDOW_DIMS; d++) {
        start[d] = (ptrdiff_t)(at[d] * w->stride[d]) - (ptrdiff_t)w->pad[d];
        inside = inside && start[d] >= 0 && (size_t)start[d] + (w->kernel[d] - 1) * w->dilation[d] < w->in[d];
    }
    if (!inside) {
        rows_at_edge(plan, x, start, pointers);
        return;
    }
    const float *first =
        x + (((size_t)start[0] * w->in[1] + (size_t)start[1]) * w->in[2] + (size_t)start[2]) * plan->channels;
    for (size_t t = 0; t < plan->taps; t++) pointers[t * INK_PIXELS] = first + plan->offsets[t];
}

void ink_nhwc_window_rows(const struct ink_nhwc_window *plan, const float *x, size_t first, size_t count,
                          const float **pointers)
{
    const struct ink_window *w = &plan->window;
    size_t at[INK_WINDOW_DIMS] = {first / (w->out[1] * w->out[2]), first / w->out[2] % w->out[1], first % w->out[2]};
    for (size_t i = 0; i < count; i++) {
        size_t tile = i / INK_PIXELS, pixel = i % INK_PIXELS;
        rows_of_pixel(plan, x, at, pointers + tile * plan->taps * INK_PIXELS + pixel);
        if (++at[2] < w->out[2]) continue;
        at[2] = 0;
        if (++at[1] < w->out[1]) continue;
        at[1] = 0;
        at[0]++;
    }
}
