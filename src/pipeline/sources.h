/* SPDX-License-Identifier: MIT */
/* sources.h - all that an answer stands on: fetched at once before, looked at again after.
 *
 *   picture, nearest model, its settings, its weights  ->  struct ink_sources  ->  unchanged?
 *
 * Only 404 means that something is not there. One thread. */
#ifndef INK_PIPELINE_SOURCES_H
#define INK_PIPELINE_SOURCES_H

#include "pipeline/ahead.h"
#include "pipeline/models.h"

enum {
    INK_PICTURE_BYTES_MAX = 64 * 1024 * 1024,
    /* picture; a model and its settings in each folder; weights of the one that counts */
    INK_SOURCES_MAX = 1 + 2 * INK_FOLDERS_MAX + INK_WEIGHT_FILES_MAX
};

/* One object, as it was when it was read. */
struct ink_source {
    char key[INK_KEY_MAX + 1];
    char etag[INK_S3_ETAG_MAX + 1]; /* "": it was not there, and must still not be */
};

struct ink_sources {
    /* asked */
    const char *bucket;
    const char *picture_key; /* NULL: none wanted */
    const char *posted;      /* what to call a picture that is at hand already; NULL: there is none */
    char models[INK_FOLDERS_MAX][INK_KEY_MAX + 1]; /* the first that exists counts */
    size_t model_count;
    uint64_t deadline_us;
    uint64_t compute_until_us; /* before the deadline, so that there is time left to write; 0: no end */

    /* answered */
    bool gone;                 /* the picture is not there; without any picture: the model */
    struct ink_error refusal;  /* why the picture cannot be read before it was looked at (too long) */
    struct ink_buffer picture; /* the caller cleans it up */
    char picture_version[INK_S3_VERSION_MAX + 1];
    struct ink_held_model *model; /* NULL: none of them is there */
    const char *fallback;         /* what answers then: "built-in" or "packaged" */
    struct ink_source *all;       /* in the arena; all[0] is the picture where one is wanted */
    size_t count;
};

/* Fills models and model_count with those that may answer a picture, nearest first. INK_E_LIMIT: too long a key. */
INK_NODISCARD ink_status ink_sources_name_models(struct ink_sources *sources, const char *picture_key,
                                                 struct ink_error *err);

/* Fetches everything; INK_E_CHANGED: something changed meanwhile, start over; other errors are the invocation's.
 * sources->all lives in the arena; sources->model until the next load. */
INK_NODISCARD ink_status ink_sources_fetch(struct ink_sources *sources, struct ink_models *models,
                                           struct ink_arena *arena, struct ink_error *err);

/* Whether all of it is still as it was: *same. *gone: the first one (picture or model) is no longer there. */
INK_NODISCARD ink_status ink_sources_look_again(const struct ink_sources *sources, struct ink_objects *objects,
                                                struct ink_arena *arena, bool *same, bool *gone, struct ink_error *err);

/* Notes the calls of a fetch to come, or of a look again; INK_E_OOM. arena: back at its mark.
 *
 * picture_cap_bytes  a longer one is not fetched ahead */
INK_NODISCARD ink_status ink_sources_note(const struct ink_sources *sources, struct ink_models *models,
                                          struct ink_arena *arena, struct ink_ahead *ahead, size_t picture_cap_bytes,
                                          struct ink_error *err);
INK_NODISCARD ink_status ink_sources_note_look(const struct ink_sources *sources, struct ink_ahead *ahead,
                                               struct ink_error *err);

/* What to tell people about a call that failed for another reason than 404. Returns its status. */
ink_status ink_source_error(const struct ink_s3_call *call, struct ink_error *err);

#endif
