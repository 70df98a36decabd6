/* SPDX-License-Identifier: MIT */
/* parts.h - connected parts of a mask, and which of them make the digit. */
#ifndef INK_IMAGE_PARTS_H
#define INK_IMAGE_PARTS_H

#include "image/image.h"

struct ink_part {
    struct ink_box box;
    int area; /* pixels */
    bool keep;
};

struct ink_parts {
    int count;
    struct ink_part *part; /* [count] */
    uint16_t *label;       /* [height, width] 0 none, else 1 + index of its part */
};

/* Labels the 8-connected parts of mask [height, width], 1 on ink, else 0; sides at most 4096. What is over 65,534
 * parts is dust and left out. INK_E_OOM. */
INK_NODISCARD ink_status ink_parts_label(const uint8_t *mask, int width, int height, struct ink_arena *arena,
                                         struct ink_parts *parts);

/* Sets `keep` on the parts of the digit: the largest that is not a frame, and what belongs to it. At least one is kept
 * when there is any. */
void ink_parts_choose(struct ink_parts *parts, int width, int height);

/* Of the picture's four edges, how many it touches; within a hundredth counts, scans fray there. */
int ink_part_edges(const struct ink_part *part, int width, int height);

/* A frame has something of its own size written in it. */
bool ink_part_is_frame(const struct ink_part *part, const struct ink_parts *parts);

#endif
