/* SPDX-License-Identifier: MIT */
/* fourier.h - the discrete Fourier transform of any length, in double: X[k] = sum of x[n] exp(-2 pi i k n / N).
 *
 * Powers of two by Cooley and Tukey (1965); other lengths as a convolution of such a one (Bluestein 1970). Each thread that
 * uses a plan brings its own scratch; plans are read-only once made. */
#ifndef INK_OPS_FOURIER_H
#define INK_OPS_FOURIER_H

#include <stdbool.h>

#include "base/arena.h"

struct ink_complex {
    double re, im;
};

enum { INK_FOURIER_MAX = 1 << 22 }; /* the longest */

struct ink_fourier {
    size_t n;
    size_t m;                         /* the power of two that is transformed: n itself, or at least 2 n - 1 */
    const struct ink_complex *roots;  /* [m / 2]: exp(-2 pi i k / m) */
    const struct ink_complex *chirp;  /* [n]: exp(-pi i k^2 / n), where n is no power of two */
    const struct ink_complex *turned; /* [m]: the transform of the chirp's conjugate, over m */
};

/* n: 1 .. INK_FOURIER_MAX. Tables live in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_fourier_plan(size_t n, struct ink_arena *arena, struct ink_fourier *plan);

/* x[n] in place; backwards: with +i, not divided by n. scratch: plan->m long. */
void ink_fourier(const struct ink_fourier *plan, bool backwards, struct ink_complex *x, struct ink_complex *scratch);

#endif
