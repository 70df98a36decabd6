/* SPDX-License-Identifier: MIT */
/* Models as they are found: sparse weights, constants in every form, nodes without names, outputs listed twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "engine/session.h"

enum { GRAPH_SPARSE = 15 };

static struct message tensor(const char *name, enum ink_dtype dtype, int rank, const int64_t *dims, const void *data,
                             size_t bytes)
{
    struct message t = {0};
    for (int i = 0; i < rank; i++) put_int(&t, 1, dims[i]);
    put_int(&t, 2, dtype);
    put_text(&t, 8, name);
    put_bytes(&t, 9, data, bytes);
    return t;
}

/* [2,3] with 5 and 7 at two places. */
static struct message sparse(int rank, const int64_t *index, size_t bytes)
{
    struct message s = {0};
    struct message values = tensor("w", INK_FLOAT, 1, (int64_t[]){2}, (float[]){5, 7}, 2 * sizeof(float));
    struct message indices = tensor("", INK_INT64, rank, (int64_t[]){2, 2}, index, bytes);
    put_message(&s, 1, &values);
    put_message(&s, 2, &indices);
    put_int(&s, 3, 2);
    put_int(&s, 3, 3);
    return s;
}

/* w alone, as y and as y again; the nodes have no names. */
static struct message model_with(const struct message *weight)
{
    struct message g = {0}, node = {0};
    put_message(&g, GRAPH_SPARSE, weight);
    put_text(&node, 1, "w");
    put_text(&node, 2, "y");
    put_text(&node, 4, "Identity");
    put_message(&g, GRAPH_NODE, &node);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, 2, (int64_t[]){2, 3});
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, 2, (int64_t[]){2, 3});
    return model_of(&g, 17);
}

static void expect(const struct message *m, int outputs, const void *wanted, size_t bytes)
{
    struct ink_session *s;
    struct ink_error err = {0};
    struct ink_tensor out[2];
    if (ink_session_new(view_of(m), NULL, &s, &err)) fail_msg("%s", err.text);
    assert_int_equal(ink_session_output_count(s), outputs);
    if (ink_session_run(s, NULL, 0, out, 0, &err)) fail_msg("%s", err.text);
    for (int i = 0; i < outputs; i++) {
        assert_int_equal(ink_tensor_bytes(&out[i]), bytes);
        assert_memory_equal(out[i].data, wanted, bytes);
    }
    ink_session_free(s);
}

static void sparse_weights_are_written_out(void **state)
{
    static const float wanted[6] = {0, 0, 5, 7, 0, 0};
    struct message linear = sparse(1, (int64_t[]){2, 3}, 2 * sizeof(int64_t));
    struct message parts = sparse(2, (int64_t[]){0, 2, 1, 0}, 4 * sizeof(int64_t));
    struct message m = model_with(&linear);
    expect(&m, 2, wanted, sizeof wanted);
    m = model_with(&parts);
    expect(&m, 2, wanted, sizeof wanted);
}

static void sparse_weights_that_cannot_be(void **state)
{
    const struct {
        int rank;
        int64_t index[4];
        const char *text;
    } bad[] = {
        {1, {2, 6}, "outside of its shape"},
        {1, {-1, 2}, "outside of its shape"},
        {1, {INT64_MIN, INT64_MAX}, "outside of its shape"},
        {2, {0, 3, 1, 0}, "outside of its shape"}, /* though 0*3+3 would be inside */
        {2, {2, 0, 1, 0}, "outside of its shape"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct message w = sparse(bad[i].rank, bad[i].index, (size_t)bad[i].rank * 2 * sizeof(int64_t));
        struct message m = model_with(&w);
        struct ink_session *s;
        struct ink_error err = {0};
        assert_int_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_E_MODEL);
        assert_non_null(strstr(err.text, bad[i].text));
        ink_session_free(s);
    }
}

static void huge_sparse_weight(void **state)
{
    struct message w = sparse(1, (int64_t[]){2, 3}, 2 * sizeof(int64_t)), m;
    put_int(&w, 3, 1 << 30); /* [2,3,2^30] */
    m = model_with(&w);
    struct ink_session *s;
    struct ink_error err = {0};
    assert_int_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_E_OOM);
    ink_session_free(s);
}

/* value_ints and value_int are integers that can be added. */
static void constants_in_other_forms(void **state)
{
    struct message g = {0}, list = {0}, one = {0}, a = {0};
    add_ints(&list, "value_ints", 3, (int64_t[]){1, 2, 3});
    put_text(&a, 1, "value_int");
    put_int(&a, 3, 10);
    put_int(&a, 20, 2);
    put_message(&one, NODE_ATTRIBUTE, &a);
    add_node(&g, "", "Add", "l,o", "y", NULL); /* stands before those that make its inputs */
    add_node(&g, "", "Constant", "", "l", &list);
    add_node(&g, "", "Constant", "", "o", &one);
    add_value(&g, GRAPH_OUTPUT, "y", INK_INT64, 1, (int64_t[]){3});
    struct message m = model_of(&g, 17);
    expect(&m, 1, (int64_t[]){11, 12, 13}, 3 * sizeof(int64_t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sparse_weights_are_written_out),
        cmocka_unit_test(sparse_weights_that_cannot_be),
        cmocka_unit_test(huge_sparse_weight),
        cmocka_unit_test(constants_in_other_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
