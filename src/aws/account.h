/* SPDX-License-Identifier: MIT */
/* account.h - calls of any AWS service: one signed request, its answer, and what went wrong in the service's own words.
 *
 *   form or JSON  ->  ink_aws_query | ink_aws_json | ink_aws_send  ->  tree, JSON or bytes
 *
 * A service is a row of the table in account.c. Throttling, 5xx and broken connections are tried again with growing waits for
 * half a minute; what is asked for twice must therefore be harmless. Endpoints: AWS_ENDPOINT_URL_<SERVICE>,
 * AWS_ENDPOINT_URL, else Amazon's in the config's region. One thread. */
#ifndef INK_AWS_ACCOUNT_H
#define INK_AWS_ACCOUNT_H

#include <jansson.h>

#include "aws/config.h"
#include "aws/xml.h"
#include "base/buffer.h"
#include "net/http.h"

enum ink_aws_service {
    INK_AWS_CLOUDFORMATION,
    INK_AWS_CLOUDWATCH,
    INK_AWS_LAMBDA,
    INK_AWS_LOGS,
    INK_AWS_S3,
    INK_AWS_SQS,
    INK_AWS_SSO,
    INK_AWS_STS,
    INK_AWS_SERVICE_COUNT
};

enum { INK_AWS_REASON_MAX = 95, INK_AWS_MESSAGE_MAX = 399 };

/* What a service says of a call that it refused; its texts as they came. */
struct ink_aws_fault {
    int code;                            /* HTTP's; 0: no answer came */
    char reason[INK_AWS_REASON_MAX + 1]; /* "ValidationError"; "" where it gives none */
    char message[INK_AWS_MESSAGE_MAX + 1];
};

/* An account in a region, as its owner sees it. Zero it and fill the first part. */
struct ink_aws {
    struct ink_http_client *http; /* borrowed */
    struct ink_aws_config config;
    struct ink_aws_fault fault; /* of the last call; all empty where that went well */
};

struct ink_aws_request {
    enum ink_aws_service service;
    const char *action; /* for messages: "CreateBucket" */
    const char *method;
    const char *bucket; /* S3 only: goes into the host or in front of the path */
    const char *target; /* path and query, encoded, starts with '/'; S3: "/" or "/?query", the bucket itself */
    const struct ink_http_header *headers; /* besides the usual ones; all are signed */
    size_t header_count;                   /* at most INK_AWS_HEADERS_MOST */
    const char *content_type;              /* NULL: no body */
    struct ink_view body;
    bool own_proof; /* the request says by itself who asks: it is not signed */
};

enum { INK_AWS_HEADERS_MOST = 6 };

/* Sends and waits; `answer`, not yet initialised, gets the body and is the caller's to clean up in every case.
 *
 * INK_E_DENIED   no credentials, or the service refused them or the permission
 * INK_E_NOT_FOUND, INK_E_CHANGED (409, 412), INK_E_ARGUMENT (other 4xx)
 * INK_E_NETWORK, INK_E_TIMEOUT, INK_E_TLS, INK_E_REMOTE (5xx, throttling): after all tries
 * The text is "SERVICE ACTION: what it said; what to do". */
INK_NODISCARD ink_status ink_aws_send(struct ink_aws *aws, const struct ink_aws_request *request,
                                      struct ink_buffer *answer, struct ink_error *err);

/* A query service's call is a form: Action, Version and the parameters. */
void ink_aws_form_init(struct ink_buffer *form, enum ink_aws_service service, const char *action);
void ink_aws_form_add(struct ink_buffer *form, struct ink_view value, const char *name, ...) INK_PRINTF(3, 4);

/* Sends a form (cleaned up in every case). The answer's root element lives in the arena; root may be NULL. */
INK_NODISCARD ink_status ink_aws_query(struct ink_aws *aws, enum ink_aws_service service, const char *action,
                                       struct ink_buffer *form, struct ink_arena *arena, struct ink_xml **root,
                                       struct ink_error *err);

/* A JSON service's call; takes the reference to params (NULL: out of memory). *answer is the caller's to release. */
INK_NODISCARD ink_status ink_aws_json(struct ink_aws *aws, enum ink_aws_service service, const char *action,
                                      json_t *params, json_t **answer, struct ink_error *err);

/* A GET that answers with JSON. */
INK_NODISCARD ink_status ink_aws_get_json(struct ink_aws *aws, const struct ink_aws_request *request, json_t **answer,
                                          struct ink_error *err);

/* Text of a JSON object's member; "" where it is none. */
const char *ink_aws_member(const json_t *object, const char *name);

/* Where a call of the service goes: "cloudformation.eu-west-1.amazonaws.com". */
INK_NODISCARD ink_status ink_aws_origin(const struct ink_aws *aws, const struct ink_aws_request *request,
                                        struct ink_origin *origin, struct ink_buffer *target, struct ink_error *err);

/* "CloudFormation" */
const char *ink_aws_service_name(enum ink_aws_service service);

/* Reads a refusal's body, XML or JSON; what is neither leaves reason and message as they are. Hostile bytes. */
void ink_aws_fault_read(struct ink_view body, struct ink_aws_fault *fault);

/* Puts it in words: status and text as above. */
ink_status ink_aws_fault_tell(const struct ink_aws_fault *fault, struct ink_error *err);

/* Whether the same call may work in a moment. */
bool ink_aws_fault_may_pass(const struct ink_aws_fault *fault);

#endif
