/* SPDX-License-Identifier: MIT */
#include "kernels/nhwc_winograd.h"

#include <string.h>

#include "base/checked.h"
#include "kernels/kernels.h"
#include "kernels/sizes.h"

enum {
    PLANES = INK_WINOGRAD_PLANES,
    OUT = INK_WINOGRAD_OUT,
    CHANNELS_MIN = 8,      /* with fewer, a product is too short */
    WEIGHTS_MAX = 1 << 16, /* channels * outputs: with more, 36 planes of weights take too much memory */
    L2_BYTES = 3 << 18,
    BLOCK = 24, /* tiles at a time: their planes stay in the L2 cache, and weights are read once for all */
};

/* Cycles of either way, as they were measured with AVX2: 16 multiply-adds in one; 8 for a channel of a tile that is
 * transformed, there or back; 32 bytes of weights in one from the L2 cache, 8 from behind it. */
static bool is_faster(const struct ink_f32_conv_sizes *s)
{
    const size_t *out = s->window.out;
    double weights = (double)s->group_in * (double)s->group_out, pixels = (double)out[1] * (double)out[2];
    double tiles = (double)((out[1] + OUT - 1) / OUT) * (double)((out[2] + OUT - 1) / OUT);
    double bytes = PLANES * weights * sizeof(float), direct = pixels * 9 * weights / 16;
    double transformed = tiles * PLANES * weights / 16 + tiles * 8 * (double)(s->group_in + s->group_out) +
                         bytes / (bytes <= L2_BYTES ? 32 : 8);
    return transformed < direct;
}

bool ink_nhwc_winograd_pays(const struct ink_f32_conv_sizes *s)
{
    const struct ink_window *w = &s->window;
    if (s->groups != 1 || s->group_in < CHANNELS_MIN || s->group_out < CHANNELS_MIN ||
        s->group_in > WEIGHTS_MAX / s->group_out || w->kernel[0] != 1 || w->in[0] != 1 || w->out[0] != 1 ||
        w->pad[0] != 0)
        return false;
    for (int d = 1; d < INK_WINDOW_DIMS; d++)
        if (w->kernel[d] != 3 || w->stride[d] != 1 || w->dilation[d] != 1) return false;
    return is_faster(s);
}

struct ink_window ink_nhwc_winograd_window(const struct ink_window *window)
{
    struct ink_window tiles = *window;
    for (int d = 1; d < INK_WINDOW_DIMS; d++) {
        tiles.kernel[d] = INK_WINOGRAD_IN;
        tiles.stride[d] = OUT;
        tiles.out[d] = (window->out[d] + OUT - 1) / OUT;
    }
    return tiles;
}

static size_t padded_outputs(const struct ink_nhwc_conv_plan *plan)
{
    return ink_round_up(plan->sizes.group_out, INK_CHANNELS);
}

/* Tiles of one block: all blocks of a picture alike. */
static size_t block_tiles(const struct ink_nhwc_conv_plan *plan)
{
    size_t tiles = plan->window.out_pixels, blocks = (tiles + BLOCK - 1) / BLOCK;
    return ink_min_size(ink_round_up((tiles + blocks - 1) / blocks, INK_PIXELS), ink_round_up(tiles, INK_PIXELS));
}

ink_status ink_nhwc_winograd_plan(struct ink_nhwc_conv_plan *plan)
{
    size_t channels = plan->sizes.group_in, outputs = plan->sizes.group_out, tiles = block_tiles(plan);
    size_t planes = PLANES * tiles * (channels + outputs), pointers = PLANES * tiles * INK_POINTER_FLOATS;
    plan->window.block_tiles = tiles / INK_PIXELS;
    plan->scratch_floats = ink_round_up(planes + pointers, INK_ARENA_ALIGN / sizeof(float));
    return ink_mul_size(PLANES * channels, padded_outputs(plan), &plan->packed_floats) ? INK_OK : INK_E_LIMIT;
}

/* One column of G g, for a panel of outputs at once: three values to six. */
static void transform(const float a[INK_CHANNELS], const float b[INK_CHANNELS], const float c[INK_CHANNELS],
                      float out[INK_WINOGRAD_IN][INK_CHANNELS])
{
    for (size_t j = 0; j < INK_CHANNELS; j++) {
        const float ends = a[j] / 24 + c[j] / 6, middle = b[j] / 12;
        out[0][j] = a[j] / 4;
        out[1][j] = -(a[j] + b[j] + c[j]) / 6;
        out[2][j] = -(a[j] - b[j] + c[j]) / 6;
        out[3][j] = ends + middle;
        out[4][j] = ends - middle;
        out[5][j] = c[j];
    }
}

/* The planes of `count` outputs by one channel: w is the first one's window, `step` floats before the next one's. */
static void pack_channel(size_t count, const float *w, size_t step, size_t plane, float *out)
{
    float g[9][INK_CHANNELS] = {{0}}, half[3][INK_WINOGRAD_IN][INK_CHANNELS], whole[INK_WINOGRAD_IN][INK_CHANNELS];
    for (size_t j = 0; j < count; j++)
        for (size_t t = 0; t < 9; t++) g[t][j] = w[j * step + t];
    for (size_t x = 0; x < 3; x++) transform(g[x], g[3 + x], g[6 + x], half[x]);
    for (size_t y = 0; y < INK_WINOGRAD_IN; y++) {
        transform(half[0][y], half[1][y], half[2][y], whole);
        for (size_t x = 0; x < INK_WINOGRAD_IN; x++)
            memcpy(out + (y * INK_WINOGRAD_IN + x) * plane, whole[x], sizeof whole[x]);
    }
}

/* [plane][panel][channels][INK_CHANNELS] */
void ink_nhwc_winograd_pack(const struct ink_nhwc_conv_plan *plan, const float *w, float *out)
{
    size_t channels = plan->sizes.group_in, outputs = plan->sizes.group_out;
    size_t plane = channels * padded_outputs(plan);
    for (size_t o = 0; o < outputs; o += INK_CHANNELS)
        for (size_t c = 0; c < channels; c++, out += INK_CHANNELS)
            pack_channel(ink_min_size(INK_CHANNELS, outputs - o), w + (o * channels + c) * 9, channels * 9, plane, out);
}

/* A block of tiles at work, and where its planes lie. */
struct block {
    const struct ink_nhwc_conv *conv;
    const struct ink_kernels *kernels;
    size_t picture, first, count;
    const float **pointers;
    float *in, *product; /* [PLANES][count][channels], [PLANES][count][outputs] */
    float low, high;
};

static size_t threads_of(const struct ink_nhwc_conv *conv)
{
    return conv->parallel ? (size_t)conv->parallel->threads : 1;
}

/* Tiles of a block here and now: fewer, where threads would wait for the one with the last block. */
static size_t tiles_at_a_time(const struct ink_nhwc_conv *conv)
{
    size_t tiles = conv->plan->window.block_tiles * INK_PIXELS, all = conv->plan->window.out_pixels;
    size_t blocks = conv->plan->sizes.batch * ((all + tiles - 1) / tiles);
    return threads_of(conv) > 1 && blocks >= threads_of(conv) && blocks < 4 * threads_of(conv)
               ? ink_min_size(tiles, BLOCK / 2)
               : tiles;
}

static struct block block_at(const struct ink_nhwc_conv *conv, size_t index, float *scratch)
{
    const struct ink_nhwc_conv_plan *plan = conv->plan;
    size_t tiles = tiles_at_a_time(conv);
    size_t blocks = (plan->window.out_pixels + tiles - 1) / tiles;
    struct block b = {
        .conv = conv, .kernels = ink_kernels(), .picture = index / blocks, .first = index % blocks * tiles};
    b.count = ink_min_size(tiles, plan->window.out_pixels - b.first);
    b.in = scratch;
    b.product = b.in + PLANES * tiles * plan->sizes.group_in;
    b.pointers = (const float **)(b.product + PLANES * tiles * plan->sizes.group_out);
    ink_activation_clamp(&conv->activation, &b.low, &b.high);
    return b;
}

static void find_rows(const struct block *b)
{
    const struct ink_nhwc_conv_plan *plan = b->conv->plan;
    ink_nhwc_window_rows(&plan->window, b->conv->x + b->picture * plan->window.in_pixels * plan->window.channels,
                         b->first, b->count, b->pointers);
}

static void transform_tiles(const struct block *b, size_t from, size_t to)
{
    size_t channels = b->conv->plan->sizes.group_in;
    for (size_t i = from; i < to; i++)
        b->kernels->f32_winograd_in(channels, b->pointers + i / INK_PIXELS * PLANES * INK_PIXELS + i % INK_PIXELS,
                                    INK_PIXELS, b->count * channels, b->in + i * channels);
}

static void multiply_plane(const struct block *b, size_t plane)
{
    const struct ink_f32_conv_sizes *s = &b->conv->plan->sizes;
    const float *rows[BLOCK + INK_PIXELS], *in = b->in + plane * b->count * s->group_in;
    const float *w = b->conv->packed + plane * s->group_in * padded_outputs(b->conv->plan);
    float *product = b->product + plane * b->count * s->group_out;
    for (size_t i = 0; i < b->count; i++) rows[i] = in + i * s->group_in;
    struct ink_f32_igemm tile = {
        .taps = 1, .k = s->group_in, .c_row = s->group_out, .low = -__builtin_inff(), .high = __builtin_inff()};
    for (size_t o = 0; o < s->group_out; o += INK_CHANNELS) {
        tile.n = ink_min_size(INK_CHANNELS, s->group_out - o);
        tile.b = w + o * s->group_in;
        for (size_t i = 0; i < b->count; i += INK_PIXELS) {
            tile.m = ink_min_size(INK_PIXELS, b->count - i);
            tile.rows = rows + i;
            tile.c = product + i * s->group_out + o;
            b->kernels->f32_igemm_tile(&tile);
        }
    }
}

static void finish_tiles(const struct block *b, size_t from, size_t to)
{
    const struct ink_nhwc_conv *conv = b->conv;
    const struct ink_window *w = &conv->plan->sizes.window;
    size_t outputs = conv->plan->sizes.group_out, across = conv->plan->window.window.out[2];
    struct ink_f32_winograd_out tile = {
        .n = outputs,
        .plane = b->count * outputs,
        .c_line = w->out[2] * outputs,
        .bias = conv->bias,
        .low = b->low,
        .high = b->high,
    };
    for (size_t i = from; i < to; i++) {
        size_t y = (b->first + i) / across * OUT, x = (b->first + i) % across * OUT;
        size_t at = ((b->picture * w->out[1] + y) * w->out[2] + x) * outputs;
        tile.m = b->product + i * outputs;
        tile.height = ink_min_size(OUT, w->out[1] - y);
        tile.width = ink_min_size(OUT, w->out[2] - x);
        tile.c = conv->y + at;
        tile.add = conv->add ? conv->add + at : NULL;
        b->kernels->f32_winograd_out(&tile);
        for (size_t line = 0; line < tile.height; line++)
            ink_activation_apply(&conv->activation, tile.width * outputs, tile.c + line * tile.c_line);
    }
}

static void block_task(void *arg, size_t index, int worker)
{
    const struct ink_nhwc_conv *conv = arg;
    struct block b = block_at(conv, index, conv->scratch + (size_t)worker * conv->plan->scratch_floats);
    find_rows(&b);
    transform_tiles(&b, 0, b.count);
    for (size_t plane = 0; plane < PLANES; plane++) multiply_plane(&b, plane);
    finish_tiles(&b, 0, b.count);
}

static void transform_task(void *arg, size_t index, int worker)
{
    (void)worker;
    const struct block *b = arg;
    transform_tiles(b, index * INK_PIXELS, ink_min_size((index + 1) * INK_PIXELS, b->count));
}

static void multiply_task(void *arg, size_t index, int worker)
{
    (void)worker;
    multiply_plane(arg, index);
}

static void finish_task(void *arg, size_t index, int worker)
{
    (void)worker;
    const struct block *b = arg;
    finish_tiles(b, index * INK_PIXELS, ink_min_size((index + 1) * INK_PIXELS, b->count));
}

/* Blocks are given out whole, or, where there are fewer than threads, each is worked on by all of them. */
void ink_nhwc_winograd(const struct ink_nhwc_conv *conv)
{
    const struct ink_nhwc_window *window = &conv->plan->window;
    size_t tiles = tiles_at_a_time(conv);
    size_t blocks = conv->plan->sizes.batch * ((window->out_pixels + tiles - 1) / tiles);
    if (blocks >= threads_of(conv)) {
        ink_parallel_run(conv->parallel, blocks, block_task, (void *)conv);
        return;
    }
    for (size_t i = 0; i < blocks; i++) {
        struct block b = block_at(conv, i, conv->scratch);
        size_t groups = (b.count + INK_PIXELS - 1) / INK_PIXELS;
        find_rows(&b);
        ink_parallel_run(conv->parallel, groups, transform_task, &b);
        ink_parallel_run(conv->parallel, PLANES, multiply_task, &b);
        ink_parallel_run(conv->parallel, groups, finish_task, &b);
    }
}
