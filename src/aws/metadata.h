/* SPDX-License-Identifier: MIT */
/* metadata.h - keys that the machine itself hands out: a container's endpoint, an EC2 instance's metadata (IMDSv2).
 *
 *   AWS_CONTAINER_CREDENTIALS_RELATIVE_URI | _FULL_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN | _TOKEN_FILE
 *   AWS_EC2_METADATA_DISABLED, AWS_EC2_METADATA_SERVICE_ENDPOINT
 *
 * Sources: "Container credential provider" and "IMDS credential provider" (AWS SDKs and Tools Reference Guide). */
#ifndef INK_AWS_METADATA_H
#define INK_AWS_METADATA_H

#include "aws/config.h"
#include "net/http.h"

/* Both set the keys of out; they live in the arena. INK_E_NOT_FOUND: this machine has no such thing. A container's endpoint
 * over plain http must be this machine's or one of Amazon's own addresses: a token goes to it. */
INK_NODISCARD ink_status ink_metadata_container_keys(struct ink_http_client *http, struct ink_arena *arena,
                                                     struct ink_aws_config *out, struct ink_error *err);
INK_NODISCARD ink_status ink_metadata_instance_keys(struct ink_http_client *http, struct ink_arena *arena,
                                                    struct ink_aws_config *out, struct ink_error *err);

#endif
