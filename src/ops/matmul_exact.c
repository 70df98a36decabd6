/* SPDX-License-Identifier: MIT */
/* Products in double and in integers: three loops, one text for all types. Signed integers are multiplied as unsigned
 * ones, which gives the same bits and may wrap. */
#include "ops/matmul.h"

#include <assert.h>

#define PRODUCT(T)                                                                                                     \
    static void product_##T(const struct ink_exact_product *p)                                                         \
    {                                                                                                                  \
        const T *a = p->a, *b = p->b;                                                                                  \
        T *c = p->c;                                                                                                   \
        for (size_t i = 0; i < p->m; i++, c += p->n) {                                                                 \
            for (size_t j = 0; j < p->n; j++) c[j] = 0;                                                                \
            for (size_t q = 0; q < p->k; q++) {                                                                        \
                T x = a[i * p->a_row + q * p->a_col];                                                                  \
                for (size_t j = 0; j < p->n; j++) c[j] += x * b[q * p->b_row + j * p->b_col];                          \
            }                                                                                                          \
        }                                                                                                              \
    }
PRODUCT(double)
PRODUCT(uint32_t)
PRODUCT(uint64_t)

void ink_exact_matmul(enum ink_dtype dtype, const struct ink_exact_product *product)
{
    switch (dtype) {
    case INK_DOUBLE: product_double(product); return;
    case INK_INT32:
    case INK_UINT32: product_uint32_t(product); return;
    default: assert(dtype == INK_INT64 || dtype == INK_UINT64); product_uint64_t(product);
    }
}
