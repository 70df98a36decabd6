/* SPDX-License-Identifier: MIT */
#include "kernels/window.h"

#include <string.h>

#include "base/checked.h"
#include "kernels/kernels.h"

static const size_t LIMIT = (size_t)1 << 31; /* offsets are 32 bits, and gathers take signed ones */

/* How far the windows reach in one dimension, from the first element of the first to the last of the last. */
static bool reach(const struct ink_window *w, int d, size_t *out)
{
    size_t slides, spread;
    return ink_mul_size(w->out[d] - 1, w->stride[d], &slides) &&
           ink_mul_size(w->kernel[d] - 1, w->dilation[d], &spread) && ink_add_size(slides, spread, &slides) &&
           ink_add_size(slides, 1, out);
}

static size_t product(const size_t v[INK_WINDOW_DIMS])
{
    return v[0] * v[1] * v[2];
}

/* The size of the planes that the windows move over; false where they are too large. */
static bool plane_of(const struct ink_window *w, size_t channels, size_t plane[INK_WINDOW_DIMS], bool *bordered)
{
    size_t in = channels, out = 1, taps = channels, all = channels;
    *bordered = false;
    for (int d = 0; d < INK_WINDOW_DIMS; d++) {
        size_t need;
        if (!reach(w, d, &need)) return false;
        if (w->pad[d] > 0 || need > w->in[d]) *bordered = true;
        plane[d] = need;
    }
    for (int d = 0; d < INK_WINDOW_DIMS; d++) {
        if (!*bordered) plane[d] = w->in[d];
        if (!ink_mul_size(all, plane[d], &all) || !ink_mul_size(in, w->in[d], &in)) return false;
        if (!ink_mul_size(out, w->out[d], &out) || !ink_mul_size(taps, w->kernel[d], &taps)) return false;
        if (all >= LIMIT || in >= LIMIT || out >= LIMIT || taps >= LIMIT) return false;
    }
    return true;
}

bool ink_window_fits(const struct ink_window *window, size_t channels)
{
    size_t plane[INK_WINDOW_DIMS];
    bool bordered;
    return plane_of(window, channels, plane, &bordered);
}

static void fill_taps(struct ink_window_plan *plan, size_t channels)
{
    const struct ink_window *w = &plan->window;
    const size_t *plane = plan->plane;
    uint32_t *tap = plan->taps;
    for (size_t c = 0; c < channels; c++)
        for (size_t z = 0; z < w->kernel[0]; z++)
            for (size_t y = 0; y < w->kernel[1]; y++)
                for (size_t x = 0; x < w->kernel[2]; x++)
                    *tap++ =
                        (uint32_t)(((c * plane[0] + z * w->dilation[0]) * plane[1] + y * w->dilation[1]) * plane[2] +
                                   x * w->dilation[2]);
}

/* One row of outputs in runs; with panels, none crosses a multiple of INK_GEMM_NR. Returns how many. */
static size_t row_runs(const struct ink_window_plan *plan, size_t from, size_t to, bool panels, struct ink_run *runs)
{
    size_t count = 0, end = to + plan->window.out[2];
    while (to < end) {
        size_t len = end - to < INK_RUN_MAX ? end - to : INK_RUN_MAX;
        size_t to_panel = INK_GEMM_NR - to % INK_GEMM_NR;
        if (panels && len > to_panel) len = to_panel;
        runs[count++] = (struct ink_run){(uint32_t)from, (uint32_t)to, (uint32_t)len};
        from += len * plan->step;
        to += len;
    }
    return count;
}

static void fill_runs(struct ink_window_plan *plan, bool panels)
{
    const struct ink_window *w = &plan->window;
    size_t to = 0;
    plan->run_count = 0;
    for (size_t z = 0; z < w->out[0]; z++)
        for (size_t y = 0; y < w->out[1]; y++, to += w->out[2]) {
            size_t from = (z * w->stride[0] * plan->plane[1] + y * w->stride[1]) * plan->plane[2];
            plan->run_count += row_runs(plan, from, to, panels, plan->runs + plan->run_count);
        }
}

static void fill_panels(struct ink_window_plan *plan)
{
    size_t panel = 0;
    for (size_t r = 0; r < plan->run_count; r++)
        if (plan->runs[r].to == panel * INK_GEMM_NR) plan->panel_runs[panel++] = (uint32_t)r;
    plan->panel_runs[panel] = (uint32_t)plan->run_count;
}

ink_status ink_window_plan(const struct ink_window *window, size_t channels, bool panels, struct ink_arena *arena,
                           struct ink_window_plan *plan)
{
    *plan = (struct ink_window_plan){.window = *window};
    struct ink_window *w = &plan->window;
    for (int d = 0; d < INK_WINDOW_DIMS; d++) {
        if (w->out[d] == 1) w->stride[d] = 1; /* nothing slides: however large they are given, they do not count */
        if (w->kernel[d] == 1) w->dilation[d] = 1;
    }
    if (!plane_of(w, channels, plan->plane, &plan->bordered)) return INK_E_LIMIT;
    plan->in_floats = product(w->in);
    plan->out_floats = product(w->out);
    plan->plane_floats = product(plan->plane);
    plan->step = w->stride[2];
    plan->tap_count = channels * product(w->kernel);
    plan->taps = INK_ARENA_ARRAY(arena, uint32_t, plan->tap_count);

    size_t row_max = w->out[2] / INK_RUN_MAX + 1 + (panels ? w->out[2] / INK_GEMM_NR + 1 : 0);
    plan->runs = INK_ARENA_ARRAY(arena, struct ink_run, w->out[0] * w->out[1] * row_max);
    if (panels) plan->panel_runs = INK_ARENA_ARRAY(arena, uint32_t, plan->out_floats / INK_GEMM_NR + 2);
    if (!plan->taps || !plan->runs || (panels && !plan->panel_runs)) return INK_E_OOM;
    fill_taps(plan, channels);
    fill_runs(plan, panels);
    if (panels) fill_panels(plan);
    return INK_OK;
}

static void fill(float *out, float value, size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = value;
}

/* How many elements of the input the plane holds behind the padding, in one dimension. */
static size_t inside(const struct ink_window_plan *plan, int d)
{
    size_t pad = plan->window.pad[d];
    if (pad >= plan->plane[d]) return 0;
    size_t room = plan->plane[d] - pad;
    return room < plan->window.in[d] ? room : plan->window.in[d];
}

static void border_plane(const struct ink_window_plan *plan, const float *in, float border, float *out)
{
    const struct ink_window *w = &plan->window;
    const size_t *plane = plan->plane;
    size_t depth = inside(plan, 0), rows = inside(plan, 1), cols = inside(plan, 2);
    size_t left = w->pad[2] < plane[2] ? w->pad[2] : plane[2];
    for (size_t z = 0; z < plane[0]; z++)
        for (size_t y = 0; y < plane[1]; y++, out += plane[2]) {
            if (z < w->pad[0] || z - w->pad[0] >= depth || y < w->pad[1] || y - w->pad[1] >= rows || cols == 0) {
                fill(out, border, plane[2]);
                continue;
            }
            fill(out, border, left);
            memcpy(out + left, in + ((z - w->pad[0]) * w->in[1] + (y - w->pad[1])) * w->in[2], cols * sizeof *in);
            fill(out + left + cols, border, plane[2] - left - cols);
        }
}

void ink_window_border(const struct ink_window_plan *plan, size_t channels, const float *in, float border, float *out)
{
    for (size_t c = 0; c < channels; c++)
        border_plane(plan, in + c * plan->in_floats, border, out + c * plan->plane_floats);
}
