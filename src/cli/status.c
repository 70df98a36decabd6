/* SPDX-License-Identifier: MIT */
/* status.c - how a bucket's pipeline is: stack, function, what has no answer, what has failed. */
#include <jansson.h>
#include <stdio.h>

#include "aws/sqs.h"
#include "cli/deployed.h"
#include "cli/print.h"
#include "cli/unanswered.h"

/* Each part fills its object, or says why it could not. */
struct part {
    const char *name;
    ink_status (*ask)(struct ink_deployed *d, json_t *out, struct ink_error *err);
    void (*print)(const json_t *part);
};

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static long long number(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
    return ink_aws_member(object, key);
}

/* --- function ---------------------------------------------------------------------------------------------------------------- */

static ink_status ask_function(struct ink_deployed *d, json_t *out, struct ink_error *err)
{
    char target[160];
    json_t *answer;
    snprintf(target, sizeof target, "/2015-03-31/functions/%s/configuration", d->function_name);
    struct ink_aws_request request = {
        .service = INK_AWS_LAMBDA, .action = "GetFunctionConfiguration", .method = "GET", .target = target};
    ink_status st = ink_aws_get_json(&d->aws, &request, &answer, err);
    if (st) return st;
    const char *arch = json_string_value(json_array_get(json_object_get(answer, "Architectures"), 0));
    set(out, "name", json_string(d->function_name));
    set(out, "architecture", json_string(arch ? arch : "x86_64"));
    set(out, "memory_mb", json_integer(number(answer, "MemorySize")));
    set(out, "timeout_s", json_integer(number(answer, "Timeout")));
    set(out, "state", json_string(text(answer, "State")));
    set(out, "code_sha256", json_string(text(answer, "CodeSha256")));
    set(out, "code_bytes", json_integer(number(answer, "CodeSize")));
    set(out, "modified", json_string(text(answer, "LastModified")));
    set(out, "url", json_string(ink_stack_output(&d->stack, "Url")));
    json_decref(answer);
    return INK_OK;
}

static void print_function(const json_t *part)
{
    char size[32];
    printf("%s, %s, %lld MB, %lld s, %s\n", text(part, "name"), text(part, "architecture"), number(part, "memory_mb"),
           number(part, "timeout_s"), text(part, "state"));
    printf("  code        %s, sha256 %s, since %s\n", ink_print_bytes((uint64_t)number(part, "code_bytes"), size),
           text(part, "code_sha256"), text(part, "modified"));
    if (*text(part, "url")) printf("  address     %s\n", text(part, "url"));
}

/* --- uploads ----------------------------------------------------------------------------------------------------------------- */

static ink_status ask_uploads(struct ink_deployed *d, json_t *out, struct ink_error *err)
{
    struct ink_s3 *s3;
    struct ink_unanswered found;
    ink_status st = ink_s3_new(d->http, &d->aws.config, NULL, &s3, err);
    if (st) return st;
    st = ink_unanswered_count(s3, d->bucket, &found, err);
    ink_s3_free(s3);
    if (st) return st;
    set(out, "uploads", json_integer((json_int_t)found.uploads));
    set(out, "unanswered", json_integer((json_int_t)found.unanswered));
    set(out, "more", json_boolean(found.more));
    return INK_OK;
}

static void print_uploads(const json_t *part)
{
    printf("%lld pictures and models, %lld without an answer%s\n", number(part, "uploads"), number(part, "unanswered"),
           json_is_true(json_object_get(part, "more")) ? " (of the first 20000 keys)" : "");
}

/* --- queues ------------------------------------------------------------------------------------------------------------------ */

static ink_status ask_queue(struct ink_deployed *d, const char *output, json_t *out, struct ink_error *err)
{
    const char *url = ink_stack_output(&d->stack, output);
    uint64_t waiting, taken;
    if (!*url) return ink_fail(err, INK_E_NOT_FOUND, "the stack has no such queue");
    ink_status st = ink_sqs_count(&d->aws, url, &waiting, &taken, err);
    if (st) return st;
    set(out, "waiting", json_integer((json_int_t)waiting));
    set(out, "taken", json_integer((json_int_t)taken));
    return INK_OK;
}

static ink_status ask_failed(struct ink_deployed *d, json_t *out, struct ink_error *err)
{
    return ask_queue(d, "Failed", out, err);
}

static void print_failed(const json_t *part)
{
    long long all = number(part, "waiting") + number(part, "taken");
    printf("%lld event%s%s\n", all, all == 1 ? "" : "s", all ? ": `inkling sweep` has them read again" : "");
}

static ink_status ask_queued(struct ink_deployed *d, json_t *out, struct ink_error *err)
{
    if (!*ink_stack_output(&d->stack, "Waiting")) return INK_OK; /* was not asked for */
    return ask_queue(d, "Waiting", out, err);
}

static void print_queued(const json_t *part)
{
    if (json_object_size(part) == 0)
        printf("none: S3 calls the function itself\n");
    else
        printf("%lld wait, %lld are worked on\n", number(part, "waiting"), number(part, "taken"));
}

/* --- alarm ------------------------------------------------------------------------------------------------------------------- */

static ink_status ask_alarm(struct ink_deployed *d, json_t *out, struct ink_error *err)
{
    const char *name = ink_stack_output(&d->stack, "Alarm");
    json_t *answer;
    ink_status st = ink_aws_json(&d->aws, INK_AWS_CLOUDWATCH, "DescribeAlarms",
                                 json_pack("{s:[s]}", "AlarmNames", name), &answer, err);
    const char *state = text(json_array_get(json_object_get(answer, "MetricAlarms"), 0), "StateValue");
    if (!st && !*state) st = ink_fail(err, INK_E_NOT_FOUND, "there is no alarm %s", name);
    if (!st) set(out, "state", json_string(state));
    json_decref(answer);
    return st;
}

static void print_alarm(const json_t *part)
{
    printf("%s\n", text(part, "state"));
}

/* ------------------------------------------------------------------------------------------------------------------------------- */

static const struct part parts[] = {
    {"function", ask_function, print_function}, {"uploads", ask_uploads, print_uploads},
    {"queue", ask_queued, print_queued},        {"failed", ask_failed, print_failed},
    {"alarm", ask_alarm, print_alarm},
};

enum { PARTS = sizeof parts / sizeof *parts };

static json_t *ask_all(struct ink_deployed *d)
{
    json_t *all = json_object();
    set(all, "bucket", json_string(d->bucket));
    set(all, "account", json_string(d->caller.account));
    set(all, "region", json_string(d->aws.config.region));
    set(all, "stack",
        json_pack("{s:s, s:s, s:s}", "name", d->stack_name, "state", d->stack.state->name, "reason",
                  ink_stack_why(&d->stack)));
    for (size_t i = 0; i < PARTS; i++) {
        struct ink_error why = {0};
        json_t *part = json_object();
        if (parts[i].ask(d, part, &why)) set(part, "error", json_string(why.text));
        set(all, parts[i].name, part);
    }
    return all;
}

static void print_all(const struct ink_deployed *d, const json_t *all)
{
    const char *why = ink_stack_why(&d->stack);
    printf("%s: the stack %s in %s of account %s is %s (%s)%s%s\n", d->bucket, d->stack_name, d->aws.config.region,
           d->caller.account, d->stack.state->words, d->stack.state->name, *why ? ": " : "", why);
    for (size_t i = 0; i < PARTS; i++) {
        const json_t *part = json_object_get(all, parts[i].name);
        const char *error = text(part, "error");
        printf("  %-10s  ", parts[i].name);
        if (*error)
            printf("not known: %s\n", error);
        else
            parts[i].print(part);
    }
}

static int status(const struct ink_args *args)
{
    struct ink_deployed d;
    struct ink_error err = {0};
    ink_status st = ink_deployed_open(&d, args->rest[0], args, &err);
    if (!st) st = ink_deployed_enter(&d, args, &err);
    if (!st) st = ink_deployed_must_exist(&d, &err);
    if (!st) {
        json_t *all = ask_all(&d);
        if (ink_args_switch(args, "json")) {
            ink_print_json(all);
        } else {
            print_all(&d, all);
            json_decref(all);
        }
    }
    ink_deployed_close(&d);
    return st ? ink_command_fail(args, "%s: %s", args->rest[0], err.text) : INK_EXIT_DONE;
}

const struct ink_command ink_command_status = {
    .name = "status",
    .arguments = "BUCKET",
    .summary = "how a deployed pipeline is",
    .help =
        "Says how the stack, the function, the queues and the alarm are, how many uploads have no answer (from their\n"
        "names alone), and how many events have failed for good.\n\n"
        "  inkling status my-digits\n",
    .options = {INK_OPTION_PROFILE, INK_OPTION_REGION, {"json", NULL, "as JSON (docs/json.md)"}},
    .least = 1,
    .most = 1,
    .run = status,
};
