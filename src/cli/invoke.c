/* SPDX-License-Identifier: MIT */
/* invoke.c - one event through the packaged function, as Lambda would run it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/credentials.h"
#include "base/arena.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/function_code.h"
#include "cli/invocation.h"

enum { EVENT_MAX = 6 << 20, VARIABLE_MAX = 4096 /* all of them together, on Lambda */, EXIT_SIGNAL = 128 };

static volatile sig_atomic_t cancelled;

static void cancel(int signal_number)
{
    cancelled = signal_number;
}

struct settings {
    long memory_mb, tmp_mb, timeout_s;
    const char *region;
    struct ink_arena arena; /* of the variables */
    const char *env[INK_REPEATED_MAX + 16];
    size_t env_count;
};

/* --- the function's environment ----------------------------------------------------------------------------------- */

static void add_variable(struct settings *s, const char *name, const char *value)
{
    const char *text = ink_arena_printf(&s->arena, "%s=%s", name, value);
    if (text) s->env[s->env_count++] = text;
}

/* A profile that is asked for by name, else the environment; with --s3, and neither, the local cloud's own pair. */
static ink_status find_account(const struct ink_args *args, struct settings *s, struct ink_aws_config *out,
                               struct ink_error *err)
{
    struct ink_credentials_wish wish = {ink_args_value(args, "profile"), ink_args_value(args, "region")};
    *out = (struct ink_aws_config){0};
    if (wish.profile) {
        struct ink_http_client *http = ink_http_client_new();
        ink_status st = http ? ink_credentials_find(http, &wish, &s->arena, out, err)
                             : ink_fail(err, INK_E_OOM, "no memory for connections");
        ink_http_client_free(http);
        return st;
    }
    ink_status st = ink_aws_config_from_env(&s->arena, out, err);
    if (wish.region) out->region = wish.region;
    if (!st && !out->access_key && ink_args_value(args, "s3")) {
        out->access_key = "inkling";
        out->secret = "inkling-local";
    }
    return st;
}

/* Of the user's own environment: who they are, where, and what stands in for AWS. On Lambda the role does that. */
static ink_status pass_account(const struct ink_args *args, struct settings *s, struct ink_error *err)
{
    struct ink_aws_config account;
    const char *s3 = ink_args_value(args, "s3");
    ink_status st = find_account(args, s, &account, err);
    if (st) return st;
    const char *const variables[][2] = {{"AWS_ACCESS_KEY_ID", account.access_key},
                                        {"AWS_SECRET_ACCESS_KEY", account.secret},
                                        {"AWS_SESSION_TOKEN", account.token},
                                        {"AWS_ENDPOINT_URL", getenv("AWS_ENDPOINT_URL")},
                                        {"AWS_ENDPOINT_URL_S3", s3 ? s3 : getenv("AWS_ENDPOINT_URL_S3")}};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (variables[i][1]) add_variable(s, variables[i][0], variables[i][1]);
    s->region = account.region;
    return INK_OK;
}

static bool read_settings(const struct ink_args *args, struct settings *s)
{
    size_t bytes = 0;
    if (!ink_args_number(args, "timeout", 1, 900, 30, &s->timeout_s) ||
        !ink_args_number(args, "memory", 128, 10240, 512, &s->memory_mb) ||
        !ink_args_number(args, "tmp-mb", 512, 10240, INK_WALLS_TMP_MB, &s->tmp_mb))
        return false;
    for (int i = 0; i < args->repeated_count; i++) {
        const char *text = args->repeated[i], *equals = strchr(text, '=');
        bytes += strlen(text);
        if (!equals || equals == text || bytes > VARIABLE_MAX) {
            ink_command_misused(args,
                                equals && equals != text ? "--env: Lambda takes %d bytes of variables in all"
                                                         : "--env: it wants NAME=VALUE",
                                VARIABLE_MAX);
            return false;
        }
        s->env[s->env_count++] = text;
    }
    return true;
}

/* --- the event in, the answer out --------------------------------------------------------------------------------- */

static ink_status read_stdin(struct ink_buffer *out, struct ink_error *err)
{
    char piece[65536];
    ink_status st = INK_OK;
    for (ssize_t n; !st && (n = read(STDIN_FILENO, piece, sizeof piece)) != 0;)
        st = n < 0 ? INK_E_IO : ink_buffer_append(out, piece, (size_t)n);
    return st ? ink_fail(err, st, "the event from stdin is over %d MB, or cannot be read", EVENT_MAX >> 20) : INK_OK;
}

static ink_status read_event(const char *path, struct ink_buffer *out, struct ink_error *err)
{
    return !strcmp(path, "-") ? read_stdin(out, err) : ink_file_read(path, out, err);
}

static void show_findings(const struct ink_args *args, const struct ink_function_code *code)
{
    for (int i = 0; i < code->findings.count; i++) ink_command_fail(args, "%s", code->findings.items[i].text);
    if (*code->no_walls) ink_command_fail(args, "%s", code->no_walls);
}

static int show_result(const struct ink_args *args, const struct settings *s,
                       const struct ink_invocation_result *result)
{
    if (result->end != INK_INVOCATION_CANCELLED)
        printf("%.*s\n", (int)result->payload.len, (const char *)result->payload.data);
    switch (result->end) {
    case INK_INVOCATION_ANSWERED: return INK_EXIT_DONE;
    case INK_INVOCATION_FAILED: return ink_command_fail(args, "the function answered with an error");
    case INK_INVOCATION_EXITED: return ink_command_fail(args, "the function ended before it had answered");
    case INK_INVOCATION_TIMED_OUT:
        return ink_command_fail(args, "the function took too long (--timeout %ld gives it more)", s->timeout_s);
    case INK_INVOCATION_OUT_OF_MEMORY:
        return ink_command_fail(args, "the function needs more than %ld MB (--memory gives it more)", s->memory_mb);
    case INK_INVOCATION_CANCELLED: break;
    }
    return EXIT_SIGNAL + (int)cancelled;
}

static int run(const struct ink_args *args, const struct settings *s, struct ink_view event,
               struct ink_function_code *code)
{
    struct ink_invocation_result result = {0};
    struct ink_error err = {0};
    const char *task = code->walls.raised ? "/var/task/bootstrap" : code->program;
    const char *const argv[] = {code->emulator, task, NULL};
    struct ink_invocation_options options = {
        .process = {.program = code->program, .folder = code->folder, .walls = code->walls, .output = STDERR_FILENO},
        .more_env = s->env,
        .region = s->region,
        .memory_mb = (unsigned)s->memory_mb,
        .timeout_s = s->timeout_s,
        .event = event,
        .log = stderr,
        .cancel = &cancelled};
    if (*code->emulator) {
        options.process.argv = argv;
        if (!code->walls.raised) options.process.program = code->emulator;
    }
    int exit_code = ink_invocation_run(&options, &result, &err) ? ink_command_fail(args, "%s", err.text)
                                                                : show_result(args, s, &result);
    ink_buffer_cleanup(&result.payload);
    return exit_code;
}

static int invoke(const struct ink_args *args)
{
    static struct ink_function_code code; /* large */
    struct settings settings = {0};
    struct ink_error err = {0};
    struct ink_buffer event;
    int exit_code = INK_EXIT_USAGE;
    ink_arena_init(&settings.arena, 64 << 10);
    ink_buffer_init(&event, EVENT_MAX);
    signal(SIGINT, cancel);
    signal(SIGTERM, cancel);
    signal(SIGHUP, cancel);
    if (read_settings(args, &settings)) {
        exit_code = INK_EXIT_FAILED;
        if (pass_account(args, &settings, &err) || read_event(args->rest[0], &event, &err)) {
            ink_command_fail(args, "%s", err.text);
        } else {
            ink_status st = ink_function_code_open(ink_args_value(args, "zip"), (unsigned)settings.tmp_mb, &code, &err);
            show_findings(args, &code);
            exit_code =
                st ? ink_command_fail(args, "%s", err.text) : run(args, &settings, ink_buffer_view(&event), &code);
            ink_function_code_close(&code);
        }
    }
    ink_buffer_cleanup(&event);
    ink_arena_cleanup(&settings.arena);
    return exit_code;
}

const struct ink_command ink_command_invoke = {
    .name = "invoke",
    .arguments = "EVENT.json",
    .summary = "one event through the function, as Lambda would run it",
    .help = "Starts the function (a zip, or bootstrap beside this program) where it sees what it would see on Lambda, "
            "gives it\n"
            "the event (- reads it from stdin) and prints its answer; its log and Lambda's own lines go to stderr. Of "
            "your\n"
            "environment it gets the credentials and the region (AWS_ACCESS_KEY_ID ...), and what --env says.\n\n"
            "  echo '{\"bucket\": \"handwriting\", \"key\": \"digit.png\"}' |\n"
            "    inkling invoke - --zip function.zip --s3 http://127.0.0.1:9000\n",
    .options = {{"zip", "FILE", "the function; without it, what `inkling package` would zip"},
                {"s3", "URL",
                 "the S3 to use, e.g. the local cloud's (its own key pair unless AWS_ACCESS_KEY_ID is set)"},
                {"profile", "P", "whose keys it gets, of ~/.aws, instead of the environment's"},
                {"region", "R", "where it is to be; else AWS_REGION, the profile's, us-east-1"},
                {"memory", "MB", "the function's memory (512)"},
                {"timeout", "SECONDS", "its time-out (30)"},
                {"tmp-mb", "MB", "what fits in its /tmp (512)"},
                {"env", "NAME=VALUE", "a variable of its environment; may be given several times", .many = true}},
    .least = 1,
    .most = 1,
    .run = invoke,
};
