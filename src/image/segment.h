/* SPDX-License-Identifier: MIT */
/* segment.h - a line of several characters: found, separated, prepared one by one, left to right.
 *
 * The line is cut into pieces, more than there are characters (pieces.h). What several neighbouring pieces make together is
 * a hypothesis; every way from the first piece to the last is a reading. The reading with the best sum wins (dynamic
 * programming), where a hypothesis counts as often as it has pieces, so that readings of few and of many characters
 * compare (Liu, Sako, Fujisawa 2004, "Effects of classifier structures and training regimes on integrated segmentation and
 * recognition of handwritten numeral strings").
 *
 *   static ink_status read(void *model, struct ink_segment *segment, struct ink_error *err)
 *   {
 *       ...run the model on segment->input; segment->score = its highest probability...
 *   }
 *   struct ink_segments line;
 *   ink_segment(&image, &want, read, &model, &arena, &line, &err);
 *   for (int i = 0; i < line.count; i++) ...line.segment[i].reading, .box... */
#ifndef INK_IMAGE_SEGMENT_H
#define INK_IMAGE_SEGMENT_H

#include "image/prepare.h"

enum { INK_SEGMENTS_MAX = 256 };

struct ink_segment {
    struct ink_box box; /* in the picture's pixels */
    float *input;       /* ink_want_floats(want) long */
    uint8_t *shown;     /* what the model sees, as in struct ink_prepared */
    float score;        /* how sure it is that this is one whole character, 0..1; 1 where nobody reads */
    void *reading;      /* the reader's own */
};

/* Reads segment->input and sets its score, a classifier's highest probability, and its reading, if it likes; box is not
 * yet set. Anything but INK_OK ends ink_segment with it. */
typedef ink_status (*ink_segment_read)(void *reader, struct ink_segment *segment, struct ink_error *err);

struct ink_segments {
    int count;                   /* 1..INK_SEGMENTS_MAX */
    struct ink_segment *segment; /* [count] left to right */
    struct ink_prepared found; /* ink: round all of them; scale, shift and shown are each segment's own, and not set */
};

/* INK_E_ARGUMENT unless want's fit is DIGIT or AUTO and its sides are at least INK_DIGIT_MIN_SIDE (digit.h). */
INK_NODISCARD ink_status ink_segment_check(const struct ink_want *want, struct ink_error *err);

/* image  borrowed, not changed
 * want   as for ink_prepare; must pass ink_segment_check
 * read   NULL: what is connected is cut by the widths of characters alone
 * reader given to read
 * arena  the segments live there, and what was needed to find them
 *
 * INK_E_NO_INK when nothing is written, INK_E_LIMIT when it is more than INK_SEGMENTS_MAX characters, INK_E_OOM, what read
 * returned. Thread-safe with one arena and reader a thread. */
INK_NODISCARD ink_status ink_segment(const struct ink_image *image, const struct ink_want *want, ink_segment_read read,
                                     void *reader, struct ink_arena *arena, struct ink_segments *line,
                                     struct ink_error *err);

#endif
