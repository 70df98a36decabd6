/* SPDX-License-Identifier: MIT */
#include "pipeline/classifier.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "image/segment.h"
#include "models/builtin.h"
#include "pipeline/line.h"
#include "pipeline/stage.h"

enum { DEFAULT_CAP = 1 << 30, RUNS_MEASURED = 5 };

struct ink_view ink_builtin_model_view(void)
{
    return ink_view_of(ink_builtin_model, ink_builtin_model_len);
}

/* --- loading ---------------------------------------------------------------------------------------------------- */

/* What the model's metadata says about itself, in the words of NAME.json. */
static ink_status read_own_settings(struct ink_classifier *c, struct ink_error *err)
{
    const struct ink_model *model = ink_session_model(c->session);
    for (int i = 0; i < model->metadata_count; i++) {
        if (!ink_view_is(model->metadata[i].key, "inkling")) continue;
        ink_status st = ink_settings_read(model->metadata[i].value, &c->arena, &c->settings, err);
        if (st) return ink_fail_in(err, "its metadata \"inkling\"");
    }
    return INK_OK;
}

static bool recall(struct ink_classifier *c, const struct ink_finding *finding)
{
    if (!ink_finding_apply(finding, &c->convention, &c->arena)) return false;
    c->finding = *finding;
    return true;
}

/* What is open about the convention is taken from an earlier finding, or found out. */
static ink_status settle(struct ink_classifier *c, const struct ink_classifier_options *options, struct ink_error *err)
{
    const struct ink_kept_findings *kept = options->kept;
    struct ink_finding earlier;
    if (options->known && recall(c, options->known)) return INK_OK;
    if (!ink_probe_open(&c->convention)) return INK_OK;
    if (kept && kept->find(kept->arg, &earlier) && recall(c, &earlier)) return INK_OK;
    ink_status st = ink_probe(&c->scorer, &c->convention, &c->arena, options->deadline_us, &c->finding, err);
    if (!st && kept && c->finding.shown) kept->keep(kept->arg, &c->finding);
    return st;
}

static ink_status load(struct ink_classifier *c, struct ink_view model, struct ink_view settings,
                       const struct ink_classifier_options *options, struct ink_error *err)
{
    ink_status st = ink_session_new(model, &options->session, &c->session, err);
    if (!st) st = read_own_settings(c, err);
    if (!st && settings.len) {
        st = ink_settings_read(settings, &c->arena, &c->settings, err);
        if (st) ink_fail_in(err, "%s", options->settings_name ? options->settings_name : "settings");
    }
    if (!st) st = ink_convention_find(c->session, &c->settings, &c->arena, &c->convention, err);
    if (!st) st = ink_scorer_init(&c->scorer, c->session, &c->convention, &c->arena, err);
    if (!st && options->fit != INK_FIT_COUNT) c->convention.want.fit = options->fit;
    if (!st) st = settle(c, options, err);
    if (!st && c->settings.segment && ink_classifier_segment(c, err))
        st = ink_fail(err, INK_E_MODEL, "setting \"segment\": %s", err->text);
    return st;
}

ink_status ink_classifier_new(struct ink_view model, struct ink_view settings,
                              const struct ink_classifier_options *options, struct ink_classifier **out,
                              struct ink_error *err)
{
    struct ink_classifier *c = *out = ink_calloc(1, sizeof *c);
    if (!c) return ink_fail(err, INK_E_OOM, "no memory");
    size_t cap = options->session.memory_cap_bytes;
    ink_arena_init(&c->arena, cap ? cap : DEFAULT_CAP);
    c->settings = ink_settings_none;
    load(c, model, settings, options, &c->error);
    if (err) *err = c->error;
    return c->error.status;
}

static ink_status measure_run(struct ink_classifier *c, uint64_t deadline_us, struct ink_error *err)
{
    float *scores;
    size_t count;
    ink_status st = INK_OK;
    uint64_t least = UINT64_MAX;
    struct ink_arena_mark mark = ink_arena_mark(&c->arena);
    memset(c->scorer.input, 0, c->scorer.input_len * sizeof *c->scorer.input);
    for (int i = 0; i < RUNS_MEASURED && !st; i++) {
        uint64_t start = ink_clock_us();
        st = ink_scorer_run(&c->scorer, &c->arena, deadline_us, &scores, &count, err);
        uint64_t taken = ink_clock_us() - start;
        if (taken < least) least = taken;
    }
    ink_arena_release(&c->arena, mark);
    if (!st) c->run_us = least;
    return st;
}

ink_status ink_classifier_measure(struct ink_classifier *c, uint64_t deadline_us, struct ink_error *err)
{
    if (c->error.status) return INK_OK;
    ink_status st = c->run_us ? INK_OK : measure_run(c, deadline_us, err);
    return st ? st : ink_probe_all(&c->scorer, &c->convention, &c->arena, deadline_us, &c->finding, err);
}

ink_status ink_classifier_segment(struct ink_classifier *c, struct ink_error *err)
{
    ink_status st = ink_segment_check(&c->convention.want, err);
    c->segment = st == INK_OK;
    return st;
}

void ink_classifier_free(struct ink_classifier *c)
{
    if (!c) return;
    ink_session_free(c->session);
    ink_arena_cleanup(&c->arena);
    ink_free(c);
}

/* --- reading a picture ------------------------------------------------------------------------------------------ */

ink_status ink_classifier_prepare(struct ink_classifier *c, const struct ink_image *image, struct ink_arena *arena,
                                  struct ink_answer *out)
{
    uint64_t start = ink_clock_us();
    out->want = c->convention.want;
    ink_status st = ink_prepare(image, &out->want, arena, c->scorer.input, &out->found, &out->error);
    out->prepared = st == INK_OK;
    out->times.prepare_us = ink_clock_us() - start;
    return st;
}

static int more_likely(const void *a, const void *b)
{
    const struct ink_class *x = a, *y = b;
    if (x->probability != y->probability) return x->probability < y->probability ? 1 : -1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static ink_status make_classes(const struct ink_classifier *c, const float *scores, size_t count,
                               struct ink_arena *arena, struct ink_answer *out)
{
    out->classes = INK_ARENA_ARRAY(arena, struct ink_class, count);
    if (!out->classes) return ink_fail(&out->error, INK_E_OOM, "no memory for %zu classes", count);
    for (size_t i = 0; i < count; i++) {
        const char *label = i < c->convention.label_count ? c->convention.labels[i] : ink_arena_printf(arena, "%zu", i);
        if (!label) return ink_fail(&out->error, INK_E_OOM, "no memory for %zu classes", count);
        out->classes[i] = (struct ink_class){label, (int64_t)i, scores[i]};
    }
    qsort(out->classes, count, sizeof *out->classes, more_likely);
    out->class_count = count;
    out->text = out->classes[0].label;
    out->probability = out->classes[0].probability;
    out->shown = count < (size_t)c->convention.top ? count : (size_t)c->convention.top;
    return INK_OK;
}

ink_status ink_classifier_infer(struct ink_classifier *c, struct ink_arena *arena, uint64_t deadline_us,
                                struct ink_answer *out)
{
    uint64_t start = ink_clock_us();
    float *scores = NULL;
    size_t count = 0;
    ink_stage("infer");
    ink_status st = ink_scorer_run(&c->scorer, arena, deadline_us, &scores, &count, &out->error);
    if (!st) {
        out->scores =
            c->convention.scores == INK_SCORES_COUNT ? ink_scores_of_values(scores, count) : c->convention.scores;
        ink_scores_to_probabilities(scores, count, out->scores);
        st = make_classes(c, scores, count, arena, out);
    }
    out->times.infer_us = ink_clock_us() - start;
    return st;
}

void ink_classifier_read(struct ink_classifier *c, const char *name, struct ink_view picture, struct ink_arena *arena,
                         uint64_t deadline_us, struct ink_answer *out)
{
    uint64_t start = ink_clock_us();
    *out = (struct ink_answer){.error = c->error};
    if (out->error.status) return;
    ink_stage("decode");
    ink_status st = ink_decode(picture, NULL, arena, &out->image, &out->error);
    out->decoded = !st;
    out->times.decode_us = ink_clock_us() - start;
    if (!st) ink_stage("prepare");
    if (!st)
        st =
            c->segment ? ink_line_read(c, arena, deadline_us, out) : ink_classifier_prepare(c, &out->image, arena, out);
    if (st) {
        ink_fail_in(&out->error, "%s", name);
        return;
    }
    if (!c->segment) ink_classifier_infer(c, arena, deadline_us, out);
}
