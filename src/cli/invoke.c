/* SPDX-License-Identifier: MIT */
/* invoke.c - one event through the function, as Lambda would give it: starts bootstrap and plays the Runtime API. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/beside.h"
#include "cli/command.h"
#include "cli/one_shot.h"

extern char **environ;

enum { EVENT_MAX = 6 << 20, MEMORY_MB = 512 };

struct invocation {
    const struct ink_args *args;
    struct ink_one_shot runtime;
    struct ink_view event;
    pid_t child;
    long timeout_s;
    uint64_t started_us, given_us, answered_us; /* 0: not yet */
};

static int start(struct invocation *v)
{
    char path[PATH_MAX], memory[16];
    const char *s3 = ink_args_value(v->args, "s3");
    if (!ink_beside("bootstrap", path))
        return ink_command_fail(v->args, "%s: it is not there: build it with `./do build`", path);
    snprintf(memory, sizeof memory, "%d", MEMORY_MB);
    setenv("AWS_LAMBDA_RUNTIME_API", v->runtime.address, 1);
    setenv("AWS_LAMBDA_FUNCTION_NAME", "inkling", 1);
    setenv("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST", 1);
    setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory, 1);
    setenv("AWS_REGION", "us-east-1", 0);
    if (s3) {
        setenv("AWS_ENDPOINT_URL_S3", s3, 1);
        /* the local cloud's own pair, where no other is given */
        setenv("AWS_ACCESS_KEY_ID", "inkling", 0);
        setenv("AWS_SECRET_ACCESS_KEY", "inkling-local", 0);
    }
    char *line[] = {path, NULL};
    v->started_us = ink_clock_us();
    int code = posix_spawn(&v->child, path, NULL, NULL, line, environ);
    return code ? ink_command_fail(v->args, "%s: %s", path, strerror(code)) : INK_EXIT_DONE;
}

static void report(const struct invocation *v, long max_rss_kb)
{
    double init_ms = (double)(v->given_us - v->started_us) / 1e3, run_ms = (double)(v->answered_us - v->given_us) / 1e3;
    fprintf(stderr,
            "REPORT RequestId: %s\tDuration: %.2f ms\tInit Duration: %.2f ms\tMemory Size: %d MB\tMax Memory Used: %ld "
            "MB\n",
            INK_ONE_SHOT_ID, run_ms, init_ms, MEMORY_MB, (max_rss_kb + 1023) / 1024);
}

/* Ends the process and reports; its memory is only known now. */
static void end(struct invocation *v)
{
    struct rusage usage = {0};
    kill(v->child, SIGKILL);
    wait4(v->child, NULL, 0, &usage);
    if (v->answered_us) report(v, usage.ru_maxrss);
}

static int print_answer(const struct invocation *v, bool failed)
{
    printf("%.*s\n", (int)v->runtime.body.len, (const char *)v->runtime.body.data);
    return failed ? ink_command_fail(v->args, "the function answered with an error") : INK_EXIT_DONE;
}

static int gone(const struct invocation *v)
{
    const char *when = v->given_us ? "before it answered" : "before it asked for an event";
    if (WIFSIGNALED(v->runtime.exit_status))
        return ink_command_fail(v->args, "bootstrap was ended by signal %d (%s) %s", WTERMSIG(v->runtime.exit_status),
                                strsignal(WTERMSIG(v->runtime.exit_status)), when);
    return ink_command_fail(v->args, "bootstrap exited with %d %s", WEXITSTATUS(v->runtime.exit_status), when);
}

static int converse(struct invocation *v)
{
    uint64_t deadline_us = v->started_us + (uint64_t)v->timeout_s * 1000000u;
    for (;;) {
        enum ink_one_shot_request request = ink_one_shot_read(&v->runtime, v->child, deadline_us);
        switch (request) {
        case INK_ONE_SHOT_NEXT:
            v->given_us = ink_clock_us();
            ink_one_shot_give(&v->runtime, v->event, ink_clock_wall_ms() + v->timeout_s * 1000);
            break;
        case INK_ONE_SHOT_RESPONSE:
        case INK_ONE_SHOT_ERROR:
        case INK_ONE_SHOT_INIT_ERROR:
            v->answered_us = v->given_us ? ink_clock_us() : 0;
            ink_one_shot_answer(&v->runtime, "202 Accepted");
            int code = print_answer(v, request != INK_ONE_SHOT_RESPONSE);
            end(v);
            return code;
        case INK_ONE_SHOT_OTHER: ink_one_shot_answer(&v->runtime, "404 Not Found"); break;
        case INK_ONE_SHOT_GONE: return gone(v);
        case INK_ONE_SHOT_LATE:
            end(v);
            return ink_command_fail(v->args, "Task timed out after %ld.00 seconds (--timeout gives it more)",
                                    v->timeout_s);
        }
    }
}

static int invoke(const struct ink_args *args)
{
    struct invocation v = {.args = args};
    struct ink_error err = {0};
    struct ink_buffer event;
    if (!ink_args_number(args, "timeout", 1, 900, 30, &v.timeout_s)) return INK_EXIT_USAGE;
    ink_buffer_init(&event, EVENT_MAX);
    if (ink_file_read(args->rest[0], &event, &err)) return ink_command_fail(args, "%s", err.text);
    v.event = ink_buffer_view(&event);
    int code = INK_EXIT_FAILED;
    if (ink_one_shot_open(&v.runtime, &err))
        ink_command_fail(args, "%s", err.text);
    else if ((code = start(&v)) == INK_EXIT_DONE)
        code = converse(&v);
    ink_one_shot_close(&v.runtime);
    ink_buffer_cleanup(&event);
    return code;
}

const struct ink_command ink_command_invoke = {
    .name = "invoke",
    .arguments = "EVENT.json",
    .summary = "one event through the function, as Lambda would run it",
    .help = "Starts bootstrap (which lies beside this program), gives it the event and prints its answer; its log and "
            "Lambda's REPORT\n"
            "line go to stderr. Credentials and region are those of the environment.\n\n"
            "  echo '{\"bucket\": \"handwriting\", \"key\": \"digit.png\"}' > event.json\n"
            "  inkling invoke event.json --s3 http://127.0.0.1:9000\n",
    .options = {{"s3", "URL",
                 "the S3 to use, e.g. the local cloud's (its own key pair unless AWS_ACCESS_KEY_ID is set)"},
                {"timeout", "SECONDS", "as the function's time-out (30)"}},
    .least = 1,
    .most = 1,
    .run = invoke,
};
