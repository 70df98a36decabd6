/* SPDX-License-Identifier: MIT */
/* What the S3 front reads of a request before it believes it: target, query, XML, conditions, ranges, dates. */
#include <stdlib.h>

#include "fuzz.h"
#include "local/condition.h"
#include "local/encode.h"
#include "local/uri.h"
#include "local/xml.h"

static void try_target(const char *text, struct ink_arena *arena)
{
    struct ink_uri uri;
    struct ink_uri_place place;
    if (ink_uri_parse(text, arena, &uri)) return;
    if (uri.path[0] != '/' || uri.count > INK_URI_PARAMS_MAX) abort();
    ink_uri_place(&uri, text, arena, &place);
}

static void try_conditions(const char *text)
{
    const struct ink_condition condition = {text, text, text, text};
    uint64_t first, last;
    int64_t ms;
    ink_condition_check(&condition, "0123", 1000, 2000);
    ink_date_parse(text, &ms);
    if (ink_range_parse(text, 1000, &first, &last) == INK_RANGE_PART && (first > last || last >= 1000)) abort();
}

/* Whatever was read can be written and read again. */
static void try_xml(struct ink_view text, struct ink_arena *arena)
{
    const struct ink_xml_node *root, *again;
    struct ink_buffer out;
    if (ink_xml_parse(text, arena, &root, NULL)) return;
    ink_buffer_init(&out, 1 << 22);
    ink_xml_text(&out, "a", root->text);
    if (ink_xml_parse(ink_buffer_view(&out), arena, &again, NULL)) abort();
    ink_buffer_cleanup(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ink_arena arena;
    ink_arena_init(&arena, 64 << 20);
    const char *text = ink_arena_text(&arena, ink_view_of(data, len));
    if (text) {
        try_target(text, &arena);
        try_conditions(text);
    }
    try_xml(ink_view_of(data, len), &arena);
    ink_arena_cleanup(&arena);
    return 0;
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    static const char *const seeds[] = {
        "/bucket/a%20b//../c?list-type=2&prefix=a+b%2B&uploads",
        "http://bucket.localhost:9000/key?X-Amz-Signature=00",
        "bytes=0-99",
        "\"0123\", W/\"4567\", *",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37.123Z",
        "<Complete xmlns='x'><Part><PartNumber>1</PartNumber><ETag>&#34;a&#34;</ETag></Part></Complete>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    };
    if (index >= sizeof seeds / sizeof *seeds) return false;
    return ink_buffer_text(out, seeds[index]) == INK_OK;
}
