/* SPDX-License-Identifier: MIT */
#include "cli/unanswered.h"

#include <stdlib.h>

#include "base/clock.h"
#include "pipeline/keys.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };

static const uint64_t CALL_US = 60u * 1000000u;

struct listing {
    const char **keys;
    size_t count;
};

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static ink_status list(struct ink_s3 *s3, const char *bucket, struct ink_arena *arena, struct listing *out, bool *more,
                       struct ink_error *err)
{
    const char *next = NULL;
    *more = false;
    out->keys = INK_ARENA_ARRAY(arena, const char *, INK_UNANSWERED_KEYS_MAX);
    if (!out->keys) return ink_fail(err, INK_E_OOM, "no memory for the keys");
    do {
        struct ink_s3_call call = {.op = INK_S3_LIST, .bucket = bucket, .next = next, .arena = arena};
        ink_status st = ink_s3_perform(s3, &call, 1, ink_clock_us() + CALL_US);
        if (st) ink_fail(err, st, "%s", call.error.text);
        for (size_t i = 0; !st && i < call.item_count && out->count < INK_UNANSWERED_KEYS_MAX; i++)
            out->keys[out->count++] = call.items[i].key;
        next = call.token;
        ink_s3_call_cleanup(&call);
        if (st) return st;
    } while (next && out->count < INK_UNANSWERED_KEYS_MAX);
    *more = next != NULL;
    qsort(out->keys, out->count, sizeof *out->keys, compare);
    return INK_OK;
}

ink_status ink_unanswered_count(struct ink_s3 *s3, const char *bucket, struct ink_unanswered *out,
                                struct ink_error *err)
{
    struct ink_arena arena;
    struct listing keys = {0};
    *out = (struct ink_unanswered){0};
    ink_arena_init(&arena, ARENA_BYTES);
    ink_status st = list(s3, bucket, &arena, &keys, &out->more, err);
    for (size_t i = 0; !st && i < keys.count; i++) {
        enum ink_key_kind kind = ink_key_kind(keys.keys[i]);
        char answer[INK_KEY_MAX + 1];
        const char *wanted = answer;
        if (kind != INK_KEY_PICTURE && kind != INK_KEY_FOREIGN && kind != INK_KEY_MODEL) continue;
        out->uploads++;
        bool can = ink_key_answer(keys.keys[i], kind == INK_KEY_MODEL ? "report.json" : "results.json", answer, NULL) ==
                   INK_OK;
        if (!can || !bsearch(&wanted, keys.keys, keys.count, sizeof *keys.keys, compare)) out->unanswered++;
    }
    ink_arena_cleanup(&arena);
    return st;
}
