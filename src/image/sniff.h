/* SPDX-License-Identifier: MIT */
/* sniff.h - types that are recognised so that the error can name them. */
#ifndef INK_IMAGE_SNIFF_H
#define INK_IMAGE_SNIFF_H

#include "base/view.h"

/* "a HEIC picture; save it as PNG or JPEG", for the sentence "this is ..."; NULL for what is not known either. */
const char *ink_sniff_other(struct ink_view bytes);

#endif
