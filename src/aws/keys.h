/* SPDX-License-Identifier: MIT */
/* keys.h - taking a key pair out of what a service, a file or a program handed over. Hostile bytes; thread-safe with one arena
 * a thread. */
#ifndef INK_AWS_KEYS_H
#define INK_AWS_KEYS_H

#include <jansson.h>

#include "aws/config.h"

/* The members' names differ from source to source. */
struct ink_keys_names {
    const char *id, *secret, *token, *expires; /* expires: ISO 8601 text, or a number of milliseconds */
};

extern const struct ink_keys_names ink_keys_metadata; /* container and instance endpoints */
extern const struct ink_keys_names ink_keys_process;  /* credential_process */
extern const struct ink_keys_names ink_keys_sso;      /* GetRoleCredentials */

/* Sets key, secret and token of the config; copies live in the arena. INK_E_FORMAT: half a pair, or something that could not
 * stand in a header. INK_E_OOM. */
INK_NODISCARD ink_status ink_keys_set(struct ink_aws_config *config, const char *id, const char *secret,
                                      const char *token, struct ink_arena *arena, struct ink_error *err);

/* The same from JSON. INK_E_DENIED: they have expired. */
INK_NODISCARD ink_status ink_keys_from_json(struct ink_aws_config *config, const json_t *object,
                                            const struct ink_keys_names *names, struct ink_arena *arena,
                                            struct ink_error *err);

/* Whether a moment, ISO 8601, is over; what is no date never is. */
bool ink_keys_expired(const char *iso);

#endif
