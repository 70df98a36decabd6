/* SPDX-License-Identifier: MIT */
/* Objects: put and delete. */
#include "local/s3_call.h"

void ink_call_put_object_begin(struct ink_call *call)
{
    struct ink_store_condition condition;
    if (!ink_call_write_condition(call, &condition)) return;
    ink_call_stored(call, ink_store_put_begin(call->gateway->store, call->bucket, call->key, call->http->content_length,
                                              &call->put));
}

void ink_call_put_object(struct ink_call *call)
{
    struct ink_store_commit commit = {.origin = ink_call_origin(call), .event = "ObjectCreated:Put"};
    struct ink_store_object object;
    if (!ink_call_write_condition(call, &commit.condition) || !ink_call_object_headers(call, 2, &commit.headers))
        return;
    if (call->integrity.kind != INK_SUM_NONE) {
        ink_call_add_header(&commit.headers, ink_sum_header(call->integrity.kind), call->integrity.value);
        ink_call_add_header(&commit.headers, "x-amz-checksum-type", "FULL_OBJECT");
    }
    struct ink_store_put *put = call->put;
    call->put = NULL; /* the commit frees it, whatever comes */
    if (!ink_call_stored(call, ink_store_put_commit(put, &commit, &object))) return;
    ink_call_answer(call, 200);
    ink_call_answer_etag(call, object.etag);
    ink_call_answer_sum(call);
}

void ink_call_delete_object(struct ink_call *call)
{
    static const char *const express_only[] = {"x-amz-if-match-last-modified-time", "x-amz-if-match-size"};
    struct ink_store_origin origin = ink_call_origin(call);
    const char *match = ink_call_header(call, "If-Match");
    struct ink_store_condition condition = {.if_match = match ? ink_call_etag(call, match) : NULL};
    for (size_t i = 0; i < sizeof express_only / sizeof *express_only; i++)
        if (ink_call_header(call, express_only[i])) {
            ink_call_refuse(call, INK_REFUSE_NOT_IMPLEMENTED, NULL);
            ink_refuse_detail(&call->refusal, "Header", express_only[i]);
            return;
        }
    if (ink_call_stored(
            call, ink_store_delete(call->gateway->store, call->bucket, call->key, match ? &condition : NULL, &origin)))
        ink_call_answer(call, 204);
}

/* --- many at once --------------------------------------------------------------------------------------------------- */

enum { DELETE_MAX = 1000 };

struct doomed {
    const char *keys[DELETE_MAX];
    const char *versions[DELETE_MAX]; /* NULL where none was named */
    size_t count;
    bool quiet;
};

static bool read_doomed(struct ink_call *call, struct doomed *doomed)
{
    const struct ink_xml_node *root = ink_call_xml(call, "Delete");
    if (!root) return false;
    const char *quiet = ink_xml_child_text(root, "Quiet");
    doomed->quiet = quiet && strcmp(quiet, "true") == 0;
    for (const struct ink_xml_node *o = ink_xml_child(root, "Object"); o; o = ink_xml_next(o)) {
        const char *key = ink_xml_child_text(o, "Key");
        if (!key || doomed->count == DELETE_MAX) return ink_refuse(&call->refusal, INK_REFUSE_MALFORMED_XML, NULL);
        doomed->versions[doomed->count] = ink_xml_child_text(o, "VersionId");
        doomed->keys[doomed->count++] = key;
    }
    return doomed->count > 0 || ink_refuse(&call->refusal, INK_REFUSE_MALFORMED_XML, NULL);
}

static void write_doomed(struct ink_call *call, const struct doomed *doomed, const ink_store_status *statuses)
{
    ink_xml_begin(&call->out, "DeleteResult");
    for (size_t i = 0; i < doomed->count; i++) {
        bool deleted = statuses[i] == INK_STORE_OK;
        if (deleted && doomed->quiet) continue;
        ink_xml_open(&call->out, deleted ? "Deleted" : "Error");
        ink_xml_text(&call->out, "Key", doomed->keys[i]);
        ink_xml_text(&call->out, "VersionId", doomed->versions[i]);
        if (!deleted) {
            ink_xml_text(&call->out, "Code", ink_store_word(statuses[i]));
            ink_xml_text(&call->out, "Message", ink_store_meaning(statuses[i]));
        }
        ink_xml_close(&call->out, deleted ? "Deleted" : "Error");
    }
    ink_xml_close(&call->out, "DeleteResult");
    ink_call_answer_xml(call);
}

void ink_call_delete_objects(struct ink_call *call)
{
    if (!call->integrity.has_md5 && call->integrity.kind == INK_SUM_NONE) {
        ink_call_refuse(call, INK_REFUSE_INVALID_REQUEST,
                        "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        return;
    }
    struct doomed *doomed = INK_ARENA_NEW(call->arena, struct doomed);
    ink_store_status *statuses = INK_ARENA_ARRAY(call->arena, ink_store_status, DELETE_MAX);
    struct ink_store_origin origin = ink_call_origin(call);
    if (!doomed || !statuses) {
        ink_call_refuse(call, INK_REFUSE_UNAVAILABLE, NULL);
        return;
    }
    if (!read_doomed(call, doomed)) return;
    if (ink_call_stored(call, ink_store_delete_many(call->gateway->store, call->bucket, doomed->keys, doomed->count,
                                                    &origin, statuses)))
        write_doomed(call, doomed, statuses);
}
