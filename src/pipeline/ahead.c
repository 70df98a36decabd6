/* SPDX-License-Identifier: MIT */
#include "pipeline/ahead.h"

#include "base/alloc.h"

enum { NAMES_BYTES_MAX = 4 * 1024 * 1024 };

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_object(const struct ink_s3_call *a, const struct ink_s3_call *b)
{
    return strcmp(a->key, b->key) == 0 && strcmp(a->bucket, b->bucket) == 0;
}

/* Lists, writes and what asks for a certain version or ETag are not told ahead. */
static bool may_be_told(const struct ink_s3_call *call)
{
    return (call->op == INK_S3_GET || call->op == INK_S3_HEAD) && !call->version_id && !call->if_match;
}

/* --- telling ---------------------------------------------------------------------------------------------------- */

/* Whoever only wants to know whether it has changed need not ask twice, by GET or by HEAD. A body goes to the first who asks for it; small ones, which everybody asks for, are copied. */
static bool give_body(struct ink_s3_call *have, size_t cap_bytes, struct ink_buffer *out)
{
    enum { COPIED_BYTES_MAX = 64 * 1024 };
    if (have->op == INK_S3_GET && have->found_bytes == 0) return true;
    if (!have->body_in.data || have->body_in.len > cap_bytes) return false;
    if (have->body_in.len > COPIED_BYTES_MAX) {
        *out = have->body_in;
        have->body_in = (struct ink_buffer){0};
        return true;
    }
    ink_buffer_init(out, cap_bytes);
    return ink_buffer_append(out, have->body_in.data, have->body_in.len) == INK_OK;
}

/* As the bucket would have answered when it was asked. False: it has to be asked now; the call is untouched. What may have
 * passed by itself is asked again. */
static bool tell(struct ink_s3_call *have, struct ink_s3_call *call)
{
    const char *etag = have->code == 304 ? have->if_none_match : have->etag;
    bool found = !have->status || have->code == 304;
    bool unchanged = found && call->if_none_match && same_text(call->if_none_match, etag);
    struct ink_buffer body = {0};
    if (!found && have->status != INK_E_NOT_FOUND) return false;
    if (have->code == 304 && !unchanged) return false;
    if (found && !unchanged && call->op == INK_S3_GET && !give_body(have, call->cap_bytes, &body)) return false;
    call->status = have->status;
    call->error = have->error;
    call->code = have->code;
    call->body_in = body;
    call->found_bytes = have->found_bytes;
    call->modified_ms = have->modified_ms;
    memcpy(call->reason, have->reason, sizeof call->reason);
    memcpy(call->etag, have->etag, sizeof call->etag);
    memcpy(call->found_version, have->found_version, sizeof call->found_version);
    memcpy(call->found_type, have->found_type, sizeof call->found_type);
    if (unchanged) {
        call->status = ink_fail(&call->error, INK_E_CHANGED, "%s/%s: it is as it was", call->bucket, call->key);
        call->code = 304;
    }
    return true;
}

static bool told(struct ink_ahead *ahead, struct ink_s3_call *call)
{
    if (!may_be_told(call)) return false;
    for (size_t i = 0; i < ahead->count; i++)
        if (same_object(&ahead->calls[i], call) && tell(&ahead->calls[i], call)) return true;
    return false;
}

/* struct ink_objects' */
static ink_status perform(struct ink_objects *self, struct ink_s3_call *calls, size_t count, uint64_t deadline_us)
{
    struct ink_ahead *ahead = (struct ink_ahead *)self;
    struct ink_objects *bucket = ahead->bucket;
    if (!ahead->open) return bucket->perform(bucket, calls, count, deadline_us);
    size_t *place = ink_calloc(count + 1, sizeof *place), left = 0;
    struct ink_s3_call *rest = ink_calloc(count + 1, sizeof *rest);
    if (!place || !rest) {
        ink_free(place);
        ink_free(rest);
        return bucket->perform(bucket, calls, count, deadline_us);
    }
    for (size_t i = 0; i < count; i++) {
        if (told(ahead, &calls[i])) continue;
        place[left] = i;
        rest[left++] = calls[i];
    }
    if (left) bucket->perform(bucket, rest, left, deadline_us);
    for (size_t i = 0; i < left; i++) calls[place[i]] = rest[i];
    ink_free(place);
    ink_free(rest);
    for (size_t i = 0; i < count; i++)
        if (calls[i].status) return calls[i].status;
    return INK_OK;
}

/* --- asking ----------------------------------------------------------------------------------------------------- */

void ink_ahead_init(struct ink_ahead *ahead, struct ink_objects *bucket)
{
    *ahead = (struct ink_ahead){.objects = {perform}, .bucket = bucket};
    ink_arena_init(&ahead->names, NAMES_BYTES_MAX);
}

static bool keep(struct ink_ahead *ahead, const char *text, const char **out)
{
    *out = text ? ink_arena_text(&ahead->names, ink_view_text(text)) : NULL;
    return !text || *out;
}

ink_status ink_ahead_note(struct ink_ahead *ahead, const struct ink_s3_call *call, size_t body_cap_bytes)
{
    for (size_t i = 0; i < ahead->count; i++)
        if (ahead->calls[i].op == call->op && same_object(&ahead->calls[i], call) &&
            same_text(ahead->calls[i].if_none_match, call->if_none_match))
            return INK_OK;
    if (ahead->count == ahead->room) {
        size_t room = ahead->room ? ahead->room * 2 : 64;
        struct ink_s3_call *grown = ink_calloc(room, sizeof *grown);
        if (!grown) return INK_E_OOM;
        if (ahead->count) memcpy(grown, ahead->calls, ahead->count * sizeof *grown);
        ink_free(ahead->calls);
        ahead->calls = grown;
        ahead->room = room;
    }
    struct ink_s3_call noted = {.op = call->op,
                                .cap_bytes = call->cap_bytes < body_cap_bytes ? call->cap_bytes : body_cap_bytes};
    if (!keep(ahead, call->bucket, &noted.bucket) || !keep(ahead, call->key, &noted.key) ||
        !keep(ahead, call->if_none_match, &noted.if_none_match))
        return INK_E_OOM;
    ahead->calls[ahead->count++] = noted;
    return INK_OK;
}

void ink_ahead_fetch(struct ink_ahead *ahead, uint64_t deadline_us)
{
    if (ahead->count) ahead->bucket->perform(ahead->bucket, ahead->calls, ahead->count, deadline_us);
}

void ink_ahead_forget(struct ink_ahead *ahead)
{
    for (size_t i = 0; i < ahead->count; i++) ink_s3_call_cleanup(&ahead->calls[i]);
    ink_free(ahead->calls);
    ink_arena_cleanup(&ahead->names);
    ahead->calls = NULL;
    ahead->count = ahead->room = 0;
}
