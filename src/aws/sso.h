/* SPDX-License-Identifier: MIT */
/* sso.h - keys for a role by way of IAM Identity Center, as far as the file that `aws sso login` leaves allows.
 *
 *   ~/.aws/sso/cache/SHA1(session name or start URL).json  ->  accessToken  ->  GetRoleCredentials
 *
 * Tokens are not renewed here: an expired one is said to be so. Source: "Configure IAM Identity Center authentication" (AWS
 * CLI User Guide). */
#ifndef INK_AWS_SSO_H
#define INK_AWS_SSO_H

#include "aws/account.h"

struct ink_sso {
    const char *home;       /* the folder that has .aws; "" where there is none */
    const char *cache_name; /* the session's name, or the start URL where the profile has no session */
    const char *region;     /* of Identity Center */
    const char *account, *role;
};

/* Sets the keys of out; they live in the arena. INK_E_DENIED: not signed in, or no longer. */
INK_NODISCARD ink_status ink_sso_role_keys(struct ink_http_client *http, const struct ink_sso *sso,
                                           struct ink_arena *arena, struct ink_aws_config *out, struct ink_error *err);

#endif
