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
    const struct ink_function_watcher *watcher; /* NULL: nobody */
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
                                           .output = f->output,
                                           .watcher = f->watcher};
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

/* --- calls ------------------------------------------------------------------------------------------------------ */

static ink_status ask(struct fixture *f, const char *what, int64_t timeout_ms, struct ink_buffer *answer,
                      struct ink_error *err)
{
    char payload[64];
    snprintf(payload, sizeof payload, "{\"do\":\"%s\"}", what);
    *err = (struct ink_error){0};
    ink_buffer_init(answer, 1000);
    return ink_queue_call(f->queue, "odd", payload, timeout_ms, answer, err);
}

/* What comes of a call; nothing of it is kept. */
static void calls(void **state)
{
    static const struct {
        const char *what, *message;
        ink_status want;
        int64_t timeout_ms;
    } cases[] = {
        {"ok", "", INK_OK, 10000},
        {"error", "as told", INK_E_REMOTE, 10000},
        {"crash", "Runtime exited with error: signal: segmentation fault", INK_E_REMOTE, 10000},
        {"hang", "Task timed out after 0.50 seconds", INK_E_REMOTE, 10000},
        {"hang", "the function did not answer within 0.1 s", INK_E_TIMEOUT, 100},
        {"ok", "", INK_OK, 10000}, /* behind the one that nobody waits for any more */
    };
    struct fixture *f = *state;
    struct ink_store_failure *failures;
    size_t count;
    start(f, 1, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_buffer answer;
        struct ink_error err;
        assert_int_equal(ask(f, cases[i].what, cases[i].timeout_ms, &answer, &err), cases[i].want);
        assert_string_equal(err.text, cases[i].message);
        if (!cases[i].want) assert_string_equal((char *)answer.data, "{}");
        ink_buffer_cleanup(&answer);
    }
    assert_int_equal(ink_store_event_count(f->store, &count), INK_STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(ink_store_failure_list(f->store, 10, &f->arena, &failures, &count), INK_STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(ink_queue_waiting(f->queue), 0);
}

struct caller {
    struct fixture *f;
    pthread_t thread;
    ink_status status;
};

static void *call_thread(void *arg)
{
    struct caller *caller = arg;
    struct ink_buffer answer;
    struct ink_error err;
    caller->status = ask(caller->f, "hang", 60000, &answer, &err);
    ink_buffer_cleanup(&answer);
    return NULL;
}

/* There is room for so many; those who wait are let go when the server stops. No function takes them up here. */
static void calls_that_nobody_answers(void **state)
{
    struct fixture *f = *state;
    struct caller callers[INK_QUEUE_CALLS_MAX];
    struct ink_buffer answer;
    struct ink_error err = {0};
    struct ink_queue_options options = ink_queue_defaults();
    assert_int_equal(ink_store_open(f->folder, &f->store, &err), INK_OK);
    assert_int_equal(ink_queue_new(f->store, &options, &f->queue, &err), INK_OK);
    assert_int_equal(ask(f, "ok", 10, &answer, &err), INK_E_TIMEOUT);
    ink_buffer_cleanup(&answer);
    assert_int_equal(ink_queue_waiting(f->queue), 0);
    for (int i = 0; i < INK_QUEUE_CALLS_MAX; i++) {
        callers[i].f = f;
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_thread, &callers[i]), 0);
    }
    while (ink_queue_waiting(f->queue) < INK_QUEUE_CALLS_MAX) usleep(1000);
    assert_int_equal(ask(f, "ok", 10, &answer, &err), INK_E_LIMIT);
    ink_buffer_cleanup(&answer);
    ink_queue_hang_up(f->queue);
    for (int i = 0; i < INK_QUEUE_CALLS_MAX; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].status, INK_E_TIMEOUT);
    }
    assert_int_equal(ink_queue_waiting(f->queue), 0);
}

/* --- a watcher -------------------------------------------------------------------------------------------------- */

static struct ink_buffer story; /* what it is told, in order */
static bool at_once;

static void *story_begin(void *self, const struct ink_store_event *event, const char *request_id, bool cold)
{
    ink_buffer_printf(&story, "begin %d%s;", event->attempts, cold ? " cold" : "");
    return &story;
}

static bool story_live(void *self)
{
    return at_once;
}

static bool story_line(void *self, void *try, struct ink_view line)
{
    ink_buffer_printf(&story, "%s%.5s;", try ? "" : "between ", (const char *)line.data);
    return true;
}

static void story_end(void *self, void *try, const struct ink_function_end *end)
{
    ink_buffer_printf(&story, "end %s%s%s;", end->failure ? end->failure->error_type : "well",
                      end->fate.retry_at_ms ? " retry" : "", end->fate.given_up ? " given up" : "");
}

/* The same is told whether lines are wanted at once or not. A call is not told of, but what it writes is. */
static void a_watcher_is_told_all(void **state)
{
    struct fixture *f = *state;
    static const struct ink_function_watcher watcher = {NULL, story_begin, story_live, story_line, story_end};
    f->watcher = &watcher;
    for (int round = 0; round < 2; round++) {
        struct ink_buffer answer;
        struct ink_error err;
        at_once = round;
        ink_buffer_init(&story, 10000);
        start(f, 1, NULL);
        const char object[] = "{\"do\":\"%s\",\"key\":\"k\",\"eTag\":\"e\"}";
        for (int i = 0; i < 2; i++) {
            char payload[100];
            snprintf(payload, sizeof payload, object, i ? "crash" : "ok");
            assert_int_equal(ink_store_event_add(f->store, "odd", payload), INK_STORE_OK);
        }
        wait_until_settled(f);
        assert_int_equal(ask(f, "ok", 10000, &answer, &err), INK_OK);
        ink_buffer_cleanup(&answer);
        stop(f);
        assert_string_equal((char *)story.data,
                            "begin 0;event;end well;"
                            "begin 0;event;end Runtime.ExitError retry;begin 1 cold;event;end Runtime.ExitError retry;"
                            "begin 2 cold;event;end Runtime.ExitError given up;");
        ink_buffer_cleanup(&story);
    }
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
        TEST(calls),
        TEST(calls_that_nobody_answers),
        TEST(a_watcher_is_told_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
