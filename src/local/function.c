/* SPDX-License-Identifier: MIT */
#include "local/function.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "local/lambda_runtime.h"
#include "local/output.h"
#include "local/trigger.h"
#include "sandbox/environment.h"
#include "sandbox/process.h"

enum {
    INIT_MS = 10000, /* from the start of a process to its first GET next */
    SAMPLE_MS = 100, /* how often memory is looked at while an invocation runs */
    ENV_MAX = 32,
};

struct worker {
    struct ink_function *function;
    pthread_t thread;
    bool threaded;
    struct ink_queue_seat seat;
    int notify; /* the Runtime API's eventfd */
    struct ink_runtime *runtime;
    char api[24]; /* its address */
    const char *const *env;
    struct ink_process process;
    struct ink_output output; /* with a watcher only */
    void *try;                /* the watcher's */
    bool warm;                /* its process is started without an event */
};

struct ink_function {
    struct ink_function_options options;
    struct ink_arena arena; /* of the options and the environment */
    struct ink_queue *queue;
    char *folder, *arn;
    struct ink_walls walls;
    atomic_bool stop;
    _Atomic int64_t stop_at_ms; /* wall clock */
    struct worker *workers;
};

/* How an invocation ended; the text is written for the record. */
struct outcome {
    bool ok, unfinished, expired;
    struct ink_view answer; /* as the Runtime API's result's */
    struct ink_queue_failure failure;
    char type[128], message[INK_ERROR_TEXT_MAX];
};

static void fail_outcome(struct outcome *outcome, const char *type, const char *message)
{
    snprintf(outcome->type, sizeof outcome->type, "%s", type);
    snprintf(outcome->message, sizeof outcome->message, "%s", message);
    outcome->failure = (struct ink_queue_failure){.error_type = outcome->type, .message = outcome->message};
}

/* --- its process ------------------------------------------------------------------------------------------------ */

static void end_process(struct worker *worker)
{
    ink_process_end(&worker->process, NULL);
    ink_runtime_process_gone(worker->runtime);
}

static ink_status start_process(struct worker *worker, struct ink_error *err)
{
    const struct ink_function *function = worker->function;
    const struct ink_function_options *options = &function->options;
    struct ink_process_options process = {.program = options->program,
                                          .env = worker->env,
                                          .folder = function->folder,
                                          .walls = function->walls,
                                          .memory_mb = options->memory_mb,
                                          .output = options->watcher ? worker->output.write_fd : options->output};
    return ink_process_start(&process, &worker->process, err);
}

static void describe_exit(struct worker *worker, const char *request_id, struct outcome *outcome)
{
    char how[80], message[200];
    int status = ink_process_end(&worker->process, NULL);
    if (status == 0) {
        snprintf(message, sizeof message, "RequestId: %s Error: Runtime exited without providing a reason", request_id);
    } else {
        ink_process_describe(status, how, sizeof how);
        snprintf(message, sizeof message, "RequestId: %s Error: Runtime exited with error: %s", request_id, how);
    }
    fail_outcome(outcome, "Runtime.ExitError", message);
    ink_runtime_process_gone(worker->runtime);
}

/* --- what it writes --------------------------------------------------------------------------------------------- */

static bool on_line(void *arg, struct ink_view line)
{
    struct worker *worker = arg;
    const struct ink_function_watcher *watcher = worker->function->options.watcher;
    return watcher->line(watcher->self, worker->try, line);
}

static void read_output(struct worker *worker)
{
    if (worker->function->options.watcher) ink_output_read(&worker->output, on_line, worker);
}

/* What to wait for besides: its output, where somebody wants that at once. */
static int live_output(const struct worker *worker)
{
    const struct ink_function_watcher *watcher = worker->function->options.watcher;
    return watcher && watcher->live(watcher->self) ? worker->output.read_fd : -1;
}

static void begin_try(struct worker *worker, const struct ink_store_event *event, const char *request_id, bool cold)
{
    const struct ink_function_watcher *watcher = worker->function->options.watcher;
    if (watcher && !event->direct) worker->try = watcher->begin(watcher->self, event, request_id, cold);
}

static void end_try(struct worker *worker, const struct ink_function_end *end)
{
    const struct ink_function_watcher *watcher = worker->function->options.watcher;
    if (worker->try) watcher->end(watcher->self, worker->try, end);
    worker->try = NULL;
}

/* --- one invocation --------------------------------------------------------------------------------------------- */

/* True when the Runtime API has the last word; the outcome is set then. */
static bool settled_by_answer(struct worker *worker, struct ink_runtime_result *result, struct outcome *outcome)
{
    ink_runtime_look(worker->runtime, result);
    const char *type = *result->error_type ? result->error_type : "Runtime.Unknown";
    switch (result->state) {
    case INK_RUNTIME_OFFERED:
    case INK_RUNTIME_TAKEN: return false;
    case INK_RUNTIME_ANSWERED:
        outcome->ok = true;
        outcome->answer = result->body;
        return true;
    case INK_RUNTIME_TOO_LARGE:
        fail_outcome(outcome, "Function.ResponseSizeTooLarge",
                     "Response payload size exceeded maximum allowed payload size "
                     "(6291556 bytes).");
        return true;
    case INK_RUNTIME_FAILED:
    case INK_RUNTIME_INIT_FAILED:
        fail_outcome(outcome, type, "the function answered with an error");
        outcome->failure.payload = result->body;
        return true;
    }
    return false;
}

static void kill_for(struct worker *worker, const char *type, const char *message, struct outcome *outcome)
{
    fail_outcome(outcome, type, message);
    outcome->expired = true;
    end_process(worker);
}

static bool over_limits(struct worker *worker, const struct ink_runtime_result *result, int64_t started_ms,
                        const char *request_id, struct outcome *outcome)
{
    const struct ink_function_options *options = &worker->function->options;
    char message[200];
    int64_t now = ink_clock_wall_ms();
    bool taken = result->state == INK_RUNTIME_TAKEN;
    if (taken ? now >= result->deadline_ms : now >= started_ms + INIT_MS) {
        int64_t limit_ms = taken ? options->timeout_ms : INIT_MS;
        snprintf(message, sizeof message, "RequestId: %s Error: Task timed out after %.2f seconds", request_id,
                 (double)limit_ms / 1000);
        kill_for(worker, "Sandbox.Timedout", message, outcome);
        return true;
    }
    struct ink_process_usage usage;
    ink_process_look(&worker->process, &usage);
    if (usage.now_bytes > (uint64_t)options->memory_mb << 20) {
        snprintf(message, sizeof message, "RequestId: %s Error: Runtime exited with error: signal: killed (over %u MB)",
                 request_id, options->memory_mb);
        kill_for(worker, "Runtime.OutOfMemory", message, outcome);
        return true;
    }
    return false;
}

static int wait_ms(const struct worker *worker, const struct ink_runtime_result *result, int64_t started_ms)
{
    int64_t until = result->state == INK_RUNTIME_TAKEN ? result->deadline_ms : started_ms + INIT_MS;
    int64_t left = until - ink_clock_wall_ms();
    return left < 0 ? 0 : left < SAMPLE_MS ? (int)left : SAMPLE_MS;
}

/* Waits for the answer, the end of the process, or a limit. */
static void watch(struct worker *worker, const char *request_id, struct outcome *outcome)
{
    struct ink_function *function = worker->function;
    struct ink_runtime_result result;
    int64_t started_ms = ink_clock_wall_ms();
    uint64_t looked_us = ink_clock_us();
    while (!settled_by_answer(worker, &result, outcome)) {
        if (atomic_load(&function->stop) && ink_clock_wall_ms() >= function->stop_at_ms) {
            outcome->unfinished = true;
            return;
        }
        struct pollfd fds[] = {
            {worker->process.pidfd, POLLIN, 0}, {worker->notify, POLLIN, 0}, {live_output(worker), POLLIN, 0}};
        poll(fds, 3, wait_ms(worker, &result, started_ms));
        eventfd_t times;
        if (fds[2].revents) read_output(worker);
        if (fds[1].revents) (void)eventfd_read(worker->notify, &times);
        if (fds[1].revents) continue;
        if (fds[0].revents) {
            if (!settled_by_answer(worker, &result, outcome)) describe_exit(worker, request_id, outcome);
            return;
        }
        if (fds[2].revents && ink_clock_us() - looked_us < SAMPLE_MS * 1000) continue;
        looked_us = ink_clock_us();
        read_output(worker);
        if (over_limits(worker, &result, started_ms, request_id, outcome)) return;
    }
    if (result.state == INK_RUNTIME_INIT_FAILED) ink_process_end(&worker->process, NULL);
}

static void run_event(struct worker *worker, struct ink_store_event *event)
{
    struct ink_function *function = worker->function;
    char id[INK_QUEUE_REQUEST_ID_LEN + 1];
    struct ink_error err = {0};
    struct outcome outcome = {0};
    ink_queue_request_id(event, id);
    struct ink_runtime_invocation invocation = {.request_id = id,
                                                .function_arn = function->arn,
                                                .trace = event->trace,
                                                .payload = event->payload,
                                                .timeout_ms = function->options.timeout_ms};
    uint64_t began = ink_clock_us();
    bool cold = worker->process.pid == 0;
    if (cold && start_process(worker, &err)) {
        begin_try(worker, event, id, cold);
        fail_outcome(&outcome, "Runtime.InvalidEntrypoint", err.text);
    } else {
        ink_runtime_offer(worker->runtime, &invocation);
        begin_try(worker, event, id, cold);
        watch(worker, id, &outcome);
    }
    ink_log(outcome.ok ? INK_LOG_INFO : INK_LOG_WARN, "%s %s: %s%s, %.1f ms%s", function->options.name, id,
            outcome.ok           ? "done"
            : outcome.unfinished ? "put back"
                                 : outcome.type,
            outcome.ok ? "" : " ", (double)(ink_clock_us() - began) / 1000, cold ? ", cold" : "");
    struct ink_function_end end = {.failure = outcome.ok ? NULL : &outcome.failure,
                                   .unfinished = outcome.unfinished,
                                   .took_us = ink_clock_us() - began};
    if (outcome.unfinished)
        ink_queue_put_back(function->queue, event);
    else
        end.fate = ink_queue_settle(function->queue, event, end.failure, outcome.answer);
    read_output(worker);
    end_try(worker, &end);
    ink_runtime_end(worker->runtime, outcome.expired);
}

/* --- a worker --------------------------------------------------------------------------------------------------- */

/* Between events: the seat's eventfd wakes for an event and for the end, the process may die by itself. */
static struct ink_store_event *wait_for_event(struct worker *worker)
{
    struct ink_function *function = worker->function;
    worker->seat.warm = worker->process.pid != 0;
    ink_queue_sit(function->queue, &worker->seat);
    while (!atomic_load(&function->stop)) {
        struct pollfd fds[] = {
            {worker->seat.wake, POLLIN, 0}, {worker->process.pidfd, POLLIN, 0}, {worker->output.read_fd, POLLIN, 0}};
        poll(fds, 3, -1);
        if (fds[2].revents) read_output(worker);
        if (fds[1].revents) {
            char how[80];
            ink_process_describe(ink_process_end(&worker->process, NULL), how, sizeof how);
            ink_log(INK_LOG_WARN, "%s: its process ended by itself (%s); the next event starts another",
                    function->options.name, how);
            ink_runtime_process_gone(worker->runtime);
        }
        if (!fds[0].revents) continue;
        eventfd_t times;
        (void)eventfd_read(worker->seat.wake, &times);
        struct ink_store_event *event = ink_queue_take(function->queue, &worker->seat);
        if (event) return event;
    }
    return NULL;
}

static void *worker_thread(void *arg)
{
    struct worker *worker = arg;
    struct ink_error err = {0};
    if (worker->warm && start_process(worker, &err)) ink_log(INK_LOG_ERROR, "%s", err.text);
    for (struct ink_store_event *event; (event = wait_for_event(worker));) run_event(worker, event);
    ink_queue_leave(worker->function->queue, &worker->seat);
    end_process(worker);
    return NULL;
}

static ink_status start_worker(struct ink_function *function, struct worker *worker, struct ink_error *err)
{
    worker->function = function;
    worker->process.pidfd = -1;
    worker->seat.function = function->options.name;
    worker->seat.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->notify = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (worker->seat.wake < 0 || worker->notify < 0)
        return ink_fail(err, INK_E_OOM, "%s: no descriptors are left", function->options.name);
    ink_status st =
        function->options.watcher ? ink_output_open(&worker->output, function->options.output, err) : INK_OK;
    if (!st) st = ink_runtime_new(worker->notify, &worker->runtime, err);
    if (st) return st;
    snprintf(worker->api, sizeof worker->api, "127.0.0.1:%u", ink_runtime_port(worker->runtime));
    struct ink_environment environment = {.api = worker->api,
                                          .function = function->options.name,
                                          .region = INK_TRIGGER_REGION,
                                          .task_root = function->walls.raised ? "/var/task" : function->folder,
                                          .memory_mb = function->options.memory_mb,
                                          .more = function->options.env};
    worker->env = ink_environment_new(&environment, &function->arena);
    if (!worker->env) return ink_fail(err, INK_E_OOM, "%s: out of memory", function->options.name);
    worker->threaded = !pthread_create(&worker->thread, NULL, worker_thread, worker);
    return worker->threaded ? INK_OK : ink_fail(err, INK_E_OOM, "%s: no thread can be started", function->options.name);
}

/* --- the function ----------------------------------------------------------------------------------------------- */

static ink_status copy_options(struct ink_function *function, const struct ink_function_options *options,
                               struct ink_error *err)
{
    size_t count = 0;
    while (options->env && options->env[count]) count++;
    if (count > ENV_MAX) return ink_fail(err, INK_E_LIMIT, "%s: more than %d variables", options->name, ENV_MAX);
    const char **env = INK_ARENA_ARRAY(&function->arena, const char *, count + 1);
    const char *slash = strrchr(options->program, '/');
    bool ok = env != NULL;
    for (size_t i = 0; i < count && ok; i++)
        ok = (env[i] = ink_arena_text(&function->arena, ink_view_text(options->env[i]))) != NULL;
    function->options = *options;
    function->options.env = env;
    function->options.name = ink_arena_printf(&function->arena, "%s", options->name);
    function->options.program = ink_arena_printf(&function->arena, "%s", options->program);
    function->folder =
        ink_arena_printf(&function->arena, "%.*s", slash ? (int)(slash - options->program) : 0, options->program);
    function->arn = ink_arena_printf(&function->arena, INK_TRIGGER_ARN_PREFIX "%s", options->name);
    ok = ok && function->options.name && function->options.program && function->folder && function->arn;
    return ok ? INK_OK : ink_fail(err, INK_E_OOM, "%s: out of memory", options->name);
}

static void choose_walls(struct ink_function *function)
{
    struct ink_error why = {0};
    const struct ink_function_options *options = &function->options;
    if (!options->walls) return;
    if (ink_walls_for(options->program, function->folder, &function->walls, &why))
        ink_log(INK_LOG_WARN, "%s", why.text);
    else
        ink_log(INK_LOG_INFO, "%s runs between walls: %s and /tmp%s", options->name,
                function->walls.only ? "itself" : "its folder", function->walls.host ? ", /usr and the like" : "");
}

ink_status ink_function_start(const struct ink_function_options *options, struct ink_queue *queue,
                              struct ink_function **out, struct ink_error *err)
{
    *out = NULL;
    if (options->program[0] != '/' || access(options->program, X_OK))
        return ink_fail(err, INK_E_NOT_FOUND, "%s: no program that can be run; --function PATH names one",
                        options->program);
    struct ink_function *function = ink_calloc(1, sizeof *function);
    if (!function) return ink_fail(err, INK_E_OOM, "%s: out of memory", options->name);
    ink_arena_init(&function->arena, 1 << 20);
    function->queue = queue;
    ink_status st = copy_options(function, options, err);
    if (!st) choose_walls(function);
    if (!st) function->workers = ink_calloc((size_t)options->workers, sizeof *function->workers);
    if (!st && !function->workers) st = ink_fail(err, INK_E_OOM, "%s: out of memory", options->name);
    for (int i = 0; i < options->workers && !st; i++)
        function->workers[i].output.read_fd = function->workers[i].output.write_fd = -1;
    for (int i = 0; i < options->workers && !st; i++) {
        function->workers[i].warm = i == 0;
        st = start_worker(function, &function->workers[i], err);
    }
    if (st)
        ink_function_stop(function, 0);
    else
        *out = function;
    return st;
}

void ink_function_stop(struct ink_function *function, int64_t grace_ms)
{
    if (!function) return;
    function->stop_at_ms = ink_clock_wall_ms() + grace_ms;
    atomic_store(&function->stop, true);
    for (int i = 0; function->workers && i < function->options.workers; i++)
        if (function->workers[i].threaded) eventfd_write(function->workers[i].seat.wake, 1);
    for (int i = 0; function->workers && i < function->options.workers; i++) {
        struct worker *worker = &function->workers[i];
        if (worker->threaded) pthread_join(worker->thread, NULL);
        ink_runtime_free(worker->runtime);
        ink_output_close(&worker->output);
        if (worker->seat.wake > 0) close(worker->seat.wake);
        if (worker->notify > 0) close(worker->notify);
    }
    ink_free(function->workers);
    ink_arena_cleanup(&function->arena);
    ink_free(function);
}
