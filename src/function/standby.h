/* SPDX-License-Identifier: MIT */
/* standby.h - what the function does about a computation that overruns (pipeline/standby.h): connections that the main
 * thread does not use, made when they are needed, and the program started over in the same process. */
#ifndef INK_FUNCTION_STANDBY_H
#define INK_FUNCTION_STANDBY_H

#include "aws/runtime.h"
#include "pipeline/standby.h"

struct ink_function_standby {
    struct ink_standby standby;
    const struct ink_aws_config *config;
    const char *runtime_api;                 /* AWS_LAMBDA_RUNTIME_API */
    const struct ink_invocation *invocation; /* the present one */

    /* of the watching thread */
    struct ink_http_client *http;
    struct ink_s3 *s3;
    struct ink_s3_objects objects;
    struct ink_runtime *runtime;
};

/* All of them are borrowed, and live as long as somebody is watched. */
void ink_function_standby_init(struct ink_function_standby *out, const struct ink_aws_config *config,
                               const char *runtime_api, const struct ink_invocation *invocation);

#endif
