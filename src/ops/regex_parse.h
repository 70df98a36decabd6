/* SPDX-License-Identifier: MIT */
/* regex_parse.h - from a pattern to a tree; private to regex.c. */
#ifndef INK_OPS_REGEX_PARSE_H
#define INK_OPS_REGEX_PARSE_H

#include "ops/regex.h"

enum { INK_RUNE_MAX = 0x10FFFF, INK_RUNE_BAD = INK_RUNE_MAX + 1 };

/* Code points, sorted, apart from each other. */
struct ink_rune_range {
    uint32_t low, high;
};

struct ink_rune_set {
    struct ink_rune_range *ranges;
    size_t count;
};

/* What holds between two code points. */
enum ink_regex_place { INK_TEXT_BEGIN, INK_TEXT_END, INK_LINE_BEGIN, INK_LINE_END, INK_WORD_EDGE, INK_WORD_INSIDE };

enum ink_regex_kind {
    INK_REGEX_EMPTY,
    INK_REGEX_SET,
    INK_REGEX_PLACE,
    INK_REGEX_BOTH,   /* left, then right */
    INK_REGEX_EITHER, /* left or right */
    INK_REGEX_REPEAT, /* left, least to most times; most < 0: any number */
};

struct ink_regex_node {
    enum ink_regex_kind kind;
    struct ink_rune_set set;
    enum ink_regex_place place;
    const struct ink_regex_node *left, *right;
    int least, most;
    size_t states; /* of the automaton that it becomes */
};

INK_NODISCARD ink_status ink_regex_parse(struct ink_view pattern, struct ink_arena *arena,
                                         const struct ink_regex_node **out, struct ink_error *err);

/* One code point from the front of the text, which is not empty; *len bytes, 1 for what is not UTF-8 (INK_RUNE_BAD). */
uint32_t ink_rune_read(const uint8_t *text, size_t left, size_t *len);

#endif
