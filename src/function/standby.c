/* SPDX-License-Identifier: MIT */
#include "function/standby.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "function/reply.h"

enum { LEAST_PRIORITY = 19 };

static ink_status connect_http(struct ink_function_standby *s, struct ink_error *err)
{
    if (s->http) return INK_OK;
    s->http = ink_http_client_new();
    return s->http ? INK_OK : ink_fail(err, INK_E_OOM, "no memory for connections");
}

/* The first to be called. From now on the computing thread gets only what is left over: with 128 MB there is a fourteenth
 * of a CPU for both. */
static struct ink_objects *objects(struct ink_standby *self, struct ink_error *err)
{
    struct ink_function_standby *s = (struct ink_function_standby *)self;
    setpriority(PRIO_PROCESS, (id_t)getpid(), LEAST_PRIORITY); /* Linux: of the thread with this id, the main one */
    ink_log_request(s->invocation->request_id);
    if (connect_http(s, err) || ink_s3_new(s->http, s->config, NULL, &s->s3, err)) return NULL;
    ink_s3_objects_init(&s->objects, s->s3);
    return &s->objects.objects;
}

static void finish(struct ink_standby *self, struct ink_view answer, const struct ink_error *why)
{
    struct ink_function_standby *s = (struct ink_function_standby *)self;
    struct ink_error err = {0};
    ink_status st = connect_http(s, &err);
    if (!st) st = ink_runtime_new(s->http, s->runtime_api, &s->runtime, &err);
    if (!st) st = ink_reply(s->runtime, s->invocation, answer, why, &err);
    if (st) ink_log(INK_LOG_ERROR, "%s", err.text);
}

/* The path that the program was started by, as there may be no /proc. The computing thread ends with the old program;
 * descriptors are closed by it, memory is given back. A model that overran before the first invocation would do so again:
 * it is left to the first picture, whose answer can say so. */
static void restart(struct ink_standby *self)
{
    const char *path = (const char *)(uintptr_t)getauxval(AT_EXECFN);
    char *const argv[] = {(char *)(uintptr_t)path, NULL};
    ink_log(INK_LOG_WARN, "starting over, which ends what is still being computed");
    setenv("INKLING_COLD", "1", 1);
    execve(path, argv, environ);
    ink_log(INK_LOG_ERROR, "%s: cannot be started again: %s", path, strerror(errno));
    _exit(1);
}

void ink_function_standby_init(struct ink_function_standby *out, const struct ink_aws_config *config,
                               const char *runtime_api, const struct ink_invocation *invocation)
{
    *out = (struct ink_function_standby){.standby = {.objects = objects, .finish = finish, .restart = restart},
                                         .config = config,
                                         .runtime_api = runtime_api,
                                         .invocation = invocation};
}
