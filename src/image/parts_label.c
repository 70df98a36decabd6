/* SPDX-License-Identifier: MIT */
/* Connected parts by runs: each run of ink gets the number of what it touches in the row above, or a new one; numbers that
 * meet are joined (union-find: Tarjan 1975), and in a second pass become the parts' own, in the order of their first
 * pixels. */
#include <string.h>

#include "image/parts.h"

enum { NUMBERS_MAX = UINT16_MAX - 1 };

struct numbers {
    int count, most;
    uint16_t *same_as; /* [most + 1] by number, from 1: a lower number of the same part, or itself */
};

/* The lowest number of its part. */
static uint16_t lowest(struct numbers *numbers, uint16_t number)
{
    uint16_t *same_as = numbers->same_as;
    while (same_as[number] != number) number = same_as[number] = same_as[same_as[number]];
    return number;
}

static uint16_t join(struct numbers *numbers, uint16_t a, uint16_t b)
{
    a = lowest(numbers, a);
    b = lowest(numbers, b);
    uint16_t low = a < b ? a : b;
    numbers->same_as[a < b ? b : a] = low;
    return low;
}

/* A new one; 0 when there are no more. */
static uint16_t next_number(struct numbers *numbers)
{
    if (numbers->count == numbers->most) return 0;
    uint16_t number = (uint16_t)++numbers->count;
    return numbers->same_as[number] = number;
}

/* The first column from x on that is ink; `width` when there is none. */
static int run_start(const uint8_t *row, int x, int width)
{
    const uint8_t *at = memchr(row + x, 1, (size_t)(width - x));
    return at ? (int)(at - row) : width;
}

/* The first column from x on that is not. */
static int run_end(const uint8_t *row, int x, int width)
{
    while (x < width && row[x]) x++;
    return x;
}

/* above is NULL for the first row. */
static void number_row(const uint8_t *row, const uint16_t *above, int width, struct numbers *numbers, uint16_t *label)
{
    for (int end, start = run_start(row, 0, width); start < width; start = run_start(row, end, width)) {
        end = run_end(row, start, width);
        uint16_t number = 0;
        for (int x = start ? start - 1 : 0; above && x <= end && x < width; x++) {
            if (!above[x] || above[x] == number) continue;
            number = number ? join(numbers, number, above[x]) : above[x];
        }
        if (!number) number = next_number(numbers);
        for (int x = start; x < end; x++) label[x] = number;
    }
}

/* Numbers become parts' numbers in same_as; returns how many parts there are. A part's lowest number comes first. */
static int count_parts(struct numbers *numbers)
{
    int parts = 0;
    for (int i = 1; i <= numbers->count; i++) {
        uint16_t low = numbers->same_as[i];
        numbers->same_as[i] = low == i ? (uint16_t)++parts : numbers->same_as[low];
    }
    return parts;
}

static void add_run(struct ink_part *part, int start, int end, int y)
{
    struct ink_box run = {start, y, end - start, 1};
    part->box = part->area ? ink_box_both(part->box, run) : run;
    part->area += end - start;
}

static void measure_row(const uint8_t *row, int y, int width, const uint16_t *part_of, uint16_t *label,
                        struct ink_part *part)
{
    for (int end, start = run_start(row, 0, width); start < width; start = run_start(row, end, width)) {
        end = run_end(row, start, width);
        uint16_t number = part_of[label[start]];
        if (!number) continue;
        for (int x = start; x < end; x++) label[x] = number;
        add_run(&part[number - 1], start, end, y);
    }
}

ink_status ink_parts_label(const uint8_t *mask, int width, int height, struct ink_arena *arena, struct ink_parts *parts)
{
    /* runs that touch nothing above them: of a quarter of the pixels, and one for odd sides, at most */
    size_t most = ((size_t)width + 1) / 2 * (((size_t)height + 1) / 2);
    struct numbers numbers = {.most = (int)(most < NUMBERS_MAX ? most : NUMBERS_MAX)};
    numbers.same_as = INK_ARENA_ARRAY(arena, uint16_t, (size_t)numbers.most + 1);
    parts->label = INK_ARENA_ARRAY(arena, uint16_t, (size_t)width * (size_t)height);
    if (!numbers.same_as || !parts->label) return INK_E_OOM;
    for (int y = 0; y < height; y++) {
        uint16_t *label = parts->label + (size_t)y * (size_t)width;
        number_row(mask + (size_t)y * (size_t)width, y ? label - width : NULL, width, &numbers, label);
    }
    parts->count = count_parts(&numbers);
    parts->part = INK_ARENA_ARRAY(arena, struct ink_part, (size_t)parts->count);
    if (!parts->part) return INK_E_OOM;
    for (int y = 0; y < height; y++) {
        size_t at = (size_t)y * (size_t)width;
        measure_row(mask + at, y, width, numbers.same_as, parts->label + at, parts->part);
    }
    return INK_OK;
}
