/* SPDX-License-Identifier: MIT */
/* plan.c - from the shapes of the inputs to everything that a run needs.
 *
 * In the order of the steps: what depends on constants alone is run now (folded); what has known shapes gets a place in
 * one block, shared over time by values that do not live together; what is left gets its memory when it runs. */
#include "base/alloc.h"
#include "base/checked.h"
#include "base/file.h"
#include "engine/body.h"

/* What folding may cost. A file of a few bytes can ask for gigabytes of ones, or for hours of products of them: these are
 * left to the run, which has a memory plan and a deadline. */
enum { FOLD_BYTES_MAX = 16 << 20, FOLD_WORK_MAX = 1 << 28 };

/* --- one step outside of the block: folded now, or dynamic at run time --- */

static ink_status give_memory(const struct ink_session *s, const struct ink_op_ctx *ctx, struct ink_tensor *t,
                              struct ink_arena *arena)
{
    size_t count, bytes;
    char text[INK_SHAPE_TEXT_MAX];
    if (!ink_shape_count(&t->shape, &count) || !ink_dtype_bytes(t->dtype, count, &bytes))
        return ink_op_fail(ctx, INK_E_MODEL, "its output would be %s %s", ink_dtype_word(t->dtype),
                           ink_shape_text(&t->shape, text));
    t->data = bytes > s->shared->budget.cap_bytes ? NULL : ink_arena_alloc(arena, bytes, INK_ARENA_ALIGN);
    if (!t->data)
        return ink_op_fail(ctx, INK_E_OOM, "its output %s %s does not fit into memory (limit %zu MB)",
                           ink_dtype_word(t->dtype), ink_shape_text(&t->shape, text),
                           s->shared->budget.cap_bytes >> 20);
    return INK_OK;
}

struct resizer {
    const struct ink_session *session;
    struct ink_arena *arena;
    size_t bytes_max; /* one output's */
};

static size_t bytes_of(const struct ink_tensor *t)
{
    size_t count, bytes;
    return ink_shape_count(&t->shape, &count) && ink_dtype_bytes(t->dtype, count, &bytes) ? bytes : SIZE_MAX;
}

static ink_status resize_output(struct ink_op_ctx *ctx, int output, const struct ink_shape *shape)
{
    const struct resizer *r = ctx->engine;
    ctx->out[output]->shape = *shape;
    if (bytes_of(ctx->out[output]) > r->bytes_max) return INK_E_NEED_DATA;
    return give_memory(r->session, ctx, ctx->out[output], r->arena);
}

static uint64_t work_of(const struct ink_step *step)
{
    const struct ink_op_ctx *ctx = &step->ctx;
    if (ctx->op->multiply_adds) return ctx->op->multiply_adds(ctx);
    return !(ctx->op->flags & INK_OP_VIEW) && ctx->out_count && ctx->out[0] ? ink_tensor_count(ctx->out[0]) : 0;
}

bool ink_plan_affordable(struct ink_shared *shared, uint64_t work)
{
    if (work > FOLD_WORK_MAX - shared->fold_work) return false;
    shared->fold_work += work;
    return true;
}

/* Whether the multiply-adds of a fold (known once its shapes are) are within what may be spent on it. */
static bool affordable(struct ink_session *s, const struct ink_step *step)
{
    return ink_plan_affordable(s->shared, step->ctx.op->flags & INK_OP_SIZES ? 0 : work_of(step));
}

static ink_status run_apart(struct ink_session *s, struct ink_step *step, struct resizer *resizer,
                            struct ink_error *err)
{
    struct ink_op_ctx *ctx = &step->ctx;
    ink_status st = INK_OK;
    ctx->err = err;
    ctx->engine = resizer;
    ctx->resize = resize_output;
    ctx->scratch_bytes = 0;
    ctx->prepared = NULL;
    if (!(ctx->op->flags & INK_OP_SIZES)) {
        st = ctx->op->shape(ctx);
        for (int i = 0; !st && i < ctx->out_count; i++)
            if (ctx->out[i]) st = resize_output(ctx, i, &ctx->out[i]->shape);
    }
    if (!st && s->shared->folding && !affordable(s, step)) st = INK_E_NEED_DATA;
    if (!st && ctx->op->prepare) {
        ctx->arena = resizer->arena;
        st = ctx->op->prepare(ctx);
        ctx->arena = NULL;
    }
    size_t scratch;
    if (!st && ctx->scratch_bytes) {
        bool fits = ink_mul_size(ctx->scratch_bytes, (size_t)s->shared->parallel->threads, &scratch);
        ctx->scratch = fits ? ink_arena_alloc(resizer->arena, scratch, INK_ARENA_ALIGN) : NULL;
        if (!ctx->scratch) st = ink_op_fail(ctx, INK_E_OOM, "no memory to work in");
    }
    ctx->arena = ctx->op->flags & INK_OP_SIZES ? resizer->arena : NULL;
    if (!st) st = ctx->op->run(ctx);
    ctx->arena = NULL;
    ctx->engine = NULL;
    return st;
}

ink_status ink_plan_run_apart(struct ink_session *s, struct ink_step *step, struct ink_arena *arena,
                              struct ink_error *err)
{
    struct resizer resizer = {s, arena, s->shared->folding ? FOLD_BYTES_MAX : SIZE_MAX};
    return run_apart(s, step, &resizer, err);
}

bool ink_plan_can_fold(const struct ink_session *s, const struct ink_step *step)
{
    const struct ink_op *op = step->ctx.op;
    if (op->flags & INK_OP_RANDOM) return false;
    for (int i = 0; i < step->ctx.body_count; i++)
        if (((const struct ink_step_body *)step->ctx.bodies[i])->session.random) return false;
    enum ink_value_state needed = op->flags & INK_OP_SHAPES ? INK_VALUE_PLANNED : INK_VALUE_CONSTANT;
    for (int i = 0; i < step->input_count; i++)
        if (step->inputs[i] >= 0 && s->values[step->inputs[i]].state < needed) return false;
    return true;
}

ink_status ink_plan_fold(struct ink_session *s, struct ink_step *step, struct ink_arena *arena, struct ink_error *err)
{
    for (int i = 0; i < step->input_count; i++)
        step->in_constant[i] = step->inputs[i] >= 0 && s->values[step->inputs[i]].state == INK_VALUE_CONSTANT;
    struct ink_arena_mark mark = ink_arena_mark(arena);
    struct resizer resizer = {s, arena, FOLD_BYTES_MAX};
    s->shared->folding++;
    ink_status st = run_apart(s, step, &resizer, err);
    s->shared->folding--;
    if (st == INK_E_NEED_DATA) {
        ink_arena_release(arena, mark);
        *err = (struct ink_error){0};
    }
    for (int i = 0; i < step->ctx.out_count; i++) {
        if (step->outputs[i] < 0) continue;
        struct ink_value *v = &s->values[step->outputs[i]];
        if (st)
            v->tensor.data = NULL; /* what has data during planning is taken for known */
        else
            v->state = INK_VALUE_CONSTANT;
    }
    return st;
}

/* --- shapes and packing, step by step --- */

static ink_status check_shapes(const struct ink_session *s, const struct ink_step *step)
{
    for (int i = 0; i < step->ctx.out_count; i++) {
        size_t count, bytes;
        char text[INK_SHAPE_TEXT_MAX];
        const struct ink_tensor *t = step->ctx.out[i];
        if (!t) continue;
        if (!ink_shape_count(&t->shape, &count) || !ink_dtype_bytes(t->dtype, count, &bytes) ||
            bytes > s->shared->budget.cap_bytes)
            return ink_op_fail(&step->ctx, INK_E_OOM, "its output %s %s does not fit into memory (limit %zu MB)",
                               ink_dtype_word(t->dtype), ink_shape_text(&t->shape, text),
                               s->shared->budget.cap_bytes >> 20);
    }
    return INK_OK;
}

static void count_work(struct ink_session *s, const struct ink_step *step)
{
    if (__builtin_add_overflow(s->multiply_adds, work_of(step), &s->multiply_adds)) s->multiply_adds = UINT64_MAX;
}

/* The pool; or none, where a step is so short that handing it out takes longer. */
static struct ink_parallel *threads_for(const struct ink_session *s, const struct ink_step *step)
{
    enum {
        WORTH_THREADS = 1000000 /* multiply-adds: some 20 us */,
        ELEMENT = 8 /* what one costs that is no product */
    };
    static struct ink_parallel alone = {.threads = 1};
    uint64_t work = work_of(step);
    if (!step->ctx.op->multiply_adds) work = work > UINT64_MAX / ELEMENT ? UINT64_MAX : ELEMENT * work;
    return work < WORTH_THREADS ? &alone : s->shared->parallel;
}

/* The shapes of a step's outputs, where those of its inputs (and the values that it goes by) are known; else it is dynamic. */
static ink_status find_shapes(struct ink_session *s, struct ink_step *step, struct ink_error *err)
{
    struct ink_op_ctx *ctx = &step->ctx;
    ctx->err = err;
    step->dynamic = false;
    bool known = ctx->op->shape != NULL;
    for (int i = 0; i < step->input_count; i++) {
        enum ink_value_state state = step->inputs[i] < 0 ? INK_VALUE_CONSTANT : s->values[step->inputs[i]].state;
        step->in_constant[i] = step->inputs[i] >= 0 && state == INK_VALUE_CONSTANT;
        known &= state != INK_VALUE_DYNAMIC;
    }
    ink_status st = known ? ctx->op->shape(ctx) : INK_E_NEED_DATA;
    if (st == INK_E_NEED_DATA) {
        step->dynamic = true;
        *err = (struct ink_error){0};
        return INK_OK;
    }
    if (!st) st = check_shapes(s, step);
    if (st) return st;
    for (int i = 0; i < ctx->out_count; i++)
        if (step->outputs[i] >= 0) s->values[step->outputs[i]].state = INK_VALUE_PLANNED;
    return INK_OK;
}

/* What a step has packed lies in memory twice: the file's own copy is given back. A step that reads it all the same finds it
 * there again. */
static void forget_packed(const struct ink_session *s, const struct ink_step *step)
{
    enum { WORTH_IT = 1 << 16 };
    const struct ink_view file = s->shared->mapped;
    for (int i = 0; file.len && i < step->ctx.in_count; i++) {
        const struct ink_tensor *t = step->ctx.in[i];
        if (!t || !t->data || !step->in_constant[i]) continue;
        const uint8_t *data = t->data;
        size_t bytes = ink_tensor_bytes(t);
        if (bytes >= WORTH_IT && data >= file.data && data < file.data + file.len)
            ink_file_forget((struct ink_view){data, bytes});
    }
}

static ink_status plan_step(struct ink_session *s, struct ink_step *step, struct ink_error *err)
{
    struct ink_op_ctx *ctx = &step->ctx;
    step->folded = step->dynamic = step->view = step->nothing = false;
    if (ink_plan_can_fold(s, step)) {
        ink_status folded = ink_plan_fold(s, step, &s->plan_arena, err);
        step->folded = !folded;
        if (folded != INK_E_NEED_DATA) return folded;
    }
    ink_status st = find_shapes(s, step, err);
    if (st || step->dynamic) return st;
    count_work(s, step);
    ctx->parallel = threads_for(s, step);
    ctx->scratch_bytes = 0;
    ctx->prepared = NULL;
    ctx->arena = &s->plan_arena;
    st = ctx->op->prepare ? ctx->op->prepare(ctx) : INK_OK;
    ctx->arena = NULL;
    if (!st && ctx->prepared) forget_packed(s, step);
    if (!st && ctx->scratch_bytes > s->scratch_bytes) s->scratch_bytes = ctx->scratch_bytes;
    return st;
}

/* Whether the bytes of such a tensor can be counted. */
static bool can_exist(enum ink_dtype dtype, const struct ink_shape *shape)
{
    size_t count, bytes;
    return ink_dtype_is_container(dtype) || (ink_shape_count(shape, &count) && ink_dtype_bytes(dtype, count, &bytes));
}

/* Folds a step for good, or finds its shapes. */
static ink_status sketch_step(struct ink_session *s, struct ink_step *step, struct ink_error *err)
{
    if (ink_plan_can_fold(s, step)) {
        ink_status st = ink_plan_fold(s, step, &s->arena, err);
        for (int i = 0; !st && i < step->ctx.out_count; i++)
            if (step->outputs[i] >= 0) s->values[step->outputs[i]].weight = true;
        step->removed = !st;
        if (st != INK_E_NEED_DATA) return st;
    }
    return find_shapes(s, step, err);
}

ink_status ink_plan_sketch(struct ink_session *s, struct ink_error *err)
{
    struct ink_error unheard = {0};
    ink_status st = INK_OK;
    for (int i = 0; i < s->graph.input_count; i++) {
        struct ink_value *v = &s->values[s->inputs[i]];
        bool known = !ink_dtype_is_container(v->tensor.dtype) && can_exist(v->tensor.dtype, &v->tensor.shape);
        if (!v->weight && known) v->state = INK_VALUE_PLANNED;
    }
    for (int i = 0; !st && i < s->step_count; i++)
        if (!s->steps[i].removed) st = sketch_step(s, &s->steps[i], &unheard);
    for (int v = 0; v < s->value_count; v++) {
        if (s->values[v].weight) continue;
        s->values[v].shaped = s->values[v].state == INK_VALUE_PLANNED;
        s->values[v].state = INK_VALUE_DYNAMIC;
        s->values[v].tensor.data = NULL;
    }
    return st == INK_E_OOM ? ink_fail(err, st, "%s", unheard.text) : INK_OK;
}

/* --- places in the block --- */

/* What is free below `end`, sorted by offset, neighbours joined. */
struct hole {
    size_t offset, bytes;
};

enum { HOLES_MAX = 1024 }; /* each is looked at for each value; what does not fit is only lost */

struct layout {
    struct hole *holes;
    int count, room;
    size_t end;
};

static size_t round_up(size_t bytes)
{
    return bytes ? (bytes + INK_ARENA_ALIGN - 1) & ~(size_t)(INK_ARENA_ALIGN - 1) : INK_ARENA_ALIGN;
}

/* The smallest hole that is large enough, else more of the block. */
static size_t take(struct layout *l, size_t bytes)
{
    int best = -1;
    for (int i = 0; i < l->count; i++)
        if (l->holes[i].bytes >= bytes && (best < 0 || l->holes[i].bytes < l->holes[best].bytes)) best = i;
    if (best >= 0) {
        size_t offset = l->holes[best].offset;
        l->holes[best].offset += bytes;
        l->holes[best].bytes -= bytes;
        if (!l->holes[best].bytes) {
            l->count--;
            memmove(&l->holes[best], &l->holes[best + 1], (size_t)(l->count - best) * sizeof *l->holes);
        }
        return offset;
    }
    /* a hole that reaches the end grows with it */
    if (l->count && l->holes[l->count - 1].offset + l->holes[l->count - 1].bytes == l->end) {
        size_t offset = l->holes[--l->count].offset;
        l->end = offset + bytes;
        return offset;
    }
    size_t offset = l->end;
    l->end += bytes;
    return offset;
}

static void give_back(struct layout *l, size_t offset, size_t bytes)
{
    int at = 0;
    while (at < l->count && l->holes[at].offset < offset) at++;
    bool joins_before = at > 0 && l->holes[at - 1].offset + l->holes[at - 1].bytes == offset;
    bool joins_after = at < l->count && offset + bytes == l->holes[at].offset;
    if (joins_before && joins_after) {
        l->holes[at - 1].bytes += bytes + l->holes[at].bytes;
        l->count--;
        memmove(&l->holes[at], &l->holes[at + 1], (size_t)(l->count - at) * sizeof *l->holes);
    } else if (joins_before) {
        l->holes[at - 1].bytes += bytes;
    } else if (joins_after) {
        l->holes[at].offset = offset;
        l->holes[at].bytes += bytes;
    } else if (l->count < l->room) {
        memmove(&l->holes[at + 1], &l->holes[at], (size_t)(l->count - at) * sizeof *l->holes);
        l->holes[at] = (struct hole){offset, bytes};
        l->count++;
    }
}

/* The last step that uses each value; outputs are used by the caller, behind all steps. */
static void find_last_uses(const struct ink_session *s, int *last)
{
    for (int v = 0; v < s->value_count; v++) last[v] = s->values[v].is_output ? s->step_count : s->values[v].producer;
    for (int i = 0; i < s->step_count; i++)
        for (int k = 0; !s->steps[i].removed && !s->steps[i].folded && k < s->steps[i].input_count; k++) {
            int v = s->steps[i].inputs[k];
            if (v >= 0 && last[v] < i) last[v] = i;
        }
}

static void move_in(struct ink_session *s, int value, int home, int last)
{
    s->values[value].home = home;
    if (s->values[home].last_step < last) s->values[home].last_step = last;
}

/* A value whose bytes the first output of step i may take over, or -1. */
static int find_place_of_input(struct ink_session *s, int i)
{
    const struct ink_step *step = &s->steps[i];
    const struct ink_tensor *out = step->ctx.out[0];
    for (int k = 0; k < step->ctx.in_count; k++) {
        int v = step->inputs[k];
        if (v < 0 || s->values[v].state != INK_VALUE_PLANNED) continue;
        const struct ink_value *home = &s->values[s->values[v].home];
        if (home->in_block && home->last_step == i && s->values[v].tensor.dtype == out->dtype &&
            ink_tensor_bytes(&s->values[v].tensor) == ink_tensor_bytes(out) &&
            ink_tensor_bytes(out) == ink_tensor_bytes(&home->tensor))
            return s->values[v].home;
    }
    return -1;
}

static void place_outputs(struct ink_session *s, int i, const int *last, struct layout *l)
{
    struct ink_step *step = &s->steps[i];
    for (int k = 0; k < step->ctx.out_count; k++) {
        int v = step->outputs[k];
        if (v < 0) continue;
        int from = step->ctx.in_count && k == 0 ? step->inputs[0] : -1;
        if (k == 0 && step->ctx.op->flags & INK_OP_VIEW && from >= 0 &&
            ink_tensor_bytes(&s->values[from].tensor) == ink_tensor_bytes(&s->values[v].tensor)) {
            step->view = step->nothing = true;
            move_in(s, v, s->values[from].home, last[v]);
            continue;
        }
        int home = k == 0 && step->ctx.op->flags & INK_OP_INPLACE ? find_place_of_input(s, i) : -1;
        if (home >= 0) {
            move_in(s, v, home, last[v]);
            continue;
        }
        struct ink_value *value = &s->values[v];
        step->nothing = false;
        value->in_block = true;
        value->last_step = last[v];
        value->offset = take(l, round_up(ink_tensor_bytes(&value->tensor)));
    }
}

static void free_places(struct ink_session *s, int i, struct layout *l)
{
    const struct ink_step *step = &s->steps[i];
    for (int k = 0; k < step->input_count + step->ctx.out_count; k++) {
        int v = k < step->input_count ? step->inputs[k] : step->outputs[k - step->input_count];
        if (v < 0 || s->values[v].state != INK_VALUE_PLANNED) continue;
        struct ink_value *home = &s->values[s->values[v].home];
        if (!home->in_block || home->last_step != i) continue;
        home->last_step = -1; /* given back once */
        give_back(l, home->offset, round_up(ink_tensor_bytes(&home->tensor)));
    }
}

static ink_status lay_out(struct ink_session *s, struct ink_error *err)
{
    int *last = INK_ARENA_ARRAY(&s->plan_arena, int, (size_t)s->value_count);
    struct layout l = {.room = s->value_count < HOLES_MAX ? s->value_count + 1 : HOLES_MAX};
    l.holes = INK_ARENA_ARRAY(&s->plan_arena, struct hole, (size_t)l.room);
    if (!last || !l.holes) return ink_fail(err, INK_E_OOM, "the plan does not fit into memory");
    find_last_uses(s, last);
    for (int v = 0; v < s->value_count; v++) {
        s->values[v].home = v;
        s->values[v].in_block = false;
        s->values[v].last_step = last[v];
    }
    for (int i = 0; i < s->step_count; i++) {
        if (s->steps[i].removed || s->steps[i].folded) continue;
        if (!s->steps[i].dynamic) place_outputs(s, i, last, &l);
        free_places(s, i, &l);
    }
    size_t scratch;
    s->scratch_offset = l.end;
    if (!ink_mul_size(round_up(s->scratch_bytes), (size_t)s->shared->parallel->threads, &scratch) ||
        !ink_add_size(l.end, scratch, &s->block_bytes) || s->block_bytes > s->shared->budget.cap_bytes)
        return ink_fail(err, INK_E_OOM, "a run wants %zu MB for values between the nodes, the limit is %zu MB",
                        l.end >> 20, s->shared->budget.cap_bytes >> 20);
    return INK_OK;
}

/* Pages come when they are written, so a plan alone costs little. */
static ink_status take_block(struct ink_session *s, struct ink_error *err)
{
    s->block = ink_arena_alloc(&s->plan_arena, s->block_bytes, INK_ARENA_ALIGN);
    if (!s->block)
        return ink_fail(err, INK_E_OOM, "a run wants %zu MB, the limit is %zu MB", s->block_bytes >> 20,
                        s->shared->budget.cap_bytes >> 20);
    for (int v = 0; v < s->value_count; v++) {
        struct ink_value *value = &s->values[v];
        if (value->state != INK_VALUE_PLANNED) continue;
        const struct ink_value *home = &s->values[value->home];
        value->tensor.data = home->in_block ? s->block + home->offset : home->tensor.data; /* an input's is NULL yet */
    }
    for (int i = 0; i < s->step_count; i++) s->steps[i].ctx.scratch = s->block + s->scratch_offset;
    return INK_OK;
}

void ink_plan_drop(struct ink_session *s)
{
    s->planned = false;
    s->block = NULL;
    s->block_bytes = s->scratch_bytes = 0;
    s->multiply_adds = 0;
    for (struct ink_step_body *b = s->bodies; b; b = b->next) ink_plan_drop(&b->session); /* they knew our constants */
    ink_arena_cleanup(&s->run_arena);
    ink_arena_cleanup(&s->plan_arena);
    for (int v = 0; v < s->value_count; v++) {
        if (s->values[v].weight) continue;
        s->values[v].state = INK_VALUE_DYNAMIC;
        s->values[v].tensor.data = NULL; /* what has data during planning is taken for known */
    }
}

/* While a model is loaded, what is wrong with one step is put down, and those that do not depend on it are looked at too:
 * its outputs stay dynamic. */
static ink_status plan_steps(struct ink_session *s, struct ink_error *err)
{
    for (int i = 0; i < s->step_count; i++) {
        ink_status st = s->steps[i].removed ? INK_OK : plan_step(s, &s->steps[i], err);
        if (!st) continue;
        if (!s->loading || (st != INK_E_MODEL && st != INK_E_UNSUPPORTED)) return st;
        ink_problem_add(&s->shared->problems, st, s->steps[i].ctx.node, "%s", err->text);
    }
    return s->loading ? ink_problems_error(&s->shared->problems, err) : INK_OK;
}

/* A body's constants may be those of the plan outside, which drops this one too. */
static ink_status bind_inputs(struct ink_session *s, struct ink_error *err)
{
    s->bound = INK_ARENA_ARRAY(&s->plan_arena, struct ink_given, (size_t)s->graph.input_count);
    if (!s->bound) return ink_fail(err, INK_E_OOM, "the plan does not fit into memory");
    for (int i = 0; i < s->graph.input_count; i++) {
        struct ink_value *v = &s->values[s->inputs[i]];
        const struct ink_shape *shape = &s->given[i].tensor.shape;
        char text[INK_SHAPE_TEXT_MAX];
        if (!can_exist(v->tensor.dtype, shape))
            return ink_fail(err, INK_E_LIMIT, "input %.*s %s is larger than memory can be", INK_VIEW_ARGS(v->name),
                            ink_shape_text(shape, text));
        s->bound[i] = s->given[i];
        if (v->weight) continue;
        v->tensor.shape = s->given[i].tensor.shape;
        v->tensor.data = s->given[i].constant ? s->given[i].tensor.data : NULL;
        v->state = s->given[i].constant                      ? INK_VALUE_CONSTANT
                   : ink_dtype_is_container(v->tensor.dtype) ? INK_VALUE_DYNAMIC
                                                             : INK_VALUE_PLANNED;
    }
    return INK_OK;
}

ink_status ink_plan_make(struct ink_session *s, struct ink_error *err)
{
    struct ink_error unheard = {0};
    if (!err) err = &unheard;
    ink_plan_drop(s);
    ink_status st = bind_inputs(s, err);
    if (!st) st = plan_steps(s, err);
    if (!st) st = lay_out(s, err);
    if (!st) st = take_block(s, err);
    s->planned = !st;
    return st;
}
