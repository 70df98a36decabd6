/* SPDX-License-Identifier: MIT */
#include "function/reply.h"

#include <stdio.h>

#include "base/log.h"

void ink_error_type(ink_status status, char out[INK_ERROR_TYPE_MAX])
{
    size_t len = (size_t)snprintf(out, INK_ERROR_TYPE_MAX, "Runtime.");
    bool capital = true;
    for (const char *p = ink_status_word(status); *p && len + 1 < INK_ERROR_TYPE_MAX; p++) {
        if (*p == '-') {
            capital = true;
            continue;
        }
        out[len++] = capital ? (char)(*p - 'a' + 'A') : *p;
        capital = false;
    }
    out[len] = '\0';
}

ink_status ink_reply(struct ink_runtime *runtime, const struct ink_invocation *invocation, struct ink_view answer,
                     const struct ink_error *why, struct ink_error *err)
{
    char type[INK_ERROR_TYPE_MAX];
    ink_status st;
    if (!why->status) {
        st = ink_runtime_respond(runtime, invocation, answer, err);
    } else {
        ink_error_type(why->status, type);
        ink_log(INK_LOG_ERROR, "%s: %s", type, why->text);
        st = ink_runtime_fail(runtime, invocation, type, why->text, err);
    }
    if (st == INK_E_CHANGED || st == INK_E_LIMIT) {
        ink_log(INK_LOG_WARN, "the platform no longer waits for this answer: %s", err->text);
        st = INK_OK;
    }
    return st;
}
