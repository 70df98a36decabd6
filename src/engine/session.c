/* SPDX-License-Identifier: MIT */
#include "engine/session.h"

#include "base/alloc.h"
#include "engine/body.h"

static const size_t DEFAULT_CAP_BYTES = (size_t)4 << 30;

/* What people see of inputs and outputs: the declaration, with the type that was found. */
static struct ink_value_info *describe(struct ink_session *s, const int *numbers, int count)
{
    struct ink_value_info *infos = INK_ARENA_ARRAY(&s->arena, struct ink_value_info, (size_t)count);
    for (int i = 0; infos && i < count; i++) {
        const struct ink_value *v = &s->values[numbers[i]];
        const struct ink_value_info *declared = s->graph.values[numbers[i]].declared;
        if (declared)
            infos[i] = *declared;
        else
            infos[i] = (struct ink_value_info){.shape.rank = INK_RANK_UNKNOWN};
        infos[i].name = v->name;
        if (v->tensor.dtype) infos[i].dtype = v->tensor.dtype;
    }
    return infos;
}

static ink_status load(struct ink_session *s, struct ink_view bytes, const struct ink_session_options *options,
                       struct ink_error *err)
{
    ink_status st = ink_model_read(bytes, options->external, &s->arena, &s->shared->model, err);
    if (st) return st;
    if (!(s->shared->parallel = ink_threads_new(options->threads))) return ink_fail(err, INK_E_OOM, "out of memory");
    st = ink_graph_resolve(&s->shared->model, &s->arena, &s->shared->problems, &s->graph, err);
    if (!st) st = ink_steps_make(s, err);
    if (st) return st;
    s->input_infos = describe(s, s->inputs, s->graph.input_count);
    s->output_infos = describe(s, s->outputs, s->graph.output_count);
    s->given = INK_ARENA_ARRAY(&s->arena, struct ink_given, (size_t)s->graph.input_count);
    return s->input_infos && s->output_infos && s->given ? INK_OK : ink_fail(err, INK_E_OOM, "out of memory");
}

/* Where the inputs' shapes are declared, the plan knows what the outputs will be, whatever the file says of them. */
static void learn_shapes(struct ink_session *s)
{
    for (int i = 0; i < s->graph.output_count; i++) {
        const struct ink_value *v = &s->values[s->outputs[i]];
        struct ink_value_info *info = &s->output_infos[i];
        if (v->state == INK_VALUE_DYNAMIC) continue;
        if (v->tensor.shape.rank != info->shape.rank) info->dim_names = NULL;
        info->shape = v->tensor.shape;
    }
}

static bool shapes_are_declared(const struct ink_session *s)
{
    for (int i = 0; i < s->graph.input_count; i++)
        if (!ink_shape_known(&s->input_infos[i].shape) && !ink_dtype_is_container(s->input_infos[i].dtype))
            return false;
    return true;
}

ink_status ink_session_new(struct ink_view bytes, const struct ink_session_options *options, struct ink_session **out,
                           struct ink_error *err)
{
    static const struct ink_session_options defaults = {0};
    if (!options) options = &defaults;
    *out = NULL;
    struct ink_session *s = ink_calloc(1, sizeof *s);
    if (s) s->shared = ink_calloc(1, sizeof *s->shared);
    if (!s || !s->shared) {
        ink_free(s);
        return ink_fail(err, INK_E_OOM, "out of memory");
    }
    s->shared->budget.cap_bytes = options->memory_cap_bytes ? options->memory_cap_bytes : DEFAULT_CAP_BYTES;
    ink_session_init(s);
    s->shared->problems.arena = &s->arena;
    if (options->mapped) s->shared->mapped = bytes;

    ink_status st = load(s, bytes, options, err);
    if (st) {
        ink_session_free(s);
        return st;
    }
    st = ink_problems_error(&s->shared->problems, err);
    if (!st && !options->no_passes && shapes_are_declared(s)) st = ink_plan_sketch(s, err);
    if (!st && !options->no_passes) st = ink_passes_run(s, err);
    /* shapes that do not fit together are found at load where the file says enough */
    if (!st && shapes_are_declared(s)) {
        s->loading = true;
        st = ink_session_bind_declared(s, 1, err);
        s->loading = false;
        if (!st) learn_shapes(s);
    }
    if (st == INK_E_OOM) {
        ink_session_free(s);
        return st;
    }
    if (st && !s->shared->problems.count) ink_problem_add(&s->shared->problems, st, NULL, "%s", err ? err->text : "");
    s->refused = st != INK_OK;
    *out = s;
    return st;
}

void ink_session_init(struct ink_session *s)
{
    ink_arena_init_within(&s->arena, &s->shared->budget);
    ink_arena_init_within(&s->plan_arena, &s->shared->budget);
    ink_arena_init_within(&s->run_arena, &s->shared->budget);
}

void ink_session_cleanup(struct ink_session *s)
{
    ink_bodies_free(s);
    ink_arena_cleanup(&s->run_arena);
    ink_arena_cleanup(&s->plan_arena);
    ink_arena_cleanup(&s->arena);
}

void ink_session_free(struct ink_session *s)
{
    if (!s) return;
    ink_threads_free(s->shared->parallel);
    ink_session_cleanup(s);
    ink_free(s->shared);
    ink_free(s);
}

static ink_status refused(struct ink_error *err)
{
    return ink_fail(err, INK_E_ARGUMENT, "the model was refused and cannot run");
}

static ink_status plan(struct ink_session *s, struct ink_error *err)
{
    s->shared->deadline_us = s->shared->body_runs = s->shared->fold_work = 0;
    return ink_plan_make(s, err);
}

ink_status ink_session_bind(struct ink_session *s, const struct ink_shape *shapes, int count, struct ink_error *err)
{
    if (count != s->graph.input_count)
        return ink_fail(err, INK_E_ARGUMENT, "the model has %d inputs, shapes were given for %d", s->graph.input_count,
                        count);
    if (s->refused) return refused(err);
    for (int i = 0; i < count; i++) {
        ink_status st = ink_run_check_shape(s, i, &shapes[i], err);
        if (st) return st;
        s->given[i] = (struct ink_given){.tensor.dtype = s->input_infos[i].dtype, .tensor.shape = shapes[i]};
    }
    return plan(s, err);
}

ink_status ink_session_bind_declared(struct ink_session *s, int64_t unknown, struct ink_error *err)
{
    if (s->refused) return refused(err);
    for (int i = 0; i < s->graph.input_count; i++) {
        const struct ink_value_info *info = &s->input_infos[i];
        s->given[i] = (struct ink_given){.tensor.dtype = info->dtype, .tensor.shape = info->shape};
        struct ink_shape *shape = &s->given[i].tensor.shape;
        if (info->shape.rank < 0 && !ink_dtype_is_container(info->dtype))
            return ink_fail(err, INK_E_NEED_DATA, "input %.*s: its shape is not declared", INK_VIEW_ARGS(info->name));
        for (int k = 0; k < shape->rank; k++)
            if (shape->dims[k] < 0) shape->dims[k] = unknown;
    }
    return plan(s, err);
}

int ink_session_input_count(const struct ink_session *s)
{
    return s->graph.input_count;
}

int ink_session_output_count(const struct ink_session *s)
{
    return s->graph.output_count;
}

const struct ink_value_info *ink_session_input(const struct ink_session *s, int i)
{
    return &s->input_infos[i];
}

const struct ink_value_info *ink_session_output(const struct ink_session *s, int i)
{
    return &s->output_infos[i];
}

const struct ink_model *ink_session_model(const struct ink_session *s)
{
    return &s->shared->model;
}

const struct ink_problems *ink_session_problems(const struct ink_session *s)
{
    return &s->shared->problems;
}

/* Blocks of bodies stay beside that of the model. */
static size_t block_bytes(const struct ink_session *s)
{
    size_t bytes = s->block_bytes;
    for (const struct ink_step_body *b = s->bodies; b; b = b->next) bytes += block_bytes(&b->session);
    return bytes;
}

static void count_parameters(const struct ink_graph_proto *graph, struct ink_figures *out)
{
    for (int i = 0; i < graph->initializer_count; i++) {
        out->parameters += ink_tensor_count(&graph->initializers[i].tensor);
        out->parameter_bytes += ink_tensor_bytes(&graph->initializers[i].tensor);
    }
    for (int n = 0; n < graph->node_count; n++)
        for (int i = 0; i < graph->nodes[n].attribute_count; i++) {
            const struct ink_attribute *a = &graph->nodes[n].attributes[i];
            if (a->kind == INK_ATTRIBUTE_GRAPH && a->count) count_parameters(a->graphs, out);
        }
}

void ink_session_figures(const struct ink_session *s, struct ink_figures *out)
{
    *out = (struct ink_figures){
        .planned = s->planned,
        .multiply_adds = s->multiply_adds,
        .activation_bytes = block_bytes(s),
        .held_bytes = s->shared->budget.held_bytes,
    };
    for (int i = 0; i < s->step_count; i++) {
        const struct ink_step *step = &s->steps[i];
        out->steps += !step->removed && !step->folded && !step->nothing;
    }
    count_parameters(&s->shared->model.graph, out);
}
