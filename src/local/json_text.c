/* SPDX-License-Identifier: MIT */
#include "local/json_text.h"

#include "base/text.h"

json_t *ink_json_text_of(struct ink_view text)
{
    bool zero = text.len && memchr(text.data, '\0', text.len); /* most readers of JSON want none */
    json_t *plain = zero ? NULL : json_stringn(text.len ? (const char *)text.data : "", text.len);
    if (plain) return plain;
    char escaped[4096];
    ink_text_escape((const char *)text.data, text.len, escaped, sizeof escaped);
    return json_string(escaped);
}

json_t *ink_json_text(const char *text)
{
    return text ? ink_json_text_of(ink_view_text(text)) : json_null();
}
