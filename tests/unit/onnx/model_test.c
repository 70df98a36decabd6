/* SPDX-License-Identifier: MIT */
/* The reader of model files: what is in them, and that damage is always an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "onnx/model.h"
#include "onnx/wire.h"

static ink_status read_bytes(struct ink_view bytes, struct ink_arena *arena, struct ink_model *model,
                             struct ink_error *err)
{
    ink_arena_init(arena, 1 << 20);
    return ink_model_read(bytes, NULL, arena, model, err);
}

static void whole_model(void **state)
{
    struct message m = small_model();
    struct ink_arena arena;
    struct ink_model model;
    struct ink_error err = {0};
    assert_int_equal(read_bytes(view_of(&m), &arena, &model, &err), INK_OK);
    assert_int_equal(model.ir_version, 8);
    assert_int_equal(ink_model_opset(&model, ink_view_text("")), 17);
    assert_int_equal(ink_model_opset(&model, ink_view_text("ai.onnx.ml")), 0);
    assert_int_equal(model.graph.node_count, 3);
    assert_int_equal(model.graph.initializer_count, 2);
    const struct ink_node *pool = &model.graph.nodes[0];
    assert_true(ink_view_is(pool->name, "node_y"));
    const struct ink_attribute *strides = ink_node_attribute(pool, "strides");
    assert_non_null(strides);
    assert_int_equal(strides->kind, INK_ATTRIBUTE_INTS);
    assert_int_equal(strides->count, 2);
    assert_int_equal(strides->ints[1], 2);
    const struct ink_value_info *x = &model.graph.inputs[0];
    assert_int_equal(x->shape.rank, 4);
    assert_int_equal(x->shape.dims[0], INK_DIM_UNKNOWN);
    assert_true(ink_view_is(x->dim_names[0], "n"));
    assert_int_equal(model.graph.outputs[1].dtype, INK_DTYPE_NONE);
    ink_arena_cleanup(&arena);
}

static void cut_at_every_byte(void **state)
{
    struct message m = small_model();
    for (size_t len = 0; len < m.len; len++) {
        /* a copy of its own, so that a read behind the end is seen by the sanitizer */
        uint8_t *cut = test_malloc(len + 1);
        memcpy(cut, m.bytes, len);
        struct ink_arena arena;
        struct ink_model model;
        struct ink_error err = {0};
        ink_status st = read_bytes(ink_view_of(cut, len), &arena, &model, &err);
        if (st && (st != INK_E_MODEL || !err.text[0])) fail_msg("cut at %zu: %s", len, err.text);
        /* behind the graph only the opset import is left: the form is right without it */
        if (!st && model.opsets.count) fail_msg("cut at %zu of %zu: accepted", len, m.len);
        ink_arena_cleanup(&arena);
        test_free(cut);
    }
}

static void every_byte_changed(void **state)
{
    struct message m = small_model();
    for (size_t i = 0; i < m.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            m.bytes[i] ^= (uint8_t)(1 << bit);
            struct ink_arena arena;
            struct ink_model model;
            struct ink_error err = {0};
            ink_status st = read_bytes(view_of(&m), &arena, &model, &err);
            if (st && st != INK_E_MODEL && st != INK_E_OOM) fail_msg("byte %zu: %s", i, ink_status_word(st));
            ink_arena_cleanup(&arena);
            m.bytes[i] ^= (uint8_t)(1 << bit);
        }
    }
}

/* A TensorProto: dims, type, and one more field as given. */
static struct message tensor_of(int64_t dim, enum ink_dtype dtype)
{
    struct message t = {0};
    put_int(&t, 1, dim);
    put_int(&t, 2, dtype);
    put_text(&t, 8, "t");
    return t;
}

static ink_status read_tensor(const struct message *t, struct ink_arena *arena, struct ink_stored_tensor *out,
                              struct ink_error *err)
{
    ink_arena_init(arena, 1 << 20);
    *err = (struct ink_error){0};
    return ink_tensor_read(view_of(t), INK_FLOAT, arena, out, err);
}

static void typed_fields(void **state)
{
    struct ink_arena arena;
    struct ink_stored_tensor t;
    struct ink_error err;
    struct message packed = tensor_of(3, INK_INT64), values = {0};
    put_varint(&values, 7);
    put_varint(&values, (uint64_t)-2);
    put_bytes(&packed, 7, values.bytes, values.len);
    put_int(&packed, 7, 300); /* packed and single may be mixed */
    assert_int_equal(read_tensor(&packed, &arena, &t, &err), INK_OK);
    assert_int_equal(((int64_t *)t.tensor.data)[1], -2);
    assert_int_equal(((int64_t *)t.tensor.data)[2], 300);
    ink_arena_cleanup(&arena);

    struct message half = tensor_of(2, INK_FLOAT16);
    put_int(&half, 5, 0x3C00);
    put_int(&half, 5, 0xC000);
    assert_int_equal(read_tensor(&half, &arena, &t, &err), INK_OK);
    assert_int_equal(((uint16_t *)t.tensor.data)[1], 0xC000);
    ink_arena_cleanup(&arena);

    struct message words = tensor_of(2, INK_STRING);
    put_text(&words, 6, "one");
    put_text(&words, 6, "");
    assert_int_equal(read_tensor(&words, &arena, &t, &err), INK_OK);
    assert_true(ink_view_is(((struct ink_view *)t.tensor.data)[0], "one"));
    ink_arena_cleanup(&arena);

    struct message none = tensor_of(0, INK_FLOAT);
    assert_int_equal(read_tensor(&none, &arena, &t, &err), INK_OK);
    assert_non_null(t.tensor.data); /* NULL would mean: not known */
    ink_arena_cleanup(&arena);
}

static void tensors_that_lie(void **state)
{
    struct ink_arena arena;
    struct ink_stored_tensor t;
    struct ink_error err;
    const struct {
        int64_t dim;
        int dtype;
    } bad[] = {
        {800000000, INK_FLOAT}, {-1, INK_FLOAT}, {INT64_MAX, INK_DOUBLE}, {1, 0}, {1, 99},
        {2, INK_FLOAT},         {1, INK_STRING},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct message m = tensor_of(bad[i].dim, (enum ink_dtype)bad[i].dtype);
        put_bytes(&m, 9, "\0\0\0\0", 4);
        assert_int_equal(read_tensor(&m, &arena, &t, &err), INK_E_MODEL);
        assert_non_null(strstr(err.text, "tensor t"));
        assert_true(arena.held_bytes < 100000);
        ink_arena_cleanup(&arena);
    }
}

static void put_external(struct message *t, const char *key, const char *value)
{
    struct message entry = {0};
    put_text(&entry, 1, key);
    put_text(&entry, 2, value);
    put_message(t, 13, &entry);
}

static ink_status load_file(void *arg, const char *location, uint64_t offset, uint64_t length, struct ink_view *out,
                            struct ink_error *err)
{
    static const float values[4] = {1, 2, 3, 4};
    if (strcmp(location, "model.data") != 0) return ink_fail(err, INK_E_NOT_FOUND, "%s is not there", location);
    if (offset > sizeof values || length > sizeof values - offset) return ink_fail(err, INK_E_MODEL, "too short");
    *out = ink_view_of((const uint8_t *)values + offset, (size_t)length);
    return INK_OK;
}

static void count_visits(void *arg, struct ink_view location)
{
    *(int *)arg += ink_view_is(location, "model.data");
}

static void weights_outside(void **state)
{
    const struct {
        const char *location, *offset, *length;
        ink_status expect;
    } cases[] = {
        {"model.data", "8", "8", INK_OK},
        {"model.data", "8", NULL, INK_OK},
        {"model.data", "12", "8", INK_E_MODEL},
        {"model.data", "8", "9", INK_E_MODEL},
        {"model.data", "-8", "8", INK_E_MODEL},
        {"model.data", "18446744073709551608", "8", INK_E_MODEL},
        {"other.data", "0", "8", INK_E_NOT_FOUND},
        {"/model.data", "8", "8", INK_E_MODEL},
        {"../model.data", "8", "8", INK_E_MODEL},
        {"a/../../model.data", "8", "8", INK_E_MODEL},
        {"", "8", "8", INK_E_MODEL},
    };
    const struct ink_external_data external = {load_file, NULL};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message t = tensor_of(2, INK_FLOAT), g = {0};
        put_external(&t, "location", cases[i].location);
        put_external(&t, "offset", cases[i].offset);
        if (cases[i].length) put_external(&t, "length", cases[i].length);
        put_int(&t, 14, 1);
        put_message(&g, GRAPH_INITIALIZER, &t);
        struct message m = model_of(&g, 17);
        struct ink_arena arena;
        struct ink_model model;
        struct ink_error err = {0};
        ink_arena_init(&arena, 1 << 20);
        ink_status st = ink_model_read(view_of(&m), &external, &arena, &model, &err);
        if (st != cases[i].expect) fail_msg("%s at %s: %s", cases[i].location, cases[i].offset, err.text);
        if (!st) assert_true(((float *)model.graph.initializers[0].tensor.data)[0] == 3);
        ink_arena_cleanup(&arena);
    }
    struct message t = tensor_of(2, INK_FLOAT), g = {0};
    put_external(&t, "location", "model.data");
    put_int(&t, 14, 1);
    put_message(&g, GRAPH_INITIALIZER, &t);
    struct message m = model_of(&g, 17);
    struct ink_arena arena;
    struct ink_model model;
    struct ink_error err = {0};
    int visits = 0;
    assert_int_equal(ink_model_external_files(view_of(&m), count_visits, &visits, &err), INK_OK);
    assert_int_equal(visits, 1);
    assert_int_equal(read_bytes(view_of(&m), &arena, &model, &err), INK_E_MODEL);
    assert_non_null(strstr(err.text, "model.data"));
    ink_arena_cleanup(&arena);
}

static void deep_graphs(void **state)
{
    static struct message inner, outer; /* a graph in an attribute of a node of a graph ... */
    struct ink_arena arena;
    struct ink_model model;
    struct ink_error err = {0};
    inner.len = 0;
    for (int depth = 0; depth < 40; depth++) {
        struct message attribute = {0}, node = {0};
        put_text(&attribute, 1, "body");
        put_message(&attribute, 6, &inner);
        put_int(&attribute, 20, INK_ATTRIBUTE_GRAPH);
        put_message(&node, NODE_ATTRIBUTE, &attribute);
        put_text(&node, 4, "If");
        outer.len = 0;
        put_message(&outer, GRAPH_NODE, &node);
        inner = outer;
        if (depth != 5) continue;
        struct message fine = model_of(&outer, 17);
        assert_int_equal(read_bytes(view_of(&fine), &arena, &model, &err), INK_OK);
        ink_arena_cleanup(&arena);
    }
    struct message m = model_of(&outer, 17);
    assert_int_equal(read_bytes(view_of(&m), &arena, &model, &err), INK_E_MODEL);
    assert_non_null(strstr(err.text, "nested"));
    ink_arena_cleanup(&arena);
}

static void old_files(void **state)
{
    /* IR version 1: no opset import, attributes without a type, unknown fields anywhere */
    struct message g = {0}, attributes = {0}, axis = {0}, m = {0};
    put_text(&axis, 1, "axis");
    put_int(&axis, 3, -1);
    put_message(&attributes, NODE_ATTRIBUTE, &axis);
    add_node(&g, "ai.onnx", "Softmax", "x", "y", &attributes);
    put_text(&g, 99, "from the future");
    put_int(&m, 1, 1);
    put_message(&m, 7, &g);
    put_int(&m, 1000, 1);
    struct ink_arena arena;
    struct ink_model model;
    struct ink_error err = {0};
    assert_int_equal(read_bytes(view_of(&m), &arena, &model, &err), INK_OK);
    assert_int_equal(ink_model_opset(&model, ink_view_text("")), 1);
    const struct ink_node *node = &model.graph.nodes[0];
    assert_int_equal(node->domain.len, 0);
    assert_int_equal(node->attributes[0].kind, INK_ATTRIBUTE_INT);
    assert_int_equal(node->attributes[0].i, -1);
    ink_arena_cleanup(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_model),  cmocka_unit_test(cut_at_every_byte), cmocka_unit_test(every_byte_changed),
        cmocka_unit_test(typed_fields), cmocka_unit_test(tensors_that_lie),  cmocka_unit_test(weights_outside),
        cmocka_unit_test(deep_graphs),  cmocka_unit_test(old_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
