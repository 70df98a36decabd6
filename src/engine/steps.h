/* SPDX-License-Identifier: MIT */
/* steps.h - a model inside the engine: values, and the steps that make them in order. Private to this module.
 *
 * A node with bodies is a step whose bodies are sessions like the model itself (body.h); what they share is struct ink_shared.
 *
 *   check.c   model -> steps with their operators, types known       (load)
 *   passes.c  steps -> fewer steps (fuse.c, widen.c)                (load)
 *   plan.c    shapes of the inputs -> all shapes, constants folded, places in one block, weights packed
 *   run.c     goes through the plan */
#ifndef INK_ENGINE_STEPS_H
#define INK_ENGINE_STEPS_H

#include "engine/session.h"
#include "onnx/graph.h"
#include "ops/table.h"

/* What is known of a value, from less to more. */
enum ink_value_state {
    INK_VALUE_DYNAMIC,  /* its shape comes with the run */
    INK_VALUE_PLANNED,  /* shape known; its place is in the block, or the caller's for an input */
    INK_VALUE_CONSTANT, /* values known: a weight, or folded */
};

struct ink_value {
    struct ink_tensor tensor; /* operators hold pointers to this */
    struct ink_view name;
    enum ink_value_state state;
    bool weight; /* constant since load; plans do not change it */
    bool shaped; /* its shape is known since load, and is the same in every plan */
    bool is_input;
    bool is_output;
    int producer; /* step; -1 for inputs and weights */

    /* of the plan */
    int home;      /* the value in whose bytes this one lies: itself, or what it is a view of, or runs in place on */
    int last_step; /* of a home: where the last value that lies in it is used; the step count for outputs */
    size_t offset; /* of a home that is in the block */
    bool in_block;
};

struct ink_step {
    struct ink_op_ctx ctx; /* in and out point to values' tensors; arguments left out are NULL */
    int *inputs;           /* value numbers, -1 where left out */
    int input_count;       /* ctx.in_count, then what its bodies take from outside: ctx.in is as long */
    int *outputs;
    bool *in_constant;
    bool removed; /* by a pass */

    /* of the plan */
    bool folded;
    bool dynamic; /* shape, prepare and memory at run time */
    bool view;    /* out[0] lies in in[0]'s bytes */
    bool nothing; /* ... and there is no other output: nothing to run */
};

/* What a session has in common with the sessions of its bodies. */
struct ink_shared {
    struct ink_budget budget; /* all memory that they take */
    struct ink_model model;
    struct ink_problems problems;
    struct ink_parallel *parallel; /* never NULL once loaded */
    struct ink_view mapped;        /* the file, where it is a mapping; else empty */
    uint64_t deadline_us;          /* of this run; 0: none */
    uint64_t body_runs;            /* in this run */
    uint64_t fold_work;            /* multiply-adds spent on folding since the last run or plan began */
    int folding;                   /* above 0: what runs now is being folded */
};

/* What a plan or a run is for: an input's type and shape, and its data in a run or where it is constant. */
struct ink_given {
    struct ink_tensor tensor;
    bool constant; /* the data stays what it is while the plan does */
};

struct ink_session {
    struct ink_shared *shared;
    struct ink_arena arena; /* graph, weights that had to be copied, attributes */
    struct ink_graph graph;
    bool is_body;
    bool refused;
    bool loading; /* problems are collected */
    bool random;  /* a second run gives other values */
    struct ink_step_body *bodies;

    struct ink_value *values;
    int value_count, value_room; /* passes may make new ones */
    struct ink_step *steps;
    int step_count;
    int *inputs, *outputs;
    struct ink_value_info *input_infos, *output_infos;

    struct ink_given *given; /* for each input: what the next plan or run is for */

    /* the plan for the last shapes */
    struct ink_arena plan_arena; /* folded values, packed weights */
    bool planned;
    struct ink_given *bound; /* the inputs that it is for: data of constant ones only */
    uint8_t *block;          /* intermediate values, then scratch */
    size_t block_bytes, scratch_offset, scratch_bytes;
    uint64_t multiply_adds;

    struct ink_arena run_arena; /* dynamic values; reset at each run */
};

/* session.c: arenas, and all that hangs on a session but itself. shared is set. */
void ink_session_init(struct ink_session *s);
void ink_session_cleanup(struct ink_session *s);

/* check.c: fills values and steps from the resolved graph, finds operators and types; problems are collected. A body's inputs are
 * what s->given says. */
ink_status ink_steps_make(struct ink_session *s, struct ink_error *err);

/* One more value, a weight with these bytes, or -1: out of memory. For passes. */
int ink_steps_add_weight(struct ink_session *s, const struct ink_tensor *tensor, const char *name);

/* Replaces a step by one of operator `op` (which must exist) with these inputs; its outputs stay. Loads its attributes. */
ink_status ink_steps_replace(struct ink_session *s, struct ink_step *step, const struct ink_node *node,
                             const struct ink_op *op, const int *inputs, int input_count, struct ink_error *err);

/* Points the contexts at the values again, after passes changed numbers. */
void ink_steps_connect(struct ink_session *s, struct ink_step *step);

/* passes.c */
ink_status ink_passes_run(struct ink_session *s, struct ink_error *err);

/* run.c: whether the plan is for s->given; a run of s->given, planned first where it is not. */
bool ink_run_is_planned(const struct ink_session *s);
ink_status ink_run_given(struct ink_session *s, struct ink_tensor *outputs, struct ink_error *err);

/* run.c: INK_E_ARGUMENT where a shape contradicts what the model declares for input i. */
ink_status ink_run_check_shape(const struct ink_session *s, int i, const struct ink_shape *shape,
                               struct ink_error *err);

/* plan.c: a plan for s->given */
ink_status ink_plan_make(struct ink_session *s, struct ink_error *err);
void ink_plan_drop(struct ink_session *s);

/* Runs a step whose inputs are all constant; its outputs become constant, in `arena`. INK_E_NEED_DATA where that would take
 * more time or memory than it is worth: it is then left to the run. */
ink_status ink_plan_fold(struct ink_session *s, struct ink_step *step, struct ink_arena *arena, struct ink_error *err);

/* Whether folding may cost so much more. */
bool ink_plan_affordable(struct ink_shared *shared, uint64_t work);

/* For a model whose inputs have declared shapes, once, before the passes: folds what these shapes decide, and finds the shapes
 * of all other values that follow from them (ink_value.shaped). What does not fit together is left to the plan to say.
 * INK_E_OOM. */
ink_status ink_plan_sketch(struct ink_session *s, struct ink_error *err);

/* Whether a step can be folded now. */
bool ink_plan_can_fold(const struct ink_session *s, const struct ink_step *step);

/* Shape, memory from `arena`, packing and run of one step: folded ones and those whose shapes come with the run. */
ink_status ink_plan_run_apart(struct ink_session *s, struct ink_step *step, struct ink_arena *arena,
                              struct ink_error *err);

/* threads.c: a pool, or NULL when out of memory. threads >= 1. */
struct ink_parallel *ink_threads_new(int threads);
void ink_threads_free(struct ink_parallel *parallel);

#endif
