/* SPDX-License-Identifier: MIT */
/* ort.h - ONNX Runtime through its C interface, from a library that is found when the test runs.
 *
 * The interface is a table of functions whose order never changes (onnxruntime_c_api.h: new ones come at its end), so
 * those that are wanted are called by their places. */
#ifndef INK_TESTS_ORT_H
#define INK_TESTS_ORT_H

#include "base/arena.h"
#include "onnx/tensor.h"

struct ort;

/* The library from npm's onnxruntime-node under $INK_BUILD/npm*, or $INK_ONNXRUNTIME. NULL where there is none: *why says so. */
struct ort *ort_new(const char **why);
void ort_free(struct ort *ort);

/* Runs a model: inputs x0, x1, ..., outputs y0, y1, ..., tensors without strings. The answers live in the arena. False where
 * it does not run the model: `why` says so. */
bool ort_run(struct ort *ort, struct ink_view model, const struct ink_tensor *inputs, int input_count,
             struct ink_tensor *outputs, int output_count, struct ink_arena *arena, char why[256]);

#endif
