/* SPDX-License-Identifier: MIT */
/* forms.h - the cells of a form: boxes in a row, or a comb of short strokes on a line, one character in each.
 *
 * Such a print need not be as long as the picture, and its strokes may touch what is written; what tells it from writing is
 * that at least three straight upright strokes of one length end on one long level line. */
#ifndef INK_IMAGE_FORMS_H
#define INK_IMAGE_FORMS_H

#include "base/arena.h"
#include "base/status.h"

/* Takes cells out of mask [height, width], which is 1 on ink; strokes that cross them stay whole. Sides at most 4096. arena is
 * back at its mark. INK_E_OOM. */
INK_NODISCARD ink_status ink_forms_remove(uint8_t *mask, int width, int height, struct ink_arena *arena);

#endif
