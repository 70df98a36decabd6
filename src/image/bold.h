/* SPDX-License-Identifier: MIT */
/* bold.h - a digit so bold, or cut out so closely, that there is hardly more paper than ink. */
#ifndef INK_IMAGE_BOLD_H
#define INK_IMAGE_BOLD_H

#include "image/grey.h"

struct ink_bold {
    bool ink_is_dark;
    uint8_t paper; /* its level */
    float share;   /* of the plane that is paper */
};

/* Fills out when the plane has but two levels, and so much of both that neither the smaller share nor neighbourhoods tell which is
 * ink. The paper is then what the plane's edges have most of: a digit touches them in few places. */
bool ink_bold_find(const struct ink_plane *plane, struct ink_bold *out); /* false: it is no such digit */

#endif
