/* SPDX-License-Identifier: MIT */
/* eval.c - how well models read labelled pictures: the command, and its answer as text. */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/eval_report.h"
#include "cli/evaluate.h"
#include "cli/print.h"
#include "engine/external.h"

enum {
    TABLE_LABELS_MAX = 26,
    MISREAD_SHOWN = 20,
    FOREIGN_SHOWN = 8,
    USUAL_THREADS_MAX = 8,
    PAGE_BYTES_MAX = 256 << 20
};

#define ARENA_BYTES ((size_t)2 << 30)

/* --- for people --- */

/* A text from outside for the terminal; the room makes it fit for use as one argument. */
struct shown {
    char text[256];
};

/* In at most so many bytes, less than the room; no character is cut in two. */
static struct shown show_within(const char *text, size_t bytes_max)
{
    struct shown s;
    ink_text_escape(text, strlen(text), s.text, bytes_max + 1);
    return s;
}

static struct shown show(const char *text)
{
    return show_within(text, sizeof(struct shown) - 1);
}

static void print_matrix(const struct ink_summary *s)
{
    size_t columns = s->class_count + 1;
    printf("\n  shows     read as\n          ");
    for (size_t j = 0; j < s->class_count; j++) printf(" %5s", show_within(s->classes[j].label, 5).text);
    printf("%s   right\n", s->unread ? "  none" : "");
    for (size_t i = 0; i < s->class_count; i++) {
        const size_t *row = &s->confusion[i * columns];
        if (!s->classes[i].pictures) continue;
        printf("  %-8s", show_within(s->classes[i].label, 8).text);
        for (size_t j = 0; j < columns - !s->unread; j++) row[j] ? printf(" %5zu", row[j]) : printf("     .");
        printf("  %5.1f %%\n", 100.0 * (double)row[i] / (double)s->classes[i].pictures);
    }
}

static void print_figures(const struct ink_summary *s)
{
    printf("\n  sure      %.1f %% on average; calibration error %.1f %%\n", 100 * s->mean_probability,
           100 * s->calibration_error);
    printf("  time      median %.2f ms, 95 %% within %.2f ms; slowest %.2f ms: %s\n", (double)s->median_us / 1e3,
           (double)s->p95_us / 1e3, (double)s->slowest[0]->took_us / 1e3, show(s->slowest[0]->picture->shown).text);
}

static void print_foreign(const struct ink_summary *s)
{
    int shown = 0;
    if (!s->foreign) return;
    printf("\n  The model has no class");
    for (size_t i = 0; i < s->class_count; i++)
        if (s->classes[i].foreign && shown++ < FOREIGN_SHOWN)
            printf("%s %s", shown > 1 ? "," : "", show(s->classes[i].label).text);
    if (shown > FOREIGN_SHOWN) printf(" and %d more", shown - FOREIGN_SHOWN);
    printf("; pictures that cannot be right: %zu\n", s->foreign);
}

/* "0.91, then 5 0.08, 8 0.01" */
static void print_guesses(const struct ink_reading *r)
{
    printf("read as %s at %.2f", show(r->guesses[0].label).text, (double)r->guesses[0].probability);
    for (int i = 1; i < r->guess_count; i++)
        printf("%s %s %.2f", i == 1 ? "; then" : ",", show(r->guesses[i].label).text,
               (double)r->guesses[i].probability);
    printf("\n");
}

static void print_misread(const struct ink_evaluation *e)
{
    size_t shown = 0;
    for (size_t i = 0; i < e->count; i++) {
        const struct ink_reading *r = &e->readings[i];
        if (r->right) continue;
        if (!shown) printf("\n  misread\n");
        if (shown++ >= MISREAD_SHOWN) continue;
        printf("  %-40s shows %s, ", show(r->picture->shown).text, show(r->picture->label).text);
        if (r->guess_count)
            print_guesses(r);
        else
            printf("not read: %s\n", r->why);
    }
    if (shown > MISREAD_SHOWN) printf("  and %zu more (--html shows them, --json lists all)\n", shown - MISREAD_SHOWN);
}

static void print_model(const struct ink_evaluation *e, const struct ink_summary *s)
{
    printf("%s: %zu of %zu right, %.1f %% (95 %% sure: %.1f to %.1f %%)", show(e->model).text, s->right, e->count,
           100 * s->accuracy, 100 * s->low, 100 * s->high);
    if (s->unread) printf("; %zu could not be read", s->unread);
    printf("\n");
    if (s->class_count <= TABLE_LABELS_MAX) print_matrix(s);
    print_figures(s);
    print_foreign(s);
    print_misread(e);
}

static void print_comparisons(const struct ink_eval_report *r)
{
    for (size_t a = 0; a < r->models; a++) {
        for (size_t b = a + 1; b < r->models; b++) {
            struct ink_comparison c = ink_compare(&r->evaluations[a], &r->evaluations[b]);
            printf("\n%s against %s\n  both right %zu, only the first %zu, only the second %zu, neither %zu; "
                   "p = %.2g (McNemar)\n",
                   show(r->evaluations[a].model).text, show(r->evaluations[b].model).text, c.both, c.first_only,
                   c.second_only, c.neither, c.p_value);
        }
    }
}

static void print_report(const struct ink_eval_report *r)
{
    for (size_t m = 0; m < r->models; m++) {
        if (m) printf("\n");
        print_model(&r->evaluations[m], &r->summaries[m]);
    }
    print_comparisons(r);
}

/* --- the page --- */

/* Known before the work instead of after it. */
static ink_status may_write(const char *path, struct ink_error *err)
{
    char folder[PATH_MAX];
    ink_folder_of(path, folder, sizeof folder);
    if (access(folder, W_OK | X_OK)) return ink_fail(err, INK_E_IO, "%s: cannot be written: %s", path, strerror(errno));
    return INK_OK;
}

static bool is_stdout(const char *page)
{
    return page && strcmp(page, "-") == 0;
}

static ink_status write_page(const struct ink_eval_report *r, const char *path, struct ink_arena *arena,
                             struct ink_error *err)
{
    struct ink_buffer page;
    struct ink_exhibits exhibits;
    ink_buffer_init(&page, PAGE_BYTES_MAX);
    ink_status st = ink_exhibits_choose(r->evaluations, r->models, arena, &exhibits);
    if (st) return ink_fail(err, st, "out of memory");
    st = ink_exhibits_draw(r->evaluations, r->models, arena, &exhibits, err);
    if (!st) ink_eval_html(r, &exhibits, ink_clock_wall_ms(), &page);
    if (!st && page.failed) st = ink_fail(err, INK_E_LIMIT, "%s: the page would be over 256 MB", path);
    if (!st && is_stdout(path) && fwrite(page.data, 1, page.len, stdout) != page.len)
        st = ink_fail(err, INK_E_IO, "the page cannot be written: %s", strerror(errno));
    else if (!st && !is_stdout(path))
        st = ink_file_replace(path, ink_buffer_view(&page), err);
    ink_buffer_cleanup(&page);
    return st;
}

/* --- the command --- */

static ink_status evaluate(char **models, struct ink_eval_report *r, const struct ink_labelled *pictures, int threads,
                           struct ink_arena *arena, struct ink_error *err)
{
    r->evaluations = INK_ARENA_ARRAY(arena, struct ink_evaluation, r->models);
    r->summaries = INK_ARENA_ARRAY(arena, struct ink_summary, r->models);
    if (!r->evaluations || !r->summaries) return ink_fail(err, INK_E_OOM, "out of memory");
    for (size_t m = 0; m < r->models; m++) {
        ink_status st = ink_evaluate(models[m], pictures, r->pictures, threads, arena, &r->evaluations[m], err);
        if (st) return st;
        if (ink_summarise(&r->evaluations[m], arena, &r->summaries[m]))
            return ink_fail(err, INK_E_OOM, "out of memory");
    }
    return INK_OK;
}

/* A classifier for each of many CPUs could take more memory than it saves time. */
static long usual_threads(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
    return count < USUAL_THREADS_MAX ? count : USUAL_THREADS_MAX;
}

static int eval(const struct ink_args *args)
{
    long threads;
    const char *page = ink_args_value(args, "html"), *source = args->rest[args->count - 1];
    struct ink_arena arena;
    struct ink_error err = {0};
    struct ink_labelled *pictures;
    struct ink_eval_report report = {.source = source, .models = (size_t)args->count - 1};
    if (!ink_args_number(args, "threads", 1, INK_EVALUATE_THREADS_MAX, usual_threads(), &threads))
        return INK_EXIT_USAGE;
    if (ink_args_switch(args, "progress")) ink_print_progress_as_lines();
    ink_arena_init(&arena, ARENA_BYTES);
    ink_status st = page && !is_stdout(page) ? may_write(page, &err) : INK_OK;
    if (!st) st = ink_labelled_read(source, &arena, &pictures, &report.pictures, &err);
    if (!st) st = evaluate(args->rest, &report, pictures, (int)threads, &arena, &err);
    if (!st && ink_args_switch(args, "json"))
        ink_print_json(ink_eval_json(&report));
    else if (!st && !is_stdout(page))
        print_report(&report);
    if (!st && page) st = write_page(&report, page, &arena, &err);
    int code = st ? ink_command_fail(args, "%s", err.text) : INK_EXIT_DONE;
    ink_arena_cleanup(&arena);
    return code;
}

const struct ink_command ink_command_eval = {
    .name = "eval",
    .arguments = "MODEL... DIR|TSV",
    .summary = "accuracy on labelled pictures",
    .help = "Reads every labelled picture with each model: accuracy with its confidence interval, the confusion "
            "matrix, how well\n"
            "its probabilities fit, how long it takes, and what was misread. Several models are compared. Labels come "
            "from a TSV (a\n"
            "header with `file` and `label`; files relative to it), from DIR/LABELS.tsv, from folders named by label "
            "(DIR/7/x.png),\n"
            "or from names (DIR/7_x.png).\n\n"
            "  inkling eval model.onnx pictures/ --html report.html\n",
    .options = {{"html", "FILE",
                 "also write a page with figures and the misread pictures, whole in one file; - is stdout, alone"},
                {"json", NULL, "as JSON (docs/json.md)"},
                {"threads", "N", "pictures read at a time (one a CPU, at most 8); 1 times them best"},
                {"progress", NULL, "lines \"progress DONE TOTAL\" on stderr"}},
    .least = 2,
    .most = -1,
    .run = eval,
};
