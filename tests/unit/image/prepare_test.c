/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/prepare.h"
#include "image/seed.h"
#include "pictures.h"

enum { SIDE_MAX = 700 };

static struct ink_arena arena;
static struct ink_error err;
static uint8_t pixels[SIDE_MAX * SIDE_MAX * 4];

static int set_up(void **state)
{
    ink_arena_init(&arena, (size_t)256 << 20);
    err = (struct ink_error){0};
    return 0;
}

static int tear_down(void **state)
{
    ink_arena_cleanup(&arena);
    return 0;
}

static struct ink_image picture(int width, int height, int channels)
{
    return (struct ink_image){.width = width,
                              .height = height,
                              .channels = channels,
                              .orientation = 1,
                              .mode = channels == 1   ? INK_MODE_L
                                      : channels == 3 ? INK_MODE_RGB
                                                      : INK_MODE_RGBA,
                              .pixels = pixels};
}

/* How much of a pen of half width `pen` covers (x, y) when it draws a 7 in a box at (left, top), side long. */
static double seven(double x, double y, double left, double top, double side, double pen)
{
    static const double line[2][4] = {{0, 0, 0.6, 0}, {0.6, 0, 0.2, 1}};
    double best = 1e9;
    for (int i = 0; i < 2; i++) {
        double ax = left + line[i][0] * side, ay = top + line[i][1] * side;
        double dx = (line[i][2] - line[i][0]) * side, dy = (line[i][3] - line[i][1]) * side;
        double t = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        best = fmin(best, hypot(x - ax - t * dx, y - ay - t * dy));
    }
    return fmax(0, fmin(1, pen - best + 0.5));
}

struct look {
    int paper, ink;
    double slope; /* of the paper, levels from left to right */
    int noise;    /* +- */
};

static struct ink_image draw(int side, double left, double top, double size, double pen, struct look look)
{
    unsigned random = 1;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            double cover = seven(x + 0.5, y + 0.5, left, top, size, pen);
            double paper = look.paper + look.slope * (x / (double)side - 0.5);
            random = random * 1103515245u + 12345u;
            double value = paper + (look.ink - paper) * cover;
            if (look.noise) value += (int)(random >> 16) % (2 * look.noise + 1) - look.noise;
            pixels[y * side + x] = (uint8_t)fmax(0, fmin(255, value + 0.5));
        }
    return picture(side, side, 1);
}

static struct ink_prepared found;

static void prepares(const struct ink_image *image, const struct ink_want *want, float *out)
{
    ink_status st = ink_prepare(image, want, &arena, out, &found, &err);
    if (st) fail_msg("%s", err.text);
}

static double difference(const uint8_t *a, const uint8_t *b)
{
    double sum = 0;
    for (int i = 0; i < 28 * 28; i++) sum += abs(a[i] - b[i]);
    return sum / (28 * 28);
}

/* However it is drawn, the model sees the same 7: bright on dark, 20 high, its mass in the middle. */
static void one_look_for_all(void **state)
{
    static const struct {
        const char *what;
        int side;
        double left, top, size, pen;
        struct look look;
    } cases[] = {
        {"clean", 560, 200, 100, 300, 17, {255, 0}},
        {"bright on dark", 560, 200, 100, 300, 17, {0, 255}},
        {"off centre", 560, 20, 250, 280, 16, {255, 0}},
        {"small", 560, 300, 300, 90, 5, {255, 0}},
        {"tiny picture", 40, 8, 6, 28, 1.6, {255, 0}},
        {"thin pen", 560, 200, 100, 300, 4, {255, 0}},
        {"grey paper, slope", 560, 200, 100, 300, 17, {170, 40, 90}},
        {"noise", 560, 200, 100, 300, 17, {200, 60, 40, 12}},
        {"pencil", 560, 200, 100, 300, 17, {230, 170, 10, 4}},
        {"slate", 560, 200, 100, 300, 17, {50, 180, 20, 5}},
    };
    uint8_t first[28 * 28];
    float out[28 * 28];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_image image =
            draw(cases[i].side, cases[i].left, cases[i].top, cases[i].size, cases[i].pen, cases[i].look);
        prepares(&image, &ink_want_mnist, out);
        assert_int_equal(found.fit, INK_FIT_DIGIT);
        assert_int_equal(found.ink_is_dark, cases[i].look.ink < cases[i].look.paper);
        assert_true(abs(found.paper - cases[i].look.paper) < 20);
        assert_true(fabs(found.ink.y - (cases[i].top - cases[i].pen)) < 4);
        assert_true(fabs(found.ink.height - (cases[i].size + 2 * cases[i].pen)) < 7);
        if (i == 0) memcpy(first, found.shown, sizeof first);
        double apart = difference(first, found.shown);
        if (apart > 12) fail_msg("%s: %.1f levels from the clean one", cases[i].what, apart);
        for (int k = 0; k < 28 * 28; k++) assert_true(fabsf(out[k] - (float)found.shown[k] / 255) < 1e-6f);
    }
}

static void placed_as_mnist_does(void **state)
{
    float out[28 * 28];
    struct ink_image image = draw(560, 20, 250, 280, 16, (struct look){255, 0});
    prepares(&image, &ink_want_mnist, out);
    int top = 28, bottom = 0;
    double mass = 0, x_sum = 0, y_sum = 0;
    for (int i = 0; i < 28 * 28; i++) {
        if (out[i] > 0.5f && i / 28 < top) top = i / 28;
        if (out[i] > 0.5f && i / 28 > bottom) bottom = i / 28;
        mass += (double)out[i];
        x_sum += (double)out[i] * (i % 28 + 0.5);
        y_sum += (double)out[i] * (i / 28 + 0.5);
    }
    assert_in_range(bottom - top + 1, 19, 21);
    assert_true(fabs(x_sum / mass - 14) < 0.2);
    assert_true(fabs(y_sum / mass - 14) < 0.2);
}

/* A picture that is what MNIST would have made of it goes through unchanged, inverted too. */
static void mnist_is_left_alone(void **state)
{
    float out[28 * 28];
    struct ink_image image = draw(560, 20, 250, 280, 16, (struct look){255, 0});
    prepares(&image, &ink_want_mnist, out);
    for (int inverted = 0; inverted < 2; inverted++) {
        uint8_t before[28 * 28];
        memcpy(before, found.shown, sizeof before);
        for (int i = 0; i < 28 * 28; i++) pixels[i] = inverted ? (uint8_t)(255 - before[i]) : before[i];
        image = picture(28, 28, 1);
        prepares(&image, &ink_want_mnist, out);
        assert_memory_equal(found.shown, before, sizeof before);
    }
}

/* What is beside the digit is left out: a printed frame with its rules up to the edges, dust. */
static void only_the_digit(void **state)
{
    float out[28 * 28];
    uint8_t alone[28 * 28];
    struct ink_image image = draw(300, 110, 80, 130, 6, (struct look){240, 90});
    prepares(&image, &ink_want_mnist, out);
    memcpy(alone, found.shown, sizeof alone);
    for (int i = 0; i < 300; i++)
        for (int k = 0; k < 4; k++)
            pixels[(30 + k) * 300 + i] = pixels[(260 + k) * 300 + i] = pixels[i * 300 + 40 + k] =
                pixels[i * 300 + 250 + k] = 20;
    prepares(&image, &ink_want_mnist, out);
    assert_true(difference(alone, found.shown) < 3);

    image = draw(300, 20, 0, 299, 10, (struct look){240, 90}); /* up to the edges */
    prepares(&image, &ink_want_mnist, out);
    memcpy(alone, found.shown, sizeof alone);
    for (int y = 0; y < 24; y++)
        for (int x = 0; x < 24; x++) pixels[(150 + y) * 300 + 40 + x] = 60;
    prepares(&image, &ink_want_mnist, out);
    assert_true(found.ink.height > 290);
}

static void darken(int side, int x, int y, int level)
{
    if (x >= 0 && y >= 0 && x < side && y < side && pixels[y * side + x] > level) pixels[y * side + x] = (uint8_t)level;
}

/* Rules `apart` pixels from each other, `pen` thick, that drop by `drop` pixels from one side of the picture to the other. */
static void rule(int side, int apart, int pen, int drop, int level, bool upright)
{
    for (int at = apart / 2; at < side; at += apart)
        for (int i = 0; i < side; i++)
            for (int k = 0; k < pen; k++) {
                int across = at + k + drop * i / side;
                darken(side, upright ? across : i, upright ? i : across, level);
            }
}

/* Strokes that cross rules stay whole. */
static void squared_and_lined_paper(void **state)
{
    static const struct {
        const char *what;
        int apart, pen, drop, level;
        bool level_too, upright_too;
    } cases[] = {
        {"squared", 31, 2, 0, 150, true, true}, {"squared, turned", 47, 2, 9, 120, true, true},
        {"lined", 40, 3, -6, 90, true, false},  {"as dark as the ink", 60, 3, 0, 60, true, false},
        {"upright", 70, 2, 5, 60, false, true}, {"a frame that the digit touches", 208, 5, 0, 30, true, true},
    };
    float out[28 * 28];
    uint8_t alone[28 * 28];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_image image = draw(300, 100, 110, 150, 7, (struct look){240, 60});
        prepares(&image, &ink_want_mnist, out);
        memcpy(alone, found.shown, sizeof alone);
        if (cases[i].level_too) rule(300, cases[i].apart, cases[i].pen, cases[i].drop, cases[i].level, false);
        if (cases[i].upright_too) rule(300, cases[i].apart, cases[i].pen, -cases[i].drop, cases[i].level, true);
        prepares(&image, &ink_want_mnist, out);
        double apart = difference(alone, found.shown);
        if (apart > 8) fail_msg("%s: %.1f levels from the one on plain paper", cases[i].what, apart);
    }
}

/* A stroke broken again and again is followed to its end, piece by piece. */
static void broken_strokes(void **state)
{
    float out[28 * 28];
    struct ink_image image = draw(400, 150, 40, 320, 8, (struct look){240, 60});
    prepares(&image, &ink_want_mnist, out);
    struct ink_box whole = found.ink;
    for (int y = 0; y < 400; y++)
        if ((y > 60 && y < 75) || (y > 160 && y < 180) || (y > 270 && y < 290)) memset(pixels + y * 400, 240, 400);
    prepares(&image, &ink_want_mnist, out);
    assert_memory_equal(&found.ink, &whole, sizeof whole);
}

/* On squared paper the rules that writing hides for most of their length go too, for it is known where they must be. */
static void hidden_rules(void **state)
{
    float out[28 * 28];
    uint8_t alone[28 * 28];
    struct ink_image image = draw(300, 50, 70, 300, 24, (struct look){240, 60});
    prepares(&image, &ink_want_mnist, out);
    memcpy(alone, found.shown, sizeof alone);
    rule(300, 17, 2, 6, 90, false);
    rule(300, 17, 2, -6, 90, true);
    prepares(&image, &ink_want_mnist, out);
    double apart = difference(alone, found.shown);
    if (apart > 8) fail_msg("%.1f levels from the one on plain paper", apart);
}

/* A line between two points that lie level or upright to each other, `pen` thick. */
static void line(int side, int x0, int y0, int x1, int y1, int pen, int level)
{
    for (int y = y0; y < (y1 > y0 ? y1 : y0 + pen); y++)
        for (int x = x0; x < (x1 > x0 ? x1 : x0 + pen); x++) darken(side, x, y, level);
}

static void frame(int side, int from, int to, int pen, int level)
{
    line(side, from, from, to, from, pen, level);
    line(side, from, to, to + pen, to, pen, level);
    line(side, from, from, from, to, pen, level);
    line(side, to, from, to, to, pen, level);
}

/* A digit that leaves hardly more paper than it covers, cut out closely; a bright page on a dark table is no such digit. */
static void bold_digits(void **state)
{
    float out[28 * 28];
    for (int bright = 0; bright < 2; bright++) {
        struct ink_image image = draw(300, 60, 40, 260, 38, bright ? (struct look){40, 220} : (struct look){220, 40});
        prepares(&image, &ink_want_mnist, out);
        assert_int_equal(found.ink_is_dark, !bright);
        assert_true(found.ink_share > 0.3f && found.ink_share < 0.5f);
    }
    struct ink_image image = draw(300, 100, 90, 120, 10, (struct look){230, 40});
    frame(300, 0, 270, 30, 60);
    prepares(&image, &ink_want_mnist, out);
    assert_true(found.ink_is_dark);
    assert_in_range(found.ink.height, 135, 145);
}

/* Of light: 1 is full. */
static double vignette(double x, double y)
{
    return 1 - 0.9 * pow(hypot(x - 250, y - 250) / 354, 1.5);
}

static double shine(double x, double y)
{
    double away = hypot(x - 300, y - 250) / 130;
    return 1 + 0.7 * exp(-away * away);
}

static double shadow(double x, double y) /* its edge goes through the digit */
{
    return y - 270 > 0.4 * (x - 220) ? 0.55 : 1;
}

/* Light that falls off towards the corners, shines on one place, or throws a sharp shadow is not taken for ink. */
static void uneven_light(void **state)
{
    static const struct {
        const char *name;
        double (*light)(double x, double y);
    } cases[] = {{"vignette", vignette}, {"shine", shine}, {"shadow", shadow}};
    float out[28 * 28];
    uint8_t even[28 * 28];
    struct ink_image image = draw(500, 160, 200, 150, 9, (struct look){150, 60});
    prepares(&image, &ink_want_mnist, out);
    memcpy(even, found.shown, sizeof even);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        image = draw(500, 160, 200, 150, 9, (struct look){150, 60});
        for (int y = 0; y < 500; y++)
            for (int x = 0; x < 500; x++)
                pixels[y * 500 + x] = (uint8_t)fmin(255, pixels[y * 500 + x] * cases[i].light(x, y));
        prepares(&image, &ink_want_mnist, out);
        double apart = difference(even, found.shown);
        if (apart > 8) fail_msg("%s: %.1f levels from even light", cases[i].name, apart);
    }
}

/* Lines that do not go from edge to edge: an underline, and a frame that the digit crosses. A frame alone is writing. */
static void underlined_and_framed(void **state)
{
    float out[28 * 28];
    uint8_t alone[28 * 28];
    struct ink_image image = draw(300, 100, 110, 150, 7, (struct look){240, 60});
    prepares(&image, &ink_want_mnist, out);
    memcpy(alone, found.shown, sizeof alone);
    line(300, 20, 275, 285, 275, 4, 60);
    prepares(&image, &ink_want_mnist, out);
    assert_true(difference(alone, found.shown) < 1);
    image = draw(300, 100, 110, 150, 7, (struct look){240, 60});
    frame(300, 60, 240, 4, 60);
    prepares(&image, &ink_want_mnist, out);
    double apart = difference(alone, found.shown);
    if (apart > 8) fail_msg("framed: %.1f levels from the one on plain paper", apart);
    image = draw(300, 0, 0, 1, -10, (struct look){240, 60});
    frame(300, 60, 240, 4, 60);
    prepares(&image, &ink_want_mnist, out);
    assert_in_range(found.ink.width, 180, 188);
}

/* The bar of a 7 that fills the picture is long, thin and straight, but no rule; nor is a 1 from edge to edge. */
static void strokes_are_no_rules(void **state)
{
    float out[28 * 28];
    struct ink_image image = draw(300, 0, 5, 470, 5, (struct look){240, 60});
    prepares(&image, &ink_want_mnist, out);
    assert_true(found.ink.y < 3 && found.ink.width > 280);
    memset(pixels, 240, 200 * 300);
    for (int y = 0; y < 300; y++)
        for (int x = 90; x < 97; x++) pixels[y * 200 + x] = 40;
    image = picture(200, 300, 1);
    prepares(&image, &ink_want_mnist, out);
    assert_int_equal(found.ink.height, 300);
}

/* Ink as bright as its paper is found by its hue; the same paper without it, or with noise only, has none. */
static void ink_of_another_hue(void **state)
{
    static const uint8_t colors[][2][3] = {
        {{200, 220, 250}, {250, 203, 193}}, {{150, 200, 150}, {230, 160, 150}}, {{240, 225, 130}, {240, 222, 205}}};
    float out[28 * 28];
    uint8_t clean[28 * 28];
    static uint8_t cover[300 * 300];
    struct ink_image image = draw(300, 100, 60, 160, 9, (struct look){255, 0});
    prepares(&image, &ink_want_mnist, out);
    memcpy(clean, found.shown, sizeof clean);
    memcpy(cover, pixels, sizeof cover);
    for (size_t k = 0; k < sizeof colors / sizeof *colors; k++)
        for (int written = 1; written >= 0; written--) {
            unsigned random = 1;
            for (int i = 0; i < 300 * 300 * 3; i++) {
                int ink = written ? 255 - cover[i / 3] : 0,
                    noise = (int)((random = random * 1103515245u + 12345u) >> 30);
                pixels[i] = (uint8_t)((colors[k][0][i % 3] * (255 - ink) + colors[k][1][i % 3] * ink) / 255 + noise);
            }
            image = picture(300, 300, 3);
            ink_status st = ink_prepare(&image, &ink_want_mnist, &arena, out, &found, &err);
            assert_int_equal(st, written ? INK_OK : INK_E_NO_INK);
            double apart = written ? difference(clean, found.shown) : 0;
            if (apart > 6) fail_msg("colors %zu: %.1f levels from black on white", k, apart);
        }
}

static void transparent_paper(void **state)
{
    float out[28 * 28];
    uint8_t clean[28 * 28];
    struct ink_image image = draw(300, 100, 60, 160, 9, (struct look){255, 0});
    prepares(&image, &ink_want_mnist, out);
    memcpy(clean, found.shown, sizeof clean);
    static uint8_t cover[300 * 300];
    memcpy(cover, pixels, sizeof cover);
    for (int ink = 0; ink < 256; ink += 255) { /* black ink on nothing, white ink on nothing */
        for (int i = 0; i < 300 * 300; i++) {
            for (int c = 0; c < 3; c++) pixels[4 * i + c] = (uint8_t)ink;
            pixels[4 * i + 3] = (uint8_t)(255 - cover[i]);
        }
        image = picture(300, 300, 4);
        prepares(&image, &ink_want_mnist, out);
        assert_true(difference(clean, found.shown) < 2);
    }
}

static void blank(struct look look, int side)
{
    float out[28 * 28];
    struct ink_image image = draw(side, 0, 0, 1, -10, look);
    assert_int_equal(ink_prepare(&image, &ink_want_mnist, &arena, out, &found, &err), INK_E_NO_INK);
    assert_string_equal(err.text, "nothing is written on it");
    assert_int_equal(ink_arena_used(&arena), 0);
}

static void nothing_written(void **state)
{
    static const int sides[] = {1, 2, 14, 28, 100, 640};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        blank((struct look){255, 0}, sides[i]);
        blank((struct look){0, 255}, sides[i]);
        blank((struct look){128, 0}, sides[i]);
    }
    for (int noise = 1; noise <= 40; noise += 13) blank((struct look){150, 0, 0, noise}, 400);
    blank((struct look){150, 0, 60, 5}, 400);
}

static void layouts(void **state)
{
    struct ink_image image = draw(100, 30, 20, 60, 3, (struct look){255, 0});
    struct ink_want want = ink_want_mnist;
    static float plain[28 * 28], other[28 * 28 * 3];
    prepares(&image, &want, plain);
    want.layout = INK_LAYOUT_FLAT;
    prepares(&image, &want, other);
    assert_memory_equal(plain, other, sizeof plain);
    want.transposed = true;
    prepares(&image, &want, other);
    for (int y = 0; y < 28; y++)
        for (int x = 0; x < 28; x++) assert_true(other[x * 28 + y] == plain[y * 28 + x]);
    want = ink_want_mnist;
    want.polarity = INK_POLARITY_DARK_INK;
    want.scale = 1;
    prepares(&image, &want, other);
    for (int i = 0; i < 28 * 28; i++) assert_true(fabsf(other[i] - (255 - 255 * plain[i])) < 0.01f);
    want = (struct ink_want){
        28, 28, 3, INK_LAYOUT_NHWC, 1 / 255.0f, {0.1f, 0.2f, 0.3f}, {0.5f, 1, 2}, 0, .fit = INK_FIT_DIGIT};
    prepares(&image, &want, other);
    for (int i = 0; i < 28 * 28 * 3; i++)
        assert_true(fabsf(other[i] - (plain[i / 3] - want.mean[i % 3]) / want.std[i % 3]) < 1e-5f);
}

static void sizes(void **state)
{
    static float out[96 * 96];
    static const int sides[][2] = {{8, 8}, {20, 32}, {32, 20}, {64, 64}, {96, 96}};
    struct ink_image image = draw(100, 30, 20, 60, 3, (struct look){255, 0});
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct ink_want want = ink_want_mnist;
        want.width = sides[i][0], want.height = sides[i][1], want.fit = INK_FIT_DIGIT;
        prepares(&image, &want, out);
        double mass = 0;
        for (size_t k = 0; k < ink_want_floats(&want); k++) mass += (double)out[k];
        assert_true(mass > 0.03 * want.width * want.height);
    }
}

/* Any size of picture, down to a single row. */
static void odd_pictures(void **state)
{
    static float out[28 * 28];
    for (int height = 1; height < 40; height += 3)
        for (int width = 1; width < SIDE_MAX; width = width * 3 + 1) {
            for (int i = 0; i < width * height; i++) pixels[i] = i % 7 == 3 ? 0 : 255;
            struct ink_image image = picture(width, height, 1);
            ink_status st = ink_prepare(&image, &ink_want_mnist, &arena, out, NULL, &err);
            assert_true(st == INK_OK || st == INK_E_NO_INK);
            assert_int_equal(ink_arena_used(&arena), 0);
        }
}

static void letterbox_crop_stretch(void **state)
{
    static float out[3 * 16 * 16];
    for (int i = 0; i < 64 * 32; i++) { /* left half red, right half blue */
        pixels[3 * i] = i % 64 < 32 ? 255 : 0;
        pixels[3 * i + 1] = 0;
        pixels[3 * i + 2] = i % 64 < 32 ? 0 : 255;
    }
    struct ink_image image = picture(64, 32, 3);
    struct ink_want want = {16, 16, 3, INK_LAYOUT_NCHW, 1, {0}, {1, 1, 1}, INK_POLARITY_KEEP};
    prepares(&image, &want, out);
    assert_int_equal(found.fit, INK_FIT_LETTERBOX);
    assert_true(out[8 * 16 + 1] == 255 && out[8 * 16 + 14] == 0 && out[2 * 256 + 8 * 16 + 14] == 255);
    assert_true(out[0] > 100 && out[0] < 155); /* the border: the edges' mean */
    assert_true(found.scale == 0.25f);
    want.fit = INK_FIT_STRETCH, want.bgr = true;
    prepares(&image, &want, out);
    assert_true(out[1] == 0 && out[2 * 256 + 1] == 255);
    want.fit = INK_FIT_CROP, want.bgr = false;
    prepares(&image, &want, out);
    assert_true(out[0] == 255 && out[15] == 0);
    assert_true(found.scale == 0.5f);
}

/* The numbers are Pillow 9.4's for the same pixels. */
static void seed_is_pillow(void **state)
{
    static const struct {
        enum ink_image_mode mode;
        int channels;
        uint8_t want[12];
    } cases[] = {
        {INK_MODE_L, 1, {111, 145, 108, 137, 130, 128, 129, 132, 156, 118, 121, 125}},
        {INK_MODE_LA, 2, {107, 130, 97, 119, 110, 118, 114, 115, 138, 105, 111, 106}},
        {INK_MODE_RGB, 3, {131, 133, 121, 127, 124, 133, 124, 128, 138, 126, 131, 112}},
        {INK_MODE_RGBA, 4, {124, 137, 117, 123, 129, 135, 120, 130, 137, 132, 123, 109}},
        {INK_MODE_CMYK, 4, {63, 58, 70, 59, 69, 63, 58, 66, 49, 73, 58, 67}},
        {INK_MODE_P, 3, {134, 95, 93, 174, 85, 166, 90, 125, 82, 117, 161, 122}},
        {INK_MODE_I, 1, {211, 245, 208, 237, 230, 228, 229, 232, 255, 218, 221, 225}},
    };
    uint8_t got[12];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int channels = cases[i].channels;
        for (int k = 0; k < 11 * 9 * channels; k++)
            pixels[k] = pattern(k / channels % 11, k / channels / 11, k % channels);
        struct ink_image image = picture(11, 9, channels);
        image.mode = cases[i].mode;
        uint16_t deep[11 * 9];
        for (int k = 0; k < 11 * 9; k++) deep[k] = (uint16_t)(pattern(k % 11, k / 11, 0) + 100);
        if (image.mode == INK_MODE_I) image.source = deep;
        if (image.mode == INK_MODE_CMYK) image.source = pixels;
        assert_int_equal(ink_seed_squeeze(&image, 4, 3, &arena, got, &err), INK_OK);
        assert_memory_equal(got, cases[i].want, sizeof got);
    }
}

static void seed_divides_by_256(void **state)
{
    float out[28 * 28];
    memset(pixels, 255, sizeof pixels);
    struct ink_image image = picture(50, 40, 3);
    struct ink_want want = ink_want_mnist;
    want.fit = INK_FIT_SEED;
    prepares(&image, &want, out);
    for (int i = 0; i < 28 * 28; i++) assert_true(out[i] == 255.0f / 256.0f);
}

static void wants_are_checked(void **state)
{
    float out[1];
    struct ink_image image = picture(10, 10, 1);
    struct ink_want want = ink_want_mnist;
    want.width = 0;
    assert_int_equal(ink_prepare(&image, &want, &arena, out, NULL, &err), INK_E_ARGUMENT);
    want = ink_want_mnist;
    want.std[0] = 0;
    assert_int_equal(ink_prepare(&image, &want, &arena, out, NULL, &err), INK_E_ARGUMENT);
    want = ink_want_mnist;
    want.channels = 2;
    assert_int_equal(ink_prepare(&image, &want, &arena, out, NULL, &err), INK_E_ARGUMENT);
}

static void without_memory(void **state)
{
    static float out[28 * 28];
    static const enum ink_fit fits[] = {INK_FIT_DIGIT, INK_FIT_SEED, INK_FIT_LETTERBOX};
    struct ink_image image = draw(400, 100, 60, 200, 9, (struct look){255, 0});
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++)
        for (unsigned long n = 1;; n++) {
            struct ink_want want = ink_want_mnist;
            want.fit = fits[i];
            struct ink_arena own;
            ink_arena_init(&own, 64 << 20);
            ink_alloc_fail_at(n);
            ink_status st = ink_prepare(&image, &want, &own, out, &found, &err);
            ink_alloc_fail_at(0);
            ink_arena_cleanup(&own);
            if (st == INK_OK) break;
            assert_int_equal(st, INK_E_OOM);
            assert_true(n < 100);
        }
}

static void fits_have_names(void **state)
{
    for (int i = 0; i < INK_FIT_COUNT; i++) {
        enum ink_fit fit;
        assert_true(ink_fit_named(ink_fit_word((enum ink_fit)i), &fit));
        assert_int_equal(fit, i);
    }
    enum ink_fit fit;
    assert_false(ink_fit_named("squeeze", &fit));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(one_look_for_all),
        TEST(placed_as_mnist_does),
        TEST(mnist_is_left_alone),
        TEST(only_the_digit),
        TEST(squared_and_lined_paper),
        TEST(bold_digits),
        TEST(uneven_light),
        TEST(broken_strokes),
        TEST(hidden_rules),
        TEST(underlined_and_framed),
        TEST(strokes_are_no_rules),
        TEST(ink_of_another_hue),
        TEST(transparent_paper),
        TEST(nothing_written),
        TEST(layouts),
        TEST(sizes),
        TEST(odd_pictures),
        TEST(letterbox_crop_stretch),
        TEST(seed_is_pillow),
        TEST(seed_divides_by_256),
        TEST(wants_are_checked),
        TEST(without_memory),
        TEST(fits_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
