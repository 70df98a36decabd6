/* SPDX-License-Identifier: MIT */
#include "cli/statistics.h"

#include <math.h>

void ink_wilson(size_t right, size_t count, double *low, double *high)
{
    *low = 0;
    *high = 1;
    if (!count) return;
    double n = (double)count, p = (double)right / n, z = 1.959964;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = fmax(0, middle - half);
    *high = fmin(1, middle + half);
}

double ink_mcnemar(size_t first_only, size_t second_only)
{
    size_t fewer = first_only < second_only ? first_only : second_only, both = first_only + second_only;
    double n = (double)both, tail = 0;
    /* the sum over k of C(n, k) / 2^n, in logarithms because C(n, k) leaves a double's range at n = 1030 */
    for (size_t k = 0; k <= fewer; k++)
        tail += exp(lgamma(n + 1) - lgamma((double)k + 1) - lgamma(n - (double)k + 1) - n * M_LN2);
    return fmin(1, 2 * tail);
}

uint64_t ink_quantile(const uint64_t *sorted, size_t count, double share)
{
    size_t rank = (size_t)ceil(share * (double)count);
    return sorted[rank ? (rank < count ? rank : count) - 1 : 0];
}
