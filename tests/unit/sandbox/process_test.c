/* SPDX-License-Identifier: MIT */
/* A function's process, with walls and without: how it ends, what ends with it, what it takes. /bin/sh is the function. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sandbox/environment.h"
#include "sandbox/process.h"

struct fixture {
    char folder[40], program[60], output[60];
    bool walls;
    struct ink_process process;
};

static bool walls_are_refused(struct fixture *f)
{
    struct ink_walls walls = {0};
    struct ink_error why = {0};
    return ink_walls_for(f->program, f->folder, &walls, &why) != INK_OK;
}

static void start(struct fixture *f, const char *script)
{
    struct ink_error err = {0};
    int fd = open(f->program, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    assert_true(fd >= 0 && dprintf(fd, "#!/bin/sh\n%s\n", script) > 0);
    close(fd);
    int output = open(f->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const char *env[] = {"PATH=/usr/bin:/bin", NULL};
    struct ink_process_options options = {.program = f->program, .env = env, .folder = f->folder, .output = output};
    if (f->walls && ink_walls_for(f->program, f->folder, &options.walls, &err)) fail_msg("%s", err.text);
    if (ink_process_start(&options, &f->process, &err)) fail_msg("%s", err.text);
    close(output);
}

/* What it has written, once that ends with a newline. */
static const char *wait_for_line(struct fixture *f)
{
    static char text[4096];
    for (uint64_t until = ink_clock_us() + 20000000; ink_clock_us() < until; usleep(2000)) {
        FILE *file = fopen(f->output, "r");
        size_t len = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        text[len] = '\0';
        if (len && text[len - 1] == '\n') return text;
    }
    fail_msg("it has written nothing");
    return text;
}

static int wait_until_it_ends(struct fixture *f)
{
    pid_t keeper = f->process.pid;
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)keeper, &info, WEXITED | WNOWAIT), 0);
    return ink_process_end(&f->process, NULL);
}

static int setup(void **state, bool walls)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->walls = walls;
    strcpy(f->folder, "/tmp/inkling-process-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->program, sizeof f->program, "%s/function", f->folder);
    snprintf(f->output, sizeof f->output, "%s.out", f->folder);
    *state = f;
    if (walls && walls_are_refused(f)) {
        fprintf(stderr, "namespaces are refused here: not tried\n");
        f->walls = false;
    }
    return 0;
}

static int setup_with(void **state)
{
    return setup(state, true);
}

static int setup_without(void **state)
{
    return setup(state, false);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    ink_process_end(&f->process, NULL);
    unlink(f->program);
    unlink(f->output);
    rmdir(f->folder);
    free(f);
    return 0;
}

static void its_end_is_told(void **state)
{
    static const struct {
        const char *script, *words;
    } ends[] = {{"exit 3", "exit status 3"},
                {"exit 0", "exit status 0"},
                {"kill -SEGV $$", "signal: segmentation fault"},
                {"kill -KILL $$", "signal: killed"},
                {"kill -TERM $$", "signal: terminated"},
                {"kill 0", "signal: terminated"}};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char words[80];
        start(f, ends[i].script);
        ink_process_describe(wait_until_it_ends(f), words, sizeof words);
        assert_string_equal(words, ends[i].words);
    }
}

static void it_has_lambdas_limits(void **state)
{
    struct fixture *f = *state;
    start(f, "echo $(ulimit -n) $(ulimit -c)");
    assert_string_equal(wait_for_line(f), "1024 0\n");
}

/* One that nobody waits for and one that its parent has left, with the output as their mark: it has a writer as long as
 * they live. */
static void what_it_started_ends_with_it(void **state)
{
    static const char *const scripts[] = {"sleep 1000 & (sleep 1001 &) ; echo up; exit 1",
                                          "sleep 1000 & (sleep 1001 &) ; echo up; wait"};
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        unlink(f->output);
        assert_int_equal(mkfifo(f->output, 0600), 0);
        int reader = open(f->output, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        start(f, scripts[i]);
        char text[8] = "";
        while (read(reader, text, sizeof text) <= 0) usleep(1000);
        assert_string_equal(text, "up\n");
        if (i == 0) wait_until_it_ends(f);
        ink_process_end(&f->process, NULL);
        uint64_t until = ink_clock_us() + 20000000; /* without walls nobody waits for the orphan */
        while (read(reader, text, sizeof text) != 0 && ink_clock_us() < until) usleep(1000);
        assert_true(ink_clock_us() < until);
        close(reader);
        unlink(f->output);
    }
}

static void all_its_processes_count(void **state)
{
    struct fixture *f = *state;
    struct ink_process_usage usage = {0};
    start(f, "sleep 1000 & (sleep 1001 & sleep 1002 & wait); wait");
    for (uint64_t until = ink_clock_us() + 20000000; usage.processes != 5 && ink_clock_us() < until; usleep(1000))
        ink_process_look(&f->process, &usage);
    assert_int_equal(usage.processes, 5); /* two are shells */
    assert_in_range(usage.now_bytes, 4096 * 5, 64 << 20);
    assert_in_range(usage.peak_bytes, 100 << 10, 64 << 20);
    ink_process_end(&f->process, NULL);
    ink_process_look(&f->process, &usage);
    assert_int_equal(usage.processes + usage.now_bytes + usage.peak_bytes, 0);
}

static void what_cannot_be_started(void **state)
{
    struct fixture *f = *state;
    struct ink_error err = {0};
    const char *env[] = {NULL};
    struct ink_process_options options = {.program = f->program, .env = env, .folder = f->folder, .output = 2};
    if (f->walls) assert_int_equal(ink_walls_for(f->program, f->folder, &options.walls, &err), INK_OK);
    assert_int_equal(ink_process_start(&options, &f->process, &err), INK_E_NOT_FOUND);
    close(open(f->program, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    assert_int_equal(ink_process_start(&options, &f->process, &err), INK_E_IO);
    assert_non_null(strstr(err.text, "Permission denied"));
}

static void the_environment_is_lambdas(void **state)
{
    struct ink_arena arena;
    const char *more[] = {"TZ=UTC+1", "MODEL=a=b", NULL};
    ink_arena_init(&arena, 64 << 10);
    struct ink_environment environment = {.api = "127.0.0.1:1",
                                          .function = "f",
                                          .region = "eu-west-1",
                                          .task_root = "/var/task",
                                          .memory_mb = 128,
                                          .more = more};
    const char *const *env = ink_environment_new(&environment, &arena);
    size_t timezones = 0, count = 0;
    assert_non_null(env);
    for (; env[count]; count++) timezones += !strncmp(env[count], "TZ=", 3);
    assert_int_equal(timezones, 1);
    assert_string_equal(env[count - 1], "MODEL=a=b");
    assert_string_equal(env[count - 2], "TZ=UTC+1");
    assert_string_equal(env[0], "AWS_LAMBDA_RUNTIME_API=127.0.0.1:1");
    ink_arena_cleanup(&arena);
    ink_arena_init(&arena, 64);
    assert_null(ink_environment_new(&environment, &arena));
    ink_arena_cleanup(&arena);
}

int main(void)
{
#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, setup_with, teardown),                                                       \
        cmocka_unit_test_setup_teardown(test, setup_without, teardown)
    const struct CMUnitTest tests[] = {
        BOTH(its_end_is_told),         BOTH(it_has_lambdas_limits),  BOTH(what_it_started_ends_with_it),
        BOTH(all_its_processes_count), BOTH(what_cannot_be_started), cmocka_unit_test(the_environment_is_lambdas)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
