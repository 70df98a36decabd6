/* SPDX-License-Identifier: MIT */
/* Sub-resources that clients look at in passing: answered as S3 answers for a bucket that has none of it. */
#include "local/s3_call.h"

static bool bucket_there(struct ink_call *call)
{
    return ink_call_stored(call, ink_store_bucket_head(call->gateway->store, call->bucket));
}

static bool object_there(struct ink_call *call)
{
    struct ink_store_object object;
    return ink_call_stored(call, ink_store_head(call->gateway->store, call->bucket, call->key, call->arena, &object));
}

void ink_call_get_location(struct ink_call *call)
{
    if (!bucket_there(call)) return;
    ink_xml_begin(&call->out, "LocationConstraint"); /* empty: us-east-1 */
    ink_xml_close(&call->out, "LocationConstraint");
    ink_call_answer_xml(call);
}

/* For a bucket and for an object: the owner may do everything, nobody else anything. */
void ink_call_get_acl(struct ink_call *call)
{
    if (call->key ? !object_there(call) : !bucket_there(call)) return;
    ink_xml_begin(&call->out, "AccessControlPolicy");
    ink_call_write_owner(call, "Owner");
    ink_xml_open(&call->out, "AccessControlList");
    ink_xml_open(&call->out, "Grant");
    ink_buffer_text(&call->out, "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                                "xsi:type=\"CanonicalUser\">");
    ink_xml_text(&call->out, "ID", INK_CALL_OWNER_ID);
    ink_xml_text(&call->out, "DisplayName", "inkling");
    ink_xml_close(&call->out, "Grantee");
    ink_xml_text(&call->out, "Permission", "FULL_CONTROL");
    ink_xml_close(&call->out, "Grant");
    ink_xml_close(&call->out, "AccessControlList");
    ink_xml_close(&call->out, "AccessControlPolicy");
    ink_call_answer_xml(call);
}

/* Whether the request asks for what is so anyway: everything for the owner, nothing for others. s3cmd copies ACLs along. */
static bool asks_for_private(struct ink_call *call)
{
    const char *canned = ink_call_header(call, "x-amz-acl");
    if (canned) return strcmp(canned, "private") == 0 || strcmp(canned, "bucket-owner-full-control") == 0;
    const struct ink_xml_node *root = ink_call_xml(call, "AccessControlPolicy");
    const struct ink_xml_node *grant = ink_xml_child(ink_xml_child(root, "AccessControlList"), "Grant");
    for (; grant; grant = ink_xml_next(grant)) {
        const char *id = ink_xml_child_text(ink_xml_child(grant, "Grantee"), "ID");
        if (!id || strcmp(id, INK_CALL_OWNER_ID) != 0) return false;
    }
    return root != NULL;
}

void ink_call_put_acl(struct ink_call *call)
{
    if (call->key ? !object_there(call) : !bucket_there(call)) return;
    if (asks_for_private(call))
        ink_call_answer(call, 200);
    else
        ink_call_refuse(call, INK_REFUSE_ACL_NOT_SUPPORTED, NULL);
}

/* A configuration that is there and empty. */
void ink_call_get_empty(struct ink_call *call)
{
    static const char *const roots[][2] = {{"versioning", "VersioningConfiguration"},
                                           {"logging", "BucketLoggingStatus"},
                                           {"accelerate", "AccelerateConfiguration"}};
    if (!bucket_there(call)) return;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        if (strcmp(call->row->marker, roots[i][0]) != 0) continue;
        ink_xml_begin(&call->out, roots[i][1]);
        ink_xml_close(&call->out, roots[i][1]);
    }
    ink_call_answer_xml(call);
}

void ink_call_get_request_payment(struct ink_call *call)
{
    if (!bucket_there(call)) return;
    ink_xml_begin(&call->out, "RequestPaymentConfiguration");
    ink_xml_text(&call->out, "Payer", "BucketOwner");
    ink_xml_close(&call->out, "RequestPaymentConfiguration");
    ink_call_answer_xml(call);
}

/* A configuration that is not there: each has a code of its own. */
void ink_call_get_absent(struct ink_call *call)
{
    static const struct {
        const char *marker;
        enum ink_refuse code;
    } absent[] = {
        {"cors", INK_REFUSE_NO_CORS},
        {"encryption", INK_REFUSE_NO_ENCRYPTION},
        {"lifecycle", INK_REFUSE_NO_LIFECYCLE},
        {"object-lock", INK_REFUSE_NO_OBJECT_LOCK},
        {"ownershipControls", INK_REFUSE_NO_OWNERSHIP},
        {"policy", INK_REFUSE_NO_BUCKET_POLICY},
        {"policyStatus", INK_REFUSE_NO_BUCKET_POLICY},
        {"publicAccessBlock", INK_REFUSE_NO_PUBLIC_BLOCK},
        {"replication", INK_REFUSE_NO_REPLICATION},
        {"tagging", INK_REFUSE_NO_TAGS},
        {"website", INK_REFUSE_NO_WEBSITE},
    };
    if (!bucket_there(call)) return;
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (strcmp(call->row->marker, absent[i].marker) == 0) ink_call_refuse(call, absent[i].code, NULL);
    ink_refuse_detail(&call->refusal, "BucketName", call->bucket);
}

void ink_call_get_object_tagging(struct ink_call *call)
{
    if (!object_there(call)) return;
    ink_xml_begin(&call->out, "Tagging");
    ink_buffer_text(&call->out, "<TagSet></TagSet>");
    ink_xml_close(&call->out, "Tagging");
    ink_call_answer_xml(call);
}

void ink_call_not_implemented(struct ink_call *call)
{
    ink_call_refuse(call, INK_REFUSE_NOT_IMPLEMENTED,
                    ink_arena_printf(call->arena, "This local cloud does not implement %s of \"?%s\".",
                                     call->http->method, call->row->marker));
}
