/* SPDX-License-Identifier: MIT */
#include "aws/sso.h"

#include "aws/hash.h"
#include "aws/keys.h"
#include "base/file.h"

enum { TOKEN_FILE_MAX = 256 * 1024 };

static const char *cache_path(const struct ink_sso *sso, struct ink_arena *arena)
{
    uint8_t sha1[INK_CHECKSUM_LEN_MAX];
    char hex[2 * INK_CHECKSUM_LEN_MAX + 1] = "";
    for (int i = 0; i < INK_CHECKSUM_COUNT; i++) {
        if (strcmp(ink_checksums[i].header, "x-amz-checksum-sha1") != 0) continue;
        ink_checksums[i].of(ink_view_text(sso->cache_name), sha1);
        ink_hex(sha1, ink_checksums[i].len, hex);
    }
    return ink_arena_printf(arena, "%s/.aws/sso/cache/%s.json", sso->home, hex);
}

static ink_status read_token(const struct ink_sso *sso, struct ink_arena *arena, const char **token,
                             struct ink_error *err)
{
    struct ink_buffer bytes;
    const char *path = cache_path(sso, arena);
    if (!path) return ink_fail(err, INK_E_OOM, "no memory for the SSO token");
    ink_buffer_init(&bytes, TOKEN_FILE_MAX);
    ink_status st = ink_file_read(path, &bytes, err);
    json_t *root = st ? NULL : json_loadb((const char *)bytes.data, bytes.len, 0, NULL);
    const char *found = ink_aws_member(root, "accessToken");
    if (st == INK_E_NOT_FOUND)
        st = ink_fail(err, INK_E_DENIED, "not signed in (%s is not there)", path);
    else if (!st && !*found)
        st = ink_fail(err, INK_E_DENIED, "%s has no token in it", path);
    else if (!st && ink_keys_expired(ink_aws_member(root, "expiresAt")))
        st = ink_fail(err, INK_E_DENIED, "the sign-in has expired");
    if (!st && !(*token = ink_arena_text(arena, ink_view_text(found))))
        st = ink_fail(err, INK_E_OOM, "no memory for the SSO token");
    json_decref(root);
    ink_buffer_cleanup(&bytes);
    return st;
}

static ink_status ask_for_keys(struct ink_http_client *http, const struct ink_sso *sso, const char *token,
                               struct ink_arena *arena, struct ink_aws_config *out, struct ink_error *err)
{
    struct ink_aws aws = {.http = http, .config.region = sso->region};
    struct ink_http_header header = {"x-amz-sso_bearer_token", token};
    struct ink_buffer target;
    json_t *root = NULL;
    ink_buffer_init(&target, 4096);
    ink_buffer_text(&target, "/federation/credentials?role_name=");
    ink_url_encode(ink_view_text(sso->role), false, &target);
    ink_buffer_text(&target, "&account_id=");
    ink_url_encode(ink_view_text(sso->account), false, &target);
    struct ink_aws_request request = {
        .service = INK_AWS_SSO,
        .action = "GetRoleCredentials",
        .method = "GET",
        .target = (const char *)target.data,
        .headers = &header,
        .header_count = 1,
        .own_proof = true,
    };
    ink_status st = target.failed ? ink_fail(err, INK_E_LIMIT, "account or role have too long a name")
                                  : ink_aws_get_json(&aws, &request, &root, err);
    if (!st) st = ink_keys_from_json(out, json_object_get(root, "roleCredentials"), &ink_keys_sso, arena, err);
    json_decref(root);
    ink_buffer_cleanup(&target);
    return st;
}

ink_status ink_sso_role_keys(struct ink_http_client *http, const struct ink_sso *sso, struct ink_arena *arena,
                             struct ink_aws_config *out, struct ink_error *err)
{
    const char *token = NULL;
    ink_status st = read_token(sso, arena, &token, err);
    return st ? st : ask_for_keys(http, sso, token, arena, out, err);
}
