/* SPDX-License-Identifier: MIT */
#include "graphs.h"

#include <math.h>
#include <stdio.h>

#include "ops/table.h"

enum { WEIGHTS_MAX = 12 * 1024 }; /* a message has room for 16 KiB */

struct maker {
    struct random_graph *g;
    struct ink_arena *arena;
    struct message graph, attributes;
    uint64_t random;
    int opset, names;
    const char *domain;
    bool positive; /* values above 0: logarithms, roots, divisors */
};

static size_t pick(struct maker *m, size_t below)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return below ? (size_t)((m->random >> 11) % below) : 0;
}

static int64_t between(struct maker *m, int64_t low, int64_t high)
{
    return low + (int64_t)pick(m, (size_t)(high - low + 1));
}

static bool chance(struct maker *m, unsigned percent)
{
    return pick(m, 100) < percent;
}

/* --- values --- */

static struct ink_shape random_shape(struct maker *m, int rank, int64_t most)
{
    struct ink_shape shape = {.rank = rank};
    for (int d = 0; d < rank; d++) shape.dims[d] = between(m, 1, most);
    return shape;
}

/* Numbers that every type has and that sums of stay small; multiples of 1/4, so that ties and equal ones come up. */
static void fill(struct maker *m, struct ink_tensor *t)
{
    size_t n = ink_tensor_count(t), size = ink_dtype_bits(t->dtype) / 8;
    bool is_unsigned = INK_TYPES_UNSIGNED & INK_DTYPE_BIT(t->dtype);
    t->data = ink_arena_calloc(m->arena, n + 1, size);
    for (size_t i = 0; i < n; i++) {
        double value = (double)between(m, m->positive ? 1 : -12, 12) / 4;
        int64_t whole = m->positive || is_unsigned ? between(m, 1, 9) : between(m, -9, 9);
        switch (t->dtype) {
        case INK_FLOAT: ((float *)t->data)[i] = (float)value; break;
        case INK_DOUBLE: ((double *)t->data)[i] = value; break;
        case INK_BOOL: ((uint8_t *)t->data)[i] = (uint8_t)pick(m, 2); break;
        default: memcpy((char *)t->data + i * size, &whole, size); break; /* low bytes come first */
        }
    }
}

/* The next input of the graph: its name is "x" and a number. */
static const char *input(struct maker *m, enum ink_dtype dtype, const struct ink_shape *shape)
{
    static const char *const names[] = {"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"};
    struct ink_tensor *t = &m->g->inputs[m->g->input_count];
    *t = (struct ink_tensor){dtype, *shape, NULL};
    fill(m, t);
    add_value(&m->graph, GRAPH_INPUT, names[m->g->input_count], dtype, shape->rank, shape->dims);
    return names[m->g->input_count++];
}

/* An input or a weight. */
static const char *argument(struct maker *m, enum ink_dtype dtype, const struct ink_shape *shape)
{
    static char names[16][8];
    struct ink_tensor t = {dtype, *shape, NULL};
    bool large = m->graph.len + ink_tensor_bytes(&t) > WEIGHTS_MAX;
    if (large || (chance(m, 40) && m->g->input_count < 4)) return input(m, dtype, shape);
    char *name = names[m->names % 16];
    snprintf(name, sizeof names[0], "w%d", m->names++);
    fill(m, &t);
    add_initializer(&m->graph, name, dtype, shape->rank, shape->dims, t.data, ink_tensor_bytes(&t));
    return name;
}

static const char *list(struct maker *m, int count, const int64_t *values)
{
    static char names[8][8];
    char *name = names[m->names % 8];
    snprintf(name, sizeof names[0], "w%d", m->names++);
    add_initializer(&m->graph, name, INK_INT64, 1, (int64_t[]){count}, values, (size_t)count * sizeof *values);
    return name;
}

static enum ink_dtype type_of(struct maker *m, ink_dtypes may)
{
    static const enum ink_dtype known[] = {INK_FLOAT, INK_DOUBLE, INK_INT32,  INK_INT64,  INK_INT8,  INK_UINT8,
                                           INK_BOOL,  INK_INT16,  INK_UINT16, INK_UINT32, INK_UINT64};
    if (may & INK_DTYPE_BIT(INK_FLOAT) && chance(m, 50)) return INK_FLOAT;
    for (int tries = 0; tries < 64; tries++) {
        enum ink_dtype dtype = known[pick(m, sizeof known / sizeof *known)];
        if (may & INK_DTYPE_BIT(dtype)) return dtype;
    }
    return INK_DTYPE_NONE;
}

static void name_it(struct maker *m, const char *op)
{
    snprintf(m->g->what, sizeof m->g->what, "%s-%d", op, m->opset);
}

static void text_attribute(struct maker *m, const char *name, const char *value)
{
    struct message a = {0};
    put_text(&a, 1, name);
    put_text(&a, 4, value);
    put_int(&a, 20, 3);
    put_message(&m->attributes, NODE_ATTRIBUTE, &a);
}

/* The operator from `inputs` to "m"; what is in m->attributes belongs to it. */
static void operator(struct maker *m, const char *op, const char *inputs)
{
    name_it(m, op);
    add_node(&m->graph, "", op, inputs, "m", &m->attributes);
    m->attributes.len = 0;
}

/* --- families; each makes "m" --- */

static bool is_like(const struct ink_op *op, const char *signature, bool broadcasts)
{
    if (op->domain[0] || op->since < 7 || strcmp(op->signature, signature)) return false;
    return (op->shape == ink_op_shape_broadcast) == broadcasts && (broadcasts || op->flags & INK_OP_INPLACE);
}

/* One of the table's rows that have this signature and shape. */
static const struct ink_op *row_like(struct maker *m, const char *signature, bool broadcasts)
{
    size_t count = 0, i = 0;
    for (; ink_op_row(i); i++) count += is_like(ink_op_row(i), signature, broadcasts);
    size_t wanted = pick(m, count);
    for (i = 0; !is_like(ink_op_row(i), signature, broadcasts) || wanted--;) i++;
    return ink_op_row(i);
}

static void unary(struct maker *m)
{
    const struct ink_op *op = row_like(m, "T>T", false);
    struct ink_shape shape = random_shape(m, (int)between(m, 0, 4), 9);
    static const char *const positive[] = {"Log", "Sqrt", "Reciprocal", "Acosh"};
    m->opset = op->since;
    for (size_t i = 0; i < sizeof positive / sizeof *positive; i++)
        m->positive = m->positive || !strcmp(op->name, positive[i]);
    operator(m, op->name, input(m, type_of(m, op->types[0]), &shape));
}

/* Of two shapes that broadcast: some dimensions are 1, some are left out in front. */
static struct ink_shape thinned(struct maker *m, const struct ink_shape *shape)
{
    struct ink_shape thin = {.rank = (int)between(m, 0, shape->rank)};
    if (chance(m, 40)) return *shape;
    for (int d = 0; d < thin.rank; d++) thin.dims[d] = chance(m, 30) ? 1 : shape->dims[shape->rank - thin.rank + d];
    return thin;
}

static void binary(struct maker *m)
{
    static const char *const signatures[] = {"TT>T", "TT>b", "bb>b"};
    const struct ink_op *op = row_like(m, signatures[pick(m, 3)], true);
    struct ink_shape shape = random_shape(m, (int)between(m, 0, 4), 7), other = thinned(m, &shape);
    char inputs[32];
    m->opset = op->since;
    enum ink_dtype dtype = op->signature[0] == 'b' ? INK_BOOL : type_of(m, op->types[0]);
    m->positive = !strcmp(op->name, "Div") || !strcmp(op->name, "Mod") || !strcmp(op->name, "Pow");
    if (!strcmp(op->name, "Mod") && dtype == INK_FLOAT) add_int(&m->attributes, "fmod", 1);
    if (!strcmp(op->name, "BitShift")) text_attribute(m, "direction", chance(m, 50) ? "LEFT" : "RIGHT");
    bool turn = chance(m, 50) && strcmp(op->name, "PRelu");
    const char *a = argument(m, dtype, turn ? &other : &shape), *b = argument(m, dtype, turn ? &shape : &other);
    snprintf(inputs, sizeof inputs, "%s,%s", a, b);
    operator(m, op->name, inputs);
}

static void reduce(struct maker *m)
{
    static const char *const names[] = {"ReduceSum",    "ReduceMean",     "ReduceMax", "ReduceMin",
                                        "ReduceProd",   "ReduceL1",       "ReduceL2",  "ReduceSumSquare",
                                        "ReduceLogSum", "ReduceLogSumExp"};
    const char *op = names[pick(m, 10)];
    struct ink_shape shape = random_shape(m, (int)between(m, 1, 5), 5);
    int64_t axes[INK_RANK_MAX];
    int count = 0;
    char inputs[32];
    m->opset = chance(m, 50) ? 13 : 18;
    m->positive = !strcmp(op, "ReduceLogSum");
    for (int d = 0; d < shape.rank; d++)
        if (chance(m, 50)) axes[count++] = chance(m, 30) ? d - shape.rank : d;
    bool as_input = m->opset == 18 || !strcmp(op, "ReduceSum");
    bool whole = !strstr(op, "Log") && !strstr(op, "Prod") && chance(m, 20); /* what fits into an int32 */
    const char *x = input(m, whole ? INK_INT32 : INK_FLOAT, &shape);
    snprintf(inputs, sizeof inputs, "%s%s%s", x, as_input && count ? "," : "",
             as_input && count ? list(m, count, axes) : "");
    if (!as_input && count) add_ints(&m->attributes, "axes", count, axes);
    if (chance(m, 50)) add_int(&m->attributes, "keepdims", 0);
    operator(m, op, inputs);
}

static void along_an_axis(struct maker *m)
{
    static const char *const names[] = {"Softmax", "LogSoftmax", "Hardmax",        "ArgMax",
                                        "ArgMin",  "Flatten",    "LpNormalization"};
    const char *op = names[pick(m, 7)];
    struct ink_shape shape = random_shape(m, (int)between(m, 1, 4), 9);
    m->opset = chance(m, 50) ? 11 : 13;
    if (!strncmp(op, "Arg", 3)) {
        if (chance(m, 50)) add_int(&m->attributes, "keepdims", 0);
        if (chance(m, 50) && m->opset >= 12) add_int(&m->attributes, "select_last_index", 1);
    }
    add_int(&m->attributes, "axis", chance(m, 30) ? -1 : between(m, 0, shape.rank - 1));
    operator(m, op, input(m, INK_FLOAT, &shape));
}

/* kernel_shape, strides, pads or auto_pad, dilations, for `rank` dimensions of kernels. own_same: ConvTranspose, LpPool and AveragePool,
 * where ONNX Runtime has its own idea of SAME when strides are longer than kernels. */
static void window(struct maker *m, int rank, const int64_t *kernel, bool dilates, bool own_same)
{
    int64_t strides[3], pads[6], dilations[3];
    for (int d = 0; d < rank; d++) {
        strides[d] = between(m, 1, own_same && kernel[d] < 3 ? kernel[d] : 3);
        dilations[d] = chance(m, 25) ? 2 : 1;
        pads[d] = pads[rank + d] = 0;
        if (chance(m, 60)) pads[d] = between(m, 0, kernel[d] - 1);
        if (chance(m, 60)) pads[rank + d] = between(m, 0, kernel[d] - 1);
    }
    add_ints(&m->attributes, "kernel_shape", rank, kernel);
    if (chance(m, 70)) add_ints(&m->attributes, "strides", rank, strides);
    if (dilates && chance(m, 40)) {
        add_ints(&m->attributes, "dilations", rank, dilations);
        add_ints(&m->attributes, "pads", 2 * rank, pads);
    } else if (chance(m, 20)) {
        text_attribute(m, "auto_pad", chance(m, 50) ? "SAME_UPPER" : "SAME_LOWER");
    } else {
        add_ints(&m->attributes, "pads", 2 * rank, pads);
    }
}

static void convolution(struct maker *m)
{
    bool turned = chance(m, 25);
    int rank = (int)between(m, 1, 3);
    int64_t group = chance(m, 60) ? 1 : between(m, 2, 4), in = group * between(m, 1, 5), out = group * between(m, 1, 5);
    struct ink_shape x = random_shape(m, rank + 2, rank == 3 ? 7 : 15), w = {.rank = rank + 2}, bias = {1, {out}};
    char inputs[32];
    m->opset = chance(m, 50) ? 11 : 22;
    x.dims[0] = between(m, 1, 2);
    x.dims[1] = in;
    w.dims[0] = turned ? in : out;
    w.dims[1] = (turned ? out : in) / group;
    for (int d = 0; d < rank; d++) {
        w.dims[2 + d] = between(m, 1, 4);
        if (x.dims[2 + d] < 2 * w.dims[2 + d]) x.dims[2 + d] = 2 * w.dims[2 + d];
    }
    const char *a = input(m, INK_FLOAT, &x), *b = argument(m, INK_FLOAT, &w);
    snprintf(inputs, sizeof inputs, "%s,%s%s%s", a, b, chance(m, 60) ? "," : "", "");
    if (strchr(inputs, ',') != strrchr(inputs, ',')) strcat(inputs, argument(m, INK_FLOAT, &bias));
    if (group > 1) add_int(&m->attributes, "group", group);
    window(m, rank, w.dims + 2, true, turned);
    m->g->tolerance = 1e-3;
    operator(m, turned ? "ConvTranspose" : "Conv", inputs);
}

static void pool(struct maker *m)
{
    static const char *const names[] = {"MaxPool", "AveragePool", "LpPool"};
    const char *op = names[pick(m, 3)];
    int rank = (int)between(m, 1, 3);
    struct ink_shape x = random_shape(m, rank + 2, 12);
    int64_t kernel[3];
    m->opset = op[0] == 'M' ? 12 : op[0] == 'A' ? (chance(m, 50) ? 11 : 19) : 11;
    for (int d = 0; d < rank; d++) {
        kernel[d] = between(m, 1, 4);
        if (x.dims[2 + d] < 2 * kernel[d]) x.dims[2 + d] = 2 * kernel[d];
    }
    if (op[0] == 'A' && chance(m, 50)) add_int(&m->attributes, "count_include_pad", 1);
    if (op[0] != 'L' && chance(m, 40)) add_int(&m->attributes, "ceil_mode", 1);
    if (op[0] == 'L') add_int(&m->attributes, "p", between(m, 1, 3));
    window(m, rank, kernel, op[0] == 'M', op[0] != 'M');
    operator(m, op, input(m, INK_FLOAT, &x));
}

static void product(struct maker *m)
{
    int64_t rows = between(m, 1, 20), inner = between(m, 1, 20), columns = between(m, 1, 20);
    bool gemm = chance(m, 50), a_turned = gemm && chance(m, 40), b_turned = gemm && chance(m, 40);
    struct ink_shape a = {2, {a_turned ? inner : rows, a_turned ? rows : inner}};
    struct ink_shape b = {2, {b_turned ? columns : inner, b_turned ? inner : columns}};
    struct ink_shape c = {2, {chance(m, 50) ? 1 : rows, chance(m, 50) ? 1 : columns}};
    char inputs[32];
    m->opset = 13;
    if (!gemm && chance(m, 50)) {
        a = (struct ink_shape){3, {between(m, 1, 3), rows, inner}};
        if (chance(m, 50)) b = (struct ink_shape){3, {a.dims[0], inner, columns}};
    }
    const char *left = input(m, INK_FLOAT, &a), *right = argument(m, INK_FLOAT, &b);
    snprintf(inputs, sizeof inputs, "%s,%s", left, right);
    if (gemm && chance(m, 70)) {
        strcat(inputs, ",");
        strcat(inputs, argument(m, INK_FLOAT, &c));
    }
    if (a_turned) add_int(&m->attributes, "transA", 1);
    if (b_turned) add_int(&m->attributes, "transB", 1);
    m->g->tolerance = 1e-3;
    operator(m, gemm ? "Gemm" : "MatMul", inputs);
}

static void movement(struct maker *m)
{
    struct ink_shape shape = random_shape(m, (int)between(m, 1, 4), 6);
    enum ink_dtype dtype = type_of(m, INK_DTYPE_BIT(INK_FLOAT) | INK_DTYPE_BIT(INK_INT64) | INK_DTYPE_BIT(INK_UINT8));
    int rank = shape.rank;
    int64_t numbers[8], starts[4], ends[4], steps[4];
    char inputs[64];
    const char *x = input(m, dtype, &shape);
    m->opset = 13;
    snprintf(inputs, sizeof inputs, "%s", x);
    switch (pick(m, 7)) {
    case 0: /* a shuffled order */
        for (int d = 0; d < rank; d++) numbers[d] = d;
        for (int d = rank - 1; d > 0; d--) {
            int other = (int)pick(m, (size_t)d + 1);
            int64_t kept = numbers[d];
            numbers[d] = numbers[other];
            numbers[other] = kept;
        }
        add_ints(&m->attributes, "perm", rank, numbers);
        operator(m, "Transpose", inputs);
        break;
    case 1:
        snprintf(inputs, sizeof inputs, "%s,%s,%s", x, argument(m, dtype, &shape), x);
        add_int(&m->attributes, "axis", between(m, -rank, rank - 1));
        operator(m, "Concat", inputs);
        break;
    case 2:
        for (int d = 0; d < rank; d++) {
            steps[d] = chance(m, 30) ? -between(m, 1, 2) : between(m, 1, 2);
            starts[d] = between(m, -shape.dims[d] - 1, shape.dims[d] + 1);
            ends[d] = chance(m, 30) ? (steps[d] < 0 ? INT64_MIN : INT64_MAX) : between(m, -8, 8);
            numbers[d] = d;
        }
        snprintf(inputs, sizeof inputs, "%s,%s,%s,%s,%s", x, list(m, rank, starts), list(m, rank, ends),
                 list(m, rank, numbers), list(m, rank, steps));
        operator(m, "Slice", inputs);
        break;
    case 3: {
        static const char *const modes[] = {"constant", "reflect", "edge"};
        const char *mode = modes[pick(m, 3)];
        for (int d = 0; d < 2 * rank; d++) numbers[d] = between(m, mode[0] == 'r' ? 0 : -1, 2);
        for (int d = 0; d < rank; d++)
            if (mode[0] == 'r' && (numbers[d] >= shape.dims[d] || numbers[rank + d] >= shape.dims[d]))
                numbers[d] = numbers[rank + d] = 0;
            else if (shape.dims[d] < 3)
                numbers[d] = numbers[rank + d] = 1;
        for (int d = 0; d < rank; d++)
            if (mode[0] == 'r' && shape.dims[d] < 3) numbers[d] = numbers[rank + d] = 0;
        text_attribute(m, "mode", mode);
        snprintf(inputs, sizeof inputs, "%s,%s", x, list(m, 2 * rank, numbers));
        operator(m, "Pad", inputs);
        break;
    }
    case 4:
        for (int d = 0; d < rank; d++) numbers[d] = between(m, 1, 3);
        snprintf(inputs, sizeof inputs, "%s,%s", x, list(m, rank, numbers));
        operator(m, "Tile", inputs);
        break;
    case 5: {
        int axis = (int)pick(m, (size_t)rank), count = (int)between(m, 1, 5);
        for (int i = 0; i < count; i++) numbers[i] = between(m, -shape.dims[axis], shape.dims[axis] - 1);
        add_int(&m->attributes, "axis", axis);
        snprintf(inputs, sizeof inputs, "%s,%s", x, list(m, count, numbers));
        operator(m, "Gather", inputs);
        break;
    }
    default:
        add_int(&m->attributes, "exclusive", between(m, 0, 1));
        add_int(&m->attributes, "reverse", between(m, 0, 1));
        snprintf(inputs, sizeof inputs, "%s,axis", x);
        numbers[0] = between(m, -rank, rank - 1);
        add_initializer(&m->graph, "axis", INK_INT64, 0, NULL, numbers, sizeof *numbers);
        operator(m, dtype == INK_UINT8 ? "Identity" : "CumSum", dtype == INK_UINT8 ? x : inputs);
        break;
    }
}

static void normalization(struct maker *m)
{
    struct ink_shape x = random_shape(m, (int)between(m, 3, 4), 8), channels = {1, {x.dims[1]}};
    char inputs[64];
    const char *a = input(m, INK_FLOAT, &x);
    m->positive = true; /* a variance */
    m->g->tolerance = 1e-3;
    switch (pick(m, 4)) {
    case 0: {
        m->opset = chance(m, 50) ? 9 : 15;
        const char *scale = argument(m, INK_FLOAT, &channels), *bias = argument(m, INK_FLOAT, &channels);
        const char *mean = argument(m, INK_FLOAT, &channels);
        snprintf(inputs, sizeof inputs, "%s,%s,%s,%s,%s", a, scale, bias, mean, argument(m, INK_FLOAT, &channels));
        operator(m, "BatchNormalization", inputs);
        break;
    }
    case 1: {
        m->opset = 11;
        const char *scale = argument(m, INK_FLOAT, &channels);
        snprintf(inputs, sizeof inputs, "%s,%s,%s", a, scale, argument(m, INK_FLOAT, &channels));
        operator(m, "InstanceNormalization", inputs);
        break;
    }
    case 2: {
        int axis = (int)between(m, 1, x.rank - 1);
        struct ink_shape row = {.rank = x.rank - axis};
        memcpy(row.dims, x.dims + axis, (size_t)row.rank * sizeof *row.dims);
        m->opset = 17;
        add_int(&m->attributes, "axis", chance(m, 50) ? axis : axis - x.rank);
        const char *scale = argument(m, INK_FLOAT, &row);
        snprintf(inputs, sizeof inputs, "%s,%s,%s", a, scale, argument(m, INK_FLOAT, &row));
        operator(m, "LayerNormalization", inputs);
        break;
    }
    default:
        m->opset = 13;
        add_int(&m->attributes, "size", 1 + 2 * between(m, 0, 3));
        operator(m, "LRN", a);
        break;
    }
}

static void resize(struct maker *m)
{
    static const char *const modes[] = {"nearest", "linear", "cubic"};
    static const char *const places[] = {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"};
    static const char *const nearest[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
    struct ink_shape x = random_shape(m, 4, 7);
    const char *mode = modes[pick(m, 3)];
    int64_t sizes[4] = {x.dims[0], x.dims[1], between(m, 1, 14), between(m, 1, 14)};
    char inputs[64];
    m->opset = chance(m, 50) ? 13 : 19;
    const char *a = input(m, INK_FLOAT, &x);
    text_attribute(m, "mode", mode);
    size_t place = pick(m, 4);
    bool half =
        place == 0 || place == 3; /* places are whole there, but for the rounding of a float: floor and ceil differ */
    text_attribute(m, "coordinate_transformation_mode", places[place]);
    if (mode[0] == 'n') text_attribute(m, "nearest_mode", nearest[pick(m, half ? 2 : 4)]);
    snprintf(inputs, sizeof inputs, "%s,,,%s", a, list(m, 4, sizes));
    operator(m, "Resize", inputs);
}

static void sorted(struct maker *m)
{
    struct ink_shape x = random_shape(m, (int)between(m, 1, 4), 7);
    int axis = (int)pick(m, (size_t)x.rank);
    int64_t k = between(m, 1, x.dims[axis]);
    char inputs[64];
    m->opset = 11;
    const char *a = input(m, chance(m, 70) ? INK_FLOAT : INK_INT64, &x);
    snprintf(inputs, sizeof inputs, "%s,%s", a, list(m, 1, &k));
    add_int(&m->attributes, "axis", axis);
    add_int(&m->attributes, "largest", between(m, 0, 1));
    name_it(m, "TopK");
    add_node(&m->graph, "", "TopK", inputs, "m,places", &m->attributes);
    m->attributes.len = 0;
    add_node(&m->graph, "", "Identity", "places", "y1", NULL);
    m->g->output_count = 2;
}

/* --- together --- */

/* Behind it: what passes fuse with what is before; any shape of float will do. */
static void add_tail(struct maker *m)
{
    static const char *const tails[] = {"Relu", "Sigmoid", "Tanh", "HardSwish", "LeakyRelu", "Neg", "Erf", "Softplus"};
    static const float half[1] = {0.5f};
    const char *from = "m";
    if (chance(m, 40)) {
        add_initializer(&m->graph, "half", INK_FLOAT, 1, (int64_t[]){1}, half, sizeof half);
        add_node(&m->graph, "", chance(m, 50) ? "Add" : "Mul", "m,half", "t", NULL);
        from = "t";
    }
    add_node(&m->graph, "", chance(m, 60) && m->opset >= 14 ? tails[pick(m, 8)] : tails[pick(m, 3)], from, "y0", NULL);
}

void ink_random_graph(uint64_t seed, struct ink_arena *arena, struct random_graph *out)
{
    static void (*const families[])(struct maker *) = {unary,         binary, reduce,  along_an_axis,
                                                       convolution,   pool,   product, movement,
                                                       normalization, resize, sorted,  convolution};
    static struct maker m;
    *out = (struct random_graph){.output_count = 1, .tolerance = 1e-5};
    m = (struct maker){.g = out, .arena = arena, .random = seed * 0x9E3779B97F4A7C15u + 0x2545F4914F6CDD1Du};
    for (int i = 0; i < 4; i++) pick(&m, 2);
    families[pick(&m, sizeof families / sizeof *families)](&m);
    if (!out->input_count) { /* all were weights: then it is folded, and there is nothing to run */
        struct ink_shape one = {1, {1}};
        input(&m, INK_FLOAT, &one);
    }
    bool floats = out->input_count && out->inputs[0].dtype == INK_FLOAT && strncmp(out->what, "Arg", 3);
    if (floats && chance(&m, 40))
        add_tail(&m);
    else
        add_node(&m.graph, "", "Identity", "m", "y0", NULL);
    add_value(&m.graph, GRAPH_OUTPUT, "y0", INK_DTYPE_NONE, -1, NULL);
    if (out->output_count > 1) add_value(&m.graph, GRAPH_OUTPUT, "y1", INK_DTYPE_NONE, -1, NULL);
    out->model = model_of(&m.graph, m.opset);
}
