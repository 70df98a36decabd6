/* SPDX-License-Identifier: MIT */
/* run.c - goes through the plan: no allocation where every shape was known. */
#include "base/clock.h"
#include "engine/steps.h"

/* The data of inputs without elements: NULL means to operators that values are not known. */
static char no_values;

/* A declared dimension holds, an unknown one takes anything; an undeclared shape takes any rank. */
static bool shape_fits(const struct ink_shape *declared, const struct ink_shape *given)
{
    size_t count;
    if (given->rank > INK_RANK_MAX || !ink_shape_count(given, &count)) return false;
    if (declared->rank < 0) return true;
    if (declared->rank != given->rank) return false;
    for (int i = 0; i < declared->rank; i++)
        if (declared->dims[i] >= 0 && declared->dims[i] != given->dims[i]) return false;
    return true;
}

ink_status ink_run_check_shape(const struct ink_session *s, int i, const struct ink_shape *shape, struct ink_error *err)
{
    char wanted[INK_SHAPE_TEXT_MAX], given[INK_SHAPE_TEXT_MAX];
    const struct ink_value_info *info = &s->input_infos[i];
    if (shape_fits(&info->shape, shape)) return INK_OK;
    return ink_fail(err, INK_E_ARGUMENT, "input %.*s: the model wants the shape %s, it was given %s",
                    INK_VIEW_ARGS(info->name), ink_shape_text(&info->shape, wanted), ink_shape_text(shape, given));
}

static ink_status check_inputs(const struct ink_session *s, const struct ink_tensor *inputs, int count,
                               struct ink_error *err)
{
    if (count != s->graph.input_count)
        return ink_fail(err, INK_E_ARGUMENT, "the model has %d inputs, it was given %d", s->graph.input_count, count);
    for (int i = 0; i < count; i++) {
        const struct ink_value_info *info = &s->input_infos[i];
        if (inputs[i].dtype != info->dtype)
            return ink_fail(err, INK_E_ARGUMENT, "input %.*s: the model wants %s, it was given %s",
                            INK_VIEW_ARGS(info->name), ink_dtype_word(info->dtype), ink_dtype_word(inputs[i].dtype));
        ink_status st = ink_run_check_shape(s, i, &inputs[i].shape, err);
        if (st) return st;
        if (!inputs[i].data && ink_tensor_count(&inputs[i]))
            return ink_fail(err, INK_E_ARGUMENT, "input %.*s: it has no data", INK_VIEW_ARGS(info->name));
        s->given[i] = (struct ink_given){inputs[i], false};
    }
    return INK_OK;
}

/* Of operators that say how large their outputs are, where the plan knew that. */
static ink_status keep_size(struct ink_op_ctx *ctx, int output, const struct ink_shape *shape)
{
    char have[INK_SHAPE_TEXT_MAX], planned[INK_SHAPE_TEXT_MAX];
    if (ink_shape_equal(shape, &ctx->out[output]->shape)) return INK_OK;
    return ink_op_fail(ctx, INK_E_MODEL, "its output %d is %s, and should be %s", output, ink_shape_text(shape, have),
                       ink_shape_text(&ctx->out[output]->shape, planned));
}

static ink_status run_planned(struct ink_session *s, struct ink_step *step)
{
    bool sizes = step->ctx.op->flags & INK_OP_SIZES;
    step->ctx.resize = sizes ? keep_size : NULL;
    step->ctx.arena = sizes ? &s->run_arena : NULL;
    ink_status st = step->ctx.op->run(&step->ctx);
    step->ctx.arena = NULL;
    return st;
}

static ink_status run_steps(struct ink_session *s, struct ink_error *err)
{
    uint64_t deadline_us = s->shared->deadline_us;
    for (int i = 0; i < s->step_count; i++) {
        struct ink_step *step = &s->steps[i];
        if (step->removed || step->folded) continue;
        if (step->view) step->ctx.out[0]->data = step->ctx.in[0]->data;
        if (step->nothing) continue;
        if (deadline_us && ink_clock_us() > deadline_us)
            return ink_fail(err, INK_E_TIMEOUT, "the model was not done in the time that it was given: step %d of %d",
                            i, s->step_count);
        step->ctx.err = err;
        ink_status st = step->dynamic ? ink_plan_run_apart(s, step, &s->run_arena, err) : run_planned(s, step);
        if (st) return st;
    }
    return INK_OK;
}

bool ink_run_is_planned(const struct ink_session *s)
{
    bool same = s->planned;
    for (int i = 0; same && i < s->graph.input_count; i++) {
        const struct ink_given *bound = &s->bound[i], *given = &s->given[i];
        if (s->values[s->inputs[i]].weight) continue;
        same = bound->constant == given->constant;
        if (given->constant) same = same && bound->tensor.data == given->tensor.data;
        if (!ink_dtype_is_container(given->tensor.dtype))
            same = same && ink_shape_equal(&bound->tensor.shape, &given->tensor.shape);
    }
    return same;
}

ink_status ink_run_given(struct ink_session *s, struct ink_tensor *outputs, struct ink_error *err)
{
    ink_status st = ink_run_is_planned(s) ? INK_OK : ink_plan_make(s, err);
    if (st) return st;
    ink_arena_reset(&s->run_arena);
    for (int i = 0; i < s->graph.input_count; i++) {
        struct ink_value *v = &s->values[s->inputs[i]];
        const struct ink_tensor *given = &s->given[i].tensor;
        if (v->weight) continue;
        v->tensor.shape = given->shape; /* a plan does not know that of a container */
        v->tensor.data = given->data ? given->data : &no_values;
    }
    st = run_steps(s, err);
    for (int i = 0; !st && i < s->graph.output_count; i++) outputs[i] = s->values[s->outputs[i]].tensor;
    return st;
}

ink_status ink_session_run(struct ink_session *s, const struct ink_tensor *inputs, int input_count,
                           struct ink_tensor *outputs, uint64_t deadline_us, struct ink_error *err)
{
    struct ink_error unheard = {0};
    if (!err) err = &unheard;
    if (s->refused) return ink_fail(err, INK_E_ARGUMENT, "the model was refused and cannot run");
    ink_status st = check_inputs(s, inputs, input_count, err);
    if (st) return st;
    s->shared->deadline_us = deadline_us;
    s->shared->body_runs = s->shared->fold_work = 0;
    return ink_run_given(s, outputs, err);
}
