/* SPDX-License-Identifier: MIT */
/* polarity.h - whether ink is darker or brighter than its paper. */
#ifndef INK_IMAGE_POLARITY_H
#define INK_IMAGE_POLARITY_H

#include "image/grey.h"

struct ink_polarity {
    bool ink_is_dark;
    uint8_t paper; /* median level; of a large plane, of its middle */
};

/* Ink is what lies further from the median of a wide neighbourhood than anything on the other side, and has edges. INK_E_OOM;
 * arena is back at its mark. */
INK_NODISCARD ink_status ink_polarity_find(const struct ink_plane *plane, struct ink_arena *arena,
                                           struct ink_polarity *polarity);

#endif
