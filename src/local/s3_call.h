/* SPDX-License-Identifier: MIT */
/* s3_call.h - one S3 request on its way through: what was asked, its body, its answer. Shared by the s3_*.c files.
 *
 * A row of the table (s3_routes.c) has two functions: `begin`, before the body, opens call->put when the body belongs in
 * the store; `run`, when the body is in and has been checked, does the work and answers. Either may refuse instead. */
#ifndef INK_LOCAL_S3_CALL_H
#define INK_LOCAL_S3_CALL_H

#include "local/auth.h"
#include "local/chunked.h"
#include "local/gateway.h"
#include "local/integrity.h"
#include "local/xml.h"

enum { INK_CALL_OBJECT_MAX_GIB = 5, INK_CALL_METADATA_MAX = 2048 };

#define INK_CALL_HOST_ID  "inkling" /* x-amz-id-2 */
#define INK_CALL_OWNER_ID "0000000000000000000000000000000000000000000000000000000000000000"

enum ink_call_level { INK_CALL_SERVICE, INK_CALL_BUCKET, INK_CALL_OBJECT };

struct ink_call;

struct ink_call_row {
    const char *name; /* as AWS calls it */
    const char *method;
    enum ink_call_level level;
    const char *marker;                   /* a query parameter that must be there; NULL: none */
    const char *header;                   /* a header that must be there; NULL: none */
    void (*begin)(struct ink_call *call); /* NULL: the body, if any, is kept in call->text */
    void (*run)(struct ink_call *call);
};

struct ink_call {
    struct ink_gateway *gateway;
    struct ink_http_request *http;
    struct ink_arena *arena; /* http's */
    struct ink_uri uri;
    const char *bucket; /* NULL: the service */
    const char *key;    /* NULL: the bucket */
    const struct ink_call_row *row;
    struct ink_auth auth;
    struct ink_integrity integrity;
    struct ink_refusal refusal;
    char request_id[17];

    bool aws_chunked;
    struct ink_chunked chunked;
    struct ink_store_put *put; /* where the body goes; NULL: to text */
    struct ink_buffer text;
    uint64_t body_len;

    struct ink_buffer out; /* the answer's XML */
};

/* The first row that fits, or NULL: no such method here. */
const struct ink_call_row *ink_call_route(const struct ink_call *call);

/* --- asking --------------------------------------------------------------------------------------------------------- */

const char *ink_call_header(const struct ink_call *call, const char *name);
const char *ink_call_param(const struct ink_call *call, const char *name);

/* A parameter that is a number of 0..max; `otherwise` when it is missing. Refuses what is no number. */
bool ink_call_number(struct ink_call *call, const char *name, uint64_t max, uint64_t otherwise, uint64_t *out);

struct ink_store_origin ink_call_origin(const struct ink_call *call);

/* The body as XML, whose root must have that name. Refuses with MalformedXML. */
const struct ink_xml_node *ink_call_xml(struct ink_call *call, const char *root);

/* If-Match and If-None-Match of a write. False when refused. */
bool ink_call_write_condition(struct ink_call *call, struct ink_store_condition *out);

/* What of the request's headers is kept with an object, with room for `more` besides. False when refused. */
bool ink_call_object_headers(struct ink_call *call, size_t more, struct ink_store_headers *out);

/* Adds one; there must be room. */
void ink_call_add_header(struct ink_store_headers *headers, const char *name, const char *value);

/* The value of a kept header, or NULL. */
const char *ink_call_kept(const struct ink_store_headers *headers, const char *name);

/* An ETag from XML or a header without its quotes; in the arena. */
const char *ink_call_etag(const struct ink_call *call, const char *text);

/* --- answering ------------------------------------------------------------------------------------------------------ */

void ink_call_refuse(struct ink_call *call, enum ink_refuse code, const char *message);
void ink_call_refuse_argument(struct ink_call *call, const char *name, const char *value, const char *message);

/* Refuses when status is not OK; returns whether it is. */
bool ink_call_stored(struct ink_call *call, ink_store_status status);

void ink_call_answer(struct ink_call *call, unsigned status); /* without a body */
void ink_call_answer_xml(struct ink_call *call);              /* 200 with call->out */
void ink_call_answer_etag(struct ink_call *call, const char *etag);
void ink_call_answer_header(struct ink_call *call, const char *name, const char *value);

/* x-amz-checksum-* of what came, when there was one. */
void ink_call_answer_sum(struct ink_call *call);

/* <Owner>, <LastModified>2024-11-02T16:51:31.000Z</LastModified>, <ETag>"..."</ETag> */
void ink_call_write_owner(struct ink_call *call, const char *element);
void ink_call_write_date(struct ink_call *call, const char *element, int64_t wall_ms);
void ink_call_write_etag(struct ink_call *call, const char *etag);

/* --- the calls (s3_*.c) --------------------------------------------------------------------------------------------- */

/* s3_bucket.c */
void ink_call_list_buckets(struct ink_call *call);
void ink_call_create_bucket(struct ink_call *call);
void ink_call_delete_bucket(struct ink_call *call);
void ink_call_head_bucket(struct ink_call *call);

/* s3_config.c */
void ink_call_get_location(struct ink_call *call);
void ink_call_get_acl(struct ink_call *call);
void ink_call_put_acl(struct ink_call *call);
void ink_call_get_empty(struct ink_call *call);
void ink_call_get_absent(struct ink_call *call);
void ink_call_get_object_tagging(struct ink_call *call);
void ink_call_get_request_payment(struct ink_call *call);
void ink_call_not_implemented(struct ink_call *call);

/* s3_object.c, s3_read.c */
void ink_call_put_object_begin(struct ink_call *call);
void ink_call_put_object(struct ink_call *call);
void ink_call_delete_object(struct ink_call *call);
void ink_call_delete_objects(struct ink_call *call);
void ink_call_get_object(struct ink_call *call);
void ink_call_head_object(struct ink_call *call);
void ink_call_get_attributes(struct ink_call *call);

/* s3_copy.c */
void ink_call_copy_object(struct ink_call *call);
void ink_call_upload_part_copy(struct ink_call *call);

/* s3_list.c */
void ink_call_list_objects(struct ink_call *call);
void ink_call_list_objects_v2(struct ink_call *call);
void ink_call_list_versions(struct ink_call *call);

/* s3_upload.c */
void ink_call_create_upload(struct ink_call *call);
void ink_call_upload_part_begin(struct ink_call *call);
void ink_call_upload_part(struct ink_call *call);
void ink_call_list_parts(struct ink_call *call);
void ink_call_list_uploads(struct ink_call *call);
void ink_call_abort_upload(struct ink_call *call);

/* s3_complete.c */
void ink_call_complete_upload(struct ink_call *call);

/* s3_notification.c */
void ink_call_put_notification(struct ink_call *call);
void ink_call_get_notification(struct ink_call *call);

#endif
