/* SPDX-License-Identifier: MIT */
#include "sandbox/environment.h"

#include <stdio.h>
#include <string.h>

static bool is_given(const char *const *more, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; more && more[i]; i++)
        if (!strncmp(more[i], name, len) && more[i][len] == '=') return true;
    return false;
}

const char *const *ink_environment_new(const struct ink_environment *environment, struct ink_arena *arena)
{
    char memory[16];
    snprintf(memory, sizeof memory, "%u", environment->memory_mb);
    const struct {
        const char *name, *value, *rest;
    } lambda[] = {
        {"AWS_LAMBDA_RUNTIME_API", "", environment->api},
        {"AWS_LAMBDA_FUNCTION_NAME", "", environment->function},
        {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST", ""},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "", memory},
        {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand", ""},
        {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/", environment->function},
        {"AWS_LAMBDA_LOG_STREAM_NAME", "local", ""},
        {"AWS_REGION", "", environment->region},
        {"AWS_DEFAULT_REGION", "", environment->region},
        {"LAMBDA_TASK_ROOT", "", environment->task_root},
        {"LAMBDA_RUNTIME_DIR", "/var/runtime", ""},
        {"_HANDLER", "function.handler", ""},
        {"LANG", "en_US.UTF-8", ""},
        {"TZ", ":UTC", ""},
        {"PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin", ""},
        {"LD_LIBRARY_PATH", "/lib64:/usr/lib64:/opt/lib:", environment->task_root},
    };
    size_t fixed = sizeof lambda / sizeof *lambda, more = 0, count = 0;
    while (environment->more && environment->more[more]) more++;
    const char **out = INK_ARENA_ARRAY(arena, const char *, fixed + more + 1);
    for (size_t i = 0; i < fixed && out; i++) {
        if (is_given(environment->more, lambda[i].name)) continue;
        out[count] = ink_arena_printf(arena, "%s=%s%s", lambda[i].name, lambda[i].value, lambda[i].rest);
        if (!out[count++]) return NULL;
    }
    for (size_t i = 0; i < more && out; i++) out[count++] = environment->more[i];
    if (out) out[count] = NULL;
    return out;
}
