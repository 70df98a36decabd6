/* SPDX-License-Identifier: MIT */
#include "timed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/runtime_api.h"

extern char **environ;

static const uint64_t WAIT_US = 10000000;

void timed_die(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

void timed_add(struct timed *series, uint64_t us)
{
    series->us[series->count++] = us;
}

static pid_t start(char *const args[])
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child;
    int code = posix_spawn(&child, args[0], &actions, NULL, args, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (code) {
        errno = code;
        timed_die(args[0]);
    }
    return child;
}

uint64_t timed_run(char *const args[])
{
    uint64_t from = ink_clock_us();
    int status;
    pid_t child = start(args);
    if (waitpid(child, &status, 0) < 0) timed_die("waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "bench: %s failed\n", args[0]);
        exit(1);
    }
    return ink_clock_us() - from;
}

static void wait_for(struct ink_runtime_api *api, enum ink_runtime_call wanted, uint64_t until_us, const char *failure)
{
    while (ink_runtime_api_wait(api, -1, 1000) != wanted)
        if (ink_clock_us() > until_us) timed_die(failure);
}

void timed_function(char *const args[], struct ink_view event, struct timed *to_next, struct timed *to_answer)
{
    struct ink_runtime_api api;
    struct ink_error err = {0};
    if (ink_runtime_api_open(&api, &err)) timed_die(err.text);
    setenv("AWS_LAMBDA_RUNTIME_API", api.address, 1);

    uint64_t from = ink_clock_us();
    pid_t child = start(args);
    wait_for(&api, INK_CALL_NEXT, from + WAIT_US, "it asked for no event");
    timed_add(to_next, ink_clock_us() - from);
    if (event.len) {
        ink_runtime_api_give(&api, event, "arn:aws:lambda:us-east-1:000000000000:function:inkling",
                             ink_clock_wall_ms() + 10000);
        wait_for(&api, INK_CALL_RESPONSE, from + WAIT_US, "it did not answer");
        timed_add(to_answer, ink_clock_us() - from);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    ink_runtime_api_close(&api);
}

static int by_time(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

uint64_t timed_least(const struct timed *series)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < series->count; i++)
        if (series->us[i] < least) least = series->us[i];
    return least;
}

void timed_print(struct timed *series, uint64_t base_us)
{
    if (!series->count) return;
    qsort(series->us, (size_t)series->count, sizeof series->us[0], by_time);
    uint64_t median = series->us[series->count / 2];
    printf("%-44s min %8.3f ms   p50 %8.3f ms   p90 %8.3f ms   %7.2f x empty\n", series->name,
           (double)series->us[0] / 1e3, (double)median / 1e3, (double)series->us[series->count * 9 / 10] / 1e3,
           (double)median / (double)base_us);
}
