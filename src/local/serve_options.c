/* SPDX-License-Identifier: MIT */
#include "local/serve_options.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

static const char default_key[] = "inkling", default_secret[] = "inkling-local";

const char ink_serve_help[] =
    "usage: inkling serve [OPTION]...\n"
    "\n"
    "The local cloud: S3 and the function on this machine. Puts that match the bucket's notification rules wake the\n"
    "function; model.onnx and digit.png in a folder become results.txt beside them.\n"
    "\n"
    "  --dir DIR            where everything is kept (default: $XDG_DATA_HOME/inkling, ~/.local/share/inkling)\n"
    "  --listen ADDR:PORT   default 127.0.0.1:9000; port 0 takes a free one\n"
    "  --bucket NAME        made and wired when it is not there (default: handwriting)\n"
    "  --port-file FILE     gets the port once the server is ready\n"
    "  --keys FILE          key id and secret, one a line (else INKLING_ACCESS_KEY_ID and\n"
    "                       INKLING_SECRET_ACCESS_KEY, else inkling / inkling-local)\n"
    "  --function PROGRAM   what handles events (default: bootstrap beside this program)\n"
    "  --workers N          processes of the function at most (default: one a CPU)\n"
    "  --timeout SECONDS    of one invocation (default: 60)\n"
    "  --memory MB          of one process of the function (default: 1024)\n"
    "  --retry-waits MS,MS  after the first try and the second (default: 1000,5000; AWS waits 1 and 2 minutes)\n"
    "  --web DIR            the console's page from this folder, as it is at each request (default: in the program)\n"
    "  --verbose            one line a request, and the function's own output, on stderr\n";

static ink_status read_number(const char *name, const char *value, uint64_t least, uint64_t most, int *out,
                              struct ink_error *err)
{
    uint64_t number;
    if (!ink_text_u64(ink_view_text(value), most, &number) || number < least)
        return ink_fail(err, INK_E_ARGUMENT, "%s %s: a number from %llu to %llu is wanted", name, value,
                        (unsigned long long)least, (unsigned long long)most);
    *out = (int)number;
    return INK_OK;
}

static ink_status read_listen(const char *value, struct ink_serve_options *out, struct ink_error *err)
{
    const char *colon = strrchr(value, ':');
    size_t len = colon ? (size_t)(colon - value) : 0;
    uint64_t port;
    if (!colon || len >= sizeof out->address || !ink_text_u64(ink_view_text(colon + 1), UINT16_MAX, &port))
        return ink_fail(err, INK_E_ARGUMENT, "--listen %s: ADDRESS:PORT is wanted, as in 127.0.0.1:9000", value);
    bool bracketed = len > 2 && value[0] == '[' && value[len - 1] == ']';
    snprintf(out->address, sizeof out->address, "%.*s", (int)(bracketed ? len - 2 : len), value + bracketed);
    if (strcmp(out->address, "localhost") == 0) strcpy(out->address, "127.0.0.1");
    struct in_addr v4;
    struct in6_addr v6;
    bool is_v4 = inet_pton(AF_INET, out->address, &v4) == 1, is_v6 = inet_pton(AF_INET6, out->address, &v6) == 1;
    if (!is_v4 && !is_v6)
        return ink_fail(err, INK_E_ARGUMENT, "--listen %s: the address must be a number, as in 127.0.0.1 or [::1]",
                        value);
    out->loopback = is_v4 ? ntohl(v4.s_addr) >> 24 == 127 : IN6_IS_ADDR_LOOPBACK(&v6);
    out->port = (uint16_t)port;
    return INK_OK;
}

static ink_status read_waits(const char *value, struct ink_serve_options *out, struct ink_error *err)
{
    out->queue.retries = 0;
    for (const char *at = value; at;) {
        size_t len = strcspn(at, ",");
        uint64_t ms;
        if (out->queue.retries == INK_QUEUE_RETRIES_MAX || !ink_text_u64(ink_view_of(at, len), 24 * 3600 * 1000, &ms))
            return ink_fail(err, INK_E_ARGUMENT, "--retry-waits %s: at most %d numbers of milliseconds are wanted",
                            value, INK_QUEUE_RETRIES_MAX);
        out->queue.retry_wait_ms[out->queue.retries++] = (int64_t)ms;
        at = at[len] ? at + len + 1 : NULL;
    }
    return INK_OK;
}

/* --- keys ------------------------------------------------------------------------------------------------------- */

static ink_status set_keys(struct ink_serve_options *out, const char *where, const char *key, size_t key_len,
                           const char *secret, size_t secret_len, struct ink_error *err)
{
    if (key_len == 0 || key_len >= sizeof out->access_key || secret_len < 8 || secret_len >= sizeof out->secret)
        return ink_fail(err, INK_E_ARGUMENT, "%s: a key id of 1 to 128 characters and a secret of 8 to 256 are wanted",
                        where);
    snprintf(out->access_key, sizeof out->access_key, "%.*s", (int)key_len, key);
    snprintf(out->secret, sizeof out->secret, "%.*s", (int)secret_len, secret);
    return INK_OK;
}

static ink_status read_key_file(const char *path, struct ink_serve_options *out, struct ink_error *err)
{
    static const char space[] = " \t\r\n";
    struct ink_buffer text;
    ink_buffer_init(&text, 4096);
    ink_status st = ink_file_read(path, &text, err);
    if (!st) {
        const char *key = text.data ? (const char *)text.data : "";
        key += strspn(key, space);
        size_t key_len = strcspn(key, space);
        const char *secret = key + key_len + strspn(key + key_len, space);
        st = set_keys(out, path, key, key_len, secret, strcspn(secret, space), err);
    }
    ink_buffer_cleanup(&text);
    return st;
}

static ink_status choose_keys(const char *file, struct ink_serve_options *out, struct ink_error *err)
{
    if (file) return read_key_file(file, out, err);
    const char *key = getenv("INKLING_ACCESS_KEY_ID"), *secret = getenv("INKLING_SECRET_ACCESS_KEY");
    if (!key != !secret)
        return ink_fail(err, INK_E_ARGUMENT, "%s is set, %s is not: both are wanted, or neither",
                        key ? "INKLING_ACCESS_KEY_ID" : "INKLING_SECRET_ACCESS_KEY",
                        key ? "INKLING_SECRET_ACCESS_KEY" : "INKLING_ACCESS_KEY_ID");
    if (!key) key = default_key, secret = default_secret;
    ink_status st = set_keys(out, "INKLING_ACCESS_KEY_ID and INKLING_SECRET_ACCESS_KEY", key, strlen(key), secret,
                             strlen(secret), err);
    if (!st && !out->loopback && strcmp(secret, default_secret) == 0)
        return ink_fail(err, INK_E_DENIED,
                        "%s can be reached by others, and everybody knows the default key pair: set "
                        "INKLING_ACCESS_KEY_ID and INKLING_SECRET_ACCESS_KEY, or --keys FILE",
                        out->address);
    return st;
}

/* --- defaults --------------------------------------------------------------------------------------------------- */

/* The same cloud from whichever folder it is started. */
static void default_dir(struct ink_serve_options *out)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && data[0] == '/')
        snprintf(out->dir, sizeof out->dir, "%s/inkling", data);
    else if (home && *home)
        snprintf(out->dir, sizeof out->dir, "%s/.local/share/inkling", home);
    else
        snprintf(out->dir, sizeof out->dir, "inkling-data");
}

static void default_function(struct ink_serve_options *out)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len < 0) len = 0;
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    if (slash) slash[1] = '\0';
    snprintf(out->function, sizeof out->function, "%.4080s/bootstrap", slash ? self : ".");
}

static void set_defaults(struct ink_serve_options *out)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    *out = (struct ink_serve_options){.address = "127.0.0.1",
                                      .port = 9000,
                                      .loopback = true,
                                      .bucket = "handwriting",
                                      .workers = cpus < 1    ? 1
                                                 : cpus > 64 ? 64
                                                             : (int)cpus,
                                      .timeout_s = 60,
                                      .memory_mb = 1024,
                                      .queue = ink_queue_defaults()};
    default_dir(out);
    default_function(out);
}

static ink_status copy_path(const char *name, const char *value, char *out, struct ink_error *err)
{
    if (!*value || snprintf(out, PATH_MAX, "%s", value) >= PATH_MAX)
        return ink_fail(err, INK_E_ARGUMENT, "%s: a path is wanted", name);
    return INK_OK;
}

static ink_status read_option(const char *name, const char *value, struct ink_serve_options *out, const char **key_file,
                              struct ink_error *err)
{
    if (strcmp(name, "--dir") == 0) return copy_path(name, value, out->dir, err);
    if (strcmp(name, "--listen") == 0) return read_listen(value, out, err);
    if (strcmp(name, "--retry-waits") == 0) return read_waits(value, out, err);
    if (strcmp(name, "--workers") == 0) return read_number(name, value, 1, 64, &out->workers, err);
    if (strcmp(name, "--timeout") == 0) return read_number(name, value, 1, 900, &out->timeout_s, err);
    if (strcmp(name, "--memory") == 0) return read_number(name, value, 16, 10240, &out->memory_mb, err);
    if (strcmp(name, "--bucket") == 0)
        out->bucket = value;
    else if (strcmp(name, "--port-file") == 0)
        out->port_file = value;
    else if (strcmp(name, "--web") == 0)
        out->web = value;
    else if (strcmp(name, "--keys") == 0)
        *key_file = value;
    else if (strcmp(name, "--function") == 0 && !realpath(value, out->function))
        return ink_fail(err, INK_E_NOT_FOUND, "--function %s: there is no such program", value);
    if (out->web && access(out->web, R_OK | X_OK))
        return ink_fail(err, INK_E_NOT_FOUND, "--web %s: there is no such folder", out->web);
    return INK_OK;
}

static bool takes_value(const char *name)
{
    static const char *const names[] = {"--dir",     "--listen",  "--bucket", "--port-file",   "--keys", "--function",
                                        "--workers", "--timeout", "--memory", "--retry-waits", "--web"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

/* "--name=value" is the same as "--name value". */
ink_status ink_serve_options_read(int argc, char **argv, struct ink_serve_options *out, struct ink_error *err)
{
    const char *key_file = NULL;
    set_defaults(out);
    for (int i = 1; i < argc; i++) {
        char name[32];
        size_t len = strcspn(argv[i], "=");
        bool joined = argv[i][len] == '=';
        snprintf(name, sizeof name, "%.*s", (int)len, argv[i]);
        if (strcmp(argv[i], "--help") == 0) {
            out->help = true;
            return INK_OK;
        }
        if (strcmp(argv[i], "--verbose") == 0 || strcmp(argv[i], "-v") == 0) {
            out->verbose = true;
            continue;
        }
        if (!takes_value(name)) return ink_fail(err, INK_E_ARGUMENT, "%s: no such option; --help lists them", argv[i]);
        if (!joined && i + 1 == argc) return ink_fail(err, INK_E_ARGUMENT, "%s: a value is missing", name);
        const char *value = joined ? argv[i] + len + 1 : argv[++i];
        ink_status st = read_option(name, value, out, &key_file, err);
        if (st) return st;
    }
    return choose_keys(key_file, out, err);
}
