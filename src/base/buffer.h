/* SPDX-License-Identifier: MIT */
/* buffer.h - bytes that grow, up to a cap. For bodies, answers and text whose length is not known before.
 *
 * After a failed append the buffer is unchanged and `failed` is set: a chain of appends may be checked once at its end. */
#ifndef INK_BASE_BUFFER_H
#define INK_BASE_BUFFER_H

#include "base/status.h"
#include "base/view.h"

struct ink_buffer {
    uint8_t *data; /* one byte behind the end is always 0, so text can be printed; NULL while nothing was appended */
    size_t len;
    size_t room;
    size_t cap_bytes;
    bool failed; /* an append did not fit, or memory ran out */
};

void ink_buffer_init(struct ink_buffer *buffer, size_t cap_bytes);
void ink_buffer_cleanup(struct ink_buffer *buffer);
void ink_buffer_clear(struct ink_buffer *buffer); /* len 0, not failed; keeps its memory */

ink_status ink_buffer_reserve(struct ink_buffer *buffer, size_t more);
ink_status ink_buffer_append(struct ink_buffer *buffer, const void *data, size_t len);
ink_status ink_buffer_text(struct ink_buffer *buffer, const char *text);
ink_status ink_buffer_printf(struct ink_buffer *buffer, const char *format, ...) INK_PRINTF(2, 3);

/* Lives until the next append. */
static inline struct ink_view ink_buffer_view(const struct ink_buffer *buffer)
{
    return (struct ink_view){buffer->data, buffer->len};
}

#endif
