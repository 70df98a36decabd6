/* SPDX-License-Identifier: MIT */
#include "local/integrity.h"

#include <stdio.h>

#include "aws/sigv4.h"
#include "base/text.h"
#include "local/encode.h"

static bool refuse_value(const struct ink_integrity *integrity, struct ink_arena *arena, struct ink_refusal *refusal)
{
    return ink_refuse(refusal, INK_REFUSE_INVALID_REQUEST,
                      ink_arena_printf(arena, "Value for %s header is invalid.", ink_sum_header(integrity->kind)));
}

static bool take_md5(struct ink_integrity *integrity, const struct ink_http_request *http, struct ink_refusal *refusal)
{
    const char *md5 = ink_http_header(http, "Content-MD5");
    integrity->has_md5 = md5 != NULL;
    if (!md5 || ink_base64_exactly(md5, integrity->md5, sizeof integrity->md5)) return true;
    ink_refuse(refusal, INK_REFUSE_INVALID_DIGEST, NULL);
    ink_refuse_detail(refusal, "Content-MD5", md5);
    return false;
}

/* Exactly the right number of bytes, in base64. */
static bool take_value(struct ink_integrity *integrity, struct ink_view value)
{
    uint8_t bytes[INK_SUM_BYTES_MAX];
    if (value.len >= sizeof integrity->want) return false;
    memcpy(integrity->want, value.data, value.len);
    integrity->want[value.len] = '\0';
    return ink_base64_exactly(integrity->want, bytes, ink_sum_len(integrity->kind));
}

/* The names of the trailers that will come, with commas between; only a checksum matters. */
static enum ink_sum_kind announced(const char *names, struct ink_arena *arena)
{
    while (names && *names) {
        names += strspn(names, ", ");
        size_t len = strcspn(names, ", ");
        const char *name = ink_arena_text(arena, ink_view_of(names, len));
        enum ink_sum_kind kind = name ? ink_sum_find(name) : INK_SUM_NONE;
        if (kind != INK_SUM_NONE) return kind;
        names += len;
    }
    return INK_SUM_NONE;
}

static bool take_sum(struct ink_integrity *integrity, const struct ink_http_request *http, struct ink_refusal *refusal)
{
    for (int kind = 0; kind < INK_SUM_NONE; kind++) {
        const char *value = ink_http_header(http, ink_sum_header((enum ink_sum_kind)kind));
        if (!value) continue;
        if (integrity->kind != INK_SUM_NONE)
            return ink_refuse(refusal, INK_REFUSE_INVALID_REQUEST,
                              "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        integrity->kind = (enum ink_sum_kind)kind;
        if (!take_value(integrity, ink_view_text(value))) return refuse_value(integrity, http->arena, refusal);
    }
    if (integrity->kind != INK_SUM_NONE) return true;
    integrity->kind = announced(ink_http_header(http, "x-amz-trailer"), http->arena);
    integrity->in_trailer = integrity->kind != INK_SUM_NONE;
    return true;
}

bool ink_integrity_begin(struct ink_integrity *integrity, const struct ink_http_request *http,
                         struct ink_refusal *refusal)
{
    *integrity = (struct ink_integrity){.kind = INK_SUM_NONE};
    if (!take_md5(integrity, http, refusal) || !take_sum(integrity, http, refusal)) return false;
    if (integrity->kind == INK_SUM_NONE || ink_sum_init(&integrity->sum, integrity->kind)) return true;
    return ink_refuse(refusal, INK_REFUSE_UNAVAILABLE, NULL);
}

void ink_integrity_data(struct ink_integrity *integrity, struct ink_view bytes)
{
    if (integrity->kind != INK_SUM_NONE) ink_sum_update(&integrity->sum, bytes);
}

bool ink_integrity_trailer(struct ink_integrity *integrity, struct ink_view name, struct ink_view value,
                           struct ink_refusal *refusal)
{
    if (!integrity->in_trailer) return true;
    const char *want = ink_sum_header(integrity->kind);
    if (name.len != strlen(want) || strncasecmp((const char *)name.data, want, name.len) != 0) return true;
    if (take_value(integrity, value)) return true;
    return ink_refuse(refusal, INK_REFUSE_INVALID_REQUEST, "Value for the x-amz-checksum- trailing header is invalid.");
}

static bool check_md5(const struct ink_integrity *integrity, const uint8_t md5[16], struct ink_arena *arena,
                      struct ink_refusal *refusal)
{
    char got[25], want[33];
    if (!integrity->has_md5 || memcmp(md5, integrity->md5, 16) == 0) return true;
    ink_base64(md5, 16, got);
    ink_hex(integrity->md5, 16, want);
    ink_refuse(refusal, INK_REFUSE_BAD_DIGEST, NULL);
    ink_refuse_detail(refusal, "ExpectedDigest", ink_arena_text(arena, ink_view_text(want)));
    ink_refuse_detail(refusal, "CalculatedDigest", ink_arena_text(arena, ink_view_text(got)));
    return false;
}

bool ink_integrity_end(struct ink_integrity *integrity, const uint8_t md5[16], struct ink_arena *arena,
                       struct ink_refusal *refusal)
{
    if (!check_md5(integrity, md5, arena, refusal)) return false;
    if (integrity->kind == INK_SUM_NONE) return true;
    uint8_t bytes[INK_SUM_BYTES_MAX];
    ink_sum_finish(&integrity->sum, bytes);
    ink_base64(bytes, ink_sum_len(integrity->kind), integrity->value);
    if (integrity->want[0] == '\0')
        return ink_refuse(refusal, INK_REFUSE_INVALID_REQUEST, "The trailer that x-amz-trailer names did not come.");
    if (strcmp(integrity->value, integrity->want) == 0) return true;
    return ink_refuse(refusal, INK_REFUSE_BAD_DIGEST,
                      ink_arena_printf(arena, "The %s you specified did not match the calculated checksum.",
                                       ink_sum_name(integrity->kind)));
}

void ink_integrity_cleanup(struct ink_integrity *integrity)
{
    ink_sum_cleanup(&integrity->sum);
}
