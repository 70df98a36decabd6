/* SPDX-License-Identifier: MIT */
/* Control points become polylines, these are slanted, scaled into their box, and each of their lines is inked: a pixel is
 * as dark as the part of it that the pen covers. Then one knows where the ink's mass is, and draws it again in its place. */
#include "image/strokes.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { CURVE_STEPS = 8, POINTS_MAX = INK_STROKES_MAX_POINTS * CURVE_STEPS };

static const float mnist_side = 28, mnist_box = 20; /* LeCun et al. 1998, section III.A */

struct point {
    float x, y;
};

/* Polylines, one after the other. */
struct path {
    struct point points[POINTS_MAX];
    bool starts[POINTS_MAX]; /* the pen is put down here, no line leads to this point */
    int count;
};

/* --- from text to polylines ---------------------------------------------------------------------------------------- */

static void append(struct path *path, struct point point, bool start)
{
    assert(path->count < POINTS_MAX);
    path->points[path->count] = point;
    path->starts[path->count++] = start;
}

static bool same(struct point a, struct point b)
{
    return a.x == b.x && a.y == b.y;
}

/* Reads a stroke from its kind on; returns where the next one starts. */
static const char *read_stroke(const char *text, struct point *points, int *count)
{
    for (*count = 0, text++; *text && *text != '~' && *text != '-'; text++) {
        if (*text == ' ') continue;
        int digits[4];
        for (int i = 0; i < 4; i++) {
            digits[i] = text[i] - '0';
            assert(digits[i] >= 0 && digits[i] <= 9);
        }
        assert(*count < INK_STROKES_MAX_POINTS);
        points[(*count)++] =
            (struct point){(float)(10 * digits[0] + digits[1]) - 50, (float)(10 * digits[2] + digits[3]) - 50};
        text += 3;
    }
    assert(*count > 0);
    return text;
}

/* Between b and c on the curve that comes from a and goes on to d, 0 < t <= 1. */
static float catmull_rom(float a, float b, float c, float d, float t)
{
    return 0.5f * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - 3 * c + d - a) * t * t * t);
}

static void append_curve(struct path *path, const struct point *points, int count)
{
    append(path, points[0], true);
    for (int i = 1; i < count; i++) {
        struct point a = points[i > 1 ? i - 2 : 0], b = points[i - 1], c = points[i];
        struct point d = points[i + 1 < count ? i + 1 : i];
        if (same(b, c)) continue; /* a corner: the curves on its two sides do not know of each other */
        for (int step = 1; step <= CURVE_STEPS; step++) {
            float t = (float)step / CURVE_STEPS;
            append(path, (struct point){catmull_rom(a.x, b.x, c.x, d.x, t), catmull_rom(a.y, b.y, c.y, d.y, t)}, false);
        }
    }
}

static void read_path(const char *text, struct path *path)
{
    struct point points[INK_STROKES_MAX_POINTS];
    path->count = 0;
    while (*text) {
        bool curved = *text == '~';
        assert(curved || *text == '-');
        int count;
        text = read_stroke(text, points, &count);
        if (curved) append_curve(path, points, count);
        for (int i = 0; i < count && !curved; i++) append(path, points[i], i == 0);
    }
}

/* As fminf and fmaxf would, which are calls where NaN might come; the loop over pixels is hot. */
static float clamp(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

/* --- to its place -------------------------------------------------------------------------------------------------- */

static void lean(struct path *path, const struct ink_hand *hand)
{
    float cosine = cosf(hand->turn), sine = sinf(hand->turn);
    for (int i = 0; i < path->count; i++) {
        struct point *p = &path->points[i];
        float x = p->x * hand->width - p->y * hand->slant;
        *p = (struct point){x * cosine - p->y * sine, x * sine + p->y * cosine};
    }
}

/* Two corners of a box. */
struct extent {
    struct point low, high;
};

static struct extent extent_of(const struct path *path)
{
    struct extent extent = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    for (int i = 0; i < path->count; i++) {
        struct point p = path->points[i];
        extent.low = (struct point){fminf(extent.low.x, p.x), fminf(extent.low.y, p.y)};
        extent.high = (struct point){fmaxf(extent.high.x, p.x), fmaxf(extent.high.y, p.y)};
    }
    return extent;
}

static void move(struct path *path, struct point by)
{
    for (int i = 0; i < path->count; i++) {
        path->points[i].x += by.x;
        path->points[i].y += by.y;
    }
}

/* Scales what is drawn into its box, the middle of the box in the middle of the sheet. */
static void fit(struct path *path, float pen, float width, float height)
{
    struct extent extent = extent_of(path);
    float box_x = width * mnist_box / mnist_side - pen, box_y = height * mnist_box / mnist_side - pen;
    float across = extent.high.x - extent.low.x, down = extent.high.y - extent.low.y;
    float scale = fminf(box_x / fmaxf(across, 1), box_y / fmaxf(down, 1));
    move(path, (struct point){-extent.low.x - across / 2, -extent.low.y - down / 2});
    for (int i = 0; i < path->count; i++)
        path->points[i] = (struct point){path->points[i].x * scale, path->points[i].y * scale};
    move(path, (struct point){width / 2, height / 2});
}

/* How far to move what takes low..high, so that `mass` comes to the middle of 0..side and nothing is moved out. */
static float shift(float low, float high, float mass, float side)
{
    return clamp(side / 2 - mass, -low, side - high);
}

/* Moves the path so that the mass of the ink, drawn where the path is now, comes to the middle. The ink is asked and not
 * the path, for strokes that lie on each other count once. */
static void centre(struct path *path, float pen, int width, int height, const uint8_t *ink)
{
    double mass = 0, x_sum = 0, y_sum = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double value = *ink++;
            mass += value;
            x_sum += value * (x + 0.5);
            y_sum += value * (y + 0.5);
        }
    struct extent extent = extent_of(path);
    move(path,
         (struct point){shift(extent.low.x - pen / 2, extent.high.x + pen / 2, (float)(x_sum / mass), (float)width),
                        shift(extent.low.y - pen / 2, extent.high.y + pen / 2, (float)(y_sum / mass), (float)height)});
}

/* --- ink ----------------------------------------------------------------------------------------------------------- */

/* What a pen, its middle `distance` from the pixel's, covers of the pixel, as if its edge were straight and upright. */
static float cover(float distance, float pen)
{
    return clamp((pen + 1) / 2 - distance, 0, pen < 1 ? pen : 1);
}

/* The pixels whose middle lies in low..high, of 0..side. */
static int first_pixel(float low)
{
    return low <= 0.5f ? 0 : (int)ceilf(low - 0.5f);
}
static int end_pixel(float high, int side)
{
    int end = (int)floorf(high + 0.5f);
    return end > side ? side : end;
}

static void ink_line(struct point a, struct point b, float pen, int width, int height, uint8_t *ink)
{
    float reach = (pen + 1) / 2, dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    float per_length = length2 > 0 ? 1 / length2 : 0;
    int left = first_pixel(fminf(a.x, b.x) - reach), right = end_pixel(fmaxf(a.x, b.x) + reach, width);
    int top = first_pixel(fminf(a.y, b.y) - reach), bottom = end_pixel(fmaxf(a.y, b.y) + reach, height);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            float to_x = (float)x + 0.5f - a.x, to_y = (float)y + 0.5f - a.y;
            float t = clamp((to_x * dx + to_y * dy) * per_length, 0, 1);
            to_x -= t * dx;
            to_y -= t * dy;
            uint8_t value = (uint8_t)(cover(sqrtf(to_x * to_x + to_y * to_y), pen) * 255 + 0.5f);
            uint8_t *pixel = ink + (size_t)y * (size_t)width + (size_t)x;
            if (value > *pixel) *pixel = value;
        }
}

static void ink_path(const struct path *path, float pen, int width, int height, uint8_t *ink)
{
    memset(ink, 0, (size_t)width * (size_t)height);
    for (int i = 0; i < path->count; i++)
        ink_line(path->points[path->starts[i] ? i : i - 1], path->points[i], pen, width, height, ink);
}

void ink_strokes_draw(const char *strokes, const struct ink_hand *hand, int width, int height, uint8_t *ink)
{
    struct path path;
    float pen = hand->pen * fminf((float)width, (float)height) / mnist_side;
    read_path(strokes, &path);
    lean(&path, hand);
    fit(&path, pen, (float)width, (float)height);
    ink_path(&path, pen, width, height, ink);
    centre(&path, pen, width, height, ink);
    ink_path(&path, pen, width, height, ink);
}
