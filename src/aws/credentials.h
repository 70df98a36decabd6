/* SPDX-License-Identifier: MIT */
/* credentials.h - whose account this is and where, found as the AWS programs find it.
 *
 *   1. AWS_ACCESS_KEY_ID ...           unless a profile was asked for by name
 *   2. the profile                     keys; role_arn with source_profile, credential_source or web_identity_token_file;
 *                                      SSO; credential_process
 *   3. AWS_WEB_IDENTITY_TOKEN_FILE     with AWS_ROLE_ARN
 *   4. the container's endpoint        ECS, EKS
 *   5. the instance's metadata         EC2, IMDSv2
 *
 * The region: asked for, AWS_REGION, AWS_DEFAULT_REGION, the profile's. Not supported, and said so where they are met: roles
 * that want an MFA code, `aws login` sessions, renewing an SSO token. Source: "Standardized credential providers" (AWS SDKs
 * and Tools Reference Guide). */
#ifndef INK_AWS_CREDENTIALS_H
#define INK_AWS_CREDENTIALS_H

#include "aws/config.h"
#include "net/http.h"

struct ink_credentials_wish {
    const char *profile; /* NULL: AWS_PROFILE, else "default" */
    const char *region;  /* NULL: as above */
};

/* Fills out; all of it lives in the arena. May talk to STS, SSO, the container or the instance.
 *
 * INK_E_DENIED: there are none, or they have expired, and what to run. INK_E_NOT_FOUND: no such profile. INK_E_ARGUMENT: no
 * region is named anywhere. INK_E_UNSUPPORTED: the profile wants something that is not built. INK_E_FORMAT: a file is broken. */
INK_NODISCARD ink_status ink_credentials_find(struct ink_http_client *http, const struct ink_credentials_wish *wish,
                                              struct ink_arena *arena, struct ink_aws_config *out,
                                              struct ink_error *err);

/* The region alone, asking nobody. INK_E_ARGUMENT and INK_E_FORMAT as above. */
INK_NODISCARD ink_status ink_credentials_region(const struct ink_credentials_wish *wish, struct ink_arena *arena,
                                                const char **region, struct ink_error *err);

#endif
