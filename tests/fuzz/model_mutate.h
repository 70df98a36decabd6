/* SPDX-License-Identifier: MIT */
/* model_mutate.h - a model that is changed as a model: nodes dropped or doubled, arguments exchanged, attributes, dimensions
 * and types replaced by others. Most of what comes out is still a model, so that more than the reader is tried. */
#ifndef MODEL_MUTATE_H
#define MODEL_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Changes the model in data[0, len), which has room for `max` bytes, in one to four places; equal seeds change it equally.
 * Returns the new length; `len` where the bytes are no model, or the new one does not fit: nothing is changed then. */
size_t ink_model_mutate(uint8_t *data, size_t len, size_t max, unsigned seed);

#endif
