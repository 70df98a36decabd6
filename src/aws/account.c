/* SPDX-License-Identifier: MIT */
#include "aws/account.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/text.h"

enum {
    TRIES = 6,
    FIRST_WAIT_US = 100 * 1000, /* the most before the second try; doubles with each */
    CALL_US = 60 * 1000 * 1000,
    QUIET_US = 30 * 1000 * 1000,
    ANSWER_MAX = 16 * 1024 * 1024,
    FORM_MAX = 256 * 1024,
    HEADERS_MOST = INK_AWS_HEADERS_MOST + 8,
};

/* `version` is a query service's, `prefix` goes before the action in a JSON service's X-Amz-Target. */
static const struct service {
    const char *name, *variable, *host, *signing, *version, *prefix, *json;
} services[] = {
    [INK_AWS_CLOUDFORMATION] = {"CloudFormation", "CLOUDFORMATION", "cloudformation", "cloudformation", "2010-05-15"},
    [INK_AWS_CLOUDWATCH] = {"CloudWatch", "CLOUDWATCH", "monitoring", "monitoring", NULL,
                            "GraniteServiceVersion20100801.", "application/x-amz-json-1.0"},
    [INK_AWS_LAMBDA] = {"Lambda", "LAMBDA", "lambda", "lambda"},
    [INK_AWS_LOGS] = {"CloudWatch Logs", "CLOUDWATCH_LOGS", "logs", "logs", NULL, "Logs_20140328.",
                      "application/x-amz-json-1.1"},
    [INK_AWS_S3] = {"S3", "S3", "s3", "s3"},
    [INK_AWS_SQS] = {"SQS", "SQS", "sqs", "sqs", NULL, "AmazonSQS.", "application/x-amz-json-1.0"},
    [INK_AWS_SSO] = {"SSO", "SSO", "portal.sso", "sso"},
    [INK_AWS_STS] = {"STS", "STS", "sts", "sts", "2011-06-15"},
};

const char *ink_aws_service_name(enum ink_aws_service service)
{
    return services[service].name;
}

/* --- where it goes --------------------------------------------------------------------------------------------------- */

/* A name with a dot fits no wildcard certificate. */
static bool fits_host(const char *bucket)
{
    return bucket && !strchr(bucket, '.');
}

ink_status ink_aws_origin(const struct ink_aws *aws, const struct ink_aws_request *request, struct ink_origin *origin,
                          struct ink_buffer *target, struct ink_error *err)
{
    const struct service *service = &services[request->service];
    const char *endpoint = ink_aws_endpoint_from_env(service->variable), *region = aws->config.region, *path = "";
    bool in_host = !endpoint && fits_host(request->bucket);
    size_t path_len = 0;
    if (endpoint) {
        ink_status st = ink_url_parse(endpoint, origin, &path, &path_len, err);
        if (st) return ink_fail_in(err, "the endpoint that the environment sets for %s", service->name);
    } else {
        *origin = (struct ink_origin){.tls = true, .port = 443};
        int len = snprintf(origin->host, sizeof origin->host, "%s%s%s.%s.%s", in_host ? request->bucket : "",
                           in_host ? "." : "", service->host, region, ink_aws_domain(region));
        bool fits = len > 0 && len < (int)sizeof origin->host &&
                    strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(region);
        if (!fits) return ink_fail(err, INK_E_ARGUMENT, "\"%.40s\" is no region's name", region);
    }
    ink_buffer_append(target, path, path_len);
    if (request->bucket && !in_host) ink_buffer_printf(target, "/%s", request->bucket); /* "/bucket?policy" */
    return ink_buffer_text(target, request->target + (request->bucket && !in_host));
}

/* --- one try ---------------------------------------------------------------------------------------------------------- */

struct attempt {
    struct ink_buffer target, host, authorization;
    struct ink_http_header headers[HEADERS_MOST];
    struct ink_sigv4_header to_sign[HEADERS_MOST];
    size_t count;
    char date[INK_SIGV4_TIME + 1], sha256[INK_SIGV4_HEX + 1];
};

static void header(struct attempt *a, const char *name, const char *value)
{
    if (value) a->headers[a->count++] = (struct ink_http_header){name, value};
}

static ink_status sign(const struct ink_aws *aws, const struct ink_aws_request *request, struct attempt *a,
                       struct ink_error *err)
{
    const struct ink_aws_config *config = &aws->config;
    const char *target = (const char *)a->target.data, *query = strchr(target, '?');
    if (!config->access_key) return ink_fail(err, INK_E_DENIED, "no credentials");
    for (size_t i = 0; i < a->count; i++)
        a->to_sign[i] =
            (struct ink_sigv4_header){ink_view_text(a->headers[i].name), ink_view_text(a->headers[i].value)};
    struct ink_sigv4_request to_sign = {
        .method = ink_view_text(request->method),
        .path = ink_view_of(target, query ? (size_t)(query - target) : a->target.len),
        .query = query ? ink_view_text(query + 1) : (struct ink_view){NULL, 0},
        .headers = a->to_sign,
        .header_count = a->count,
        .payload_hash = ink_view_text(a->sha256),
    };
    struct ink_sigv4_signer signer = {
        .access_key = ink_view_text(config->access_key),
        .secret = ink_view_text(config->secret),
        .region = ink_view_text(config->region),
        .service = ink_view_text(services[request->service].signing),
    };
    ink_status st = ink_sigv4_authorize(&signer, &to_sign, ink_view_text(a->date), &a->authorization, err);
    if (!st) header(a, "Authorization", (const char *)a->authorization.data);
    return st;
}

static ink_status write_request(const struct ink_aws *aws, const struct ink_aws_request *request, struct attempt *a,
                                struct ink_http_exchange *x, struct ink_error *err)
{
    uint8_t sha256[INK_SHA256_LEN];
    *a = (struct attempt){0};
    ink_buffer_init(&a->target, 16 * 1024);
    ink_buffer_init(&a->host, 1024);
    ink_buffer_init(&a->authorization, 16 * 1024);
    ink_status st = ink_aws_origin(aws, request, &x->origin, &a->target, err);
    if (st) return st;
    ink_origin_host_header(&x->origin, &a->host);
    ink_date_basic_text(ink_clock_wall_ms() / 1000, a->date);
    ink_sha256(request->body, sha256);
    ink_hex(sha256, sizeof sha256, a->sha256);
    header(a, "Host", (const char *)a->host.data);
    header(a, "Content-Type", request->content_type);
    for (size_t i = 0; i < request->header_count; i++) header(a, request->headers[i].name, request->headers[i].value);
    if (!request->own_proof) {
        header(a, "X-Amz-Date", a->date);
        if (request->service == INK_AWS_S3) header(a, "X-Amz-Content-SHA256", a->sha256);
        header(a, "X-Amz-Security-Token", aws->config.token);
        st = sign(aws, request, a, err);
    }
    header(a, "User-Agent", "inkling/" INK_VERSION);
    x->method = request->method;
    x->target = (const char *)a->target.data;
    x->headers = a->headers;
    x->header_count = a->count;
    x->body = request->body;
    x->answer_cap_bytes = ANSWER_MAX;
    x->quiet_us = QUIET_US;
    return st;
}

/* "ResourceNotFoundException:http://..." is how some REST services write it. */
static void reason_from_header(const struct ink_http_exchange *x, struct ink_aws_fault *fault)
{
    const char *type = ink_http_answer_header(x, "x-amzn-ErrorType");
    if (type) ink_text_escape(type, strcspn(type, ":"), fault->reason, sizeof fault->reason);
}

static ink_status judge(struct ink_aws *aws, enum ink_aws_service service, struct ink_http_exchange *x,
                        struct ink_buffer *answer, bool *again, struct ink_error *err)
{
    struct ink_aws_fault *fault = &aws->fault;
    *again = x->status == INK_E_NETWORK || x->status == INK_E_TIMEOUT;
    if (x->status == INK_E_NETWORK && !ink_aws_endpoint_from_env(services[service].variable))
        return ink_fail(err, x->status, "%s; is %s a region, and is this machine on the network?", x->error.text,
                        aws->config.region);
    if (x->status) return ink_fail(err, x->status, "%s", x->error.text);
    if (x->code >= 200 && x->code < 300) {
        *answer = x->body_in;
        x->body_in = (struct ink_buffer){0};
        return INK_OK;
    }
    fault->code = x->code;
    reason_from_header(x, fault);
    ink_aws_fault_read(ink_buffer_view(&x->body_in), fault);
    *again = ink_aws_fault_may_pass(fault);
    return ink_aws_fault_tell(fault, err);
}

static ink_status try_once(struct ink_aws *aws, const struct ink_aws_request *request, uint64_t deadline_us,
                           struct ink_buffer *answer, bool *again, struct ink_error *err)
{
    struct attempt a;
    struct ink_http_exchange x = {.deadline_us = deadline_us};
    aws->fault = (struct ink_aws_fault){0};
    *again = false;
    ink_status st = write_request(aws, request, &a, &x, err);
    if (!st) {
        ink_http_perform(aws->http, &x, 1);
        st = judge(aws, request->service, &x, answer, again, err);
    }
    ink_http_exchange_cleanup(&x);
    ink_buffer_cleanup(&a.target);
    ink_buffer_cleanup(&a.host);
    ink_buffer_cleanup(&a.authorization);
    return st;
}

/* "Full jitter" (Brooker, AWS Architecture Blog 2015): anything from nothing to the doubled wait. */
static void pause_before(unsigned tries)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0) random = (uint32_t)ink_clock_us();
    uint64_t us = random % ((uint64_t)FIRST_WAIT_US << tries);
    nanosleep(&(struct timespec){.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000}, NULL);
}

ink_status ink_aws_send(struct ink_aws *aws, const struct ink_aws_request *request, struct ink_buffer *answer,
                        struct ink_error *err)
{
    uint64_t deadline_us = ink_clock_us() + CALL_US;
    bool again = true;
    ink_status st = INK_OK;
    *answer = (struct ink_buffer){0};
    for (unsigned tries = 0; again && tries < TRIES && ink_clock_us() < deadline_us; tries++) {
        if (tries) pause_before(tries);
        st = try_once(aws, request, deadline_us, answer, &again, err);
    }
    if (!st) return INK_OK;
    return ink_fail_in(err, "%s %s", ink_aws_service_name(request->service), request->action);
}

/* --- forms and JSON --------------------------------------------------------------------------------------------------- */

void ink_aws_form_init(struct ink_buffer *form, enum ink_aws_service service, const char *action)
{
    ink_buffer_init(form, FORM_MAX);
    ink_buffer_printf(form, "Action=%s&Version=%s", action, services[service].version);
}

void ink_aws_form_add(struct ink_buffer *form, struct ink_view value, const char *name, ...)
{
    char text[128];
    va_list list;
    va_start(list, name);
    vsnprintf(text, sizeof text, name, list);
    va_end(list);
    ink_buffer_printf(form, "&%s=", text);
    ink_url_encode(value, false, form);
}

ink_status ink_aws_query(struct ink_aws *aws, enum ink_aws_service service, const char *action, struct ink_buffer *form,
                         struct ink_arena *arena, struct ink_xml **root, struct ink_error *err)
{
    struct ink_xml *unused;
    struct ink_buffer answer = {0};
    ink_status st = form->failed ? ink_fail(err, INK_E_LIMIT, "%s: the call is too long", action) : INK_OK;
    struct ink_aws_request request = {
        .service = service,
        .action = action,
        .method = "POST",
        .target = "/",
        .content_type = "application/x-www-form-urlencoded; charset=utf-8",
        .body = ink_buffer_view(form),
    };
    if (!st) st = ink_aws_send(aws, &request, &answer, err);
    if (!st && ink_xml_read(ink_buffer_view(&answer), arena, root ? root : &unused, err))
        st = ink_fail_in(err, "%s %s", ink_aws_service_name(service), action);
    ink_buffer_cleanup(&answer);
    ink_buffer_cleanup(form);
    return st;
}

static ink_status read_json(const struct ink_aws_request *request, struct ink_buffer *bytes, json_t **answer,
                            struct ink_error *err)
{
    *answer = bytes->len ? json_loadb((const char *)bytes->data, bytes->len, 0, NULL) : json_object();
    ink_buffer_cleanup(bytes);
    if (json_is_object(*answer)) return INK_OK;
    json_decref(*answer);
    *answer = NULL;
    return ink_fail(err, INK_E_FORMAT, "%s %s: the answer is no JSON that can be read",
                    ink_aws_service_name(request->service), request->action);
}

ink_status ink_aws_get_json(struct ink_aws *aws, const struct ink_aws_request *request, json_t **answer,
                            struct ink_error *err)
{
    struct ink_buffer bytes;
    *answer = NULL;
    ink_status st = ink_aws_send(aws, request, &bytes, err);
    return st ? st : read_json(request, &bytes, answer, err);
}

ink_status ink_aws_json(struct ink_aws *aws, enum ink_aws_service service, const char *action, json_t *params,
                        json_t **answer, struct ink_error *err)
{
    char target[96];
    snprintf(target, sizeof target, "%s%s", services[service].prefix, action);
    char *text = params ? json_dumps(params, JSON_COMPACT) : NULL;
    json_decref(params);
    *answer = NULL;
    if (!text) return ink_fail(err, INK_E_OOM, "%s: out of memory", action);
    struct ink_http_header names = {"X-Amz-Target", target};
    struct ink_aws_request request = {
        .service = service,
        .action = action,
        .method = "POST",
        .target = "/",
        .headers = &names,
        .header_count = 1,
        .content_type = services[service].json,
        .body = ink_view_text(text),
    };
    ink_status st = ink_aws_get_json(aws, &request, answer, err);
    free(text);
    return st;
}

const char *ink_aws_member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}
