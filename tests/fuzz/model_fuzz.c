/* SPDX-License-Identifier: MIT */
/* Models: load any bytes, plan, and run what was accepted, in little memory. The seeds are a small network, one
 * with functions of its own, one with bodies, for each row of the table of operators a model of that operator alone, and
 * the small models that are found: those of $INK_SHARED, and those of ONNX's own tests. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "../tools/build_model.h"
#include "base/clock.h"
#include "base/file.h"
#include "engine/session.h"
#include "fuzz.h"
#include "model_mutate.h"
#include "ops/table.h"

enum {
    CAP_BYTES = 8 << 20,
    WORK_MAX = 10 * 1000 * 1000,
    TENSORS_MAX = 16,
    TIME_MAX_US = 20 * 1000 * 1000,
    FOUND_MAX = 256 * 1024
};

/* Zeros and ones in the first byte of each element: good bools, indices and strings (empty), and tiny floats. */
static bool fill_tensor(struct ink_tensor *t, struct ink_arena *arena)
{
    size_t count, bytes, step = ink_dtype_bits(t->dtype) / 8;
    if (!ink_shape_count(&t->shape, &count) || !ink_dtype_bytes(t->dtype, count, &bytes)) return false;
    uint8_t *data = t->data = ink_arena_calloc(arena, bytes ? bytes : 1, 1);
    if (!data) return false;
    for (size_t at = 0; step && t->dtype != INK_STRING && at < bytes; at += step) data[at] = at / step % 2;
    return true;
}

/* One element, which is a container again or a tensor [2]; a map has keys and values. */
static bool fill_container(struct ink_tensor *t, struct ink_arena *arena)
{
    bool map = t->dtype & (INK_MAP_INT64 | INK_MAP_STRING) && !(t->dtype & INK_SEQUENCE);
    enum ink_dtype outside = t->dtype & INK_OPTIONAL ? INK_OPTIONAL : map ? INK_DTYPE_CONTAINERS : INK_SEQUENCE;
    enum ink_dtype key = t->dtype & INK_MAP_STRING ? INK_STRING : INK_INT64;
    t->shape = (struct ink_shape){1, {1 + map}};
    struct ink_tensor *elements = t->data = INK_ARENA_ARRAY(arena, struct ink_tensor, 2);
    if (!elements) return false;
    for (int i = 0; i <= map; i++) {
        bool is_key = map && i == 0;
        elements[i].dtype = is_key ? key : ink_dtype_inside(t->dtype, outside);
        elements[i].shape = (struct ink_shape){1, {2}};
        bool contains = ink_dtype_is_container(elements[i].dtype);
        if (!(contains ? fill_container(&elements[i], arena) : fill_tensor(&elements[i], arena))) return false;
    }
    return true;
}

static bool fill(const struct ink_session *s, struct ink_tensor *inputs, struct ink_arena *arena)
{
    for (int i = 0; i < ink_session_input_count(s); i++) {
        const struct ink_value_info *info = ink_session_input(s, i);
        inputs[i] = (struct ink_tensor){.dtype = info->dtype, .shape = info->shape};
        for (int k = 0; k < info->shape.rank; k++)
            if (info->shape.dims[k] < 0) inputs[i].shape.dims[k] = 2;
        bool contains = ink_dtype_is_container(info->dtype);
        if (!(contains ? fill_container(&inputs[i], arena) : fill_tensor(&inputs[i], arena))) return false;
    }
    return true;
}

static void run(struct ink_session *s)
{
    struct ink_tensor inputs[TENSORS_MAX], outputs[TENSORS_MAX];
    struct ink_figures figures;
    struct ink_error err = {0};
    struct ink_arena arena;
    if (ink_session_input_count(s) > TENSORS_MAX || ink_session_output_count(s) > TENSORS_MAX) return;
    if (ink_session_bind_declared(s, 2, &err)) return;
    ink_session_figures(s, &figures);
    if (figures.multiply_adds > WORK_MAX) return;
    if (figures.held_bytes > CAP_BYTES) abort();
    ink_arena_init(&arena, CAP_BYTES);
    for (int again = 0; again < 2 && fill(s, inputs, &arena); again++)
        if (ink_session_run(s, inputs, ink_session_input_count(s), outputs, ink_clock_us() + TIME_MAX_US, &err) &&
            !err.text[0])
            abort(); /* every failure says why */
    ink_arena_cleanup(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint64_t start = ink_clock_us();
    for (int no_passes = 0; no_passes < 2; no_passes++) {
        struct ink_session_options options = {.memory_cap_bytes = CAP_BYTES, .no_passes = no_passes};
        struct ink_session *s = NULL;
        struct ink_error err = {0};
        ink_status st = ink_session_new(ink_view_of(data, len), &options, &s, &err);
        if (st && !err.text[0]) abort();
        if (!st) run(s);
        ink_session_free(s);
    }
    if (ink_clock_us() - start > TIME_MAX_US) abort();
    return 0;
}

/* --- seeds --- */

static enum ink_dtype type_of(const struct ink_op *op, char letter)
{
    static const struct {
        char letter;
        enum ink_dtype dtype;
    } fixed[] = {{'i', INK_INT64}, {'n', INK_INT32},  {'b', INK_BOOL},
                 {'f', INK_FLOAT}, {'s', INK_STRING}, {'a', INK_FLOAT}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (fixed[i].letter == letter) return fixed[i].dtype;
    ink_dtypes may = op->types[letter - 'T'];
    if (may & INK_DTYPE_BIT(INK_FLOAT)) return INK_FLOAT;
    if (may & INK_DTYPE_BIT(INK_INT64)) return INK_INT64;
    if (may & INK_TYPES_SEQUENCE) return INK_SEQUENCE | INK_FLOAT;
    if (may & INK_TYPES_OPTIONAL) return INK_OPTIONAL | INK_FLOAT;
    if (may & INK_TYPES_MAP) return INK_MAP_STRING | INK_FLOAT;
    int dtype = 1;
    while (!(may & INK_DTYPE_BIT(dtype))) dtype++;
    return (enum ink_dtype)dtype;
}

/* The operator with a first input of `rank` dimensions of 2 and others of `rest`; indices and sizes as a weight. */
static struct message model_of_operator(const struct ink_op *op, int rank, int rest)
{
    static const int64_t sizes[] = {1, 1, 2, 2}, dims[] = {2, 2, 2, 2};
    static const char size[] = "\x0a\x04size\x18\x02\xa0\x01\x02";
    static const char groups[] = "\x0a\x0anum_groups\x18\x02\xa0\x01\x02";
    struct message g = {0}, attributes = {0};
    char inputs[64] = "", name[16];
    int i = 0;
    add_ints(&attributes, "kernel_shape", rank > 2 ? rank - 2 : 1, dims);
    put_bytes(&attributes, NODE_ATTRIBUTE, size, sizeof size - 1);
    put_bytes(&attributes, NODE_ATTRIBUTE, groups, sizeof groups - 1);
    for (const char *s = op->signature; *s != '>'; s++) {
        if (*s == '?' || *s == '*') continue;
        snprintf(name, sizeof name, "%sx%d", i ? "," : "", i);
        strcat(inputs, name);
        const char *plain = name + (i++ > 0);
        enum ink_dtype dtype = type_of(op, *s);
        if (dtype == INK_INT64)
            add_initializer(&g, plain, dtype, 1, (int64_t[]){rest}, sizes, (size_t)rest * sizeof *sizes);
        else
            add_value(&g, GRAPH_INPUT, plain, dtype, i > 1 ? rest : rank, dims);
    }
    add_node(&g, op->domain, op->name, inputs, "y", &attributes);
    add_value(&g, GRAPH_OUTPUT, "y", INK_DTYPE_NONE, -1, NULL);
    struct message m = model_of(&g, op->since), import = {0};
    put_text(&import, 1, op->domain);
    put_int(&import, 2, op->since);
    if (*op->domain) put_message(&m, 8, &import);
    return m;
}

/* File `index` of those that there are, in the order of their names; too large ones are empty. */
static bool found_model(size_t index, struct ink_buffer *out)
{
    static glob_t files;
    static bool looked;
    char pattern[4096];
    struct ink_error err = {0};
    if (!looked) {
        const char *shared = getenv("INK_SHARED");
        looked = true;
        glob("/usr/share/libonnx-testdata/data/node/*/model.onnx", 0, NULL, &files);
        snprintf(pattern, sizeof pattern, "%s/data/models/*/model.onnx", shared ? shared : "/nowhere");
        glob(pattern, GLOB_APPEND, NULL, &files);
    }
    if (index >= files.gl_pathc) return false;
    struct ink_buffer file;
    ink_buffer_init(&file, FOUND_MAX);
    if (ink_file_read(files.gl_pathv[index], &file, &err) == INK_OK) ink_buffer_append(out, file.data, file.len);
    ink_buffer_cleanup(&file);
    return true;
}

enum { RANKS = 5 };

static size_t first_found(void)
{
    size_t rows = 0;
    while (ink_op_row(rows)) rows++;
    return 3 + rows * RANKS;
}

/* A quarter of the changes are libFuzzer's, where it is there: to the bytes. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t max) __attribute__((weak));
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max, unsigned seed)
{
    return seed % 4 == 0 && LLVMFuzzerMutate ? LLVMFuzzerMutate(data, len, max)
                                             : ink_model_mutate(data, len, max, seed);
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    struct message m;
    if (index == 0) {
        m = small_model();
    } else if (index == 1) {
        m = model_with_functions();
    } else if (index == 2) {
        m = model_with_bodies();
    } else {
        static const int ranks[RANKS][2] = {{2, 2}, {3, 3}, {4, 4}, {4, 1}, {2, 1}};
        const struct ink_op *op = ink_op_row((index - 3) / RANKS);
        if (!op) return found_model(index - first_found(), out);
        m = model_of_operator(op, ranks[(index - 3) % RANKS][0], ranks[(index - 3) % RANKS][1]);
    }
    return ink_buffer_append(out, m.bytes, m.len) == INK_OK;
}
