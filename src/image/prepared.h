/* SPDX-License-Identifier: MIT */
/* prepared.h - the last steps from a drawn digit to a model's input, for one digit and for lines of them. */
#ifndef INK_IMAGE_PREPARED_H
#define INK_IMAGE_PREPARED_H

#include "image/page.h"
#include "image/prepare.h"

/* INK_E_ARGUMENT for a size, layout or divisor that nothing can be prepared for. */
INK_NODISCARD ink_status ink_want_check(const struct ink_want *want, struct ink_error *err);

/* In place: grey [height, width], ink 255 on 0, becomes [height, width, want's channels] in want's polarity. */
void ink_want_shown(uint8_t *shown, const struct ink_want *want);

/* shown [height, width, channels] in want's layout, order and range; as_seed: by 1/256 instead of want's range. */
void ink_want_floats_from(const uint8_t *shown, const struct ink_want *want, bool as_seed, float *out);

/* A box of a plane in the pixels of its picture. */
struct ink_box ink_box_in_picture(struct ink_box box, int reduced, const struct ink_image *image);

/* Sets ink_is_dark, paper and ink_level; contrast is the ink's, 1..255. */
void ink_prepared_paper(const struct ink_page *page, int contrast, struct ink_prepared *found);

#endif
