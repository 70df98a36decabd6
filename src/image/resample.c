/* SPDX-License-Identifier: MIT */
#include "image/resample.h"

#include <math.h>

static double box(double x)
{
    return x > -0.5 && x <= 0.5 ? 1 : 0;
}

static double linear(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

/* The order of the operations is Pillow's: the weights must come out the same to the last bit. */
static double bicubic(double x)
{
    const double a = -0.5;
    x = fabs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

static const struct {
    double (*at)(double x);
    double support;
} filters[] = {
    [INK_FILTER_BOX] = {box, 0.5},
    [INK_FILTER_LINEAR] = {linear, 1},
    [INK_FILTER_BICUBIC] = {bicubic, 2},
};

static void weigh(struct ink_axis *axis, int out, enum ink_filter filter, double center, double stretch)
{
    double *weights = axis->weights + (size_t)out * (size_t)axis->taps;
    double sum = 0;
    for (int i = 0; i < axis->count[out]; i++) {
        weights[i] = filters[filter].at((i + axis->first[out] - center + 0.5) * (1 / stretch));
        sum += weights[i];
    }
    if (sum != 0)
        for (int i = 0; i < axis->count[out]; i++) weights[i] /= sum;
}

ink_status ink_axis_make(enum ink_filter filter, int in_size, double from, double to, int out_size,
                         struct ink_arena *arena, struct ink_axis *axis)
{
    double scale = (to - from) / out_size;
    double stretch = scale < 1 ? 1 : scale;
    double reach = filters[filter].support * stretch;
    axis->out_size = out_size;
    axis->taps = (int)ceil(reach) * 2 + 1;
    axis->first = INK_ARENA_ARRAY(arena, int, (size_t)out_size);
    axis->count = INK_ARENA_ARRAY(arena, int, (size_t)out_size);
    axis->weights = INK_ARENA_ARRAY(arena, double, (size_t)out_size *(size_t)axis->taps);
    if (!axis->first || !axis->count || !axis->weights) return INK_E_OOM;
    for (int out = 0; out < out_size; out++) {
        double center = from + (out + 0.5) * scale;
        int first = (int)(center - reach + 0.5), end = (int)(center + reach + 0.5);
        if (first < 0) first = 0;
        if (end > in_size) end = in_size;
        axis->first[out] = first;
        axis->count[out] = end > first ? end - first : 0;
        weigh(axis, out, filter, center, stretch);
    }
    return INK_OK;
}
