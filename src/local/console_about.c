/* SPDX-License-Identifier: MIT */
/* What the page is told about the cloud that it looks at. */
#include "local/console_call.h"
#include "local/trigger.h"

void ink_console_about(struct ink_console_call *call)
{
    const struct ink_console *console = call->console;
    const struct ink_serve_options *options = console->options;
    json_t *function =
        json_pack("{s:s,s:I,s:i,s:i}", "name", console->function, "timeout_ms", (json_int_t)options->timeout_s * 1000,
                  "memory_mb", options->memory_mb, "workers", options->workers);
    const char *host = ink_http_header(call->http, "Host");
    const char *endpoint = ink_arena_printf(call->arena, "http://%s", host ? host : "");
    ink_console_answer(call, json_pack("{s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:o,s:[ssssss]}", "version", INK_VERSION, "boot",
                                       console->boot, "bucket", options->bucket, "endpoint", ink_json_text(endpoint),
                                       "region", INK_TRIGGER_REGION, "access_key", options->access_key, "secret",
                                       options->secret, "function", function, "fits", "auto", "seed", "digit",
                                       "letterbox", "crop", "stretch"));
}
