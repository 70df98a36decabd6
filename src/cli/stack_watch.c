/* SPDX-License-Identifier: MIT */
#include "cli/stack_watch.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, FIRST_WAIT_MS = 250, LONGEST_WAIT_MS = 3000, LINE_MAX_BYTES = 600 };

/* What people can do about the reasons that come most often. */
static const struct {
    const char *in_reason, *advice;
} advices[] = {
    {"is not authorized to perform", "; ask for this permission, docs/aws.md lists all that are needed"},
    {"AccessDenied", "; ask for this permission, docs/aws.md lists all that are needed"},
    {"already exists", "; that name is taken: choose another one for the bucket"},
    {"not empty", "; say --yes to have it emptied"},
    {"Limit Exceeded", "; a quota of the account is used up: Service Quotas in the console raises it"},
    {"LimitExceeded", "; a quota of the account is used up: Service Quotas in the console raises it"},
};

static const char *advice_for(const char *reason)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (strstr(reason, advices[i].in_reason)) return advices[i].advice;
    return "";
}

static void show(const struct ink_stack_event *event, void *arg)
{
    struct ink_stack_watch *watch = arg;
    char why[LINE_MAX_BYTES], resource[128], status[64];
    ink_text_escape(event->why, strlen(event->why), why, sizeof why);
    ink_text_escape(event->resource, strlen(event->resource), resource, sizeof resource);
    ink_text_escape(event->status, strlen(event->status), status, sizeof status);
    if (isatty(STDERR_FILENO)) fprintf(stderr, "  %-28s %s\n", status, resource);
    if (!event->failed) return;
    watch->failures++;
    ink_command_fail(watch->args, "%s (%.80s): %s: %s%s", resource, event->type, status,
                     *why ? why : "no reason was given", advice_for(why));
}

ink_status ink_stack_watch_begin(struct ink_stack_watch *watch, const struct ink_args *args, struct ink_aws *aws,
                                 const struct ink_stack *stack, struct ink_error *err)
{
    *watch = (struct ink_stack_watch){.args = args, .aws = aws};
    if (!stack->xml) return INK_OK;
    return ink_stack_events(aws, ink_stack_id(stack), watch->last, sizeof watch->last, NULL, NULL, err);
}

static void wait_ms(unsigned ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

ink_status ink_stack_watch_wait(struct ink_stack_watch *watch, const char *id, const struct ink_stack_state **end,
                                struct ink_error *err)
{
    ink_status st = INK_OK;
    for (unsigned wait = FIRST_WAIT_MS;; wait = 2 * wait < LONGEST_WAIT_MS ? 2 * wait : LONGEST_WAIT_MS) {
        struct ink_arena arena;
        struct ink_stack stack;
        ink_arena_init(&arena, ARENA_BYTES);
        /* first the state: what has led to it is then among the events */
        st = ink_stack_describe(watch->aws, id, &arena, &stack, err);
        *end = stack.state;
        ink_arena_cleanup(&arena);
        if (!st) st = ink_stack_events(watch->aws, id, watch->last, sizeof watch->last, show, watch, err);
        if (st || (*end)->stage != INK_STACK_BUSY) break;
        wait_ms(wait);
    }
    return st ? ink_fail_in(err, "lost sight of the stack, which goes on by itself (`inkling status` tells)") : INK_OK;
}
