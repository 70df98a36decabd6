/* SPDX-License-Identifier: MIT */
/* sweep.c - finds what has no answer for its present content, and has it read again. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/credentials.h"
#include "base/clock.h"
#include "cli/command.h"
#include "cli/deployed.h"
#include "cli/failed_events.h"
#include "cli/print.h"
#include "pipeline/keys.h"
#include "pipeline/recognise.h"

enum { ANSWER_BYTES_MAX = 16 << 20, AT_ONCE = 16 };

static const uint64_t CALL_US = 60u * 1000000u, OBJECT_US = 120u * 1000000u;

/* A picture or a model, and what its answer must say. */
struct subject {
    const char *key;
    const char *etag;
    bool answered;
};

struct sweep {
    struct ink_arena arena; /* keys and ETags */
    struct ink_http_client *http;
    struct ink_aws_config config;
    struct ink_s3 *s3;
    struct ink_s3_objects objects;
    struct ink_recogniser *recogniser;
    char *bucket;
    const char *prefix; /* may be "" */
    struct subject *subjects;
    size_t count, room;
};

static ink_status find_account(struct sweep *s, const struct ink_args *args, struct ink_error *err)
{
    struct ink_credentials_wish wish = {ink_args_value(args, "profile"), ink_args_value(args, "region")};
    if (!ink_args_value(args, "s3")) {
        ink_status st = ink_credentials_find(s->http, &wish, &s->arena, &s->config, err);
        if (st != INK_E_ARGUMENT || !ink_aws_endpoint_from_env("S3")) return st;
        wish.region = "us-east-1"; /* another S3 than Amazon's has no regions, but the signature names one */
        return ink_credentials_find(s->http, &wish, &s->arena, &s->config, err);
    }
    /* the local cloud's own pair, where no other is given */
    setenv("AWS_ACCESS_KEY_ID", "inkling", 0);
    setenv("AWS_SECRET_ACCESS_KEY", "inkling-local", 0);
    return ink_aws_config_from_env(&s->arena, &s->config, err);
}

static ink_status open_services(struct sweep *s, const struct ink_args *args, struct ink_error *err)
{
    if (!(s->http = ink_http_client_new())) return ink_fail(err, INK_E_OOM, "out of memory");
    ink_status st = find_account(s, args, err);
    if (st) return st;
    st = ink_s3_new(s->http, &s->config, ink_args_value(args, "s3"), &s->s3, err);
    if (st) return st;
    ink_s3_objects_init(&s->objects, s->s3);
    s->recogniser = ink_recogniser_new(&s->objects.objects, &(struct ink_recogniser_options){.threads = 1});
    return s->recogniser ? INK_OK : ink_fail(err, INK_E_OOM, "out of memory");
}

static ink_status add_subject(struct sweep *s, const struct ink_s3_item *item, struct ink_error *err)
{
    enum ink_key_kind kind = ink_key_kind(item->key);
    if (kind != INK_KEY_PICTURE && kind != INK_KEY_FOREIGN && kind != INK_KEY_MODEL) return INK_OK;
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 1024;
        struct subject *more = INK_ARENA_ARRAY(&s->arena, struct subject, room);
        if (!more) return ink_fail(err, INK_E_OOM, "out of memory");
        if (s->count) memcpy(more, s->subjects, s->count * sizeof *more);
        s->subjects = more;
        s->room = room;
    }
    s->subjects[s->count++] = (struct subject){.key = item->key, .etag = item->etag};
    return INK_OK;
}

/* All keys below the prefix, page by page. */
static ink_status list(struct sweep *s, struct ink_error *err)
{
    const char *next = NULL;
    do {
        struct ink_s3_call call = {.op = INK_S3_LIST,
                                   .bucket = s->bucket,
                                   .key = *s->prefix ? s->prefix : NULL,
                                   .next = next,
                                   .arena = &s->arena};
        ink_status st = ink_s3_perform(s->s3, &call, 1, ink_clock_us() + CALL_US);
        for (size_t i = 0; !st && i < call.item_count; i++) st = add_subject(s, &call.items[i], err);
        if (st) {
            if (call.status) ink_fail(err, call.status, "%s", call.error.text);
            ink_s3_call_cleanup(&call);
            return st;
        }
        next = call.token;
        ink_s3_call_cleanup(&call);
    } while (next);
    return INK_OK;
}

/* Whether an answer's JSON names this ETag: picture.etag in results.json, model.etag in report.json. */
static bool names_etag(struct ink_view json, const char *of, const char *etag)
{
    json_t *root = json_loadb((const char *)json.data, json.len, 0, NULL);
    const char *found = json_string_value(json_object_get(json_object_get(root, of), "etag"));
    bool same = found && !strcmp(found, etag);
    json_decref(root);
    return same;
}

/* Looks at the answers of up to AT_ONCE subjects. */
static ink_status look(struct sweep *s, struct subject *subjects, size_t count, struct ink_error *err)
{
    struct ink_s3_call calls[AT_ONCE];
    char keys[AT_ONCE][INK_KEY_MAX + 1];
    ink_status st = INK_OK;
    for (size_t i = 0; i < count; i++) {
        bool model = ink_key_kind(subjects[i].key) == INK_KEY_MODEL;
        calls[i] =
            (struct ink_s3_call){.op = INK_S3_GET, .bucket = s->bucket, .key = keys[i], .cap_bytes = ANSWER_BYTES_MAX};
        if (ink_key_answer(subjects[i].key, model ? "report.json" : "results.json", keys[i], err)) return err->status;
    }
    ink_s3_perform(s->s3, calls, count, ink_clock_us() + CALL_US);
    for (size_t i = 0; i < count; i++) {
        bool model = ink_key_kind(subjects[i].key) == INK_KEY_MODEL;
        if (!calls[i].status)
            subjects[i].answered =
                names_etag(ink_buffer_view(&calls[i].body_in), model ? "model" : "picture", subjects[i].etag);
        else if (calls[i].status != INK_E_NOT_FOUND && !st)
            st = ink_fail(err, calls[i].status, "%s", calls[i].error.text);
        ink_s3_call_cleanup(&calls[i]);
    }
    return st;
}

static int read_again(struct sweep *s, const struct ink_args *args)
{
    size_t again = 0, failed = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct ink_error err = {0};
        ink_print_progress("sweep", i, s->count);
        if (s->subjects[i].answered) continue;
        again++;
        if (!ink_recognise(s->recogniser, s->bucket, s->subjects[i].key, ink_clock_us() + OBJECT_US, &err)) continue;
        failed++;
        ink_print_progress("sweep", s->count, s->count);
        ink_command_fail(args, "%s: %s", s->subjects[i].key, err.text);
    }
    ink_print_progress("sweep", s->count, s->count);
    printf("%zu pictures and models, %zu had their answer, %zu read again, %zu failed\n", s->count, s->count - again,
           again - failed, failed);
    return failed ? INK_EXIT_FAILED : INK_EXIT_DONE;
}

/* Another S3 than Amazon's has no stacks, and its keys are none of Amazon's business. */
static bool may_be_deployed(const struct sweep *s, const struct ink_args *args)
{
    bool elsewhere = ink_args_value(args, "s3") || ink_aws_endpoint_from_env("S3");
    return !*s->prefix && (!elsewhere || (!ink_args_value(args, "s3") && ink_aws_endpoint_from_env("CLOUDFORMATION")));
}

static int bring_back_failed(struct sweep *s, const struct ink_args *args)
{
    struct ink_aws aws = {.http = s->http, .config = s->config};
    struct ink_failed_events failed;
    struct ink_error err = {0};
    ink_status st = ink_failed_events_sweep(&aws, s->bucket, s->recogniser, args, &failed, &err);
    if (failed.messages)
        printf("%zu failed events, %zu answered now and gone from the queue\n", failed.messages, failed.answered);
    if (st == INK_E_DENIED) {
        fprintf(stderr, "The failure queue was not looked at: %s\n", err.text);
        return INK_EXIT_DONE;
    }
    if (st) return ink_command_fail(args, "the failure queue: %s", err.text);
    return failed.answered == failed.messages ? INK_EXIT_DONE : INK_EXIT_FAILED;
}

static int sweep(const struct ink_args *args)
{
    struct sweep s = {0};
    struct ink_error err = {0};
    ink_arena_init(&s.arena, (size_t)1 << 30);
    s.bucket = ink_arena_text(&s.arena, ink_view_text(args->rest[0]));
    char *slash = s.bucket ? strchr(s.bucket, '/') : NULL;
    if (slash) *slash = '\0';
    s.prefix = slash ? slash + 1 : "";
    ink_status st = s.bucket ? open_services(&s, args, &err) : ink_fail(&err, INK_E_OOM, "out of memory");
    if (!st) st = list(&s, &err);
    for (size_t i = 0; !st && i < s.count; i += AT_ONCE)
        st = look(&s, &s.subjects[i], s.count - i < AT_ONCE ? s.count - i : AT_ONCE, &err);
    int code = st ? ink_command_fail(args, "%s: %s", args->rest[0], err.text) : read_again(&s, args);
    if (!st && may_be_deployed(&s, args)) {
        int failed = bring_back_failed(&s, args);
        if (code == INK_EXIT_DONE) code = failed;
    }
    ink_recogniser_free(s.recogniser);
    ink_s3_free(s.s3);
    ink_http_client_free(s.http);
    ink_arena_cleanup(&s.arena);
    return code;
}

const struct ink_command ink_command_sweep = {
    .name = "sweep",
    .arguments = "BUCKET[/PREFIX]",
    .summary = "have read again what has no answer for its present content",
    .help = "Looks at every picture and model in a bucket (or below a prefix): where the answer is missing or is for "
            "an older upload,\n"
            "it is read now, here. For after an outage, or to read what was there before the function was. Of a bucket "
            "that\n"
            "`inkling deploy` made, the events that failed for good are brought back too.\n\n"
            "  inkling sweep my-digits\n"
            "  inkling sweep handwriting/class-7/ --s3 http://127.0.0.1:9000\n",
    .options = {INK_OPTION_PROFILE,
                INK_OPTION_REGION,
                {"s3", "URL",
                 "the S3 to use, e.g. the local cloud's (its own key pair unless AWS_ACCESS_KEY_ID is set)"}},
    .least = 1,
    .most = 1,
    .run = sweep,
};
