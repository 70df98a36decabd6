/* SPDX-License-Identifier: MIT */
/* What services say when they refuse, and what it means for the person who called. */
#include <stdio.h>

#include "aws/account.h"

enum { FAULT_ARENA_BYTES = 1024 * 1024 };

static const struct rule {
    const char *reason;
    bool again;
    ink_status status; /* INK_OK: by HTTP's code */
    const char *advice;
} rules[] = {
    {"Throttling", true, INK_E_REMOTE, ""},
    {"ThrottlingException", true, INK_E_REMOTE, ""},
    {"TooManyRequestsException", true, INK_E_REMOTE, ""},
    {"RequestLimitExceeded", true, INK_E_REMOTE, ""},
    {"RequestThrottled", true, INK_E_REMOTE, ""},
    {"SlowDown", true, INK_E_REMOTE, ""},
    {"InternalFailure", true, INK_E_REMOTE, ""},
    {"InternalError", true, INK_E_REMOTE, ""},
    {"ServiceUnavailable", true, INK_E_REMOTE, ""},
    {"OperationAborted", true, INK_E_REMOTE, ""}, /* S3: a bucket of that name is just being made or deleted */
    {"AccessDenied", false, INK_E_DENIED, "; ask for this permission, docs/aws.md lists all that are needed"},
    {"AccessDeniedException", false, INK_E_DENIED, "; ask for this permission, docs/aws.md lists all that are needed"},
    {"InvalidClientTokenId", false, INK_E_DENIED,
     "; the access key is not known there: check it, and whether the region is enabled for the account"},
    {"UnrecognizedClientException", false, INK_E_DENIED,
     "; the access key is not known there: check it, and whether the region is enabled for the account"},
    {"InvalidAccessKeyId", false, INK_E_DENIED, "; the access key is not known there: check it and the endpoint"},
    {"SignatureDoesNotMatch", false, INK_E_DENIED,
     "; the secret is not the access key's, or this machine's clock is wrong"},
    {"IncompleteSignature", false, INK_E_DENIED, ""},
    {"InvalidToken", false, INK_E_DENIED, "; the session token does not belong to the access key"},
    {"ExpiredToken", false, INK_E_DENIED, "; the session is over: sign in again"},
    {"ExpiredTokenException", false, INK_E_DENIED, "; the session is over: sign in again"},
    {"RequestExpired", false, INK_E_DENIED, "; this machine's clock is wrong, or the session is over"},
    {"RequestTimeTooSkewed", false, INK_E_DENIED, "; this machine's clock is wrong"},
    {"OptInRequired", false, INK_E_DENIED, "; the account is not signed up for this service or region"},
    {"UnauthorizedException", false, INK_E_DENIED, "; the session is over: run `aws sso login`"},
    {"BucketAlreadyExists", false, INK_E_CHANGED, "; somebody else has a bucket of that name: take another one"},
};

static const struct rule *rule_of(const char *reason)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (!strcmp(rules[i].reason, reason)) return &rules[i];
    return NULL;
}

static void keep(const char *text, char *out, size_t cap)
{
    if (*text) snprintf(out, cap, "%s", text);
}

/* <ErrorResponse><Error><Code>..</Code><Message>..</Message></Error></ErrorResponse>, or S3's <Error> alone */
static void read_xml(struct ink_view body, struct ink_aws_fault *fault)
{
    struct ink_arena arena;
    struct ink_xml *root;
    ink_arena_init(&arena, FAULT_ARENA_BYTES);
    if (ink_xml_read(body, &arena, &root, NULL) == INK_OK) {
        const struct ink_xml *error = ink_xml_at(root, "Error");
        if (!error) error = root;
        keep(ink_xml_text(error, "Code"), fault->reason, sizeof fault->reason);
        keep(ink_xml_text(error, "Message"), fault->message, sizeof fault->message);
    }
    ink_arena_cleanup(&arena);
}

/* {"__type":"com.amazonaws.logs#ResourceNotFoundException","message":".."}; REST services have the type in a header */
static void read_json(struct ink_view body, struct ink_aws_fault *fault)
{
    json_t *root = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
    const char *type = ink_aws_member(root, "__type"), *mark = strchr(type, '#');
    const char *message = ink_aws_member(root, "message");
    keep(mark ? mark + 1 : type, fault->reason, sizeof fault->reason);
    keep(*message ? message : ink_aws_member(root, "Message"), fault->message, sizeof fault->message);
    json_decref(root);
}

void ink_aws_fault_read(struct ink_view body, struct ink_aws_fault *fault)
{
    if (body.len == 0) return;
    if (body.data[0] == '<')
        read_xml(body, fault);
    else
        read_json(body, fault);
}

bool ink_aws_fault_may_pass(const struct ink_aws_fault *fault)
{
    const struct rule *rule = rule_of(fault->reason);
    return fault->code >= 500 || fault->code == 429 || (rule && rule->again);
}

static ink_status status_of(int code)
{
    if (code == 401 || code == 403) return INK_E_DENIED;
    if (code == 404) return INK_E_NOT_FOUND;
    if (code == 409 || code == 412) return INK_E_CHANGED;
    return code >= 500 || code == 429 || code < 400 ? INK_E_REMOTE : INK_E_ARGUMENT;
}

ink_status ink_aws_fault_tell(const struct ink_aws_fault *fault, struct ink_error *err)
{
    const struct rule *rule = rule_of(fault->reason);
    ink_status st = rule && rule->status ? rule->status : status_of(fault->code);
    return ink_fail(err, st, "%s%s%s (%d)%s", *fault->reason ? fault->reason : "refused", *fault->message ? ": " : "",
                    fault->message, fault->code, rule ? rule->advice : "");
}
