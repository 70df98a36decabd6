/* SPDX-License-Identifier: MIT */
#include "kernels/nhwc_conv.h"

#include <string.h>

#include "base/checked.h"
#include "kernels/kernels.h"
#include "kernels/nhwc_winograd.h"
#include "kernels/sizes.h"

enum {
    WORTH_A_THREAD = 1000000, /* multiply-adds; below it, waking a thread costs more than it does */
    TASKS_A_THREAD = 3,
    BLOCK_FLOATS = 1 << 14, /* of a depthwise result: they stay in the cache until the activation is applied */
    LINES_MAX = 25,         /* of a depthwise window that is read in lines */
    FEW_CHANNELS = 16,      /* a copy with a border costs less than a pointer for each pixel below the window */
    LINE = INK_ARENA_ALIGN / sizeof(float), /* what the threads' parts of the scratch are aligned to */
};

static size_t outputs_of(const struct ink_f32_conv_sizes *s)
{
    return s->groups * s->group_out;
}

static enum ink_nhwc_way choose(const struct ink_f32_conv_sizes *s)
{
    if (s->group_in == 1 && s->group_out == 1) return INK_NHWC_DEPTHWISE;
    return ink_nhwc_winograd_pays(s) ? INK_NHWC_WINOGRAD : INK_NHWC_INDIRECT;
}

/* Panels of INK_CHANNELS outputs; a group's last one is filled up with zeros. */
static size_t panels_of(const struct ink_f32_conv_sizes *s)
{
    return ink_parts_of(s->group_out, INK_CHANNELS);
}

/* How far the windows reach in a picture that has its border. */
static struct ink_window with_border(const struct ink_window *window)
{
    struct ink_window w = *window;
    for (int d = 0; d < INK_WINDOW_DIMS; d++) {
        w.in[d] = (w.out[d] - 1) * w.stride[d] + (w.kernel[d] - 1) * w.dilation[d] + 1;
        w.pad[d] = 0;
    }
    return w;
}

ink_status ink_nhwc_conv_plan(const struct ink_f32_conv_sizes *sizes, struct ink_arena *arena,
                              struct ink_nhwc_conv_plan *plan)
{
    *plan = (struct ink_nhwc_conv_plan){.sizes = *sizes, .way = choose(sizes)};
    struct ink_window window =
        plan->way == INK_NHWC_WINOGRAD ? ink_nhwc_winograd_window(&sizes->window) : sizes->window;
    bool join = plan->way == INK_NHWC_INDIRECT && sizes->groups == 1 && window.dilation[2] == 1;
    bool border = join && sizes->group_in <= FEW_CHANNELS && window.kernel[2] > 1 && !ink_nhwc_window_inside(&window);
    if (border) window = with_border(&window);
    ink_status st = ink_nhwc_window_plan(&window, sizes->groups * sizes->group_in, 0, join, arena, &plan->window);
    if (st) return st;
    if (border) plan->border_floats = ink_parts_of(plan->window.in_pixels * plan->window.channels, LINE) * LINE;
    plan->scratch_floats = ink_parts_of(ink_nhwc_window_pointers(&plan->window) * INK_POINTER_FLOATS, LINE) * LINE;
    if (plan->way == INK_NHWC_WINOGRAD) return ink_nhwc_winograd_plan(plan);
    size_t panel = plan->way == INK_NHWC_DEPTHWISE ? 1 : panels_of(sizes) * INK_CHANNELS;
    plan->scratch_floats += plan->border_floats;
    return ink_mul_size(plan->window.taps * plan->window.joined, sizes->group_in, &plan->packed_floats) &&
                   ink_mul_size(plan->packed_floats, panel, &plan->packed_floats) &&
                   ink_mul_size(plan->packed_floats, sizes->groups, &plan->packed_floats)
               ? INK_OK
               : INK_E_LIMIT;
}

/* w [outputs, channels, taps] -> [taps][outputs], one channel each */
static void pack_depthwise(const struct ink_nhwc_conv_plan *plan, const float *w, float *out)
{
    size_t taps = plan->window.taps, groups = plan->sizes.groups;
    for (size_t t = 0; t < taps; t++)
        for (size_t g = 0; g < groups; g++) *out++ = w[g * taps + t];
}

/* Panels of a group one after the other, each [taps][channels][INK_CHANNELS]. */
static void pack_panels(const struct ink_nhwc_conv_plan *plan, const float *w, float *out)
{
    const struct ink_f32_conv_sizes *s = &plan->sizes;
    size_t taps = plan->window.taps * plan->window.joined, row = s->group_in * taps;
    for (size_t g = 0; g < s->groups; g++, w += s->group_out * row)
        for (size_t o = 0; o < s->group_out; o += INK_CHANNELS, out += row * INK_CHANNELS) {
            size_t n = ink_min_size(INK_CHANNELS, s->group_out - o);
            for (size_t t = 0; t < taps; t++)
                for (size_t c = 0; c < s->group_in; c++) {
                    float *to = out + (t * s->group_in + c) * INK_CHANNELS;
                    const float *from = w + o * row + c * taps + t;
                    for (size_t j = 0; j < n; j++) to[j] = from[j * row];
                    for (size_t j = n; j < INK_CHANNELS; j++) to[j] = 0;
                }
        }
}

void ink_nhwc_conv_pack(const struct ink_nhwc_conv_plan *plan, const float *w, float *out)
{
    switch (plan->way) {
    case INK_NHWC_INDIRECT: pack_panels(plan, w, out); break;
    case INK_NHWC_DEPTHWISE: pack_depthwise(plan, w, out); break;
    case INK_NHWC_WINOGRAD: ink_nhwc_winograd_pack(plan, w, out); break;
    }
}

/* What is given out to threads: blocks of pixels, and panels of outputs where there are few blocks. */
struct job {
    const struct ink_nhwc_conv *conv;
    const float *x;              /* all pictures; or the one at hand, with its border */
    size_t picture;              /* the first one that is there */
    size_t block_pixels, blocks; /* of one picture */
    size_t block_lines;          /* depthwise: lines of a block */
    size_t part_panels, parts;   /* of one group */
    float low, high;
};

static struct job cut(const struct ink_nhwc_conv *conv)
{
    const struct ink_nhwc_conv_plan *plan = conv->plan;
    const struct ink_f32_conv_sizes *s = &plan->sizes;
    size_t panels = panels_of(s), groups = s->groups;
    struct job job = {.conv = conv, .x = conv->x, .part_panels = panels, .parts = 1};
    ink_activation_clamp(&conv->activation, &job.low, &job.high);

    size_t tiles = ink_parts_of(plan->window.out_pixels, INK_PIXELS), block = plan->window.block_tiles;
    size_t batch = plan->border_floats ? 1 : s->batch; /* those with a border are done one by one */
    double cost = (double)batch * (double)outputs_of(s) * (double)plan->window.out_pixels *
                  (double)(plan->window.taps * plan->window.joined) * (double)s->group_in;
    size_t threads = conv->parallel && cost >= WORTH_A_THREAD ? (size_t)conv->parallel->threads : 1;
    size_t wanted = threads > 1 ? TASKS_A_THREAD * threads : 1;
    if (ink_parts_of(tiles, block) * batch * groups < wanted) {
        size_t blocks = ink_parts_of(wanted, batch * groups);
        if (tiles > panels) /* cut along the longer side: what is cut is read by all */
            block = ink_min_size(block, ink_parts_of(tiles, blocks));
        else
            job.part_panels = ink_parts_of(panels, blocks);
        job.parts = ink_parts_of(panels, job.part_panels);
    }
    job.block_pixels = block * INK_PIXELS;
    job.blocks = ink_parts_of(plan->window.out_pixels, job.block_pixels);
    return job;
}

/* A block of pixels by a range of panels, panel after panel: its weights stay in the cache for all tiles. */
static void run_panels(const struct job *job, size_t picture, size_t group, size_t first, size_t part, float *scratch)
{
    const struct ink_nhwc_conv *conv = job->conv;
    const struct ink_nhwc_conv_plan *plan = conv->plan;
    const struct ink_f32_conv_sizes *s = &plan->sizes;
    const struct ink_kernels *kernels = ink_kernels();
    size_t outputs = outputs_of(s), count = ink_min_size(job->block_pixels, plan->window.out_pixels - first);
    size_t taps = plan->window.taps, k = s->group_in * plan->window.joined, panel_floats = taps * k * INK_CHANNELS;
    const float **pointers = (const float **)scratch;
    ink_nhwc_window_rows(&plan->window,
                         job->x + picture * plan->window.in_pixels * plan->window.channels + group * s->group_in, first,
                         count, pointers);

    size_t pixel = (job->picture + picture) * plan->window.out_pixels + first,
           o0 = part * job->part_panels * INK_CHANNELS;
    size_t o1 = ink_min_size(o0 + job->part_panels * INK_CHANNELS, s->group_out);
    struct ink_f32_igemm tile = {.taps = taps, .k = k, .c_row = outputs, .low = job->low, .high = job->high};
    for (size_t o = o0; o < o1; o += INK_CHANNELS) {
        size_t out = group * s->group_out + o;
        tile.n = ink_min_size(INK_CHANNELS, o1 - o);
        tile.b = conv->packed + (group * panels_of(s) + o / INK_CHANNELS) * panel_floats;
        tile.bias = conv->bias ? conv->bias + out : NULL;
        for (size_t i = 0; i < count; i += tile.m) {
            bool wide = tile.n <= INK_NARROW && count - i >= 2 * INK_PIXELS;
            tile.m = wide ? 2 * INK_PIXELS : ink_min_size(INK_PIXELS, count - i);
            tile.rows = pointers + i * taps;
            tile.c = conv->y + (pixel + i) * outputs + out;
            tile.add = conv->add ? conv->add + (pixel + i) * outputs + out : NULL;
            kernels->f32_igemm_tile(&tile);
        }
    }
    float *y = conv->y + pixel * outputs + group * s->group_out + o0;
    if (o1 - o0 == outputs)
        ink_activation_apply(&conv->activation, count * outputs, y);
    else
        for (size_t i = 0; i < count; i++) ink_activation_apply(&conv->activation, o1 - o0, y + i * outputs);
}

static void panels_task(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_nhwc_conv_plan *plan = job->conv->plan;
    size_t part = index % job->parts, block = index / job->parts % job->blocks, rest = index / job->parts / job->blocks;
    run_panels(job, rest / plan->sizes.groups, rest % plan->sizes.groups, block * job->block_pixels, part,
               job->conv->scratch + (size_t)worker * plan->scratch_floats + plan->border_floats);
}

/* A picture [in..., channels] into the middle of one with a border of zeros. */
static void copy_with_border(const struct ink_nhwc_conv_plan *plan, const float *x, float *out)
{
    const struct ink_window *from = &plan->sizes.window, *to = &plan->window.window;
    size_t channels = plan->window.channels, row = to->in[2] * channels, left = from->pad[2] * channels;
    size_t middle = ink_min_size(from->in[2] * channels, row > left ? row - left : 0);
    for (size_t z = 0; z < to->in[0]; z++)
        for (size_t y = 0; y < to->in[1]; y++, out += row) {
            size_t in_z = z - from->pad[0], in_y = y - from->pad[1]; /* in the border they are very large */
            if (in_z >= from->in[0] || in_y >= from->in[1] || !middle) {
                memset(out, 0, row * sizeof *out);
                continue;
            }
            memset(out, 0, left * sizeof *out);
            memcpy(out + left, x + (in_z * from->in[1] + in_y) * from->in[2] * channels, middle * sizeof *out);
            memset(out + left + middle, 0, (row - left - middle) * sizeof *out);
        }
}

/* The first thread's scratch holds the picture that all work on. */
static void run_with_border(struct job *job)
{
    const struct ink_nhwc_conv *conv = job->conv;
    const struct ink_nhwc_conv_plan *plan = conv->plan;
    const size_t *in = plan->sizes.window.in;
    job->x = conv->scratch;
    for (job->picture = 0; job->picture < plan->sizes.batch; job->picture++) {
        copy_with_border(plan, conv->x + job->picture * in[0] * in[1] * in[2] * plan->window.channels, conv->scratch);
        ink_parallel_run(conv->parallel, job->blocks * job->parts, panels_task, job);
    }
}

/* A depthwise convolution at one picture. */
struct depthwise {
    const struct ink_nhwc_conv *conv;
    const struct ink_kernels *kernels;
    const float *x, *add;
    float *y;
    const float **pointers;
    float low, high;
};

/* Pixels from `first` on, one line, tile by tile. */
static void depthwise_tiles(const struct depthwise *d, size_t first, size_t count)
{
    const struct ink_nhwc_window *w = &d->conv->plan->window;
    struct ink_f32_igemm tile = {.n = w->channels, .taps = w->taps, .b = d->conv->packed, .bias = d->conv->bias};
    tile.c_row = w->channels;
    tile.low = d->low;
    tile.high = d->high;
    tile.rows = d->pointers;
    for (size_t end = first + count; first < end; first += tile.m) {
        tile.m = ink_min_size(INK_PIXELS, end - first);
        ink_nhwc_window_rows(w, d->x, first, tile.m, d->pointers);
        tile.c = d->y + first * w->channels;
        tile.add = d->add ? d->add + first * w->channels : NULL;
        d->kernels->f32_idepthwise(&tile);
    }
}

/* Pixels inner..outer of line (z, y), whose windows lie inside from left to right; at least INK_PIXELS of them. The last
 * ones may be made twice. */
static void depthwise_line(const struct depthwise *d, ink_f32_dline_fn *run, size_t z, size_t y)
{
    const struct ink_nhwc_window *n = &d->conv->plan->window;
    const struct ink_window *w = &n->window;
    const float *lines[LINES_MAX], *at[LINES_MAX];
    size_t steps[LINES_MAX], height = w->kernel[0] * w->kernel[1], left = n->inner[2] * w->stride[2] - w->pad[2];
    for (size_t i = 0; i < height; i++) {
        size_t in_z = z * w->stride[0] + i / w->kernel[1] * w->dilation[0] - w->pad[0]; /* wraps below 0 */
        size_t in_y = y * w->stride[1] + i % w->kernel[1] * w->dilation[1] - w->pad[1];
        bool inside = in_z < w->in[0] && in_y < w->in[1];
        lines[i] = inside ? d->x + ((in_z * w->in[1] + in_y) * w->in[2] + left) * n->channels : n->border;
        steps[i] = inside ? n->channels : 0;
    }
    size_t first = (z * w->out[1] + y) * w->out[2] + n->inner[2], count = n->outer[2] - n->inner[2];
    struct ink_f32_dline job = {.n = n->channels, .height = height, .lines = at, .steps = steps, .c_row = n->channels};
    job.b = d->conv->packed;
    job.bias = d->conv->bias;
    job.low = d->low;
    job.high = d->high;
    for (size_t i = 0; i < count; i += INK_PIXELS) {
        if (i + INK_PIXELS > count) i = count - INK_PIXELS;
        for (size_t k = 0; k < height; k++) at[k] = lines[k] + i * w->stride[2] * steps[k];
        job.c = d->y + (first + i) * n->channels;
        job.add = d->add ? d->add + (first + i) * n->channels : NULL;
        run(&job);
    }
}

/* Lines from `from` to `to` of a picture. */
static void depthwise_lines(const struct depthwise *d, size_t from, size_t to)
{
    const struct ink_nhwc_window *n = &d->conv->plan->window;
    const struct ink_window *w = &n->window;
    size_t inner = n->inner[2], outer = n->outer[2], width = w->out[2];
    ink_f32_dline_fn *run =
        w->dilation[2] == 1 && w->kernel[0] * w->kernel[1] <= LINES_MAX && outer - inner >= INK_PIXELS
            ? d->kernels->f32_dline_for(w->kernel[2], w->stride[2])
            : NULL;
    for (size_t line = from; line < to; line++) {
        if (!run) {
            depthwise_tiles(d, line * width, width);
            continue;
        }
        depthwise_tiles(d, line * width, inner);
        depthwise_line(d, run, line / w->out[1], line % w->out[1]);
        depthwise_tiles(d, line * width + outer, width - outer);
    }
    ink_activation_apply(&d->conv->activation, (to - from) * width * n->channels, d->y + from * width * n->channels);
}

static void depthwise_task(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_nhwc_conv *conv = job->conv;
    const struct ink_nhwc_window *w = &conv->plan->window;
    size_t picture = index / job->blocks, first = index % job->blocks * job->block_lines;
    size_t lines = w->window.out[0] * w->window.out[1], out = picture * w->out_pixels * w->channels;
    struct depthwise d = {
        .conv = conv,
        .kernels = ink_kernels(),
        .x = conv->x + picture * w->in_pixels * w->channels,
        .y = conv->y + out,
        .add = conv->add ? conv->add + out : NULL,
        .pointers = (const float **)(conv->scratch + (size_t)worker * conv->plan->scratch_floats),
        .low = job->low,
        .high = job->high,
    };
    depthwise_lines(&d, first, ink_min_size(first + job->block_lines, lines));
}

static void run_depthwise(const struct ink_nhwc_conv *conv)
{
    struct job job = {.conv = conv};
    const struct ink_window *w = &conv->plan->window.window;
    ink_activation_clamp(&conv->activation, &job.low, &job.high);
    size_t lines = w->out[0] * w->out[1], line_floats = w->out[2] * conv->plan->window.channels;
    job.block_lines = BLOCK_FLOATS / line_floats;
    if (job.block_lines < 1) job.block_lines = 1;
    job.blocks = ink_parts_of(lines, job.block_lines);
    ink_parallel_run(conv->parallel, conv->plan->sizes.batch * job.blocks, depthwise_task, &job);
}

static void run_indirect(const struct ink_nhwc_conv *conv)
{
    const struct ink_nhwc_conv_plan *plan = conv->plan;
    struct job job = cut(conv);
    if (plan->border_floats)
        run_with_border(&job);
    else
        ink_parallel_run(conv->parallel, plan->sizes.batch * job.blocks * plan->sizes.groups * job.parts, panels_task,
                         &job);
}

void ink_nhwc_conv(const struct ink_nhwc_conv *conv)
{
    switch (conv->plan->way) {
    case INK_NHWC_INDIRECT: run_indirect(conv); break;
    case INK_NHWC_DEPTHWISE: run_depthwise(conv); break;
    case INK_NHWC_WINOGRAD: ink_nhwc_winograd(conv); break;
    }
}
