/* SPDX-License-Identifier: MIT */
/* dtype.h - the element types of ONNX (onnx.proto, TensorProto.DataType), in its own numbering. */
#ifndef INK_ONNX_DTYPE_H
#define INK_ONNX_DTYPE_H

#include "base/status.h"

/* name, number in onnx.proto, bits an element, ONNX's word. Elements under 8 bits are packed, the first one in the low
 * bits; a string is a struct ink_view. */
#define INK_DTYPE_MAP(X)                                                                                               \
    X(FLOAT, 1, 32, "float")                                                                                           \
    X(UINT8, 2, 8, "uint8")                                                                                            \
    X(INT8, 3, 8, "int8")                                                                                              \
    X(UINT16, 4, 16, "uint16")                                                                                         \
    X(INT16, 5, 16, "int16")                                                                                           \
    X(INT32, 6, 32, "int32")                                                                                           \
    X(INT64, 7, 64, "int64")                                                                                           \
    X(STRING, 8, 128, "string")                                                                                        \
    X(BOOL, 9, 8, "bool")                                                                                              \
    X(FLOAT16, 10, 16, "float16")                                                                                      \
    X(DOUBLE, 11, 64, "double")                                                                                        \
    X(UINT32, 12, 32, "uint32")                                                                                        \
    X(UINT64, 13, 64, "uint64")                                                                                        \
    X(COMPLEX64, 14, 64, "complex64")                                                                                  \
    X(COMPLEX128, 15, 128, "complex128")                                                                               \
    X(BFLOAT16, 16, 16, "bfloat16")                                                                                    \
    X(FLOAT8E4M3FN, 17, 8, "float8e4m3fn")                                                                             \
    X(FLOAT8E4M3FNUZ, 18, 8, "float8e4m3fnuz")                                                                         \
    X(FLOAT8E5M2, 19, 8, "float8e5m2")                                                                                 \
    X(FLOAT8E5M2FNUZ, 20, 8, "float8e5m2fnuz")                                                                         \
    X(UINT4, 21, 4, "uint4")                                                                                           \
    X(INT4, 22, 4, "int4")                                                                                             \
    X(FLOAT4E2M1, 23, 4, "float4e2m1")                                                                                 \
    X(FLOAT8E8M0, 24, 8, "float8e8m0")                                                                                 \
    X(UINT2, 25, 2, "uint2")                                                                                           \
    X(INT2, 26, 2, "int2")

enum ink_dtype {
    INK_DTYPE_NONE = 0,
#define X(name, number, bits, word) INK_##name = number,
    INK_DTYPE_MAP(X)
#undef X
        INK_DTYPE_END,

    /* What is not a tensor is one of tensors (tensor.h): these, together with the type of the tensors in it. An optional
     * of a sequence has both bits. The type beside a map's bit is that of its values. */
    INK_SEQUENCE = 1 << 5,
    INK_OPTIONAL = 1 << 6,
    INK_MAP_INT64 = 1 << 7, /* with keys of int64 */
    INK_MAP_STRING = 1 << 8,
    INK_DTYPE_CONTAINERS = INK_SEQUENCE | INK_OPTIONAL | INK_MAP_INT64 | INK_MAP_STRING
};

/* A set of types: bit n stands for type number n, and one bit each for all sequences, maps (and sequences of them), optionals. */
typedef uint32_t ink_dtypes;
#define INK_TYPES_SEQUENCE ((ink_dtypes)1 << 28)
#define INK_TYPES_MAP      ((ink_dtypes)1 << 29)
#define INK_TYPES_OPTIONAL ((ink_dtypes)1 << 30)
#define INK_DTYPE_BIT(dtype)                                                                                           \
    ((dtype)&INK_OPTIONAL                         ? INK_TYPES_OPTIONAL                                                 \
     : (dtype) & (INK_MAP_INT64 | INK_MAP_STRING) ? INK_TYPES_MAP                                                      \
     : (dtype)&INK_SEQUENCE                       ? INK_TYPES_SEQUENCE                                                 \
                                                  : (ink_dtypes)1 << ((dtype)&31))

#define INK_TYPES_FLOAT                                                                                                \
    (INK_DTYPE_BIT(INK_FLOAT) | INK_DTYPE_BIT(INK_DOUBLE) | INK_DTYPE_BIT(INK_FLOAT16) | INK_DTYPE_BIT(INK_BFLOAT16))
#define INK_TYPES_SIGNED                                                                                               \
    (INK_DTYPE_BIT(INK_INT8) | INK_DTYPE_BIT(INK_INT16) | INK_DTYPE_BIT(INK_INT32) | INK_DTYPE_BIT(INK_INT64))
#define INK_TYPES_UNSIGNED                                                                                             \
    (INK_DTYPE_BIT(INK_UINT8) | INK_DTYPE_BIT(INK_UINT16) | INK_DTYPE_BIT(INK_UINT32) | INK_DTYPE_BIT(INK_UINT64))
#define INK_TYPES_INTEGER   (INK_TYPES_SIGNED | INK_TYPES_UNSIGNED)
#define INK_TYPES_NUMBER    (INK_TYPES_FLOAT | INK_TYPES_INTEGER)
#define INK_TYPES_INDEX     (INK_DTYPE_BIT(INK_INT32) | INK_DTYPE_BIT(INK_INT64))
#define INK_TYPES_ALL       (((ink_dtypes)1 << INK_DTYPE_END) - 2) /* of tensors: every one, strings too */
#define INK_TYPES_CONTAINER (INK_TYPES_SEQUENCE | INK_TYPES_MAP | INK_TYPES_OPTIONAL)

/* ONNX's word, "float" or "seq(float)"; "undefined" for a number that is none. Never NULL. */
const char *ink_dtype_word(enum ink_dtype dtype);

/* Bits an element, 0 for a number that is none; of containers those of a struct ink_tensor. */
unsigned ink_dtype_bits(enum ink_dtype dtype);

static inline bool ink_dtype_valid(int64_t number)
{
    return number > INK_DTYPE_NONE && number < INK_DTYPE_END;
}

static inline bool ink_dtype_is_container(enum ink_dtype dtype)
{
    return (dtype & INK_DTYPE_CONTAINERS) != 0;
}

/* The type of a container of what has this type: INK_SEQUENCE of float is seq(float). NONE where ONNX has no such type (a
 * sequence of sequences), or where dtype is NONE. */
enum ink_dtype ink_dtype_wrap(enum ink_dtype dtype, enum ink_dtype container);

/* A type without a container's bits: what is inside. */
static inline enum ink_dtype ink_dtype_inside(enum ink_dtype dtype, enum ink_dtype container)
{
    return (enum ink_dtype)(dtype & ~container);
}

#endif
