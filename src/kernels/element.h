/* SPDX-License-Identifier: MIT */
/* element.h - the element types that arithmetic is done in. Half floats and bfloat16 come as float (convert.h), bool as
 * uint8_t of 0 and 1. */
#ifndef INK_KERNELS_ELEMENT_H
#define INK_KERNELS_ELEMENT_H

#include <stddef.h>
#include <stdint.h>

/* name, C type */
#define INK_ELEMENT_FLOAT_MAP(X)                                                                                       \
    X(F32, float)                                                                                                      \
    X(F64, double)
#define INK_ELEMENT_SIGNED_MAP(X)                                                                                      \
    X(I8, int8_t)                                                                                                      \
    X(I16, int16_t)                                                                                                    \
    X(I32, int32_t)                                                                                                    \
    X(I64, int64_t)
#define INK_ELEMENT_UNSIGNED_MAP(X)                                                                                    \
    X(U8, uint8_t)                                                                                                     \
    X(U16, uint16_t)                                                                                                   \
    X(U32, uint32_t)                                                                                                   \
    X(U64, uint64_t)
#define INK_ELEMENT_MAP(X) INK_ELEMENT_FLOAT_MAP(X) INK_ELEMENT_SIGNED_MAP(X) INK_ELEMENT_UNSIGNED_MAP(X)

enum ink_element {
#define X(name, type) INK_ELEMENT_##name,
    INK_ELEMENT_MAP(X)
#undef X
        INK_ELEMENT_COUNT,
    INK_ELEMENT_NONE = INK_ELEMENT_COUNT
};

/* In front of a loop whose iterations do not depend on each other, even where an output lies exactly on an input: the
 * compiler need not prove it before it uses vectors. */
#if defined(__clang__)
#define INK_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INK_INDEPENDENT _Pragma("GCC ivdep")
#endif

#endif
