/* SPDX-License-Identifier: MIT */
/* prepare.c - how long it takes to find the digit in a decoded picture and to draw it for the model, and in how much memory.
 *
 *   bench-prepare ROUNDS
 *
 * Pictures of all kinds are drawn here, so that decoding has no part in it: a 7 in pen or pencil on paper with light and
 * shade, noise and rules. Prints best and median of ROUNDS, and the memory needed, the picture's own with it, in pictures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "image/prepare.h"

enum { ROUNDS_MAX = 1000, CHANNELS_MAX = 4 };

struct kind {
    const char *name;
    int channels;
    int ink;   /* level, on paper of 220 */
    int shade; /* levels from the left edge to the right */
    int noise; /* levels to each side */
    int rules; /* so many level ones */
    bool squared;
    bool hued; /* ink and paper differ in hue alone */
};

static const struct kind kinds[] = {
    {"clean, grey", 1, 30},
    {"clean, RGBA", 4, 30},
    {"photo, grey", 1, 50, 60, 12},
    {"photo, RGB", 3, 50, 60, 12},
    {"pencil, RGB", 3, 180, 40, 6},
    {"coloured pencil, RGB", 3, 215, 20, 4, .hued = true},
    {"lined, grey", 1, 50, 30, 6, 12},
    {"squared, RGB", 3, 50, 30, 6, 24, true},
    {"noise, grey", 1, 60, 0, 30},
};

static const int sizes[][2] = {{200, 240}, {1000, 1000}, {4000, 3000}};

/* Of a 7, whose pen is `pen` wide to each side; x and y of 0..1. */
static double cover(double x, double y, double pen)
{
    static const double line[2][4] = {{0.3, 0.2, 0.65, 0.2}, {0.65, 0.2, 0.45, 0.8}};
    double nearest = 1;
    for (int i = 0; i < 2; i++) {
        double dx = line[i][2] - line[i][0], dy = line[i][3] - line[i][1];
        double t = ((x - line[i][0]) * dx + (y - line[i][1]) * dy) / (dx * dx + dy * dy);
        t = fmax(0, fmin(1, t));
        nearest = fmin(nearest, hypot(x - line[i][0] - t * dx, y - line[i][1] - t * dy));
    }
    return fmax(0, fmin(1, (pen - nearest) * 300 + 0.5));
}

static bool on_rule(const struct kind *kind, double x, double y)
{
    static const double thickness = 0.04; /* of the distance from one to the next */
    if (kind->rules == 0) return false;
    return fmod(y * kind->rules, 1) < thickness || (kind->squared && fmod(x * kind->rules, 1) < thickness);
}

static void draw(const struct kind *kind, struct ink_image *image)
{
    static const int hue[CHANNELS_MAX] = {-50, 15, 50, 0};
    unsigned random = 1;
    uint8_t *pixel = image->pixels;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++, pixel += image->channels) {
            double across = (double)x / image->width, down = (double)y / image->height;
            double part = cover(across, down, 0.02);
            random = random * 1103515245u + 12345u;
            double paper = on_rule(kind, across, down) ? 90 : 220 + kind->shade * (across - 0.5);
            double level = paper + (kind->ink - paper) * part;
            if (kind->noise) level += (int)(random >> 16) % (2 * kind->noise + 1) - kind->noise;
            for (int c = 0; c < image->channels; c++) {
                double value = level + (kind->hued ? part * hue[c] : 0);
                pixel[c] = c == 3 ? 255 : (uint8_t)fmax(0, fmin(255, value));
            }
        }
}

static int by_length(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

static ink_status prepare(const struct ink_image *image, struct ink_arena *arena, struct ink_error *err)
{
    float out[28 * 28];
    return ink_prepare(image, &ink_want_mnist, arena, out, NULL, err);
}

/* The least cap under which a picture can be prepared, by bisection. */
static size_t least_memory(const struct ink_image *image)
{
    size_t too_little = 0, enough = (size_t)1 << 30;
    while (enough - too_little > 1024) {
        struct ink_arena arena;
        struct ink_error err;
        ink_arena_init(&arena, too_little + (enough - too_little) / 2);
        *(prepare(image, &arena, &err) ? &too_little : &enough) = arena.cap_bytes;
        ink_arena_cleanup(&arena);
    }
    return enough;
}

static bool measure(const struct kind *kind, const struct ink_image *image, int rounds)
{
    uint64_t us[ROUNDS_MAX];
    struct ink_arena arena;
    struct ink_error err;
    ink_status st = INK_OK;
    ink_arena_init(&arena, SIZE_MAX);
    for (int i = 0; i < rounds && !st; i++) {
        uint64_t start = ink_clock_us();
        st = prepare(image, &arena, &err);
        us[i] = ink_clock_us() - start;
        ink_arena_reset(&arena);
    }
    ink_arena_cleanup(&arena);
    if (st) {
        fprintf(stderr, "bench-prepare: %s: %s\n", kind->name, err.text);
        return false;
    }
    qsort(us, (size_t)rounds, sizeof *us, by_length);
    size_t all = ink_image_bytes(image) + least_memory(image);
    printf("%-24s %4dx%-4d  %7.2f ms  %7.2f ms  %5.2f\n", kind->name, image->width, image->height, (double)us[0] / 1e3,
           (double)us[rounds / 2] / 1e3, (double)all / (double)ink_image_bytes(image));
    return true;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 20;
    if (argc > 2 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench-prepare ROUNDS (1 to %d)\n", ROUNDS_MAX);
        return 2;
    }
    static uint8_t pixels[4000 * 3000 * CHANNELS_MAX];
    bool ok = true;
    printf("%-24s %9s  %10s  %10s  %s\n", "", "", "best", "median", "memory, in pictures");
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            struct ink_image image = {.width = sizes[s][0], .height = sizes[s][1], .orientation = 1, .pixels = pixels};
            image.channels = kinds[k].channels;
            draw(&kinds[k], &image);
            ok = measure(&kinds[k], &image, rounds) && ok;
        }
    return !ok;
}
