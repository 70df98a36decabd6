/* SPDX-License-Identifier: MIT */
#include "cli/deployed.h"

#include <stdio.h>

#include "aws/credentials.h"
#include "base/bucket_name.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };

static struct ink_credentials_wish wish_of(const struct ink_args *args)
{
    return (struct ink_credentials_wish){ink_args_value(args, "profile"), ink_args_value(args, "region")};
}

/* A bucket may have dots, a stack and a function may not. "a.b" and "a-b" would have the same; ink_deployed_look tells. */
void ink_deployed_stack_name(const char *bucket, char out[INK_STACK_NAME_MAX + 1])
{
    snprintf(out, INK_STACK_NAME_MAX + 1, "inkling-%s", bucket);
    for (char *p = out; *p; p++)
        if (*p == '.') *p = '-';
}

ink_status ink_deployed_open(struct ink_deployed *d, const char *bucket, const struct ink_args *args,
                             struct ink_error *err)
{
    struct ink_credentials_wish wish = wish_of(args);
    *d = (struct ink_deployed){.bucket = bucket};
    ink_arena_init(&d->arena, ARENA_BYTES);
    if (!ink_bucket_name_fits(bucket))
        return ink_fail(err, INK_E_ARGUMENT,
                        "no bucket's name: 3 to 63 small letters, digits, '-' and '.', and a letter or digit at both "
                        "ends");
    ink_deployed_stack_name(bucket, d->stack_name);
    snprintf(d->function_name, sizeof d->function_name, "%.*s", INK_FUNCTION_NAME_MAX, d->stack_name);
    d->http = ink_http_client_new();
    if (!d->http) return ink_fail(err, INK_E_OOM, "no memory for connections");
    d->aws.http = d->http;
    return ink_credentials_region(&wish, &d->arena, &d->aws.config.region, err);
}

ink_status ink_deployed_enter(struct ink_deployed *d, const struct ink_args *args, struct ink_error *err)
{
    struct ink_credentials_wish wish = wish_of(args);
    ink_status st = ink_credentials_find(d->http, &wish, &d->arena, &d->aws.config, err);
    if (!st) st = ink_sts_caller(&d->aws, &d->caller, err);
    if (st) return st;
    snprintf(d->code_bucket, sizeof d->code_bucket, "inkling-code-%s-%s", d->caller.account, d->aws.config.region);
    return ink_deployed_look(d, err);
}

ink_status ink_deployed_look(struct ink_deployed *d, struct ink_error *err)
{
    ink_status st = ink_stack_describe(&d->aws, d->stack_name, &d->arena, &d->stack, err);
    if (st || d->stack.state->stage == INK_STACK_NONE) return st;
    const char *bucket = ink_stack_parameter(&d->stack, "Bucket");
    if (*bucket && strcmp(bucket, d->bucket) != 0)
        return ink_fail(err, INK_E_CHANGED, "the stack %s belongs to the bucket %s: take another name", d->stack_name,
                        bucket);
    const char *name = ink_stack_parameter(&d->stack, "Name");
    if (*name) snprintf(d->function_name, sizeof d->function_name, "%s", name);
    return INK_OK;
}

ink_status ink_deployed_must_exist(const struct ink_deployed *d, struct ink_error *err)
{
    if (d->stack.state->stage != INK_STACK_NONE) return INK_OK;
    return ink_fail(
        err, INK_E_NOT_FOUND,
        "there is no stack %s in %s of account %s: `inkling deploy %s` makes it; was it another --region or "
        "--profile?",
        d->stack_name, d->aws.config.region, d->caller.account, d->bucket);
}

void ink_deployed_close(struct ink_deployed *d)
{
    ink_http_client_free(d->http);
    ink_arena_cleanup(&d->arena);
}
