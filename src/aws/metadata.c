/* SPDX-License-Identifier: MIT */
#include "aws/metadata.h"

#include <stdlib.h>

#include "aws/keys.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

enum {
    ANSWER_MAX = 64 * 1024,
    CONTAINER_US = 5 * 1000 * 1000,
    INSTANCE_US = 1000 * 1000, /* most machines are no instance, and nobody answers */
};

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* Asks at base + target; the body goes to `out`, which the caller initialised. */
static ink_status ask(struct ink_http_client *http, const char *base, const char *method, const char *target,
                      const struct ink_http_header *header, uint64_t within_us, struct ink_buffer *out,
                      struct ink_error *err)
{
    const char *path;
    size_t path_len;
    struct ink_buffer whole;
    struct ink_http_exchange x = {
        .method = method,
        .headers = header,
        .header_count = header && header->value ? 1 : 0,
        .deadline_us = ink_clock_us() + within_us,
        .answer_cap_bytes = ANSWER_MAX,
    };
    ink_buffer_init(&whole, 8 * 1024);
    ink_status st = ink_url_parse(base, &x.origin, &path, &path_len, err);
    if (!st) {
        ink_buffer_append(&whole, path, path_len);
        st = ink_buffer_text(&whole, *target || path_len ? target : "/");
        x.target = (const char *)whole.data;
    }
    if (!st && ink_http_perform(http, &x, 1)) st = ink_fail(err, x.status, "%s", x.error.text);
    if (!st && x.code != 200)
        st = ink_fail(err, x.code == 404 ? INK_E_NOT_FOUND : INK_E_DENIED, "%s%s answered with %d", base, target,
                      x.code);
    if (!st) st = ink_buffer_append(out, x.body_in.data, x.body_in.len);
    ink_http_exchange_cleanup(&x);
    ink_buffer_cleanup(&whole);
    return st;
}

static ink_status take_keys(const struct ink_buffer *body, struct ink_arena *arena, struct ink_aws_config *out,
                            struct ink_error *err)
{
    json_t *root = json_loadb((const char *)body->data, body->len, 0, NULL);
    ink_status st = root ? ink_keys_from_json(out, root, &ink_keys_metadata, arena, err)
                         : ink_fail(err, INK_E_FORMAT, "the answer is no JSON");
    json_decref(root);
    return st;
}

/* --- container -------------------------------------------------------------------------------------------------------- */

static bool may_have_token(const struct ink_origin *origin)
{
    static const char *const hosts[] = {"localhost",     "127.0.0.1",      "::1",
                                        "169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (!strcmp(origin->host, hosts[i])) return true;
    return origin->tls;
}

static ink_status container_token(struct ink_arena *arena, const char **token, struct ink_error *err)
{
    const char *file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    struct ink_buffer bytes;
    *token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (!file) return INK_OK;
    ink_buffer_init(&bytes, ANSWER_MAX);
    ink_status st = ink_file_read(file, &bytes, err);
    if (!st) {
        size_t len = bytes.len;
        while (len && bytes.data[len - 1] <= ' ') len--;
        *token = ink_arena_text(arena, ink_view_of(bytes.data, len));
        if (!*token) st = ink_fail(err, INK_E_OOM, "no memory for the credentials");
    }
    ink_buffer_cleanup(&bytes);
    return st;
}

ink_status ink_metadata_container_keys(struct ink_http_client *http, struct ink_arena *arena,
                                       struct ink_aws_config *out, struct ink_error *err)
{
    const char *relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"), *token, *path;
    struct ink_origin origin;
    size_t path_len;
    if (!relative && !full) return ink_fail(err, INK_E_NOT_FOUND, "not in a container with credentials");
    const char *query = relative ? relative : strchr(full, '?');
    char *base = relative ? ink_arena_text(arena, ink_view_text("http://169.254.170.2"))
                          : ink_arena_text(arena, ink_view_of(full, query ? (size_t)(query - full) : strlen(full)));
    if (!base) return ink_fail(err, INK_E_OOM, "no memory for the credentials");
    ink_status st = ink_url_parse(base, &origin, &path, &path_len, err);
    if (!st && !may_have_token(&origin))
        st = ink_fail(err, INK_E_DENIED, "%s over plain http: keys are asked for on this machine or over https only",
                      origin.host);
    if (!st) st = container_token(arena, &token, err);
    if (st) return ink_fail_in(err, "the container's credentials");
    struct ink_http_header header = {"Authorization", token};
    struct ink_buffer body;
    ink_buffer_init(&body, ANSWER_MAX);
    st = ask(http, base, "GET", query ? query : "", &header, CONTAINER_US, &body, err);
    if (!st) st = take_keys(&body, arena, out, err);
    ink_buffer_cleanup(&body);
    return st ? ink_fail_in(err, "the container's credentials") : INK_OK;
}

/* --- instance --------------------------------------------------------------------------------------------------------- */

#define ROLES "/latest/meta-data/iam/security-credentials/"

/* IMDSv2: a PUT for a token first, which nothing that merely forwards requests would send. */
static ink_status instance_keys(struct ink_http_client *http, const char *base, struct ink_buffer *text,
                                struct ink_arena *arena, struct ink_aws_config *out, struct ink_error *err)
{
    struct ink_http_header ttl = {"X-aws-ec2-metadata-token-ttl-seconds", "300"}, header = {"X-aws-ec2-metadata-token"};
    ink_status st = ask(http, base, "PUT", "/latest/api/token", &ttl, INSTANCE_US, text, err);
    if (st) return ink_fail(err, INK_E_NOT_FOUND, "not on an instance");
    header.value = ink_arena_text(arena, ink_buffer_view(text));
    ink_buffer_clear(text);
    st = ask(http, base, "GET", ROLES, &header, INSTANCE_US, text, err);
    if (st == INK_E_NOT_FOUND) return ink_fail(err, INK_E_NOT_FOUND, "the instance has no role");
    if (st) return st;
    size_t len = strcspn(text->len ? (const char *)text->data : "", "\r\n ?#/");
    const char *target = ink_arena_printf(arena, ROLES "%.*s", (int)len, len ? (const char *)text->data : "");
    if (!target || !header.value) return ink_fail(err, INK_E_OOM, "no memory for the credentials");
    ink_buffer_clear(text);
    st = ask(http, base, "GET", target, &header, INSTANCE_US, text, err);
    return st ? st : take_keys(text, arena, out, err);
}

ink_status ink_metadata_instance_keys(struct ink_http_client *http, struct ink_arena *arena, struct ink_aws_config *out,
                                      struct ink_error *err)
{
    const char *disabled = variable("AWS_EC2_METADATA_DISABLED");
    const char *base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (disabled && ink_text_equal_nocase(disabled, "true"))
        return ink_fail(err, INK_E_NOT_FOUND, "instance metadata is turned off");
    struct ink_buffer text;
    ink_buffer_init(&text, ANSWER_MAX);
    ink_status st = instance_keys(http, base ? base : "http://169.254.169.254", &text, arena, out, err);
    ink_buffer_cleanup(&text);
    return st ? ink_fail_in(err, "the instance's credentials") : INK_OK;
}
