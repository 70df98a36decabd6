/* SPDX-License-Identifier: MIT */
/* cut.h - taking text apart at a mark. */
#ifndef INK_AWS_CUT_H
#define INK_AWS_CUT_H

#include "base/view.h"

/* The part of *rest before the first `mark`, or all of it; *rest is what stands behind the mark. */
static inline struct ink_view ink_cut(struct ink_view *rest, char mark)
{
    size_t at = 0;
    while (at < rest->len && rest->data[at] != (uint8_t)mark) at++;
    struct ink_view part = {rest->data, at};
    size_t gone = at < rest->len ? at + 1 : at;
    if (gone) *rest = ink_view_of(rest->data + gone, rest->len - gone);
    return part;
}

#endif
