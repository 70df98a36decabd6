/* SPDX-License-Identifier: MIT */
#include "cli/invocation.h"

#include <math.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "sandbox/environment.h"

#define FUNCTION "inkling"
#define ACCOUNT  "000000000000"

enum {
    INIT_MS = 10000,
    SAMPLE_MS = 10, /* how often memory is looked at */
    ENV_BYTES_MAX = 64 << 10,
    PAYLOAD_MAX = 8 << 20,
};

struct invocation {
    const struct ink_invocation_options *options;
    struct ink_invocation_result *result;
    struct ink_arena arena; /* of the environment */
    struct ink_runtime_api api;
    struct ink_process process;
    struct ink_process_options start;
    char error_type[128];          /* "" while all is well */
    bool invoking;                 /* START was said */
    bool settled;                  /* the caller has its answer */
    bool late;                     /* it has ended it for taking too long */
    bool platform_failed;          /* the platform has ended it, or has found it ended */
    uint64_t started_us, ready_us; /* of this process */
    uint64_t init_us, duration_us; /* what is reported; init_us 0: it did not go well at first */
    uint64_t peak_bytes;
};

static unsigned megabytes(uint64_t bytes)
{
    return (unsigned)((bytes + (1 << 20) - 1) >> 20);
}

/* --- how it ended ----------------------------------------------------------------------------------------------- */

/* The platform's own words: they are the payload, and a line of the log. */
static void fail(struct invocation *v, enum ink_invocation_end end, const char *type, const char *message)
{
    struct ink_buffer *payload = &v->result->payload;
    snprintf(v->error_type, sizeof v->error_type, "%s", type);
    if (v->settled) return;
    v->result->end = end;
    ink_buffer_clear(payload);
    ink_buffer_printf(payload, "{\"errorType\":\"%s\",\"errorMessage\":\"%s\"}", type, message);
}

static void fail_request(struct invocation *v, enum ink_invocation_end end, const char *type, const char *what)
{
    char message[200], now[INK_CLOCK_ISO_LEN + 1];
    snprintf(message, sizeof message, "RequestId: %s Error: %s", v->api.id, what);
    fail(v, end, type, message);
    v->platform_failed = true;
    v->late = end == INK_INVOCATION_TIMED_OUT;
    ink_clock_iso(ink_clock_wall_ms(), now);
    if (v->late && v->invoking) /* of a late init only INIT_REPORT speaks */
        fprintf(v->options->log, "%s %s %s\n\n", now, v->api.id, what);
    else if (!v->late)
        fprintf(v->options->log, "%s\n%s\n", message, type);
}

static void end_process(struct invocation *v, int *status)
{
    struct ink_process_usage usage;
    uint64_t peak_bytes;
    ink_process_look(&v->process, &usage);
    *status = ink_process_end(&v->process, &peak_bytes);
    if (usage.peak_bytes == 0) usage.peak_bytes = peak_bytes; /* it had ended by itself */
    if (usage.peak_bytes > v->peak_bytes) v->peak_bytes = usage.peak_bytes;
}

static void out_of_memory(struct invocation *v)
{
    fail_request(v, INK_INVOCATION_OUT_OF_MEMORY, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
}

/* Its process has ended by itself. One that was refused memory mostly crashes over it. */
static void exited(struct invocation *v)
{
    char how[80], what[120] = "Runtime exited without providing a reason";
    int status;
    end_process(v, &status);
    if (status && v->peak_bytes > (uint64_t)v->options->memory_mb << 20) return out_of_memory(v);
    ink_process_describe(status, how, sizeof how);
    if (status) snprintf(what, sizeof what, "Runtime exited with error: %s", how);
    fail_request(v, INK_INVOCATION_EXITED, "Runtime.ExitError", what);
}

static void timed_out(struct invocation *v, long limit_ms)
{
    char what[60];
    snprintf(what, sizeof what, "Task timed out after %.2f seconds", (double)limit_ms / 1000);
    fail_request(v, INK_INVOCATION_TIMED_OUT, "Sandbox.Timedout", what);
}

static void answered(struct invocation *v, enum ink_runtime_call call)
{
    struct ink_buffer *payload = &v->result->payload;
    if (call == INK_CALL_TOO_LARGE)
        return fail(v, INK_INVOCATION_FAILED, "Function.ResponseSizeTooLarge",
                    "Response payload size exceeded maximum allowed payload size (6291556 bytes).");
    ink_buffer_clear(payload);
    ink_buffer_append(payload, v->api.body.data, v->api.body.len);
    v->result->end = call == INK_CALL_RESPONSE ? INK_INVOCATION_ANSWERED : INK_INVOCATION_FAILED;
    const char *type = *v->api.error_type ? v->api.error_type : "Runtime.Unknown";
    if (call != INK_CALL_RESPONSE) snprintf(v->error_type, sizeof v->error_type, "%s", type);
}

/* --- waiting ---------------------------------------------------------------------------------------------------- */

static bool over_memory(struct invocation *v)
{
    struct ink_process_usage usage;
    ink_process_look(&v->process, &usage);
    if (usage.now_bytes > v->peak_bytes) v->peak_bytes = usage.now_bytes;
    if (usage.peak_bytes > v->peak_bytes) v->peak_bytes = usage.peak_bytes;
    return usage.now_bytes > (uint64_t)v->options->memory_mb << 20 || usage.processes > INK_PROCESSES_MOST;
}

static bool has_ended(const struct ink_process *process)
{
    struct pollfd p = {process->pidfd, POLLIN, 0};
    return poll(&p, 1, 0) == 1;
}

/* The next call that counts. INK_CALL_NONE: something has ended the process, and v->result says what. */
static enum ink_runtime_call wait_for_call(struct invocation *v, uint64_t until_us, long limit_ms)
{
    for (uint64_t looked_us = ink_clock_us();;) {
        /* what it said before its end counts */
        bool ended = has_ended(&v->process);
        enum ink_runtime_call call = ink_runtime_api_wait(&v->api, v->process.pidfd, ended ? 0 : SAMPLE_MS);
        if (call) return call;
        uint64_t now_us = ink_clock_us();
        if (*v->options->cancel) {
            v->result->end = INK_INVOCATION_CANCELLED;
            return INK_CALL_NONE;
        }
        if (now_us >= until_us) {
            timed_out(v, limit_ms);
            return INK_CALL_NONE;
        }
        if (now_us - looked_us >= SAMPLE_MS * 1000u) {
            looked_us = now_us;
            if (over_memory(v)) {
                out_of_memory(v);
                return INK_CALL_NONE;
            }
        }
        if (!ended) continue;
        exited(v);
        return INK_CALL_NONE;
    }
}

/* --- the phases ------------------------------------------------------------------------------------------------- */

/* Starts the process and waits until it asks for an event. */
static bool init(struct invocation *v, uint64_t until_us, long limit_ms)
{
    struct ink_error err = {0};
    v->started_us = ink_clock_us();
    if (ink_process_start(&v->start, &v->process, &err)) {
        fail_request(v, INK_INVOCATION_EXITED, "Runtime.InvalidEntrypoint", err.text);
        return false;
    }
    enum ink_runtime_call call = wait_for_call(v, until_us, limit_ms);
    v->ready_us = ink_clock_us();
    if (call && call != INK_CALL_NEXT) answered(v, call);
    return call == INK_CALL_NEXT;
}

/* Lambda's line about an init that went wrong; what it left goes. */
static void give_up_init(struct invocation *v)
{
    int status;
    end_process(v, &status);
    fprintf(v->options->log, "INIT_REPORT Init Duration: %.2f ms\tPhase: init\tStatus: %s",
            (double)(ink_clock_us() - v->started_us) / 1e3, v->late ? "timeout" : "error");
    fprintf(v->options->log, v->late ? "\n" : "\tError Type: %s\n", v->error_type);
    ink_runtime_api_reset(&v->api);
    *v->error_type = '\0';
    v->platform_failed = v->late = false;
}

static void give(struct invocation *v, uint64_t until_us)
{
    char arn[120];
    int64_t left_ms = ((int64_t)until_us - (int64_t)ink_clock_us()) / 1000;
    snprintf(arn, sizeof arn, "arn:aws:lambda:%.40s:" ACCOUNT ":function:" FUNCTION, v->options->region);
    ink_runtime_api_give(&v->api, v->options->event, arn, ink_clock_wall_ms() + left_ms);
}

/* The event, its answer, and what it does until it asks for the next one: that counts as well. */
static void invoke(struct invocation *v, uint64_t until_us)
{
    long limit_ms = v->options->timeout_s * 1000;
    enum ink_runtime_call call = INK_CALL_NEXT;
    for (; call == INK_CALL_NEXT; call = wait_for_call(v, until_us, limit_ms))
        give(v, until_us); /* once more to one that asks once more: it has not got it */
    if (!call) return;
    answered(v, call);
    v->settled = call != INK_CALL_INIT_ERROR;
    while (v->settled && call && call != INK_CALL_NEXT) call = wait_for_call(v, until_us, limit_ms);
}

/* Its start counts as part of the invocation where it had failed before. */
static void run(struct invocation *v)
{
    const struct ink_invocation_options *options = v->options;
    long timeout_ms = options->timeout_s * 1000;
    bool ready = init(v, ink_clock_us() + INIT_MS * 1000u, INIT_MS);
    if (ready) v->init_us = v->ready_us - v->started_us;
    if (!ready && v->result->end == INK_INVOCATION_CANCELLED) return;
    if (!ready) give_up_init(v);
    v->invoking = true;
    fprintf(options->log, "START RequestId: %s Version: $LATEST\n", v->api.id);
    uint64_t begun_us = ink_clock_us(), until_us = begun_us + (uint64_t)timeout_ms * 1000;
    if (ready || init(v, until_us, timeout_ms)) invoke(v, until_us);
    v->duration_us = ink_clock_us() - begun_us;
}

static void report(const struct invocation *v)
{
    FILE *log = v->options->log;
    double duration_ms = (double)v->duration_us / 1e3, init_ms = (double)v->init_us / 1e3;
    unsigned used_mb = megabytes(v->peak_bytes), memory_mb = v->options->memory_mb;
    fprintf(log, "END RequestId: %s\n", v->api.id);
    fprintf(
        log,
        "REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %.0f ms\tMemory Size: %u MB\tMax Memory Used: %u "
        "MB\t",
        v->api.id, duration_ms, ceil(duration_ms + init_ms), memory_mb, used_mb < memory_mb ? used_mb : memory_mb);
    if (v->init_us) fprintf(log, "Init Duration: %.2f ms\t", init_ms);
    if (v->late)
        fprintf(log, "Status: timeout");
    else if (v->platform_failed)
        fprintf(log, "Status: error\tError Type: %s", v->error_type);
    fprintf(log, "\n");
}

ink_status ink_invocation_run(const struct ink_invocation_options *options, struct ink_invocation_result *out,
                              struct ink_error *err)
{
    struct invocation v = {.options = options, .result = out, .start = options->process, .process = {.pidfd = -1}};
    int status;
    *out = (struct ink_invocation_result){.end = INK_INVOCATION_FAILED};
    ink_buffer_init(&out->payload, PAYLOAD_MAX);
    ink_arena_init(&v.arena, ENV_BYTES_MAX);
    ink_status st = ink_runtime_api_open(&v.api, err);
    struct ink_environment environment = {.api = v.api.address,
                                          .function = FUNCTION,
                                          .region = options->region,
                                          .task_root = v.start.walls.raised ? "/var/task" : v.start.folder,
                                          .memory_mb = options->memory_mb,
                                          .more = options->more_env};
    v.start.env = ink_environment_new(&environment, &v.arena);
    v.start.memory_mb = options->memory_mb;
    if (!st && !v.start.env) st = ink_fail(err, INK_E_LIMIT, "its environment is over %d KB", ENV_BYTES_MAX >> 10);
    if (!st) {
        run(&v);
        end_process(&v, &status);
        if (out->end != INK_INVOCATION_CANCELLED) report(&v);
    }
    ink_runtime_api_close(&v.api);
    ink_arena_cleanup(&v.arena);
    if (!st && out->payload.failed) st = ink_fail(err, INK_E_OOM, "no memory for the answer");
    return st;
}
