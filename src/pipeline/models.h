/* SPDX-License-Identifier: MIT */
/* models.h - models that were fetched, kept in memory by their ETag until memory is needed for others.
 *
 * A model that cannot be used is kept as well: its refusal is an answer, and it need not be fetched again for the next
 * picture. One thread. */
#ifndef INK_PIPELINE_MODELS_H
#define INK_PIPELINE_MODELS_H

#include "pipeline/classifier.h"
#include "pipeline/keys.h"
#include "pipeline/objects.h"
#include "pipeline/packaged.h"
#include "pipeline/watchdog.h"

enum { INK_WEIGHT_FILES_MAX = 64, INK_MODELS_MAX = 32 };

/* A file of weights that a model names. */
struct ink_weights {
    char location[INK_KEY_MAX]; /* as the model names it */
    char key[INK_KEY_MAX + 1];
    char etag[INK_S3_ETAG_MAX + 1]; /* "": it is not there */
    struct ink_buffer bytes;
};

struct ink_held_model {
    char bucket[256];
    char key[INK_KEY_MAX + 1];
    char etag[INK_S3_ETAG_MAX + 1];
    char settings_etag[INK_S3_ETAG_MAX + 1]; /* "": there are none */
    struct ink_buffer bytes, settings;
    struct ink_finding known; /* from its report; shown 0: there is none that fits */
    struct ink_weights *weights;
    size_t weights_count;
    struct ink_classifier *classifier; /* never NULL; classifier->error says whether it can be used */
    uint64_t last_use;
    struct ink_held_model *next;
};

struct ink_models {
    struct ink_objects *objects;
    size_t memory_bytes; /* for all of them, and for one */
    int threads;
    struct ink_watchdog *watchdog; /* borrowed; watches loading, not fetching */
    struct ink_held_model *first;
    size_t count;
    uint64_t uses;
    struct ink_packaged packaged;
    struct ink_classifier *fallback; /* NULL: not loaded yet */
};

/* packaged_folder  where the function's own model may lie (packaged.h); NULL: nowhere */
void ink_models_init(struct ink_models *models, struct ink_objects *objects, size_t memory_bytes, int threads,
                     struct ink_watchdog *watchdog, const char *packaged_folder);
void ink_models_cleanup(struct ink_models *models);

/* The one in memory under this key, whatever its ETag; NULL, also for one that was refused only because time ran out.
 * Lives until the next load. */
struct ink_held_model *ink_models_find(struct ink_models *models, const char *bucket, const char *key);

/* Loads a model in place of the one under its key, fetching the weights that it names; the oldest ones give way.
 *
 * bytes, settings  taken over: zeroed. settings->len 0: none
 * report           NAME.report.json as it lies beside the model, used while it fits; len 0: none
 * out              set also where the model is refused
 * deadline_us      of ink_clock_us, for all of it; 0: none
 *
 * INK_OK even for a model that is refused: (*out)->classifier->error. Otherwise what fetching its weights met. */
INK_NODISCARD ink_status ink_models_load(struct ink_models *models, const char *bucket, const char *key,
                                         const char *etag, struct ink_buffer *bytes, const char *settings_etag,
                                         struct ink_buffer *settings, struct ink_view report, uint64_t deadline_us,
                                         struct ink_held_model **out, struct ink_error *err);

/* The model that answers where a bucket has none: the packaged one, else the one that is built in. Loaded when it is first
 * asked for. NULL: out of memory. */
struct ink_classifier *ink_models_fallback(struct ink_models *models);

/* Which of them: "packaged" or "built-in". */
const char *ink_models_fallback_name(const struct ink_models *models);

#endif
