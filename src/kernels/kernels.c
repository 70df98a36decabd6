/* SPDX-License-Identifier: MIT */
#include "kernels/kernels.h"

static const struct ink_kernels PLAIN = {
#define X(field, plain, avx2) .field = plain,
    INK_KERNEL_MAP(X)
#undef X
};

#ifdef INK_HAVE_AVX2
static const struct ink_kernels AVX2 = {
#define X(field, plain, avx2) .field = avx2,
    INK_KERNEL_MAP(X)
#undef X
};
#endif

const struct ink_kernels *ink_kernels_at(enum ink_cpu level)
{
    switch (level) {
#ifdef INK_HAVE_AVX2
    case INK_CPU_AVX512:
    case INK_CPU_AVX2: return &AVX2;
#endif
    default: return &PLAIN;
    }
}

const struct ink_kernels *ink_kernels(void)
{
    return ink_kernels_at(ink_cpu_level());
}
