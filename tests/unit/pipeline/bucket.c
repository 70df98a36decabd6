/* SPDX-License-Identifier: MIT */
#include "bucket.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

void bucket_read_source(const char *name, struct ink_buffer *out)
{
    char path[4096];
    struct ink_error err = {0};
    const char *root = getenv("INK_SOURCE");
    snprintf(path, sizeof path, "%s/%s", root ? root : ".", name);
    ink_buffer_init(out, 16 << 20);
    if (ink_file_read(path, out, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
}

static struct object *find(struct bucket *b, const char *key)
{
    for (int i = 0; i < b->count; i++)
        if (!strcmp(b->all[i].key, key)) return &b->all[i];
    return NULL;
}

const struct object *bucket_find(const struct bucket *b, const char *key)
{
    return find((struct bucket *)(uintptr_t)b, key);
}

const char *bucket_text(const struct bucket *b, const char *key)
{
    const struct object *o = bucket_find(b, key);
    return o && o->bytes.data ? (const char *)o->bytes.data : "";
}

const char *bucket_put(struct bucket *b, const char *key, struct ink_view bytes)
{
    struct object *o = find(b, key);
    if (!o) {
        if (b->count == BUCKET_OBJECTS_MAX) abort();
        o = &b->all[b->count++];
        snprintf(o->key, sizeof o->key, "%s", key);
        ink_buffer_init(&o->bytes, 64 << 20);
    }
    snprintf(o->etag, sizeof o->etag, "etag-%u", ++b->writes);
    ink_buffer_clear(&o->bytes);
    if (ink_buffer_append(&o->bytes, bytes.data, bytes.len)) abort();
    return o->etag;
}

void bucket_delete(struct bucket *b, const char *key)
{
    struct object *o = find(b, key);
    if (!o) return;
    ink_buffer_cleanup(&o->bytes);
    *o = b->all[--b->count];
}

static ink_status answer(struct ink_s3_call *call, int code, ink_status status)
{
    call->code = code;
    return call->status = status ? ink_fail(&call->error, status, "%s: answered with %d", call->key, code) : INK_OK;
}

static ink_status get(struct bucket *b, struct ink_s3_call *call)
{
    const struct object *o = find(b, call->key);
    if (!o) return answer(call, 404, INK_E_NOT_FOUND);
    if (call->if_match && strcmp(call->if_match, o->etag)) return answer(call, 412, INK_E_CHANGED);
    snprintf(call->etag, sizeof call->etag, "%s", o->etag);
    if (call->if_none_match && !strcmp(call->if_none_match, o->etag)) return answer(call, 304, INK_E_CHANGED);
    call->found_bytes = o->bytes.len;
    if (call->op == INK_S3_HEAD) return answer(call, 200, INK_OK);
    ink_buffer_init(&call->body_in, call->cap_bytes);
    if (ink_buffer_append(&call->body_in, o->bytes.data, o->bytes.len)) return answer(call, 200, INK_E_LIMIT);
    b->bodies++;
    return answer(call, 200, INK_OK);
}

static ink_status perform_one(struct bucket *b, struct ink_s3_call *call)
{
    b->calls++;
    ink_status st = b->before ? b->before(b, call) : INK_OK;
    if (st) return answer(call, st == INK_E_DENIED ? 403 : 503, st);
    if (call->op != INK_S3_PUT) return get(b, call);
    b->puts++;
    snprintf(call->etag, sizeof call->etag, "%s", bucket_put(b, call->key, call->body));
    return answer(call, 200, INK_OK);
}

static ink_status perform(struct ink_objects *self, struct ink_s3_call *calls, size_t count, uint64_t deadline_us)
{
    ink_status first = INK_OK;
    ((struct bucket *)self)->trips++;
    for (size_t i = 0; i < count; i++) {
        ink_status st = perform_one((struct bucket *)self, &calls[i]);
        if (st && !first) first = st;
    }
    return first;
}

void bucket_init(struct bucket *b)
{
    *b = (struct bucket){.objects = {perform}};
}

void bucket_cleanup(struct bucket *b)
{
    while (b->count) bucket_delete(b, b->all[0].key);
}
