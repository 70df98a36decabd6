/* SPDX-License-Identifier: MIT */
/* classifier.h - a model in memory that reads pictures. No S3 here: commands and the function both use this.
 *
 *   bytes of model.onnx, settings  ->  ink_classifier_new
 *   bytes of a picture             ->  ink_classifier_read  ->  struct ink_answer
 *
 * One thread at a time. */
#ifndef INK_PIPELINE_CLASSIFIER_H
#define INK_PIPELINE_CLASSIFIER_H

#include "engine/session.h"
#include "image/decode.h"
#include "pipeline/probe.h"

/* Where findings stay between programs. Asked and told only where something is open that the options do not know. */
struct ink_kept_findings {
    void *arg; /* for both */
    bool (*find)(void *arg, struct ink_finding *out);
    void (*keep)(void *arg, const struct ink_finding *finding); /* after a find that found none */
};

struct ink_classifier_options {
    struct ink_session_options session;
    const char *settings_name;            /* for messages: "model.json"; NULL: "settings" */
    enum ink_fit fit;                     /* INK_FIT_COUNT: what the settings or the model say */
    const struct ink_finding *known;      /* found earlier, for just these bytes and settings; NULL: nothing */
    const struct ink_kept_findings *kept; /* NULL: none */
    uint64_t deadline_us;                 /* for finding the convention; 0: none */
};

struct ink_classifier {
    struct ink_session *session; /* NULL where the file could not be read at all; then `error` says why */
    struct ink_convention convention;
    struct ink_finding finding; /* about its convention */
    struct ink_settings settings;
    bool segment;           /* pictures have several characters: ink_line_read */
    struct ink_error error; /* why it cannot read pictures; status INK_OK: it can */
    struct ink_arena arena;
    struct ink_scorer scorer;
    uint64_t run_us; /* what the model alone takes for a picture, the least of a few; 0: not measured */
};

/* One class of an answer. */
struct ink_class {
    const char *label; /* lives as long as classifier and arena */
    int64_t index;     /* in the model's output */
    float probability;
};

/* Microseconds of each step; 0 where it was not reached. */
struct ink_times {
    uint64_t fetch_us;
    uint64_t load_us;
    uint64_t decode_us;
    uint64_t prepare_us;
    uint64_t infer_us;
    uint64_t store_us; /* of the answer, which itself cannot say it */
};

/* One of several characters in a picture. */
struct ink_character {
    struct ink_box box;        /* in the picture's pixels */
    struct ink_class *classes; /* [the answer's class_count] most likely first */
    uint8_t *seen;             /* as struct ink_prepared's shown */
};

/* What is said about a picture: its classes, or why there are none. */
struct ink_answer {
    struct ink_error error;           /* status INK_OK: classes or characters are there */
    struct ink_class *classes;        /* all, most likely first; NULL when there are characters */
    struct ink_character *characters; /* left to right; NULL when the picture was read as one */
    size_t character_count;
    const char *text;  /* what it says: the label of the first class, those of the characters in a row */
    float probability; /* of the first class; the least of the characters' */
    size_t class_count;
    size_t shown;           /* how many go into results.txt */
    enum ink_scores scores; /* what the model's numbers were */
    bool decoded, prepared; /* whether image, found and want are filled */
    struct ink_image image;
    struct ink_prepared found;
    struct ink_want want;
    struct ink_times times;
};

/* Loads a model. *out is NULL only for INK_E_OOM; else it is there even for a model that is refused, and
 * (*out)->error == the returned status, so that a refusal can be kept and reported like any other answer.
 *
 * model     borrowed until ink_classifier_free
 * settings  the JSON of NAME.json; len 0: none */
INK_NODISCARD ink_status ink_classifier_new(struct ink_view model, struct ink_view settings,
                                            const struct ink_classifier_options *options, struct ink_classifier **out,
                                            struct ink_error *err);
void ink_classifier_free(struct ink_classifier *classifier); /* NULL is fine */

/* For reports: how long a run takes, and how well it reads all of the references. Nothing is done
 * for a model that is refused. deadline_us as in the options. Errors as those of ink_probe; the classifier is as before. */
INK_NODISCARD ink_status ink_classifier_measure(struct ink_classifier *classifier, uint64_t deadline_us,
                                                struct ink_error *err);

/* From now on pictures have several characters, as settings with "segment": true say. INK_E_ARGUMENT: the model's input or
 * its fit is not for that. */
INK_NODISCARD ink_status ink_classifier_segment(struct ink_classifier *classifier, struct ink_error *err);

/* Reads one picture: decode, prepare, infer. Failures are part of the answer (out->error).
 *
 * name         for messages: "digit.png"
 * arena        gets classes, pixels and what was shown; its cap holds for the picture
 * deadline_us  of ink_clock_us; 0: none: INK_E_TIMEOUT */
void ink_classifier_read(struct ink_classifier *classifier, const char *name, struct ink_view picture,
                         struct ink_arena *arena, uint64_t deadline_us, struct ink_answer *out);

/* The steps of the above, for those who time or show them one by one. Each returns out->error.status. */
ink_status ink_classifier_prepare(struct ink_classifier *classifier, const struct ink_image *image,
                                  struct ink_arena *arena, struct ink_answer *out);
ink_status ink_classifier_infer(struct ink_classifier *classifier, struct ink_arena *arena, uint64_t deadline_us,
                                struct ink_answer *out);

/* The model that is built in; len 0 where the build had none. */
struct ink_view ink_builtin_model_view(void);

#endif
