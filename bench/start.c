/* SPDX-License-Identifier: MIT */
/* start.c - how long our programs take from exec to their first answer, beside an empty static program.
 *
 *   bench-start BUILD MODEL IMAGE ROUNDS [EVENT]
 *
 * Four things in turn, ROUNDS times, so that noise falls on all alike: the empty program; `inkling run MODEL IMAGE`;
 * bootstrap until it asks for its first event; and, where EVENT (a file) is given, bootstrap until it has answered that
 * event (its AWS_* environment must lead to a bucket with the picture). The Runtime API is played by this program. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/runtime_api.h"

extern char **environ;

enum { ROUNDS_MAX = 2000 };

static const uint64_t WAIT_US = 10000000;

struct series {
    const char *name;
    uint64_t us[ROUNDS_MAX];
    int count;
};

static void die(const char *what)
{
    fprintf(stderr, "bench-start: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void add(struct series *series, uint64_t us)
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
        die(args[0]);
    }
    return child;
}

static uint64_t run_to_end(char *const args[])
{
    uint64_t from = ink_clock_us();
    int status;
    pid_t child = start(args);
    if (waitpid(child, &status, 0) < 0) die("waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "bench-start: %s failed\n", args[0]);
        exit(1);
    }
    return ink_clock_us() - from;
}

static void wait_for(struct ink_runtime_api *api, enum ink_runtime_call wanted, uint64_t until_us, const char *failure)
{
    while (ink_runtime_api_wait(api, -1, 1000) != wanted)
        if (ink_clock_us() > until_us) die(failure);
}

/* Times of one bootstrap: to its first question and, with an event, to its answer. */
static void run_bootstrap(char *program, struct ink_view event, struct series *to_next, struct series *to_answer)
{
    struct ink_runtime_api api;
    struct ink_error err = {0};
    if (ink_runtime_api_open(&api, &err)) die(err.text);
    setenv("AWS_LAMBDA_RUNTIME_API", api.address, 1);

    uint64_t from = ink_clock_us();
    pid_t child = start((char *[]){program, NULL});
    wait_for(&api, INK_CALL_NEXT, from + WAIT_US, "bootstrap asked for no event");
    add(to_next, ink_clock_us() - from);
    if (event.len) {
        ink_runtime_api_give(&api, event, "arn:aws:lambda:us-east-1:000000000000:function:inkling",
                             ink_clock_wall_ms() + 10000);
        wait_for(&api, INK_CALL_RESPONSE, from + WAIT_US, "bootstrap did not answer");
        add(to_answer, ink_clock_us() - from);
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

static void print(struct series *series, uint64_t base_us)
{
    if (!series->count) return;
    qsort(series->us, (size_t)series->count, sizeof series->us[0], by_time);
    uint64_t least = series->us[0], median = series->us[series->count / 2];
    printf("%-34s min %7.3f ms   p50 %7.3f ms   %5.2f x empty\n", series->name, (double)least / 1e3,
           (double)median / 1e3, (double)least / (double)base_us);
}

int main(int argc, char **argv)
{
    if (argc < 5 || argc > 6) {
        fprintf(stderr, "usage: bench-start BUILD MODEL IMAGE ROUNDS [EVENT]\n");
        return 2;
    }
    int rounds = atoi(argv[4]);
    if (rounds < 1 || rounds > ROUNDS_MAX) rounds = ROUNDS_MAX;
    struct ink_buffer event;
    struct ink_error err = {0};
    ink_buffer_init(&event, 1 << 20);
    if (argc == 6 && ink_file_read(argv[5], &event, &err)) {
        fprintf(stderr, "bench-start: %s\n", err.text);
        return 1;
    }
    char empty[4096], inkling[4096], bootstrap[4096];
    snprintf(empty, sizeof empty, "%s/bench/empty", argv[1]);
    snprintf(inkling, sizeof inkling, "%s/inkling", argv[1]);
    snprintf(bootstrap, sizeof bootstrap, "%s/bootstrap", argv[1]);

    static struct series nothing = {"empty static program"}, run = {"inkling run, start to exit"},
                         next = {"bootstrap, start to first /next"}, answered = {"bootstrap, start to first answer"};
    for (int i = 0; i < rounds; i++) {
        add(&nothing, run_to_end((char *[]){empty, NULL}));
        add(&run, run_to_end((char *[]){inkling, "run", argv[2], argv[3], NULL}));
        run_bootstrap(bootstrap, ink_buffer_view(&event), &next, &answered);
    }
    uint64_t base_us = nothing.us[0];
    for (int i = 1; i < rounds; i++)
        if (nothing.us[i] < base_us) base_us = nothing.us[i];
    print(&nothing, base_us);
    print(&run, base_us);
    print(&next, base_us);
    print(&answered, base_us);
    ink_buffer_cleanup(&event);
    return 0;
}
