/* SPDX-License-Identifier: MIT */
/* deploy.c - the pipeline of a bucket in an AWS account: zip -> code bucket -> stack, made or brought up to date. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "aws/hash.h"
#include "base/clock.h"
#include "cli/deploy_template.h"
#include "cli/deployed.h"
#include "cli/function_zip.h"
#include "cli/print.h"
#include "cli/stack_watch.h"

static const uint64_t UPLOAD_US = 600u * 1000000u;

/* The template's parameters. Those without an option are found out here. A parameter that is not given stays as the stack has
 * it, and is the template's default in a new one. */
static const struct {
    const char *key, *option;
} parameters[] = {
    {"Bucket", NULL},         {"Name", NULL},
    {"CodeBucket", NULL},     {"CodeKey", NULL},
    {"Architecture", NULL},   {"Memory", "memory"},
    {"Timeout", "timeout"},   {"Retention", "retention"},
    {"Suffixes", "suffixes"}, {"MoreSuffix", "more-suffix"},
    {"Queue", "queue"},       {"QueueConcurrency", "queue-concurrency"},
    {"FunctionUrl", "url"},   {"AlarmTopic", "alarm-topic"},
};

enum { PARAMETERS = sizeof parameters / sizeof *parameters, CODE_KEY_MAX = 96, TOKEN_MAX = 64 };

struct deploy {
    const struct ink_args *args;
    struct ink_deployed d;
    struct ink_function_zip zip;
    char code_key[CODE_KEY_MAX];
    char token[TOKEN_MAX]; /* of the calls that start something, so that they are not started twice */
    struct ink_stack_parameter chosen[PARAMETERS];
    size_t chosen_count;
};

/* --- what is wanted -------------------------------------------------------------------------------------------------------- */

/* The zip's key says what is in it: the same content is uploaded once, and changes nothing in the stack. */
static void name_code(struct deploy *p)
{
    uint8_t sha256[INK_SHA256_LEN];
    char hex[2 * INK_SHA256_LEN + 1];
    ink_sha256(ink_buffer_view(&p->zip.bytes), sha256);
    ink_hex(sha256, sizeof sha256, hex);
    snprintf(p->code_key, sizeof p->code_key, "%s-%s.zip", p->zip.arch, hex);
    snprintf(p->token, sizeof p->token, "inkling-%lld", (long long)ink_clock_wall_ms());
}

/* New code for a function that is there is for the processor that it has, unless another is asked for. */
static ink_status make_zip(struct deploy *p, struct ink_error *err)
{
    const char *arch = ink_args_value(p->args, "arch"), *has = ink_stack_parameter(&p->d.stack, "Architecture");
    struct ink_function_zip_options options = {
        .arch = arch   ? arch
                : *has ? has
                       : NULL,
        .model = ink_args_value(p->args, "model"),
    };
    ink_status st = ink_function_zip_build(&options, &p->zip, err);
    if (!st) name_code(p);
    return st;
}

static const char *found_out(const struct deploy *p, const char *key)
{
    const struct {
        const char *key, *value;
    } values[] = {
        {"Bucket", p->d.bucket},  {"Name", p->d.function_name},  {"CodeBucket", p->d.code_bucket},
        {"CodeKey", p->code_key}, {"Architecture", p->zip.arch},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!strcmp(key, values[i].key)) return values[i].value;
    return NULL;
}

static struct ink_stack_wish choose(struct deploy *p)
{
    p->chosen_count = 0;
    for (size_t i = 0; i < PARAMETERS; i++) {
        const char *key = parameters[i].key, *option = parameters[i].option;
        const char *value = option ? ink_args_value(p->args, option) : found_out(p, key);
        if (!value && p->d.stack.xml && p->d.stack.state->stage == INK_STACK_READY)
            value = ink_stack_parameter(&p->d.stack, key);
        if (value) p->chosen[p->chosen_count++] = (struct ink_stack_parameter){key, value};
    }
    return (struct ink_stack_wish){
        .name = p->d.stack_name,
        .template = ink_view_of(ink_deploy_template, ink_deploy_template_len),
        .parameters = p->chosen,
        .parameter_count = p->chosen_count,
    };
}

/* --- dry run --------------------------------------------------------------------------------------------------------------- */

/* Comments, and then the template: the output is a template too. */
static int dry_run(struct deploy *p)
{
    char size[32];
    snprintf(p->d.code_bucket, sizeof p->d.code_bucket, "inkling-code-ACCOUNT-%s", p->d.aws.config.region);
    struct ink_stack_wish wish = choose(p);
    printf("# inkling deploy %s --dry-run: the calls that would be made in %s. None was made.\n#\n", p->d.bucket,
           p->d.aws.config.region);
    printf("# STS GetCallerIdentity                 (which fills in ACCOUNT)\n");
    printf("# CloudFormation DescribeStacks         %s\n", p->d.stack_name);
    printf("# S3 HeadBucket                         %s   (must not be there yet where the stack is not)\n",
           p->d.bucket);
    printf("# S3 HeadBucket, CreateBucket           %s\n", p->d.code_bucket);
    for (size_t i = 0; ink_bucket_private_step(i); i++)
        printf("# S3 %-34s %s\n", ink_bucket_private_step(i), p->d.code_bucket);
    printf("# S3 HeadObject, PutObject              %s/%s   (%s)\n", p->d.code_bucket, p->code_key,
           ink_print_bytes(p->zip.bytes.len, size));
    printf("# CloudFormation CreateStack            %s   (UpdateStack where it is there) with CAPABILITY_IAM and\n",
           p->d.stack_name);
    for (size_t i = 0; i < wish.parameter_count; i++)
        printf("#   %-16s %s\n", wish.parameters[i].key, wish.parameters[i].value);
    printf("# CloudFormation DescribeStacks, DescribeStackEvents   until it is done\n#\n");
    fwrite(ink_deploy_template, 1, ink_deploy_template_len, stdout);
    return INK_EXIT_DONE;
}

/* --- the way there --------------------------------------------------------------------------------------------------------- */

/* Finding out now is quicker than having CloudFormation build half a stack and take it down again. */
static ink_status bucket_is_free(struct deploy *p, struct ink_error *err)
{
    struct ink_bucket bucket = {&p->d.aws, p->d.bucket, p->d.caller.account};
    enum ink_bucket_state state;
    ink_status st = ink_bucket_look(&bucket, &state, err);
    if (st || state == INK_BUCKET_NONE) return st;
    if (state == INK_BUCKET_OWN)
        return ink_fail(err, INK_E_CHANGED,
                        "you have a bucket of that name already, which no stack of inkling made: choose another name "
                        "(what is in a bucket that inkling did not make is never touched)");
    return ink_fail(err, INK_E_CHANGED,
                    "somebody else has a bucket of that name, or you have it in another region: choose another name");
}

static ink_status upload(struct deploy *p, struct ink_error *err)
{
    struct ink_bucket code = {&p->d.aws, p->d.code_bucket, p->d.caller.account};
    struct ink_s3 *s3;
    ink_status st = ink_bucket_make_private(&code, err);
    if (st) return st;
    st = ink_s3_new(p->d.http, &p->d.aws.config, NULL, &s3, err);
    if (st) return st;
    struct ink_s3_call call = {
        .op = INK_S3_HEAD, .bucket = p->d.code_bucket, .key = p->code_key, .owner = p->d.caller.account};
    st = ink_s3_perform(s3, &call, 1, ink_clock_us() + UPLOAD_US);
    if (st == INK_E_NOT_FOUND) {
        call.op = INK_S3_PUT;
        call.body = ink_buffer_view(&p->zip.bytes);
        call.content_type = "application/zip";
        st = ink_s3_perform(s3, &call, 1, ink_clock_us() + UPLOAD_US);
    }
    if (st) ink_fail(err, st, "%s", call.error.text);
    ink_s3_call_cleanup(&call);
    ink_s3_free(s3);
    return st;
}

static void step(const char *what)
{
    if (isatty(STDERR_FILENO)) fprintf(stderr, "%s\n", what);
}

/* Waits for what another run has begun, and takes away what a failed creation left. */
static ink_status clear_the_way(struct deploy *p, struct ink_stack_watch *watch, struct ink_error *err)
{
    const struct ink_stack_state *state = p->d.stack.state;
    const char *id = ink_stack_id(&p->d.stack);
    char token[TOKEN_MAX];
    ink_status st = INK_OK;
    if (state->stage == INK_STACK_BUSY) {
        step("The stack is being worked on already; waiting ...");
        st = ink_stack_watch_wait(watch, id, &state, err);
    }
    if (!st && state->stage == INK_STACK_RUINED) {
        step("Removing what a creation that failed has left ...");
        snprintf(token, sizeof token, "%.40s-clear", p->token); /* another thing than what is started later */
        st = ink_stack_delete(&p->d.aws, id, token, err);
        if (!st) st = ink_stack_watch_wait(watch, id, &state, err);
        if (!st && state->stage != INK_STACK_NONE)
            st = ink_fail(err, INK_E_CHANGED, "the stack %s is %s (%s): delete it in the CloudFormation console",
                          p->d.stack_name, state->words, state->name);
    }
    if (!st && (state->stage == INK_STACK_STUCK || state->stage == INK_STACK_UNKNOWN))
        st =
            ink_fail(err, INK_E_CHANGED,
                     "the stack %s is %s (%s): `aws cloudformation continue-update-rollback --stack-name %s`, then run "
                     "this again",
                     p->d.stack_name, state->words, state->name, p->d.stack_name);
    return st || state == p->d.stack.state ? st : ink_deployed_look(&p->d, err);
}

/* *same: there was nothing to do. */
static ink_status make_stack(struct deploy *p, struct ink_stack_watch *watch, bool *same, struct ink_error *err)
{
    bool there = p->d.stack.state->stage == INK_STACK_READY;
    const char *id = ink_stack_id(&p->d.stack);
    const struct ink_stack_state *end;
    struct ink_stack_wish wish = choose(p);
    *same = false;
    step(there ? "Updating the stack ..." : "Creating the stack, which takes a minute or two ...");
    ink_status st = there ? ink_stack_update(&p->d.aws, &wish, p->token, &p->d.arena, same, err)
                          : ink_stack_create(&p->d.aws, &wish, p->token, &p->d.arena, &id, err);
    if (st || *same) return st;
    if (!there) watch->last[0] = '\0';
    st = ink_stack_watch_wait(watch, id, &end, err);
    if (st || (end->good && end->stage == INK_STACK_READY)) return st;
    bool undone = end->stage == INK_STACK_NONE || end->stage == INK_STACK_READY;
    return ink_fail(err, INK_E_REMOTE, "the stack was not %s (%s); %s", there ? "updated" : "created", end->name,
                    !undone ? "look at it in the CloudFormation console"
                    : there ? "everything is as it was before"
                            : "what had been made is gone again");
}

/* After a creation that failed, the code bucket goes too where nobody needs it: no other stack, nor this one, which may be
 * going on where we have only lost sight of it. What goes wrong here is less than what went wrong before. */
static void leave_nothing(struct deploy *p)
{
    struct ink_bucket code = {&p->d.aws, p->d.code_bucket, p->d.caller.account};
    struct ink_s3 *s3 = NULL;
    bool others = true;
    if (ink_deployed_look(&p->d, NULL) || p->d.stack.state->stage != INK_STACK_NONE) return;
    if (ink_stack_others_use(&p->d.aws, p->d.stack_name, p->d.code_bucket, &others, NULL) || others) return;
    if (ink_s3_new(p->d.http, &p->d.aws.config, NULL, &s3, NULL)) return;
    ink_status st = ink_bucket_empty(&code, s3, NULL, NULL, NULL);
    if (!st) st = ink_bucket_delete(&code, NULL);
    if (st)
        fprintf(stderr, "The code bucket %s could not be removed; the last `inkling destroy` does that.\n",
                p->d.code_bucket);
    ink_s3_free(s3);
}

static void print_done(const struct deploy *p, bool same)
{
    const char *url = ink_stack_output(&p->d.stack, "Url");
    char size[32];
    printf("%s: %s in %s of account %s, %s for %s\n", p->d.bucket, same ? "nothing to do" : p->d.stack.state->words,
           p->d.aws.config.region, p->d.caller.account, ink_print_bytes(p->zip.bytes.len, size), p->zip.arch);
    if (*url) printf("  POST a picture:  %s\n", url);
    printf("  aws s3 cp model.onnx s3://%s/ && aws s3 cp digit.png s3://%s/ && aws s3 cp s3://%s/results.txt -\n",
           p->d.bucket, p->d.bucket, p->d.bucket);
    printf("  inkling status %s   inkling logs %s --follow   inkling destroy %s\n", p->d.bucket, p->d.bucket,
           p->d.bucket);
}

static ink_status go(struct deploy *p, struct ink_error *err)
{
    struct ink_stack_watch watch;
    bool same = false;
    ink_status st = ink_deployed_enter(&p->d, p->args, err);
    if (!st) st = make_zip(p, err);
    if (!st) st = ink_stack_watch_begin(&watch, p->args, &p->d.aws, &p->d.stack, err);
    if (!st) st = clear_the_way(p, &watch, err);
    bool fresh = !st && p->d.stack.state->stage == INK_STACK_NONE;
    if (fresh) st = bucket_is_free(p, err);
    if (st) return st;
    step("Uploading the code ...");
    st = upload(p, err);
    if (!st) st = make_stack(p, &watch, &same, err);
    if (st && fresh) leave_nothing(p);
    if (!st) st = ink_deployed_look(&p->d, err);
    if (!st) print_done(p, same);
    return st;
}

static int deploy(const struct ink_args *args)
{
    static struct deploy p; /* large */
    struct ink_error err = {0};
    const char *arch = ink_args_value(args, "arch");
    if (arch && strcmp(arch, "x86_64") != 0 && strcmp(arch, "arm64") != 0)
        return ink_command_misused(args, "--arch %.60s: Lambda has x86_64 and arm64", arch);
    p.args = args;
    ink_status st = ink_deployed_open(&p.d, args->rest[0], args, &err);
    bool dry = ink_args_switch(args, "dry-run");
    if (!st) st = dry ? make_zip(&p, &err) : go(&p, &err);
    int code = st ? ink_command_fail(args, "%s: %s", args->rest[0], err.text) : dry ? dry_run(&p) : INK_EXIT_DONE;
    ink_function_zip_cleanup(&p.zip);
    ink_deployed_close(&p.d);
    return code;
}

const struct ink_command ink_command_deploy = {
    .name = "deploy",
    .arguments = "BUCKET",
    .summary = "the pipeline in your AWS account; again: brings it up to date",
    .help =
        "Makes a private bucket and the function that answers what is put there, as one CloudFormation stack\n"
        "(inkling-BUCKET). Run again it brings code and settings up to date and leaves the data alone. What an option\n"
        "below does not say stays as it is. docs/aws.md has the costs, the permissions and what to do about each "
        "error.\n\n"
        "  inkling deploy my-digits\n"
        "  inkling deploy my-digits --memory 1024 --profile work --region eu-central-1\n",
    .options = {INK_OPTION_PROFILE,
                INK_OPTION_REGION,
                {"dry-run", NULL, "print the calls and the template, and make none"},
                {"arch", "ARCH", "x86_64 or arm64 (default: what it has; else this machine's)"},
                {"model", "FILE", "a model to put into the function in place of the built-in one; each time"},
                {"memory", "MB", "128..10240 (512)"},
                {"timeout", "S", "10, 30, 60, 120, 300 or 900 seconds (30)"},
                {"retention", "DAYS", "how long logs are kept (30)"},
                {"suffixes", "WHICH", "all, pictures or png: which uploads wake it (all)"},
                {"more-suffix", "S", "one more ending that does, like .Png"},
                {"queue", "yes|no", "a queue between bucket and function, for many uploads at once (no)"},
                {"queue-concurrency", "N", "with the queue, how many functions at most (10)"},
                {"url", "WHO", "none, signed or public: an address that takes a picture by POST (none)"},
                {"alarm-topic", "ARN", "SNS topic that is told when an event has failed for good"}},
    .least = 1,
    .most = 1,
    .run = deploy,
};
