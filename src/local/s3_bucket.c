/* SPDX-License-Identifier: MIT */
/* Buckets: list, create, delete, ask whether one is there. */
#include "base/bucket_name.h"
#include "local/s3_call.h"
#include "local/trigger.h"

void ink_call_list_buckets(struct ink_call *call)
{
    struct ink_store_bucket *buckets;
    size_t count;
    if (!ink_call_stored(call, ink_store_bucket_list(call->gateway->store, call->arena, &buckets, &count))) return;
    const char *prefix = ink_call_param(call, "prefix");
    ink_xml_begin(&call->out, "ListAllMyBucketsResult");
    ink_call_write_owner(call, "Owner");
    ink_xml_open(&call->out, "Buckets");
    for (size_t i = 0; i < count; i++) {
        if (prefix && strncmp(buckets[i].name, prefix, strlen(prefix)) != 0) continue;
        ink_xml_open(&call->out, "Bucket");
        ink_xml_text(&call->out, "Name", buckets[i].name);
        ink_call_write_date(call, "CreationDate", buckets[i].created_ms);
        ink_xml_close(&call->out, "Bucket");
    }
    ink_xml_close(&call->out, "Buckets");
    ink_xml_close(&call->out, "ListAllMyBucketsResult");
    ink_call_answer_xml(call);
}

/* Any region may be named: there is but one place here. */
static bool take_location(struct ink_call *call, const char **location)
{
    *location = NULL;
    if (call->text.len == 0) return true;
    const struct ink_xml_node *root = ink_call_xml(call, "CreateBucketConfiguration");
    if (root) *location = ink_xml_child_text(root, "LocationConstraint");
    return root != NULL;
}

void ink_call_create_bucket(struct ink_call *call)
{
    const char *location;
    if (!take_location(call, &location)) return;
    if (!ink_bucket_name_fits(call->bucket)) {
        ink_call_refuse(call, INK_REFUSE_INVALID_BUCKET, NULL);
        ink_refuse_detail(&call->refusal, "BucketName", call->bucket);
        return;
    }
    ink_store_status st = ink_store_bucket_create(call->gateway->store, call->bucket);
    /* us-east-1 says yes to the owner who creates a bucket again; the other regions say 409 */
    if (st == INK_STORE_BUCKET_EXISTS && (!location || !*location)) st = INK_STORE_OK;
    if (!ink_call_stored(call, st)) return;
    ink_call_answer(call, 200);
    ink_call_answer_header(call, "Location", ink_arena_printf(call->arena, "/%s", call->bucket));
}

void ink_call_delete_bucket(struct ink_call *call)
{
    if (ink_call_stored(call, ink_store_bucket_delete(call->gateway->store, call->bucket))) ink_call_answer(call, 204);
}

void ink_call_head_bucket(struct ink_call *call)
{
    if (!ink_call_stored(call, ink_store_bucket_head(call->gateway->store, call->bucket))) return;
    ink_call_answer(call, 200);
    ink_call_answer_header(call, "x-amz-bucket-region", INK_TRIGGER_REGION);
}
