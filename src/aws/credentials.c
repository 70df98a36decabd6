/* SPDX-License-Identifier: MIT */
#include "aws/credentials.h"

#include <stdio.h>
#include <stdlib.h>

#include "aws/keys.h"
#include "aws/metadata.h"
#include "aws/profile.h"
#include "aws/sso.h"
#include "aws/sts.h"
#include "base/file.h"

enum { CHAIN_MOST = 6, TOKEN_MAX = 64 * 1024 };

#define ANY_WAY                                                                                                        \
    "`aws configure export-credentials --format env` prints them for any program, where the AWS CLI has them"

struct finder {
    struct ink_http_client *http;
    struct ink_arena *arena;
    struct ink_profiles profiles;
    const char *region; /* for STS; never NULL */
    int depth;          /* of profiles that name each other */
};

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* --- ways to keys that several sources share ------------------------------------------------------------------------------ */

static ink_status environment_keys(struct finder *f, struct ink_aws_config *out, struct ink_error *err)
{
    ink_status st = ink_aws_config_from_env(f->arena, out, err);
    if (!st && !out->access_key) st = ink_fail(err, INK_E_NOT_FOUND, "AWS_ACCESS_KEY_ID is not set");
    return st;
}

static ink_status container_keys(struct finder *f, struct ink_aws_config *out, struct ink_error *err)
{
    return ink_metadata_container_keys(f->http, f->arena, out, err);
}

static ink_status instance_keys(struct finder *f, struct ink_aws_config *out, struct ink_error *err)
{
    return ink_metadata_instance_keys(f->http, f->arena, out, err);
}

static ink_status web_identity_keys(struct finder *f, const struct ink_sts_role *want, const char *file,
                                    struct ink_aws_config *out, struct ink_error *err)
{
    struct ink_aws aws = {.http = f->http, .config.region = f->region};
    struct ink_sts_role role = *want;
    struct ink_buffer token;
    ink_buffer_init(&token, TOKEN_MAX);
    ink_status st = ink_file_read(file, &token, err);
    while (token.len && token.data[token.len - 1] <= ' ') token.len--;
    role.web_token = st ? NULL : ink_arena_text(f->arena, ink_buffer_view(&token));
    if (!st && !role.web_token) st = ink_fail(err, INK_E_OOM, "no memory for the token");
    if (!st) st = ink_sts_assume(&aws, &role, f->arena, out, err);
    ink_buffer_cleanup(&token);
    return st;
}

/* --- a profile -------------------------------------------------------------------------------------------------------------- */

static ink_status profile_keys(struct finder *f, const char *name, struct ink_aws_config *out, struct ink_error *err);

static const char *setting(const struct finder *f, const char *profile, const char *key)
{
    return ink_profile_value(&f->profiles, profile, key);
}

static ink_status static_keys(struct finder *f, const char *name, struct ink_aws_config *out, struct ink_error *err)
{
    return ink_keys_set(out, setting(f, name, "aws_access_key_id"), setting(f, name, "aws_secret_access_key"),
                        setting(f, name, "aws_session_token"), f->arena, err);
}

/* credential_source = Environment | EcsContainer | Ec2InstanceMetadata */
static ink_status source_keys(struct finder *f, const char *source, struct ink_aws_config *out, struct ink_error *err)
{
    static const struct {
        const char *name;
        ink_status (*keys)(struct finder *, struct ink_aws_config *, struct ink_error *);
    } sources[] = {
        {"Environment", environment_keys}, {"EcsContainer", container_keys}, {"Ec2InstanceMetadata", instance_keys}};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (!strcmp(source, sources[i].name)) return sources[i].keys(f, out, err);
    return ink_fail(err, INK_E_FORMAT, "credential_source = %.60s is not known", source);
}

static ink_status role_keys(struct finder *f, const char *name, struct ink_aws_config *out, struct ink_error *err)
{
    const char *source_profile = setting(f, name, "source_profile"), *source = setting(f, name, "credential_source");
    const char *token_file = setting(f, name, "web_identity_token_file");
    struct ink_aws aws = {.http = f->http, .config.region = f->region};
    struct ink_sts_role role = {
        .arn = setting(f, name, "role_arn"),
        .session = setting(f, name, "role_session_name"),
        .external_id = setting(f, name, "external_id"),
        .duration_s = setting(f, name, "duration_seconds"),
    };
    ink_status st;
    if (setting(f, name, "mfa_serial"))
        return ink_fail(err, INK_E_UNSUPPORTED, "its role wants an MFA code, which is not asked for here; " ANY_WAY);
    if (token_file) return web_identity_keys(f, &role, token_file, out, err);
    if (source_profile)
        st = strcmp(source_profile, name) != 0 ? profile_keys(f, source_profile, &aws.config, err)
                                               : static_keys(f, name, &aws.config, err);
    else if (source)
        st = source_keys(f, source, &aws.config, err);
    else
        st = ink_fail(err, INK_E_FORMAT, "role_arn needs source_profile or credential_source beside it");
    aws.config.region = f->region;
    return st ? st : ink_sts_assume(&aws, &role, f->arena, out, err);
}

static ink_status sso_keys(struct finder *f, const char *name, struct ink_aws_config *out, struct ink_error *err)
{
    const char *session = setting(f, name, "sso_session");
    struct ink_sso sso = {
        .home = f->profiles.home,
        .cache_name = session ? session : setting(f, name, "sso_start_url"),
        .region = session ? ink_profile_sso_value(&f->profiles, session, "sso_region") : setting(f, name, "sso_region"),
        .account = setting(f, name, "sso_account_id"),
        .role = setting(f, name, "sso_role_name"),
    };
    if (!sso.region || !sso.account || !sso.role)
        return ink_fail(err, INK_E_FORMAT, "%s is missing",
                        !sso.region    ? "sso_region"
                        : !sso.account ? "sso_account_id"
                                       : "sso_role_name");
    ink_status st = ink_sso_role_keys(f->http, &sso, f->arena, out, err);
    if (st != INK_E_DENIED) return st;
    struct ink_error why = *err;
    return ink_fail(err, st, "%s; run `aws sso login --profile %.60s`", why.text, name);
}

/* Prints {"Version": 1, "AccessKeyId": ...}; run by the shell, as the AWS programs do. */
static ink_status process_keys(struct finder *f, const char *name, struct ink_aws_config *out, struct ink_error *err)
{
    char text[TOKEN_MAX];
    FILE *pipe = popen(setting(f, name, "credential_process"), "re");
    if (!pipe) return ink_fail(err, INK_E_IO, "credential_process could not be started");
    size_t len = fread(text, 1, sizeof text, pipe);
    int status = pclose(pipe);
    if (status) return ink_fail(err, INK_E_DENIED, "credential_process failed (status %d)", status);
    json_t *root = json_loadb(text, len, 0, NULL);
    ink_status st = root ? ink_keys_from_json(out, root, &ink_keys_process, f->arena, err)
                         : ink_fail(err, INK_E_FORMAT, "it printed no JSON");
    json_decref(root);
    return st ? ink_fail_in(err, "credential_process") : INK_OK;
}

static ink_status login_keys(struct finder *f, const char *name, struct ink_aws_config *out, struct ink_error *err)
{
    return ink_fail(err, INK_E_UNSUPPORTED, "sessions of `aws login` are not read here; " ANY_WAY);
}

/* The first kind whose key the profile has. */
static ink_status kind_keys(struct finder *f, const char *name, struct ink_aws_config *out, struct ink_error *err)
{
    static const struct {
        const char *key;
        ink_status (*keys)(struct finder *, const char *, struct ink_aws_config *, struct ink_error *);
    } kinds[] = {
        {"role_arn", role_keys},
        {"sso_session", sso_keys},
        {"sso_start_url", sso_keys},
        {"aws_access_key_id", static_keys},
        {"aws_secret_access_key", static_keys},
        {"credential_process", process_keys},
        {"login_session", login_keys},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (setting(f, name, kinds[i].key)) return kinds[i].keys(f, name, out, err);
    return ink_fail(err, INK_E_NOT_FOUND, "it has no credentials");
}

static ink_status profile_keys(struct finder *f, const char *name, struct ink_aws_config *out, struct ink_error *err)
{
    ink_status st;
    if (!ink_profile_exists(&f->profiles, name))
        st = ink_fail(err, INK_E_NOT_FOUND, "there is no such profile in ~/.aws/config or ~/.aws/credentials");
    else if (f->depth == CHAIN_MOST)
        st = ink_fail(err, INK_E_FORMAT, "the profiles name each other in a circle");
    else {
        f->depth++;
        st = kind_keys(f, name, out, err);
        f->depth--;
    }
    return st ? ink_fail_in(err, "profile %.60s", name) : INK_OK;
}

/* --- the chain -------------------------------------------------------------------------------------------------------------- */

static ink_status no_keys(struct ink_error *err)
{
    return ink_fail(err, INK_E_DENIED,
                    "no credentials: run `aws configure` or `aws sso login`, name a profile with --profile, or set "
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (looked for: the environment, ~/.aws, the container's "
                    "and the instance's role)");
}

static ink_status find_keys(struct finder *f, const char *asked_profile, const char *profile,
                            struct ink_aws_config *out, struct ink_error *err)
{
    const char *web_file = variable("AWS_WEB_IDENTITY_TOKEN_FILE"), *web_role = variable("AWS_ROLE_ARN");
    ink_status st = asked_profile ? INK_E_NOT_FOUND : environment_keys(f, out, err);
    if (st != INK_E_NOT_FOUND) return st;
    bool named = asked_profile || variable("AWS_PROFILE");
    if (named || ink_profile_exists(&f->profiles, profile)) {
        st = profile_keys(f, profile, out, err);
        if (named || st != INK_E_NOT_FOUND) return st;
    }
    if (web_file && web_role) {
        struct ink_sts_role role = {.arn = web_role, .session = variable("AWS_ROLE_SESSION_NAME")};
        return web_identity_keys(f, &role, web_file, out, err);
    }
    st = container_keys(f, out, err);
    if (st == INK_E_NOT_FOUND) st = instance_keys(f, out, err);
    return st == INK_E_NOT_FOUND ? no_keys(err) : st;
}

static const char *profile_of(const struct ink_credentials_wish *wish)
{
    const char *profile = wish->profile ? wish->profile : variable("AWS_PROFILE");
    return profile ? profile : "default";
}

/* NULL: none is named anywhere. */
static const char *region_of(const struct finder *f, const struct ink_credentials_wish *wish)
{
    const char *region = wish->region;
    if (!region) region = variable("AWS_REGION");
    if (!region) region = variable("AWS_DEFAULT_REGION");
    if (!region) region = setting(f, profile_of(wish), "region");
    return region;
}

static ink_status keep_region(struct finder *f, const char *region, const char **out, struct ink_error *err)
{
    if (!region)
        return ink_fail(err, INK_E_ARGUMENT,
                        "no region: say --region eu-central-1 (or whichever), set AWS_REGION, or give the profile one");
    if (!*region || strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(region))
        return ink_fail(err, INK_E_ARGUMENT, "\"%.40s\" is no region's name: they look like eu-central-1", region);
    *out = ink_arena_text(f->arena, ink_view_text(region));
    return *out ? INK_OK : ink_fail(err, INK_E_OOM, "no memory for the region's name");
}

ink_status ink_credentials_region(const struct ink_credentials_wish *wish, struct ink_arena *arena, const char **region,
                                  struct ink_error *err)
{
    struct finder f = {.arena = arena};
    ink_status st = ink_profiles_load(arena, &f.profiles, err);
    return st ? st : keep_region(&f, region_of(&f, wish), region, err);
}

ink_status ink_credentials_find(struct ink_http_client *http, const struct ink_credentials_wish *wish,
                                struct ink_arena *arena, struct ink_aws_config *out, struct ink_error *err)
{
    struct finder f = {.http = http, .arena = arena};
    ink_status st = ink_profiles_load(arena, &f.profiles, err);
    if (st) return st;
    const char *region = region_of(&f, wish);
    f.region = region ? region : "us-east-1";
    *out = (struct ink_aws_config){0};
    st = find_keys(&f, wish->profile, profile_of(wish), out, err);
    return st ? st : keep_region(&f, region, &out->region, err);
}
