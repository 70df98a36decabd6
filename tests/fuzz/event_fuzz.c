/* SPDX-License-Identifier: MIT */
/* Events and settings: JSON that anybody may have written. The first byte chooses which. */
#include "fuzz.h"
#include "pipeline/event.h"
#include "pipeline/known.h"
#include "pipeline/settings.h"

static const char *const seeds[] = {
    "e{\"Records\":[{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\",\"eventName\":\"ObjectCreated:Put\",\"s3\":{"
    "\"bucket\":{\"name\":\"b\"},"
    "\"object\":{\"key\":\"in/my+digit%282%29.png\",\"eTag\":\"d41d\",\"versionId\":\"v\",\"sequencer\":\"0055\"}}}]}",
    "e{\"Records\":[{\"eventSource\":\"aws:sqs\",\"messageId\":\"m\",\"body\":\"{\\\"bucket\\\":\\\"b\\\",\\\"key\\\":"
    "\\\"k\\\"}\"}]}",
    "e{\"Records\":[{\"Sns\":{\"Message\":\"{\\\"Records\\\":[]}\"}}]}",
    "e{\"source\":\"aws.s3\",\"detail-type\":\"Object "
    "Created\",\"detail\":{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"k\"}}}",
    "e{\"Event\":\"s3:TestEvent\"}",
    "s{\"labels\":[\"a\",\"b\"],\"size\":[28,28],\"layout\":\"nchw\",\"scale\":0.5,\"mean\":[1,2,3],\"std\":0.3,"
    "\"top\":3}",
    "s{\"polarity\":\"keep\",\"fit\":\"auto\",\"transpose\":false,\"segment\":false}",
};

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    return index < sizeof seeds / sizeof seeds[0] && !ink_buffer_text(out, seeds[index]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ink_arena arena;
    struct ink_error err = {0};
    if (!len) return 0;
    ink_arena_init(&arena, 16 << 20);
    struct ink_view json = ink_view_of(data + 1, len - 1);
    if (data[0] == 's') {
        struct ink_settings settings = ink_settings_none;
        (void)!ink_settings_read(json, &arena, &settings, &err);
        struct ink_finding known;
        (void)ink_known_read(json, "etag", "", &known);
    } else {
        struct ink_event event;
        (void)!ink_event_read(json, &arena, &event, &err);
    }
    ink_arena_cleanup(&arena);
    return 0;
}
