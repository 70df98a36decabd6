/* SPDX-License-Identifier: MIT */
/* probe.h - what a model of handwriting wants, found out by trying: it is shown the reference characters
 * (image/reference.h) under every convention that nothing else has decided, and the one that it reads best is taken.
 *
 *   convention with open questions, the model  ->  the convention answered, struct ink_finding
 *
 * Conventions: each range of the table, bright or dark ink, transposed or not, and each alphabet of so many classes. They
 * drop out in rounds, those that read fewest first (Jamieson, Talwalkar 2016, "successive halving"): four references
 * tell bright from dark and upright from transposed, fifty the ranges for a model that reads nearly all of them: it is shown
 * some 200 pictures. The references are those under strain: clean ones are read under a wrong range as well. Of conventions that read
 * equally well the more usual one counts. How many it reads of all references is another question (ink_probe_all). */
#ifndef INK_PIPELINE_PROBE_H
#define INK_PIPELINE_PROBE_H

#include "pipeline/alphabet.h"
#include "pipeline/range.h"
#include "pipeline/scorer.h"

enum { INK_FINDER = 1 }; /* counts up when findings change their meaning: older ones are made again */

/* What was found. Kept in reports, so that it need not be found again (ink_finding_apply). */
struct ink_finding {
    int shown;                     /* references; 0: nothing was tried */
    int right;                     /* of these, as it is shown pictures now */
    int next;                      /* under the best of the other conventions that were tried; -1: none were */
    bool all;                      /* shown all there are, not only what it took to decide */
    bool sure;                     /* it reads them: it is a model of handwriting, and this is how */
    const struct ink_range *range; /* NULL: not asked for, it was given */
    enum ink_polarity polarity;
    bool transposed;
    const struct ink_alphabet *alphabet; /* NULL: labels or numbers, as the convention says */
    char confused[2];                    /* shown and read, the most frequent mistake; 0: none */
    int confused_count;
    struct ink_want next_want; /* of the best of the others, where there is one; reports do not keep it */
};

/* Whether there is something to find out: a model for small grey pictures or for one of the usual alphabets, and a
 * convention that is not settled. */
bool ink_probe_open(const struct ink_convention *convention);

/* Finds the convention, or with nothing open only how well it reads the references.
 *
 * scorer      for `convention`; its input is overwritten
 * convention  its want and labels are completed where sure; its `why` says so in any case
 * arena       the labels live there; scratch is given back
 * deadline_us INK_E_TIMEOUT when it is over before a first round is done; then nothing is changed
 *
 * INK_OK also for a model that reads none of them: finding->sure is false. Else what running the model met. */
INK_NODISCARD ink_status ink_probe(struct ink_scorer *scorer, struct ink_convention *convention,
                                   struct ink_arena *arena, uint64_t deadline_us, struct ink_finding *finding,
                                   struct ink_error *err);

/* How well it reads all of the references: shown, right, next and confused are of all then. Nothing is done where that is
 * known already or where it reads none.
 *
 * convention  settled, by ink_probe or by settings
 *
 * Errors as those of ink_probe; the finding is as before then. */
INK_NODISCARD ink_status ink_probe_all(struct ink_scorer *scorer, const struct ink_convention *convention,
                                       struct ink_arena *arena, uint64_t deadline_us, struct ink_finding *finding,
                                       struct ink_error *err);

/* A finding from outside: applied where it answers just what is open, else false and nothing is changed. */
bool ink_finding_apply(const struct ink_finding *finding, struct ink_convention *convention, struct ink_arena *arena);

#endif
