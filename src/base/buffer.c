/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

void ink_buffer_init(struct ink_buffer *buffer, size_t cap_bytes)
{
    *buffer = (struct ink_buffer){.cap_bytes = cap_bytes};
}

void ink_buffer_cleanup(struct ink_buffer *buffer)
{
    ink_free(buffer->data);
    *buffer = (struct ink_buffer){.cap_bytes = buffer->cap_bytes};
}

void ink_buffer_clear(struct ink_buffer *buffer)
{
    buffer->len = 0;
    buffer->failed = false;
    if (buffer->data) buffer->data[0] = 0;
}

ink_status ink_buffer_reserve(struct ink_buffer *buffer, size_t more)
{
    if (more > buffer->cap_bytes || buffer->len > buffer->cap_bytes - more) {
        buffer->failed = true;
        return INK_E_LIMIT;
    }
    size_t need = buffer->len + more;
    if (need <= buffer->room && buffer->data) return INK_OK;
    size_t room = buffer->room < 256 ? 256 : buffer->room;
    while (room < need) room += room / 2;
    if (room > buffer->cap_bytes) room = buffer->cap_bytes;
    uint8_t *data = ink_realloc(buffer->data, room + 1);
    if (!data) {
        buffer->failed = true;
        return INK_E_OOM;
    }
    if (!buffer->data) data[0] = 0;
    buffer->data = data;
    buffer->room = room;
    return INK_OK;
}

ink_status ink_buffer_append(struct ink_buffer *buffer, const void *data, size_t len)
{
    ink_status st = ink_buffer_reserve(buffer, len);
    if (st) return st;
    if (len) memcpy(buffer->data + buffer->len, data, len);
    buffer->len += len;
    buffer->data[buffer->len] = 0;
    return INK_OK;
}

ink_status ink_buffer_text(struct ink_buffer *buffer, const char *text)
{
    return ink_buffer_append(buffer, text, strlen(text));
}

ink_status ink_buffer_printf(struct ink_buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    ink_status st = len < 0 ? INK_E_INTERNAL : ink_buffer_reserve(buffer, (size_t)len);
    if (!st) {
        vsnprintf((char *)buffer->data + buffer->len, (size_t)len + 1, format, again);
        buffer->len += (size_t)len;
    }
    va_end(again);
    return st;
}
