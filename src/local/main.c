/* SPDX-License-Identifier: MIT */
/* inkling-serve: S3 and the function in one process with one data folder. `inkling serve` starts it.
 *
 *   store <- queue <- function      and in front of the store: the gateway, on the HTTP server
 *
 * Ends with SIGINT or SIGTERM: the function's invocations get a moment, then everything is closed from front to back. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "local/function.h"
#include "local/gateway.h"
#include "local/runs.h"
#include "local/serve_options.h"
#include "local/trigger.h"

enum { GRACE_MS = 2000, FUNCTION_LOG_MAX = 8 << 20 };

static const char function_name[] = "inkling";

struct cloud {
    struct ink_serve_options options;
    struct ink_store *store;
    struct ink_queue *queue;
    struct ink_function *function;
    struct ink_console console;
    struct ink_gateway gateway;
    struct ink_http_server *server;
    int function_log;
};

static bool function_known(void *self, const char *name)
{
    return strcmp(name, function_name) == 0;
}

/* A new bucket is wired; one that is there keeps the rules that it has. */
static ink_status make_bucket(struct cloud *cloud, struct ink_error *err)
{
    struct ink_store_rule rules[INK_TRIGGER_DEFAULT_MAX];
    size_t count = ink_trigger_default_rules(function_name, rules, INK_TRIGGER_DEFAULT_MAX);
    ink_store_status status = ink_store_bucket_create(cloud->store, cloud->options.bucket);
    if (status == INK_STORE_BUCKET_EXISTS) return INK_OK;
    if (!status) status = ink_store_rules_set(cloud->store, cloud->options.bucket, rules, count);
    return status ? ink_fail(err, INK_E_IO, "the bucket %s: %s", cloud->options.bucket, ink_store_meaning(status))
                  : INK_OK;
}

/* The function's output is kept beside the data; with --verbose it is shown instead. */
static ink_status open_function_log(struct cloud *cloud, struct ink_error *err)
{
    char path[PATH_MAX + 16];
    struct stat info;
    snprintf(path, sizeof path, "%s/function.log", cloud->options.dir);
    cloud->function_log =
        cloud->options.verbose ? dup(STDERR_FILENO) : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (cloud->function_log < 0) return ink_fail(err, INK_E_IO, "%s: %s", path, strerror(errno));
    if (!cloud->options.verbose && fstat(cloud->function_log, &info) == 0 && info.st_size > FUNCTION_LOG_MAX &&
        ftruncate(cloud->function_log, 0))
        return ink_fail(err, INK_E_IO, "%s: %s", path, strerror(errno));
    return INK_OK;
}

static ink_status start_server(struct cloud *cloud, struct ink_error *err)
{
    const struct ink_serve_options *options = &cloud->options;
    cloud->console = (struct ink_console){
        .store = cloud->store, .queue = cloud->queue, .options = options, .function = function_name};
    ink_status st = ink_console_init(&cloud->console, options->dir, err);
    if (st) return st;
    cloud->gateway = (struct ink_gateway){.store = cloud->store,
                                          .keys = {options->access_key, options->secret},
                                          .loopback = options->loopback,
                                          .console = &cloud->console,
                                          .function_known = function_known};
    struct ink_http_options http = {.address = options->address, .port = options->port, .idle_timeout_s = 120};
    struct ink_http_handler handler = ink_gateway_handler(&cloud->gateway);
    return ink_http_server_start(&http, &handler, &cloud->server, err);
}

/* Where the server is reached from this machine. */
static void own_url(const struct cloud *cloud, char *out, size_t out_cap)
{
    const char *address = cloud->options.address;
    if (strcmp(address, "0.0.0.0") == 0) address = "127.0.0.1";
    if (strcmp(address, "::") == 0) address = "::1";
    bool v6 = strchr(address, ':') != NULL;
    snprintf(out, out_cap, "http://%s%s%s:%u", v6 ? "[" : "", address, v6 ? "]" : "",
             ink_http_server_port(cloud->server));
}

static ink_status start_function(struct cloud *cloud, struct ink_error *err)
{
    const struct ink_serve_options *options = &cloud->options;
    char url[128], endpoint[160], key[160], secret[300], bucket[128];
    own_url(cloud, url, sizeof url);
    snprintf(endpoint, sizeof endpoint, "AWS_ENDPOINT_URL_S3=%s", url);
    snprintf(key, sizeof key, "AWS_ACCESS_KEY_ID=%s", options->access_key);
    snprintf(secret, sizeof secret, "AWS_SECRET_ACCESS_KEY=%s", options->secret);
    snprintf(bucket, sizeof bucket, "INKLING_BUCKET=%.100s", options->bucket);
    /* at level DEBUG it says which stage it is in, for the console */
    const char *env[] = {endpoint, key, secret, bucket, "AWS_LAMBDA_LOG_LEVEL=DEBUG", NULL};
    struct ink_function_options function = {.name = function_name,
                                            .program = options->function,
                                            .workers = options->workers,
                                            .timeout_ms = options->timeout_s * 1000LL,
                                            .memory_mb = (unsigned)options->memory_mb,
                                            .env = env,
                                            .walls = true,
                                            .watcher = ink_runs_watcher(cloud->console.runs),
                                            .output = cloud->function_log};
    return ink_function_start(&function, cloud->queue, &cloud->function, err);
}

static ink_status write_port_file(const struct cloud *cloud, struct ink_error *err)
{
    char text[16];
    if (!cloud->options.port_file) return INK_OK;
    snprintf(text, sizeof text, "%u\n", ink_http_server_port(cloud->server));
    return ink_file_replace(cloud->options.port_file, ink_view_text(text), err);
}

static void print_welcome(const struct cloud *cloud)
{
    const struct ink_serve_options *options = &cloud->options;
    char url[128];
    own_url(cloud, url, sizeof url);
    printf("The local cloud is up: %s, bucket %s, kept in %s\n\n", url, options->bucket, options->dir);
    printf("  console: %s/#token=%s\n\n", url, cloud->console.token);
    printf("  export AWS_ENDPOINT_URL=%s\n  export AWS_ACCESS_KEY_ID=%s\n", url, options->access_key);
    printf("  export AWS_SECRET_ACCESS_KEY=%s\n  export AWS_DEFAULT_REGION=" INK_TRIGGER_REGION "\n\n",
           options->secret);
    printf("Put model.onnx and digit.png into s3://%s/ and find results.txt beside them. Ctrl-C ends it.\n",
           options->bucket);
    fflush(stdout);
}

static ink_status start_cloud(struct cloud *cloud, struct ink_error *err)
{
    ink_status st = ink_store_open(cloud->options.dir, &cloud->store, err);
    if (!st) st = make_bucket(cloud, err);
    if (!st) st = open_function_log(cloud, err);
    if (!st) st = ink_queue_new(cloud->store, &cloud->options.queue, &cloud->queue, err);
    if (!st) st = start_server(cloud, err);
    if (!st) st = start_function(cloud, err);
    if (!st) st = write_port_file(cloud, err);
    return st;
}

/* The function first: its invocations still need S3. */
static void stop_cloud(struct cloud *cloud)
{
    ink_function_stop(cloud->function, GRACE_MS);
    ink_console_quiesce(&cloud->console);
    ink_http_server_stop(cloud->server);
    ink_console_cleanup(&cloud->console);
    ink_queue_free(cloud->queue);
    ink_store_close(cloud->store);
    if (cloud->function_log >= 0) close(cloud->function_log);
}

int main(int argc, char **argv)
{
    static struct cloud cloud;
    struct ink_error err = {0};
    cloud.function_log = -1;
    umask(077);
    ink_status st = ink_serve_options_read(argc, argv, &cloud.options, &err);
    if (st) {
        fprintf(stderr, "inkling: serve: %s\n", err.text);
        return st == INK_E_ARGUMENT ? 2 : 1;
    }
    if (cloud.options.help) return fputs(ink_serve_help, stdout) < 0;
    ink_log_setup(cloud.options.verbose ? INK_LOG_INFO : INK_LOG_WARN, false);

    /* blocked in every thread that is started from here on; this one waits for them */
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);

    st = start_cloud(&cloud, &err);
    if (!st) {
        print_welcome(&cloud);
        int which;
        sigwait(&ending, &which);
        ink_log(INK_LOG_INFO, "ending: %s", strsignal(which));
    } else {
        fprintf(stderr, "inkling: serve: %s\n", err.text);
    }
    stop_cloud(&cloud);
    return st ? 1 : 0;
}
