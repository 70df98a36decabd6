/* SPDX-License-Identifier: MIT */
#include "pipeline/look.h"

#include <stdio.h>

#include "pipeline/answers.h"
#include "pipeline/graph_json.h"
#include "pipeline/results.h"
#include "pipeline/sources.h"
#include "pipeline/stage.h"

enum { ROUNDS_MAX = 5 }; /* an object that changes while it is fetched */

/* The classifier as it is but for the fit, which is part of its convention. A line of characters is found by `digit` only. */
static void read_with_fit(struct ink_classifier *classifier, const struct ink_look *look,
                          const struct ink_sources *sources, struct ink_arena *arena, struct ink_answer *answer)
{
    enum ink_fit fit = classifier->convention.want.fit;
    bool segment = classifier->segment;
    if (look->fit != INK_FIT_AUTO) {
        classifier->convention.want.fit = look->fit;
        classifier->segment = segment && look->fit == INK_FIT_DIGIT;
    }
    ink_classifier_read(classifier, ink_key_name(look->key), ink_buffer_view(&sources->picture), arena,
                        look->deadline_us, answer);
    classifier->convention.want.fit = fit;
    classifier->segment = segment;
}

static ink_status show_picture(struct ink_models *models, struct ink_arena *arena, const struct ink_look *look,
                               struct ink_sources *sources, struct ink_buffer *out, struct ink_error *err)
{
    struct ink_answer answer = {.error = sources->refusal};
    struct ink_subject subject = ink_answers_subject(sources);
    if (!answer.error.status) {
        struct ink_classifier *classifier = sources->model ? sources->model->classifier : ink_models_fallback(models);
        if (!classifier) return ink_fail(err, INK_E_OOM, "no memory for the function's own model");
        read_with_fit(classifier, look, sources, arena, &answer);
    }
    subject.seen = true;
    return ink_results_json(&answer, &subject, out, err);
}

static ink_status show_graph(const struct ink_sources *sources, struct ink_buffer *out, struct ink_error *err)
{
    const struct ink_classifier *classifier = sources->model ? sources->model->classifier : NULL;
    const struct ink_graph_subject subject = {.model_key = sources->all[0].key,
                                              .model_etag = sources->all[0].etag,
                                              .session = classifier ? classifier->session : NULL,
                                              .error = classifier ? &classifier->error : &sources->refusal};
    return ink_graph_json(&subject, out, err);
}

static ink_status look_once(struct ink_models *models, struct ink_arena *arena, const struct ink_look *look,
                            struct ink_sources *sources, struct ink_buffer *out, struct ink_error *err)
{
    ink_stage("fetch");
    ink_status st = ink_sources_fetch(sources, models, arena, err);
    if (st) return st;
    if (sources->gone) return ink_fail(err, INK_E_NOT_FOUND, "%s/%s: there is no such object", look->bucket, look->key);
    return look->graph ? show_graph(sources, out, err) : show_picture(models, arena, look, sources, out, err);
}

ink_status ink_look_at(struct ink_models *models, struct ink_arena *arena, const struct ink_look *look,
                       struct ink_buffer *out, struct ink_error *err)
{
    ink_status st = INK_E_CHANGED;
    for (int i = 0; i < ROUNDS_MAX && st == INK_E_CHANGED; i++) {
        struct ink_sources sources = {
            .bucket = look->bucket, .deadline_us = look->deadline_us, .compute_until_us = look->deadline_us};
        if (look->graph) {
            sources.model_count = 1;
            snprintf(sources.models[0], sizeof sources.models[0], "%s", look->key);
            st = INK_OK;
        } else {
            sources.picture_key = look->key;
            st = ink_sources_name_models(&sources, look->key, err);
        }
        if (!st) st = look_once(models, arena, look, &sources, out, err);
        ink_buffer_cleanup(&sources.picture);
        ink_arena_reset(arena);
    }
    return st;
}
