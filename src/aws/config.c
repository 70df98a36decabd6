/* SPDX-License-Identifier: MIT */
#include "aws/config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/view.h"

/* A variable that is set to nothing counts as not set. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static const char *copied(struct ink_arena *arena, const char *text, bool *full)
{
    const char *copy = text ? ink_arena_text(arena, ink_view_text(text)) : NULL;
    if (text && !copy) *full = true;
    return copy;
}

ink_status ink_aws_config_from_env(struct ink_arena *arena, struct ink_aws_config *out, struct ink_error *err)
{
    bool full = false;
    const char *key = variable("AWS_ACCESS_KEY_ID"), *secret = variable("AWS_SECRET_ACCESS_KEY");
    const char *region = variable("AWS_REGION");
    if (!region) region = variable("AWS_DEFAULT_REGION");
    if (!key != !secret)
        return ink_fail(err, INK_E_DENIED, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: %s is not set",
                        key ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    *out = (struct ink_aws_config){
        .access_key = copied(arena, key, &full),
        .secret = copied(arena, secret, &full),
        .token = copied(arena, key ? variable("AWS_SESSION_TOKEN") : NULL, &full),
        .region = copied(arena, region ? region : "us-east-1", &full),
        .in_lambda = variable("AWS_LAMBDA_FUNCTION_NAME") != NULL,
    };
    return full ? ink_fail(err, INK_E_OOM, "no memory for the credentials") : INK_OK;
}

const char *ink_aws_endpoint_from_env(const char *service)
{
    char name[64];
    const char *ignore = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    if (ignore && ink_text_equal_nocase(ignore, "true")) return NULL;
    snprintf(name, sizeof name, "AWS_ENDPOINT_URL_%s", service);
    const char *endpoint = variable(name);
    return endpoint ? endpoint : variable("AWS_ENDPOINT_URL");
}

const char *ink_aws_domain(const char *region)
{
    static const struct {
        const char *start, *domain;
    } partitions[] = {
        {"cn-", "amazonaws.com.cn"},    {"us-iso-", "c2s.ic.gov"},      {"us-isob-", "sc2s.sgov.gov"},
        {"eu-isoe-", "cloud.adc-e.uk"}, {"us-isof-", "csp.hci.ic.gov"}, {"eusc-", "amazonaws.eu"},
    };
    for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
        if (strncmp(region, partitions[i].start, strlen(partitions[i].start)) == 0) return partitions[i].domain;
    return "amazonaws.com";
}
