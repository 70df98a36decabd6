/* SPDX-License-Identifier: MIT */
#include "kernels/conv.h"

#include "base/checked.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"

enum {
    DEPTHWISE_OUT_MAX = 2,         /* outputs a group up to which taps beat a product of as many rows */
    ITEMS_WORTH_A_THREAD = 100000, /* multiply-adds of all planes together */
};

static bool is_pointwise(const struct ink_window *w)
{
    for (int d = 0; d < INK_WINDOW_DIMS; d++)
        if (w->kernel[d] != 1 || w->pad[d] != 0 || w->in[d] != w->out[d]) return false;
    return true;
}

ink_status ink_f32_conv_plan(const struct ink_f32_conv_sizes *sizes, struct ink_arena *arena,
                             struct ink_f32_conv_plan *plan)
{
    *plan = (struct ink_f32_conv_plan){.sizes = *sizes, .way = INK_CONV_PANELS};
    if (is_pointwise(&sizes->window))
        plan->way = INK_CONV_POINTWISE;
    else if (sizes->group_in == 1 && sizes->group_out <= DEPTHWISE_OUT_MAX)
        plan->way = INK_CONV_DEPTHWISE;

    ink_status st =
        ink_window_plan(&sizes->window, sizes->group_in, plan->way == INK_CONV_PANELS, arena, &plan->window);
    if (st) return st;
    if (plan->window.bordered) plan->border_floats = sizes->group_in * plan->window.plane_floats;
    if (plan->way != INK_CONV_DEPTHWISE)
        plan->gemm_floats = ink_f32_gemm_scratch(plan->window.out_floats, plan->window.tap_count);
    return ink_add_size(plan->border_floats, plan->gemm_floats, &plan->scratch_floats) ? INK_OK : INK_E_LIMIT;
}

/* One group of one picture: what the ways below work on. */
struct item {
    const float *x; /* with border, where there is one */
    const float *w, *bias, *add;
    float *y;
};

static struct item item_of(const struct ink_f32_conv *conv, size_t index, float *border)
{
    const struct ink_f32_conv_plan *plan = conv->plan;
    const struct ink_f32_conv_sizes *s = &plan->sizes;
    size_t group = index % s->groups, at = index * s->group_out * plan->window.out_floats;
    struct item item = {
        .x = conv->x + index * s->group_in * plan->window.in_floats,
        .w = conv->w + group * s->group_out * plan->window.tap_count,
        .bias = conv->bias ? conv->bias + group * s->group_out : NULL,
        .add = conv->add ? conv->add + at : NULL,
        .y = conv->y + at,
    };
    if (plan->window.bordered) {
        ink_window_border(&plan->window, s->group_in, item.x, 0, border);
        item.x = border;
    }
    return item;
}

struct panel_source {
    const struct ink_window_plan *window;
    const float *x;
    ink_f32_taps_pack_fn *pack;
};

static void write_panel(const void *arg, size_t k0, size_t kc, size_t j0, size_t cols, float *out)
{
    const struct panel_source *source = arg;
    const struct ink_window_plan *window = source->window;
    size_t first = window->panel_runs[j0 / INK_GEMM_NR], end = window->panel_runs[j0 / INK_GEMM_NR + 1];
    (void)cols; /* the runs know where the plane ends */
    source->pack(end - first, window->runs + first, window->step, kc, window->taps + k0, source->x, out);
}

static void run_product(const struct ink_f32_conv *conv, const struct item *item, struct ink_parallel *parallel,
                        float *scratch)
{
    const struct ink_window_plan *window = &conv->plan->window;
    struct panel_source source = {window, item->x, ink_kernels()->f32_taps_pack};
    struct ink_f32_gemm gemm = {
        .m = conv->plan->sizes.group_out,
        .n = window->out_floats,
        .k = window->tap_count,
        .a = item->w,
        .a_row = window->tap_count,
        .a_col = 1,
        .c = item->y,
        .c_row = window->out_floats,
        .row_bias = item->bias,
        .add = item->add,
        .add_row = window->out_floats,
        .activation = conv->activation,
        .scratch = scratch,
        .parallel = parallel,
    };
    if (conv->plan->way == INK_CONV_POINTWISE) {
        gemm.b = item->x;
        gemm.b_row = window->in_floats;
        gemm.b_col = 1;
    } else {
        gemm.panel = write_panel;
        gemm.panel_source = &source;
    }
    ink_f32_gemm(&gemm);
}

static void add_and_clamp(size_t n, const float *add, float low, float high, float *y)
{
    for (size_t i = 0; i < n; i++) {
        float v = y[i] + add[i];
        if (v < low) v = low;
        if (v > high) v = high;
        y[i] = v;
    }
}

static void run_taps(const struct ink_f32_conv *conv, const struct item *item)
{
    const struct ink_window_plan *window = &conv->plan->window;
    size_t n = window->out_floats;
    float low, high;
    ink_activation_clamp(&conv->activation, &low, &high);
    struct ink_f32_taps job = {
        .run_count = window->run_count,
        .runs = window->runs,
        .step = window->step,
        .tap_count = window->tap_count,
        .taps = window->taps,
        .in = item->x,
        .low = item->add ? -__builtin_inff() : low,
        .high = item->add ? __builtin_inff() : high,
    };
    for (size_t o = 0; o < conv->plan->sizes.group_out; o++) {
        job.weights = item->w + o * window->tap_count;
        job.bias = item->bias ? item->bias[o] : 0;
        job.out = item->y + o * n;
        ink_kernels()->f32_taps_sum(&job);
        if (item->add) add_and_clamp(n, item->add + o * n, low, high, job.out);
        ink_activation_apply(&conv->activation, n, job.out);
    }
}

static void run_item(const struct ink_f32_conv *conv, size_t index, struct ink_parallel *parallel, float *scratch)
{
    struct item item = item_of(conv, index, scratch);
    if (conv->plan->way == INK_CONV_DEPTHWISE)
        run_taps(conv, &item);
    else
        run_product(conv, &item, parallel, scratch + conv->plan->border_floats);
}

static void item_task(void *arg, size_t index, int worker)
{
    const struct ink_f32_conv *conv = arg;
    size_t own = (size_t)worker * conv->plan->scratch_floats;
    run_item(conv, index, NULL, own ? conv->scratch + own : conv->scratch);
}

/* Many groups or pictures are given out whole; of a few, each is cut up by its product. */
void ink_f32_conv(const struct ink_f32_conv *conv)
{
    const struct ink_f32_conv_plan *plan = conv->plan;
    size_t items = plan->sizes.batch * plan->sizes.groups;
    size_t threads = conv->parallel ? (size_t)conv->parallel->threads : 1;
    double cost = (double)items * (double)plan->sizes.group_out * (double)plan->window.out_floats *
                  (double)plan->window.tap_count;
    bool whole = plan->way == INK_CONV_DEPTHWISE || items >= 2 * threads;
    if (whole && cost >= ITEMS_WORTH_A_THREAD) {
        ink_parallel_run(conv->parallel, items, item_task, (void *)conv);
        return;
    }
    for (size_t i = 0; i < items; i++) run_item(conv, i, whole ? NULL : conv->parallel, conv->scratch);
}
