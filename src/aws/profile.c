/* SPDX-License-Identifier: MIT */
#include "aws/profile.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

enum { SECTION_MAX = 300 };

static ink_status load(struct ink_arena *arena, const char *variable, const char *home, const char *name,
                       struct ink_ini *out, struct ink_error *err)
{
    const char *path = getenv(variable);
    if (!path || !*path) path = *home ? ink_arena_printf(arena, "%s/.aws/%s", home, name) : NULL;
    *out = (struct ink_ini){0};
    if (!path) return INK_OK;
    struct ink_buffer bytes;
    ink_buffer_init(&bytes, INK_INI_BYTES_MAX);
    ink_status st = ink_file_read(path, &bytes, err);
    if (!st) {
        st = ink_ini_read(ink_buffer_view(&bytes), arena, out, err);
        if (st) ink_fail_in(err, "%s", path);
    }
    ink_buffer_cleanup(&bytes);
    return st == INK_E_NOT_FOUND ? INK_OK : st;
}

ink_status ink_profiles_load(struct ink_arena *arena, struct ink_profiles *out, struct ink_error *err)
{
    const char *home = getenv("HOME");
    out->home = ink_arena_text(arena, ink_view_text(home ? home : ""));
    if (!out->home) return ink_fail(err, INK_E_OOM, "no memory for the profiles");
    ink_status st = load(arena, "AWS_CONFIG_FILE", out->home, "config", &out->config, err);
    return st ? st : load(arena, "AWS_SHARED_CREDENTIALS_FILE", out->home, "credentials", &out->credentials, err);
}

/* A name that is too long is cut, and then is nobody's. */
static const char *section_of(const char *kind, const char *name, char room[SECTION_MAX])
{
    snprintf(room, SECTION_MAX, "%s %s", kind, name);
    return room;
}

bool ink_profile_exists(const struct ink_profiles *profiles, const char *name)
{
    char section[SECTION_MAX];
    return ink_ini_has(&profiles->credentials, name) ||
           ink_ini_has(&profiles->config, section_of("profile", name, section)) ||
           (!strcmp(name, "default") && ink_ini_has(&profiles->config, name));
}

const char *ink_profile_value(const struct ink_profiles *profiles, const char *name, const char *key)
{
    char section[SECTION_MAX];
    const char *value = ink_ini_value(&profiles->credentials, name, key);
    if (!value) value = ink_ini_value(&profiles->config, section_of("profile", name, section), key);
    if (!value && !strcmp(name, "default")) value = ink_ini_value(&profiles->config, name, key);
    return value && *value ? value : NULL;
}

const char *ink_profile_sso_value(const struct ink_profiles *profiles, const char *name, const char *key)
{
    char section[SECTION_MAX];
    const char *value = ink_ini_value(&profiles->config, section_of("sso-session", name, section), key);
    return value && *value ? value : NULL;
}
