/* SPDX-License-Identifier: MIT */
#include "image/bold.h"

#include "image/levels.h"

static const float SEPARABLE = 0.9f;  /* two levels, not light and shade */
static const float INK_LEAST = 0.2f;  /* of the plane: less is told by its share */
static const float INK_MOST = 0.55f;  /* more is a bright page on a dark table */
static const float EDGE_LEAST = 0.7f; /* of the plane's edges that are paper */

static void count_edges(const struct ink_plane *plane, int threshold, int count[2])
{
    const uint8_t *first = plane->pixels, *last = plane->pixels + (size_t)(plane->height - 1) * (size_t)plane->width;
    for (int x = 0; x < plane->width; x++) {
        count[first[x] > threshold]++;
        count[last[x] > threshold]++;
    }
    for (int y = 0; y < plane->height; y++) {
        const uint8_t *row = plane->pixels + (size_t)y * (size_t)plane->width;
        count[row[0] > threshold]++;
        count[row[plane->width - 1] > threshold]++;
    }
}

bool ink_bold_find(const struct ink_plane *plane, struct ink_bold *out)
{
    size_t count = (size_t)plane->width * (size_t)plane->height, dark = 0;
    unsigned histogram[256] = {0};
    for (size_t i = 0; i < count; i++) histogram[plane->pixels[i]]++;
    float separability;
    int threshold = ink_levels_divide(histogram, count, &separability), edge[2] = {0};
    if (separability < SEPARABLE) return false;
    for (int i = 0; i <= threshold; i++) dark += histogram[i];
    count_edges(plane, threshold, edge);
    bool ink_is_dark = edge[1] > edge[0];
    float share = (float)dark / (float)count;
    float ink = ink_is_dark ? share : 1 - share;
    int paper = ink_is_dark ? edge[1] : edge[0];
    if (ink < INK_LEAST || ink > INK_MOST || (float)paper < EDGE_LEAST * (float)(edge[0] + edge[1])) return false;
    *out = (struct ink_bold){
        .ink_is_dark = ink_is_dark,
        .paper = (uint8_t)(ink_is_dark ? ink_levels_median(histogram, threshold + 1, 255)
                                       : ink_levels_median(histogram, 0, threshold)),
        .share = 1 - ink,
    };
    return true;
}
