/* SPDX-License-Identifier: MIT */
#include "cli/evaluate.h"

#include <pthread.h>
#include <stdlib.h>

#include "cli/opened.h"
#include "cli/print.h"

/* What the threads share; the lock guards everything below it. */
struct job {
    const struct ink_labelled *pictures;
    struct ink_evaluation *out;
    pthread_mutex_t lock;
    struct ink_arena *arena;
    size_t next, done;
    ink_status status; /* not INK_OK: stop */
    struct ink_error *err;
};

/* What one thread needs to read pictures. */
struct reader {
    struct job *job;
    pthread_t thread;
    struct ink_opened model;
    struct ink_buffer file;
    struct ink_arena arena; /* of the picture at hand */
};

static ink_status keep_guess(struct job *job, const char *label, float probability, struct ink_reading *r)
{
    const char *copy = ink_arena_text(job->arena, ink_view_text(label));
    if (!copy) return INK_E_OOM;
    r->guesses[r->guess_count++] = (struct ink_guess){copy, probability};
    return INK_OK;
}

/* The labels of all classes, from the first answer that has them. */
static ink_status keep_labels(struct job *job, const struct ink_answer *answer)
{
    struct ink_evaluation *e = job->out;
    if (e->label_count || !answer->classes) return INK_OK;
    e->labels = INK_ARENA_ARRAY(job->arena, const char *, answer->class_count);
    if (!e->labels) return INK_E_OOM;
    for (size_t i = 0; i < answer->class_count; i++) {
        e->labels[i] = ink_arena_text(job->arena, ink_view_text(answer->classes[i].label));
        if (!e->labels[i]) return INK_E_OOM;
    }
    qsort(e->labels, answer->class_count, sizeof *e->labels, ink_by_label);
    e->label_count = answer->class_count;
    return INK_OK;
}

/* Copies what is kept of an answer: the best classes, or what several characters say together. Called with the lock held. */
static ink_status keep(struct job *job, const struct ink_answer *answer, struct ink_reading *r)
{
    const struct ink_times *t = &answer->times;
    ink_status st;
    r->took_us = t->decode_us + t->prepare_us + t->infer_us;
    if (answer->error.status) {
        r->why = ink_arena_text(job->arena, ink_view_text(answer->error.text));
        return r->why ? INK_OK : INK_E_OOM;
    }
    st = keep_labels(job, answer);
    if (!st && answer->characters) st = keep_guess(job, answer->text, answer->probability, r);
    for (size_t i = 0; !st && answer->classes && i < answer->class_count && i < INK_GUESSES; i++)
        st = keep_guess(job, answer->classes[i].label, answer->classes[i].probability, r);
    r->right = r->guess_count && !strcmp(r->guesses[0].label, r->picture->label);
    return st;
}

static void read_one(struct reader *reader, const struct ink_labelled *picture, struct ink_answer *answer)
{
    *answer = (struct ink_answer){0};
    ink_arena_reset(&reader->arena);
    if (ink_opened_picture(picture->path, &reader->file, &answer->error)) return;
    ink_classifier_read(reader->model.classifier, picture->shown, ink_buffer_view(&reader->file), &reader->arena, 0,
                        answer);
}

static void *read_pictures(void *arg)
{
    struct reader *reader = arg;
    struct job *job = reader->job;
    struct ink_answer answer;
    pthread_mutex_lock(&job->lock);
    while (!job->status && job->next < job->out->count) {
        size_t i = job->next++;
        pthread_mutex_unlock(&job->lock);
        read_one(reader, &job->pictures[i], &answer);
        pthread_mutex_lock(&job->lock);
        job->out->readings[i].picture = &job->pictures[i];
        if (keep(job, &answer, &job->out->readings[i])) job->status = ink_fail(job->err, INK_E_OOM, "out of memory");
        ink_print_progress("eval", ++job->done, job->out->count);
    }
    pthread_mutex_unlock(&job->lock);
    return NULL;
}

static ink_status open_reader(struct reader *reader, struct job *job, const char *model, struct ink_error *err)
{
    reader->job = job;
    ink_buffer_init(&reader->file, INK_PICTURE_BYTES_MAX);
    ink_arena_init(&reader->arena, INK_PICTURE_ARENA_BYTES);
    return ink_opened_read(model, 1, INK_FIT_COUNT, false, &reader->model, err);
}

static void close_reader(struct reader *reader)
{
    ink_opened_cleanup(&reader->model);
    ink_arena_cleanup(&reader->arena);
    ink_buffer_cleanup(&reader->file);
}

ink_status ink_evaluate(const char *model, const struct ink_labelled *pictures, size_t count, int threads,
                        struct ink_arena *arena, struct ink_evaluation *out, struct ink_error *err)
{
    *out = (struct ink_evaluation){
        .model = model, .readings = INK_ARENA_ARRAY(arena, struct ink_reading, count), .count = count};
    struct job job = {pictures, out, .lock = PTHREAD_MUTEX_INITIALIZER, .arena = arena, .err = err};
    if ((size_t)threads > count) threads = (int)count;
    struct reader *readers = INK_ARENA_ARRAY(arena, struct reader, (size_t)threads);
    if (!out->readings || !readers) return ink_fail(err, INK_E_OOM, "out of memory");
    int opened = 0, started = 1; /* the first is this thread */
    while (!job.status && opened < threads) job.status = open_reader(&readers[opened++], &job, model, err);
    if (!job.status)
        while (started < opened && !pthread_create(&readers[started].thread, NULL, read_pictures, &readers[started]))
            started++; /* with fewer than wanted it only takes longer */
    read_pictures(&readers[0]);
    for (int i = 1; i < started; i++) pthread_join(readers[i].thread, NULL);
    for (int i = 0; i < opened; i++) close_reader(&readers[i]);
    return job.status;
}
