/* SPDX-License-Identifier: MIT */
#include "image/blocks.h"

#include <assert.h>
#include <string.h>

ink_status ink_blocks_make(struct ink_blocks *blocks, int width, int channels, int side, struct ink_arena *arena)
{
    assert(side >= 1 && side <= INK_BLOCKS_SIDE_MAX && channels >= 1 && channels <= 4); /* 256 * 255 fits 16 bits */
    *blocks = (struct ink_blocks){width, channels, side};
    blocks->columns = INK_ARENA_ARRAY(arena, uint16_t, (size_t)width * (size_t)channels);
    return blocks->columns ? INK_OK : INK_E_OOM;
}

void ink_blocks_add(struct ink_blocks *blocks, const uint8_t *restrict row)
{
    uint16_t *restrict columns = blocks->columns;
    size_t count = (size_t)blocks->width * (size_t)blocks->channels;
    for (size_t i = 0; i < count; i++) columns[i] = (uint16_t)(columns[i] + row[i]);
}

/* The constants let the compiler make a loop of its own for each number of channels. */
static inline void sum_columns(const struct ink_blocks *blocks, int channels, uint32_t *restrict sums)
{
    const uint16_t *restrict column = blocks->columns;
    for (int from = 0; from < blocks->width; from += blocks->side, sums += channels) {
        int pixels = from + blocks->side < blocks->width ? blocks->side : blocks->width - from;
        uint32_t sum[4] = {0};
        for (int i = 0; i < pixels; i++, column += channels)
            for (int c = 0; c < channels; c++) sum[c] += column[c];
        for (int c = 0; c < channels; c++) sums[c] = sum[c];
    }
}

void ink_blocks_take(struct ink_blocks *blocks, uint32_t *sums)
{
    switch (blocks->channels) {
    case 1: sum_columns(blocks, 1, sums); break;
    case 2: sum_columns(blocks, 2, sums); break;
    case 3: sum_columns(blocks, 3, sums); break;
    default: sum_columns(blocks, 4, sums);
    }
    memset(blocks->columns, 0, (size_t)blocks->width * (size_t)blocks->channels * sizeof *blocks->columns);
}
