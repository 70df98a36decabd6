/* SPDX-License-Identifier: MIT */
/* builtin.h - models/digits.onnx, inside the programs: what answers where a bucket has no model of its own. */
#ifndef INK_MODELS_BUILTIN_H
#define INK_MODELS_BUILTIN_H

#include <stddef.h>

/* Aligned to 64 bytes; read-only. ink_builtin_model_len is 0 where the build had no models/digits.onnx. */
extern const unsigned char ink_builtin_model[];
extern const size_t ink_builtin_model_len;

#endif
