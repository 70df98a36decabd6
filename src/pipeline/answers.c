/* SPDX-License-Identifier: MIT */
#include "pipeline/answers.h"

#include "base/alloc.h"
#include "pipeline/report.h"
#include "pipeline/results.h"
#include "pipeline/stage.h"

enum { ANSWER_BYTES_MAX = 4 * 1024 * 1024 };

/* One of the two files of all of them. */
static void store_file(struct ink_objects *objects, struct ink_answer_files *all, size_t count, bool text,
                       struct ink_s3_call *puts, uint64_t deadline_us)
{
    static const char *const types[] = {"application/json", "text/plain; charset=utf-8"};
    size_t asked = 0;
    for (size_t i = 0; i < count; i++) {
        const struct ink_answer_file *file = text ? &all[i].text : &all[i].json;
        if (all[i].error.status) continue;
        puts[asked++] = (struct ink_s3_call){.op = INK_S3_PUT,
                                             .bucket = all[i].bucket,
                                             .key = file->key,
                                             .body = ink_buffer_view(&file->bytes),
                                             .content_type = types[text]};
    }
    if (asked) objects->perform(objects, puts, asked, deadline_us);
    asked = 0;
    for (size_t i = 0; i < count; i++) {
        if (all[i].error.status) continue;
        struct ink_s3_call *put = &puts[asked++];
        if (put->status == INK_E_DENIED)
            ink_fail(&all[i].error, INK_E_DENIED, "%s/%s: S3 says no (%s); the role needs s3:PutObject on it",
                     put->bucket, put->key, *put->reason ? put->reason : put->error.text);
        else if (put->status)
            ink_source_error(put, &all[i].error);
        ink_s3_call_cleanup(put);
    }
}

void ink_answers_store(struct ink_objects *objects, struct ink_answer_files *all, size_t count, uint64_t deadline_us)
{
    struct ink_s3_call *puts = ink_calloc(count, sizeof *puts);
    ink_stage("store");
    for (size_t i = 0; i < count; i++)
        if (!puts && !all[i].error.status) ink_fail(&all[i].error, INK_E_OOM, "no memory for an S3 request");
    for (int text = 0; puts && text < 2; text++) store_file(objects, all, count, text, puts, deadline_us);
    ink_free(puts);
}

void ink_answer_files_cleanup(struct ink_answer_files *files)
{
    ink_buffer_cleanup(&files->json.bytes);
    ink_buffer_cleanup(&files->text.bytes);
}

static ink_status name_answers(const char *bucket, const char *key, const char *json_ending, const char *text_ending,
                               struct ink_answer_files *out, struct ink_error *err)
{
    ink_stage("results");
    *out = (struct ink_answer_files){.bucket = bucket};
    ink_buffer_init(&out->json.bytes, ANSWER_BYTES_MAX);
    ink_buffer_init(&out->text.bytes, ANSWER_BYTES_MAX);
    ink_status st = ink_key_answer(key, json_ending, out->json.key, err);
    return st ? st : ink_key_answer(key, text_ending, out->text.key, err);
}

static ink_status check_room(const struct ink_answer_files *files, struct ink_error *err)
{
    bool failed = files->json.bytes.failed || files->text.bytes.failed;
    return failed ? ink_fail(err, INK_E_OOM, "no memory for %s", files->json.key) : INK_OK;
}

/* Stores one, if it could be made, and is done with it. */
static ink_status store_one(struct ink_objects *objects, struct ink_answer_files *files, ink_status made,
                            uint64_t deadline_us, struct ink_error *err)
{
    ink_status st = made;
    if (!st) {
        ink_answers_store(objects, files, 1, deadline_us);
        st = files->error.status;
        if (st && err) *err = files->error;
    }
    ink_answer_files_cleanup(files);
    return st;
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

ink_status ink_answers_make_results(const struct ink_sources *sources, const struct ink_answer *answer,
                                    struct ink_answer_files *out, struct ink_error *err)
{
    const struct ink_subject subject = ink_answers_subject(sources);
    ink_status st = name_answers(sources->bucket, sources->picture_key, "results.json", "results.txt", out, err);
    if (!st) st = ink_results_json(answer, &subject, &out->json.bytes, err);
    if (st) return st;
    ink_results_text(answer, &out->text.bytes);
    return check_room(out, err);
}

ink_status ink_answers_write_results(struct ink_objects *objects, const struct ink_sources *sources,
                                     const struct ink_answer *answer, struct ink_error *err)
{
    struct ink_answer_files files;
    ink_status st = ink_answers_make_results(sources, answer, &files, err);
    return store_one(objects, &files, st, sources->deadline_us, err);
}

/* What to call a model that is too long to be loaded, so that it can be reported on like any other. */
static ink_status report_on(const struct ink_sources *sources, struct ink_answer_files *out, struct ink_error *err)
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
    ink_report_text(classifier, &subject, &out->text.bytes);
    ink_status st = ink_report_json(classifier, &subject, &out->json.bytes, err);
    return st ? st : check_room(out, err);
}

ink_status ink_answers_write_report(struct ink_objects *objects, const struct ink_sources *sources,
                                    struct ink_error *err)
{
    struct ink_answer_files files;
    ink_status st = name_answers(sources->bucket, sources->models[0], "report.json", "report.txt", &files, err);
    if (!st) st = report_on(sources, &files, err);
    return store_one(objects, &files, st, sources->deadline_us, err);
}
