/* SPDX-License-Identifier: MIT */
#include "aws/keys.h"

#include "aws/date.h"
#include "base/clock.h"

const struct ink_keys_names ink_keys_metadata = {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};
const struct ink_keys_names ink_keys_process = {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};
const struct ink_keys_names ink_keys_sso = {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"};

static bool fits_header(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~') return false;
    return true;
}

ink_status ink_keys_set(struct ink_aws_config *config, const char *id, const char *secret, const char *token,
                        struct ink_arena *arena, struct ink_error *err)
{
    if (!id || !*id || !secret || !*secret)
        return ink_fail(err, INK_E_FORMAT, "%s is missing", id && *id ? "the secret access key" : "the access key id");
    if (!token) token = "";
    if (!fits_header(id) || !fits_header(secret) || !fits_header(token))
        return ink_fail(err, INK_E_FORMAT, "the keys have characters that no key has");
    config->access_key = ink_arena_text(arena, ink_view_text(id));
    config->secret = ink_arena_text(arena, ink_view_text(secret));
    config->token = *token ? ink_arena_text(arena, ink_view_text(token)) : NULL;
    bool full = !config->access_key || !config->secret || (*token && !config->token);
    return full ? ink_fail(err, INK_E_OOM, "no memory for the credentials") : INK_OK;
}

bool ink_keys_expired(const char *iso)
{
    int64_t ms;
    return ink_date_iso_ms(ink_view_text(iso), &ms) && ms <= ink_clock_wall_ms();
}

ink_status ink_keys_from_json(struct ink_aws_config *config, const json_t *object, const struct ink_keys_names *names,
                              struct ink_arena *arena, struct ink_error *err)
{
    const json_t *expires = json_object_get(object, names->expires);
    bool over = json_is_integer(expires) ? json_integer_value(expires) <= ink_clock_wall_ms()
                                         : json_is_string(expires) && ink_keys_expired(json_string_value(expires));
    if (over) return ink_fail(err, INK_E_DENIED, "they have expired");
    return ink_keys_set(config, json_string_value(json_object_get(object, names->id)),
                        json_string_value(json_object_get(object, names->secret)),
                        json_string_value(json_object_get(object, names->token)), arena, err);
}
