/* SPDX-License-Identifier: MIT */
#include "kernels/move.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { TILE = 16 }; /* elements a side: rows of both tensors stay in the cache while a tile is turned */

struct pair {
    uint64_t half[2];
};

/* n elements, each `step` after the other; a block of rows of them. */
#define STRIDED(name, type)                                                                                            \
    static void name(size_t rows, ptrdiff_t row_step, size_t row_len, size_t n, ptrdiff_t step, const void *in,        \
                     void *out)                                                                                        \
    {                                                                                                                  \
        for (size_t r = 0; r < rows; r++) {                                                                            \
            const type *from = (const type *)in + (ptrdiff_t)r * row_step;                                             \
            type *to = (type *)out + r * row_len;                                                                      \
            for (size_t i = 0; i < n; i++) to[i] = from[(ptrdiff_t)i * step];                                          \
        }                                                                                                              \
    }
STRIDED(strided_1, uint8_t)
STRIDED(strided_2, uint16_t)
STRIDED(strided_4, uint32_t)
STRIDED(strided_8, uint64_t)
STRIDED(strided_16, struct pair)

typedef void strided_fn(size_t rows, ptrdiff_t row_step, size_t row_len, size_t n, ptrdiff_t step, const void *in,
                        void *out);

static strided_fn *strided_of(size_t bytes)
{
    return bytes == 1   ? strided_1
           : bytes == 2 ? strided_2
           : bytes == 4 ? strided_4
           : bytes == 8 ? strided_8
                        : strided_16;
}

/* Leaves out dimensions of 1, joins those that continue each other. False when there is nothing to move. */
static bool simplify(const struct ink_move *move, struct ink_move *out)
{
    out->rank = 0;
    for (int d = 0; d < move->rank; d++) {
        int last = out->rank - 1;
        if (move->dims[d] == 0) return false;
        if (move->dims[d] == 1) continue;
        if (last >= 0 && out->steps[last] == move->steps[d] * (ptrdiff_t)move->dims[d]) {
            out->dims[last] *= move->dims[d];
            out->steps[last] = move->steps[d];
        } else {
            out->dims[out->rank] = move->dims[d];
            out->steps[out->rank++] = move->steps[d];
        }
    }
    return true;
}

/* The two innermost dimensions, [rows, n]. */
static void move_plane(strided_fn *strided, size_t bytes, size_t rows, ptrdiff_t row_step, size_t n, ptrdiff_t step,
                       const char *in, char *out)
{
    ptrdiff_t size = (ptrdiff_t)bytes;
    if (step == 1) {
        for (size_t r = 0; r < rows; r++) memcpy(out + r * n * bytes, in + (ptrdiff_t)r * row_step * size, n * bytes);
        return;
    }
    for (size_t r = 0; r < rows; r += TILE)
        for (size_t i = 0; i < n; i += TILE)
            strided(rows - r < TILE ? rows - r : TILE, row_step, n, n - i < TILE ? n - i : TILE, step,
                    in + ((ptrdiff_t)r * row_step + (ptrdiff_t)i * step) * size, out + (r * n + i) * bytes);
}

void ink_move(const struct ink_move *move, size_t element_bytes, const void *in, void *out)
{
    struct ink_move m;
    if (!simplify(move, &m)) return;
    int outer = m.rank > 2 ? m.rank - 2 : 0;
    size_t rows = m.rank > 1 ? m.dims[m.rank - 2] : 1, n = m.rank ? m.dims[m.rank - 1] : 1, planes = 1;
    ptrdiff_t row_step = m.rank > 1 ? m.steps[m.rank - 2] : 0, step = m.rank ? m.steps[m.rank - 1] : 1;
    strided_fn *strided = strided_of(element_bytes);
    for (int d = 0; d < outer; d++) planes *= m.dims[d];
    for (size_t p = 0; p < planes; p++) {
        ptrdiff_t at = 0;
        size_t rest = p;
        for (int d = outer - 1; d >= 0; d--) {
            at += (ptrdiff_t)(rest % m.dims[d]) * m.steps[d];
            rest /= m.dims[d];
        }
        move_plane(strided, element_bytes, rows, row_step, n, step, (const char *)in + at * (ptrdiff_t)element_bytes,
                   (char *)out + p * rows * n * element_bytes);
    }
}

static void interleave(const size_t groups, size_t each, const float *restrict in, float *restrict out)
{
    for (size_t j = 0; j < each; j++)
        for (size_t g = 0; g < groups; g++) out[j * groups + g] = in[g * each + j];
}

void ink_interleave(size_t groups, size_t each, const float *in, float *out)
{
    if (groups == 2) /* a constant: pairs are made by vectors */
        interleave(2, each, in, out);
    else
        interleave(groups, each, in, out);
}
