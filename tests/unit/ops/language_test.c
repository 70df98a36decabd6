/* SPDX-License-Identifier: MIT */
/* What language models have besides attention: old and new keys, angles, states; and what of it is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static const float up[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/* A quarter turn takes (x1, x2) to (-x2, x1). */
static void rotary(void **state)
{
    static const float cosine[] = {1, 0}, sine[] = {0, 1};
    static const int64_t places[] = {1, 0};
    static const float interleaved[] = {-2, 1, 3, 4, 5, 6};
    struct one_op o;
    one_op_init(&o, "", "RotaryEmbedding", 23);
    one_op_f32(&o, up, 1, 2, 3); /* one head of 3, of which 2 are turned */
    one_op_f32(&o, cosine, 2, 1);
    one_op_f32(&o, sine, 2, 1);
    one_op_in(&o, INK_INT64, 2, (int64_t[]){1, 2}, places);
    one_op_int(&o, "num_heads", 1);
    one_op_int(&o, "rotary_embedding_dim", 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], interleaved, 6);
    one_op_free(&o);
}

static void rotary_begin(struct one_op *o, const int64_t *places)
{
    one_op_init(o, "", "RotaryEmbedding", 23);
    one_op_f32(o, NULL, 1, 1, 2, 4);
    one_op_f32(o, NULL, 3, 2);
    one_op_f32(o, NULL, 3, 2);
    one_op_in(o, INK_INT64, 2, (int64_t[]){1, 2}, places);
}

static void rotary_refused(void **state)
{
    static const int64_t good[] = {0, 2}, large[] = {0, 3}, negative[] = {-1, 0};
    struct one_op o;
    rotary_begin(&o, large);
    assert_refused(&o, INK_E_MODEL, "position 3 of 3");
    rotary_begin(&o, negative);
    assert_refused(&o, INK_E_MODEL, "position -1");
    rotary_begin(&o, good);
    one_op_int(&o, "rotary_embedding_dim", 3);
    assert_refused(&o, INK_E_MODEL, "rotary_embedding_dim 3");
    rotary_begin(&o, good);
    one_op_int(&o, "rotary_embedding_dim", 6);
    assert_refused(&o, INK_E_MODEL, "6 of 4");
    rotary_begin(&o, good);
    one_op_int(&o, "rotary_embedding_dim", 2);
    assert_refused(&o, INK_E_MODEL, "an angle for each of 1 pairs");
    one_op_init(&o, "", "RotaryEmbedding", 23);
    one_op_f32(&o, NULL, 1, 2, 0); /* no numbers, which any number of heads divides */
    one_op_f32(&o, NULL, 1, 2, 0);
    one_op_f32(&o, NULL, 1, 2, 0);
    one_op_int(&o, "num_heads", INT64_MAX);
    assert_refused(&o, INK_E_MODEL, "num_heads");
}

static void scatter_begin(struct one_op *o, const char *mode, const int64_t *start)
{
    one_op_init(o, "", "TensorScatter", 24);
    one_op_f32(o, NULL, 2, 3, 1);
    one_op_f32(o, up, 2, 2, 1);
    one_op_in(o, INK_INT64, 1, (int64_t[]){2}, start);
    one_op_text(o, "mode", mode);
}

static void scatter(void **state)
{
    static const int64_t fits[] = {1, 0}, around[] = {2, -2}, late[] = {2, 0}, early[] = {-1, 0};
    static const float linear[] = {0, 1, 2, 3, 4, 0}, circular[] = {2, 0, 1, 0, 3, 4};
    struct one_op o;
    scatter_begin(&o, "linear", fits);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], linear, 6);
    one_op_free(&o);
    scatter_begin(&o, "circular", around);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], circular, 6);
    one_op_free(&o);
    scatter_begin(&o, "linear", late);
    assert_refused(&o, INK_E_MODEL, "2 steps from 2");
    scatter_begin(&o, "linear", early);
    assert_refused(&o, INK_E_MODEL, "from -1");
    scatter_begin(&o, "spiral", fits);
    assert_refused(&o, INK_E_MODEL, "spiral");
    scatter_begin(&o, "linear", fits);
    one_op_int(&o, "axis", 0);
    assert_refused(&o, INK_E_MODEL, "batch");
    one_op_init(&o, "", "TensorScatter", 24);
    one_op_f32(&o, NULL, 2, 3, 1);
    one_op_f32(&o, NULL, 2, 4, 1);
    assert_refused(&o, INK_E_MODEL, "[2,4,1]");
}

/* One number a head: the state is a number, and the rules can be followed by hand. */
static void linear_attention(void **state)
{
    static const float ones[] = {1, 1, 1}, v[] = {1, 2, 4}, halves[] = {-0.69314718f, -0.69314718f, -0.69314718f};
    static const float beta[] = {1, 0.5f, 1};
    static const struct {
        const char *rule;
        float want[3];
    } cases[] = {
        {"linear", {1, 3, 7}},
        {"gated", {1, 2.5f, 5.25f}},
        {"delta", {1, 1.5f, 4}},
        {"gated_delta", {1, 1.25f, 4}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct one_op o;
        one_op_init(&o, "", "LinearAttention", 27);
        one_op_f32(&o, ones, 1, 3, 1);
        one_op_f32(&o, ones, 1, 3, 1);
        one_op_f32(&o, v, 1, 3, 1);
        one_op_left_out(&o);
        one_op_f32(&o, halves, 1, 3, 1);
        one_op_f32(&o, beta, 1, 3, 1);
        one_op_int(&o, "q_num_heads", 1);
        one_op_int(&o, "kv_num_heads", 1);
        one_op_text(&o, "update_rule", cases[i].rule);
        o.out_count = 2;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], cases[i].want, 3);
        assert_floats(&o.out[1], &cases[i].want[2], 1);
        one_op_free(&o);
    }
}

static void linear_begin(struct one_op *o, const char *rule, int64_t q_heads, int64_t kv_heads)
{
    one_op_init(o, "", "LinearAttention", 27);
    for (int i = 0; i < 3; i++) one_op_f32(o, NULL, 1, 3, 4);
    one_op_text(o, "update_rule", rule);
    one_op_int(o, "q_num_heads", q_heads);
    one_op_int(o, "kv_num_heads", kv_heads);
    o->out_count = 2;
}

static void linear_attention_refused(void **state)
{
    struct one_op o;
    linear_begin(&o, "square", 1, 1);
    assert_refused(&o, INK_E_MODEL, "square");
    linear_begin(&o, "gated", 1, 1);
    assert_refused(&o, INK_E_MODEL, "decay");
    linear_begin(&o, "delta", 1, 1);
    assert_refused(&o, INK_E_MODEL, "beta");
    linear_begin(&o, "linear", 0, 0);
    assert_refused(&o, INK_E_MODEL, "0 heads");
    linear_begin(&o, "linear", 2, 3);
    assert_refused(&o, INK_E_MODEL, "2 heads");
    linear_begin(&o, "linear", 3, 1);
    assert_refused(&o, INK_E_MODEL, "cut into heads");
    linear_begin(&o, "linear", 2, 1);
    assert_refused(&o, INK_E_MODEL, "input 1");
    linear_begin(&o, "linear", 1, 1);
    one_op_f32(&o, NULL, 1, 1, 4, 3);
    assert_refused(&o, INK_E_MODEL, "past_state");
}

/* In pieces as in one: what is kept is what the next piece needs, also where a piece is shorter than the kernel. */
static void causal_conv(void **state)
{
    static const float w[] = {1, 10, 100}, want[] = {100, 210, 321, 432};
    static const float past[] = {0, 1}, kept[] = {1, 2};
    struct one_op o;
    one_op_init(&o, "", "CausalConvWithState", 27);
    one_op_f32(&o, up, 1, 1, 4);
    one_op_f32(&o, w, 1, 1, 3);
    o.out_count = 2;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 4);
    assert_floats(&o.out[1], &up[2], 2);
    one_op_free(&o);
    one_op_init(&o, "", "CausalConvWithState", 27);
    one_op_f32(&o, &up[1], 1, 1, 1);
    one_op_f32(&o, w, 1, 1, 3);
    one_op_left_out(&o);
    one_op_f32(&o, past, 1, 1, 2);
    o.out_count = 2;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], &want[1], 1);
    assert_floats(&o.out[1], kept, 2);
    one_op_free(&o);
    one_op_init(&o, "", "CausalConvWithState", 27);
    one_op_f32(&o, NULL, 1, 2, 4);
    one_op_f32(&o, NULL, 2, 1, 0);
    assert_refused(&o, INK_E_MODEL, "weights [2,1,0]");
    one_op_init(&o, "", "CausalConvWithState", 27);
    one_op_f32(&o, NULL, 1, 2, 4);
    one_op_f32(&o, NULL, 2, 1, 3);
    one_op_text(&o, "activation", "relu");
    assert_refused(&o, INK_E_MODEL, "relu");
}

static void swiglu(void **state)
{
    static const float a[] = {0, 1, -1}, b[] = {5, 2, 2}, want[] = {0, 1.46211716f, -0.53788284f};
    struct one_op o;
    one_op_init(&o, "", "SwiGLU", 28);
    one_op_f32(&o, a, 3);
    one_op_f32(&o, b, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 3);
    one_op_free(&o);
    one_op_init(&o, "", "SwiGLU", 28);
    one_op_f32(&o, a, 3);
    one_op_f32(&o, b, 1); /* does not broadcast */
    assert_refused(&o, INK_E_MODEL, "A is [3] and B [1]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rotary),           cmocka_unit_test(rotary_refused),           cmocka_unit_test(scatter),
        cmocka_unit_test(linear_attention), cmocka_unit_test(linear_attention_refused), cmocka_unit_test(causal_conv),
        cmocka_unit_test(swiglu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
