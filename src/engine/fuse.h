/* SPDX-License-Identifier: MIT */
/* fuse.h - what the passes share (passes.c, fuse.c, patterns.c, widen.c, layout.c). Private to this module.
 *
 * A pass is a function that looks at one step at a time, in order. Steps stand behind those that make their inputs, so what a
 * pass did to a maker is there when its users are looked at. */
#ifndef INK_ENGINE_FUSE_H
#define INK_ENGINE_FUSE_H

#include "engine/steps.h"

struct ink_pass {
    struct ink_session *s;
    int *uses;    /* of each value: by steps, and one as an output */
    int *instead; /* the value that steps from here on use: itself, or what a removed step passed through */
    struct ink_error *err;
};

bool ink_pass_is_op(const struct ink_step *step, const char *domain, const char *name);

/* The weight that is argument i of a step, or NULL. */
const struct ink_tensor *ink_pass_weight(const struct ink_session *s, const struct ink_step *step, int i);

/* The step that makes a value which nobody else sees, and makes nothing besides; NULL otherwise. */
struct ink_step *ink_pass_only_maker(const struct ink_pass *p, int value);

/* `maker` now makes what `step` made, which is removed. */
void ink_pass_take_over(struct ink_session *s, struct ink_step *maker, struct ink_step *step);

/* INK_E_OOM, said. */
ink_status ink_pass_oom(const struct ink_pass *p);

/* A copy of a node, under another domain and name where these are given, with `more` behind those attributes of its own that
 * have other names. NULL: out of memory. */
struct ink_node *ink_pass_node(struct ink_pass *p, const struct ink_node *from, const char *domain, const char *op_type,
                               const struct ink_attribute *more, int more_count);

/* A new step `op_type` (of ai.onnx 13, with one attribute) from value to value, into *step. */
INK_NODISCARD ink_status ink_pass_new_step(struct ink_pass *p, struct ink_view name, const char *op_type,
                                           const struct ink_attribute *attribute, int from, int to,
                                           struct ink_step *step);

/* Operators that exporters wrote out in steps (patterns.c). */
ink_status ink_find_patterns(struct ink_pass *p, struct ink_step *step);

/* MatMul or Conv by a weight, then Add of a weight for each output: inkling.Gemm, inkling.Conv. */
ink_status ink_fuse_sum(struct ink_pass *p, struct ink_step *step);

/* Conv or Gemm, then Add of a value of the same shape: the fourth input of inkling.Conv or inkling.Gemm. */
ink_status ink_fuse_residual(struct ink_pass *p, struct ink_step *step);

/* Conv, Gemm or inkling.Gemm, then an activation: inkling.Conv or inkling.Gemm with its word. */
ink_status ink_fuse_activation(struct ink_pass *p, struct ink_step *step);

/* float16 computed as float (widen.c). */
ink_status ink_widen(struct ink_pass *p);

/* Convolutions, and what lies between them, in NHWC (layout.c). The last pass: values and steps are other ones afterwards. */
ink_status ink_layout(struct ink_pass *p);

#endif
