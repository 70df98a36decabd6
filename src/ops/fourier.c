/* SPDX-License-Identifier: MIT */
#include "ops/fourier.h"

#include <math.h>

static struct ink_complex multiply(struct ink_complex a, struct ink_complex b)
{
    return (struct ink_complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/* exp(-2 pi i k / n) */
static struct ink_complex root(size_t k, size_t n)
{
    double angle = -2 * M_PI * (double)k / (double)n;
    return (struct ink_complex){cos(angle), sin(angle)};
}

/* In the order of their bits read backwards. */
static void shuffle(size_t m, struct ink_complex *x)
{
    for (size_t i = 1, j = 0; i < m; i++) {
        size_t bit = m >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i >= j) continue;
        struct ink_complex swap = x[i];
        x[i] = x[j];
        x[j] = swap;
    }
}

/* A power of two, in place. */
static void transform(size_t m, const struct ink_complex *roots, struct ink_complex *x)
{
    shuffle(m, x);
    for (size_t half = 1; half < m; half *= 2)
        for (size_t start = 0; start < m; start += 2 * half)
            for (size_t k = 0; k < half; k++) {
                struct ink_complex *even = &x[start + k], *odd = &x[start + k + half];
                struct ink_complex part = multiply(*odd, roots[k * (m / (2 * half))]);
                *odd = (struct ink_complex){even->re - part.re, even->im - part.im};
                *even = (struct ink_complex){even->re + part.re, even->im + part.im};
            }
}

ink_status ink_fourier_plan(size_t n, struct ink_arena *arena, struct ink_fourier *plan)
{
    bool direct = (n & (n - 1)) == 0;
    size_t m = 1;
    while (m < (direct ? n : 2 * n - 1)) m *= 2;
    struct ink_complex *roots = INK_ARENA_ARRAY(arena, struct ink_complex, m / 2 + 1);
    *plan = (struct ink_fourier){.n = n, .m = m, .roots = roots};
    if (!roots) return INK_E_OOM;
    for (size_t k = 0; k < m / 2; k++) roots[k] = root(k, m);
    if (direct) return INK_OK;
    struct ink_complex *chirp = INK_ARENA_ARRAY(arena, struct ink_complex, n);
    struct ink_complex *turned = INK_ARENA_ARRAY(arena, struct ink_complex, m);
    if (!chirp || !turned) return INK_E_OOM;
    for (size_t k = 0; k < n; k++) {
        chirp[k] = root(k * k % (2 * n), 2 * n);
        struct ink_complex conjugate = {chirp[k].re / (double)m, -chirp[k].im / (double)m};
        turned[k] = conjugate;
        if (k) turned[m - k] = conjugate;
    }
    transform(m, roots, turned);
    plan->chirp = chirp;
    plan->turned = turned;
    return INK_OK;
}

/* Bluestein: k n is (k^2 + n^2 - (k - n)^2) / 2, so that the sum is a convolution with the chirp. */
static void convolve(const struct ink_fourier *plan, struct ink_complex *x, struct ink_complex *scratch)
{
    for (size_t i = 0; i < plan->m; i++)
        scratch[i] = i < plan->n ? multiply(x[i], plan->chirp[i]) : (struct ink_complex){0, 0};
    transform(plan->m, plan->roots, scratch);
    for (size_t i = 0; i < plan->m; i++) {
        scratch[i] = multiply(scratch[i], plan->turned[i]);
        scratch[i].im = -scratch[i].im; /* backwards is forwards between conjugates */
    }
    transform(plan->m, plan->roots, scratch);
    for (size_t i = 0; i < plan->n; i++)
        x[i] = multiply((struct ink_complex){scratch[i].re, -scratch[i].im}, plan->chirp[i]);
}

void ink_fourier(const struct ink_fourier *plan, bool backwards, struct ink_complex *x, struct ink_complex *scratch)
{
    for (size_t i = 0; backwards && i < plan->n; i++) x[i].im = -x[i].im;
    if (plan->chirp)
        convolve(plan, x, scratch);
    else
        transform(plan->m, plan->roots, x);
    for (size_t i = 0; backwards && i < plan->n; i++) x[i].im = -x[i].im;
}
