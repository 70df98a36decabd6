/* SPDX-License-Identifier: MIT */
#include "engine/body.h"

#include "base/clock.h"

enum {
    /* In one run of a model, of all its bodies together: some seconds of the smallest ones. What is larger has a deadline. */
    RUNS_MAX = 1 << 20,
    /* What a run of a body, and a step in it, count as in multiply-adds when it is decided whether to fold. */
    FOLD_WORK_RUN = 1 << 13,
    FOLD_WORK_STEP = 1 << 10,
};

static struct ink_step_body *body_of(struct ink_body *face)
{
    return (struct ink_step_body *)face;
}

/* --- load --- */

/* Types of what the node gives and of what is taken from outside; values where they are weights. */
static void describe_inputs(struct ink_op_ctx *ctx, struct ink_step_body *b)
{
    struct ink_session *s = &b->session;
    const struct ink_tensor *in = b->face.in;
    for (int i = 0; i < s->graph.input_count; i++) {
        int taken = i - s->graph.formal_count;
        const struct ink_tensor *given = taken < 0 ? &in[i] : ctx->in[b->graph->first + taken];
        struct ink_given *to = &s->given[i];
        if (given) to->tensor = *given;
        to->constant = taken < 0 ? in[i].data != NULL : ctx->in_constant[b->graph->first + taken];
    }
}

static ink_status open(struct ink_op_ctx *ctx, struct ink_body *face)
{
    struct ink_step_body *b = body_of(face);
    struct ink_session *s = &b->session;
    struct ink_problems *problems = &s->shared->problems;
    s->given = INK_ARENA_ARRAY(&s->arena, struct ink_given, (size_t)s->graph.input_count);
    if (!s->given) return ink_op_fail(ctx, INK_E_OOM, "its body does not fit into memory");
    describe_inputs(ctx, b);
    struct ink_problem_place outside = ink_problems_enter(problems, ctx->node, face->name);
    ink_status st = ink_steps_make(s, ctx->err);
    problems->place = outside;
    if (st) return st;
    for (int i = 0; i < face->out_count; i++) face->out[i].dtype = s->values[s->outputs[i]].tensor.dtype;
    b->open = true;
    return INK_OK;
}

/* --- shapes --- */

/* What the next plan or run is for. */
static void bind(const struct ink_op_ctx *ctx, struct ink_step_body *b)
{
    struct ink_session *s = &b->session;
    for (int i = 0; i < s->graph.formal_count; i++) s->given[i] = (struct ink_given){b->face.in[i], false};
    for (int i = s->graph.formal_count; i < s->graph.input_count; i++) {
        int from = b->graph->first + i - s->graph.formal_count;
        s->given[i] = (struct ink_given){*ctx->in[from], ctx->in_constant[from]};
    }
}

/* What is known of the outputs without a plan. */
static ink_status declare(struct ink_step_body *b)
{
    const struct ink_session *s = &b->session;
    for (int i = 0; i < b->face.out_count; i++) {
        const struct ink_value_info *declared = s->graph.values[s->outputs[i]].declared;
        b->face.out[i].data = NULL;
        if (declared)
            b->face.out[i].shape = declared->shape;
        else
            b->face.out[i].shape.rank = INK_RANK_UNKNOWN;
    }
    return INK_E_NEED_DATA;
}

static ink_status infer(struct ink_op_ctx *ctx, struct ink_body *face)
{
    struct ink_step_body *b = body_of(face);
    struct ink_session *s = &b->session;
    struct ink_error why = {0};
    bind(ctx, b);
    if (!ink_run_is_planned(s) && ink_plan_make(s, &why)) return declare(b);
    for (int i = 0; i < face->out_count; i++)
        if (s->values[s->outputs[i]].state == INK_VALUE_DYNAMIC) return declare(b);
    for (int i = 0; i < face->out_count; i++) {
        const struct ink_value *v = &s->values[s->outputs[i]];
        face->out[i] = v->tensor;
        if (v->state != INK_VALUE_CONSTANT) face->out[i].data = NULL;
    }
    face->multiply_adds = s->multiply_adds;
    return INK_OK;
}

/* --- run --- */

/* Whether the body may run once more. Its steps look at the clock too, but it may have none. */
static ink_status count_run(const struct ink_op_ctx *ctx, struct ink_shared *shared)
{
    if (shared->deadline_us && ink_clock_us() > shared->deadline_us)
        return ink_op_fail(ctx, INK_E_TIMEOUT, "the model was not done in the time that it was given");
    if (++shared->body_runs <= RUNS_MAX) return INK_OK;
    return ink_op_fail(ctx, INK_E_LIMIT, "its body, and others, ran %d times: that is the limit of a run", RUNS_MAX);
}

/* INK_E_NEED_DATA where this is tried at load, and takes longer than it is worth. */
static ink_status count_fold(const struct ink_session *s)
{
    struct ink_shared *shared = s->shared;
    if (!shared->folding) return INK_OK;
    uint64_t steps = FOLD_WORK_RUN + (uint64_t)s->step_count * FOLD_WORK_STEP;
    return ink_plan_affordable(shared, s->multiply_adds) && ink_plan_affordable(shared, steps) ? INK_OK
                                                                                               : INK_E_NEED_DATA;
}

static ink_status run(struct ink_op_ctx *ctx, struct ink_body *face)
{
    struct ink_step_body *b = body_of(face);
    struct ink_session *s = &b->session;
    ink_status st = count_run(ctx, s->shared);
    if (st) return st;
    bind(ctx, b);
    st = ink_run_is_planned(s) ? INK_OK : ink_plan_make(s, ctx->err);
    if (!st) st = count_fold(s);
    if (!st) st = ink_run_given(s, face->out, ctx->err);
    if (!st || st == INK_E_NEED_DATA) return st;
    return ink_fail_in(ctx->err, "%.*s of node %d (%s)", INK_VIEW_ARGS(face->name), ctx->node->position, ctx->op->name);
}

static ink_status carry(struct ink_op_ctx *ctx, struct ink_body *face, int from, int to, int count)
{
    struct ink_step_body *b = body_of(face);
    struct ink_arena *arena = &b->kept[b->turn ^= 1];
    ink_arena_reset(arena);
    for (int i = 0; i < count; i++)
        if (ink_tensor_copy(&face->out[from + i], arena, &face->in[to + i]))
            return ink_op_fail(ctx, INK_E_OOM, "what its body hands on does not fit into memory (limit %zu MB)",
                               b->session.shared->budget.cap_bytes >> 20);
    return INK_OK;
}

/* --- the bodies of a session --- */

ink_status ink_bodies_make(struct ink_session *s, struct ink_step *step, const struct ink_graph_node *n)
{
    static const struct ink_body_calls calls = {open, infer, run, carry};
    step->ctx.bodies = INK_ARENA_ARRAY(&s->arena, struct ink_body *, (size_t)n->body_count);
    if (!step->ctx.bodies) return INK_E_OOM;
    for (int i = 0; i < n->body_count; i++) {
        const struct ink_graph *graph = &n->bodies[i].graph;
        struct ink_step_body *b = INK_ARENA_NEW(&s->arena, struct ink_step_body);
        if (!b) return INK_E_OOM;
        *b = (struct ink_step_body){
            .face = {.name = n->bodies[i].name,
                     .in_count = graph->formal_count,
                     .out_count = graph->output_count,
                     .in = INK_ARENA_ARRAY(&s->arena, struct ink_tensor, (size_t)graph->formal_count),
                     .out = INK_ARENA_ARRAY(&s->arena, struct ink_tensor, (size_t)graph->output_count),
                     .calls = &calls},
            .session = {.shared = s->shared, .graph = *graph, .is_body = true},
            .graph = &n->bodies[i],
            .next = s->bodies,
        };
        if (!b->face.in || !b->face.out) return INK_E_OOM;
        ink_session_init(&b->session);
        for (int k = 0; k < 2; k++) ink_arena_init_within(&b->kept[k], &s->shared->budget);
        s->bodies = b;
        step->ctx.bodies[step->ctx.body_count++] = &b->face;
    }
    return INK_OK;
}

void ink_bodies_free(struct ink_session *s)
{
    for (struct ink_step_body *b = s->bodies; b; b = b->next) {
        for (int k = 0; k < 2; k++) ink_arena_cleanup(&b->kept[k]);
        ink_session_cleanup(&b->session);
    }
}

ink_status ink_bodies_pass(struct ink_session *s, struct ink_step *step, struct ink_error *err)
{
    ink_status st = INK_OK;
    for (int i = 0; !st && i < step->ctx.body_count; i++) {
        struct ink_step_body *b = body_of(step->ctx.bodies[i]);
        if (!b->open) continue;
        for (int k = b->session.graph.formal_count; k < b->session.graph.input_count; k++) {
            const struct ink_value *outside =
                &s->values[step->inputs[b->graph->first + k - b->session.graph.formal_count]];
            struct ink_value *inside = &b->session.values[b->session.inputs[k]];
            if (!outside->weight || inside->weight) continue;
            inside->tensor = outside->tensor;
            inside->state = INK_VALUE_CONSTANT;
            inside->weight = true;
        }
        st = ink_passes_run(&b->session, err);
    }
    return st;
}
