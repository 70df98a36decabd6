/* SPDX-License-Identifier: MIT */
/* check.c - from the resolved graph to steps: each node's operator, version, number of arguments and types.
 *
 * All problems are collected. Behind a node with a problem the types of its outputs are not known, and what depends on
 * them alone is not a problem of its own. */
#include "engine/body.h"

/* --- signatures (ops/op.h) --- */

struct argument {
    char type;     /* T U V W i n b f s a */
    char how_many; /* 0, ? or * */
};

static struct argument next_argument(const char **at)
{
    struct argument a = {.type = *(*at)++};
    if (**at == '?' || **at == '*') a.how_many = *(*at)++;
    return a;
}

/* Argument i of the list that starts at `at` and ends at `end`; the last one of a * list for all behind it. */
static bool argument_at(const char *at, char end, int i, struct argument *out)
{
    for (int k = 0; *at && *at != end; k++) {
        *out = next_argument(&at);
        if (k == i || out->how_many == '*') return true;
    }
    return false;
}

static const char *outputs_of(const char *signature)
{
    return strchr(signature, '>') + 1;
}

static enum ink_dtype fixed_type(char letter)
{
    switch (letter) {
    case 'i': return INK_INT64;
    case 'n': return INK_INT32;
    case 'b': return INK_BOOL;
    case 'f': return INK_FLOAT;
    case 's': return INK_STRING;
    default: return INK_DTYPE_NONE;
    }
}

/* --- types --- */

static bool check_input_type(struct ink_session *s, struct ink_step *step, int i, const struct argument *a)
{
    const struct ink_op *op = step->ctx.op;
    const struct ink_node *node = step->ctx.node;
    if (a->type == 'a') return true;
    enum ink_dtype have = step->ctx.in[i]->dtype;
    enum ink_dtype fixed = fixed_type(a->type);
    if (fixed) {
        if (have == fixed) return true;
        ink_problem_add(&s->shared->problems, INK_E_MODEL, node,
                        "node %d (%s %.*s): input %d is %s, the operator wants %s", node->position, op->name,
                        INK_VIEW_ARGS(node->name), i, ink_dtype_word(have), ink_dtype_word(fixed));
        return false;
    }
    int variable = a->type - 'T';
    enum ink_dtype *bound = &step->ctx.types[variable];
    if (!(op->types[variable] & INK_DTYPE_BIT(have))) {
        ink_problem_add(&s->shared->problems, INK_E_UNSUPPORTED, node,
                        "node %d (%s-%d %.*s): input %d of type %s is not supported", node->position, op->name,
                        op->since, INK_VIEW_ARGS(node->name), i, ink_dtype_word(have));
        return false;
    }
    if (*bound && *bound != have) {
        ink_problem_add(&s->shared->problems, INK_E_MODEL, node,
                        "node %d (%s %.*s): input %d is %s, but an earlier one is %s", node->position, op->name,
                        INK_VIEW_ARGS(node->name), i, ink_dtype_word(have), ink_dtype_word(*bound));
        return false;
    }
    *bound = have;
    return true;
}

static bool check_inputs(struct ink_session *s, struct ink_step *step)
{
    const struct ink_op *op = step->ctx.op;
    const struct ink_node *node = step->ctx.node;
    struct argument a;
    for (int i = 0; i < step->ctx.in_count; i++) {
        if (!argument_at(op->signature, '>', i, &a)) {
            ink_problem_add(&s->shared->problems, INK_E_MODEL, node, "node %d (%s-%d %.*s): %d inputs are too many",
                            node->position, op->name, op->since, INK_VIEW_ARGS(node->name), step->ctx.in_count);
            return false;
        }
        if (!step->ctx.in[i]) {
            if (a.how_many == '?') continue;
            ink_problem_add(&s->shared->problems, INK_E_MODEL, node, "node %d (%s %.*s): input %d may not be left out",
                            node->position, op->name, INK_VIEW_ARGS(node->name), i);
            return false;
        }
        /* its maker has the problem; bodies are looked at all the same */
        if (!step->ctx.in[i]->dtype && strchr(op->signature, 'a')) continue;
        if (!step->ctx.in[i]->dtype) return false;
        if (!check_input_type(s, step, i, &a)) return false;
    }
    for (int i = step->ctx.in_count; argument_at(op->signature, '>', i, &a) && a.how_many != '*'; i++) {
        if (a.how_many == '?') continue;
        ink_problem_add(&s->shared->problems, INK_E_MODEL, node, "node %d (%s-%d %.*s): input %d is missing",
                        node->position, op->name, op->since, INK_VIEW_ARGS(node->name), i);
        return false;
    }
    return true;
}

/* What the file says of a value that a node makes must be what the node makes of its arguments. */
static void check_declared(struct ink_session *s, const struct ink_step *step, int i)
{
    const struct ink_node *node = step->ctx.node;
    const struct ink_value_info *declared = s->graph.values[step->outputs[i]].declared;
    enum ink_dtype found = step->ctx.out[i]->dtype;
    if (!declared || !declared->dtype || !found || declared->dtype == found) return;
    ink_problem_add(&s->shared->problems, INK_E_MODEL, node,
                    "node %d (%s %.*s): output %.*s is %s, but the file declares %s", node->position,
                    step->ctx.op->name, INK_VIEW_ARGS(node->name), INK_VIEW_ARGS(declared->name), ink_dtype_word(found),
                    ink_dtype_word(declared->dtype));
}

static bool check_outputs(struct ink_session *s, struct ink_step *step)
{
    const struct ink_op *op = step->ctx.op;
    const struct ink_node *node = step->ctx.node;
    struct argument a;
    for (int i = 0; i < step->ctx.out_count; i++) {
        if (!argument_at(outputs_of(op->signature), '\0', i, &a)) {
            ink_problem_add(&s->shared->problems, INK_E_MODEL, node, "node %d (%s-%d %.*s): %d outputs are too many",
                            node->position, op->name, op->since, INK_VIEW_ARGS(node->name), step->ctx.out_count);
            return false;
        }
        if (!step->ctx.out[i] && !a.how_many) {
            ink_problem_add(&s->shared->problems, INK_E_MODEL, node, "node %d (%s %.*s): output %d may not be left out",
                            node->position, op->name, INK_VIEW_ARGS(node->name), i);
            return false;
        }
        if (!step->ctx.out[i]) continue;
        enum ink_dtype fixed = fixed_type(a.type);
        if (a.type != 'a') step->ctx.out[i]->dtype = fixed ? fixed : step->ctx.types[a.type - 'T'];
        check_declared(s, step, i);
    }
    if (step->ctx.out_count && step->ctx.out[0]) return true;
    for (int i = 1; i < step->ctx.out_count; i++)
        if (step->ctx.out[i]) return true;
    ink_problem_add(&s->shared->problems, INK_E_MODEL, node, "node %d (%s %.*s) has no output", node->position,
                    op->name, INK_VIEW_ARGS(node->name));
    return false;
}

/* --- operators --- */

static const struct ink_op *look_up(struct ink_session *s, const struct ink_node *node,
                                    const struct ink_opset_imports *opsets, int64_t *opset)
{
    bool known;
    *opset = ink_opset_of(opsets, node->domain);
    if (node->domain.len == 0 && *opset > INK_OPSET_NEWEST && opsets != &s->shared->model.opsets) {
        ink_problem_add(&s->shared->problems, INK_E_UNSUPPORTED, node,
                        "node %d calls a function of opset %lld, which is newer than %d, the newest that is supported",
                        node->position, (long long)*opset, INK_OPSET_NEWEST);
        return NULL;
    }
    const struct ink_op *op = ink_op_find(node->domain, node->op_type, *opset, &known);
    bool internal = ink_view_is(node->domain, INK_OP_DOMAIN_INTERNAL);
    if (op && (!internal || opsets == &ink_graph_own_opsets)) return op;
    known = known && !internal;
    if (known && *opset == 0)
        ink_problem_add(&s->shared->problems, INK_E_MODEL, node,
                        "node %d (%.*s): the model does not import the operator's domain \"%.*s\"", node->position,
                        INK_VIEW_ARGS(node->op_type), INK_VIEW_ARGS(node->domain));
    else if (known)
        ink_problem_add(&s->shared->problems, INK_E_MODEL, node,
                        "node %d (%.*s): opset %lld, which the model imports, did not have it yet", node->position,
                        INK_VIEW_ARGS(node->op_type), (long long)*opset);
    else
        ink_problem_add(&s->shared->problems, INK_E_UNSUPPORTED, node,
                        "node %d (%.*s): operator %.*s%s%.*s is not supported", node->position,
                        INK_VIEW_ARGS(node->name), INK_VIEW_ARGS(node->domain), node->domain.len ? "." : "",
                        INK_VIEW_ARGS(node->op_type));
    return NULL;
}

void ink_steps_connect(struct ink_session *s, struct ink_step *step)
{
    for (int i = 0; i < step->input_count; i++)
        step->ctx.in[i] = step->inputs[i] < 0 ? NULL : &s->values[step->inputs[i]].tensor;
    for (int i = 0; i < step->ctx.out_count; i++)
        step->ctx.out[i] = step->outputs[i] < 0 ? NULL : &s->values[step->outputs[i]].tensor;
    step->ctx.in_constant = step->in_constant;
}

/* in_count inputs for the operator, input_count with those that its bodies take. */
static ink_status make_step(struct ink_session *s, struct ink_step *step, const struct ink_node *node,
                            const int *inputs, int in_count, int input_count, const int *outputs, int out_count)
{
    *step = (struct ink_step){
        .ctx = {.node = node, .in_count = in_count, .out_count = out_count},
        .inputs = INK_ARENA_ARRAY(&s->arena, int, (size_t)input_count),
        .input_count = input_count,
        .outputs = INK_ARENA_ARRAY(&s->arena, int, (size_t)out_count),
        .in_constant = INK_ARENA_ARRAY(&s->arena, bool, (size_t)input_count),
    };
    step->ctx.in = INK_ARENA_ARRAY(&s->arena, const struct ink_tensor *, (size_t)input_count);
    step->ctx.out = INK_ARENA_ARRAY(&s->arena, struct ink_tensor *, (size_t)out_count);
    if (!step->inputs || !step->outputs || !step->in_constant || !step->ctx.in || !step->ctx.out) return INK_E_OOM;
    memcpy(step->inputs, inputs, (size_t)input_count * sizeof *inputs);
    memcpy(step->outputs, outputs, (size_t)out_count * sizeof *outputs);
    for (int i = 0; i < input_count; i++)
        step->in_constant[i] = inputs[i] >= 0 && s->values[inputs[i]].state == INK_VALUE_CONSTANT;
    ink_steps_connect(s, step);
    return INK_OK;
}

static ink_status load_step(struct ink_session *s, struct ink_step *step, struct ink_error *err)
{
    step->ctx.arena = &s->arena;
    step->ctx.parallel = s->shared->parallel;
    step->ctx.err = err;
    ink_status st = step->ctx.op->load ? step->ctx.op->load(&step->ctx) : INK_OK;
    step->ctx.arena = NULL;
    return st;
}

/* Operator, arguments, types, attributes of one node; a problem leaves its outputs without a type. */
static ink_status check_step(struct ink_session *s, struct ink_step *step, const struct ink_opset_imports *opsets)
{
    int64_t opset;
    struct ink_error err = {0};
    step->ctx.op = look_up(s, step->ctx.node, opsets, &opset);
    step->ctx.opset = (int)opset;
    if (!step->ctx.op || !check_inputs(s, step)) return INK_OK;
    ink_status st = load_step(s, step, &err);
    if (st == INK_E_OOM) return st;
    if (st)
        ink_problem_add(&s->shared->problems, st == INK_E_UNSUPPORTED ? st : INK_E_MODEL, step->ctx.node, "%s",
                        err.text);
    else
        check_outputs(s, step);
    return INK_OK;
}

/* --- the whole --- */

/* What an input is: of a body what its node gives it, otherwise what is declared. */
static void fill_input(struct ink_session *s, int i)
{
    struct ink_value *v = &s->values[s->inputs[i]];
    const struct ink_value_info *declared = s->graph.values[s->inputs[i]].declared;
    struct ink_problems *problems = &s->shared->problems;
    if (!s->is_body) {
        v->tensor.dtype = declared->dtype;
        v->tensor.shape = declared->shape;
        if (declared->foreign)
            ink_problem_add(problems, INK_E_UNSUPPORTED, NULL,
                            "input %.*s is neither a tensor nor a sequence, optional or map of tensors",
                            INK_VIEW_ARGS(v->name));
        else if (!declared->dtype)
            ink_problem_add(problems, INK_E_MODEL, NULL, "input %.*s has no type", INK_VIEW_ARGS(v->name));
        return;
    }
    const struct ink_given *given = &s->given[i];
    v->tensor.dtype = given->tensor.dtype;
    if (given->constant) {
        v->tensor = given->tensor;
        v->state = INK_VALUE_CONSTANT;
        v->weight = true;
    }
    if (declared && declared->dtype && v->tensor.dtype && declared->dtype != v->tensor.dtype)
        ink_problem_add(problems, INK_E_MODEL, NULL, "input %.*s is given %s, but the file declares %s",
                        INK_VIEW_ARGS(v->name), ink_dtype_word(v->tensor.dtype), ink_dtype_word(declared->dtype));
}

static void fill_values(struct ink_session *s)
{
    for (int i = 0; i < s->graph.value_count; i++) {
        const struct ink_graph_value *g = &s->graph.values[i];
        struct ink_value *v = &s->values[i];
        *v = (struct ink_value){
            .name = g->name, .producer = -1, .is_input = g->is_input, .tensor.shape.rank = INK_RANK_UNKNOWN};
        if (g->stored) {
            v->tensor = g->stored->tensor;
            v->state = INK_VALUE_CONSTANT;
            v->weight = true;
        }
    }
    for (int i = 0; i < s->graph.input_count; i++) fill_input(s, i);
}

ink_status ink_steps_make(struct ink_session *s, struct ink_error *err)
{
    const struct ink_graph *g = &s->graph;
    s->value_room = g->value_count + 2 * g->node_count + g->input_count + g->output_count + 1;
    s->values = INK_ARENA_ARRAY(&s->arena, struct ink_value, (size_t)s->value_room);
    s->steps = INK_ARENA_ARRAY(&s->arena, struct ink_step, (size_t)g->node_count);
    if (!s->values || !s->steps) return ink_fail(err, INK_E_OOM, "the graph does not fit into memory");
    s->value_count = g->value_count;
    s->inputs = g->inputs;
    s->outputs = g->outputs;
    fill_values(s);
    int64_t opset = ink_model_opset(&s->shared->model, (struct ink_view){0});
    if (opset > INK_OPSET_NEWEST && !s->is_body)
        ink_problem_add(&s->shared->problems, INK_E_UNSUPPORTED, NULL,
                        "opset %lld is newer than %d, the newest that is supported: export with that", (long long)opset,
                        INK_OPSET_NEWEST);
    for (int i = 0; i < g->node_count; i++) {
        const struct ink_graph_node *n = &g->nodes[i];
        struct ink_step *step = &s->steps[i];
        ink_status st = make_step(s, step, n->node, n->inputs, n->node->input_count, n->input_count, n->outputs,
                                  n->node->output_count);
        if (!st && n->body_count) st = ink_bodies_make(s, step, n);
        if (!st) st = check_step(s, step, n->opsets);
        if (st) return ink_fail(err, st, "the graph does not fit into memory");
        s->random = s->random || (step->ctx.op && step->ctx.op->flags & INK_OP_RANDOM);
        for (int k = 0; k < step->ctx.out_count; k++)
            if (step->outputs[k] >= 0) s->values[step->outputs[k]].producer = i;
    }
    for (const struct ink_step_body *b = s->bodies; b; b = b->next) s->random = s->random || b->session.random;
    s->step_count = g->node_count;
    for (int i = 0; i < g->output_count; i++) s->values[s->outputs[i]].is_output = true;
    return INK_OK;
}

int ink_steps_add_weight(struct ink_session *s, const struct ink_tensor *tensor, const char *name)
{
    if (s->value_count == s->value_room) return -1;
    s->values[s->value_count] = (struct ink_value){
        .tensor = *tensor, .name = ink_view_text(name), .state = INK_VALUE_CONSTANT, .weight = true, .producer = -1};
    return s->value_count++;
}

ink_status ink_steps_replace(struct ink_session *s, struct ink_step *step, const struct ink_node *node,
                             const struct ink_op *op, const int *inputs, int input_count, struct ink_error *err)
{
    struct ink_step fresh;
    ink_status st = make_step(s, &fresh, node, inputs, input_count, input_count, step->outputs, step->ctx.out_count);
    if (st) return ink_fail(err, st, "the graph does not fit into memory");
    fresh.ctx.op = op;
    fresh.ctx.opset = op->since;
    memcpy(fresh.ctx.types, step->ctx.types, sizeof fresh.ctx.types);
    st = load_step(s, &fresh, err);
    if (!st) *step = fresh;
    return st;
}
