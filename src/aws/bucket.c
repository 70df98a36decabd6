/* SPDX-License-Identifier: MIT */
#include "aws/bucket.h"

#include <stdio.h>

#include "aws/hash.h"
#include "base/clock.h"
#include "base/text.h"

enum { BODY_MAX = 4096, PAGE_BYTES = 32 * 1024 * 1024, AT_ONCE = 64, COUNTED_MOST = 100000 };

static const uint64_t DELETE_US = 120u * 1000000u;

static ink_status send(const struct ink_bucket *bucket, const char *action, const char *method, const char *target,
                       const char *type, struct ink_view body, struct ink_buffer *answer, struct ink_error *err)
{
    uint8_t md5[INK_MD5_LEN];
    char md5_text[4 * ((INK_MD5_LEN + 2) / 3) + 1];
    ink_md5(body, md5);
    ink_base64(md5, sizeof md5, md5_text);
    struct ink_http_header headers[2];
    size_t header_count = 0;
    if (strcmp(action, "CreateBucket") != 0) /* nobody's yet */
        headers[header_count++] = (struct ink_http_header){"X-Amz-Expected-Bucket-Owner", bucket->owner};
    if (body.len) headers[header_count++] = (struct ink_http_header){"Content-MD5", md5_text};
    struct ink_aws_request request = {
        .service = INK_AWS_S3,
        .action = action,
        .method = method,
        .bucket = bucket->name,
        .target = target,
        .headers = headers,
        .header_count = header_count,
        .content_type = type,
        .body = body,
    };
    ink_status st = ink_aws_send(bucket->aws, &request, answer, err);
    return st ? ink_fail_in(err, "bucket %s", bucket->name) : INK_OK;
}

static ink_status send_plain(const struct ink_bucket *bucket, const char *action, const char *method,
                             const char *target, struct ink_error *err)
{
    struct ink_buffer answer;
    ink_status st = send(bucket, action, method, target, NULL, (struct ink_view){NULL, 0}, &answer, err);
    ink_buffer_cleanup(&answer);
    return st;
}

ink_status ink_bucket_look(const struct ink_bucket *bucket, enum ink_bucket_state *out, struct ink_error *err)
{
    ink_status st = send_plain(bucket, "HeadBucket", "HEAD", "/", err);
    *out = INK_BUCKET_OWN;
    if (st == INK_E_NOT_FOUND) *out = INK_BUCKET_NONE;
    /* 301 and 400: it is in another region, and HEAD has no body that says more; our own would be in this one */
    bool elsewhere = bucket->aws->fault.code == 301 || bucket->aws->fault.code == 400;
    if (bucket->aws->fault.code == 403 || elsewhere) *out = INK_BUCKET_FOREIGN;
    return *out == INK_BUCKET_OWN ? st : INK_OK;
}

/* --- private ------------------------------------------------------------------------------------------------------------- */

/* %1$s: the bucket, %2$s: the partition */
static const struct step {
    const char *action, *target, *type, *body;
} steps[] = {
    {"PutPublicAccessBlock", "/?publicAccessBlock", "application/xml",
     "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><BlockPublicAcls>true"
     "</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>"
     "<RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>"},
    {"PutBucketEncryption", "/?encryption", "application/xml",
     "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>"
     "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></"
     "Rule>"
     "</ServerSideEncryptionConfiguration>"},
    {"PutBucketPolicy", "/?policy", "application/json",
     "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"OnlyTls\",\"Effect\":\"Deny\",\"Principal\":\"*\","
     "\"Action\":"
     "\"s3:*\",\"Resource\":[\"arn:%2$s:s3:::%1$s\",\"arn:%2$s:s3:::%1$s/*\"],\"Condition\":{\"Bool\":{"
     "\"aws:SecureTransport\":\"false\"}}}]}"},
};

enum { STEPS = sizeof steps / sizeof *steps };

const char *ink_bucket_private_step(size_t index)
{
    return index < STEPS ? steps[index].action : NULL;
}

static const char *partition_of(const char *region)
{
    if (!strncmp(region, "cn-", 3)) return "aws-cn";
    return !strncmp(region, "us-gov-", 7) ? "aws-us-gov" : "aws";
}

static ink_status create(const struct ink_bucket *bucket, struct ink_error *err)
{
    const char *region = bucket->aws->config.region;
    char body[256] = "";
    struct ink_buffer answer;
    if (strcmp(region, "us-east-1") != 0) /* the one that must not be named */
        snprintf(
            body, sizeof body,
            "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>%.60s"
            "</LocationConstraint></CreateBucketConfiguration>",
            region);
    ink_status st =
        send(bucket, "CreateBucket", "PUT", "/", *body ? "application/xml" : NULL, ink_view_text(body), &answer, err);
    ink_buffer_cleanup(&answer);
    /* made by another run of ours in the meantime, or by this one, whose answer was lost */
    return st && !strcmp(bucket->aws->fault.reason, "BucketAlreadyOwnedByYou") ? INK_OK : st;
}

/* A stand-in for S3 on this machine may speak plain HTTP, and would obey the policy. */
static bool speaks_tls(const struct ink_bucket *bucket)
{
    struct ink_aws_request request = {.service = INK_AWS_S3, .bucket = bucket->name, .target = "/"};
    struct ink_origin origin = {.tls = true};
    struct ink_buffer target;
    ink_buffer_init(&target, 4096);
    ink_status st = ink_aws_origin(bucket->aws, &request, &origin, &target, NULL);
    ink_buffer_cleanup(&target);
    return st || origin.tls;
}

ink_status ink_bucket_make_private(const struct ink_bucket *bucket, struct ink_error *err)
{
    enum ink_bucket_state state;
    ink_status st = ink_bucket_look(bucket, &state, err);
    if (!st && state == INK_BUCKET_FOREIGN)
        return ink_fail(
            err, INK_E_CHANGED,
            "bucket %s: it is another account's, or these credentials may not see it: nothing is sent there",
            bucket->name);
    if (!st && state == INK_BUCKET_NONE) st = create(bucket, err);
    for (size_t i = 0; !st && i < STEPS; i++) {
        if (!strcmp(steps[i].action, "PutBucketPolicy") && !speaks_tls(bucket)) continue;
        char body[BODY_MAX];
        struct ink_buffer answer;
        snprintf(body, sizeof body, steps[i].body, bucket->name, partition_of(bucket->aws->config.region));
        st = send(bucket, steps[i].action, "PUT", steps[i].target, steps[i].type, ink_view_text(body), &answer, err);
        ink_buffer_cleanup(&answer);
    }
    return st;
}

/* --- what is in it ------------------------------------------------------------------------------------------------------------ */

/* One page of all versions, from the markers on ("": the first). The tree lives in the arena. */
static ink_status page(const struct ink_bucket *bucket, const char *key_marker, const char *version_marker,
                       struct ink_arena *arena, struct ink_xml **root, struct ink_error *err)
{
    struct ink_buffer target, answer = {0};
    ink_buffer_init(&target, 16 * 1024);
    ink_buffer_text(&target, "/?encoding-type=url");
    if (*key_marker) {
        ink_buffer_text(&target, "&key-marker=");
        ink_url_encode(ink_view_text(key_marker), false, &target);
    }
    if (*version_marker) {
        ink_buffer_text(&target, "&version-id-marker=");
        ink_url_encode(ink_view_text(version_marker), false, &target);
    }
    ink_buffer_text(&target, "&versions=");
    ink_status st = target.failed ? ink_fail(err, INK_E_LIMIT, "a key is too long")
                                  : send(bucket, "ListObjectVersions", "GET", (const char *)target.data, NULL,
                                         (struct ink_view){NULL, 0}, &answer, err);
    if (!st && (st = ink_xml_read(ink_buffer_view(&answer), arena, root, err)))
        ink_fail_in(err, "bucket %s: ListObjectVersions", bucket->name);
    ink_buffer_cleanup(&answer);
    ink_buffer_cleanup(&target);
    return st;
}

static bool is_object(const struct ink_xml *node)
{
    return !strcmp(node->name, "Version") || !strcmp(node->name, "DeleteMarker");
}

/* Appends a key of a listing as it really is; not every server that is asked to encode keys does. */
static void add_key(const struct ink_xml *root, const char *text, struct ink_buffer *out)
{
    if (!strcmp(ink_xml_text(root, "EncodingType"), "url"))
        ink_url_decode(ink_view_text(text), true, out);
    else
        ink_buffer_text(out, text);
}

static const char *key_of(const struct ink_xml *root, const struct ink_xml *member, struct ink_arena *arena)
{
    struct ink_buffer key;
    ink_buffer_init(&key, 16 * 1024);
    add_key(root, ink_xml_text(member, "Key"), &key);
    const char *copy = key.failed ? NULL : ink_arena_text(arena, ink_buffer_view(&key));
    ink_buffer_cleanup(&key);
    return copy;
}

/* The arena is reset from page to page, the markers live here. */
struct place {
    struct ink_buffer key, version;
    bool more;
};

static void place_init(struct place *place)
{
    *place = (struct place){.more = true};
    ink_buffer_init(&place->key, 16 * 1024);
    ink_buffer_init(&place->version, 4 * 1024);
    ink_buffer_text(&place->key, "");
    ink_buffer_text(&place->version, "");
}

static void place_cleanup(struct place *place)
{
    ink_buffer_cleanup(&place->key);
    ink_buffer_cleanup(&place->version);
}

static const char *text_of(const struct ink_buffer *buffer)
{
    return buffer->data ? (const char *)buffer->data : "";
}

static void place_move(struct place *place, const struct ink_xml *root)
{
    place->more = !strcmp(ink_xml_text(root, "IsTruncated"), "true");
    ink_buffer_clear(&place->key);
    ink_buffer_clear(&place->version);
    add_key(root, ink_xml_text(root, "NextKeyMarker"), &place->key);
    ink_buffer_text(&place->version, ink_xml_text(root, "NextVersionIdMarker"));
    if (place->key.len == 0) place->more = false;
}

ink_status ink_bucket_count(const struct ink_bucket *bucket, struct ink_bucket_contents *out, struct ink_error *err)
{
    struct ink_arena arena;
    struct place place;
    ink_status st = INK_OK;
    *out = (struct ink_bucket_contents){0};
    ink_arena_init(&arena, PAGE_BYTES);
    place_init(&place);
    while (!st && place.more && out->objects < COUNTED_MOST) {
        struct ink_xml *root;
        ink_arena_reset(&arena);
        st = page(bucket, text_of(&place.key), text_of(&place.version), &arena, &root, err);
        for (const struct ink_xml *m = st ? NULL : root->child; m; m = m->next) {
            uint64_t bytes = 0;
            if (!is_object(m)) continue;
            if (ink_text_u64(ink_view_text(ink_xml_text(m, "Size")), UINT64_MAX / 2, &bytes)) out->bytes += bytes;
            out->objects++;
        }
        if (!st) place_move(&place, root);
    }
    out->more = !st && place.more;
    place_cleanup(&place);
    ink_arena_cleanup(&arena);
    return st;
}

static ink_status delete_some(const struct ink_bucket *bucket, struct ink_s3 *s3, struct ink_s3_call *calls,
                              size_t count, struct ink_error *err)
{
    ink_status st = ink_s3_perform(s3, calls, count, ink_clock_us() + DELETE_US);
    for (size_t i = 0; i < count; i++) {
        if (calls[i].status && calls[i].status == st)
            ink_fail(err, st, "bucket %s: %s", bucket->name, calls[i].error.text);
        ink_s3_call_cleanup(&calls[i]);
    }
    return st;
}

/* One by one, many at a time: the call that deletes a thousand cannot name keys that XML has no letters for. */
static ink_status delete_page(const struct ink_bucket *bucket, struct ink_s3 *s3, const struct ink_xml *root,
                              struct ink_arena *arena, uint64_t *deleted, struct ink_error *err)
{
    struct ink_s3_call calls[AT_ONCE];
    size_t count = 0;
    ink_status st = INK_OK;
    for (const struct ink_xml *m = root->child; m && !st; m = m->next) {
        if (is_object(m)) {
            const char *version = ink_xml_text(m, "VersionId"), *key = key_of(root, m, arena);
            if (!key) return ink_fail(err, INK_E_OOM, "no memory for a key");
            calls[count++] = (struct ink_s3_call){.op = INK_S3_DELETE,
                                                  .bucket = bucket->name,
                                                  .key = key,
                                                  .owner = bucket->owner,
                                                  .version_id = *version ? version : NULL};
        }
        if (count && (count == AT_ONCE || !m->next)) {
            st = delete_some(bucket, s3, calls, count, err);
            if (!st) *deleted += count;
            count = 0;
        }
    }
    return st;
}

ink_status ink_bucket_empty(const struct ink_bucket *bucket, struct ink_s3 *s3,
                            void (*progress)(uint64_t deleted, void *arg), void *arg, struct ink_error *err)
{
    struct ink_arena arena;
    struct place place;
    uint64_t deleted = 0;
    ink_status st = INK_OK;
    ink_arena_init(&arena, PAGE_BYTES);
    place_init(&place);
    while (!st && place.more) {
        struct ink_xml *root;
        ink_arena_reset(&arena);
        st = page(bucket, text_of(&place.key), text_of(&place.version), &arena, &root, err);
        if (!st) place_move(&place, root);
        if (!st) st = delete_page(bucket, s3, root, &arena, &deleted, err);
        if (!st && progress) progress(deleted, arg);
    }
    place_cleanup(&place);
    ink_arena_cleanup(&arena);
    return st;
}

ink_status ink_bucket_delete(const struct ink_bucket *bucket, struct ink_error *err)
{
    ink_status st = send_plain(bucket, "DeleteBucket", "DELETE", "/", err);
    return st == INK_E_NOT_FOUND ? INK_OK : st;
}
