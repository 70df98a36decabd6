/* SPDX-License-Identifier: MIT */
/* The table of S3's calls. The first row that fits is taken, so rows with a marker stand above those without. */
#include "local/s3_call.h"

#define SERVICE INK_CALL_SERVICE
#define BUCKET  INK_CALL_BUCKET
#define OBJECT  INK_CALL_OBJECT

static const struct ink_call_row rows[] = {
    /* name, method, level, marker, header, begin, run */
    {"ListBuckets", "GET", SERVICE, NULL, NULL, NULL, ink_call_list_buckets},

    {"GetBucketLocation", "GET", BUCKET, "location", NULL, NULL, ink_call_get_location},
    {"GetBucketNotificationConfiguration", "GET", BUCKET, "notification", NULL, NULL, ink_call_get_notification},
    {"PutBucketNotificationConfiguration", "PUT", BUCKET, "notification", NULL, NULL, ink_call_put_notification},
    {"GetBucketAcl", "GET", BUCKET, "acl", NULL, NULL, ink_call_get_acl},
    {"PutBucketAcl", "PUT", BUCKET, "acl", NULL, NULL, ink_call_put_acl},
    {"GetBucketVersioning", "GET", BUCKET, "versioning", NULL, NULL, ink_call_get_empty},
    {"GetBucketLogging", "GET", BUCKET, "logging", NULL, NULL, ink_call_get_empty},
    {"GetBucketAccelerateConfiguration", "GET", BUCKET, "accelerate", NULL, NULL, ink_call_get_empty},
    {"GetBucketRequestPayment", "GET", BUCKET, "requestPayment", NULL, NULL, ink_call_get_request_payment},
    {"GetBucketCors", "GET", BUCKET, "cors", NULL, NULL, ink_call_get_absent},
    {"GetBucketEncryption", "GET", BUCKET, "encryption", NULL, NULL, ink_call_get_absent},
    {"GetBucketLifecycleConfiguration", "GET", BUCKET, "lifecycle", NULL, NULL, ink_call_get_absent},
    {"GetObjectLockConfiguration", "GET", BUCKET, "object-lock", NULL, NULL, ink_call_get_absent},
    {"GetBucketOwnershipControls", "GET", BUCKET, "ownershipControls", NULL, NULL, ink_call_get_absent},
    {"GetBucketPolicy", "GET", BUCKET, "policy", NULL, NULL, ink_call_get_absent},
    {"GetBucketPolicyStatus", "GET", BUCKET, "policyStatus", NULL, NULL, ink_call_get_absent},
    {"GetPublicAccessBlock", "GET", BUCKET, "publicAccessBlock", NULL, NULL, ink_call_get_absent},
    {"GetBucketReplication", "GET", BUCKET, "replication", NULL, NULL, ink_call_get_absent},
    {"GetBucketTagging", "GET", BUCKET, "tagging", NULL, NULL, ink_call_get_absent},
    {"GetBucketWebsite", "GET", BUCKET, "website", NULL, NULL, ink_call_get_absent},
    {"ListMultipartUploads", "GET", BUCKET, "uploads", NULL, NULL, ink_call_list_uploads},
    {"ListObjectVersions", "GET", BUCKET, "versions", NULL, NULL, ink_call_list_versions},
    {"DeleteObjects", "POST", BUCKET, "delete", NULL, NULL, ink_call_delete_objects},

    {"GetObjectAcl", "GET", OBJECT, "acl", NULL, NULL, ink_call_get_acl},
    {"PutObjectAcl", "PUT", OBJECT, "acl", NULL, NULL, ink_call_put_acl},
    {"GetObjectTagging", "GET", OBJECT, "tagging", NULL, NULL, ink_call_get_object_tagging},
    {"GetObjectAttributes", "GET", OBJECT, "attributes", NULL, NULL, ink_call_get_attributes},
    {"ListParts", "GET", OBJECT, "uploadId", NULL, NULL, ink_call_list_parts},
    {"CreateMultipartUpload", "POST", OBJECT, "uploads", NULL, NULL, ink_call_create_upload},
    {"CompleteMultipartUpload", "POST", OBJECT, "uploadId", NULL, NULL, ink_call_complete_upload},
    {"AbortMultipartUpload", "DELETE", OBJECT, "uploadId", NULL, NULL, ink_call_abort_upload},
    {"UploadPartCopy", "PUT", OBJECT, "uploadId", "x-amz-copy-source", NULL, ink_call_upload_part_copy},
    {"UploadPart", "PUT", OBJECT, "uploadId", NULL, ink_call_upload_part_begin, ink_call_upload_part},

/* sub-resources that there is no row for above */
#define ABSENT(marker)                                                                                                 \
    {marker, NULL, BUCKET, marker, NULL, NULL, ink_call_not_implemented},                                              \
    {                                                                                                                  \
        marker, NULL, OBJECT, marker, NULL, NULL, ink_call_not_implemented                                             \
    }
    ABSENT("accelerate"),
    ABSENT("acl"),
    ABSENT("analytics"),
    ABSENT("cors"),
    ABSENT("delete"),
    ABSENT("encryption"),
    ABSENT("intelligent-tiering"),
    ABSENT("inventory"),
    ABSENT("legal-hold"),
    ABSENT("lifecycle"),
    ABSENT("logging"),
    ABSENT("metrics"),
    ABSENT("notification"),
    ABSENT("object-lock"),
    ABSENT("ownershipControls"),
    ABSENT("policy"),
    ABSENT("policyStatus"),
    ABSENT("publicAccessBlock"),
    ABSENT("replication"),
    ABSENT("requestPayment"),
    ABSENT("restore"),
    ABSENT("retention"),
    ABSENT("select"),
    ABSENT("session"),
    ABSENT("tagging"),
    ABSENT("torrent"),
    ABSENT("uploads"),
    ABSENT("versioning"),
    ABSENT("versions"),
    ABSENT("website"),
#undef ABSENT

    {"ListObjectsV2", "GET", BUCKET, "list-type", NULL, NULL, ink_call_list_objects_v2},
    {"ListObjects", "GET", BUCKET, NULL, NULL, NULL, ink_call_list_objects},
    {"HeadBucket", "HEAD", BUCKET, NULL, NULL, NULL, ink_call_head_bucket},
    {"CreateBucket", "PUT", BUCKET, NULL, NULL, NULL, ink_call_create_bucket},
    {"DeleteBucket", "DELETE", BUCKET, NULL, NULL, NULL, ink_call_delete_bucket},
    {"GetObject", "GET", OBJECT, NULL, NULL, NULL, ink_call_get_object},
    {"HeadObject", "HEAD", OBJECT, NULL, NULL, NULL, ink_call_head_object},
    {"CopyObject", "PUT", OBJECT, NULL, "x-amz-copy-source", NULL, ink_call_copy_object},
    {"PutObject", "PUT", OBJECT, NULL, NULL, ink_call_put_object_begin, ink_call_put_object},
    {"DeleteObject", "DELETE", OBJECT, NULL, NULL, NULL, ink_call_delete_object},
};

static bool fits(const struct ink_call_row *row, const struct ink_call *call, enum ink_call_level level)
{
    return row->level == level && (!row->method || strcmp(row->method, call->http->method) == 0) &&
           (!row->marker || ink_call_param(call, row->marker)) && (!row->header || ink_call_header(call, row->header));
}

const struct ink_call_row *ink_call_route(const struct ink_call *call)
{
    enum ink_call_level level = call->key ? OBJECT : call->bucket ? BUCKET : SERVICE;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fits(&rows[i], call, level)) return &rows[i];
    return NULL;
}
