/* SPDX-License-Identifier: MIT */
#include "image/segment.h"

#include <math.h>

#include "image/digit.h"
#include "image/linemask.h"
#include "image/pieces.h"
#include "image/prepared.h"

enum { PIECES_A_CHARACTER = 20 }; /* no hypothesis has more, but for all that is connected */

static const float WIDEST = 1.5f;         /* a hypothesis' width, of the line's height */
static const float NEAR = 0.05f;          /* pieces of different groups are one character only if so near */
static const float OUTLINE_STEPS = 1.27f; /* sides of pixels a length of outline, on average (4 / pi) */
static const float LEAST_DOUBT = 1e-5f;   /* surer than that counts no more */

/* What makes a reading good: the weights of a log-linear model. They were fitted to composed rows (docs/decisions.md) so that
 * the right readings are the most likely ones. Lengths are in heights of the line. */

/* for each character, and how sure the reader is of it: -ln(1 - score) */
static const float CHARACTER = -6.26f;
static const float SURE = 0.57f;

/* for each side where it was cut off, each stroke but one that a cut goes through (loops are seldom cut), each gap in it */
static const float CUT = -0.47f;
static const float CUT_STROKE = -1.03f;
static const float JOIN = -1.43f;

/* its box: what its height lacks, what its width is over (what is wide has longer strokes, which count against it), how far
 * its middle is from the line's */
static const float LOW = -13.9f, LOW_HEIGHT = 0.75f;
static const float WIDE = 7.9f, WIDE_WIDTH = 0.6f;
static const float VERY_WIDE = -13.3f, VERY_WIDE_WIDTH = 1;
static const float OFF_LINE = -15.8f, OFF_SLACK = 0.15f;

/* its strokes: what they are together longer than (two characters have twice as much), and what they lack */
static const float LONG = -3.26f, LONG_LENGTH = 2;
static const float VERY_LONG = -3.52f, VERY_LONG_LENGTH = 2.5f;
static const float SCRAP = -5.35f, SCRAP_LENGTH = 1;

/* when nobody reads: the squared difference to the usual width */
static const float UNUSUAL_WIDTH = -4, USUAL_WIDTH = 0.6f;

struct search {
    const struct ink_page *page;
    const struct ink_pieces *pieces;
    const struct ink_want *want;
    ink_segment_read read;
    void *reader;
    struct ink_arena *arena;
    struct ink_error *err;
};

/* That pieces [first, end) are one character. */
struct hypothesis {
    int first, end;
    float shape; /* what is said for it without reading it */
    bool known;  /* segment is filled */
    struct ink_segment segment;
};

/* All hypotheses, by their ends. */
struct lattice {
    int count;
    struct hypothesis *hypothesis;
};

/* The best reading of the pieces before a place. */
struct place {
    float value;
    struct hypothesis *last;
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
    if (end == first + 1) return true;
    if (box.width == 0 || (float)box.width > WIDEST * tall) return false;
    for (int i = first + 1; i < end; i++) {
        if (piece[i].group == piece[i - 1].group) continue;
        int gap = piece[i].box.x - (piece[i - 1].box.x + piece[i - 1].box.width);
        if (!s->read || (float)gap > NEAR * tall || (float)box.width > tall) return false;
        ++*joins;
    }
    return true;
}

static float over(float value, float limit)
{
    return value > limit ? value - limit : 0;
}

static float of_cut(const struct ink_piece *piece)
{
    return piece->cut > 0 ? CUT + CUT_STROKE * over((float)piece->strokes, 1) : 0;
}

static float shape_of(const struct search *s, int first, int end, struct ink_box box, int joins)
{
    const struct ink_pieces *pieces = s->pieces;
    float tall = (float)pieces->height, wide = (float)box.width / tall, high = (float)box.height / tall;
    float off = fabsf((float)box.y + (float)box.height / 2 - pieces->middle) / tall;
    int area = 0, outline = 0;
    for (int i = first; i < end; i++) {
        area += pieces->piece[i].area;
        outline += pieces->piece[i].outline;
    }
    /* both are the length of its strokes; the outline's does not depend on the pen, the area's counts where they cross */
    float length = (float)outline / (2 * OUTLINE_STEPS * tall);
    float area_length = (float)area / (fmaxf(pieces->stroke, 1) * tall);
    float value = CHARACTER + of_cut(&pieces->piece[first]) + JOIN * (float)joins + LOW * over(LOW_HEIGHT, high) +
                  WIDE * over(wide, WIDE_WIDTH) + VERY_WIDE * over(wide, VERY_WIDE_WIDTH) +
                  OFF_LINE * over(off, OFF_SLACK) + LONG * over(length, LONG_LENGTH) +
                  VERY_LONG * over(length, VERY_LONG_LENGTH) + SCRAP * over(SCRAP_LENGTH, area_length);
    if (end < pieces->count) value += of_cut(&pieces->piece[end]);
    return s->read ? value : value + UNUSUAL_WIDTH * (wide - USUAL_WIDTH) * (wide - USUAL_WIDTH);
}

/* No less than what reading it will give. A piece without a pixel is stepped over. */
static float value_of(const struct hypothesis *h)
{
    if (h->segment.box.width == 0) return 0;
    float doubt = h->known ? fmaxf(1 - h->segment.score, LEAST_DOUBT) : LEAST_DOUBT;
    return h->shape - SURE * logf(doubt);
}

/* The first piece of hypotheses that end before `end`. *group_start: where what is connected begins, if that is earlier. */
static int first_of(const struct ink_pieces *pieces, int end, int *group_start)
{
    *group_start = end - 1;
    while (*group_start > 0 && pieces->piece[*group_start - 1].group == pieces->piece[end - 1].group) --*group_start;
    return end > PIECES_A_CHARACTER ? end - PIECES_A_CHARACTER : 0;
}

static void add(const struct search *s, int first, int end, struct lattice *lattice)
{
    struct ink_box box = box_of(s->pieces, first, end);
    int joins;
    if (!is_possible(s, first, end, box, &joins)) return;
    float shape = shape_of(s, first, end, box, joins);
    lattice->hypothesis[lattice->count++] =
        (struct hypothesis){first, end, shape, box.width == 0, {.box = box, .score = 1}};
}

static ink_status make_lattice(const struct search *s, struct lattice *lattice)
{
    int count = s->pieces->count;
    lattice->count = 0;
    lattice->hypothesis = INK_ARENA_ARRAY(s->arena, struct hypothesis, (size_t)count * (PIECES_A_CHARACTER + 1));
    if (!lattice->hypothesis) return INK_E_OOM;
    for (int end = 1; end <= count; end++) {
        int group_start, first = first_of(s->pieces, end, &group_start);
        if (group_start < first) add(s, group_start, end, lattice);
        for (; first < end; first++) add(s, first, end, lattice);
    }
    return INK_OK;
}

/* Draws what is in the hypothesis as the model wants it, and has it read. */
static ink_status read_one(const struct search *s, struct hypothesis *h)
{
    const struct ink_want *want = s->want;
    struct ink_segment *segment = &h->segment;
    segment->shown = INK_ARENA_ARRAY(s->arena, uint8_t, ink_want_floats(want));
    segment->input = INK_ARENA_ARRAY(s->arena, float, ink_want_floats(want));
    if (!segment->shown || !segment->input) return INK_E_OOM;
    struct ink_arena_mark mark = ink_arena_mark(s->arena);
    struct ink_cutout cut = {.box = segment->box};
    struct ink_trace trace;
    struct ink_placing placing;
    ink_status st = cut_out(s, h->first, h->end, &cut);
    if (!st) st = ink_trace_cutout(s->page, &cut, s->arena, &trace);
    if (!st) st = ink_digit_draw(&trace, want->width, want->height, s->arena, segment->shown, &placing);
    ink_arena_release(s->arena, mark);
    if (st) return st;
    ink_want_shown(segment->shown, want);
    ink_want_floats_from(segment->shown, want, false, segment->input);
    h->known = true;
    return s->read ? s->read(s->reader, segment, s->err) : INK_OK;
}

/* The best reading, by dynamic programming. */
static void find_best(const struct lattice *lattice, int count, struct place *places)
{
    for (int i = 1; i <= count; i++) places[i] = (struct place){0};
    for (int i = 0; i < lattice->count; i++) {
        struct hypothesis *h = &lattice->hypothesis[i];
        struct place *place = &places[h->end];
        float value = places[h->first].value + value_of(h);
        if (!place->last || value > place->value) *place = (struct place){value, h};
    }
}

/* What is not read yet counts as if its reader were sure, so the best reading may have hypotheses that are not read. They
 * are, until it has none: it is then better than any other can become. */
static ink_status search_best(const struct search *s, const struct lattice *lattice, struct place *places)
{
    for (bool again = true; again;) {
        again = false;
        find_best(lattice, s->pieces->count, places);
        for (const struct place *at = &places[s->pieces->count]; at->last; at = &places[at->last->first]) {
            if (at->last->known) continue;
            ink_status st = read_one(s, at->last);
            if (st) return st;
            again = true;
        }
    }
    return INK_OK;
}

/* From the last place back to the first. */
static ink_status collect(const struct search *s, const struct place *places, struct ink_segments *line)
{
    const struct place *end = &places[s->pieces->count];
    for (const struct place *at = end; at->last; at = &places[at->last->first])
        line->count += at->last->segment.input != NULL;
    if (line->count > INK_SEGMENTS_MAX)
        return ink_fail(s->err, INK_E_LIMIT, "it has more than %d characters in a line", INK_SEGMENTS_MAX);
    line->segment = INK_ARENA_ARRAY(s->arena, struct ink_segment, (size_t)line->count);
    if (!line->segment) return INK_E_OOM;
    int i = line->count;
    for (const struct place *at = end; at->last; at = &places[at->last->first])
        if (at->last->segment.input) line->segment[--i] = at->last->segment;
    return INK_OK;
}

static ink_status read_line(const struct search *s, struct ink_segments *line)
{
    struct lattice lattice;
    struct place *places = INK_ARENA_ARRAY(s->arena, struct place, (size_t)s->pieces->count + 1);
    ink_status st = places ? make_lattice(s, &lattice) : INK_E_OOM;
    if (!st) st = search_best(s, &lattice, places);
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
