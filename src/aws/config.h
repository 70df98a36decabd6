/* SPDX-License-Identifier: MIT */
/* config.h - who we are and where the services are, from the environment, as the AWS SDKs read it.
 *
 *   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN    credentials
 *   AWS_REGION, AWS_DEFAULT_REGION                                  region; us-east-1 when there is none
 *   AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL                           another S3 than Amazon's; the first one counts
 *   AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true                        ... unless this is set
 *   AWS_LAMBDA_FUNCTION_NAME                                        X-Amzn-Trace-Id goes out with each request */
#ifndef INK_AWS_CONFIG_H
#define INK_AWS_CONFIG_H

#include "base/arena.h"
#include "base/status.h"

struct ink_aws_config {
    const char *access_key; /* NULL: none given */
    const char *secret;
    const char *token;  /* NULL: none */
    const char *region; /* never NULL */
    bool in_lambda;     /* send X-Amzn-Trace-Id from _X_AMZN_TRACE_ID */
};

/* Reads the environment; the strings live in the arena. INK_E_DENIED when one half of the key pair is missing; no
 * credentials at all is not an error here, but when something has to be signed. */
INK_NODISCARD ink_status ink_aws_config_from_env(struct ink_arena *arena, struct ink_aws_config *out,
                                                 struct ink_error *err);

/* The endpoint URL that the environment sets for a service ("S3", "CLOUDFORMATION"), or NULL: Amazon's own. */
const char *ink_aws_endpoint_from_env(const char *service);

/* "amazonaws.com", or what the region's partition has instead. */
const char *ink_aws_domain(const char *region);

#endif
