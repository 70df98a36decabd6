/* SPDX-License-Identifier: MIT */
#include "pipeline/answers.h"

#include "pipeline/report.h"
#include "pipeline/results.h"
#include "pipeline/stage.h"

enum { ANSWER_BYTES_MAX = 4 * 1024 * 1024 };

struct written {
    char key[INK_KEY_MAX + 1];
    const char *content_type;
    struct ink_buffer text;
};

static ink_status store(struct ink_objects *objects, const char *bucket, struct written *json, struct written *text,
                        uint64_t deadline_us, struct ink_error *err)
{
    struct written *const both[] = {json, text};
    ink_stage("store");
    for (size_t i = 0; i < 2; i++) {
        if (both[i]->text.failed) return ink_fail(err, INK_E_OOM, "no memory for %s", both[i]->key);
        struct ink_s3_call put = {.op = INK_S3_PUT,
                                  .bucket = bucket,
                                  .key = both[i]->key,
                                  .body = ink_buffer_view(&both[i]->text),
                                  .content_type = both[i]->content_type};
        objects->perform(objects, &put, 1, deadline_us);
        ink_status st = put.status == INK_E_DENIED
                            ? ink_fail(err, INK_E_DENIED, "%s/%s: S3 says no (%s); the role needs s3:PutObject on it",
                                       bucket, both[i]->key, *put.reason ? put.reason : put.error.text)
                        : put.status ? ink_source_error(&put, err)
                                     : INK_OK;
        ink_s3_call_cleanup(&put);
        if (st) return st;
    }
    return INK_OK;
}

static ink_status name_answers(const char *key, const char *json_ending, const char *text_ending, struct written *json,
                               struct written *text, struct ink_error *err)
{
    ink_stage("results");
    *json = (struct written){.content_type = "application/json"};
    *text = (struct written){.content_type = "text/plain; charset=utf-8"};
    ink_buffer_init(&json->text, ANSWER_BYTES_MAX);
    ink_buffer_init(&text->text, ANSWER_BYTES_MAX);
    ink_status st = ink_key_answer(key, json_ending, json->key, err);
    return st ? st : ink_key_answer(key, text_ending, text->key, err);
}

struct ink_subject ink_answers_subject(const struct ink_sources *sources)
{
    const struct ink_held_model *model = sources->model;
    struct ink_subject subject = {.picture_key = sources->picture_key,
                                  .picture_etag = sources->picture_key ? sources->all[0].etag : NULL,
                                  .picture_version = *sources->picture_version ? sources->picture_version : NULL,
                                  .fallback = sources->fallback,
                                  .model_key = model ? model->key : NULL,
                                  .model_etag = model ? model->etag : NULL,
                                  .settings_etag = model && *model->settings_etag ? model->settings_etag : NULL};
    /* a refused model has no place in memory, but a name */
    for (size_t i = sources->picture_key ? 1 : 0; i < sources->count && !model; i++) {
        if (!*sources->all[i].etag) continue;
        subject.model_key = sources->all[i].key;
        subject.model_etag = sources->all[i].etag;
        if (i + 1 < sources->count && *sources->all[i + 1].etag) subject.settings_etag = sources->all[i + 1].etag;
        break;
    }
    return subject;
}

ink_status ink_answers_write_results(struct ink_objects *objects, const struct ink_sources *sources,
                                     const struct ink_answer *answer, struct ink_error *err)
{
    const struct ink_subject subject = ink_answers_subject(sources);
    struct written json, text;
    ink_status st = name_answers(sources->picture_key, "results.json", "results.txt", &json, &text, err);
    if (!st) st = ink_results_json(answer, &subject, &json.text, err);
    if (!st) {
        ink_results_text(answer, &text.text);
        st = store(objects, sources->bucket, &json, &text, sources->deadline_us, err);
    }
    ink_buffer_cleanup(&json.text);
    ink_buffer_cleanup(&text.text);
    return st;
}

/* What to call a model that is too long to be loaded, so that it can be reported on like any other. */
static void report_on(const struct ink_sources *sources, struct written *json, struct written *text,
                      struct ink_error *err)
{
    const struct ink_held_model *model = sources->model;
    const char *missing[INK_WEIGHT_FILES_MAX];
    struct ink_report_subject subject = {.model_key = sources->all[0].key, .model_etag = sources->all[0].etag};
    struct ink_classifier refused = {.error = sources->refusal};
    if (model) {
        subject.file_bytes = model->bytes.len;
        subject.settings_etag = *model->settings_etag ? model->settings_etag : NULL;
        subject.missing = missing;
        for (size_t i = 0; i < model->weights_count; i++)
            if (!*model->weights[i].etag) missing[subject.missing_count++] = model->weights[i].key;
    } else if (sources->count > 1 && *sources->all[1].etag) {
        subject.settings_etag = sources->all[1].etag;
    }
    const struct ink_classifier *classifier = model ? model->classifier : &refused;
    ink_report_text(classifier, &subject, &text->text);
    if (ink_report_json(classifier, &subject, &json->text, err)) json->text.failed = true;
}

ink_status ink_answers_write_report(struct ink_objects *objects, const struct ink_sources *sources,
                                    struct ink_error *err)
{
    struct written json, text;
    ink_status st = name_answers(sources->models[0], "report.json", "report.txt", &json, &text, err);
    if (!st) {
        report_on(sources, &json, &text, err);
        st = store(objects, sources->bucket, &json, &text, sources->deadline_us, err);
    }
    ink_buffer_cleanup(&json.text);
    ink_buffer_cleanup(&text.text);
    return st;
}
