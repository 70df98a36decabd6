/* SPDX-License-Identifier: MIT */
/* logs.c - what the function has said lately, and says from now on. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/deployed.h"
#include "cli/log_line.h"

enum {
    LINES_MAX_BYTES = 64 * 1024 * 1024,
    FOLLOW_MS = 2000,
    LATE_MS = 15000, /* a line may appear this much after its time */
    SEEN_MAX = 16384,
    PAGES_MOST = 1000,
};

static const char default_since[] = "10m";

struct logs {
    struct ink_deployed d;
    const char *group;
    bool json;
    int64_t from_ms, newest_ms;
    uint64_t seen[SEEN_MAX]; /* hashes of the ids of lines that were shown: a ring */
    size_t seen_count;
};

/* FNV-1a (Fowler, Noll, Vo): two ids of one window that meet would cost a line, once in 10^15. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text; text++) hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
    return hash;
}

static bool is_new(struct logs *l, const char *id)
{
    uint64_t hash = hash_of(id);
    size_t known = l->seen_count < SEEN_MAX ? l->seen_count : SEEN_MAX;
    for (size_t i = 0; i < known; i++)
        if (l->seen[i] == hash) return false;
    l->seen[l->seen_count++ % SEEN_MAX] = hash;
    return true;
}

static void show(struct logs *l, const json_t *event, struct ink_buffer *out)
{
    const char *message = ink_aws_member(event, "message");
    int64_t at = json_integer_value(json_object_get(event, "timestamp"));
    if (at > l->newest_ms) l->newest_ms = at;
    if (!is_new(l, ink_aws_member(event, "eventId"))) return;
    if (l->json)
        ink_buffer_printf(out, "%s%s", message, *message && message[strlen(message) - 1] == '\n' ? "" : "\n");
    else
        ink_log_line(message, at, out);
}

/* One page; *next is owned, NULL behind the last. */
static ink_status page(struct logs *l, char **next, struct ink_error *err)
{
    struct ink_buffer out;
    json_t *answer, *params = json_pack("{s:s, s:I}", "logGroupName", l->group, "startTime", (json_int_t)l->from_ms);
    if (*next) json_object_set_new(params, "nextToken", json_string(*next));
    free(*next);
    *next = NULL;
    ink_status st = ink_aws_json(&l->d.aws, INK_AWS_LOGS, "FilterLogEvents", params, &answer, err);
    const json_t *event, *events = json_object_get(answer, "events");
    size_t i;
    ink_buffer_init(&out, LINES_MAX_BYTES);
    json_array_foreach(events, i, event) show(l, event, &out);
    if (out.len) fwrite(out.data, 1, out.len, stdout);
    fflush(stdout);
    const char *token = ink_aws_member(answer, "nextToken");
    if (*token && !(*next = strdup(token))) st = ink_fail(err, INK_E_OOM, "no memory for the logs");
    ink_buffer_cleanup(&out);
    json_decref(answer);
    return st;
}

static ink_status show_all(struct logs *l, bool follow, struct ink_error *err)
{
    ink_status st = INK_OK;
    do {
        char *next = NULL;
        int pages = 0;
        do st = page(l, &next, err);
        while (!st && next && ++pages < PAGES_MOST);
        free(next);
        if (l->newest_ms - LATE_MS > l->from_ms) l->from_ms = l->newest_ms - LATE_MS;
        if (follow && !st) nanosleep(&(struct timespec){.tv_sec = FOLLOW_MS / 1000}, NULL);
    } while (follow && !st && !ferror(stdout));
    return st;
}

static int logs(const struct ink_args *args)
{
    static struct logs l;
    struct ink_error err = {0};
    const char *since = ink_args_value(args, "since");
    int64_t since_ms;
    if (!ink_log_since(since ? since : default_since, &since_ms))
        return ink_command_misused(args, "--since %.40s: say 90s, 10m, 2h or 1d", since);
    ink_status st = ink_deployed_open(&l.d, args->rest[0], args, &err);
    if (!st) st = ink_deployed_enter(&l.d, args, &err);
    if (!st) st = ink_deployed_must_exist(&l.d, &err);
    if (!st) {
        l.group = ink_stack_output(&l.d.stack, "Log");
        l.json = ink_args_switch(args, "json");
        l.from_ms = ink_clock_wall_ms() - since_ms;
        st = *l.group ? show_all(&l, ink_args_switch(args, "follow"), &err)
                      : ink_fail(&err, INK_E_NOT_FOUND, "the stack has no log: it is %s", l.d.stack.state->words);
    }
    ink_deployed_close(&l.d);
    return st ? ink_command_fail(args, "%s: %s", args->rest[0], err.text) : INK_EXIT_DONE;
}

const struct ink_command ink_command_logs = {
    .name = "logs",
    .arguments = "BUCKET",
    .summary = "what a deployed function says",
    .help = "Prints the function's log, a line a message (times are UTC), and for each invocation what it took.\n\n"
            "  inkling logs my-digits --since 2h\n"
            "  inkling logs my-digits --follow\n",
    .options = {INK_OPTION_PROFILE,
                INK_OPTION_REGION,
                {"since", "TIME", "how far back: 90s, 10m, 2h, 1d (10m)"},
                {"follow", NULL, "go on until it is interrupted"},
                {"json", NULL, "the lines as they are, with those that are for machines"}},
    .least = 1,
    .most = 1,
    .run = logs,
};
