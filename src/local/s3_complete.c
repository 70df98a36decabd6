/* SPDX-License-Identifier: MIT */
/* CompleteMultipartUpload: the client's list of parts is held against what came, and their checksums become one. */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "local/encode.h"
#include "local/s3_call.h"

struct completion {
    const char *id;
    struct ink_store_part *listed; /* number and ETag, in the client's order */
    const struct ink_xml_node **nodes;
    size_t count;
    struct ink_store_part *stored; /* of all numbers listed; size and checksums from the store */
    enum ink_sum_kind kind;        /* that the upload was created with */
    bool full;                     /* FULL_OBJECT */
    char sum[INK_SUM_TEXT_MAX + 8];
};

/* --- the list --------------------------------------------------------------------------------------------------------- */

static bool malformed(struct ink_call *call)
{
    return ink_refuse(&call->refusal, INK_REFUSE_MALFORMED_XML, NULL);
}

static bool read_part(struct ink_call *call, const struct ink_xml_node *node, struct ink_store_part *out)
{
    const char *number = ink_xml_child_text(node, "PartNumber"), *etag = ink_xml_child_text(node, "ETag");
    uint64_t value = 0;
    if (!number || !etag || !ink_text_u64(ink_view_text(ink_call_etag(call, number)), INK_STORE_PARTS_MAX, &value) ||
        value == 0)
        return malformed(call);
    out->number = (int)value;
    snprintf(out->etag, sizeof out->etag, "%s", ink_call_etag(call, etag));
    return true;
}

static bool read_list(struct ink_call *call, struct completion *c)
{
    const struct ink_xml_node *root = ink_call_xml(call, "CompleteMultipartUpload");
    if (!root) return false;
    size_t count = 0;
    for (const struct ink_xml_node *n = ink_xml_child(root, "Part"); n; n = ink_xml_next(n)) count++;
    if (count == 0) return ink_refuse(&call->refusal, INK_REFUSE_INVALID_REQUEST, "You must specify at least one part");
    if (count > INK_STORE_PARTS_MAX) return malformed(call);
    c->listed = INK_ARENA_ARRAY(call->arena, struct ink_store_part, count);
    c->nodes = INK_ARENA_ARRAY(call->arena, const struct ink_xml_node *, count);
    c->stored = INK_ARENA_ARRAY(call->arena, struct ink_store_part, INK_STORE_PARTS_MAX + 1);
    if (!c->listed || !c->nodes || !c->stored) return ink_refuse(&call->refusal, INK_REFUSE_UNAVAILABLE, NULL);
    for (const struct ink_xml_node *n = ink_xml_child(root, "Part"); n; n = ink_xml_next(n)) {
        if (!read_part(call, n, &c->listed[c->count])) return false;
        c->nodes[c->count++] = n;
    }
    return true;
}

/* Fills c->stored[number] for all parts that came, and what the upload was created with. */
static ink_store_status fetch_parts(struct ink_call *call, struct completion *c)
{
    struct ink_store_parts page;
    int after = 0;
    do {
        ink_store_status st = ink_store_upload_parts(call->gateway->store, call->bucket, call->key, c->id, after,
                                                     INK_STORE_LIST_MAX, call->arena, &page);
        if (st) return st;
        for (size_t i = 0; i < page.count; i++) c->stored[page.items[i].number] = page.items[i];
        if (page.count) after = page.items[page.count - 1].number;
    } while (page.truncated);
    const char *algorithm = ink_call_kept(&page.headers, "x-amz-checksum-algorithm");
    const char *type = ink_call_kept(&page.headers, "x-amz-checksum-type");
    c->kind = algorithm ? ink_sum_find(algorithm) : INK_SUM_NONE;
    c->full = type && strcmp(type, "FULL_OBJECT") == 0;
    return INK_STORE_OK;
}

static bool refuse_part(struct ink_call *call, const struct completion *c, size_t i)
{
    ink_call_refuse(call, INK_REFUSE_INVALID_PART, NULL);
    ink_refuse_detail(&call->refusal, "UploadId", c->id);
    ink_refuse_detail(&call->refusal, "PartNumber", ink_arena_printf(call->arena, "%d", c->listed[i].number));
    ink_refuse_detail(&call->refusal, "ETag", c->listed[i].etag);
    return false;
}

static bool refuse_small(struct ink_call *call, const struct ink_store_part *part)
{
    ink_call_refuse(call, INK_REFUSE_TOO_SMALL, NULL);
    ink_refuse_detail(&call->refusal, "ProposedSize", ink_arena_printf(call->arena, "%" PRIu64, part->size));
    ink_refuse_detail(&call->refusal, "MinSizeAllowed", "5242880");
    ink_refuse_detail(&call->refusal, "PartNumber", ink_arena_printf(call->arena, "%d", part->number));
    ink_refuse_detail(&call->refusal, "ETag", part->etag);
    return false;
}

/* The store checks all of this again when it commits; here it is for the details that S3 tells. */
static bool check_list(struct ink_call *call, const struct completion *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct ink_store_part *listed = &c->listed[i], *stored = &c->stored[listed->number];
        if (i > 0 && listed->number <= c->listed[i - 1].number) {
            ink_call_refuse(call, INK_REFUSE_INVALID_PART_ORDER, NULL);
            ink_refuse_detail(&call->refusal, "UploadId", c->id);
            return false;
        }
        if (stored->number == 0 || strcmp(stored->etag, listed->etag) != 0) return refuse_part(call, c, i);
    }
    for (size_t i = 0; i + 1 < c->count; i++) {
        const struct ink_store_part *stored = &c->stored[c->listed[i].number];
        if (stored->size < INK_STORE_PART_MIN) return refuse_small(call, stored);
    }
    return true;
}

/* --- checksums --------------------------------------------------------------------------------------------------------- */

static const char *part_sum(const struct completion *c, size_t i, enum ink_sum_kind kind)
{
    return ink_call_kept(&c->stored[c->listed[i].number].headers, ink_sum_header(kind));
}

/* <ChecksumCRC32> beside a part must be what came with it. */
static bool check_sums(struct ink_call *call, const struct completion *c)
{
    for (size_t i = 0; i < c->count; i++)
        for (int kind = 0; kind < INK_SUM_NONE; kind++) {
            const char *said = ink_xml_child_text(c->nodes[i], ink_sum_element((enum ink_sum_kind)kind));
            const char *came = said ? part_sum(c, i, (enum ink_sum_kind)kind) : NULL;
            if (said && (!came || strcmp(ink_call_etag(call, said), came) != 0)) return refuse_part(call, c, i);
        }
    return true;
}

/* COMPOSITE: the checksum of the parts' checksums, and how many. FULL_OBJECT: of the bytes, put together from the parts'.
 * False when a part came without one. */
static bool combine(struct completion *c)
{
    uint8_t whole[INK_SUM_BYTES_MAX], piece[INK_SUM_BYTES_MAX];
    size_t len = ink_sum_len(c->kind);
    struct ink_sum sum;
    if (!ink_sum_init(&sum, c->kind)) return false;
    for (size_t i = 0; i < c->count; i++) {
        const char *text = part_sum(c, i, c->kind);
        if (!text || !ink_base64_exactly(text, piece, len)) {
            ink_sum_cleanup(&sum);
            return false;
        }
        ink_sum_update(&sum, ink_view_of(piece, len));
        if (!c->full) continue;
        if (i == 0)
            memcpy(whole, piece, len);
        else
            ink_sum_combine(c->kind, whole, piece, c->stored[c->listed[i].number].size);
    }
    ink_sum_finish(&sum, piece);
    char text[INK_SUM_TEXT_MAX + 1];
    ink_base64(c->full ? whole : piece, len, text);
    if (c->full)
        snprintf(c->sum, sizeof c->sum, "%s", text);
    else
        snprintf(c->sum, sizeof c->sum, "%s-%zu", text, c->count);
    return true;
}

/* What the client says the whole has, as a header of this request; it is not about this request's own body. */
static bool check_whole(struct ink_call *call, const struct completion *c)
{
    const char *said = c->kind != INK_SUM_NONE ? ink_call_header(call, ink_sum_header(c->kind)) : NULL;
    if (!said || c->sum[0] == '\0' || strncmp(said, c->sum, strcspn(c->sum, "-")) == 0) return true;
    return ink_refuse(&call->refusal, INK_REFUSE_BAD_DIGEST,
                      ink_arena_printf(call->arena, "The %s you specified did not match the calculated checksum.",
                                       ink_sum_name(c->kind)));
}

/* --- completing -------------------------------------------------------------------------------------------------------- */

static void answer(struct ink_call *call, const struct completion *c, const char *etag)
{
    const char *host = ink_call_header(call, "Host");
    ink_xml_begin(&call->out, "CompleteMultipartUploadResult");
    ink_xml_text(&call->out, "Location",
                 ink_arena_printf(call->arena, "http://%s%.*s", host ? host : "localhost", (int)call->uri.raw_path.len,
                                  (const char *)call->uri.raw_path.data));
    ink_xml_text(&call->out, "Bucket", call->bucket);
    ink_xml_text(&call->out, "Key", call->key);
    ink_call_write_etag(call, etag);
    if (c->sum[0]) {
        ink_xml_text(&call->out, ink_sum_element(c->kind), c->sum);
        ink_xml_text(&call->out, "ChecksumType", c->full ? "FULL_OBJECT" : "COMPOSITE");
    }
    ink_xml_close(&call->out, "CompleteMultipartUploadResult");
    ink_call_answer_xml(call);
}

void ink_call_complete_upload(struct ink_call *call)
{
    struct completion c = {.id = ink_call_param(call, "uploadId"), .kind = INK_SUM_NONE};
    struct ink_store_header sum[1];
    struct ink_store_object object;
    struct ink_store_condition condition;
    if (!ink_call_write_condition(call, &condition) || !read_list(call, &c)) return;
    ink_store_status st = fetch_parts(call, &c);
    bool again = st == INK_STORE_NO_UPLOAD; /* a repeated complete: the store knows whether it may be answered */
    if (!again && !ink_call_stored(call, st)) return;
    if (!again && (!check_list(call, &c) || !check_sums(call, &c))) return;
    if (!again && c.kind != INK_SUM_NONE && !combine(&c)) c.sum[0] = '\0';
    if (!check_whole(call, &c)) return;
    struct ink_store_complete complete = {.parts = c.listed,
                                          .count = c.count,
                                          .headers = {.items = sum},
                                          .condition = condition,
                                          .origin = ink_call_origin(call)};
    if (c.sum[0]) ink_call_add_header(&complete.headers, ink_sum_header(c.kind), c.sum);
    if (ink_call_stored(
            call, ink_store_upload_complete(call->gateway->store, call->bucket, call->key, c.id, &complete, &object)))
        answer(call, &c, object.etag);
}
