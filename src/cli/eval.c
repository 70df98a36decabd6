/* SPDX-License-Identifier: MIT */
/* eval.c - how well models read labelled pictures: accuracy, each class, the confusion matrix, what was misread. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/labelled.h"
#include "cli/opened.h"
#include "cli/print.h"

enum { LABELS_MAX = 200, TABLE_LABELS_MAX = 26, MISREAD_SHOWN = 20 };

struct reading {
    const struct ink_labelled *picture;
    const char *answer; /* NULL: it could not be read */
    const char *why;    /* then */
    float probability;
    bool right;
};

struct evaluation {
    const char *model;
    struct reading *readings;
    size_t count, right, unread;
};

/* --- reading --- */

static ink_status evaluate(const char *path, const struct ink_labelled *pictures, size_t count, struct ink_arena *kept,
                           struct evaluation *e, struct ink_error *err)
{
    struct ink_opened model;
    struct ink_buffer file;
    struct ink_arena arena;
    *e = (struct evaluation){.model = path, .readings = INK_ARENA_ARRAY(kept, struct reading, count), .count = count};
    ink_buffer_init(&file, INK_PICTURE_BYTES_MAX);
    ink_arena_init(&arena, INK_PICTURE_ARENA_BYTES);
    ink_status st = ink_opened_read(path, 1, INK_FIT_COUNT, &model, err);
    if (!st && !e->readings) st = ink_fail(err, INK_E_OOM, "out of memory");
    for (size_t i = 0; !st && i < count; i++) {
        struct reading *r = &e->readings[i];
        struct ink_answer answer = {0};
        *r = (struct reading){.picture = &pictures[i]};
        ink_arena_reset(&arena);
        if (ink_opened_picture(pictures[i].path, &file, &answer.error) == INK_OK)
            ink_classifier_read(model.classifier, pictures[i].shown, ink_buffer_view(&file), &arena, 0, &answer);
        if (answer.error.status) {
            r->why = ink_arena_text(kept, ink_view_text(answer.error.text));
            e->unread++;
        } else {
            r->answer = ink_arena_text(kept, ink_view_text(answer.text));
            r->probability = answer.probability;
            r->right = r->answer && !strcmp(r->answer, pictures[i].label);
            e->right += r->right;
        }
        if (!r->answer && !r->why) st = ink_fail(err, INK_E_OOM, "out of memory");
        ink_print_progress("eval", i + 1, count);
    }
    ink_opened_cleanup(&model);
    ink_arena_cleanup(&arena);
    ink_buffer_cleanup(&file);
    return st;
}

/* Wilson's score interval (1927) for 95 %. */
static void interval(size_t right, size_t count, double *low, double *high)
{
    double n = (double)count, p = (double)right / n, z = 1.959964;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = middle - half;
    *high = middle + half;
}

/* --- the confusion matrix --- */

struct matrix {
    const char *labels[LABELS_MAX]; /* sorted: those of the pictures and those answered */
    int count;
    bool too_many;
    size_t *cells; /* [label][answer]; the last column is "could not be read" */
};

static void add_label(struct matrix *m, const char *label)
{
    for (int i = 0; i < m->count; i++)
        if (!strcmp(m->labels[i], label)) return;
    if (m->count == LABELS_MAX)
        m->too_many = true;
    else
        m->labels[m->count++] = label;
}

/* Numbers by value, before words by their letters. */
static int by_label(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    uint64_t p, q;
    bool x_number = ink_text_u64(ink_view_text(x), UINT32_MAX, &p),
         y_number = ink_text_u64(ink_view_text(y), UINT32_MAX, &q);
    if (x_number != y_number) return x_number ? -1 : 1;
    return x_number ? (p < q ? -1 : p > q) : strcmp(x, y);
}

static int place_of(const struct matrix *m, const char *label)
{
    for (int i = 0; label && i < m->count; i++)
        if (!strcmp(m->labels[i], label)) return i;
    return m->count;
}

static bool fill(struct matrix *m, const struct evaluation *e, struct ink_arena *arena)
{
    *m = (struct matrix){0};
    for (size_t i = 0; i < e->count; i++) {
        add_label(m, e->readings[i].picture->label);
        if (e->readings[i].answer) add_label(m, e->readings[i].answer);
    }
    qsort(m->labels, (size_t)m->count, sizeof m->labels[0], by_label);
    size_t columns = (size_t)m->count + 1;
    m->cells = INK_ARENA_ARRAY(arena, size_t, columns * columns);
    for (size_t i = 0; m->cells && i < e->count; i++)
        m->cells[(size_t)place_of(m, e->readings[i].picture->label) * columns +
                 (size_t)place_of(m, e->readings[i].answer)]++;
    return m->cells && !m->too_many;
}

/* --- for people --- */

static void print_matrix(const struct matrix *m, const struct evaluation *e)
{
    size_t columns = (size_t)m->count + 1;
    printf("\n  shows     read as\n          ");
    for (int j = 0; j < m->count; j++) printf(" %5.5s", m->labels[j]);
    printf("%s   right\n", e->unread ? "  none" : "");
    for (int i = 0; i < m->count; i++) {
        size_t all = 0;
        const size_t *row = &m->cells[(size_t)i * columns];
        for (size_t j = 0; j < columns; j++) all += row[j];
        if (!all) continue;
        printf("  %-8.8s", m->labels[i]);
        for (size_t j = 0; j < columns - !e->unread; j++) row[j] ? printf(" %5zu", row[j]) : printf("     .");
        printf("  %5.1f %%\n", 100.0 * (double)row[i] / (double)all);
    }
}

static void print_evaluation(const struct evaluation *e, struct ink_arena *arena)
{
    double low, high;
    interval(e->right, e->count, &low, &high);
    printf("%s: %zu of %zu right, %.1f %% (95 %% sure: %.1f to %.1f %%)", e->model, e->right, e->count,
           100.0 * (double)e->right / (double)e->count, 100 * low, 100 * high);
    if (e->unread) printf("; %zu could not be read", e->unread);
    printf("\n");
    struct matrix m;
    if (fill(&m, e, arena) && m.count <= TABLE_LABELS_MAX) print_matrix(&m, e);
    size_t shown = 0;
    for (size_t i = 0; i < e->count; i++) {
        const struct reading *r = &e->readings[i];
        if (r->right) continue;
        if (!shown) printf("\n  misread\n");
        if (shown++ >= MISREAD_SHOWN) continue;
        if (r->answer)
            printf("  %-40s shows %s, read as %s at %.2f\n", r->picture->shown, r->picture->label, r->answer,
                   (double)r->probability);
        else
            printf("  %-40s shows %s; %s\n", r->picture->shown, r->picture->label, r->why);
    }
    if (shown > MISREAD_SHOWN) printf("  and %zu more (--json has all)\n", shown - MISREAD_SHOWN);
}

/* --- as JSON (docs/json.md) --- */

static json_t *confusion_json(const struct matrix *m)
{
    size_t columns = (size_t)m->count + 1;
    json_t *labels = json_array(), *counts = json_array();
    for (int i = 0; i < m->count; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < columns; j++)
            json_array_append_new(row, json_integer((json_int_t)m->cells[(size_t)i * columns + j]));
        json_array_append_new(labels, json_string(m->labels[i]));
        json_array_append_new(counts, row);
    }
    return json_pack("{s:o, s:o}", "labels", labels, "counts", counts);
}

static json_t *evaluation_json(const struct evaluation *e, struct ink_arena *arena)
{
    double low, high;
    struct matrix m;
    interval(e->right, e->count, &low, &high);
    json_t *misread = json_array();
    for (size_t i = 0; i < e->count; i++) {
        const struct reading *r = &e->readings[i];
        if (r->right) continue;
        json_t *one =
            json_pack("{s:s, s:s, s:s?}", "file", r->picture->shown, "label", r->picture->label, "answer", r->answer);
        if (r->answer) json_object_set_new(one, "probability", json_real((double)r->probability));
        if (r->why) json_object_set_new(one, "message", json_string(r->why));
        json_array_append_new(misread, one);
    }
    json_t *root =
        json_pack("{s:s, s:f, s:[f,f], s:I, s:I, s:I, s:o}", "model", e->model, "accuracy",
                  (double)e->right / (double)e->count, "interval", low, high, "pictures", (json_int_t)e->count, "right",
                  (json_int_t)e->right, "unread", (json_int_t)e->unread, "misread", misread);
    if (root && fill(&m, e, arena)) json_object_set_new(root, "confusion", confusion_json(&m));
    return root;
}

static int eval(const struct ink_args *args)
{
    struct ink_arena arena;
    struct ink_error err = {0};
    struct ink_labelled *pictures;
    size_t count;
    ink_arena_init(&arena, (size_t)2 << 30);
    json_t *list = json_array();
    bool as_json = ink_args_switch(args, "json");
    ink_status st = ink_labelled_read(args->rest[args->count - 1], &arena, &pictures, &count, &err);
    for (int i = 0; !st && i < args->count - 1; i++) {
        struct evaluation e;
        st = evaluate(args->rest[i], pictures, count, &arena, &e, &err);
        if (st) break;
        if (as_json)
            json_array_append_new(list, evaluation_json(&e, &arena));
        else {
            if (i) printf("\n");
            print_evaluation(&e, &arena);
        }
    }
    if (!st && as_json) ink_print_json(json_pack("{s:O}", "models", list));
    json_decref(list);
    int code = st ? ink_command_fail(args, "%s", err.text) : INK_EXIT_DONE;
    ink_arena_cleanup(&arena);
    return code;
}

const struct ink_command ink_command_eval = {
    .name = "eval",
    .arguments = "MODEL... DIR|TSV",
    .summary = "accuracy on labelled pictures",
    .help = "Reads every labelled picture with each model: accuracy with its confidence interval, the confusion "
            "matrix, and what was\n"
            "misread. Labels come from a TSV (a header with `file` and `label`; files relative to it), from "
            "DIR/LABELS.tsv, from\n"
            "folders named by label (DIR/7/x.png), or from names (DIR/7_x.png).\n\n"
            "  inkling eval model.onnx pictures/\n",
    .options = {{"json", NULL, "as JSON (docs/json.md)"}},
    .least = 2,
    .most = -1,
    .run = eval,
};
