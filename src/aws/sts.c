/* SPDX-License-Identifier: MIT */
#include "aws/sts.h"

#include <stdio.h>

#include "aws/keys.h"

enum { ARENA_BYTES = 256 * 1024 };

ink_status ink_sts_caller(struct ink_aws *aws, struct ink_sts_caller *out, struct ink_error *err)
{
    struct ink_arena arena;
    struct ink_buffer form;
    struct ink_xml *root;
    ink_arena_init(&arena, ARENA_BYTES);
    ink_aws_form_init(&form, INK_AWS_STS, "GetCallerIdentity");
    ink_status st = ink_aws_query(aws, INK_AWS_STS, "GetCallerIdentity", &form, &arena, &root, err);
    if (!st) {
        const char *account = ink_xml_text(root, "GetCallerIdentityResult/Account");
        snprintf(out->account, sizeof out->account, "%s", account);
        snprintf(out->arn, sizeof out->arn, "%s", ink_xml_text(root, "GetCallerIdentityResult/Arn"));
        if (strlen(account) != INK_ACCOUNT_LEN || strspn(account, "0123456789") != INK_ACCOUNT_LEN)
            st = ink_fail(err, INK_E_FORMAT, "STS GetCallerIdentity: the answer names no account");
    }
    ink_arena_cleanup(&arena);
    return st;
}

static void add(struct ink_buffer *form, const char *name, const char *value)
{
    if (value) ink_aws_form_add(form, ink_view_text(value), "%s", name);
}

ink_status ink_sts_assume(struct ink_aws *aws, const struct ink_sts_role *role, struct ink_arena *arena,
                          struct ink_aws_config *out, struct ink_error *err)
{
    const char *action = role->web_token ? "AssumeRoleWithWebIdentity" : "AssumeRole";
    struct ink_buffer form, answer = {0};
    struct ink_xml *root;
    ink_aws_form_init(&form, INK_AWS_STS, action);
    add(&form, "RoleArn", role->arn);
    add(&form, "RoleSessionName", role->session ? role->session : "inkling");
    add(&form, "ExternalId", role->external_id);
    add(&form, "DurationSeconds", role->duration_s);
    add(&form, "WebIdentityToken", role->web_token);
    struct ink_aws_request request = {
        .service = INK_AWS_STS,
        .action = action,
        .method = "POST",
        .target = "/",
        .content_type = "application/x-www-form-urlencoded; charset=utf-8",
        .body = ink_buffer_view(&form),
        .own_proof = role->web_token != NULL,
    };
    ink_status st = ink_aws_send(aws, &request, &answer, err);
    if (!st) st = ink_xml_read(ink_buffer_view(&answer), arena, &root, err);
    if (!st) {
        char path[64];
        snprintf(path, sizeof path, "%sResult/Credentials", action);
        const struct ink_xml *keys = ink_xml_at(root, path);
        st = ink_keys_set(out, ink_xml_text(keys, "AccessKeyId"), ink_xml_text(keys, "SecretAccessKey"),
                          ink_xml_text(keys, "SessionToken"), arena, err);
    }
    ink_buffer_cleanup(&answer);
    ink_buffer_cleanup(&form);
    return st ? ink_fail_in(err, "%s", role->arn) : INK_OK;
}
