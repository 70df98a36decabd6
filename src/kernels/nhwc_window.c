/* SPDX-License-Identifier: MIT */
#include "kernels/nhwc_window.h"

#include "base/checked.h"
#include "kernels/sizes.h"

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

bool ink_nhwc_window_inside(const struct ink_window *w)
{
    for (int d = 0; d < INK_WINDOW_DIMS; d++)
        if (w->pad[d] || (w->out[d] - 1) * w->stride[d] + (w->kernel[d] - 1) * w->dilation[d] >= w->in[d]) return false;
    return true;
}

/* The outputs whose windows lie inside, in one dimension. */
static void find_inside(const struct ink_window *w, int d, size_t *inner, size_t *outer)
{
    size_t reach = (w->kernel[d] - 1) * w->dilation[d] + 1, end = w->in[d] + w->pad[d];
    *inner = ink_min_size((w->pad[d] + w->stride[d] - 1) / w->stride[d], w->out[d]);
    *outer = end < reach ? 0 : ink_min_size((end - reach) / w->stride[d] + 1, w->out[d]);
    if (*outer < *inner) *outer = *inner;
}

ink_status ink_nhwc_window_plan(const struct ink_window *w, size_t channels, float border, bool join,
                                struct ink_arena *arena, struct ink_nhwc_window *plan)
{
    size_t elements = channels;
    *plan = (struct ink_nhwc_window){.window = *w, .channels = channels, .taps = 1, .in_pixels = 1, .out_pixels = 1};
    if (!product(w->kernel, &plan->taps) || !product(w->in, &plan->in_pixels) || !product(w->out, &plan->out_pixels) ||
        !product(w->in, &elements))
        return INK_E_LIMIT;
    bool inside = ink_nhwc_window_inside(w);
    plan->joined = join && inside && w->dilation[2] == 1 ? w->kernel[2] : 1;
    plan->taps /= plan->joined;
    plan->block_tiles = BLOCK_POINTERS / (plan->taps * INK_PIXELS);
    if (plan->block_tiles > BLOCK_TILES) plan->block_tiles = BLOCK_TILES;
    if (plan->block_tiles < 1) plan->block_tiles = 1;

    plan->offsets = INK_ARENA_ARRAY(arena, ptrdiff_t, plan->taps);
    float *outside = inside ? NULL : INK_ARENA_ARRAY(arena, float, channels);
    if (!plan->offsets || (!outside && !inside)) return INK_E_OOM;
    for (size_t c = 0; outside && c < channels; c++) outside[c] = border;
    plan->border = outside;
    for (int d = 0; d < INK_WINDOW_DIMS; d++) find_inside(w, d, &plan->inner[d], &plan->outer[d]);
    ptrdiff_t *offset = plan->offsets;
    for (size_t z = 0; z < w->kernel[0]; z++)
        for (size_t y = 0; y < w->kernel[1]; y++)
            for (size_t x = 0; x < w->kernel[2]; x += plan->joined)
                *offset++ =
                    (ptrdiff_t)(((z * w->dilation[0] * w->in[1] + y * w->dilation[1]) * w->in[2] + x * w->dilation[2]) *
                                channels);
    return INK_OK;
}

size_t ink_nhwc_window_pointers(const struct ink_nhwc_window *plan)
{
    return plan->block_tiles * plan->taps * INK_PIXELS;
}

/* The taps of one pixel whose window reaches over an edge. */
static void rows_at_edge(const struct ink_nhwc_window *plan, const float *x, const size_t at[INK_WINDOW_DIMS],
                         const float **pointers)
{
    const struct ink_window *w = &plan->window;
    size_t k[INK_WINDOW_DIMS];
    for (k[0] = 0; k[0] < w->kernel[0]; k[0]++)
        for (k[1] = 0; k[1] < w->kernel[1]; k[1]++)
            for (k[2] = 0; k[2] < w->kernel[2]; k[2]++, pointers += INK_PIXELS) {
                bool inside = true;
                size_t from = 0;
                for (int d = 0; d < INK_WINDOW_DIMS; d++) {
                    size_t place = at[d] * w->stride[d] + k[d] * w->dilation[d] - w->pad[d]; /* wraps below 0 */
                    inside = inside && place < w->in[d];
                    from = from * w->in[d] + place;
                }
                *pointers = inside ? x + from * plan->channels : plan->border;
            }
}

/* `count` neighbours in a line, all with their windows inside. */
static void rows_inside(const struct ink_nhwc_window *plan, const float *x, const size_t at[INK_WINDOW_DIMS],
                        size_t count, const float **pointers)
{
    const struct ink_window *w = &plan->window;
    size_t start = 0, step = w->stride[2] * plan->channels;
    for (int d = 0; d < INK_WINDOW_DIMS; d++) start = start * w->in[d] + at[d] * w->stride[d] - w->pad[d];
    const float *first = x + start * plan->channels;
    for (size_t t = 0; t < plan->taps; t++, pointers += INK_PIXELS)
        for (size_t i = 0; i < count; i++) pointers[i] = first + plan->offsets[t] + i * step;
}

/* How many neighbours from x on are alike: at the edge one by one. */
static size_t run_at(const struct ink_nhwc_window *plan, const size_t at[INK_WINDOW_DIMS], bool *inside)
{
    *inside = true;
    for (int d = 0; d < INK_WINDOW_DIMS; d++) *inside = *inside && at[d] >= plan->inner[d] && at[d] < plan->outer[d];
    return *inside ? plan->outer[2] - at[2] : 1;
}

void ink_nhwc_window_rows(const struct ink_nhwc_window *plan, const float *x, size_t first, size_t count,
                          const float **pointers)
{
    const struct ink_window *w = &plan->window;
    size_t at[INK_WINDOW_DIMS] = {first / (w->out[1] * w->out[2]), first / w->out[2] % w->out[1], first % w->out[2]};
    for (size_t i = 0, run; i < count; i += run) {
        const float **to = pointers + i / INK_PIXELS * plan->taps * INK_PIXELS + i % INK_PIXELS;
        bool inside;
        run = ink_min_size(ink_min_size(run_at(plan, at, &inside), INK_PIXELS - i % INK_PIXELS), count - i);
        if (inside)
            rows_inside(plan, x, at, run, to);
        else
            rows_at_edge(plan, x, at, to);
        at[2] += run;
        if (at[2] < w->out[2]) continue;
        at[2] = 0;
        if (++at[1] < w->out[1]) continue;
        at[1] = 0;
        at[0]++;
    }
}
