/* SPDX-License-Identifier: MIT */
/* The digit is drawn FINE times larger than wanted, where its strokes are brought to the width that the model knows and it
 * is moved to its place in FINE-th pixels; each wanted pixel is then the mean of FINE x FINE. */
#include "image/digit.h"

#include <math.h>

#include "image/resample.h"

enum { FINE = 4 };

static const float mnist_side = 28, mnist_box = 20; /* LeCun et al. 1998, section III.A */
static const float mnist_stroke = 2.4f;             /* mean width of a stroke there, pixels of 28 */

bool ink_digit_is_drawn(const struct ink_plane *plane, const struct ink_paper *paper, const struct ink_trace *trace,
                        int width, int height)
{
    if (plane->reduced != 1 || plane->width != width || plane->height != height || paper->noise > 0) return false;
    if (trace->stroke < mnist_stroke / 2) return false;
    int left = width, top = height, right = 0, bottom = 0;
    float mass = 0, x_sum = 0, y_sum = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float ink = paper->contrast[y * width + x];
            if (ink == 0) continue;
            if (x < left) left = x;
            if (x > right) right = x;
            if (y < top) top = y;
            if (y > bottom) bottom = y;
            mass += ink;
            x_sum += ink * ((float)x + 0.5f);
            y_sum += ink * ((float)y + 0.5f);
        }
    float unit = fminf((float)width, (float)height) / mnist_side;
    float size =
        fmaxf((float)(right - left + 1) / (float)width, (float)(bottom - top + 1) / (float)height) * mnist_side;
    float off_x = fabsf(x_sum / mass - (float)width / 2), off_y = fabsf(y_sum / mass - (float)height / 2);
    return fabsf(size - mnist_box) <= 1 && off_x <= unit && off_y <= unit;
}

/* A picture in fine pixels. */
struct canvas {
    int width, height;
    uint8_t *pixels;
};

static ink_status canvas_make(struct canvas *canvas, int width, int height, struct ink_arena *arena)
{
    *canvas = (struct canvas){width, height, INK_ARENA_ARRAY(arena, uint8_t, (size_t)width * (size_t)height)};
    return canvas->pixels ? INK_OK : INK_E_OOM;
}

/* The box of the trace, resized to the canvas: by area where it shrinks. */
static ink_status resize(const struct ink_trace *trace, const struct canvas *canvas, struct ink_arena *arena)
{
    struct ink_box box = trace->box;
    struct ink_axis across, down;
    enum ink_filter filter_x = canvas->width < box.width ? INK_FILTER_BOX : INK_FILTER_LINEAR;
    enum ink_filter filter_y = canvas->height < box.height ? INK_FILTER_BOX : INK_FILTER_LINEAR;
    if (ink_axis_make(filter_x, box.width, 0, box.width, canvas->width, arena, &across)) return INK_E_OOM;
    if (ink_axis_make(filter_y, box.height, 0, box.height, canvas->height, arena, &down)) return INK_E_OOM;
    float *narrow = INK_ARENA_ARRAY(arena, float, (size_t)box.height *(size_t)canvas->width);
    if (!narrow) return INK_E_OOM;
    for (int y = 0; y < box.height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const double *weights = across.weights + (size_t)x * (size_t)across.taps;
            const uint8_t *in = trace->ink + (size_t)y * (size_t)box.width + across.first[x];
            double sum = 0;
            for (int i = 0; i < across.count[x]; i++) sum += weights[i] * in[i];
            narrow[(size_t)y * (size_t)canvas->width + (size_t)x] = (float)sum;
        }
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const double *weights = down.weights + (size_t)y * (size_t)down.taps;
            const float *in = narrow + (size_t)down.first[y] * (size_t)canvas->width + (size_t)x;
            double sum = 0.5;
            for (int i = 0; i < down.count[y]; i++) sum += weights[i] * (double)in[(size_t)i * (size_t)canvas->width];
            canvas->pixels[(size_t)y * (size_t)canvas->width + (size_t)x] = (uint8_t)sum;
        }
    return INK_OK;
}

/* Strokes grow by `radius` (grey dilation with a soft-edged disc) into a canvas that is `margin` larger on each side. */
static void thicken(const struct canvas *in, float radius, int margin, struct canvas *out)
{
    int reach = (int)ceilf(radius) + 1;
    for (int dy = -reach; dy <= reach; dy++)
        for (int dx = -reach; dx <= reach; dx++) {
            float part = radius + 1 - sqrtf((float)(dx * dx + dy * dy));
            if (part <= 0) continue;
            unsigned weight = part >= 1 ? 256 : (unsigned)(part * 256);
            for (int y = 0; y < in->height; y++) {
                const uint8_t *from = in->pixels + y * in->width;
                uint8_t *to = out->pixels + (y + dy + margin) * out->width + dx + margin;
                for (int x = 0; x < in->width; x++) {
                    uint8_t value = (uint8_t)(from[x] * weight >> 8);
                    if (value > to[x]) to[x] = value;
                }
            }
        }
}

static void centre_of_mass(const struct canvas *canvas, double *mass_x, double *mass_y)
{
    double mass = 0, x_sum = 0, y_sum = 0;
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            double value = canvas->pixels[y * canvas->width + x];
            mass += value;
            x_sum += value * (x + 0.5);
            y_sum += value * (y + 0.5);
        }
    *mass_x = mass > 0 ? x_sum / mass : canvas->width * 0.5;
    *mass_y = mass > 0 ? y_sum / mass : canvas->height * 0.5;
}

/* Where the canvas starts on a sheet of `side`, its mass in the middle; not over the sheet's edges. */
static int place(double mass, int length, int side)
{
    int start = (int)lround(side * 0.5 - mass);
    if (start > side - length) start = side - length;
    return start < 0 ? 0 : start;
}

/* Each wanted pixel is the mean of its FINE x FINE fine ones. */
static void reduce(const struct canvas *canvas, int start_x, int start_y, int width, int height, uint8_t *out)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            unsigned sum = FINE * FINE / 2;
            for (int fy = y * FINE - start_y, i = 0; i < FINE; i++, fy++)
                for (int fx = x * FINE - start_x, j = 0; j < FINE; j++, fx++)
                    if (fx >= 0 && fy >= 0 && fx < canvas->width && fy < canvas->height)
                        sum += canvas->pixels[fy * canvas->width + fx];
            out[y * width + x] = (uint8_t)(sum / (FINE * FINE));
        }
}

/* Fine pixels a plane pixel, so that the box with its strokes at `stroke` wide just fits into box_x x box_y:
 * scale * (box - stroke found) + stroke wanted = the side. */
static float fit(const struct ink_trace *trace, float stroke, float box_x, float box_y)
{
    float across = (float)trace->box.width - trace->stroke, down = (float)trace->box.height - trace->stroke;
    if (across < 1) across = 1;
    if (down < 1) down = 1;
    return fminf((box_x - stroke) / across, (box_y - stroke) / down);
}

static int at_least_1(float value)
{
    return value < 1 ? 1 : (int)lroundf(value);
}

ink_status ink_digit_draw(const struct ink_trace *trace, int width, int height, struct ink_arena *arena, uint8_t *out,
                          struct ink_placing *placing)
{
    struct ink_arena_mark mark = ink_arena_mark(arena);
    float sheet_x = (float)(width * FINE), sheet_y = (float)(height * FINE);
    float box_x = sheet_x * mnist_box / mnist_side, box_y = sheet_y * mnist_box / mnist_side;
    float stroke = mnist_stroke * fminf(sheet_x, sheet_y) / mnist_side;
    float scale = fit(trace, stroke, box_x, box_y);
    float radius = (stroke - trace->stroke * scale) / 2;
    if (radius < 0) { /* thicker than wanted: stays so */
        radius = 0;
        scale = fminf(box_x / (float)trace->box.width, box_y / (float)trace->box.height);
    }
    int margin = (int)ceilf(radius) + 1; /* the disc's soft edge */
    struct canvas thin, canvas;
    ink_status st = canvas_make(&thin, at_least_1((float)trace->box.width * scale),
                                at_least_1((float)trace->box.height * scale), arena);
    if (!st) st = canvas_make(&canvas, thin.width + 2 * margin, thin.height + 2 * margin, arena);
    if (!st) st = resize(trace, &thin, arena);
    if (!st) {
        double mass_x, mass_y;
        thicken(&thin, radius, margin, &canvas);
        centre_of_mass(&canvas, &mass_x, &mass_y);
        int start_x = place(mass_x, canvas.width, width * FINE), start_y = place(mass_y, canvas.height, height * FINE);
        reduce(&canvas, start_x, start_y, width, height, out);
        placing->scale = scale / FINE;
        placing->shift_x = ((float)start_x - (sheet_x - (float)canvas.width) / 2) / FINE;
        placing->shift_y = ((float)start_y - (sheet_y - (float)canvas.height) / 2) / FINE;
    }
    ink_arena_release(arena, mark);
    return st;
}
