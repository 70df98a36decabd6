/* SPDX-License-Identifier: MIT */
#include "image/levels.h"

int ink_levels_divide(const unsigned histogram[256], size_t count, float *separability)
{
    double sum = 0, squares = 0, low_sum = 0, low_count = 0, best = -1;
    int threshold = 0;
    for (int i = 0; i < 256; i++) {
        sum += (double)i * histogram[i];
        squares += (double)i * i * histogram[i];
    }
    for (int i = 0; i < 255; i++) {
        low_count += histogram[i];
        low_sum += (double)i * histogram[i];
        double high_count = (double)count - low_count;
        if (low_count == 0 || high_count == 0) continue;
        double apart = low_sum / low_count - (sum - low_sum) / high_count;
        double between = low_count * high_count * apart * apart;
        if (between <= best) continue;
        best = between;
        threshold = i;
    }
    double variance = squares * (double)count - sum * sum; /* times count squared, as `between` is */
    if (separability) *separability = best > 0 ? (float)(best / variance) : 0;
    return threshold;
}

int ink_levels_median(const unsigned histogram[256], int from, int to)
{
    size_t all = 0, below = 0;
    for (int i = from; i <= to; i++) all += histogram[i];
    int level = from;
    while (all && level < to && (below += histogram[level]) * 2 < all) level++;
    return level;
}
