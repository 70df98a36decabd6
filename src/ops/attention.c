/* SPDX-License-Identifier: MIT */
/* Q, K, V are [batch, heads, sequence, head size], or [batch, sequence, heads * head size] where the heads are attributes;
 * both are read where they lie. Keys that came before (past_key, past_value) are put in front of the new ones, in the
 * present ones. A head's queries go through in blocks of ROWS: their scores stay in the cache. */
#include "ops/attention.h"

#include <math.h>

#include "base/checked.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/elements.h"
#include "ops/floats.h"

enum { Q, K, V, MASK, PAST_K, PAST_V, LENGTHS };
enum { Y, PRESENT_K, PRESENT_V, SCORES };

enum { ROWS = 48 };

/* After which step the scores are an output. */
enum stage { PRODUCT, CAPPED, BIASED, PROBABILITIES };

struct attributes {
    int64_t q_heads, kv_heads; /* 0: as the shapes have it */
    int64_t left, right;       /* how many keys before and after its own place a query sees; -1: all */
    float scale;               /* 0: 1 / sqrt(head size) */
    float cap;                 /* 0: none */
    enum stage stage;
    bool causal;
};

ink_status ink_attention_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    int64_t causal = 0, stage = 0, precision = INK_FLOAT;
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    at->left = at->right = -1;
    ink_status st = ink_op_attr_i64(ctx, "q_num_heads", 0, &at->q_heads);
    if (!st) st = ink_op_attr_i64(ctx, "kv_num_heads", 0, &at->kv_heads);
    if (!st) st = ink_op_attr_f32(ctx, "scale", 0, &at->scale);
    if (!st) st = ink_op_attr_f32(ctx, "softcap", 0, &at->cap);
    if (!st) st = ink_op_attr_i64(ctx, "is_causal", 0, &causal);
    if (!st) st = ink_op_attr_i64(ctx, "qk_matmul_output_mode", 0, &stage);
    if (!st) st = ink_op_attr_i64(ctx, "softmax_precision", INK_FLOAT, &precision);
    if (!st && ctx->op->since >= 25) st = ink_op_attr_i64(ctx, "left_window_size", -1, &at->left);
    if (!st && ctx->op->since >= 25) st = ink_op_attr_i64(ctx, "right_window_size", -1, &at->right);
    if (st) return st;
    if (stage < PRODUCT || stage > PROBABILITIES)
        return ink_op_fail(ctx, INK_E_MODEL, "qk_matmul_output_mode is %lld", (long long)stage);
    if (!ink_dtype_valid(precision) || !(INK_TYPES_FLOAT & INK_DTYPE_BIT(precision)))
        return ink_op_fail(ctx, INK_E_MODEL, "softmax_precision is %lld", (long long)precision);
    if (at->q_heads < 0 || at->kv_heads < 0 || at->q_heads > INK_HEADS_MAX || at->kv_heads > INK_HEADS_MAX)
        return ink_op_fail(ctx, INK_E_MODEL, "%lld heads of Q, %lld of K", (long long)at->q_heads,
                           (long long)at->kv_heads);
    if (at->left < -1 || at->right < -1) return ink_op_fail(ctx, INK_E_MODEL, "a window's size is negative");
    at->causal = causal != 0;
    at->stage = (enum stage)stage;
    return INK_OK;
}

/* --- shapes --- */

struct sizes {
    size_t batch, q_heads, kv_heads, q_seq, head, v_head;
    size_t past, fresh, total; /* keys: of before, new, all */
    bool packed;               /* 3 dimensions */
};

/* One of Q, K, V: [batch, heads, seq, size], whatever it is written as. */
static ink_status fit_input(const struct ink_op_ctx *ctx, int i, int64_t heads, int64_t out[4])
{
    const struct ink_shape *in = &ctx->in[i]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    bool packed = in->rank == 3;
    bool good = in->rank == 4 || (packed && heads > 0 && in->dims[2] % heads == 0);
    if (good) {
        out[0] = in->dims[0];
        out[1] = packed ? heads : in->dims[1];
        out[2] = in->dims[packed ? 1 : 2];
        out[3] = packed ? in->dims[2] / heads : in->dims[3];
        good = packed || heads == 0 || heads == in->dims[1];
    }
    return good ? INK_OK
                : ink_op_fail(ctx, INK_E_MODEL, "input %d %s has not %lld heads", i, ink_shape_text(in, text),
                              (long long)heads);
}

/* What came before: [batch, kv_heads, past, size], twice or not at all. */
static ink_status fit_past(const struct ink_op_ctx *ctx, struct sizes *z)
{
    if (ink_op_has(ctx, PAST_K) != ink_op_has(ctx, PAST_V))
        return ink_op_fail(ctx, INK_E_MODEL, "past_key and past_value are not given together");
    if (!ink_op_has(ctx, PAST_K)) return INK_OK;
    if (ink_op_has(ctx, LENGTHS))
        return ink_op_fail(ctx, INK_E_MODEL, "nonpad_kv_seqlen and past_key are given together");
    const struct ink_shape *k = &ctx->in[PAST_K]->shape;
    int64_t past = k->rank == 4 ? k->dims[2] : 0, batch = (int64_t)z->batch, heads = (int64_t)z->kv_heads;
    const struct ink_shape want_k = {4, {batch, heads, past, (int64_t)z->head}};
    const struct ink_shape want_v = {4, {batch, heads, past, (int64_t)z->v_head}};
    if (!ink_shape_equal(k, &want_k) || !ink_shape_equal(&ctx->in[PAST_V]->shape, &want_v))
        return ink_op_fail(ctx, INK_E_MODEL, "past_key or past_value does not go with K and V");
    z->past = (size_t)past;
    return INK_OK;
}

/* The mask broadcasts to [batch, q_heads, q_seq, total]; since opset 24 the last dimension may end earlier. */
static ink_status fit_mask(const struct ink_op_ctx *ctx, const struct sizes *z)
{
    if (!ink_op_has(ctx, MASK)) return INK_OK;
    const struct ink_shape *mask = &ctx->in[MASK]->shape;
    const size_t all[4] = {z->batch, z->q_heads, z->q_seq, z->total};
    char text[INK_SHAPE_TEXT_MAX];
    bool good = mask->rank >= 1 && mask->rank <= 4;
    for (int d = 0; good && d < mask->rank; d++) {
        size_t have = (size_t)mask->dims[d], want = all[4 - mask->rank + d];
        bool last = d + 1 == mask->rank;
        good = have == want || have == 1 || (last && ctx->op->since >= 24 && have < want);
    }
    return good ? INK_OK
                : ink_op_fail(ctx, INK_E_MODEL, "attn_mask %s does not broadcast to [%zu,%zu,%zu,%zu]",
                              ink_shape_text(mask, text), all[0], all[1], all[2], all[3]);
}

static ink_status fit(const struct ink_op_ctx *ctx, struct sizes *z)
{
    const struct attributes *at = ctx->attributes;
    int64_t q[4], k[4], v[4];
    ink_status st = fit_input(ctx, Q, at->q_heads, q);
    if (!st) st = fit_input(ctx, K, at->kv_heads, k);
    if (!st) st = fit_input(ctx, V, at->kv_heads, v);
    if (st) return st;
    int rank = ctx->in[Q]->shape.rank;
    if (ctx->in[K]->shape.rank != rank || ctx->in[V]->shape.rank != rank)
        return ink_op_fail(ctx, INK_E_MODEL, "Q, K, V have not the same number of dimensions");
    if (k[0] != q[0] || v[0] != q[0] || v[1] != k[1] || v[2] != k[2] || k[3] != q[3])
        return ink_op_fail(ctx, INK_E_MODEL, "Q, K, V do not go together");
    if (q[1] < 1 || k[1] < 1 || q[1] % k[1])
        return ink_op_fail(ctx, INK_E_MODEL, "%lld heads of Q for %lld of K", (long long)q[1], (long long)k[1]);
    *z = (struct sizes){.batch = (size_t)q[0],
                        .q_heads = (size_t)q[1],
                        .kv_heads = (size_t)k[1],
                        .q_seq = (size_t)q[2],
                        .head = (size_t)q[3],
                        .v_head = (size_t)v[3],
                        .fresh = (size_t)k[2],
                        .packed = rank == 3};
    st = fit_past(ctx, z);
    z->total = z->past + z->fresh;
    if (!st && ink_op_has(ctx, LENGTHS) && ink_tensor_count(ctx->in[LENGTHS]) != z->batch)
        st = ink_op_fail(ctx, INK_E_MODEL, "nonpad_kv_seqlen has not a number for each of the batch");
    return st ? st : fit_mask(ctx, z);
}

ink_status ink_attention_shape(struct ink_op_ctx *ctx)
{
    struct sizes z;
    ink_status st = fit(ctx, &z);
    if (st) return st;
    int64_t batch = (int64_t)z.batch, q_heads = (int64_t)z.q_heads, kv_heads = (int64_t)z.kv_heads;
    int64_t q_seq = (int64_t)z.q_seq, total = (int64_t)z.total, head = (int64_t)z.head, v_head = (int64_t)z.v_head;
    const struct ink_shape shapes[] = {
        [Y] = z.packed ? (struct ink_shape){3, {batch, q_seq, q_heads * v_head}}
                       : (struct ink_shape){4, {batch, q_heads, q_seq, v_head}},
        [PRESENT_K] = {4, {batch, kv_heads, total, head}},
        [PRESENT_V] = {4, {batch, kv_heads, total, v_head}},
        [SCORES] = {4, {batch, q_heads, q_seq, total}},
    };
    for (int i = 0; i < ctx->out_count; i++)
        if (ctx->out[i]) ctx->out[i]->shape = shapes[i];
    return INK_OK;
}

/* --- plan --- */

struct prepared {
    struct sizes sizes;
    size_t k_floats, v_floats; /* of shared scratch: all keys and values, where nobody wants them and there is a past */
    size_t gemm_floats;
    struct ink_floats_plan floats;
};

ink_status ink_attention_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    struct sizes *z = &my->sizes;
    ink_status st = fit(ctx, z);
    if (st) return st;
    size_t keys = 0, each = 0, shared = 0, wide = z->total > z->v_head ? z->total : z->v_head;
    bool fits = ink_mul_size(z->batch, z->kv_heads, &keys) && ink_mul_size(keys, z->total, &keys) &&
                ink_mul_size(keys, z->past && !ink_op_wants(ctx, PRESENT_K) ? z->head : 0, &my->k_floats) &&
                ink_mul_size(keys, z->past && !ink_op_wants(ctx, PRESENT_V) ? z->v_head : 0, &my->v_floats) &&
                ink_add_size(my->k_floats, my->v_floats, &shared) && ink_mul_size(z->total, ROWS + 1, &each);
    my->gemm_floats = ink_f32_gemm_scratch(wide, z->head > z->total ? z->head : z->total);
    if (!fits || !ink_add_size(each, my->gemm_floats, &each))
        return ink_op_fail(ctx, INK_E_LIMIT, "its sequences are too long");
    return ink_floats_prepare(ctx, &my->floats, shared, each);
}

uint64_t ink_attention_multiply_adds(const struct ink_op_ctx *ctx)
{
    struct sizes z;
    if (fit(ctx, &z)) return 0;
    return (uint64_t)z.batch * z.q_heads * z.q_seq * z.total * (z.head + z.v_head);
}

/* --- run --- */

/* Rows of one of Q, K, V, Y: of batch b, head h, place s at data + b * batch + h * head + s * row. */
struct rows {
    const float *data;
    size_t batch, head, row;
};

static struct rows rows_of(const float *data, size_t heads, size_t seq, size_t size, bool packed)
{
    return (struct rows){data, heads * seq * size, packed ? size : seq * size, packed ? heads * size : size};
}

struct job {
    const struct ink_op_ctx *ctx;
    const struct attributes *at;
    const struct prepared *my;
    struct rows q, k, v, y;
    float *y_data, *scores; /* scores: NULL where nobody wants them */
    float scale;
    float *each;
};

/* What came before, then what is new, in one tensor [batch, kv_heads, total, size]. */
static void join(const struct sizes *z, const float *past, const struct rows *fresh, size_t size, float *out)
{
    for (size_t i = 0; i < z->batch * z->kv_heads; i++) {
        size_t b = i / z->kv_heads, h = i % z->kv_heads;
        if (z->past) memcpy(out, past + i * z->past * size, z->past * size * sizeof *out);
        out += z->past * size;
        for (size_t s = 0; s < z->fresh; s++, out += size)
            memcpy(out, fresh->data + b * fresh->batch + h * fresh->head + s * fresh->row, size * sizeof *out);
    }
}

/* The part of the mask for one query as what is added: 0 or -infinity for bool. Starts with what is in bias[0..total). */
static void add_mask(const struct job *job, size_t b, size_t h, size_t s, float *bias)
{
    const struct ink_tensor *mask = job->ctx->in[MASK];
    const size_t at[4] = {b, h, s, 0};
    const struct ink_shape *shape = &mask->shape;
    size_t element = 0, total = job->my->sizes.total, len = (size_t)shape->dims[shape->rank - 1];
    for (int d = 0; d < shape->rank; d++) {
        size_t dim = (size_t)shape->dims[d];
        element = element * dim + (dim == 1 ? 0 : at[4 - shape->rank + d]);
    }
    const char *data = (const char *)mask->data + element * (ink_dtype_bits(mask->dtype) / 8);
    bool repeats = len == 1 && job->ctx->op->since < 24;
    float values[INK_CONVERT_CHUNK];
    for (size_t j = 0; j < total; j++) {
        size_t k = j % INK_CONVERT_CHUNK;
        if (!repeats && j >= len) { /* what the mask does not reach is out of sight */
            bias[j] = -INFINITY;
            continue;
        }
        if (mask->dtype == INK_BOOL) {
            if (!((const uint8_t *)data)[repeats ? 0 : j]) bias[j] = -INFINITY;
            continue;
        }
        if (k == 0) {
            size_t n = repeats ? 1 : len - j < INK_CONVERT_CHUNK ? len - j : INK_CONVERT_CHUNK;
            ink_convert(n, mask->dtype, data + (repeats ? 0 : j) * (ink_dtype_bits(mask->dtype) / 8), INK_FLOAT, values,
                        false, INK_ROUND_UP);
        }
        bias[j] += values[repeats ? 0 : k];
    }
}

/* What is added to the scores of query s: -infinity for keys that it must not see. False where that is all of them. */
static bool make_bias(const struct job *job, size_t b, size_t h, size_t s, float *bias)
{
    const struct attributes *at = job->at;
    const struct sizes *z = &job->my->sizes;
    int64_t total = (int64_t)z->total, end = total, place = (int64_t)(s + z->past), low = 0, high = total;
    if (ink_op_has(job->ctx, LENGTHS)) {
        end = ((const int64_t *)job->ctx->in[LENGTHS]->data)[b];
        place = (int64_t)s + end - (int64_t)z->q_seq;
    }
    /* keys [low, high) are in sight; windows are compared without adding to what may be the largest number */
    if (at->causal && place + 1 < high) high = place + 1;
    if (at->right >= 0 && at->right < total - 1 - place)
        high = high < place + at->right + 1 ? high : place + at->right + 1;
    if (at->left >= 0 && at->left < place) low = place - at->left;
    if (end < high) high = end;
    for (int64_t j = 0; j < total; j++) bias[j] = j >= low && j < high ? 0 : -INFINITY;
    if (ink_op_has(job->ctx, MASK)) add_mask(job, b, h, s, bias);
    for (int64_t j = 0; j < total; j++)
        if (!(isinf(bias[j]) && bias[j] < 0)) return true;
    return false;
}

void ink_softmax_row(size_t n, float *x)
{
    float largest = ink_kernels()->f32_row_max(n, x), sum = 0;
    if (isinf(largest) && largest < 0) { /* nothing is left of keys that are in sight */
        memset(x, 0, n * sizeof *x);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        x[i] = expf(x[i] - largest);
        sum += x[i];
    }
    ink_kernels()->f32_row_affine(n, x, 1 / sum, 0, x);
}

/* One query's products with all keys become probabilities. */
static void one_row(const struct job *job, size_t b, size_t h, size_t s, float *x, float *bias)
{
    const struct attributes *at = job->at;
    const struct sizes *z = &job->my->sizes;
    size_t n = z->total;
    float *out = job->scores ? job->scores + ((b * z->q_heads + h) * z->q_seq + s) * n : NULL;
    ink_kernels()->f32_row_affine(n, x, job->scale, 0, x);
    if (out && at->stage == PRODUCT) memcpy(out, x, n * sizeof *x);
    if (at->cap > 0)
        for (size_t j = 0; j < n; j++) x[j] = at->cap * tanhf(x[j] / at->cap);
    if (out && at->stage == CAPPED) memcpy(out, x, n * sizeof *x);
    bool sees = make_bias(job, b, h, s, bias);
    for (size_t j = 0; j < n; j++) x[j] = isinf(bias[j]) && bias[j] < 0 ? bias[j] : x[j] + bias[j];
    if (out && at->stage == BIASED) memcpy(out, x, n * sizeof *x);
    if (sees)
        ink_softmax_row(n, x);
    else
        memset(x, 0, n * sizeof *x);
    if (out && at->stage == PROBABILITIES) memcpy(out, x, n * sizeof *x);
}

/* ROWS queries of one head. */
static void block(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct sizes *z = &job->my->sizes;
    size_t blocks = (z->q_seq + ROWS - 1) / ROWS, s0 = index % blocks * ROWS, head = index / blocks;
    size_t b = head / z->q_heads, h = head % z->q_heads, kv = h / (z->q_heads / z->kv_heads);
    size_t rows = z->q_seq - s0 < ROWS ? z->q_seq - s0 : ROWS;
    float *x = job->each + job->my->floats.each_floats * (size_t)worker, *bias = x + ROWS * z->total;
    struct ink_f32_gemm scores = {
        .m = rows,
        .n = z->total,
        .k = z->head,
        .a = job->q.data + b * job->q.batch + h * job->q.head + s0 * job->q.row,
        .a_row = job->q.row,
        .a_col = 1,
        .b = job->k.data + b * job->k.batch + kv * job->k.head,
        .b_row = 1,
        .b_col = job->k.row,
        .c = x,
        .c_row = z->total,
        .scratch = bias + z->total,
    };
    ink_f32_gemm(&scores);
    for (size_t i = 0; i < rows; i++) one_row(job, b, h, s0 + i, x + i * z->total, bias);
    struct ink_f32_gemm values = {
        .m = rows,
        .n = z->v_head,
        .k = z->total,
        .a = x,
        .a_row = z->total,
        .a_col = 1,
        .b = job->v.data + b * job->v.batch + kv * job->v.head,
        .b_row = job->v.row,
        .b_col = 1,
        .c = job->y_data + b * job->y.batch + h * job->y.head + s0 * job->y.row,
        .c_row = job->y.row,
        .scratch = scores.scratch,
    };
    ink_f32_gemm(&values);
}

/* Keys or values: where they lie, or behind those of before in `joined`. */
static struct rows join_past(const struct ink_op_ctx *ctx, struct ink_floats *floats, int fresh, size_t size,
                             float *joined)
{
    const struct sizes *z = &((const struct prepared *)ctx->prepared)->sizes;
    struct rows rows = rows_of(ink_floats_in(ctx, floats, fresh), z->kv_heads, z->fresh, size, z->packed);
    if (!joined) return rows;
    join(z, ink_floats_in(ctx, floats, fresh == K ? PAST_K : PAST_V), &rows, size, joined);
    return rows_of(joined, z->kv_heads, z->total, size, false);
}

static ink_status check_lengths(const struct ink_op_ctx *ctx, const struct sizes *z)
{
    const int64_t *lengths = ink_op_has(ctx, LENGTHS) ? ctx->in[LENGTHS]->data : NULL;
    for (size_t b = 0; lengths && b < z->batch; b++)
        if (lengths[b] < 0 || (uint64_t)lengths[b] > z->total)
            return ink_op_fail(ctx, INK_E_MODEL, "nonpad_kv_seqlen has %lld where there are %zu keys",
                               (long long)lengths[b], z->total);
    return INK_OK;
}

ink_status ink_attention_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    const struct sizes *z = &my->sizes;
    ink_status st = check_lengths(ctx, z);
    if (st || ink_op_is_empty(ctx)) return st;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct job job = {.ctx = ctx, .at = ctx->attributes, .my = my, .each = floats.each};
    float *k = ink_floats_out(ctx, &floats, PRESENT_K), *v = ink_floats_out(ctx, &floats, PRESENT_V);
    job.scores = ink_floats_out(ctx, &floats, SCORES);
    job.y_data = ink_floats_out(ctx, &floats, Y);
    job.scale = job.at->scale != 0 ? job.at->scale : 1 / sqrtf((float)z->head);
    job.q = rows_of(ink_floats_in(ctx, &floats, Q), z->q_heads, z->q_seq, z->head, z->packed);
    job.y = rows_of(NULL, z->q_heads, z->q_seq, z->v_head, z->packed);
    job.k = join_past(ctx, &floats, K, z->head, k || !my->k_floats ? k : floats.shared);
    job.v = join_past(ctx, &floats, V, z->v_head, v || !my->v_floats ? v : floats.shared + my->k_floats);
    size_t blocks = (z->q_seq + ROWS - 1) / ROWS;
    ink_parallel_run(ctx->parallel, z->batch * z->q_heads * blocks, block, &job);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
