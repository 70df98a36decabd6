/* SPDX-License-Identifier: MIT */
/* compare.h - whether a tensor is what it should be, as ONNX's own test runner compares (numpy.testing.assert_allclose). */
#ifndef INK_TESTS_COMPARE_H
#define INK_TESTS_COMPARE_H

#include "onnx/tensor.h"

/* Same type and same shape. */
ink_status ink_compare_kinds(const struct ink_tensor *have, const struct ink_tensor *wanted, struct ink_error *err);

/* Same type, same shape, and every element within atol + rtol * |wanted|; strings, bools and integers are equal, and what is
 * in containers compares so.
 * What differs first goes to err (INK_E_CHANGED). */
ink_status ink_compare_tensors(const struct ink_tensor *have, const struct ink_tensor *wanted, double rtol, double atol,
                               struct ink_error *err);

#endif
