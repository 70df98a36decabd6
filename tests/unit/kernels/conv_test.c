/* SPDX-License-Identifier: MIT */
/* Convolutions of all ways, over planes and over pixels, against the sum that defines them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"
#include "kernels/conv.h"
#include "kernels/nhwc_conv.h"

static bool inside(size_t at, size_t pad, size_t len)
{
    return at >= pad && at - pad < len;
}

/* One output, by definition. */
static double sum_at(const struct ink_f32_conv_sizes *s, const float *x, const float *w, const size_t at[3])
{
    const struct ink_window *v = &s->window;
    double sum = 0;
    for (size_t c = 0; c < s->group_in; c++)
        for (size_t kz = 0; kz < v->kernel[0]; kz++)
            for (size_t ky = 0; ky < v->kernel[1]; ky++)
                for (size_t kx = 0; kx < v->kernel[2]; kx++, w++) {
                    size_t z = at[0] * v->stride[0] + kz * v->dilation[0];
                    size_t y = at[1] * v->stride[1] + ky * v->dilation[1];
                    size_t u = at[2] * v->stride[2] + kx * v->dilation[2];
                    if (!inside(z, v->pad[0], v->in[0]) || !inside(y, v->pad[1], v->in[1]) ||
                        !inside(u, v->pad[2], v->in[2]))
                        continue;
                    size_t row = (c * v->in[0] + z - v->pad[0]) * v->in[1] + y - v->pad[1];
                    sum += (double)*w * (double)x[row * v->in[2] + u - v->pad[2]];
                }
    return sum;
}

static void by_definition(const struct ink_f32_conv *conv, float *y)
{
    const struct ink_f32_conv_sizes *s = &conv->plan->sizes;
    const struct ink_window *v = &s->window;
    size_t in = s->group_in * v->in[0] * v->in[1] * v->in[2];
    size_t taps = s->group_in * v->kernel[0] * v->kernel[1] * v->kernel[2];
    for (size_t item = 0; item < s->batch * s->groups; item++)
        for (size_t o = 0; o < s->group_out; o++) {
            size_t channel = item % s->groups * s->group_out + o, at[3];
            for (at[0] = 0; at[0] < v->out[0]; at[0]++)
                for (at[1] = 0; at[1] < v->out[1]; at[1]++)
                    for (at[2] = 0; at[2] < v->out[2]; at[2]++, y++) {
                        double sum = sum_at(s, conv->x + item * in, conv->w + channel * taps, at);
                        if (conv->bias) sum += (double)conv->bias[channel];
                        if (conv->add) sum += (double)conv->add[y - conv->y];
                        *y = (float)(sum < 0 ? 0 : sum);
                    }
        }
}

static void from_the_end(struct ink_parallel *self, size_t count, void (*task)(void *, size_t, int), void *arg)
{
    for (size_t i = count; i-- > 0;) task(arg, i, (int)(i % (size_t)self->threads));
}

static size_t floats_of(const size_t v[3])
{
    return v[0] * v[1] * v[2];
}

/* [n][a][b] to [n][b][a] */
static void turn(size_t n, size_t a, size_t b, const float *from, float *to)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < a * b; j++) to[i * a * b + j % b * a + j / b] = from[i * a * b + j];
}

/* The same convolution over pixels: its inputs are turned, and so is its result. */
static void nhwc(const struct ink_f32_conv *conv, struct ink_arena *arena, float *y)
{
    const struct ink_f32_conv_sizes *s = &conv->plan->sizes;
    size_t in = floats_of(s->window.in), out = floats_of(s->window.out);
    size_t channels = s->groups * s->group_in, outputs = s->groups * s->group_out;
    struct guarded x = guarded_new(s->batch * channels * in, 8), add = guarded_new(s->batch * outputs * out, 9),
                   turned = guarded_new(s->batch * outputs * out, 10);
    struct ink_nhwc_conv_plan plan;
    assert_int_equal(ink_nhwc_conv_plan(s, arena, &plan), INK_OK);
    size_t threads = conv->parallel ? (size_t)conv->parallel->threads : 1;
    float *packed = INK_ARENA_ARRAY(arena, float, plan.packed_floats + 16);
    float *scratch = INK_ARENA_ARRAY(arena, float, plan.scratch_floats *threads + 16);
    packed = (float *)(((uintptr_t)packed + 63) / 64 * 64);
    scratch = (float *)(((uintptr_t)scratch + 63) / 64 * 64);
    ink_nhwc_conv_pack(&plan, conv->w, packed);
    turn(s->batch, channels, in, conv->x, x.data);
    if (conv->add) turn(s->batch, outputs, out, conv->add, add.data);
    struct ink_nhwc_conv job = {&plan,
                                x.data,
                                packed,
                                conv->bias,
                                conv->add ? add.data : NULL,
                                turned.data,
                                .activation = conv->activation,
                                .scratch = scratch,
                                .parallel = conv->parallel};
    ink_nhwc_conv(&job);
    turn(s->batch, out, outputs, turned.data, y);
    guarded_free(&x), guarded_free(&add), guarded_free(&turned);
}

static void try_conv(struct ink_f32_conv_sizes s, bool with_add, struct ink_parallel *parallel)
{
    struct ink_arena arena;
    ink_arena_init(&arena, 1 << 26);
    struct ink_f32_conv_plan plan;
    assert_int_equal(ink_f32_conv_plan(&s, &arena, &plan), INK_OK);
    size_t in_channels = s.groups * s.group_in, out_channels = s.groups * s.group_out;
    size_t threads = parallel ? (size_t)parallel->threads : 1;
    size_t y_len = s.batch * out_channels * floats_of(s.window.out);
    struct guarded x = guarded_new(s.batch * in_channels * floats_of(s.window.in), 1);
    struct guarded w = guarded_new(out_channels * s.group_in * floats_of(s.window.kernel), 2);
    struct guarded bias = guarded_new(out_channels, 3), add = guarded_new(y_len, 4), want = guarded_new(y_len, 5),
                   got = guarded_new(y_len, 6), scratch = guarded_new(plan.scratch_floats * threads, 7);
    struct ink_f32_conv conv = {&plan,
                                x.data,
                                w.data,
                                bias.data,
                                with_add ? add.data : NULL,
                                want.data,
                                .activation = {INK_ACTIVATION_RELU},
                                .scratch = scratch.data,
                                .parallel = parallel};
    by_definition(&conv, want.data);
    conv.y = got.data;
    ink_f32_conv(&conv);
    assert_near(got.data, want.data, y_len, 1e-3f);
    nhwc(&conv, &arena, got.data);
    assert_near(got.data, want.data, y_len, 1e-3f);
    guarded_free(&x), guarded_free(&w), guarded_free(&bias), guarded_free(&add), guarded_free(&want);
    guarded_free(&got), guarded_free(&scratch);
    ink_arena_cleanup(&arena);
}

static struct ink_f32_conv_sizes sizes_2d(size_t in, size_t kernel, size_t stride, size_t dilation, size_t pad)
{
    size_t reach = (kernel - 1) * dilation + 1;
    size_t out = (in + 2 * pad - reach) / stride + 1;
    return (struct ink_f32_conv_sizes){1, 1, 3, 7,
                                       .window = {.in = {1, in, in + 2},
                                                  .out = {1, out, (in + 2 + 2 * pad - reach) / stride + 1},
                                                  .kernel = {1, kernel, kernel},
                                                  .stride = {1, stride, stride},
                                                  .dilation = {1, dilation, dilation},
                                                  .pad = {0, pad, pad}}};
}

static void all_sizes(void **state)
{
    struct ink_parallel three = {.threads = 3, .run = from_the_end};
    static const size_t groups[][3] = {{1, 3, 7}, {2, 2, 3}, {5, 1, 1},  {17, 1, 1},
                                       {3, 1, 2}, {1, 1, 8}, {2, 5, 20}, {1, 16, 18}}; /* groups, in, out */
    for (int level = 0; level < INK_CPU_COUNT; level++) {
        if (!ink_cpu_force(level)) continue;
        for (unsigned form = 0; form < 8 * 2 * 3 * 3 * 2 * 4; form++) {
            size_t in = 7 + 5 * (form % 4), kernel = 1 + 2 * (form / 4 % 2), stride = 1 + form / 8 % 3;
            size_t pad = form / 24 % 3, dilation = 1 + form / 72 % 2;
            const size_t *g = groups[form / 144];
            struct ink_f32_conv_sizes s = sizes_2d(in, kernel, stride, dilation, pad);
            s.batch = 1 + form % 2;
            s.groups = g[0], s.group_in = g[1], s.group_out = g[2];
            try_conv(s, form & 4, form & 8 ? &three : NULL);
        }
    }
}

static void other_ranks(void **state)
{
    try_conv((struct ink_f32_conv_sizes){2, 1, 3, 4,
                                         .window = {.in = {4, 5, 6},
                                                    .out = {3, 4, 7},
                                                    .kernel = {2, 3, 2},
                                                    .stride = {1, 1, 1},
                                                    .dilation = {1, 1, 1},
                                                    .pad = {0, 1, 1}}},
             true, NULL);
    try_conv((struct ink_f32_conv_sizes){1, 2, 1, 1,
                                         .window = {.in = {1, 1, 50},
                                                    .out = {1, 1, 24},
                                                    .kernel = {1, 1, 5},
                                                    .stride = {1, 1, 2},
                                                    .dilation = {1, 1, 1},
                                                    .pad = {0, 0, 1}}},
             false, NULL);
}

static void padding_without_picture(void **state)
{
    /* all windows lie in the border, the first ones or the last ones */
    try_conv((struct ink_f32_conv_sizes){1, 1, 2, 2,
                                         .window = {.in = {1, 1, 2},
                                                    .out = {1, 1, 3},
                                                    .kernel = {1, 1, 1},
                                                    .stride = {1, 1, 1},
                                                    .dilation = {1, 1, 1},
                                                    .pad = {0, 0, 5}}},
             false, NULL);
    try_conv((struct ink_f32_conv_sizes){1, 1, 2, 2,
                                         .window = {.in = {1, 1, 2},
                                                    .out = {1, 3, 9},
                                                    .kernel = {1, 1, 1},
                                                    .stride = {1, 1, 4},
                                                    .dilation = {1, 1, 1},
                                                    .pad = {0, 0, 1}}},
             false, NULL);
}

static void size_is_limited(void **state)
{
    struct ink_arena arena;
    ink_arena_init(&arena, 1 << 20);
    struct ink_f32_conv_plan plan;
    struct ink_f32_conv_sizes s = sizes_2d(8, 3, 1, 1, 1);
    s.window.pad[2] = s.window.out[2] = (size_t)1 << 40;
    assert_int_equal(ink_f32_conv_plan(&s, &arena, &plan), INK_E_LIMIT);
    s.window.out[2] = 1000000;
    assert_int_equal(ink_f32_conv_plan(&s, &arena, &plan), INK_E_OOM);
    ink_arena_cleanup(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_sizes), cmocka_unit_test(other_ranks),
                                       cmocka_unit_test(padding_without_picture), cmocka_unit_test(size_is_limited)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
