/* SPDX-License-Identifier: MIT */
/* profile.h - the settings that belong to a profile, from the two files that the AWS programs share.
 *
 *   AWS_CONFIG_FILE, else ~/.aws/config                    [default], [profile NAME], [sso-session NAME]
 *   AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials   [NAME]; what is in both counts from here
 *
 * Thread-safe with one arena a thread. */
#ifndef INK_AWS_PROFILE_H
#define INK_AWS_PROFILE_H

#include "aws/ini.h"

struct ink_profiles {
    struct ink_ini config, credentials;
    const char *home; /* "" where HOME is not set */
};

/* A file that is not there is an empty one; all texts live in the arena. INK_E_FORMAT, INK_E_IO with the file's name. */
INK_NODISCARD ink_status ink_profiles_load(struct ink_arena *arena, struct ink_profiles *out, struct ink_error *err);

bool ink_profile_exists(const struct ink_profiles *profiles, const char *name);

/* The profile's value; NULL where it has none or an empty one. */
const char *ink_profile_value(const struct ink_profiles *profiles, const char *name, const char *key);

/* The same for the section [sso-session NAME]. */
const char *ink_profile_sso_value(const struct ink_profiles *profiles, const char *name, const char *key);

#endif
