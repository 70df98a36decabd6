/* SPDX-License-Identifier: MIT */
#include "onnx/dtype.h"

static const struct {
    const char *word;
    unsigned bits;
} table[INK_DTYPE_END] = {
#define X(name, number, bits, word) [number] = {word, bits},
    INK_DTYPE_MAP(X)
#undef X
};

const char *ink_dtype_word(enum ink_dtype dtype)
{
    return ink_dtype_valid(dtype) ? table[dtype].word : "undefined";
}

unsigned ink_dtype_bits(enum ink_dtype dtype)
{
    return ink_dtype_valid(dtype) ? table[dtype].bits : 0;
}
