/* SPDX-License-Identifier: MIT */
/* Models in float16: computed in float32 they give what exact arithmetic gives, rounded once at the end. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "engine/session.h"
#include "kernels/convert.h"

enum { COUNT = 24 };

static const int64_t row[] = {1, COUNT}, square[] = {COUNT, COUNT};

static void fill(uint16_t *data, int count, int seed)
{
    for (int i = 0; i < count; i++) data[i] = ink_f32_to_f16((float)((i * 37 + seed * 11) % 41 - 20) / 96);
}

static void add_halves(struct message *g, const char *name, int rank, const int64_t *dims, int seed)
{
    static uint16_t data[COUNT * COUNT];
    int count = 1;
    for (int i = 0; i < rank; i++) count *= (int)dims[i];
    fill(data, count, seed);
    add_initializer(g, name, INK_FLOAT16, rank, dims, data, (size_t)count * sizeof *data);
}

/* Runs the model on a row; each output is copied. Returns the steps of a run. */
static int run(const struct message *m, bool no_passes, uint16_t out[][COUNT], int outputs)
{
    struct ink_session *s;
    struct ink_error err = {0};
    struct ink_figures figures;
    struct ink_tensor y[4];
    uint16_t in[COUNT];
    struct ink_tensor x = {INK_FLOAT16, {.rank = 2, .dims = {1, COUNT}}, in};
    fill(in, COUNT, 3);
    struct ink_session_options options = {.no_passes = no_passes};
    if (ink_session_new(view_of(m), &options, &s, &err)) fail_msg("%s", err.text);
    assert_int_equal(ink_session_output_count(s), outputs);
    for (int again = 0; again < 2; again++)
        if (ink_session_run(s, &x, 1, y, 0, &err)) fail_msg("%s", err.text);
    for (int i = 0; i < outputs; i++) {
        assert_int_equal(ink_session_output(s, i)->dtype, INK_FLOAT16);
        assert_int_equal(y[i].dtype, INK_FLOAT16);
        assert_int_equal(ink_tensor_bytes(&y[i]), sizeof out[i]);
        memcpy(out[i], y[i].data, sizeof out[i]);
    }
    ink_session_figures(s, &figures);
    ink_session_free(s);
    return figures.steps;
}

static void add_io(struct message *g, const char *outputs[], int count)
{
    add_value(g, GRAPH_INPUT, "x", INK_FLOAT16, 2, row);
    for (int i = 0; i < count; i++) add_value(g, GRAPH_OUTPUT, outputs[i], INK_FLOAT16, 2, row);
}

/* Within half precision of each other: float16 has 11 bits. */
static void assert_close(const uint16_t a[COUNT], const uint16_t b[COUNT])
{
    for (int i = 0; i < COUNT; i++) {
        float x = ink_f16_to_f32(a[i]), y = ink_f16_to_f32(b[i]);
        if (fabsf(x - y) > 4e-3f * (1 + fabsf(y))) fail_msg("element %d: %g and %g", i, (double)x, (double)y);
    }
}

/* Two layers; what is between is an output too, and the input goes to two places. */
static void widened(void **state)
{
    struct message g = {0};
    uint16_t with[2][COUNT], without[2][COUNT];
    add_halves(&g, "w", 2, square, 1);
    add_halves(&g, "v", 2, square, 2);
    add_halves(&g, "b", 1, square, 4);
    add_node(&g, "", "Gemm", "x,w,b", "p", NULL);
    add_node(&g, "", "Relu", "p", "mid", NULL);
    add_node(&g, "", "MatMul", "mid,v", "q", NULL);
    add_node(&g, "", "Add", "q,x", "y", NULL);
    add_io(&g, (const char *[]){"mid", "y"}, 2);
    struct message m = model_of(&g, 17);
    assert_int_equal(run(&m, true, without, 2), 4);
    assert_int_equal(run(&m, false, with, 2), 6); /* a Cast in, two out; Relu went into Gemm */
    assert_close(with[0], without[0]);
    assert_close(with[1], without[1]);
}

/* 1 + 2^-12, which float16 has not, twelve times: each rounds to 1 unless the sums are float. */
static void small_terms_add_up(void **state)
{
    struct message g = {0};
    uint16_t with[1][COUNT], without[1][COUNT], tiny = ink_f32_to_f16(0x1p-12f), one = ink_f32_to_f16(1);
    add_initializer(&g, "tiny", INK_FLOAT16, 0, NULL, &tiny, sizeof tiny);
    add_initializer(&g, "one", INK_FLOAT16, 0, NULL, &one, sizeof one);
    add_node(&g, "", "Sub", "x,x", "zero", NULL);
    add_node(&g, "", "Add", "zero,one", "s0", NULL);
    for (int i = 0; i < 12; i++) {
        char in[16], out[16];
        snprintf(in, sizeof in, "s%d,tiny", i);
        snprintf(out, sizeof out, i == 11 ? "y" : "s%d", i + 1);
        add_node(&g, "", "Add", in, out, NULL);
    }
    add_io(&g, (const char *[]){"y"}, 1);
    struct message m = model_of(&g, 17);
    run(&m, true, without, 1);
    run(&m, false, with, 1);
    assert_int_equal(without[0][0], one);
    assert_int_equal(with[0][0], ink_f32_to_f16(1 + 12 * 0x1p-12f));
}

/* CastLike to float16 is there to round: nothing is widened, bit for bit. */
static void rounding_stays(void **state)
{
    struct message g = {0};
    uint16_t with[1][COUNT], without[1][COUNT];
    add_halves(&g, "w", 2, square, 1);
    add_node(&g, "", "MatMul", "x,w", "p", NULL);
    add_node(&g, "", "CastLike", "p,x", "q", NULL);
    add_node(&g, "", "Add", "q,x", "y", NULL);
    add_io(&g, (const char *[]){"y"}, 1);
    struct message m = model_of(&g, 17);
    assert_int_equal(run(&m, true, without, 1), run(&m, false, with, 1));
    assert_memory_equal(with, without, sizeof with);
}

/* An input that is an output, and a weight that is one: they stay what they are. */
static void straight_through(void **state)
{
    struct message g = {0};
    uint16_t with[3][COUNT], without[3][COUNT];
    add_halves(&g, "w", 2, row, 1);
    add_node(&g, "", "Mul", "x,x", "y", NULL);
    add_io(&g, (const char *[]){"y", "x", "w"}, 3);
    struct message m = model_of(&g, 17);
    run(&m, true, without, 3);
    run(&m, false, with, 3);
    assert_memory_equal(with, without, sizeof with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widened),
        cmocka_unit_test(small_terms_add_up),
        cmocka_unit_test(rounding_stays),
        cmocka_unit_test(straight_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
