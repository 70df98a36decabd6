/* SPDX-License-Identifier: MIT */
#include "image/segment.h"

#include <math.h>

#include "image/digit.h"
#include "image/linemask.h"
#include "image/pieces.h"
#include "image/prepared.h"

enum { PIECES_A_CHARACTER = 5 }; /* no hypothesis has more */

static const float WIDEST = 1.5f;       /* a character's width, of the line's height */
static const float USUAL = 0.6f;        /* its usual width */
static const float NEAR = 0.05f;        /* pieces of different groups are one character only if so near */
static const float LEAST_SCORE = 1e-4f; /* no reading falls on one character alone */
static const float SCORE_WEIGHT = 4; /* of the logarithm of a score: classifiers are too sure of what is no character */
static const float WIDTH_WEIGHT = 4; /* of squared deviations from the usual width, when nobody reads */
static const float TOO_WIDE_WEIGHT = 2; /* of what is over the line's height, when somebody does */
static const float SHORT = 0.75f;       /* of the line's height: few characters are lower, halves of them are */
static const float SHORT_WEIGHT = 6;    /* of what a character lacks of that */
static const float CUT_WEIGHT = 0.07f;  /* of a cut, by the strokes' widths that it goes through */
static const float ONE_MORE = 0.1f;     /* for each character: what is cut is as good as what is whole */
static const float JOIN_WEIGHT = 1.0f;  /* of making one of what is not connected */

struct search {
    const struct ink_page *page;
    const struct ink_pieces *pieces;
    const struct ink_want *want;
    ink_segment_read read;
    void *reader;
    struct ink_arena *arena;
    struct ink_error *err;
};

/* The best reading of the pieces before a place: its value, where its last character starts and what that is. */
struct place {
    float value;
    int start; /* -1: no reading ends here */
    struct ink_segment last;
};

static ink_status cut_out(const struct search *s, int first, int end, struct ink_cutout *cut)
{
    struct ink_box box = cut->box;
    cut->mask = INK_ARENA_ARRAY(s->arena, uint8_t, (size_t)(box.width + 2) * (size_t)(box.height + 2));
    if (!cut->mask) return INK_E_OOM;
    for (int y = 0; y < box.height; y++) {
        const uint16_t *label = s->pieces->label + (box.y + y) * s->page->plane.width + box.x;
        uint8_t *mask = cut->mask + (y + 1) * (box.width + 2) + 1;
        for (int x = 0; x < box.width; x++) mask[x] = label[x] > first && label[x] <= end;
    }
    return INK_OK;
}

/* Round pieces [first, end). */
static struct ink_box box_of(const struct ink_pieces *pieces, int first, int end)
{
    struct ink_box all = {0};
    for (int i = first; i < end; i++) {
        struct ink_box box = pieces->piece[i].box;
        if (box.width == 0) continue; /* between two cuts that meet */
        if (all.width == 0) all = box;
        int right = all.x + all.width, bottom = all.y + all.height;
        if (box.x + box.width > right) right = box.x + box.width;
        if (box.y + box.height > bottom) bottom = box.y + box.height;
        if (box.x < all.x) all.x = box.x;
        if (box.y < all.y) all.y = box.y;
        all.width = right - all.x;
        all.height = bottom - all.y;
    }
    return all;
}

/* Whether pieces [first, end) may be one character; *joins is how many groups more than one they are of. */
static bool is_possible(const struct search *s, int first, int end, struct ink_box box, int *joins)
{
    const struct ink_piece *piece = s->pieces->piece;
    float tall = (float)s->pieces->height;
    *joins = 0;
    if (box.width == 0 || (float)box.width > WIDEST * tall) return end == first + 1 && box.width > 0;
    for (int i = first + 1; i < end; i++) {
        if (piece[i].group == piece[i - 1].group) continue;
        int gap = piece[i].box.x - (piece[i - 1].box.x + piece[i - 1].box.width);
        if (!s->read || (float)gap > NEAR * tall || (float)box.width > tall) return false;
        ++*joins;
    }
    return true;
}

/* What shape alone says about a character: 0 or less. */
static float shape_value(const struct search *s, int first, int end, struct ink_box box, int joins)
{
    float tall = (float)s->pieces->height, wide = (float)box.width / tall, high = (float)box.height / tall;
    int cut = s->pieces->piece[first].cut + (end < s->pieces->count ? s->pieces->piece[end].cut : 0);
    float strokes = (float)cut / fmaxf(s->pieces->stroke, 1);
    float value = -CUT_WEIGHT * strokes - JOIN_WEIGHT * (float)joins;
    if (high < SHORT) value -= SHORT_WEIGHT * (SHORT - high);
    if (!s->read) return value - WIDTH_WEIGHT * (wide - USUAL) * (wide - USUAL);
    return wide > 1 ? value - TOO_WIDE_WEIGHT * (wide - 1) : value;
}

static ink_status prepare(const struct search *s, int first, int end, struct ink_box box, struct ink_segment *segment)
{
    const struct ink_want *want = s->want;
    *segment = (struct ink_segment){.score = 1};
    segment->shown = INK_ARENA_ARRAY(s->arena, uint8_t, ink_want_floats(want));
    segment->input = INK_ARENA_ARRAY(s->arena, float, ink_want_floats(want));
    if (!segment->shown || !segment->input) return INK_E_OOM;
    struct ink_arena_mark mark = ink_arena_mark(s->arena);
    struct ink_cutout cut = {.box = box};
    struct ink_trace trace;
    struct ink_placing placing;
    ink_status st = cut_out(s, first, end, &cut);
    if (!st) st = ink_trace_cutout(s->page, &cut, s->arena, &trace);
    if (!st) st = ink_digit_draw(&trace, want->width, want->height, s->arena, segment->shown, &placing);
    ink_arena_release(s->arena, mark);
    if (st) return st;
    ink_want_shown(segment->shown, want);
    ink_want_floats_from(segment->shown, want, false, segment->input);
    return s->read ? s->read(s->reader, segment, s->err) : INK_OK;
}

/* Tries pieces [first, end) as the character after the best reading before `first`. */
static ink_status try_character(const struct search *s, int first, int end, struct place *places)
{
    struct ink_box box = box_of(s->pieces, first, end);
    int joins;
    if (places[first].start < 0 || !is_possible(s, first, end, box, &joins)) return INK_OK;
    struct ink_segment segment;
    ink_status st = prepare(s, first, end, box, &segment);
    if (st) return st;
    segment.box = box;
    float sure = logf(fmaxf(segment.score, LEAST_SCORE));
    float value = places[first].value + ONE_MORE + SCORE_WEIGHT * sure * (float)(end - first) +
                  shape_value(s, first, end, box, joins);
    if (places[end].start >= 0 && value <= places[end].value) return INK_OK;
    places[end] = (struct place){value, first, segment};
    return INK_OK;
}

/* A piece without a pixel is stepped over. */
static void step_over(const struct search *s, int end, struct place *places)
{
    if (places[end].start >= 0 || s->pieces->piece[end - 1].box.width > 0) return;
    places[end] = places[end - 1];
    places[end].last.input = NULL;
    places[end].start = end - 1;
}

static ink_status search_best(const struct search *s, struct place *places)
{
    for (int end = 1; end <= s->pieces->count; end++) {
        places[end].start = -1;
        int first = end > PIECES_A_CHARACTER ? end - PIECES_A_CHARACTER : 0;
        for (; first < end; first++) {
            ink_status st = try_character(s, first, end, places);
            if (st) return st;
        }
        step_over(s, end, places);
    }
    return INK_OK;
}

/* From the last place back to the first. */
static ink_status collect(const struct search *s, const struct place *places, struct ink_segments *line)
{
    for (int at = s->pieces->count; at > 0; at = places[at].start) line->count += places[at].last.input != NULL;
    if (line->count > INK_SEGMENTS_MAX)
        return ink_fail(s->err, INK_E_LIMIT, "it has more than %d characters in a line", INK_SEGMENTS_MAX);
    line->segment = INK_ARENA_ARRAY(s->arena, struct ink_segment, (size_t)line->count);
    if (!line->segment) return INK_E_OOM;
    int i = line->count;
    for (int at = s->pieces->count; at > 0; at = places[at].start)
        if (places[at].last.input) line->segment[--i] = places[at].last;
    return INK_OK;
}

static ink_status read_line(const struct search *s, struct ink_segments *line)
{
    struct place *places = INK_ARENA_ARRAY(s->arena, struct place, (size_t)s->pieces->count + 1);
    if (!places) return INK_E_OOM;
    ink_status st = search_best(s, places);
    return st ? st : collect(s, places, line);
}

/* Boxes become the picture's, and found what is said of the line as a whole. */
static void describe(const struct ink_image *image, const struct ink_page *page, const struct ink_pieces *pieces,
                     struct ink_segments *line)
{
    int reduced = page->plane.reduced;
    line->found = (struct ink_prepared){
        .fit = INK_FIT_DIGIT, .ink_share = (float)pieces->area / (float)(page->plane.width * page->plane.height)};
    line->found.ink = ink_box_in_picture(box_of(pieces, 0, pieces->count), reduced, image);
    ink_prepared_paper(page, page->level, &line->found);
    for (int i = 0; i < line->count; i++)
        line->segment[i].box = ink_box_in_picture(line->segment[i].box, reduced, image);
}

ink_status ink_segment_check(const struct ink_want *want, struct ink_error *err)
{
    ink_status st = ink_want_check(want, err);
    if (st) return st;
    bool small = want->width < INK_DIGIT_MIN_SIDE || want->height < INK_DIGIT_MIN_SIDE;
    if (small || (want->fit != INK_FIT_DIGIT && want->fit != INK_FIT_AUTO))
        return ink_fail(err, INK_E_ARGUMENT, "several characters are read with fit digit, at %d pixels or more a side",
                        INK_DIGIT_MIN_SIDE);
    return INK_OK;
}

ink_status ink_segment(const struct ink_image *image, const struct ink_want *want, ink_segment_read read, void *reader,
                       struct ink_arena *arena, struct ink_segments *line, struct ink_error *err)
{
    struct ink_page page;
    struct ink_pieces pieces;
    uint8_t *mask;
    *line = (struct ink_segments){0};
    ink_status st = ink_segment_check(want, err);
    if (!st) st = ink_page_make(image, INK_PLANE_LINE_SIDE, arena, &page, err);
    if (st) return st;
    st = ink_linemask_make(&page, arena, &mask);
    if (!st) st = ink_pieces_find(mask, page.plane.width, page.plane.height, arena, &pieces);
    if (st == INK_E_LIMIT) return ink_fail(err, st, "it has more than %d characters in a line", INK_SEGMENTS_MAX);
    if (st) return ink_fail(err, st, "no memory to separate the characters");
    if (pieces.count == 0) return ink_fail(err, INK_E_NO_INK, "nothing is written on it");
    struct search search = {&page, &pieces, want, read, reader, arena, err};
    st = read_line(&search, line);
    if (!st) describe(image, &page, &pieces, line);
    return st == INK_E_OOM ? ink_fail(err, st, "no memory to separate the characters") : st;
}
