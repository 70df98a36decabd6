/* SPDX-License-Identifier: MIT */
#include "image/dither.h"

enum {
    SIDE_MIN = 96,      /* below, strokes themselves are edges everywhere */
    EDGES_PERCENT = 10, /* of neighbours: writing has 1 to 5, dots that stand for light grey 20 and more */
};

bool ink_is_dithered(const struct ink_image *image)
{
    if (image->width < SIDE_MIN || image->height < SIDE_MIN) return false;
    size_t edges = 0, pixels = (size_t)image->width * (size_t)image->height;
    for (int y = 0; y < image->height; y++) {
        const uint8_t *row = image->pixels + (size_t)y * (size_t)image->width * (size_t)image->channels;
        uint8_t before = row[0];
        for (int x = 0; x < image->width; x++) {
            uint8_t level = row[x * image->channels];
            if (level != 0 && level != 255) return false;
            edges += level != before;
            before = level;
        }
    }
    return edges * 100 > pixels * EDGES_PERCENT;
}
