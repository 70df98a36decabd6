/* SPDX-License-Identifier: MIT */
/* evaluation.h - what a model said of labelled pictures, and what follows from it. Data and arithmetic: no file, no model.
 *
 *   readings, one a picture  ->  ink_summarise  ->  accuracy, classes, confusion matrix, calibration, times
 *   two evaluations          ->  ink_compare    ->  who reads what the other does not
 *
 * Texts are as they came from outside; whoever shows them escapes them. Thread-safe with one arena a thread. */
#ifndef INK_CLI_EVALUATION_H
#define INK_CLI_EVALUATION_H

#include "cli/labelled.h"

enum {
    INK_GUESSES = 3,           /* answers kept of a picture */
    INK_CONFUSION_MAX = 200,   /* labels; over it there is no matrix */
    INK_MISTAKES_MAX = 10,     /* kinds of mistakes that are counted out */
    INK_SLOWEST_MAX = 5,       /* pictures */
    INK_CALIBRATION_BINS = 10, /* of equal width */
};

struct ink_guess {
    const char *label;
    float probability;
};

struct ink_reading {
    const struct ink_labelled *picture;
    struct ink_guess guesses[INK_GUESSES]; /* most likely first */
    int guess_count;                       /* 0: it could not be read */
    const char *why;                       /* then; one line */
    uint64_t took_us;                      /* decode, prepare, infer */
    bool right;
};

/* One model on all pictures. */
struct ink_evaluation {
    const char *model;            /* its path */
    struct ink_reading *readings; /* [count], in the pictures' order */
    size_t count;                 /* at least 1 */
    const char **labels;          /* [label_count] the model's classes, in ink_label_order */
    size_t label_count;           /* 0: not known: nothing could be read, or lines of characters were */
};

/* One label: of the pictures, or answered, or both. */
struct ink_class_figures {
    const char *label;
    size_t pictures; /* that show it */
    size_t right;    /* of these */
    size_t unread;   /* of these */
    size_t answers;  /* pictures of any label that were read as it */
    bool foreign;    /* the model has no such class, so that its pictures cannot be right */
};

/* A kind of mistake: `shown` read as `answer`. */
struct ink_mistake {
    const char *shown, *answer;
    size_t count;
};

/* Pictures whose best answer had a probability in [i / bins, (i + 1) / bins), the last bin with 1. */
struct ink_calibration_bin {
    size_t count, right;
    double probability; /* the mean; 0 where count is 0 */
};

struct ink_summary {
    size_t right, unread;
    size_t foreign;   /* pictures of foreign classes */
    double accuracy;  /* of all pictures; what could not be read is not right */
    double low, high; /* its 95 % interval */

    struct ink_class_figures *classes; /* [class_count], numbers by value before words */
    size_t class_count;
    size_t
        *confusion; /* [class_count][class_count + 1]: shown, answer; the last column: unread. NULL: too many labels */
    struct ink_mistake mistakes[INK_MISTAKES_MAX]; /* most frequent first */
    size_t mistake_count;

    /* Expected calibration error (Guo et al. 2017, section 2): the mean distance, over pictures, between how sure the
     * answers of a bin are and how many of them are right. 0..1, 0 is perfect. Unread pictures do not count. */
    double calibration_error;
    double mean_probability;
    struct ink_calibration_bin bins[INK_CALIBRATION_BINS];

    uint64_t median_us, p95_us;
    const struct ink_reading *slowest[INK_SLOWEST_MAX]; /* slowest first */
    size_t slowest_count;
};

/* Two models on the same pictures. */
struct ink_comparison {
    size_t both, first_only, second_only, neither; /* read rightly */
    double p_value;                                /* ink_mcnemar */
};

/* out's arrays live in the arena. INK_E_OOM. */
INK_NODISCARD ink_status ink_summarise(const struct ink_evaluation *evaluation, struct ink_arena *arena,
                                       struct ink_summary *out);

/* Both must be of the same pictures in the same order. */
struct ink_comparison ink_compare(const struct ink_evaluation *first, const struct ink_evaluation *second);

/* The class of a label; NULL where the summary has none. */
const struct ink_class_figures *ink_class_named(const struct ink_summary *summary, const char *label);

/* How numbers and words are sorted: numbers by value, before words by their bytes. As strcmp. */
int ink_label_order(const char *a, const char *b);
int ink_by_label(const void *a, const void *b); /* the same of two const char *, for qsort */

#endif
