/* SPDX-License-Identifier: MIT */
#include "fake_bucket.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static struct fake_object *find(struct fake_bucket *bucket, const char *key)
{
    for (size_t i = 0; i < bucket->count; i++)
        if (strcmp(bucket->all[i].key, key) == 0) return &bucket->all[i];
    return NULL;
}

const struct fake_object *fake_get(const struct fake_bucket *bucket, const char *key)
{
    return find((struct fake_bucket *)bucket, key);
}

const char *fake_text(const struct fake_bucket *bucket, const char *key)
{
    const struct fake_object *object = fake_get(bucket, key);
    return object ? (const char *)object->body : "";
}

void fake_put(struct fake_bucket *bucket, const char *key, const void *body, size_t len)
{
    struct fake_object *object = find(bucket, key);
    if (!object) {
        assert(bucket->count < FAKE_OBJECTS_MAX);
        object = &bucket->all[bucket->count++];
        *object = (struct fake_object){0};
        snprintf(object->key, sizeof object->key, "%s", key);
    }
    free(object->body);
    object->body = calloc(1, len + 1);
    assert(object->body);
    if (len) memcpy(object->body, body, len);
    object->len = len;
    snprintf(object->etag, sizeof object->etag, "put-%u", ++bucket->versions);
}

void fake_put_text(struct fake_bucket *bucket, const char *key, const char *text)
{
    fake_put(bucket, key, text, strlen(text));
}

void fake_delete(struct fake_bucket *bucket, const char *key)
{
    struct fake_object *object = find(bucket, key);
    if (!object) return;
    free(object->body);
    *object = bucket->all[--bucket->count];
}

/* --- what S3 answers -------------------------------------------------------------------------------------------- */

static ink_status refuse(struct ink_s3_call *call, ink_status status, int code, const char *reason)
{
    call->code = code;
    snprintf(call->reason, sizeof call->reason, "%s", reason);
    return call->status = ink_fail(&call->error, status, "S3 answered %d %s", code, reason);
}

static ink_status read_object(struct fake_bucket *bucket, struct ink_s3_call *call)
{
    const struct fake_object *object = find(bucket, call->key);
    if (!object) return refuse(call, INK_E_NOT_FOUND, 404, call->op == INK_S3_GET ? "NoSuchKey" : "");
    snprintf(call->etag, sizeof call->etag, "%s", object->etag);
    if (call->if_none_match && strcmp(call->if_none_match, object->etag) == 0)
        return refuse(call, INK_E_CHANGED, 304, "");
    if (call->if_match && strcmp(call->if_match, object->etag) != 0)
        return refuse(call, INK_E_CHANGED, 412, "PreconditionFailed");
    if (call->op == INK_S3_GET) {
        if (object->len > call->cap_bytes) return refuse(call, INK_E_LIMIT, 200, "");
        ink_buffer_init(&call->body_in, call->cap_bytes);
        if (ink_buffer_append(&call->body_in, object->body, object->len)) return call->status = INK_E_OOM;
        bucket->sent += bucket->watched_key && strcmp(bucket->watched_key, call->key) == 0;
    }
    call->code = 200;
    return INK_OK;
}

static ink_status answer(struct fake_bucket *bucket, struct ink_s3_call *call)
{
    if (++bucket->calls == bucket->at) bucket->happen(bucket);
    if (bucket->refused_key && call->op == bucket->refused_op && strcmp(bucket->refused_key, call->key) == 0)
        return refuse(call, bucket->refused_status, bucket->refused_code, "Refused");
    if (call->op != INK_S3_PUT) return read_object(bucket, call);
    fake_put(bucket, call->key, call->body.data, call->body.len);
    bucket->puts++;
    call->code = 200;
    return INK_OK;
}

static ink_status perform(struct ink_objects *self, struct ink_s3_call *calls, size_t count, uint64_t deadline_us)
{
    (void)deadline_us;
    ink_status first = INK_OK;
    for (size_t i = 0; i < count; i++) {
        ink_status st = answer((struct fake_bucket *)self, &calls[i]);
        if (st && !first) first = st;
    }
    return first;
}

void fake_bucket_init(struct fake_bucket *bucket)
{
    *bucket = (struct fake_bucket){.objects = {perform}};
}

void fake_bucket_cleanup(struct fake_bucket *bucket)
{
    for (size_t i = 0; i < bucket->count; i++) free(bucket->all[i].body);
}
