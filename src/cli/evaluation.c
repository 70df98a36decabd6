/* SPDX-License-Identifier: MIT */
#include "cli/evaluation.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/statistics.h"

/* --- labels --- */

int ink_label_order(const char *a, const char *b)
{
    uint64_t x, y;
    bool a_number = ink_text_u64(ink_view_text(a), UINT64_MAX, &x);
    bool b_number = ink_text_u64(ink_view_text(b), UINT64_MAX, &y);
    if (a_number != b_number) return a_number ? -1 : 1;
    if (a_number && x != y) return x < y ? -1 : 1;
    return strcmp(a, b); /* "7" and "07" are two labels */
}

int ink_by_label(const void *a, const void *b)
{
    return ink_label_order(*(const char *const *)a, *(const char *const *)b);
}

static int label_of_class(const void *label, const void *class)
{
    return ink_label_order(label, ((const struct ink_class_figures *)class)->label);
}

static struct ink_class_figures *class_of(const struct ink_summary *s, const char *label)
{
    return bsearch(label, s->classes, s->class_count, sizeof *s->classes, label_of_class);
}

const struct ink_class_figures *ink_class_named(const struct ink_summary *summary, const char *label)
{
    return class_of(summary, label);
}

/* A class for each label that the pictures have or that was answered. */
static ink_status find_classes(const struct ink_evaluation *e, struct ink_arena *arena, struct ink_summary *out)
{
    const char **labels = INK_ARENA_ARRAY(arena, const char *, 2 * e->count);
    size_t count = 0;
    if (!labels) return INK_E_OOM;
    for (size_t i = 0; i < e->count; i++) {
        labels[count++] = e->readings[i].picture->label;
        if (e->readings[i].guess_count) labels[count++] = e->readings[i].guesses[0].label;
    }
    qsort(labels, count, sizeof *labels, ink_by_label);
    for (size_t i = 0; i < count; i++)
        if (!i || strcmp(labels[i], labels[i - 1])) labels[out->class_count++] = labels[i];
    out->classes = INK_ARENA_ARRAY(arena, struct ink_class_figures, out->class_count);
    for (size_t i = 0; out->classes && i < out->class_count; i++) {
        out->classes[i].label = labels[i];
        out->classes[i].foreign =
            e->label_count && !bsearch(&labels[i], e->labels, e->label_count, sizeof *e->labels, ink_by_label);
    }
    return out->classes ? INK_OK : INK_E_OOM;
}

/* --- counting --- */

static ink_status count_answers(const struct ink_evaluation *e, struct ink_arena *arena, struct ink_summary *out)
{
    size_t columns = out->class_count + 1;
    if (out->class_count <= INK_CONFUSION_MAX) {
        out->confusion = INK_ARENA_ARRAY(arena, size_t, out->class_count * columns);
        if (!out->confusion) return INK_E_OOM;
    }
    for (size_t i = 0; i < e->count; i++) {
        const struct ink_reading *r = &e->readings[i];
        struct ink_class_figures *shown = class_of(out, r->picture->label);
        struct ink_class_figures *answer = r->guess_count ? class_of(out, r->guesses[0].label) : NULL;
        shown->pictures++;
        shown->right += r->right;
        shown->unread += !answer;
        out->foreign += shown->foreign;
        if (answer) answer->answers++;
        out->right += r->right;
        out->unread += !answer;
        size_t column = answer ? (size_t)(answer - out->classes) : out->class_count;
        if (out->confusion) out->confusion[(size_t)(shown - out->classes) * columns + column]++;
    }
    out->accuracy = (double)out->right / (double)e->count;
    ink_wilson(out->right, e->count, &out->low, &out->high);
    return INK_OK;
}

static int by_kind(const void *a, const void *b)
{
    const struct ink_mistake *x = a, *y = b;
    int order = ink_label_order(x->shown, y->shown);
    return order ? order : ink_label_order(x->answer, y->answer);
}

static int by_count(const void *a, const void *b)
{
    const struct ink_mistake *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return by_kind(a, b);
}

static ink_status count_mistakes(const struct ink_evaluation *e, struct ink_arena *arena, struct ink_summary *out)
{
    struct ink_mistake *all = INK_ARENA_ARRAY(arena, struct ink_mistake, e->count);
    size_t count = 0, kinds = 0;
    if (!all) return INK_E_OOM;
    for (size_t i = 0; i < e->count; i++) {
        const struct ink_reading *r = &e->readings[i];
        if (r->guess_count && !r->right) all[count++] = (struct ink_mistake){r->picture->label, r->guesses[0].label, 1};
    }
    qsort(all, count, sizeof *all, by_kind);
    for (size_t i = 0; i < count; i++) {
        if (kinds && !by_kind(&all[kinds - 1], &all[i]))
            all[kinds - 1].count++;
        else
            all[kinds++] = all[i];
    }
    qsort(all, kinds, sizeof *all, by_count);
    out->mistake_count = kinds < INK_MISTAKES_MAX ? kinds : INK_MISTAKES_MAX;
    memcpy(out->mistakes, all, out->mistake_count * sizeof *all);
    return INK_OK;
}

/* --- how sure, how fast --- */

static void calibrate(const struct ink_evaluation *e, struct ink_summary *out)
{
    double sum = 0;
    size_t read = e->count - out->unread;
    for (size_t i = 0; i < e->count; i++) {
        const struct ink_reading *r = &e->readings[i];
        if (!r->guess_count) continue;
        double probability = fmin(1, fmax(0, (double)r->guesses[0].probability));
        int bin = (int)(probability * INK_CALIBRATION_BINS);
        struct ink_calibration_bin *b = &out->bins[bin < INK_CALIBRATION_BINS ? bin : INK_CALIBRATION_BINS - 1];
        b->count++;
        b->right += r->right;
        b->probability += probability; /* the sum, at first */
        sum += probability;
    }
    for (int i = 0; i < INK_CALIBRATION_BINS; i++) {
        struct ink_calibration_bin *b = &out->bins[i];
        if (!b->count) continue;
        out->calibration_error += fabs((double)b->right - b->probability) / (double)read;
        b->probability /= (double)b->count;
    }
    out->mean_probability = read ? sum / (double)read : 0;
}

static int by_us(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Keeps the slowest few, the earlier picture first where two took the same. */
static void keep_slowest(struct ink_summary *out, const struct ink_reading *reading)
{
    size_t place = out->slowest_count;
    while (place && out->slowest[place - 1]->took_us < reading->took_us) place--;
    if (place == INK_SLOWEST_MAX) return;
    if (out->slowest_count < INK_SLOWEST_MAX) out->slowest_count++;
    for (size_t i = out->slowest_count - 1; i > place; i--) out->slowest[i] = out->slowest[i - 1];
    out->slowest[place] = reading;
}

static ink_status measure(const struct ink_evaluation *e, struct ink_arena *arena, struct ink_summary *out)
{
    uint64_t *times = INK_ARENA_ARRAY(arena, uint64_t, e->count);
    if (!times) return INK_E_OOM;
    for (size_t i = 0; i < e->count; i++) {
        times[i] = e->readings[i].took_us;
        keep_slowest(out, &e->readings[i]);
    }
    qsort(times, e->count, sizeof *times, by_us);
    out->median_us = ink_quantile(times, e->count, 0.5);
    out->p95_us = ink_quantile(times, e->count, 0.95);
    return INK_OK;
}

ink_status ink_summarise(const struct ink_evaluation *evaluation, struct ink_arena *arena, struct ink_summary *out)
{
    *out = (struct ink_summary){0};
    ink_status st = find_classes(evaluation, arena, out);
    if (!st) st = count_answers(evaluation, arena, out);
    if (!st) st = count_mistakes(evaluation, arena, out);
    if (!st) st = measure(evaluation, arena, out);
    if (!st) calibrate(evaluation, out);
    return st;
}

struct ink_comparison ink_compare(const struct ink_evaluation *first, const struct ink_evaluation *second)
{
    struct ink_comparison c = {0};
    for (size_t i = 0; i < first->count; i++) {
        bool a = first->readings[i].right, b = second->readings[i].right;
        *(a && b ? &c.both : a ? &c.first_only : b ? &c.second_only : &c.neither) += 1;
    }
    c.p_value = ink_mcnemar(c.first_only, c.second_only);
    return c;
}
