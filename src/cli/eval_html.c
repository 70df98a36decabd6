/* SPDX-License-Identifier: MIT */
/* eval_html.c - the page of `inkling eval --html`, section by section. */
#include <math.h>

#include "base/clock.h"
#include "cli/eval_figures.h"
#include "cli/eval_report.h"
#include "cli/eval_style.h"
#include "cli/html.h"

/* --- words --- */

static void percent(struct ink_buffer *out, double share)
{
    ink_buffer_printf(out, "%.1f&nbsp;%%", 100 * share);
}

static void duration(struct ink_buffer *out, uint64_t us)
{
    if (us < 1000000)
        ink_buffer_printf(out, "%.*f&nbsp;ms", us < 10000 ? 2 : us < 100000 ? 1 : 0, (double)us / 1e3);
    else
        ink_buffer_printf(out, "%.1f&nbsp;s", (double)us / 1e6);
}

static void name(struct ink_buffer *out, const char *text)
{
    ink_buffer_text(out, "<code>");
    ink_html_text(out, text);
    ink_buffer_text(out, "</code>");
}

/* Models are A, B, C ... where there are several; those behind Z go by their number. */
static void tag(struct ink_buffer *out, const struct ink_eval_report *r, size_t model)
{
    if (r->models < 2) return;
    if (model < 26)
        ink_buffer_printf(out, "<span class=\"tag\">%c</span> ", (char)('A' + model));
    else
        ink_buffer_printf(out, "<span class=\"tag\">%zu</span> ", model + 1);
}

static void open_section(struct ink_buffer *out, const char *title, const char *lead)
{
    ink_buffer_printf(out, "<section>\n<h2>%s</h2>\n<p class=\"lead\">%s</p>\n", title, lead);
}

static void model_heading(struct ink_buffer *out, const struct ink_eval_report *r, size_t model)
{
    if (r->models < 2) return;
    ink_buffer_text(out, "<h3>");
    tag(out, r, model);
    name(out, r->evaluations[model].model);
    ink_buffer_text(out, "</h3>\n");
}

/* --- the top --- */

static const char *file_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void write_head(struct ink_buffer *out, const struct ink_eval_report *r, int64_t wall_ms)
{
    char date[INK_CLOCK_ISO_LEN + 1];
    ink_clock_iso(wall_ms, date);
    ink_html_head(out, "inkling eval", ink_view_of(ink_eval_style, ink_eval_style_len));
    ink_buffer_text(out, "<body>\n<header>\n<p class=\"brand\">inkling eval</p>\n<h1>");
    if (r->models == 1)
        ink_html_text(out, file_of(r->evaluations[0].model));
    else
        ink_buffer_printf(out, "%zu models", r->models);
    ink_buffer_printf(out, " on %zu picture%s</h1>\n<p class=\"muted\">", r->pictures, r->pictures == 1 ? "" : "s");
    name(out, r->source);
    ink_buffer_printf(out, " &middot; %.10s %.5s UTC &middot; inkling %s</p>\n</header>\n<main>\n", date, date + 11,
                      INK_VERSION);
}

static void fact(struct ink_buffer *out, const char *term, double share, const char *title)
{
    ink_buffer_printf(out, "<div title=\"%s\"><dt>%s</dt><dd>", title, term);
    percent(out, share);
    ink_buffer_text(out, "</dd></div>");
}

static void time_fact(struct ink_buffer *out, const char *term, uint64_t us)
{
    ink_buffer_printf(out, "<div><dt>%s</dt><dd>", term);
    duration(out, us);
    ink_buffer_text(out, "</dd></div>");
}

/* A frequent slip: folders are named "seven", and the model says "7". */
static void write_foreign(struct ink_buffer *out, const struct ink_summary *s)
{
    enum { SHOWN = 8 };
    int shown = 0;
    if (!s->foreign) return;
    ink_buffer_text(out, "<p class=\"wrong\">The model has no class");
    for (size_t i = 0; i < s->class_count; i++) {
        if (!s->classes[i].foreign || shown++ >= SHOWN) continue;
        ink_buffer_text(out, shown > 1 ? ", <b>" : " <b>");
        ink_html_text(out, s->classes[i].label);
        ink_buffer_text(out, "</b>");
    }
    if (shown > SHOWN) ink_buffer_printf(out, " and %d more", shown - SHOWN);
    ink_buffer_printf(out, "; pictures that cannot be right: %zu.</p>\n", s->foreign);
}

static void write_card(struct ink_buffer *out, const struct ink_eval_report *r, size_t model, double scale_from)
{
    const struct ink_summary *s = &r->summaries[model];
    ink_buffer_text(out, "<article class=\"card\">\n<div>\n<h2 class=\"model\">");
    tag(out, r, model);
    name(out, r->evaluations[model].model);
    ink_buffer_text(out, "</h2>\n<p class=\"accuracy\">");
    percent(out, s->accuracy);
    ink_buffer_printf(out, "</p>\n<p><b>%zu</b> of %zu right", s->right, r->pictures);
    size_t misread = r->pictures - s->right - s->unread;
    if (misread) ink_buffer_printf(out, ", <b class=\"wrong\">%zu</b> misread", misread);
    if (s->unread) ink_buffer_printf(out, ", <b class=\"wrong\">%zu</b> not read", s->unread);
    ink_buffer_text(out, "</p>\n");
    write_foreign(out, s);
    ink_figure_interval(out, s, scale_from);
    ink_buffer_text(out, "<p class=\"muted\">95&nbsp;% sure: ");
    percent(out, s->low);
    ink_buffer_text(out, " to ");
    percent(out, s->high);
    ink_buffer_text(out, "</p>\n</div>\n<dl>");
    fact(out, "calibration error", s->calibration_error, "how far its probabilities are from how often it is right");
    fact(out, "mean probability", s->mean_probability, "of the best answers");
    time_fact(out, "median time", s->median_us);
    time_fact(out, "95&nbsp;% within", s->p95_us);
    ink_buffer_text(out, "</dl>\n</article>\n");
}

static void write_cards(struct ink_buffer *out, const struct ink_eval_report *r)
{
    double lowest = 0.9;
    for (size_t m = 0; m < r->models; m++) lowest = fmin(lowest, floor(r->summaries[m].low * 10) / 10);
    ink_buffer_text(out, "<div class=\"cards\">\n");
    for (size_t m = 0; m < r->models; m++) write_card(out, r, m, lowest);
    ink_buffer_text(out, "</div>\n");
}

/* --- side by side --- */

static const char *verdict(double p)
{
    return p < 0.01 ? "hardly chance" : p < 0.05 ? "probably not chance" : "may be chance";
}

static void write_pair(struct ink_buffer *out, const struct ink_eval_report *r, size_t a, size_t b)
{
    struct ink_comparison c = ink_compare(&r->evaluations[a], &r->evaluations[b]);
    ink_buffer_text(out, "<tr><th scope=\"row\">");
    tag(out, r, a);
    ink_buffer_text(out, "against ");
    tag(out, r, b);
    ink_buffer_printf(out, "</th><td>%zu</td><td>%zu</td><td>%zu</td><td>%zu</td>", c.both, c.first_only, c.second_only,
                      c.neither);
    if (c.p_value < 0.0001)
        ink_buffer_printf(out, "<td>&lt;&nbsp;0.0001, %s</td></tr>\n", verdict(c.p_value));
    else
        ink_buffer_printf(out, "<td>%.4f, %s</td></tr>\n", c.p_value, verdict(c.p_value));
}

static void write_comparison(struct ink_buffer *out, const struct ink_eval_report *r)
{
    if (r->models < 2) return;
    open_section(out, "Side by side",
                 "Pictures that one model reads and the other does not. p: how likely a difference at least as large "
                 "would be if both were equally good (McNemar&#39;s exact test).");
    ink_buffer_text(out, "<div class=\"scroll\"><table>\n<thead><tr><th></th><th scope=\"col\">both right</th>"
                         "<th scope=\"col\">first only</th><th scope=\"col\">second only</th>"
                         "<th scope=\"col\">neither</th><th scope=\"col\">p</th></tr></thead>\n<tbody>\n");
    for (size_t a = 0; a < r->models; a++)
        for (size_t b = a + 1; b < r->models; b++) write_pair(out, r, a, b);
    ink_buffer_text(out, "</tbody></table></div>\n</section>\n");
}

/* --- confusion --- */

static void write_mistakes(struct ink_buffer *out, const struct ink_summary *s)
{
    if (!s->mistake_count) return;
    ink_buffer_text(out, "<ul class=\"mistakes\" aria-label=\"most frequent mistakes\">");
    for (size_t i = 0; i < s->mistake_count; i++) {
        ink_buffer_text(out, "<li><b>");
        ink_html_text(out, s->mistakes[i].shown);
        ink_buffer_text(out, "</b> read as <b class=\"wrong\">");
        ink_html_text(out, s->mistakes[i].answer);
        ink_buffer_printf(out, "</b> <span class=\"muted\">&times;&nbsp;%zu</span></li>", s->mistakes[i].count);
    }
    ink_buffer_text(out, "</ul>\n");
}

static void write_confusion(struct ink_buffer *out, const struct ink_eval_report *r)
{
    open_section(
        out, "What is taken for what",
        "A row for what the pictures show, a column for what was read (&empty;: could not be). The stronger the "
        "colour, the larger the share of the row.");
    ink_buffer_text(out, "<div class=\"models\">\n");
    for (size_t m = 0; m < r->models; m++) {
        const struct ink_summary *s = &r->summaries[m];
        ink_buffer_text(out, "<article class=\"card\">\n");
        model_heading(out, r, m);
        ink_buffer_text(out, "<div class=\"scroll\">");
        if (s->confusion)
            ink_figure_confusion(out, s);
        else
            ink_buffer_printf(out, "<p>%zu labels are too many for a matrix (%d are not).</p>", s->class_count,
                              INK_CONFUSION_MAX);
        ink_buffer_text(out, "</div>\n");
        write_mistakes(out, s);
        ink_buffer_text(out, "</article>\n");
    }
    ink_buffer_text(out, "</div>\n</section>\n");
}

/* --- classes --- */

static void class_line(struct ink_buffer *out, const struct ink_eval_report *r, size_t model,
                       const struct ink_class_figures *c)
{
    double share = (double)c->right / (double)c->pictures;
    size_t strangers = c->answers - c->right;
    ink_buffer_text(out, "<div class=\"line\">");
    tag(out, r, model);
    ink_figure_bar(out, share, "right");
    ink_buffer_printf(out, "<span class=\"value\">%zu of %zu</span>", c->right, c->pictures);
    if (strangers)
        ink_buffer_printf(out,
                          "<span class=\"value wrong\" title=\"pictures of other classes that were read as it\">"
                          "+%zu</span>",
                          strangers);
    else
        ink_buffer_text(out, "<span class=\"value\"></span>");
    ink_buffer_text(out, "</div>");
}

static void write_classes(struct ink_buffer *out, const struct ink_eval_report *r)
{
    const struct ink_summary *first = &r->summaries[0];
    open_section(out, "Each class",
                 "How many of its pictures were read, and <span class=\"wrong\">+</span> how many of others were taken "
                 "for it.");
    ink_buffer_text(out, "<ul class=\"classes\">\n");
    for (size_t i = 0; i < first->class_count; i++) {
        if (!first->classes[i].pictures) continue; /* every model has the same labels of pictures */
        ink_buffer_text(out, "<li><span class=\"label\">");
        ink_html_text(out, first->classes[i].label);
        ink_buffer_text(out, "</span><div class=\"lines\">");
        for (size_t m = 0; m < r->models; m++)
            class_line(out, r, m, ink_class_named(&r->summaries[m], first->classes[i].label));
        ink_buffer_text(out, "</div></li>\n");
    }
    ink_buffer_text(out, "</ul>\n</section>\n");
}

/* --- calibration, times --- */

static void write_calibration(struct ink_buffer *out, const struct ink_eval_report *r)
{
    open_section(out, "How sure, and how right",
                 "Bars: how many of the answers that were so sure are right. Dashes: how sure they were. Where a dash "
                 "lies above its bar, the model is surer than it should be.");
    ink_buffer_text(out, "<div class=\"models\">\n");
    for (size_t m = 0; m < r->models; m++) {
        const struct ink_summary *s = &r->summaries[m];
        ink_buffer_text(out, "<article class=\"card\">\n");
        model_heading(out, r, m);
        ink_figure_calibration(out, s);
        ink_buffer_text(out, "<p>Expected calibration error <b>");
        percent(out, s->calibration_error);
        ink_buffer_text(out, "</b>: it says ");
        percent(out, s->mean_probability);
        ink_buffer_text(out, " on average, and is right on ");
        percent(out, r->pictures == s->unread ? 0 : (double)s->right / (double)(r->pictures - s->unread));
        ink_buffer_text(out, " of what it reads.</p>\n</article>\n");
    }
    ink_buffer_text(out, "</div>\n</section>\n");
}

static void write_times(struct ink_buffer *out, const struct ink_eval_report *r)
{
    open_section(out, "How long it takes", "Decoding, preparing and running the model, for one picture.");
    ink_buffer_text(out, "<div class=\"models\">\n");
    for (size_t m = 0; m < r->models; m++) {
        const struct ink_summary *s = &r->summaries[m];
        ink_buffer_text(out, "<article class=\"card\">\n");
        model_heading(out, r, m);
        ink_figure_times(out, &r->evaluations[m], s);
        ink_buffer_text(out, "<p>Median <b>");
        duration(out, s->median_us);
        ink_buffer_text(out, "</b> (the line). The slowest:</p>\n<ol class=\"slowest\">");
        for (size_t i = 0; i < s->slowest_count; i++) {
            ink_buffer_text(out, "<li>");
            name(out, s->slowest[i]->picture->shown);
            ink_buffer_text(out, "<span class=\"value\">");
            duration(out, s->slowest[i]->took_us);
            ink_buffer_text(out, "</span></li>");
        }
        ink_buffer_text(out, "</ol>\n</article>\n");
    }
    ink_buffer_text(out, "</div>\n</section>\n");
}

/* --- misread pictures --- */

static void write_guesses(struct ink_buffer *out, const struct ink_reading *reading)
{
    if (!reading->guess_count) {
        ink_buffer_text(out, "<p class=\"why\">");
        ink_html_line(out, reading->why);
        ink_buffer_text(out, "</p>");
        return;
    }
    ink_buffer_text(out, "<ol class=\"guesses\">");
    for (int i = 0; i < reading->guess_count; i++) {
        const struct ink_guess *guess = &reading->guesses[i];
        bool right = !strcmp(guess->label, reading->picture->label);
        const char *kind = right ? "right" : i ? "plain" : "wrong";
        ink_buffer_printf(out, "<li><b class=\"label %s\">", kind);
        ink_html_text(out, guess->label);
        ink_buffer_text(out, "</b>");
        ink_figure_bar(out, (double)guess->probability, kind);
        ink_buffer_text(out, "<span class=\"value\">");
        percent(out, (double)guess->probability);
        ink_buffer_text(out, "</span></li>");
    }
    ink_buffer_text(out, "</ol>");
}

static void write_picture(struct ink_buffer *out, struct ink_view png, const char *kind, const char *alternative)
{
    ink_buffer_printf(out, "<img class=\"%s\" alt=\"%s\" src=\"", kind, alternative);
    ink_html_png(out, png);
    ink_buffer_text(out, "\">");
}

static void write_exhibit(struct ink_buffer *out, const struct ink_eval_report *r, const struct ink_exhibit *exhibit)
{
    const struct ink_labelled *picture = r->evaluations[0].readings[exhibit->index].picture;
    ink_buffer_text(out, "<li class=\"card exhibit\">\n<div class=\"original\">");
    if (exhibit->picture.len)
        write_picture(out, exhibit->picture, "picture", "the picture");
    else
        ink_buffer_text(out, "<span class=\"picture nothing\">no picture</span>");
    ink_buffer_text(out, "<div><p>shows</p><p class=\"shows\">");
    ink_html_text(out, picture->label);
    ink_buffer_text(out, "</p></div></div>\n<p class=\"file\">");
    name(out, picture->shown);
    ink_buffer_text(out, "</p>\n");
    for (size_t m = 0; m < r->models; m++) {
        const struct ink_reading *reading = &r->evaluations[m].readings[exhibit->index];
        ink_buffer_text(out, "<div class=\"answer\">");
        if (exhibit->seen[m].len) write_picture(out, exhibit->seen[m], "seen", "what the model saw");
        ink_buffer_text(out, "<div>");
        if (r->models > 1) {
            ink_buffer_text(out, "<p class=\"said\">");
            tag(out, r, m);
            ink_buffer_printf(out, "<span class=\"%s\">%s</span></p>", reading->right ? "right" : "wrong",
                              reading->right         ? "\xe2\x9c\x93 right"
                              : reading->guess_count ? "\xe2\x9c\x97 misread"
                                                     : "\xe2\x9c\x97 not read");
        }
        write_guesses(out, reading);
        ink_buffer_text(out, "</div></div>\n");
    }
    ink_buffer_text(out, "</li>\n");
}

static void write_exhibits(struct ink_buffer *out, const struct ink_eval_report *r, const struct ink_exhibits *exhibits)
{
    open_section(out, "Misread pictures",
                 exhibits->count
                     ? "The picture, what the model saw of it, and its three best answers; the surest errors "
                       "first."
                     : "Nothing was misread: every picture is right.");
    if (exhibits->left_out)
        ink_buffer_printf(out, "<p>These are %zu of %zu; <code>--json</code> lists all.</p>\n", exhibits->count,
                          exhibits->count + exhibits->left_out);
    if (exhibits->count) ink_buffer_text(out, "<ul class=\"exhibits\">\n");
    for (size_t i = 0; i < exhibits->count; i++) write_exhibit(out, r, &exhibits->items[i]);
    if (exhibits->count) ink_buffer_text(out, "</ul>\n");
    ink_buffer_text(out, "</section>\n");
}

/* One model's figures are small enough to stand two and two. */
static void open_pair(struct ink_buffer *out, const struct ink_eval_report *r, size_t labels_max)
{
    bool beside = r->models == 1 && r->summaries[0].class_count <= labels_max;
    ink_buffer_printf(out, "<div%s>\n", beside ? " class=\"pair\"" : "");
}

void ink_eval_html(const struct ink_eval_report *report, const struct ink_exhibits *exhibits, int64_t wall_ms,
                   struct ink_buffer *out)
{
    write_head(out, report, wall_ms);
    write_cards(out, report);
    write_comparison(out, report);
    open_pair(out, report, 12);
    write_confusion(out, report);
    write_classes(out, report);
    ink_buffer_text(out, "</div>\n");
    open_pair(out, report, SIZE_MAX);
    write_calibration(out, report);
    write_times(out, report);
    ink_buffer_text(out, "</div>\n");
    write_exhibits(out, report, exhibits);
    ink_buffer_text(out, "</main>\n</body>\n</html>\n");
}
