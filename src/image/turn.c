/* SPDX-License-Identifier: MIT */
/* Turning a picture upright. */
#include "image/reader.h"

/* EXIF's eight, as steps: out(x, y) = in(start + x * step_x + y * step_y). Orientations 5 to 8 exchange the sides. */
static void steps(int width, int height, int orientation, ptrdiff_t *start, ptrdiff_t *step_x, ptrdiff_t *step_y)
{
    ptrdiff_t right = 1, down = width;
    ptrdiff_t last_x = width - 1, last_y = (ptrdiff_t)(height - 1) * width;
    switch (orientation) {
    case 2: *start = last_x, *step_x = -right, *step_y = down; break;
    case 3: *start = last_x + last_y, *step_x = -right, *step_y = -down; break;
    case 4: *start = last_y, *step_x = right, *step_y = -down; break;
    case 5: *start = 0, *step_x = down, *step_y = right; break;
    case 6: *start = last_y, *step_x = -down, *step_y = right; break;
    case 7: *start = last_x + last_y, *step_x = -down, *step_y = -right; break;
    case 8: *start = last_x, *step_x = down, *step_y = -right; break;
    default: *start = 0, *step_x = right, *step_y = down; break;
    }
}

void ink_turn_upright(const uint8_t *in, int width, int height, size_t pixel_bytes, int orientation, uint8_t *out)
{
    ptrdiff_t start, step_x, step_y;
    steps(width, height, orientation, &start, &step_x, &step_y);
    int out_width = orientation > 4 ? height : width, out_height = orientation > 4 ? width : height;
    ptrdiff_t size = (ptrdiff_t)pixel_bytes;
    for (int y = 0; y < out_height; y++) {
        const uint8_t *from = in + (start + y * step_y) * size;
        for (int x = 0; x < out_width; x++, from += step_x * size)
            for (ptrdiff_t i = 0; i < size; i++) *out++ = from[i];
    }
}
