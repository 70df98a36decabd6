/* SPDX-License-Identifier: MIT */
/* blocks.h - a picture's bytes summed over square blocks, row by row: how it is made smaller in one pass.
 *
 *   struct ink_blocks blocks;
 *   ink_blocks_make(&blocks, width, channels, side, arena);
 *   for (each row) {
 *       ink_blocks_add(&blocks, row);
 *       if (the block's last row) ink_blocks_take(&blocks, sums);
 *   } */
#ifndef INK_IMAGE_BLOCKS_H
#define INK_IMAGE_BLOCKS_H

#include "base/arena.h"
#include "base/status.h"

enum { INK_BLOCKS_SIDE_MAX = 256 };

struct ink_blocks {
    int width;         /* of a row, pixels */
    int channels;      /* bytes a pixel, 1..4 */
    int side;          /* of a block, pixels, 1..INK_BLOCKS_SIDE_MAX; the last of a row may be narrower */
    uint16_t *columns; /* [width, channels] sums of what was added since the last take, of `side` rows at most */
};

/* The columns live in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_blocks_make(struct ink_blocks *blocks, int width, int channels, int side,
                                         struct ink_arena *arena);

/* row  u8 [width, channels] */
void ink_blocks_add(struct ink_blocks *blocks, const uint8_t *row);

/* Writes the sums [ceil(width / side), channels] of the rows added, and starts the next row of blocks. */
void ink_blocks_take(struct ink_blocks *blocks, uint32_t *sums);

/* Pixels of one row that block x has. */
static inline int ink_blocks_pixels(const struct ink_blocks *blocks, int x)
{
    int left = blocks->width - x * blocks->side;
    return left < blocks->side ? left : blocks->side;
}

#endif
