/* SPDX-License-Identifier: MIT */
/* deployed.h - a bucket's pipeline in somebody's AWS account: who asks, what its parts are called, what there is of it. */
#ifndef INK_CLI_DEPLOYED_H
#define INK_CLI_DEPLOYED_H

#include "aws/bucket.h"
#include "aws/cloudformation.h"
#include "aws/sts.h"
#include "cli/command.h"

enum { INK_STACK_NAME_MAX = 8 + 63, INK_FUNCTION_NAME_MAX = 64, INK_CODE_BUCKET_MAX = 63 };

struct ink_deployed {
    struct ink_arena arena;
    struct ink_http_client *http;
    struct ink_aws aws;
    const char *bucket; /* borrowed */
    char stack_name[INK_STACK_NAME_MAX + 1];
    char function_name[INK_FUNCTION_NAME_MAX + 1];
    char code_bucket[INK_CODE_BUCKET_MAX + 1]; /* "inkling-code-ACCOUNT-REGION"; known after ink_deployed_enter */
    struct ink_sts_caller caller;
    struct ink_stack stack;
};

/* "inkling-" and the bucket's name with '-' for each '.'. */
void ink_deployed_stack_name(const char *bucket, char out[INK_STACK_NAME_MAX + 1]);

/* What every command that goes to AWS takes. */
#define INK_OPTION_PROFILE                                                                                             \
    {                                                                                                                  \
        "profile", "P", "the profile of ~/.aws to use (default: AWS_PROFILE, else default)"                            \
    }
#define INK_OPTION_REGION                                                                                              \
    {                                                                                                                  \
        "region", "R", "the region (default: AWS_REGION, AWS_DEFAULT_REGION, the profile's)"                           \
    }

/* Says what the parts are called and which region it is; asks nobody. Always followed by ink_deployed_close.
 * INK_E_ARGUMENT: no bucket's name, no region. */
INK_NODISCARD ink_status ink_deployed_open(struct ink_deployed *d, const char *bucket, const struct ink_args *args,
                                           struct ink_error *err);

/* Finds credentials, asks whose they are and what there is of the stack. INK_E_CHANGED: the stack of that name is another
 * bucket's. */
INK_NODISCARD ink_status ink_deployed_enter(struct ink_deployed *d, const struct ink_args *args, struct ink_error *err);

/* Looks at the stack again: d->stack. A function that was given another name there, with the template alone, keeps it. */
INK_NODISCARD ink_status ink_deployed_look(struct ink_deployed *d, struct ink_error *err);

/* INK_E_NOT_FOUND, with what to do, where there is no stack. */
INK_NODISCARD ink_status ink_deployed_must_exist(const struct ink_deployed *d, struct ink_error *err);

void ink_deployed_close(struct ink_deployed *d);

#endif
