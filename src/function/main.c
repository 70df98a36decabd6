/* SPDX-License-Identifier: MIT */
/* bootstrap: the function. next -> handle -> response or error, until the platform ends it.
 *
 *   AWS_LAMBDA_RUNTIME_API           where invocations come from
 *   AWS_LAMBDA_FUNCTION_MEMORY_SIZE  MB; models and pictures are held against it
 *   AWS_LAMBDA_LOG_FORMAT, _LEVEL    JSON or Text; DEBUG, INFO, WARN, ERROR
 *   INKLING_METRICS                  on or off: EMF lines (metrics.h); without it they are on with JSON logs
 *   LAMBDA_TASK_ROOT                 where the zip was unpacked: its model.onnx answers where a bucket has none
 *   INKLING_BUCKET                   this bucket's models read posted pictures; the root's is loaded before the first
 *                                    invocation, unless INKLING_COLD is set
 *   and what aws/config.h reads */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "function/reply.h"
#include "function/standby.h"
#include "pipeline/metrics.h"
#include "pipeline/recognise.h"

enum {
    CONFIG_BYTES_MAX = 64 * 1024,
    ANSWER_BYTES_MAX = 4 * 1024 * 1024,
    WARM_US = 8000000,  /* Lambda gives 10 s to start */
    MARGIN_US = 250000, /* for telling the platform, before it stops us */
};

struct function {
    struct ink_arena arena;
    struct ink_aws_config config;
    struct ink_http_client *http;
    struct ink_runtime *runtime;
    struct ink_s3 *s3;
    struct ink_s3_objects objects;
    struct ink_recogniser *recogniser;
    struct ink_invocation invocation; /* the present one */
    struct ink_function_standby standby;
};

static void set_up_log(void)
{
    static const char *const levels[] = {"DEBUG", "INFO", "WARN", "ERROR"};
    const char *format = getenv("AWS_LAMBDA_LOG_FORMAT"), *level = getenv("AWS_LAMBDA_LOG_LEVEL");
    enum ink_log_level least = INK_LOG_INFO;
    for (int i = 0; level && i < 4; i++)
        if (ink_text_equal_nocase(level, levels[i])) least = (enum ink_log_level)i;
    ink_log_setup(least, format && ink_text_equal_nocase(format, "JSON"));
}

/* With JSON logs somebody has asked for logs that programs read; elsewhere such a line is in the way. */
static void set_up_metrics(void)
{
    const char *wanted = getenv("INKLING_METRICS"), *format = getenv("AWS_LAMBDA_LOG_FORMAT");
    const char *function = getenv("AWS_LAMBDA_FUNCTION_NAME");
    bool on = wanted ? ink_text_equal_nocase(wanted, "on") : format && ink_text_equal_nocase(format, "JSON");
    if (on) ink_metrics_setup(function && *function ? function : "inkling");
}

static size_t memory_from_env(void)
{
    const char *text = getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
    uint64_t mb = 0;
    return text && ink_text_u64(ink_view_text(text), 1 << 20, &mb) ? (size_t)mb << 20 : 0;
}

static ink_status connect_platform(struct function *f, struct ink_error *err)
{
    const char *address = getenv("AWS_LAMBDA_RUNTIME_API");
    if (!address)
        return ink_fail(
            err, INK_E_ARGUMENT,
            "AWS_LAMBDA_RUNTIME_API is not set: Lambda, `inkling serve` or `inkling invoke` start this program");
    f->http = ink_http_client_new();
    if (!f->http) return ink_fail(err, INK_E_OOM, "no memory for connections");
    return ink_runtime_new(f->http, address, &f->runtime, err);
}

static ink_status start(struct function *f, struct ink_error *err)
{
    const char *bucket = getenv("INKLING_BUCKET");
    if (bucket && !*bucket) bucket = NULL;
    ink_status st = ink_aws_config_from_env(&f->arena, &f->config, err);
    if (!st) st = ink_s3_new(f->http, &f->config, NULL, &f->s3, err);
    if (st) return st;
    ink_s3_objects_init(&f->objects, f->s3);
    ink_function_standby_init(&f->standby, &f->config, getenv("AWS_LAMBDA_RUNTIME_API"), &f->invocation);
    struct ink_recogniser_options options = {.memory_bytes = memory_from_env(),
                                             .threads = 1,
                                             .standby = &f->standby.standby,
                                             .packaged_folder = getenv("LAMBDA_TASK_ROOT"),
                                             .bucket = bucket};
    f->recogniser = ink_recogniser_new(&f->objects.objects, &options);
    if (!f->recogniser) return ink_fail(err, INK_E_OOM, "no memory to start");
    if (bucket && !getenv("INKLING_COLD")) ink_recogniser_warm(f->recogniser, bucket, ink_clock_us() + WARM_US);
    return INK_OK;
}

static ink_status answer_invocation(struct function *f, struct ink_error *err)
{
    const struct ink_invocation *invocation = &f->invocation;
    struct ink_buffer answer;
    struct ink_error why = {0};
    uint64_t deadline_us = invocation->deadline_us > MARGIN_US ? invocation->deadline_us - MARGIN_US : 0;
    ink_buffer_init(&answer, ANSWER_BYTES_MAX);
    ink_log_request(invocation->request_id);
    (void)!ink_recognise_event(f->recogniser, ink_buffer_view(&invocation->event), deadline_us, &answer, &why);
    ink_status st = ink_reply(f->runtime, invocation, ink_buffer_view(&answer), &why, err);
    ink_buffer_cleanup(&answer);
    ink_log_request(NULL);
    return st;
}

static ink_status serve(struct function *f, struct ink_error *err)
{
    ink_status st = INK_OK;
    while (!st) {
        st = ink_runtime_next(f->runtime, &f->invocation, err);
        if (!st) st = answer_invocation(f, err);
    }
    return st;
}

int main(void)
{
    struct function f = {0};
    struct ink_error err = {0};
    char type[INK_ERROR_TYPE_MAX];
    set_up_log();
    set_up_metrics();
    ink_arena_init(&f.arena, CONFIG_BYTES_MAX);
    ink_status st = connect_platform(&f, &err);
    if (!st) {
        st = start(&f, &err);
        ink_error_type(st, type);
        if (st && ink_runtime_init_fail(f.runtime, type, err.text, NULL))
            ink_log(INK_LOG_WARN, "the platform could not be told so");
    }
    if (!st) st = serve(&f, &err);
    ink_log(INK_LOG_ERROR, "bootstrap: %s: %s", ink_status_word(st), err.text);
    ink_recogniser_free(f.recogniser);
    ink_invocation_cleanup(&f.invocation);
    ink_s3_free(f.s3);
    ink_runtime_free(f.runtime);
    ink_http_client_free(f.http);
    ink_arena_cleanup(&f.arena);
    return 1;
}
