/* SPDX-License-Identifier: MIT */
/* Sequences, optionals and maps: read from files, given to models, made and taken apart by their operators. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "engine/session.h"

static const enum ink_dtype SEQUENCE_FLOAT = INK_SEQUENCE | INK_FLOAT, OPTIONAL_FLOAT = INK_OPTIONAL | INK_FLOAT;

/* A float [count]. */
static struct ink_tensor floats(int64_t count, const float *values)
{
    return (struct ink_tensor){INK_FLOAT, {1, {count}}, (void *)(uintptr_t)values};
}

static const float one[] = {1}, two[] = {2, 20}, three[] = {3, 30, 300};

static struct ink_session *session_of(struct message *graph, int64_t opset)
{
    struct message m = model_of(graph, opset);
    struct ink_session *s;
    struct ink_error err = {0};
    if (ink_session_new(view_of(&m), NULL, &s, &err)) fail_msg("%s", err.text);
    return s;
}

/* --- types --- */

static void words(void **state)
{
    assert_string_equal(ink_dtype_word(SEQUENCE_FLOAT), "seq(float)");
    assert_string_equal(ink_dtype_word(INK_OPTIONAL | INK_SEQUENCE | INK_INT64), "optional(seq(int64))");
    assert_string_equal(ink_dtype_word(INK_SEQUENCE | INK_MAP_STRING | INK_FLOAT), "seq(map(string,float))");
    assert_string_equal(ink_dtype_word(INK_SEQUENCE), "undefined");
    assert_int_equal(ink_dtype_wrap(INK_SEQUENCE | INK_FLOAT, INK_OPTIONAL), INK_OPTIONAL | INK_SEQUENCE | INK_FLOAT);
    assert_int_equal(ink_dtype_wrap(INK_SEQUENCE | INK_FLOAT, INK_SEQUENCE), INK_DTYPE_NONE);
    assert_int_equal(ink_dtype_wrap(INK_OPTIONAL | INK_FLOAT, INK_SEQUENCE), INK_DTYPE_NONE);
    assert_int_equal(ink_dtype_wrap(INK_SEQUENCE | INK_FLOAT, INK_MAP_INT64), INK_DTYPE_NONE);
    assert_int_equal(ink_dtype_wrap(INK_DTYPE_NONE, INK_SEQUENCE), INK_DTYPE_NONE);
}

/* What inputs are declared to be is what they are; a sequence of sequences is refused by name. */
static void declared(void **state)
{
    static const enum ink_dtype types[] = {SEQUENCE_FLOAT, INK_OPTIONAL | INK_SEQUENCE | INK_BOOL,
                                           INK_MAP_INT64 | INK_FLOAT, INK_MAP_STRING | INK_INT64,
                                           INK_SEQUENCE | INK_MAP_INT64 | INK_FLOAT};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct message g = {0};
        add_value(&g, GRAPH_INPUT, "x", types[i], -1, NULL);
        add_value(&g, GRAPH_OUTPUT, "x", types[i], -1, NULL);
        struct ink_session *s = session_of(&g, 17);
        assert_int_equal(ink_session_input(s, 0)->dtype, types[i]);
        ink_session_free(s);
    }
    struct message g = {0}, value = {0}, tensor = {0}, type = {0};
    put_int(&tensor, 1, INK_FLOAT);
    put_message(&type, 1, &tensor);
    type = container_type(INK_SEQUENCE, &type);
    type = container_type(INK_SEQUENCE, &type);
    put_text(&value, 1, "nest");
    put_message(&value, 2, &type);
    put_message(&g, GRAPH_INPUT, &value);
    add_value(&g, GRAPH_OUTPUT, "nest", INK_DTYPE_NONE, -1, NULL);
    struct message m = model_of(&g, 17);
    struct ink_session *s;
    struct ink_error err = {0};
    assert_int_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_E_UNSUPPORTED);
    assert_non_null(strstr(err.text, "input nest is neither"));
    ink_session_free(s);
}

/* --- files --- */

static struct message tensor_file(int64_t count, const float *values)
{
    struct message t = {0};
    put_int(&t, 1, count);
    put_int(&t, 2, INK_FLOAT);
    put_bytes(&t, 9, values, (size_t)count * sizeof *values);
    return t;
}

/* {7: 2, 8: 20} */
static struct message map_file(void)
{
    struct message map = {0}, values = {0};
    for (int i = 0; i < 2; i++) {
        struct message t = tensor_file(1, &two[i]);
        put_int(&map, 3, 7 + i);
        put_message(&values, 3, &t);
    }
    put_text(&map, 1, "m");
    put_message(&map, 5, &values);
    return map;
}

static void files(void **state)
{
    struct ink_arena arena;
    struct ink_error err = {0};
    struct ink_stored_tensor read;
    ink_arena_init(&arena, 1 << 20);

    struct message sequence = {0}, first = tensor_file(1, one), second = tensor_file(3, three);
    put_text(&sequence, 1, "s");
    put_message(&sequence, 3, &first);
    put_message(&sequence, 3, &second);
    assert_int_equal(ink_tensor_read(view_of(&sequence), SEQUENCE_FLOAT, &arena, &read, &err), INK_OK);
    assert_true(ink_view_is(read.name, "s"));
    assert_int_equal(read.tensor.shape.dims[0], 2);
    const struct ink_tensor *elements = read.tensor.data;
    assert_int_equal(elements[1].shape.dims[0], 3);
    assert_true(((const float *)elements[1].data)[2] == 300);
    assert_int_equal(ink_tensor_read(view_of(&sequence), INK_SEQUENCE | INK_INT64, &arena, &read, &err), INK_E_MODEL);

    struct message optional = {0};
    assert_int_equal(ink_tensor_read(view_of(&optional), OPTIONAL_FLOAT, &arena, &read, &err), INK_OK);
    assert_int_equal(read.tensor.shape.dims[0], 0);
    put_message(&optional, 5, &sequence);
    assert_int_equal(ink_tensor_read(view_of(&optional), INK_OPTIONAL | SEQUENCE_FLOAT, &arena, &read, &err), INK_OK);
    elements = read.tensor.data;
    assert_int_equal(elements[0].shape.dims[0], 2);

    struct message map = map_file();
    assert_int_equal(ink_tensor_read(view_of(&map), INK_MAP_INT64 | INK_FLOAT, &arena, &read, &err), INK_OK);
    elements = read.tensor.data;
    assert_int_equal(((const int64_t *)elements[0].data)[1], 8);
    assert_true(((const float *)elements[1].data)[1] == 20);
    for (size_t len = 0; len < map.len; len++)
        if (ink_tensor_read(ink_view_of(map.bytes, len), INK_MAP_INT64 | INK_FLOAT, &arena, &read, &err))
            assert_true(err.text[0]);
    put_int(&map, 3, 9); /* a key without a value */
    assert_int_equal(ink_tensor_read(view_of(&map), INK_MAP_INT64 | INK_FLOAT, &arena, &read, &err), INK_E_MODEL);
    ink_arena_cleanup(&arena);
}

/* --- operators --- */

/* [1], [3, 30, 300] with [2, 20] put in at `at` (and position -1 taken out): what stays, and how much. */
static void insert_and_erase(void **state)
{
    struct message g = {0};
    add_value(&g, GRAPH_INPUT, "s", SEQUENCE_FLOAT, -1, NULL);
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, (int64_t[]){2});
    add_value(&g, GRAPH_INPUT, "at", INK_INT64, 0, NULL);
    add_node(&g, "", "SequenceInsert", "s,x,at", "longer", NULL);
    add_node(&g, "", "SequenceErase", "longer", "shorter", NULL);
    add_node(&g, "", "SequenceAt", "longer,at", "same", NULL);
    add_node(&g, "", "SequenceLength", "longer", "n", NULL);
    add_value(&g, GRAPH_OUTPUT, "shorter", SEQUENCE_FLOAT, -1, NULL);
    add_value(&g, GRAPH_OUTPUT, "same", INK_FLOAT, -1, NULL);
    add_value(&g, GRAPH_OUTPUT, "n", INK_INT64, 0, NULL);
    struct ink_session *s = session_of(&g, 17);
    struct ink_error err = {0};
    struct ink_tensor elements[] = {floats(1, one), floats(3, three)}, out[3];
    int64_t at;
    struct ink_tensor in[] = {{SEQUENCE_FLOAT, {1, {2}}, elements}, floats(2, two), {INK_INT64, {0}, &at}};
    for (at = -2; at <= 1; at++) {
        assert_int_equal(ink_session_run(s, in, 3, out, 0, &err), INK_OK);
        assert_int_equal(*(int64_t *)out[2].data, 3);
        const struct ink_tensor *left = out[0].data;
        int64_t place = at < 0 ? at + 2 : at;
        assert_int_equal(out[0].shape.dims[0], 2);
        assert_int_equal(left[place].shape.dims[0], 2);
        assert_true(((const float *)left[place].data)[1] == 20);
        assert_int_equal(left[1 - place].shape.dims[0], 1);
        if (at >= 0) assert_int_equal(out[1].shape.dims[0], 2);
    }
    at = 3;
    assert_int_equal(ink_session_run(s, in, 3, out, 0, &err), INK_E_MODEL);
    assert_non_null(strstr(err.text, "place 3 of a sequence of 2"));
    in[0].shape.dims[0] = 0; /* another length: no new plan is needed */
    at = 0;
    assert_int_equal(ink_session_run(s, in, 3, out, 0, &err), INK_OK);
    assert_int_equal(out[0].shape.dims[0], 0);
    assert_int_equal(out[1].shape.dims[0], 2);
    ink_session_free(s);
}

/* What is put into a sequence stays, though the place of the tensor is given to another one afterwards. */
static void keeps_what_was_put_in(void **state)
{
    struct message g = {0};
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 1, (int64_t[]){3});
    add_node(&g, "", "Neg", "x", "a", NULL);
    add_node(&g, "", "SequenceConstruct", "a,a", "s", NULL);
    add_node(&g, "", "Exp", "x", "b", NULL);
    add_node(&g, "", "Exp", "b", "c", NULL);
    add_value(&g, GRAPH_OUTPUT, "s", SEQUENCE_FLOAT, -1, NULL);
    add_value(&g, GRAPH_OUTPUT, "c", INK_FLOAT, -1, NULL);
    struct ink_session *s = session_of(&g, 17);
    struct ink_tensor in = floats(3, three), out[2];
    struct ink_error err = {0};
    assert_int_equal(ink_session_run(s, &in, 1, out, 0, &err), INK_OK);
    const struct ink_tensor *elements = out[0].data;
    for (int i = 0; i < 2; i++) assert_true(((const float *)elements[i].data)[2] == -300);
    ink_session_free(s);
}

/* [2, 4] split along axis 1 into `parts` and put together along `axis` (a new one or not). */
static struct ink_tensor parts_of(struct ink_session **s, const int64_t *parts, int64_t axis, int64_t new_axis)
{
    static const float x[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct message g = {0}, split = {0}, join = {0};
    add_int(&split, "axis", 1);
    add_int(&split, "keepdims", 0);
    add_int(&join, "axis", axis);
    add_int(&join, "new_axis", new_axis);
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 2, (int64_t[]){2, 4});
    if (parts) add_initializer(&g, "parts", INK_INT64, 1, (int64_t[]){2}, parts, 2 * sizeof *parts);
    add_node(&g, "", "SplitToSequence", parts ? "x,parts" : "x", "s", &split);
    add_node(&g, "", "ConcatFromSequence", "s", "y", &join);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, -1, NULL);
    *s = session_of(&g, 17);
    struct ink_tensor in = {INK_FLOAT, {2, {2, 4}}, (void *)(uintptr_t)x}, out;
    struct ink_error err = {0};
    if (ink_session_run(*s, &in, 1, &out, 0, &err)) fail_msg("%s", err.text);
    return out;
}

static void split_and_join(void **state)
{
    struct ink_session *s;
    static const int64_t uneven[] = {1, 3}, even[] = {2, 2};
    static const float there_and_back[] = {1, 2, 3, 4, 5, 6, 7, 8}, across[] = {1, 5, 2, 6, 3, 7, 4, 8},
                       below[] = {1, 2, 5, 6, 3, 4, 7, 8};
    struct ink_tensor y = parts_of(&s, uneven, -1, 0);
    assert_int_equal(y.shape.dims[1], 4);
    assert_memory_equal(y.data, there_and_back, sizeof there_and_back);
    ink_session_free(s);
    y = parts_of(&s, NULL, 0, 1); /* each column, without its axis: a transpose */
    assert_int_equal(y.shape.dims[0], 4);
    assert_memory_equal(y.data, across, sizeof across);
    ink_session_free(s);
    y = parts_of(&s, even, 0, 0);
    assert_int_equal(y.shape.dims[0], 4);
    assert_memory_equal(y.data, below, sizeof below);
    ink_session_free(s);
}

static void optionals(void **state)
{
    struct message g = {0};
    add_value(&g, GRAPH_INPUT, "o", OPTIONAL_FLOAT, -1, NULL);
    add_node(&g, "", "OptionalHasElement", "o", "has", NULL);
    add_node(&g, "", "OptionalGetElement", "o", "x", NULL);
    add_value(&g, GRAPH_OUTPUT, "has", INK_BOOL, 0, NULL);
    add_value(&g, GRAPH_OUTPUT, "x", INK_FLOAT, -1, NULL);
    struct ink_session *s = session_of(&g, 18);
    struct ink_tensor inside = floats(3, three), in = {OPTIONAL_FLOAT, {1, {1}}, &inside}, out[2];
    struct ink_error err = {0};
    assert_int_equal(ink_session_run(s, &in, 1, out, 0, &err), INK_OK);
    assert_true(*(bool *)out[0].data);
    assert_true(((const float *)out[1].data)[2] == 300);
    in.shape.dims[0] = 0;
    assert_int_equal(ink_session_run(s, &in, 1, out, 0, &err), INK_E_MODEL);
    assert_non_null(strstr(err.text, "holds nothing"));
    ink_session_free(s);
}

/* A type that does not go into a sequence of another one is found at load. */
static void types_are_checked(void **state)
{
    struct message g = {0};
    struct ink_session *s;
    struct ink_error err = {0};
    add_value(&g, GRAPH_INPUT, "s", SEQUENCE_FLOAT, -1, NULL);
    add_value(&g, GRAPH_INPUT, "x", INK_INT64, 1, (int64_t[]){2});
    add_node(&g, "", "SequenceInsert", "s,x", "y", NULL);
    add_node(&g, "", "Neg", "s", "z", NULL);
    add_value(&g, GRAPH_OUTPUT, "y", SEQUENCE_FLOAT, -1, NULL);
    struct message m = model_of(&g, 17);
    assert_int_equal(ink_session_new(view_of(&m), NULL, &s, &err), INK_E_MODEL);
    const struct ink_problems *problems = ink_session_problems(s);
    assert_int_equal(problems->count, 2);
    assert_non_null(strstr(problems->items[0].text, "int64 is put into a sequence of float"));
    assert_non_null(strstr(problems->items[1].text, "type seq(float) is not supported"));
    ink_session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(declared),
        cmocka_unit_test(files),
        cmocka_unit_test(insert_and_erase),
        cmocka_unit_test(keeps_what_was_put_in),
        cmocka_unit_test(split_and_join),
        cmocka_unit_test(optionals),
        cmocka_unit_test(types_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
