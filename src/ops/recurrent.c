/* SPDX-License-Identifier: MIT */
#include "ops/recurrent.h"

#include <math.h>

#include "base/checked.h"
#include "kernels/gemm.h"
#include "ops/floats.h"

enum { X, W, R, BIAS, LENGTHS, INITIAL_H, INITIAL_C, PEEPHOLES };

struct attributes {
    const struct ink_recurrent_kind *kind;
    struct ink_recurrent_function f[INK_RECURRENT_DIRECTIONS][INK_RECURRENT_FUNCTIONS];
    int directions;
    bool backwards; /* the only direction is */
    bool batch_first, couples, resets_late;
    int64_t hidden; /* 0: as R has it */
    float clip;
};

struct sizes {
    size_t seq, batch, input, hidden, gates; /* gates: all of one direction, in floats */
};

struct prepared {
    struct sizes sizes;
    struct ink_floats_plan floats;
    const float *w[INK_RECURRENT_DIRECTIONS], *r[INK_RECURRENT_DIRECTIONS], *r_last[INK_RECURRENT_DIRECTIONS];
};

/* --- attributes --- */

static ink_status load_functions(const struct ink_op_ctx *ctx, struct attributes *at)
{
    const struct ink_view *words;
    const float *alphas, *betas;
    size_t count, alpha_count, beta_count, wanted = (size_t)(at->directions * at->kind->functions);
    ink_status st = ink_op_attr_texts(ctx, "activations", &words, &count);
    if (!st) st = ink_op_attr_f32s(ctx, "activation_alpha", &alphas, &alpha_count);
    if (!st) st = ink_op_attr_f32s(ctx, "activation_beta", &betas, &beta_count);
    if (st) return st;
    if (count && count != wanted)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu activations, %zu are wanted", count, wanted);
    for (size_t i = 0; i < wanted; i++) {
        size_t direction = i / (size_t)at->kind->functions, k = i % (size_t)at->kind->functions;
        struct ink_view word = count ? words[i] : ink_view_text(at->kind->otherwise[k]);
        if (!ink_recurrent_function(word, &alphas, &alpha_count, &betas, &beta_count, &at->f[direction][k]))
            return ink_op_fail(ctx, INK_E_MODEL, "activation \"%.*s\" is not known", INK_VIEW_ARGS(word));
    }
    return INK_OK;
}

static ink_status load_direction(const struct ink_op_ctx *ctx, struct attributes *at)
{
    struct ink_view direction;
    ink_status st = ink_op_attr_text(ctx, "direction", "forward", &direction);
    if (st) return st;
    at->directions = ink_view_is(direction, "bidirectional") ? 2 : 1;
    at->backwards = ink_view_is(direction, "reverse");
    if (at->directions == 1 && !at->backwards && !ink_view_is(direction, "forward"))
        return ink_op_fail(ctx, INK_E_MODEL, "direction is \"%.*s\"", INK_VIEW_ARGS(direction));
    return INK_OK;
}

ink_status ink_recurrent_load(struct ink_op_ctx *ctx)
{
    struct attributes *at = INK_ARENA_NEW(ctx->arena, struct attributes);
    int64_t layout = 0, couples = 0, resets_late = 0;
    if (!at) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = at;
    at->kind = ctx->op->param;
    ink_status st = load_direction(ctx, at);
    if (!st) st = load_functions(ctx, at);
    if (!st) st = ink_op_attr_i64(ctx, "hidden_size", 0, &at->hidden);
    if (!st) st = ink_op_attr_f32(ctx, "clip", INFINITY, &at->clip);
    if (!st && ctx->op->since >= 14) st = ink_op_attr_i64(ctx, "layout", 0, &layout);
    if (!st) st = ink_op_attr_i64(ctx, "input_forget", 0, &couples);
    if (!st) st = ink_op_attr_i64(ctx, "linear_before_reset", 0, &resets_late);
    if (st) return st;
    if (!(at->clip >= 0)) return ink_op_fail(ctx, INK_E_MODEL, "clip is %g", (double)at->clip);
    if (layout != 0 && layout != 1) return ink_op_fail(ctx, INK_E_MODEL, "layout is %lld", (long long)layout);
    at->batch_first = layout == 1;
    at->couples = couples != 0;
    at->resets_late = resets_late != 0;
    return INK_OK;
}

/* --- shapes --- */

static ink_status check_input(const struct ink_op_ctx *ctx, int i, int rank, const int64_t *dims)
{
    char got[INK_SHAPE_TEXT_MAX], want[INK_SHAPE_TEXT_MAX];
    struct ink_shape wanted = {.rank = rank};
    if (!ink_op_has(ctx, i)) return INK_OK;
    for (int d = 0; d < rank; d++) wanted.dims[d] = dims[d];
    if (ink_shape_equal(&ctx->in[i]->shape, &wanted)) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "input %d is %s, it should be %s", i, ink_shape_text(&ctx->in[i]->shape, got),
                       ink_shape_text(&wanted, want));
}

static ink_status check_inputs(const struct ink_op_ctx *ctx, int64_t batch, int64_t input, int64_t hidden)
{
    const struct attributes *at = ctx->attributes;
    int64_t dirs = at->directions, gates = at->kind->gates;
    const int64_t w[] = {dirs, gates * hidden, input}, r[] = {dirs, gates * hidden, hidden};
    const int64_t bias[] = {dirs, 2 * gates * hidden}, peepholes[] = {dirs, 3 * hidden};
    const int64_t state[] = {at->batch_first ? batch : dirs, at->batch_first ? dirs : batch, hidden};
    ink_status st = check_input(ctx, W, 3, w);
    if (!st) st = check_input(ctx, R, 3, r);
    if (!st) st = check_input(ctx, BIAS, 2, bias);
    if (!st) st = check_input(ctx, LENGTHS, 1, &batch);
    if (!st) st = check_input(ctx, INITIAL_H, 3, state);
    if (!st) st = check_input(ctx, INITIAL_C, 3, state);
    return st ? st : check_input(ctx, PEEPHOLES, 2, peepholes);
}

static ink_status fit(const struct ink_op_ctx *ctx, struct sizes *out)
{
    const struct attributes *at = ctx->attributes;
    const struct ink_shape *x = &ctx->in[X]->shape, *r = &ctx->in[R]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (x->rank != 3) return ink_op_fail(ctx, INK_E_MODEL, "X %s has not 3 dimensions", ink_shape_text(x, text));
    if (r->rank != 3 || r->dims[2] < 1 || r->dims[2] > INT32_MAX || x->dims[2] < 1)
        return ink_op_fail(ctx, INK_E_MODEL, "R is %s", ink_shape_text(r, text));
    if (at->hidden && at->hidden != r->dims[2])
        return ink_op_fail(ctx, INK_E_MODEL, "hidden_size is %lld, but R is %s", (long long)at->hidden,
                           ink_shape_text(r, text));
    int64_t batch = x->dims[at->batch_first ? 0 : 1], seq = x->dims[at->batch_first ? 1 : 0];
    out->seq = (size_t)seq;
    out->batch = (size_t)batch;
    out->input = (size_t)x->dims[2];
    out->hidden = (size_t)r->dims[2];
    out->gates = (size_t)at->kind->gates * out->hidden;
    return check_inputs(ctx, batch, x->dims[2], r->dims[2]);
}

ink_status ink_recurrent_shape(struct ink_op_ctx *ctx)
{
    const struct attributes *at = ctx->attributes;
    struct sizes z;
    ink_status st = fit(ctx, &z);
    if (st) return st;
    int64_t seq = (int64_t)z.seq, batch = (int64_t)z.batch, hidden = (int64_t)z.hidden, dirs = at->directions;
    const struct ink_shape y = at->batch_first ? (struct ink_shape){4, {batch, seq, dirs, hidden}}
                                               : (struct ink_shape){4, {seq, dirs, batch, hidden}};
    const struct ink_shape state =
        at->batch_first ? (struct ink_shape){3, {batch, dirs, hidden}} : (struct ink_shape){3, {dirs, batch, hidden}};
    for (int i = 0; i < ctx->out_count; i++)
        if (ctx->out[i]) ctx->out[i]->shape = i ? state : y;
    return INK_OK;
}

/* --- plan --- */

static ink_status pack(struct ink_op_ctx *ctx, size_t n, size_t k, const float *matrix, const float **out)
{
    size_t count;
    if (!ink_f32_gemm_packed(n, k, &count)) return ink_op_fail(ctx, INK_E_LIMIT, "the weights are too large");
    float *packed = INK_ARENA_ARRAY(ctx->arena, float, count);
    if (!packed) return ink_op_fail(ctx, INK_E_OOM, "no memory for %zu packed weights", count);
    ink_f32_gemm_pack(n, k, matrix, 1, k, 1, packed);
    *out = packed;
    return INK_OK;
}

static const float *constant(const struct ink_op_ctx *ctx, const struct prepared *my, int i)
{
    if (!ctx->in_constant[i]) return NULL;
    return my->floats.constant[i] ? my->floats.constant[i] : ctx->in[i]->data;
}

static ink_status pack_weights(struct ink_op_ctx *ctx, struct prepared *my)
{
    const struct attributes *at = ctx->attributes;
    const struct sizes *z = &my->sizes;
    const float *w = constant(ctx, my, W), *r = constant(ctx, my, R);
    size_t first = (size_t)at->kind->gates_at_once * z->hidden, last = z->gates - first;
    ink_status st = INK_OK;
    for (size_t d = 0; d < (size_t)at->directions; d++) {
        if (!st && w) st = pack(ctx, z->gates, z->input, w + d * z->gates * z->input, &my->w[d]);
        if (!st && r) st = pack(ctx, first, z->hidden, r + d * z->gates * z->hidden, &my->r[d]);
        if (!st && r && last) st = pack(ctx, last, z->hidden, r + (d * z->gates + first) * z->hidden, &my->r_last[d]);
    }
    return st;
}

/* What lies in the scratch that all threads share: the gates of all steps, their bias, states, and one more state. */
static bool shared_floats(const struct sizes *z, size_t *out)
{
    size_t gates, states, on;
    return ink_mul_size(z->seq, z->batch, &gates) && ink_mul_size(gates, z->gates, &gates) &&
           ink_mul_size(z->batch, z->hidden, &states) && ink_mul_size(states, 3, &states) &&
           ink_add_size(gates, states, out) && ink_add_size(*out, z->gates, out) &&
           ink_add_size(z->batch / sizeof(float), 1, &on) && ink_add_size(*out, on, out);
}

ink_status ink_recurrent_prepare(struct ink_op_ctx *ctx)
{
    struct prepared *my = INK_ARENA_NEW(ctx->arena, struct prepared);
    size_t shared = 0;
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory");
    ctx->prepared = my;
    ink_status st = fit(ctx, &my->sizes);
    if (st) return st;
    if (!shared_floats(&my->sizes, &shared)) return ink_op_fail(ctx, INK_E_LIMIT, "its sequence is too long");
    size_t wide = my->sizes.input > my->sizes.hidden ? my->sizes.input : my->sizes.hidden;
    st = ink_floats_prepare(ctx, &my->floats, shared, ink_f32_gemm_scratch(my->sizes.gates, wide));
    return st ? st : pack_weights(ctx, my);
}

uint64_t ink_recurrent_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct ink_shape *r = &ctx->in[R]->shape;
    uint64_t each = (uint64_t)r->dims[1] * (uint64_t)(r->dims[2] + ctx->in[X]->shape.dims[2]);
    return (uint64_t)(ctx->in[X]->shape.dims[0] * ctx->in[X]->shape.dims[1]) * each * (uint64_t)r->dims[0];
}

/* --- run --- */

struct job {
    const struct attributes *at;
    const struct prepared *my;
    const float *x, *w, *r, *bias, *initial_h, *initial_c, *peepholes;
    const int32_t *lengths;                   /* NULL: all of them */
    float *y, *y_h, *y_c;                     /* NULL where nobody wants them */
    float *gates, *gates_bias, *h, *c, *work; /* of shared scratch */
    bool *on;
    float *scratch;
    struct ink_parallel *parallel;
};

static void lay_out(struct job *job, float *shared)
{
    const struct sizes *z = &job->my->sizes;
    job->gates = shared;
    job->gates_bias = job->gates + z->seq * z->batch * z->gates;
    job->h = job->gates_bias + z->gates;
    job->c = job->h + z->batch * z->hidden;
    job->work = job->c + z->batch * z->hidden;
    job->on = (bool *)(job->work + z->batch * z->hidden);
}

/* Of W and of R together; GRU that resets late keeps R's for the hidden gate apart. */
static void sum_biases(const struct job *job, size_t direction)
{
    const struct sizes *z = &job->my->sizes;
    size_t both = job->at->resets_late ? (size_t)job->at->kind->gates_at_once * z->hidden : z->gates;
    const float *of_w = job->bias + direction * 2 * z->gates, *of_r = of_w + z->gates;
    for (size_t i = 0; i < z->gates; i++) job->gates_bias[i] = of_w[i] + (i < both ? of_r[i] : 0);
}

/* X * W^T + bias, of all steps at once, in the order in which X has its rows. */
static void multiply_inputs(const struct job *job, size_t direction)
{
    const struct sizes *z = &job->my->sizes;
    if (job->bias) sum_biases(job, direction);
    ink_f32_gemm(&(struct ink_f32_gemm){
        .m = z->seq * z->batch,
        .n = z->gates,
        .k = z->input,
        .a = job->x,
        .a_row = z->input,
        .a_col = 1,
        .b = job->w + direction * z->gates * z->input,
        .b_row = 1,
        .b_col = z->input,
        .b_packed = job->my->w[direction],
        .c = job->gates,
        .c_row = z->gates,
        .col_bias = job->bias ? job->gates_bias : NULL,
        .scratch = job->scratch,
        .parallel = job->parallel,
    });
}

/* The state of row b of the batch in [dirs, batch, hidden], or [batch, dirs, hidden]. */
static size_t state_at(const struct job *job, size_t direction, size_t b)
{
    const struct sizes *z = &job->my->sizes;
    size_t dirs = (size_t)job->at->directions;
    return (job->at->batch_first ? b * dirs + direction : direction * z->batch + b) * z->hidden;
}

static void take_state(const struct job *job, size_t direction, const float *initial, float *state)
{
    const struct sizes *z = &job->my->sizes;
    for (size_t b = 0; b < z->batch; b++, state += z->hidden) {
        if (initial)
            memcpy(state, initial + state_at(job, direction, b), z->hidden * sizeof *state);
        else
            memset(state, 0, z->hidden * sizeof *state);
    }
}

static void give_state(const struct job *job, size_t direction, const float *state, float *out)
{
    const struct sizes *z = &job->my->sizes;
    for (size_t b = 0; out && b < z->batch; b++)
        memcpy(out + state_at(job, direction, b), state + b * z->hidden, z->hidden * sizeof *out);
}

/* Row t of Y: the states, zeros behind the end of a sequence. */
static void give_step(const struct job *job, size_t direction, size_t t)
{
    const struct sizes *z = &job->my->sizes;
    size_t dirs = (size_t)job->at->directions;
    for (size_t b = 0; job->y && b < z->batch; b++) {
        size_t row = job->at->batch_first ? (b * z->seq + t) * dirs + direction : (t * dirs + direction) * z->batch + b;
        float *y = job->y + row * z->hidden;
        if (job->on[b])
            memcpy(y, job->h + b * z->hidden, z->hidden * sizeof *y);
        else
            memset(y, 0, z->hidden * sizeof *y);
    }
}

static struct ink_recurrent_step step_of(const struct job *job, size_t direction)
{
    const struct attributes *at = job->at;
    const struct sizes *z = &job->my->sizes;
    size_t first = (size_t)at->kind->gates_at_once * z->hidden;
    const float *r = job->r + direction * z->gates * z->hidden;
    struct ink_recurrent_step step = {
        .batch = z->batch,
        .hidden = z->hidden,
        .f = at->f[direction],
        .clip = at->clip,
        .couples = at->couples,
        .resets_late = at->resets_late,
        .r = {first, z->hidden, r, job->my->r[direction]},
        .r_last = {z->gates - first, z->hidden, r + first * z->hidden, job->my->r_last[direction]},
        .gates_row = job->at->batch_first ? z->seq * z->gates : z->gates,
        .on = job->on,
        .h = job->h,
        .c = job->c,
        .work = job->work,
        .scratch = job->scratch,
        .parallel = job->parallel,
    };
    if (job->bias && at->resets_late) step.r_last_bias = job->bias + (2 * direction + 1) * z->gates + first;
    if (job->peepholes) step.peepholes = job->peepholes + direction * 3 * z->hidden;
    return step;
}

static void run_direction(const struct job *job, size_t direction)
{
    const struct sizes *z = &job->my->sizes;
    bool backwards = job->at->backwards || direction > 0;
    struct ink_recurrent_step step = step_of(job, direction);
    multiply_inputs(job, direction);
    take_state(job, direction, job->initial_h, job->h);
    if (job->at->kind->has_cell) take_state(job, direction, job->initial_c, job->c);
    for (size_t i = 0; i < z->seq; i++) {
        size_t t = backwards ? z->seq - 1 - i : i;
        for (size_t b = 0; b < z->batch; b++) job->on[b] = !job->lengths || t < (size_t)job->lengths[b];
        step.gates = job->gates + t * z->gates * (job->at->batch_first ? 1 : z->batch);
        job->at->kind->step(&step);
        give_step(job, direction, t);
    }
    give_state(job, direction, job->h, job->y_h);
    if (job->at->kind->has_cell) give_state(job, direction, job->c, job->y_c);
}

static ink_status check_lengths(const struct ink_op_ctx *ctx, const struct sizes *z)
{
    const int32_t *lengths = ink_op_has(ctx, LENGTHS) ? ctx->in[LENGTHS]->data : NULL;
    for (size_t b = 0; lengths && b < z->batch; b++)
        if (lengths[b] < 0 || (size_t)lengths[b] > z->seq)
            return ink_op_fail(ctx, INK_E_MODEL, "a sequence of %d steps where there are %zu", lengths[b], z->seq);
    return INK_OK;
}

ink_status ink_recurrent_run(struct ink_op_ctx *ctx)
{
    const struct prepared *my = ctx->prepared;
    ink_status st = check_lengths(ctx, &my->sizes);
    if (st || my->sizes.batch == 0) return st;
    struct ink_floats floats = ink_floats_begin(ctx, &my->floats);
    struct job job = {.at = ctx->attributes, .my = my, .scratch = floats.each, .parallel = ctx->parallel};
    job.x = ink_floats_in(ctx, &floats, X);
    job.w = ink_floats_in(ctx, &floats, W);
    job.r = ink_floats_in(ctx, &floats, R);
    job.bias = ink_floats_in(ctx, &floats, BIAS);
    job.lengths = ink_op_has(ctx, LENGTHS) ? ctx->in[LENGTHS]->data : NULL;
    job.initial_h = ink_floats_in(ctx, &floats, INITIAL_H);
    job.initial_c = ink_floats_in(ctx, &floats, INITIAL_C);
    job.peepholes = ink_floats_in(ctx, &floats, PEEPHOLES);
    job.y = ink_floats_out(ctx, &floats, 0);
    job.y_h = ink_floats_out(ctx, &floats, 1);
    job.y_c = ink_floats_out(ctx, &floats, 2);
    lay_out(&job, floats.shared);
    for (size_t d = 0; d < (size_t)job.at->directions; d++) run_direction(&job, d);
    ink_floats_end(ctx, &floats);
    return INK_OK;
}
