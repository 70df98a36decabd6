/* SPDX-License-Identifier: MIT */
/* reply.h - how an invocation ends: with its answer, or with why there is none, in the platform's words. Thread-safe with
 * a runtime of one's own. */
#ifndef INK_FUNCTION_REPLY_H
#define INK_FUNCTION_REPLY_H

#include "aws/runtime.h"

enum { INK_ERROR_TYPE_MAX = 64 };

/* "Runtime.BadFormat" for INK_E_FORMAT. */
void ink_error_type(ink_status status, char out[INK_ERROR_TYPE_MAX]);

/* INK_OK also where the platform no longer waits for it, which is logged; else it cannot be reached.
 *
 * why  status INK_OK: `answer` goes out */
INK_NODISCARD ink_status ink_reply(struct ink_runtime *runtime, const struct ink_invocation *invocation,
                                   struct ink_view answer, const struct ink_error *why, struct ink_error *err);

#endif
