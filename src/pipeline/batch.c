/* SPDX-License-Identifier: MIT */
/* Several pictures of one invocation: the way of each is that of recognise.c, but they go to the bucket together. One
 * picture alone takes five round trips; sixteen together take as many, not eighty.
 *
 * Whatever is out of the ordinary (it changed, it is too long to be fetched ahead) is handled alone, from the beginning. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "pipeline/answers.h"
#include "pipeline/recogniser.h"
#include "pipeline/stage.h"

enum {
    TOGETHER_MAX = 16,
    ARENA_BYTES_MAX = 16 * 1024 * 1024,  /* 300 KB a picture: calls, and the names of all that its answer stands on */
    PICTURE_BYTES_MAX = 4 * 1024 * 1024, /* fetched ahead; and no more than: */
    PICTURES_PART = 6 * TOGETHER_MAX,    /* of the function's memory for one, a sixth for all */
};

struct together {
    struct ink_recogniser *r;
    uint64_t deadline_us, started_us;
    struct ink_arena arena;
    size_t count;
    struct ink_job *jobs[TOGETHER_MAX];
    struct ink_sources sources[TOGETHER_MAX];
    struct ink_answer answers[TOGETHER_MAX]; /* classes and pixels are gone; what the log says is in the arena */
    const char *models[TOGETHER_MAX];
    struct ink_answer_files files[TOGETHER_MAX];
    bool written[TOGETHER_MAX]; /* there are files[i] */
    bool alone[TOGETHER_MAX];   /* is handled from the beginning */
};

static void handle_alone(struct ink_recogniser *r, struct ink_job *job, uint64_t deadline_us)
{
    job->state = INK_JOB_COMPUTING;
    job->error = (struct ink_error){0};
    if (ink_recognise(r, job->bucket, job->key, deadline_us, &job->error) == INK_OK) job->error = (struct ink_error){0};
    job->state = INK_JOB_DONE;
}

/* --- the steps, each for all of them ---------------------------------------------------------------------------- */

static void fetch(struct together *t)
{
    size_t part = t->r->memory_bytes / PICTURES_PART;
    size_t cap_bytes = part < PICTURE_BYTES_MAX ? part : PICTURE_BYTES_MAX;
    ink_stage("fetch");
    t->started_us = ink_clock_us();
    for (size_t i = 0; i < t->count; i++) {
        struct ink_sources *sources = &t->sources[i];
        struct ink_error *error = &t->jobs[i]->error;
        *sources = (struct ink_sources){
            .bucket = t->jobs[i]->bucket, .picture_key = t->jobs[i]->key, .deadline_us = t->deadline_us};
        if (!ink_sources_name_models(sources, sources->picture_key, error))
            (void)!ink_sources_note(sources, &t->r->models, &t->arena, &t->r->ahead, cap_bytes, error);
    }
    ink_ahead_fetch(&t->r->ahead, t->deadline_us);
}

/* Whether its answer is there, and does not stand yet. */
static bool waits_for_store(const struct together *t, size_t i)
{
    return t->written[i] && !t->alone[i] && t->jobs[i]->state == INK_JOB_WAITING;
}

/* Keeps what is needed to write the answer and to tell of it, as the next picture takes the round's memory. */
static ink_status keep_answer(struct together *t, size_t i, struct ink_error *err)
{
    struct ink_answer *answer = &t->answers[i];
    t->written[i] = true;
    ink_status st = ink_answers_make_results(&t->sources[i], answer, &t->files[i], err);
    if (st) return st;
    t->models[i] = ink_recogniser_model_name(&t->sources[i], &t->arena);
    answer->text = answer->text ? ink_arena_text(&t->arena, ink_view_text(answer->text)) : NULL;
    return t->models[i] && (answer->text || answer->error.status) ? INK_OK
                                                                  : ink_fail(err, INK_E_OOM, "no memory for an answer");
}

static void store_ready(void *arg, struct ink_objects *objects);

static ink_status read_one(struct together *t, size_t i, struct ink_error *err)
{
    struct ink_recogniser *r = t->r;
    struct ink_sources *sources = &t->sources[i];
    sources->compute_until_us = r->compute_until_us;
    r->overdue.sources = sources;
    r->overdue.others = (struct ink_overdue_others){store_ready, t};
    ink_arena_reset(&r->arena);
    r->ahead.open = true;
    ink_status st = ink_sources_fetch(sources, &r->models, &t->arena, err);
    r->ahead.open = false;
    if (!st && !sources->gone) {
        st = ink_recogniser_read(r, sources, ink_buffer_view(&sources->picture), t->started_us, &t->answers[i], err);
        if (!st) st = keep_answer(t, i, err);
    }
    r->overdue.others = (struct ink_overdue_others){0};
    ink_buffer_cleanup(&sources->picture);
    return st;
}

static void end(struct ink_job *job, ink_status st)
{
    if (!st) job->error = (struct ink_error){0};
    job->state = INK_JOB_DONE;
}

static void read_all(struct together *t)
{
    for (size_t i = 0; i < t->count; i++) {
        struct ink_job *job = t->jobs[i];
        ink_recogniser_watch(t->r, t->deadline_us, t->r->overdue.invoked != NULL);
        bool late = t->r->compute_until_us && ink_clock_us() >= t->r->compute_until_us;
        job->state = INK_JOB_COMPUTING;
        ink_status st =
            late ? ink_fail(&job->error, INK_E_TIMEOUT, "%s/%s: no time was left for it", job->bucket, job->key)
            : job->error.status ? job->error.status
                                : read_one(t, i, &job->error);
        job->state = INK_JOB_WAITING; /* its answer does not stand yet */
        ink_recogniser_watch_no_more(t->r);
        t->alone[i] = st == INK_E_CHANGED;
        if (!st && t->sources[i].gone) ink_log(INK_LOG_INFO, "%s/%s: gone, nothing written", job->bucket, job->key);
        if ((st && !t->alone[i]) || t->sources[i].gone) end(job, st);
    }
    ink_ahead_forget(&t->r->ahead);
}

/* Those that are not to be stored get an error, so that they are passed over. */
static void store(struct together *t, struct ink_objects *objects)
{
    uint64_t began_us = ink_clock_us();
    for (size_t i = 0; i < t->count; i++)
        if (!waits_for_store(t, i)) t->files[i].error.status = INK_E_CHANGED;
    ink_answers_store(objects, t->files, t->count, t->deadline_us);
    for (size_t i = 0; i < t->count; i++) {
        if (!waits_for_store(t, i)) continue;
        t->answers[i].times.store_us = ink_clock_us() - began_us;
        t->jobs[i]->error = t->files[i].error;
        if (t->files[i].error.status) end(t->jobs[i], t->files[i].error.status);
    }
}

static void look_at_one(struct together *t, size_t i, struct ink_objects *objects, struct ink_arena *arena)
{
    struct ink_job *job = t->jobs[i];
    struct ink_sources *sources = &t->sources[i];
    bool same = false, gone = false;
    ink_status st = ink_sources_look_again(sources, objects, arena, &same, &gone, &job->error);
    t->alone[i] = !st && !same && !gone;
    if (t->alone[i]) return;
    if (!st && gone)
        ink_log(INK_LOG_INFO, "%s/%s: gone while it was read", job->bucket, job->key);
    else if (!st)
        ink_recogniser_tell(sources, t->models[i], &t->answers[i]);
    end(job, st);
}

/* struct ink_overdue's: another one is being computed on and does not come to an end. */
static void store_ready(void *arg, struct ink_objects *objects)
{
    struct together *t = arg;
    struct ink_arena arena;
    ink_arena_init(&arena, ARENA_BYTES_MAX);
    store(t, objects);
    for (size_t i = 0; i < t->count; i++)
        if (waits_for_store(t, i)) look_at_one(t, i, objects, &arena);
    ink_arena_cleanup(&arena);
}

static void look_again(struct together *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (waits_for_store(t, i) && ink_sources_note_look(&t->sources[i], &t->r->ahead, NULL)) t->alone[i] = true;
    ink_ahead_fetch(&t->r->ahead, t->deadline_us);
    t->r->ahead.open = true;
    for (size_t i = 0; i < t->count; i++)
        if (waits_for_store(t, i)) look_at_one(t, i, t->r->models.objects, &t->arena);
    t->r->ahead.open = false;
    ink_ahead_forget(&t->r->ahead);
}

/* --- together --------------------------------------------------------------------------------------------------- */

static void handle_together(struct together *t)
{
    t->r->began_us = t->r->overdue.invoked ? t->r->overdue.invoked->began_us : ink_clock_us();
    fetch(t);
    read_all(t);
    store(t, t->r->models.objects);
    look_again(t);
    for (size_t i = 0; i < t->count; i++)
        if (t->written[i]) ink_answer_files_cleanup(&t->files[i]);
    for (size_t i = 0; i < t->count; i++)
        if (t->alone[i]) handle_alone(t->r, t->jobs[i], t->deadline_us);
}

static void handle_some(struct ink_recogniser *r, struct ink_job **jobs, size_t count, uint64_t deadline_us)
{
    struct together *t = count > 1 ? ink_calloc(1, sizeof *t) : NULL;
    if (!t) {
        for (size_t i = 0; i < count; i++) handle_alone(r, jobs[i], deadline_us);
        return;
    }
    t->r = r;
    t->deadline_us = deadline_us;
    t->count = count;
    memcpy(t->jobs, jobs, count * sizeof *jobs);
    ink_arena_init(&t->arena, ARENA_BYTES_MAX);
    handle_together(t);
    ink_arena_cleanup(&t->arena);
    ink_free(t);
}

void ink_recognise_all(struct ink_recogniser *r, struct ink_job *jobs, size_t count, uint64_t deadline_us)
{
    struct ink_job *pictures[TOGETHER_MAX];
    size_t waiting = 0;
    for (size_t i = 0; i < count; i++) {
        enum ink_key_kind kind = ink_key_kind(jobs[i].key);
        if (kind != INK_KEY_PICTURE && kind != INK_KEY_FOREIGN) {
            handle_alone(r, &jobs[i], deadline_us);
            continue;
        }
        pictures[waiting++] = &jobs[i];
        if (waiting < TOGETHER_MAX) continue;
        handle_some(r, pictures, waiting, deadline_us);
        waiting = 0;
    }
    handle_some(r, pictures, waiting, deadline_us);
}
