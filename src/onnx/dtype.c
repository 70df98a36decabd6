/* SPDX-License-Identifier: MIT */
#include "onnx/dtype.h"

#include "onnx/tensor.h"

static const struct {
    const char *word;
    unsigned bits;
} table[INK_DTYPE_END] = {
#define X(name, number, bits, word) [number] = {word, bits},
    INK_DTYPE_MAP(X)
#undef X
};

/* The containers that there are, and their words for each type. */
static const struct {
    unsigned containers;
    const char *words[INK_DTYPE_END];
} containers[] = {
#define X(name, number, bits, word) [number] = "seq(" word ")",
    {INK_SEQUENCE, {INK_DTYPE_MAP(X)}},
#undef X
#define X(name, number, bits, word) [number] = "optional(" word ")",
    {INK_OPTIONAL, {INK_DTYPE_MAP(X)}},
#undef X
#define X(name, number, bits, word) [number] = "optional(seq(" word "))",
    {INK_OPTIONAL | INK_SEQUENCE, {INK_DTYPE_MAP(X)}},
#undef X
#define X(name, number, bits, word) [number] = "map(int64," word ")",
    {INK_MAP_INT64, {INK_DTYPE_MAP(X)}},
#undef X
#define X(name, number, bits, word) [number] = "map(string," word ")",
    {INK_MAP_STRING, {INK_DTYPE_MAP(X)}},
#undef X
#define X(name, number, bits, word) [number] = "seq(map(int64," word "))",
    {INK_MAP_INT64 | INK_SEQUENCE, {INK_DTYPE_MAP(X)}},
#undef X
#define X(name, number, bits, word) [number] = "seq(map(string," word "))",
    {INK_MAP_STRING | INK_SEQUENCE, {INK_DTYPE_MAP(X)}},
#undef X
};

/* The word for a container's type; NULL where there is no such one. */
static const char *container_word(enum ink_dtype dtype)
{
    enum ink_dtype element = ink_dtype_inside(dtype, INK_DTYPE_CONTAINERS);
    for (size_t i = 0; ink_dtype_valid(element) && i < sizeof containers / sizeof containers[0]; i++)
        if (containers[i].containers == (dtype & INK_DTYPE_CONTAINERS)) return containers[i].words[element];
    return NULL;
}

const char *ink_dtype_word(enum ink_dtype dtype)
{
    const char *word = ink_dtype_is_container(dtype) ? container_word(dtype)
                       : ink_dtype_valid(dtype)      ? table[dtype].word
                                                     : NULL;
    return word ? word : "undefined";
}

enum ink_dtype ink_dtype_wrap(enum ink_dtype dtype, enum ink_dtype container)
{
    /* bits do not say which is outside: what has one of them may only be put into what stands before it here */
    unsigned outer = container == INK_OPTIONAL   ? INK_SEQUENCE
                     : container == INK_SEQUENCE ? INK_MAP_INT64 | INK_MAP_STRING
                                                 : 0;
    enum ink_dtype wrapped = (enum ink_dtype)(dtype | container);
    bool fits = container && !(dtype & INK_DTYPE_CONTAINERS & ~outer);
    return fits && container_word(wrapped) ? wrapped : INK_DTYPE_NONE;
}

unsigned ink_dtype_bits(enum ink_dtype dtype)
{
    if (ink_dtype_is_container(dtype)) return 8 * sizeof(struct ink_tensor);
    return ink_dtype_valid(dtype) ? table[dtype].bits : 0;
}
