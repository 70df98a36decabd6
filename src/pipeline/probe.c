/* SPDX-License-Identifier: MIT */
#include "pipeline/probe.h"

#include <math.h>

#include "image/prepared.h"
#include "image/reference.h"
#include "pipeline/sequence.h"

enum {
    ALPHABETS_MAX = 4,
    CANDIDATES_MAX = INK_RANGES * 4,
    SHOWN_LEAST = 20,   /* fewer references tell conventions apart no more; enough where one convention is left */
    CLEAR = 50,         /* for one that reads nearly all: more do not tell better which range it wants (decisions.md) */
    CLEAR_PERCENT = 95, /* of the references */
    ROUNDS = 6,
    STAY = 6,              /* so many conventions are seldom left after the first round */
    HOPELESS_PERCENT = 25, /* of the references: fewer is a model of something else, and need not see all of them */
    TEMPERATURES = 12,
    TIE = 1,           /* so many more right are no reason to take the less usual alphabet */
    NEAR_PERCENT = 2,  /* of the references: conventions as near as this are told apart by the model's surprise */
    SMALL_SIDE = 64,   /* larger models are fed as photos are, none transposed */
    SURE_PERCENT = 35, /* of the references: guessing reads a tenth of digits */
};
static const double less_surprised = 0.9;     /* than by the more usual convention */
static const double no_surprise = 1e-4;       /* smaller differences say nothing */
static const double multiply_adds_most = 4e9; /* of all runs: about a quarter of a second */

/* --- trying ------------------------------------------------------------------------------------------------------ */

struct tally {
    int shown, right;              /* shown: of the characters that the alphabet has */
    double surprise[TEMPERATURES]; /* the sum of -log p of what was shown, by temperature */
};

struct candidate {
    struct ink_want want;
    const struct ink_range *range; /* NULL: the convention's own */
    bool out;
    struct tally tally[ALPHABETS_MAX];
    uint8_t confused[INK_CHARACTERS_MAX][INK_CHARACTERS_MAX + 2]; /* times by character in the sequence, class */
};

struct trial {
    struct ink_scorer *scorer;
    struct ink_alphabet alphabets[ALPHABETS_MAX];
    int alphabet_count;
    struct ink_sequence sequence;
    int total; /* references to show at most, then those that were; what is counted is put in proportion to it */
    struct candidate *candidates;
    int candidate_count;
    uint8_t *bright, *dark; /* one reference, as `shown` of struct ink_prepared */
    size_t bytes;
};

static void add_candidate(struct trial *t, const struct ink_want *want, const struct ink_range *range)
{
    struct candidate *c = &t->candidates[t->candidate_count++];
    *c = (struct candidate){.want = *want, .range = range};
    if (range) ink_range_apply(range, &c->want);
}

/* Every open question in every way, the usual ones first. */
static void make_candidates(struct trial *t, const struct ink_convention *convention)
{
    struct ink_want want = convention->want;
    bool turn = !convention->transpose_given && want.width == want.height && want.width <= SMALL_SIDE;
    for (int transposed = 0; transposed <= turn; transposed++)
        for (int dark = 0; dark <= !convention->polarity_given; dark++) {
            if (turn) want.transposed = transposed;
            if (!convention->polarity_given) want.polarity = dark ? INK_POLARITY_DARK_INK : INK_POLARITY_BRIGHT_INK;
            for (int i = 0; !convention->range_given && i < INK_RANGES; i++)
                if (ink_range_is_for(&ink_ranges[i], &want, convention->input_dtype))
                    add_candidate(t, &want, &ink_ranges[i]);
            if (convention->range_given) add_candidate(t, &want, NULL);
        }
}

static size_t best_class(const float *scores, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (scores[i] > scores[best]) best = i;
    return best;
}

/* How surprised the model is by what was shown, at temperatures 1/4, 1/2, 1, 2 and so on: the best of them tells how well
 * its scores are ordered, where a wrong range makes them all larger or smaller (Guo et al. 2017). */
static void add_surprise(const float *probabilities, size_t count, const struct ink_alphabet *alphabet, char shown,
                         double surprise[TEMPERATURES])
{
    double temperature = 0.25;
    for (int k = 0; k < TEMPERATURES; k++, temperature *= 2) {
        double all = 0, right = 0;
        for (size_t i = 0; i < count; i++) {
            double p = exp((probabilities[i] > 1e-30f ? log((double)probabilities[i]) : -70) / temperature);
            all += p;
            if (ink_alphabet_reads(alphabet, i, shown)) right += p;
        }
        double part = right / all;
        surprise[k] -= log(part < 1e-4 ? 1e-4 : part);
    }
}

static ink_status show(struct trial *t, struct candidate *c, int at, char character, struct ink_arena *arena,
                       uint64_t deadline_us, struct ink_error *err)
{
    float *scores;
    size_t count;
    struct ink_arena_mark mark = ink_arena_mark(arena);
    ink_want_floats_from(c->want.polarity == INK_POLARITY_DARK_INK ? t->dark : t->bright, &c->want, false,
                         t->scorer->input);
    ink_status st = ink_scorer_run(t->scorer, arena, deadline_us, &scores, &count, err);
    if (st) {
        ink_arena_release(arena, mark);
        return st;
    }
    size_t best = best_class(scores, count);
    ink_scores_to_probabilities(scores, count, ink_scores_of_values(scores, count));
    for (int a = 0; a < t->alphabet_count; a++) {
        if (!ink_alphabet_has(&t->alphabets[a], character)) continue;
        c->tally[a].shown++;
        c->tally[a].right += ink_alphabet_reads(&t->alphabets[a], best, character);
        add_surprise(scores, count, &t->alphabets[a], character, c->tally[a].surprise);
    }
    if (best < INK_CHARACTERS_MAX + 2) c->confused[at][best] += c->confused[at][best] < UINT8_MAX;
    ink_arena_release(arena, mark);
    return INK_OK;
}

/* Shows references [from, to) to all that are still in. */
static ink_status show_all(struct trial *t, int from, int to, struct ink_arena *arena, uint64_t deadline_us,
                           struct ink_error *err)
{
    struct ink_want bright = t->candidates[0].want;
    bright.polarity = INK_POLARITY_BRIGHT_INK;
    for (int i = from; i < to; i++) {
        char character = ink_sequence_draw(&t->sequence, i, &bright, t->bright);
        int at = ink_sequence_at(&t->sequence, i);
        for (size_t k = 0; k < t->bytes; k++) t->dark[k] = (uint8_t)(255 - t->bright[k]);
        for (int c = 0; c < t->candidate_count; c++) {
            if (t->candidates[c].out) continue;
            ink_status st = show(t, &t->candidates[c], at, character, arena, deadline_us, err);
            if (st) return st;
        }
    }
    return INK_OK;
}

/* Of all references, as if every alphabet had been shown `total`. */
static double right_of(const struct tally *tally, int total)
{
    return tally->shown ? (double)tally->right * total / tally->shown : 0;
}

/* Of one reference, at the temperature that fits best. */
static double least_surprise(const struct tally *tally)
{
    double least = tally->surprise[0];
    for (int k = 1; k < TEMPERATURES; k++)
        if (tally->surprise[k] < least) least = tally->surprise[k];
    return tally->shown ? least / tally->shown : 0;
}

/* The best alphabet of a candidate. */
static int best_alphabet(const struct trial *t, const struct candidate *c, int total, double *right)
{
    int best = 0;
    *right = right_of(&c->tally[0], total);
    for (int a = 1; a < t->alphabet_count; a++) {
        double here = right_of(&c->tally[a], total);
        if (here <= *right + TIE) continue;
        *right = here;
        best = a;
    }
    return best;
}

/* Whether c is a better answer than best, which is more usual. */
static bool is_better(const struct trial *t, const struct candidate *c, const struct candidate *best)
{
    double right, most;
    int alphabet = best_alphabet(t, c, t->total, &right), best_one = best_alphabet(t, best, t->total, &most);
    double near = t->total * NEAR_PERCENT / 100.0;
    if (right > most + near || right < most - near) return right > most;
    /* a larger range makes any model surer of itself, which says nothing: it has to read more */
    if (c->want.scale > 4 * best->want.scale) return false;
    return least_surprise(&c->tally[alphabet]) + no_surprise <
           less_surprised * (least_surprise(&best->tally[best_one]) + no_surprise);
}

/* The best of those that were shown all. */
static const struct candidate *best_candidate(const struct trial *t)
{
    const struct candidate *best = NULL;
    for (int i = 0; i < t->candidate_count; i++) {
        const struct candidate *c = &t->candidates[i];
        if (!c->out && (!best || is_better(t, c, best))) best = c;
    }
    return best;
}

/* The best of the others; NULL: there are none. */
static const struct candidate *next_candidate(const struct trial *t, const struct candidate *but, double *right)
{
    const struct candidate *next = NULL;
    double here;
    *right = -1;
    for (int i = 0; i < t->candidate_count; i++) {
        if (&t->candidates[i] == but) continue;
        best_alphabet(t, &t->candidates[i], t->total, &here);
        if (here <= *right) continue;
        *right = here;
        next = &t->candidates[i];
    }
    return next;
}

struct survivors {
    int count;
    double right; /* of the best */
};

/* Those that read clearly fewer than the best are out. */
static struct survivors drop(struct trial *t, int shown)
{
    int left = 0;
    double most = 0, right, slack = 2 + (double)shown / 50;
    for (int i = 0; i < t->candidate_count; i++) {
        best_alphabet(t, &t->candidates[i], shown, &right);
        if (!t->candidates[i].out && right > most) most = right;
    }
    for (int i = 0; i < t->candidate_count; i++) {
        best_alphabet(t, &t->candidates[i], shown, &right);
        if (right < most - slack) t->candidates[i].out = true;
        left += !t->candidates[i].out;
    }
    return (struct survivors){left, most};
}

/* How many references the model's cost allows, where so many runs are in addition to one a reference and convention. */
static int affordable(const struct trial *t, int most, double more_runs, double conventions)
{
    struct ink_figures figures;
    ink_session_figures(t->scorer->session, &figures);
    double runs = figures.planned && figures.multiply_adds ? multiply_adds_most / (double)figures.multiply_adds : 1e9;
    double can = (runs - more_runs) / conventions;
    return can >= most ? most : can < SHOWN_LEAST ? SHOWN_LEAST : (int)can;
}

static ink_status decide(struct trial *t, struct ink_arena *arena, uint64_t deadline_us, struct ink_error *err)
{
    const int ends[ROUNDS] = {SHOWN_LEAST / 5, SHOWN_LEAST / 2, SHOWN_LEAST, CLEAR, 2 * CLEAR, t->total};
    for (int round = 0, shown = 0; round < ROUNDS && shown < t->total; round++) {
        int to = ends[round] < t->total ? ends[round] : t->total;
        ink_status st = show_all(t, shown, to, arena, deadline_us, err);
        if (st) return st;
        shown = to;
        struct survivors left = drop(t, shown);
        bool clear = shown >= CLEAR && left.right * 100 >= CLEAR_PERCENT * shown;
        bool alone = shown >= SHOWN_LEAST && left.count == 1;
        if (clear || alone || left.right * 100 < HOPELESS_PERCENT * shown) t->total = shown;
    }
    return INK_OK;
}

/* --- what was found ------------------------------------------------------------------------------------------------ */

static void find_confused(const struct trial *t, const struct candidate *c, const struct ink_alphabet *alphabet,
                          struct ink_finding *finding)
{
    size_t classes = strlen(alphabet->characters);
    for (int at = 0; at < t->sequence.count; at++)
        for (size_t class = 0; class < classes && class < INK_CHARACTERS_MAX + 2; class ++) {
            char shown = t->sequence.characters[at];
            if (c->confused[at][class] <= finding->confused_count || !ink_alphabet_has(alphabet, shown) ||
                ink_alphabet_reads(alphabet, class, shown))
                continue;
            finding->confused_count = c->confused[at][class];
            finding->confused[0] = shown;
            finding->confused[1] = alphabet->characters[class];
        }
}

/* What was counted of the best, and of the best of the others. */
static void count(const struct trial *t, const struct candidate *best, struct ink_finding *finding)
{
    double right;
    int alphabet = best_alphabet(t, best, t->total, &right);
    const struct tally *tally = &best->tally[alphabet];
    const struct candidate *next = next_candidate(t, best, &right);
    finding->shown = tally->shown;
    finding->right = tally->right;
    finding->next = next ? (int)floor(right * tally->shown / t->total + 0.5) : -1;
    if (next) finding->next_want = next->want;
    finding->confused_count = 0;
    find_confused(t, best, &t->alphabets[alphabet], finding);
}

static void conclude(const struct trial *t, const struct ink_convention *convention, struct ink_finding *finding)
{
    const struct candidate *best = best_candidate(t);
    double right;
    const struct ink_alphabet *alphabet = &t->alphabets[best_alphabet(t, best, t->total, &right)];
    *finding = (struct ink_finding){
        .range = best->range, .polarity = best->want.polarity, .transposed = best->want.transposed};
    count(t, best, finding);
    finding->sure = finding->right * 100 >= SURE_PERCENT * finding->shown;
    if (!convention->labels)
        finding->alphabet = ink_alphabet_named(ink_view_text(alphabet->word), strlen(alphabet->characters));
}

static bool take_labels(const struct ink_alphabet *alphabet, struct ink_convention *convention, struct ink_arena *arena)
{
    size_t count = strlen(alphabet->characters);
    const char **labels = INK_ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; labels && i < count; i++) {
        labels[i] = alphabet->characters[i] == '-' ? "none" : ink_arena_printf(arena, "%c", alphabet->characters[i]);
        if (!labels[i]) return false;
    }
    convention->labels = labels;
    convention->label_count = count;
    return labels != NULL;
}

bool ink_finding_apply(const struct ink_finding *finding, struct ink_convention *convention, struct ink_arena *arena)
{
    struct ink_want *want = &convention->want;
    if (!finding->sure) return true;
    if (!finding->range != convention->range_given) return false;
    if (convention->polarity_given && want->polarity != finding->polarity) return false;
    if (convention->transpose_given && want->transposed != finding->transposed) return false;
    if (finding->alphabet && (convention->labels || (convention->classes && strlen(finding->alphabet->characters) !=
                                                                                (size_t)convention->classes)))
        return false;
    if (finding->alphabet && !take_labels(finding->alphabet, convention, arena)) return false;
    if (finding->range) ink_range_apply(finding->range, want);
    want->polarity = finding->polarity;
    want->transposed = finding->transposed;
    if (want->fit == INK_FIT_AUTO) want->fit = INK_FIT_DIGIT; /* it reads characters, whatever its size */
    return true;
}

/* --- together ------------------------------------------------------------------------------------------------------ */

/* The alphabets that the classes may be: what the labels say, else what their number allows. */
static int find_alphabets(const struct ink_convention *convention, size_t classes, struct ink_arena *arena,
                          struct ink_alphabet out[ALPHABETS_MAX])
{
    if (convention->labels) return ink_alphabet_of_labels(convention->labels, convention->label_count, arena, &out[0]);
    const struct ink_alphabet *found;
    int count = ink_alphabets_of(classes, &found);
    for (int i = 0; i < count; i++) out[i] = found[i];
    return count;
}

static bool is_for_characters(const struct ink_convention *convention)
{
    const struct ink_want *want = &convention->want;
    return (want->fit == INK_FIT_AUTO || want->fit == INK_FIT_DIGIT) && want->width >= INK_REFERENCE_MIN_SIDE &&
           want->height >= INK_REFERENCE_MIN_SIDE && want->polarity != INK_POLARITY_COUNT;
}

bool ink_probe_open(const struct ink_convention *convention)
{
    return is_for_characters(convention) && !(convention->range_given && convention->polarity_given &&
                                              convention->transpose_given && convention->labels);
}

static ink_status count_classes(struct ink_scorer *scorer, struct ink_arena *arena, uint64_t deadline_us,
                                size_t *classes, struct ink_error *err)
{
    float *scores;
    *classes = (size_t)scorer->classes;
    if (*classes) return INK_OK;
    memset(scorer->input, 0, scorer->input_len * sizeof *scorer->input);
    return ink_scorer_run(scorer, arena, deadline_us, &scores, classes, err);
}

/* count 0 in the sequence: there are no characters among the classes. */
static ink_status prepare_trial(struct trial *t, struct ink_scorer *scorer, const struct ink_convention *convention,
                                struct ink_arena *arena, uint64_t deadline_us, struct ink_error *err)
{
    size_t classes;
    *t = (struct trial){.scorer = scorer, .bytes = ink_want_floats(&convention->want)};
    ink_status st = count_classes(scorer, arena, deadline_us, &classes, err);
    if (st) return st;
    t->alphabet_count = find_alphabets(convention, classes, arena, t->alphabets);
    ink_sequence_make(t->alphabets, t->alphabet_count, &t->sequence);
    if (t->sequence.count < 2) t->sequence.count = 0;
    t->candidates = INK_ARENA_ARRAY(arena, struct candidate, CANDIDATES_MAX);
    t->bright = INK_ARENA_ARRAY(arena, uint8_t, t->bytes);
    t->dark = INK_ARENA_ARRAY(arena, uint8_t, t->bytes);
    bool ok = t->candidates && t->bright && t->dark;
    return ok ? INK_OK : ink_fail(err, INK_E_OOM, "no memory for finding its convention");
}

static ink_status probe(struct ink_scorer *scorer, struct ink_convention *convention, struct ink_arena *arena,
                        uint64_t deadline_us, struct ink_finding *finding, struct ink_error *err)
{
    struct trial t;
    ink_status st = prepare_trial(&t, scorer, convention, arena, deadline_us, err);
    if (st || !t.sequence.count) return st;
    make_candidates(&t, convention);
    t.total = affordable(&t, t.sequence.count * t.sequence.rounds, t.candidate_count * (double)SHOWN_LEAST / 5, STAY);
    st = decide(&t, arena, deadline_us, err);
    if (!st) conclude(&t, convention, finding);
    return st;
}

static ink_status probe_all(struct ink_scorer *scorer, const struct ink_convention *convention, struct ink_arena *arena,
                            uint64_t deadline_us, struct ink_finding *finding, struct ink_error *err)
{
    struct trial t;
    ink_status st = prepare_trial(&t, scorer, convention, arena, deadline_us, err);
    if (st || !t.sequence.count) return st;
    add_candidate(&t, &convention->want, NULL);
    if (finding->next >= 0) add_candidate(&t, &finding->next_want, NULL);
    t.total = affordable(&t, t.sequence.count * t.sequence.rounds, 0, t.candidate_count);
    st = show_all(&t, 0, t.total, arena, deadline_us, err);
    if (st) return st;
    if (finding->shown)
        count(&t, &t.candidates[0], finding);
    else
        conclude(&t, convention, finding);
    finding->all = true;
    return INK_OK;
}

ink_status ink_probe_all(struct ink_scorer *scorer, const struct ink_convention *convention, struct ink_arena *arena,
                         uint64_t deadline_us, struct ink_finding *finding, struct ink_error *err)
{
    struct ink_finding all = *finding;
    if (finding->all || (finding->shown && !finding->sure) || !is_for_characters(convention)) return INK_OK;
    if (!finding->shown) all.next = -1;
    struct ink_arena_mark mark = ink_arena_mark(arena);
    ink_status st = probe_all(scorer, convention, arena, deadline_us, &all, err);
    ink_arena_release(arena, mark);
    if (!st) *finding = all;
    return st;
}

ink_status ink_probe(struct ink_scorer *scorer, struct ink_convention *convention, struct ink_arena *arena,
                     uint64_t deadline_us, struct ink_finding *finding, struct ink_error *err)
{
    *finding = (struct ink_finding){.next = -1};
    if (!is_for_characters(convention)) return INK_OK;
    struct ink_arena_mark mark = ink_arena_mark(arena);
    ink_status st = probe(scorer, convention, arena, deadline_us, finding, err);
    ink_arena_release(arena, mark);
    if (st == INK_E_TIMEOUT)
        ink_fail(err, st,
                 "no time to find out how it wants its pictures: NAME.json can say it (scale, polarity, transpose)");
    if (st || finding->shown == 0) return st;
    if (!finding->sure)
        ink_convention_because(convention, "no way of showing it characters is read: taken as most models are");
    else if (finding->next >= 0)
        convention->why[0] = "it reads the reference characters best when they are shown like this"; /* not the usual */
    return ink_finding_apply(finding, convention, arena) ? INK_OK : ink_fail(err, INK_E_OOM, "no memory for labels");
}
