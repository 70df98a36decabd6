/* SPDX-License-Identifier: MIT */
#include "cli/eval_figures.h"

#include <math.h>

#include "base/text.h"
#include "cli/html.h"

/* Small shares stay visible: the square root of 1 % is a tenth of the way. */
static double strength(double share)
{
    return 0.2 + 0.8 * sqrt(share);
}

static void open_figure(struct ink_buffer *out, const char *kind, double width, double height, const char *label)
{
    ink_buffer_printf(out,
                      "<svg class=\"figure %s\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\"",
                      kind, width, height, width, height);
    ink_buffer_printf(out, " aria-label=\"%s\">\n", label);
}

void ink_figure_bar(struct ink_buffer *out, double share, const char *kind)
{
    ink_buffer_printf(
        out,
        "<svg class=\"bar\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        "<rect class=\"track\" width=\"100\" height=\"4\"/><rect class=\"%s\" width=\"%.1f\" height=\"4\"/></svg>",
        kind, 100 * fmin(1, fmax(0, share)));
}

/* --- accuracy --- */

void ink_figure_interval(struct ink_buffer *out, const struct ink_summary *summary, double from)
{
    enum { WIDTH = 300, LEFT = 20, RIGHT = 280, LINE = 14 };
    double step = (RIGHT - LEFT) / (1 - from);
    open_figure(out, "interval", WIDTH, 44, "accuracy with its 95 % interval");
    ink_buffer_printf(out, "<path class=\"axis\" d=\"M%d %dH%d\"/>\n", LEFT, LINE, RIGHT);
    int ticks = (int)lround((1 - from) * 10);
    for (int i = 0; i <= ticks; i++) {
        double x = LEFT + (RIGHT - LEFT) * (double)i / ticks;
        ink_buffer_printf(out, "<path class=\"axis\" d=\"M%.1f %dv5\"/>", x, LINE);
        if (ticks <= 5 || i % 5 == 0 || i == ticks)
            ink_buffer_printf(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\">%.0f %%</text>\n", x, LINE + 20,
                              100 * from + 10 * i);
    }
    ink_buffer_printf(out, "<rect class=\"range\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"8\" rx=\"4\"/>",
                      LEFT + (summary->low - from) * step, LINE - 4, (summary->high - summary->low) * step);
    ink_buffer_printf(out, "<circle class=\"right\" cx=\"%.1f\" cy=\"%d\" r=\"6\"/></svg>\n",
                      LEFT + (summary->accuracy - from) * step, LINE);
}

/* --- the confusion matrix --- */

enum { LABEL_SHOWN = 12 }; /* characters of a label at the edge; the whole is in the titles */

/* Where things are in a matrix, in pixels. */
struct grid {
    double cell, left, top;
    bool counts;  /* there is room for numbers */
    bool upright; /* column labels stand on end */
    size_t rows, columns;
};

/* The characters that cut_label leaves. */
static size_t cut_length(const char *label)
{
    size_t shown = 0, len = strlen(label);
    for (size_t i = 0; i < len && shown < LABEL_SHOWN; shown++) {
        size_t step = ink_text_utf8_length(label + i, len - i);
        i += step ? step : 1;
    }
    return shown;
}

static void cut_label(struct ink_buffer *out, const char *label)
{
    char cut[4 * LABEL_SHOWN + 1];
    size_t used = 0, len = strlen(label);
    for (size_t shown = 0; used < len && shown < LABEL_SHOWN; shown++) {
        size_t step = ink_text_utf8_length(label + used, len - used);
        used += step ? step : 1;
    }
    memcpy(cut, label, used);
    cut[used] = '\0';
    ink_html_text(out, cut);
    if (used < len) ink_buffer_text(out, "\xe2\x80\xa6");
}

static struct grid lay_out(const struct ink_summary *s)
{
    size_t longest = 1;
    for (size_t i = 0; i < s->class_count; i++) {
        size_t shown = cut_length(s->classes[i].label);
        if (shown > longest) longest = shown;
    }
    struct grid g = {.columns = s->class_count + (s->unread > 0)};
    for (size_t i = 0; i < s->class_count; i++) g.rows += s->classes[i].pictures > 0;
    g.cell = s->class_count <= 12 ? 38 : s->class_count <= 30 ? 26 : 15;
    g.counts = g.cell > 20;
    g.upright = longest > 2;
    g.left = 30 + 8.0 * (double)longest;
    g.top = g.upright ? g.left : 44;
    return g;
}

static void column_label(struct ink_buffer *out, const struct grid *g, size_t column, const char *label)
{
    double x = g->left + ((double)column + 0.5) * g->cell, y = g->top - 8;
    if (g->upright)
        ink_buffer_printf(out, "<text class=\"start\" transform=\"translate(%.1f %.1f) rotate(-90)\" dy=\".35em\">", x,
                          y);
    else
        ink_buffer_printf(out, "<text x=\"%.1f\" y=\"%.1f\">", x, y);
    cut_label(out, label);
    ink_buffer_text(out, "</text>");
}

/* "7 read as 1: 3 of 120" */
static void cell_title(struct ink_buffer *out, const struct ink_summary *s, size_t row, size_t column, size_t count)
{
    ink_buffer_text(out, "<title>");
    ink_html_text(out, s->classes[row].label);
    if (column < s->class_count) {
        ink_buffer_text(out, " read as ");
        ink_html_text(out, s->classes[column].label);
    } else {
        ink_buffer_text(out, " not read");
    }
    ink_buffer_printf(out, ": %zu of %zu</title>", count, s->classes[row].pictures);
}

/* The row of a class, in place `place` from the top. */
static void confusion_row(struct ink_buffer *out, const struct ink_summary *s, const struct grid *g, size_t row,
                          size_t place)
{
    double y = g->top + (double)place * g->cell;
    ink_buffer_printf(out, "<text class=\"end\" x=\"%.1f\" y=\"%.1f\" dy=\".35em\">", g->left - 8, y + g->cell / 2);
    cut_label(out, s->classes[row].label);
    ink_buffer_text(out, "</text>");
    for (size_t column = 0; column < g->columns; column++) {
        size_t count = s->confusion[row * (s->class_count + 1) + column];
        double x = g->left + (double)column * g->cell;
        if (!count) continue;
        ink_buffer_printf(out,
                          "<g><rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" "
                          "fill-opacity=\"%.2f\"/>",
                          row == column ? "right" : "wrong", x + 1, y + 1, g->cell - 2, g->cell - 2,
                          strength((double)count / (double)s->classes[row].pictures));
        if (g->counts)
            ink_buffer_printf(out, "<text class=\"count\" x=\"%.1f\" y=\"%.1f\" dy=\".35em\">%zu</text>",
                              x + g->cell / 2, y + g->cell / 2, count);
        cell_title(out, s, row, column, count);
        ink_buffer_text(out, "</g>");
    }
    ink_buffer_text(out, "\n");
}

static void draw_ground(struct ink_buffer *out, const struct grid *g)
{
    double width = g->cell * (double)g->columns, height = g->cell * (double)g->rows;
    ink_buffer_printf(out, "<rect class=\"ground\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"4\"/>\n",
                      g->left, g->top, width, height);
    ink_buffer_text(out, "<path class=\"lines\" d=\"");
    for (size_t i = 1; i < g->columns; i++)
        ink_buffer_printf(out, "M%.1f %.1fv%.1f", g->left + (double)i * g->cell, g->top, height);
    for (size_t i = 1; i < g->rows; i++)
        ink_buffer_printf(out, "M%.1f %.1fh%.1f", g->left, g->top + (double)i * g->cell, width);
    ink_buffer_text(out, "\"/>\n");
}

void ink_figure_confusion(struct ink_buffer *out, const struct ink_summary *summary)
{
    struct grid g = lay_out(summary);
    double width = g.left + g.cell * (double)g.columns + 8, height = g.top + g.cell * (double)g.rows + 8;
    open_figure(out, "confusion", width, height, "confusion matrix");
    ink_buffer_printf(out, "<text class=\"side start\" x=\"%.1f\" y=\"14\">read as \xe2\x86\x92</text>", g.left);
    ink_buffer_printf(
        out, "<text class=\"side end\" transform=\"translate(14 %.1f) rotate(-90)\">\xe2\x86\x90 shows</text>\n",
        g.top);
    draw_ground(out, &g);
    for (size_t i = 0; i < g.columns; i++)
        column_label(out, &g, i, i < summary->class_count ? summary->classes[i].label : "\xe2\x88\x85");
    ink_buffer_text(out, "\n");
    for (size_t i = 0, place = 0; i < summary->class_count; i++)
        if (summary->classes[i].pictures) confusion_row(out, summary, &g, i, place++);
    ink_buffer_text(out, "</svg>\n");
}

/* --- calibration --- */

enum { PLOT_SIDE = 240, PLOT_LEFT = 62, PLOT_TOP = 10, PLOT_BOTTOM = PLOT_TOP + PLOT_SIDE };

/* A bar for how many are right, a dash for how sure they were, a line between, and how many there are. */
static void calibration_bin(struct ink_buffer *out, const struct ink_calibration_bin *bin, int number)
{
    double wide = (double)PLOT_SIDE / INK_CALIBRATION_BINS, x = PLOT_LEFT + number * wide;
    double share = (double)bin->right / (double)bin->count;
    double right_y = PLOT_BOTTOM - share * PLOT_SIDE, sure_y = PLOT_BOTTOM - bin->probability * PLOT_SIDE;
    ink_buffer_printf(out, "<g><rect class=\"right\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\"/>",
                      x + 1.5, right_y, wide - 3, PLOT_BOTTOM - right_y);
    ink_buffer_printf(out, "<path class=\"sure\" d=\"M%.1f %.1fV%.1fM%.1f %.1fh%.1f\"/>", x + wide / 2, right_y, sure_y,
                      x + 1.5, sure_y, wide - 3);
    ink_buffer_printf(out, "<text class=\"few\" x=\"%.1f\" y=\"%d\">%zu</text>", x + wide / 2, PLOT_BOTTOM + 14,
                      bin->count);
    ink_buffer_printf(out, "<title>%d to %d %% sure: %zu of %zu right (%.1f %%), %.1f %% sure on average</title></g>\n",
                      100 * number / INK_CALIBRATION_BINS, 100 * (number + 1) / INK_CALIBRATION_BINS, bin->right,
                      bin->count, 100 * share, 100 * bin->probability);
}

void ink_figure_calibration(struct ink_buffer *out, const struct ink_summary *summary)
{
    open_figure(out, "calibration", PLOT_LEFT + PLOT_SIDE + 22, PLOT_BOTTOM + 60, "reliability diagram");
    ink_buffer_printf(out, "<rect class=\"ground\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", PLOT_LEFT,
                      PLOT_TOP, PLOT_SIDE, PLOT_SIDE);
    for (int i = 0; i < INK_CALIBRATION_BINS; i++)
        if (summary->bins[i].count) calibration_bin(out, &summary->bins[i], i);
    ink_buffer_printf(out, "<path class=\"diagonal\" d=\"M%d %dL%d %d\"/>\n", PLOT_LEFT, PLOT_BOTTOM,
                      PLOT_LEFT + PLOT_SIDE, PLOT_TOP);
    for (int i = 0; i <= 2; i++) {
        int at = i * PLOT_SIDE / 2;
        ink_buffer_printf(out, "<text class=\"end\" x=\"%d\" y=\"%d\" dy=\".35em\">%d %%</text>", PLOT_LEFT - 6,
                          PLOT_BOTTOM - at, 50 * i);
        ink_buffer_printf(out, "<text x=\"%d\" y=\"%d\">%d %%</text>\n", PLOT_LEFT + at, PLOT_BOTTOM + 32, 50 * i);
    }
    ink_buffer_printf(out, "<text class=\"side\" x=\"%d\" y=\"%d\">how sure it was, over how many pictures</text>",
                      PLOT_LEFT + PLOT_SIDE / 2, PLOT_BOTTOM + 52);
    ink_buffer_printf(
        out, "<text class=\"side\" transform=\"translate(14 %d) rotate(-90)\">how often it was right</text></svg>\n",
        PLOT_TOP + PLOT_SIDE / 2);
}

/* --- times --- */

enum { DECADES_MAX = 9, BARS_A_DECADE = 10 }; /* 1 us .. 1000 s */

static int bar_of(uint64_t us)
{
    int bar = us ? (int)floor(BARS_A_DECADE * log10((double)us)) : 0;
    return bar < DECADES_MAX * BARS_A_DECADE ? bar : DECADES_MAX * BARS_A_DECADE - 1;
}

void ink_figure_times(struct ink_buffer *out, const struct ink_evaluation *evaluation,
                      const struct ink_summary *summary)
{
    enum { WIDTH = 300, HEIGHT = 110, LEFT = 10 };
    static const char *const names[DECADES_MAX + 1] = {"1 \xc2\xb5s", "10 \xc2\xb5s", "0.1 ms", "1 ms",  "10 ms",
                                                       "0.1 s",       "1 s",          "10 s",   "100 s", "1000 s"};
    size_t bars[DECADES_MAX * BARS_A_DECADE] = {0}, most = 1;
    int first = DECADES_MAX * BARS_A_DECADE, last = 0;
    for (size_t i = 0; i < evaluation->count; i++) {
        int bar = bar_of(evaluation->readings[i].took_us);
        if (++bars[bar] > most) most = bars[bar];
        if (bar < first) first = bar;
        if (bar > last) last = bar;
    }
    first -= first % BARS_A_DECADE; /* whole decades, so that there is a number at each end */
    last += BARS_A_DECADE - last % BARS_A_DECADE;
    double wide = (double)WIDTH / (last - first);
    open_figure(out, "times", LEFT + WIDTH + 30, HEIGHT + 32, "how long pictures took");
    for (int i = first; i < last; i++) {
        double height = HEIGHT * (double)bars[i] / (double)most;
        if (bars[i])
            ink_buffer_printf(out,
                              "<g><rect class=\"plain\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
                              "<title>%zu pictures</title></g>\n",
                              LEFT + (i - first) * wide + 0.5, HEIGHT + 4 - height, wide - 1, height, bars[i]);
    }
    double median = LEFT + (BARS_A_DECADE * log10(fmax(1, (double)summary->median_us)) - first) * wide;
    ink_buffer_printf(out, "<path class=\"median\" d=\"M%.1f 0v%d\"/><path class=\"axis\" d=\"M%d %dh%d\"/>\n", median,
                      HEIGHT + 4, LEFT, HEIGHT + 4, WIDTH);
    for (int i = first; i <= last; i += BARS_A_DECADE)
        ink_buffer_printf(out, "<text%s x=\"%.1f\" y=\"%d\">%s</text>", i == first ? " class=\"start\"" : "",
                          i == first ? 0 : LEFT + (i - first) * wide, HEIGHT + 24, names[i / BARS_A_DECADE]);
    ink_buffer_text(out, "</svg>\n");
}
