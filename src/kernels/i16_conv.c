/* SPDX-License-Identifier: MIT */
#include "kernels/i16_conv.h"

#include <string.h>

#include "base/checked.h"
#include "kernels/kernels.h"

enum { DEPTHWISE_OUT_MAX = 2 }; /* outputs a group up to which taps beat a product of as many rows */

ink_status ink_i16_conv_plan(const struct ink_f32_conv_sizes *sizes, struct ink_arena *arena,
                             struct ink_i16_conv_plan *plan)
{
    *plan = (struct ink_i16_conv_plan){.sizes = *sizes};
    ink_status st = ink_window_plan(&sizes->window, sizes->group_in, true, arena, &plan->window);
    if (st) return st;
    plan->pairs = ink_i16_pairs(plan->window.tap_count);
    plan->planes = sizes->group_in * plan->window.plane_floats;
    return ink_i16_gemm_scratch(plan->pairs, &plan->scratch) &&
                   ink_add_size(plan->scratch, plan->planes, &plan->scratch)
               ? INK_OK
               : INK_E_LIMIT;
}

/* A plane with its border of zeros; a row may end before the input's does, where no window reaches its end. */
static void border_plane(const struct ink_i16_conv *conv, const uint8_t *x, int16_t *out)
{
    const struct ink_window_plan *plan = &conv->plan->window;
    const struct ink_window *w = &plan->window;
    size_t left = w->pad[2] < plan->plane[2] ? w->pad[2] : plan->plane[2], cols = plan->plane[2] - left;
    if (cols > w->in[2]) cols = w->in[2];
    memset(out, 0, plan->plane_floats * sizeof *out);
    for (size_t z = 0; z < plan->plane[0]; z++)
        for (size_t y = 0; y < plan->plane[1]; y++, out += plan->plane[2]) {
            if (z < w->pad[0] || z - w->pad[0] >= w->in[0] || y < w->pad[1] || y - w->pad[1] >= w->in[1]) continue;
            const uint8_t *row = x + ((z - w->pad[0]) * w->in[1] + (y - w->pad[1])) * w->in[2];
            ink_kernels()->q8_to_i16(cols, row, conv->x_signed, conv->x_zero, out + left);
        }
}

static void fill_planes(const struct ink_i16_conv *conv, const uint8_t *x, int16_t *planes)
{
    const struct ink_i16_conv_plan *plan = conv->plan;
    if (!plan->window.bordered) {
        ink_kernels()->q8_to_i16(plan->planes, x, conv->x_signed, conv->x_zero, planes);
        return;
    }
    for (size_t c = 0; c < plan->sizes.group_in; c++)
        border_plane(conv, x + c * plan->window.in_floats, planes + c * plan->window.plane_floats);
}

struct panel_source {
    const struct ink_window_plan *window;
    const int16_t *planes;
};

/* Two taps of neighbouring outputs, side by side. */
static void write_pair(const struct ink_run *run, size_t step, const int16_t *first, const int16_t *second,
                       int16_t *out)
{
    for (size_t i = 0; i < run->len; i++) {
        out[2 * i] = first[run->from + i * step];
        out[2 * i + 1] = second ? second[run->from + i * step] : 0;
    }
}

static void write_panel(const void *arg, size_t j, size_t cols, int16_t *out)
{
    const struct panel_source *source = arg;
    const struct ink_window_plan *window = source->window;
    size_t begin = window->panel_runs[j / INK_GEMM_NR], end = window->panel_runs[j / INK_GEMM_NR + 1];
    for (size_t t = 0; t < window->tap_count; t += 2, out += 2 * INK_GEMM_NR) {
        const int16_t *first = source->planes + window->taps[t];
        const int16_t *second = t + 1 < window->tap_count ? source->planes + window->taps[t + 1] : NULL;
        for (size_t r = begin; r < end; r++)
            write_pair(&window->runs[r], window->step, first, second, out + 2 * (window->runs[r].to - j));
        memset(out + 2 * cols, 0, 2 * (INK_GEMM_NR - cols) * sizeof *out);
    }
}

static void run_depthwise(const struct ink_i16_conv *conv, size_t index, const int16_t *plane)
{
    const struct ink_window_plan *window = &conv->plan->window;
    const struct ink_f32_conv_sizes *s = &conv->plan->sizes;
    for (size_t o = 0; o < s->group_out; o++)
        ink_kernels()->i16_taps_sum(window->run_count, window->runs, window->step, window->tap_count, window->taps,
                                    conv->w + (index % s->groups * s->group_out + o) * 2 * conv->plan->pairs, plane,
                                    conv->y + (index * s->group_out + o) * window->out_floats);
}

static void run_item(const struct ink_i16_conv *conv, size_t index, int16_t *planes, struct ink_parallel *parallel)
{
    const struct ink_i16_conv_plan *plan = conv->plan;
    const struct ink_f32_conv_sizes *s = &plan->sizes;
    struct panel_source source = {&plan->window, planes};
    fill_planes(conv, conv->x + index * s->group_in * plan->window.in_floats, planes);
    if (s->group_in == 1 && s->group_out <= DEPTHWISE_OUT_MAX) {
        run_depthwise(conv, index, planes);
        return;
    }
    struct ink_i16_gemm gemm = {
        .m = s->group_out,
        .n = plan->window.out_floats,
        .pairs = plan->pairs,
        .a = conv->w + index % s->groups * s->group_out * 2 * plan->pairs,
        .panel = write_panel,
        .panel_source = &source,
        .c = conv->y + index * s->group_out * plan->window.out_floats,
        .parallel = parallel,
    };
    /* one thread's scratch is its planes, then its panels; or one planes for all, then panels for each */
    gemm.scratch = planes + plan->planes;
    ink_i16_gemm(&gemm);
}

static void item_task(void *arg, size_t index, int worker)
{
    const struct ink_i16_conv *conv = arg;
    run_item(conv, index, conv->scratch + (size_t)worker * conv->plan->scratch, NULL);
}

void ink_i16_conv(const struct ink_i16_conv *conv)
{
    size_t items = conv->plan->sizes.batch * conv->plan->sizes.groups;
    if (items >= 2 * (size_t)conv->parallel->threads)
        ink_parallel_run(conv->parallel, items, item_task, (void *)(uintptr_t)conv);
    else
        for (size_t i = 0; i < items; i++) run_item(conv, i, conv->scratch, conv->parallel);
}
