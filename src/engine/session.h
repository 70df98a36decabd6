/* SPDX-License-Identifier: MIT */
/* session.h - a model that can run.
 *
 *   ink_session_new    bytes of model.onnx -> checked, folded, fused; planned where every shape is known
 *   ink_session_run    input tensors -> output tensors; plans again when the shapes of the inputs change
 *
 * A model is refused when it is loaded, with everything that stands against it, or it is right. A session is used by one
 * thread at a time; different sessions do not know of each other. */
#ifndef INK_ENGINE_SESSION_H
#define INK_ENGINE_SESSION_H

#include "onnx/model.h"
#include "onnx/problem.h"
#include "onnx/tensor.h"

struct ink_session;

struct ink_session_options {
    int threads;             /* 0 and 1: the calling thread alone; more are capped to the CPUs there are */
    size_t memory_cap_bytes; /* for everything that the session takes; 0: 4 GiB */
    const struct ink_external_data *external; /* weights beside the model; NULL: there are none */
    bool no_passes;                           /* run the graph as it was written; for tests */
    bool mapped; /* the bytes are an ink_mapping: weights that were packed need not stay in memory as well */
};

/* What a model costs; known once the shapes are. */
struct ink_figures {
    bool planned;            /* the three below are known */
    uint64_t multiply_adds;  /* one run */
    size_t activation_bytes; /* the block for intermediate values, and scratch */
    int steps;               /* nodes that a run really goes through */
    uint64_t parameters;     /* elements of all initializers, those of bodies too */
    size_t parameter_bytes;
    size_t held_bytes; /* taken from the heap so far, by arenas, plan and packed weights; mapped weights aside */
};

/* Loads a model.
 *
 * bytes    the file; stays the caller's and must stay in place until ink_session_free
 * options  NULL: the default
 * out      also set where the model is refused (INK_E_MODEL, INK_E_UNSUPPORTED), so that its inputs, operators and problems
 *          can be shown; such a session cannot run. NULL only for INK_E_OOM and where the file could not be read at all.
 *
 * err says the first problem and how many more there are. */
INK_NODISCARD ink_status ink_session_new(struct ink_view bytes, const struct ink_session_options *options,
                                         struct ink_session **out, struct ink_error *err);
void ink_session_free(struct ink_session *session); /* NULL is fine */

/* Runs the model.
 *
 * inputs       `input_count` tensors in the order of ink_session_input; borrowed; 16-byte aligned data; what is in
 *              containers is as onnx/tensor.h says, and has data
 * outputs      gets `ink_session_output_count` tensors; their data is the session's (or the caller's input, or a weight)
 *              and stays until the next run
 * deadline_us  on ink_clock_us's clock, looked at between nodes, those of bodies too: INK_E_TIMEOUT; 0: none
 *
 * INK_E_ARGUMENT: an input's type or shape is not what the model wants, said by name. INK_E_MODEL: shapes inside do not
 * fit together. INK_E_OOM: over the memory cap. INK_E_LIMIT: the bodies of its loops ran too often. */
INK_NODISCARD ink_status ink_session_run(struct ink_session *session, const struct ink_tensor *inputs, int input_count,
                                         struct ink_tensor *outputs, uint64_t deadline_us, struct ink_error *err);

/* Plans for inputs of these shapes without running, so that cost and memory are known before. */
INK_NODISCARD ink_status ink_session_bind(struct ink_session *session, const struct ink_shape *shapes, int count,
                                          struct ink_error *err);

/* Plans for the declared shapes, each unknown dimension taken as `unknown`. */
INK_NODISCARD ink_status ink_session_bind_declared(struct ink_session *session, int64_t unknown, struct ink_error *err);

/* The names of inputs that the caller must bring (initializers are not among them) and of outputs, with their declared
 * shapes. Types are those found by inference where the file says nothing, and so are
 * the outputs' shapes where those of all inputs are declared. Live as long as the session. */
int ink_session_input_count(const struct ink_session *session);
int ink_session_output_count(const struct ink_session *session);
const struct ink_value_info *ink_session_input(const struct ink_session *session, int i);
const struct ink_value_info *ink_session_output(const struct ink_session *session, int i);

/* The file as it was read: metadata, opsets, nodes. */
const struct ink_model *ink_session_model(const struct ink_session *session);
const struct ink_problems *ink_session_problems(const struct ink_session *session);
void ink_session_figures(const struct ink_session *session, struct ink_figures *out);

#endif
