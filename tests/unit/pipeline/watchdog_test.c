/* SPDX-License-Identifier: MIT */
/* watchdog_test.c - either end comes in time, or act is called, never both; and what is written where it was too late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "pipeline/standby.h"
#include "pipeline/watchdog.h"

/* FOREVER_US: what is slept where act has to come in between, however busy the machine is. */
enum { TICK_US = 20000, FOREVER_US = 30000000, ALARM_S = 60, ACTED = 3, WRONG = 4, CAME_BACK = 5 };

static void sleep_us(uint64_t us)
{
    struct timespec time = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};
    nanosleep(&time, NULL);
}

/* Acting ends a process, so each case has its own. Returns its exit status. */
static int in_process(void (*run)(void))
{
    int status = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(ALARM_S);
        run();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* --- the watchdog --- */

/* What the computing thread saw of its own time. */
struct seen {
    uint64_t began_us;    /* before the first begin */
    uint64_t computed_us; /* between begin and end, at least */
    uint64_t paused_us;   /* between end and begin, at least */
};

static void act(void *arg, uint64_t busy_us)
{
    const struct seen *seen = arg;
    uint64_t most_us = ink_clock_us() - seen->began_us - seen->paused_us;
    _exit(busy_us >= seen->computed_us && busy_us <= most_us ? ACTED : WRONG);
}

static void must_not_act(void *arg, uint64_t busy_us)
{
    _exit(WRONG);
}

/* How long it really took. */
static uint64_t slept_us(uint64_t us)
{
    uint64_t began_us = ink_clock_us();
    sleep_us(us);
    return ink_clock_us() - began_us;
}

/* Two computations with a pause between them: only computing counts, and the second one overruns. */
static void overrun(void)
{
    struct seen seen = {.began_us = ink_clock_us()};
    struct ink_watchdog *w = ink_watchdog_new();
    ink_watchdog_watch(w, ink_clock_us() + 30 * TICK_US, act, &seen);
    ink_watchdog_begin(w);
    seen.computed_us = slept_us(10 * TICK_US);
    ink_watchdog_end(w);
    seen.paused_us = slept_us(15 * TICK_US);
    ink_watchdog_begin(w);
    sleep_us(FOREVER_US);
    ink_watchdog_end(w);
    _exit(CAME_BACK);
}

/* The time passes between two computations: the second is one that came too late, at once. */
static void begin_late(void)
{
    struct seen seen = {.began_us = ink_clock_us()};
    struct ink_watchdog *w = ink_watchdog_new();
    ink_watchdog_watch(w, ink_clock_us() + 5 * TICK_US, act, &seen);
    ink_watchdog_begin(w);
    ink_watchdog_end(w);
    seen.paused_us = slept_us(6 * TICK_US);
    ink_watchdog_begin(w);
    sleep_us(FOREVER_US);
    ink_watchdog_end(w);
    _exit(CAME_BACK);
}

/* A thread that sleeps until a far time, or that has slept through one, hears of a nearer one. */
static void watch_nearer(void)
{
    struct seen seen = {.began_us = ink_clock_us()};
    struct ink_watchdog *w = ink_watchdog_new();
    ink_watchdog_watch(w, ink_clock_us() + 10 * (uint64_t)FOREVER_US, must_not_act, NULL);
    ink_watchdog_begin(w);
    ink_watchdog_end(w);
    sleep_us(TICK_US);
    ink_watchdog_watch(w, ink_clock_us() + TICK_US, act, &seen);
    ink_watchdog_begin(w);
    sleep_us(FOREVER_US);
    _exit(CAME_BACK);
}

/* Many short ones in turn, each watched until just about the time that it takes: end and act meet. */
static void race(void)
{
    struct seen seen = {.began_us = ink_clock_us()};
    struct ink_watchdog *w = ink_watchdog_new();
    for (int i = 0; i < 2000; i++) {
        uint64_t when_us = ink_clock_us() + 60;
        ink_watchdog_watch(w, when_us, act, &seen);
        ink_watchdog_begin(w);
        while (ink_clock_us() + 1 < when_us) continue;
        ink_watchdog_end(w);
        ink_watchdog_watch(w, 0, NULL, NULL);
    }
    ink_watchdog_free(w);
}

static void in_time(void)
{
    struct ink_watchdog *w = ink_watchdog_new();
    for (int i = 0; i < 3; i++) {
        uint64_t began_us = ink_clock_us();
        ink_watchdog_watch(w, began_us + FOREVER_US, must_not_act, NULL);
        ink_watchdog_begin(w);
        uint64_t computed_us = slept_us(TICK_US);
        ink_watchdog_end(w);
        uint64_t busy_us = ink_watchdog_busy_us(w);
        if (busy_us < computed_us || busy_us > ink_clock_us() - began_us) _exit(WRONG);
    }
    ink_watchdog_free(w);
}

/* Nobody computes when the time comes; then somebody does whom nobody watches. */
static void idle(void)
{
    struct ink_watchdog *w = ink_watchdog_new();
    ink_watchdog_watch(w, ink_clock_us() + 50 * TICK_US, must_not_act, NULL);
    ink_watchdog_begin(w);
    ink_watchdog_end(w);
    sleep_us(55 * TICK_US);
    ink_watchdog_watch(w, 0, NULL, NULL);
    ink_watchdog_begin(w);
    sleep_us(TICK_US);
    ink_watchdog_end(w);
    ink_watchdog_free(w);
}

static void test_acts(void **state)
{
    assert_int_equal(in_process(overrun), ACTED);
    assert_int_equal(in_process(begin_late), ACTED);
    assert_int_equal(in_process(watch_nearer), ACTED);
}

static void test_leaves_alone(void **state)
{
    assert_int_equal(in_process(in_time), 0);
    assert_int_equal(in_process(idle), 0);
    ink_watchdog_free(NULL);
}

static void test_race(void **state)
{
    int status = in_process(race);
    assert_true(status == 0 || status == ACTED);
}

/* --- what is too slow --- */

static void test_too_slow(void **state)
{
    struct ink_sources sources = {.bucket = "b", .picture_key = "a/digit.png"};
    struct ink_error answer = {0}, err = {0};
    assert_int_equal(ink_too_slow(&sources, "it was not read", 500, 1000, 2000, &answer, &err), INK_OK);
    assert_int_equal(answer.status, INK_E_TIMEOUT);
    assert_non_null(strstr(answer.text, "digit.png: it was not read after 0.0 s"));
    answer = (struct ink_error){0};
    assert_int_equal(ink_too_slow(&sources, "it was not read", 499, 1000, 2000, &answer, &err), INK_E_TIMEOUT);
    assert_int_equal(answer.status, INK_OK);
    assert_non_null(strstr(err.text, "b/a/digit.png"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_acts),
        cmocka_unit_test(test_leaves_alone),
        cmocka_unit_test(test_race),
        cmocka_unit_test(test_too_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
