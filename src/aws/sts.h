/* SPDX-License-Identifier: MIT */
/* sts.h - who the caller is, and being somebody else for an hour. */
#ifndef INK_AWS_STS_H
#define INK_AWS_STS_H

#include "aws/account.h"

enum { INK_ACCOUNT_LEN = 12 };

struct ink_sts_caller {
    char account[INK_ACCOUNT_LEN + 1]; /* digits */
    char arn[256];
};

INK_NODISCARD ink_status ink_sts_caller(struct ink_aws *aws, struct ink_sts_caller *out, struct ink_error *err);

struct ink_sts_role {
    const char *arn;
    const char *session;     /* name of the session; NULL: "inkling" */
    const char *external_id; /* NULL: none */
    const char *duration_s;  /* digits; NULL: an hour */
    const char *web_token;   /* an OpenID token in place of a signature; NULL: the caller's keys sign */
};

/* Sets the keys of out (region and the rest stay); they live in the arena. out may be &aws->config. */
INK_NODISCARD ink_status ink_sts_assume(struct ink_aws *aws, const struct ink_sts_role *role, struct ink_arena *arena,
                                        struct ink_aws_config *out, struct ink_error *err);

#endif
