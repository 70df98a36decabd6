/* SPDX-License-Identifier: MIT */
/* linemask.h - the ink of a line of writing: without the paper's rules and without the cells of a form. */
#ifndef INK_IMAGE_LINEMASK_H
#define INK_IMAGE_LINEMASK_H

#include "image/page.h"

/* u8 [height, width] of the plane: 1 on ink, 0 on paper and on what is printed. Unlike ink_page_mask it also knows rules that
 * are fainter than the ink: a line of writing is long enough for them to be told from strokes. It lives in the arena.
 * INK_E_OOM. */
INK_NODISCARD ink_status ink_linemask_make(const struct ink_page *page, struct ink_arena *arena, uint8_t **mask);

#endif
