/* SPDX-License-Identifier: MIT */
/* case.h - upper and lower case of UTF-8 text: Latin, Greek, Cyrillic and Armenian letters whose other form is one letter too
 * (Unicode's simple case mapping). A string keeps its length. */
#ifndef INK_OPS_CASE_H
#define INK_OPS_CASE_H

#include "base/view.h"

/* Writes text.len bytes to out; what is no letter, or no UTF-8, is copied. out may be text.data. */
void ink_case_change(struct ink_view text, bool upper, char *out);

/* Whether they are the same but for their case. */
bool ink_case_equal(struct ink_view a, struct ink_view b);

#endif
