/* SPDX-License-Identifier: MIT */
/* regex.h - does a whole text match a regular expression in the syntax of RE2 (github.com/google/re2/wiki/Syntax)?
 *
 * Thompson's automaton (Regular Expression Search Algorithm, 1968), gone through with sets of states, so that the time is at most
 * text times expression, whatever these are. Code points in UTF-8; bytes that are not match nothing.
 *
 * All of the syntax but Unicode classes (\p), \C, and (?i) with letters beyond ASCII. */
#ifndef INK_OPS_REGEX_H
#define INK_OPS_REGEX_H

#include "base/arena.h"
#include "base/status.h"
#include "base/view.h"

enum {
    INK_REGEX_STATES_MAX = 1 << 14, /* counted repetitions are written out */
    INK_REGEX_REPEAT_MAX = 1000,    /* as in RE2 */
    INK_REGEX_DEPTH_MAX = 200,      /* of groups */
};

struct ink_regex;

/* Compiles a pattern into the arena. INK_E_MODEL for what is no expression, INK_E_UNSUPPORTED for what is left out, INK_E_LIMIT,
 * INK_E_OOM; err says what, and at which byte. */
INK_NODISCARD ink_status ink_regex_compile(struct ink_view pattern, struct ink_arena *arena,
                                           const struct ink_regex **out, struct ink_error *err);

/* What a match takes: steps for each code point of a text at most, and bytes of scratch. */
size_t ink_regex_states(const struct ink_regex *regex);
size_t ink_regex_scratch_bytes(const struct ink_regex *regex);

bool ink_regex_full_match(const struct ink_regex *regex, struct ink_view text, void *scratch);

#endif
