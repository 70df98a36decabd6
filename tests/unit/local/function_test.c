/* SPDX-License-Identifier: MIT */
/* Events through the queue, a worker and a process, and what becomes of those that fail. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "folder.h"
#include "local/function.h"

static char program[4096]; /* odd_function, its whole path */

struct fixture {
    char folder[TEST_FOLDER_LEN], log[TEST_FOLDER_LEN + 10];
    struct ink_store *store;
    struct ink_queue *queue;
    struct ink_function *function;
    struct ink_arena arena;
    int output;
};

static void start(struct fixture *f, int workers, const char *more_env)
{
    struct ink_error err = {0};
    char log_env[100];
    snprintf(log_env, sizeof log_env, "ODD_LOG=%s", f->log);
    struct ink_queue_options retry = {.retries = 2, .retry_wait_ms = {20, 40}, .age_max_ms = 60000, .known_max = 100};
    if (ink_store_open(f->folder, &f->store, &err)) fail_msg("%s", err.text);
    if (ink_queue_new(f->store, &retry, &f->queue, &err)) fail_msg("%s", err.text);
    const char *env[] = {log_env, more_env, NULL};
    struct ink_function_options options = {.name = "odd",
                                           .program = program,
                                           .workers = workers,
                                           .timeout_ms = 500,
                                           .memory_mb = 64,
                                           .env = env,
                                           .output = f->output};
    if (ink_function_start(&options, f->queue, &f->function, &err)) fail_msg("%s", err.text);
}

static void stop(struct fixture *f)
{
    ink_function_stop(f->function, 0);
    ink_queue_free(f->queue);
    ink_store_close(f->store);
    f->function = NULL;
    f->queue = NULL;
    f->store = NULL;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    test_folder_make(f->folder);
    snprintf(f->log, sizeof f->log, "%s/log", f->folder);
    f->output = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ink_arena_init(&f->arena, 16 << 20);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    stop(f);
    close(f->output);
    ink_arena_cleanup(&f->arena);
    test_folder_remove(f->folder);
    free(f);
    return 0;
}

static void put_event(struct fixture *f, const char *what)
{
    char payload[64];
    snprintf(payload, sizeof payload, "{\"do\":\"%s\"}", what);
    assert_int_equal(ink_store_event_add(f->store, "odd", payload), INK_STORE_OK);
}

static void wait_until_settled(struct fixture *f)
{
    size_t left = 1;
    for (uint64_t until = ink_clock_us() + 30000000; left && ink_clock_us() < until; usleep(2000))
        assert_int_equal(ink_store_event_count(f->store, &left), INK_STORE_OK);
    assert_int_equal(left, 0);
}

static const char *read_log(struct fixture *f)
{
    static char text[4096];
    FILE *file = fopen(f->log, "r");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    text[len] = '\0';
    return text;
}

/* The newest record, which must be the only one. */
static const char *only_failure(struct fixture *f)
{
    struct ink_store_failure *failures;
    size_t count;
    assert_int_equal(ink_store_failure_list(f->store, 10, &f->arena, &failures, &count), INK_STORE_OK);
    assert_int_equal(count, 1);
    return failures[0].record;
}

static void one_process_handles_many(void **state)
{
    struct fixture *f = *state;
    start(f, 1, NULL);
    for (int i = 0; i < 20; i++) put_event(f, i == 7 ? "lost" : "ok");
    wait_until_settled(f);
    assert_string_equal(read_log(f), "siiiiiiiiiiiiiiiiiiii");
}

static void check_failure(struct fixture *f, const char *what, const char *log, const char *in_record)
{
    start(f, 1, NULL);
    put_event(f, what);
    put_event(f, "ok");
    wait_until_settled(f);
    assert_string_equal(read_log(f), log);
    const char *record = only_failure(f);
    if (!strstr(record, in_record)) fail_msg("%s is not in %s", in_record, record);
    assert_non_null(strstr(record, "\"condition\":\"RetriesExhausted\",\"approximateInvokeCount\":3"));
    assert_non_null(strstr(record, "\"requestPayload\":{\"do\":"));
}

static void crash(void **state)
{
    check_failure(*state, "crash", "sisiisi", "Runtime exited with error: signal: segmentation fault");
}

static void exit_without_answer(void **state)
{
    check_failure(*state, "exit", "sisiisi", "Runtime exited without providing a reason");
}

static void hang(void **state)
{
    check_failure(*state, "hang", "sisiisi", "Task timed out after 0.50 seconds");
}

static void growth(void **state)
{
    check_failure(*state, "grow", "sisiisi", "Runtime.OutOfMemory");
}

static void error_answer(void **state)
{
    check_failure(*state, "error", "siiii",
                  "\"responsePayload\":{\"errorType\":\"Odd.Error\",\"errorMessage\":\"as told\"}");
}

static void init_error(void **state)
{
    struct fixture *f = *state;
    start(f, 1, "ODD_INIT=1");
    put_event(f, "ok");
    wait_until_settled(f);
    assert_non_null(strstr(only_failure(f), "Odd.Init"));
}

static void workers_share(void **state)
{
    struct fixture *f = *state;
    start(f, 3, NULL);
    for (int i = 0; i < 3; i++) put_event(f, "hang");
    for (int i = 0; i < 30; i++) put_event(f, "ok");
    wait_until_settled(f);
    const char *log = read_log(f);
    size_t calls = 0;
    for (const char *c = log; *c; c++) calls += *c == 'i';
    assert_int_equal(calls, 3 * 3 + 30);
    assert_null(strpbrk(log, "[?"));
}

static void a_stopped_server_goes_on_later(void **state)
{
    struct fixture *f = *state;
    start(f, 1, NULL);
    put_event(f, "hang"); /* under way when the server stops: not counted as a try */
    for (int i = 0; i < 5; i++) put_event(f, "ok");
    for (int i = 0; i < 1000 && !strchr(read_log(f), 'i'); i++) usleep(1000);
    stop(f);
    size_t left;
    start(f, 1, NULL);
    assert_int_equal(ink_store_event_count(f->store, &left), INK_STORE_OK);
    assert_int_equal(left, 6);
    wait_until_settled(f);
    only_failure(f);
}

static void more_events_than_memory_holds(void **state)
{
    struct fixture *f = *state;
    struct ink_error err = {0};
    assert_int_equal(ink_store_open(f->folder, &f->store, &err), INK_OK);
    struct ink_queue_options retry = ink_queue_defaults();
    retry.known_max = 40;
    assert_int_equal(ink_queue_new(f->store, &retry, &f->queue, &err), INK_OK);
    struct ink_queue_seat seat = {.function = "odd", .wake = -1};
    enum { MANY = 200 };
    for (int i = 0; i < MANY; i++) put_event(f, "ok");
    for (int i = 0; i < MANY; i++) {
        struct ink_store_event *event = NULL;
        for (int tries = 0; !event && tries < 1000; tries++) {
            ink_queue_sit(f->queue, &seat);
            event = ink_queue_take(f->queue, &seat);
            ink_queue_leave(f->queue, &seat);
            if (!event) usleep(1000);
        }
        assert_non_null(event);
        ink_queue_settle(f->queue, event, NULL, (struct ink_view){0});
    }
    wait_until_settled(f);
}

int main(int argc, char **argv)
{
    if (argc < 2 || !realpath(argv[1], program)) return 2;
    setenv("ODD_SECRET", "of the host", 1);
    ink_log_setup(INK_LOG_ERROR + 1, false);
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(one_process_handles_many),
        TEST(crash),
        TEST(exit_without_answer),
        TEST(hang),
        TEST(growth),
        TEST(error_answer),
        TEST(init_error),
        TEST(workers_share),
        TEST(a_stopped_server_goes_on_later),
        TEST(more_events_than_memory_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
