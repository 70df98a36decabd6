/* SPDX-License-Identifier: MIT */
/* destroy.c - takes a bucket's pipeline down: what is in the bucket (only if told so), the stack, and with the last stack the
 * code bucket. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/deployed.h"
#include "cli/print.h"
#include "cli/stack_watch.h"

enum { TOKEN_MAX = 64 };

struct destroy {
    const struct ink_args *args;
    struct ink_deployed d;
    bool owns_bucket; /* the stack made it, and it is there */
    struct ink_bucket_contents contents;
};

static void show_emptied(uint64_t deleted, void *arg)
{
    const struct destroy *x = arg;
    ink_print_progress("destroy: objects deleted", deleted,
                       deleted < x->contents.objects ? x->contents.objects : deleted + 1);
}

static ink_status empty(struct destroy *x, const char *name, struct ink_error *err)
{
    struct ink_bucket bucket = {&x->d.aws, name, x->d.caller.account};
    struct ink_s3 *s3;
    ink_status st = ink_s3_new(x->d.http, &x->d.aws.config, NULL, &s3, err);
    if (st) return st;
    st = ink_bucket_empty(&bucket, s3, show_emptied, x, err);
    ink_print_progress("destroy: objects deleted", 1, 1);
    ink_s3_free(s3);
    return st;
}

/* A bucket of the stack's name that the stack did not make is somebody's data: creation may have failed because of it. */
static ink_status look(struct destroy *x, struct ink_error *err)
{
    struct ink_bucket bucket = {&x->d.aws, x->d.bucket, x->d.caller.account};
    enum ink_bucket_state state;
    ink_status st = ink_stack_owns(&x->d.aws, ink_stack_id(&x->d.stack), "Pictures", x->d.bucket, &x->owns_bucket, err);
    if (st || !x->owns_bucket) return st;
    st = ink_bucket_look(&bucket, &state, err);
    x->owns_bucket = !st && state == INK_BUCKET_OWN;
    return st || !x->owns_bucket ? st : ink_bucket_count(&bucket, &x->contents, err);
}

static ink_status may_go(struct destroy *x, struct ink_error *err)
{
    const struct ink_bucket_contents *c = &x->contents;
    char size[32];
    if (c->objects == 0) return INK_OK;
    if (ink_args_switch(x->args, "yes")) {
        fprintf(stderr, "Deleting %s%llu object%s (%s) in %s ...\n", c->more ? "over " : "",
                (unsigned long long)c->objects, c->objects == 1 ? "" : "s", ink_print_bytes(c->bytes, size),
                x->d.bucket);
        return INK_OK;
    }
    return ink_fail(
        err, INK_E_CHANGED,
        "it has %s%llu object%s (%s, older versions included), and nothing was deleted; --yes deletes them and "
        "the stack %s: function, role, log, queues, alarm, bucket",
        c->more ? "over " : "", (unsigned long long)c->objects, c->objects == 1 ? "" : "s",
        ink_print_bytes(c->bytes, size), x->d.stack_name);
}

static ink_status delete_stack(struct destroy *x, const struct ink_stack_state **end, struct ink_error *err)
{
    struct ink_stack_watch watch;
    char token[TOKEN_MAX];
    snprintf(token, sizeof token, "inkling-%lld", (long long)ink_clock_wall_ms());
    ink_status st = ink_stack_watch_begin(&watch, x->args, &x->d.aws, &x->d.stack, err);
    if (!st) st = ink_stack_delete(&x->d.aws, ink_stack_id(&x->d.stack), token, err);
    return st ? st : ink_stack_watch_wait(&watch, ink_stack_id(&x->d.stack), end, err);
}

/* The function may have stored an answer after the bucket was emptied: then once more. */
static ink_status take_down(struct destroy *x, struct ink_error *err)
{
    const struct ink_stack_state *end = NULL;
    bool yes = ink_args_switch(x->args, "yes");
    ink_status st = INK_OK;
    for (int tries = 0; !st && tries < (yes && x->owns_bucket ? 2 : 1); tries++) {
        if (yes && x->owns_bucket) st = empty(x, x->d.bucket, err);
        if (!st && isatty(STDERR_FILENO)) fprintf(stderr, "Deleting the stack %s ...\n", x->d.stack_name);
        if (!st) st = delete_stack(x, &end, err);
        if (!st && end->stage == INK_STACK_NONE) return INK_OK;
    }
    return st ? st
              : ink_fail(err, INK_E_REMOTE,
                         "the stack is %s (%s); run this again, or look at it in the CloudFormation console",
                         end->words, end->name);
}

static ink_status remove_code(struct destroy *x, bool *removed, struct ink_error *err)
{
    struct ink_bucket code = {&x->d.aws, x->d.code_bucket, x->d.caller.account};
    enum ink_bucket_state state;
    bool others;
    *removed = false;
    ink_status st = ink_stack_others_use(&x->d.aws, x->d.stack_name, x->d.code_bucket, &others, err);
    if (st || others) return st;
    st = ink_bucket_look(&code, &state, err);
    if (st || state != INK_BUCKET_OWN) return st;
    st = empty(x, x->d.code_bucket, err);
    if (!st) st = ink_bucket_delete(&code, err);
    *removed = !st;
    return st;
}

static int destroy(const struct ink_args *args)
{
    struct destroy x = {.args = args};
    struct ink_error err = {0};
    bool removed = false;
    ink_status st = ink_deployed_open(&x.d, args->rest[0], args, &err);
    if (!st) st = ink_deployed_enter(&x.d, args, &err);
    if (!st) st = ink_deployed_must_exist(&x.d, &err);
    if (!st) st = look(&x, &err);
    if (!st) st = may_go(&x, &err);
    if (!st) st = take_down(&x, &err);
    if (!st && (st = remove_code(&x, &removed, &err)))
        ink_fail_in(&err, "the stack is gone, but the code bucket %s is left", x.d.code_bucket);
    if (!st)
        printf("%s: the stack %s is gone%s%s\n", args->rest[0], x.d.stack_name,
               removed ? ", and with this last one the code bucket " : "", removed ? x.d.code_bucket : "");
    ink_deployed_close(&x.d);
    return st ? ink_command_fail(args, "%s: %s", args->rest[0], err.text) : INK_EXIT_DONE;
}

const struct ink_command ink_command_destroy = {
    .name = "destroy",
    .arguments = "BUCKET",
    .summary = "takes a deployed pipeline down",
    .help =
        "Deletes what `inkling deploy BUCKET` made: the bucket, the function and all that belongs to it, and with the\n"
        "last pipeline in the region the bucket of the code. A bucket that has something in it is left alone, with "
        "all\n"
        "the rest, unless --yes is given. A bucket that inkling did not make is never touched.\n\n"
        "  inkling destroy my-digits --yes\n",
    .options = {INK_OPTION_PROFILE, INK_OPTION_REGION, {"yes", NULL, "delete what is in the bucket too"}},
    .least = 1,
    .most = 1,
    .run = destroy,
};
