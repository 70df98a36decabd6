/* SPDX-License-Identifier: MIT */
#include "local/console.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "aws/hash.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "local/console_call.h"
#include "local/evaluation.h"
#include "local/feed.h"
#include "local/host.h"
#include "local/runs.h"

#define ROOT "/_inkling/"

/* --- the token ------------------------------------------------------------------------------------------------------ */

static ink_status random_hex(char *out, size_t bytes_len, struct ink_error *err)
{
    uint8_t bytes[INK_CONSOLE_TOKEN_LEN / 2];
    if (getrandom(bytes, bytes_len, 0) != (ssize_t)bytes_len)
        return ink_fail(err, INK_E_IO, "the system gives no random numbers");
    ink_hex(bytes, bytes_len, out);
    return INK_OK;
}

static bool is_token(struct ink_view text)
{
    if (text.len != INK_CONSOLE_TOKEN_LEN + 1 || text.data[INK_CONSOLE_TOKEN_LEN] != '\n') return false;
    return strspn((const char *)text.data, "0123456789abcdef") == INK_CONSOLE_TOKEN_LEN;
}

static ink_status take_token(struct ink_console *console, const char *folder, struct ink_error *err)
{
    char path[PATH_MAX + 32], line[INK_CONSOLE_TOKEN_LEN + 2];
    struct ink_buffer text;
    snprintf(path, sizeof path, "%s/console-token", folder);
    ink_buffer_init(&text, 4096);
    ink_status st = ink_file_read(path, &text, NULL);
    if (!st && is_token(ink_buffer_view(&text))) {
        memcpy(console->token, text.data, INK_CONSOLE_TOKEN_LEN);
    } else {
        st = random_hex(console->token, INK_CONSOLE_TOKEN_LEN / 2, err);
        snprintf(line, sizeof line, "%s\n", console->token);
        if (!st) st = ink_file_replace(path, ink_view_text(line), err);
    }
    ink_buffer_cleanup(&text);
    return st;
}

/* --- who may ask ---------------------------------------------------------------------------------------------------- */

/* A page of this very address, or no page at all. */
static bool check_origin(struct ink_console_call *call)
{
    const char *host = ink_http_header(call->http, "Host"), *origin = ink_http_header(call->http, "Origin");
    const char *site = ink_http_header(call->http, "Sec-Fetch-Site");
    const char *authority = origin ? ink_host_of_origin(origin) : NULL;
    if (call->console->options->loopback && !ink_host_is_loopback(host, call->arena)) {
        ink_console_refuse(call, INK_CONSOLE_WRONG_HOST,
                           "The console answers to localhost, *.localhost and 127.0.0.1 only.");
        return false;
    }
    bool own = !origin || (host && authority && ink_text_equal_nocase(authority, host));
    /* the page itself may be opened from anywhere: that shows it, and tells nobody anything */
    bool from_own = !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0 || call->row->open;
    if (own && from_own) return true;
    ink_console_refuse(call, INK_CONSOLE_WRONG_ORIGIN, "The request comes from a web page of another address.");
    return false;
}

static bool check_token(struct ink_console_call *call)
{
    const char *token = ink_http_header(call->http, "X-Inkling-Token");
    if (call->row->open) return true;
    if (token && strlen(token) == INK_CONSOLE_TOKEN_LEN &&
        CRYPTO_memcmp(token, call->console->token, INK_CONSOLE_TOKEN_LEN) == 0)
        return true;
    ink_console_refuse(call, INK_CONSOLE_NO_TOKEN,
                       "The console's token is missing or another one: open the address that `inkling serve` printed.");
    return false;
}

/* --- routes --------------------------------------------------------------------------------------------------------- */

static bool path_fits(const struct ink_console_row *row, const char *path)
{
    size_t len = strlen(row->path);
    bool below = len && row->path[len - 1] == '/';
    return below ? strncmp(path, row->path, len) == 0 : strcmp(path, row->path) == 0;
}

static bool find_row(struct ink_console_call *call)
{
    static const struct ink_console_row page = {"GET", "", NULL, ink_console_page, true};
    const char *path = call->uri.path;
    bool known = false;
    if (strcmp(path, "/") == 0) call->row = &page;
    path += strncmp(path, ROOT, strlen(ROOT)) == 0 ? strlen(ROOT) : 0;
    for (size_t i = 0; i < ink_console_row_count && !call->row; i++) {
        if (!path_fits(&ink_console_rows[i], path)) continue;
        known = true;
        if (strcmp(ink_console_rows[i].method, call->http->method) == 0) call->row = &ink_console_rows[i];
    }
    if (call->row) return true;
    ink_console_refuse(call, known ? INK_CONSOLE_WRONG_METHOD : INK_CONSOLE_NOT_FOUND,
                       known ? "That address takes another method." : "The console has no such address.");
    return false;
}

bool ink_console_wants(const struct ink_http_request *http)
{
    const char *host = ink_http_header(http, "Host"), *accept = ink_http_header(http, "Accept");
    /* the dot: there the path is a key, in the bucket before it */
    if (host && ink_text_ends_nocase(ink_uri_host_name(host, http->arena), ".localhost")) return false;
    if (strncmp(http->target, ROOT, strlen(ROOT)) == 0) return true;
    return strcmp(http->target, "/") == 0 && strcmp(http->method, "GET") == 0 && accept &&
           strstr(accept, "text/html") && !ink_http_header(http, "Authorization");
}

/* --- what http_server.h calls --------------------------------------------------------------------------------------- */

static bool begin_call(struct ink_console_call *call)
{
    ink_status st = ink_uri_parse(call->http->target, call->arena, &call->uri);
    if (st) {
        ink_console_refuse(call, st == INK_E_OOM ? INK_CONSOLE_BROKEN : INK_CONSOLE_BAD_REQUEST,
                           "The address cannot be read.");
        return false;
    }
    if (!find_row(call) || !check_origin(call) || !check_token(call)) return false;
    ink_buffer_init(&call->body, INK_CONSOLE_JSON_MAX);
    if (call->row->begin) call->row->begin(call);
    return !call->answered;
}

static enum ink_http_next on_begin(void *self, struct ink_http_request *http)
{
    static _Atomic uint64_t counter;
    struct ink_console_call *call = INK_ARENA_NEW(http->arena, struct ink_console_call);
    if (!call) return INK_HTTP_ANSWER;
    *call = (struct ink_console_call){.console = self, .http = http, .arena = http->arena};
    snprintf(call->request_id, sizeof call->request_id, "%08llX%08llX",
             (unsigned long long)(ink_clock_wall_ms() & 0xffffffff), (unsigned long long)++counter & 0xffffffff);
    ink_buffer_init(&call->out, INK_HTTP_ARENA_MAX);
    http->state = call;
    return begin_call(call) ? INK_HTTP_READ : INK_HTTP_ANSWER;
}

static enum ink_http_next on_body(void *self, struct ink_http_request *http, struct ink_view piece)
{
    struct ink_console_call *call = http->state;
    if (call->put)
        (void)ink_console_stored(call, ink_store_put_append(call->put, piece));
    else if (ink_buffer_append(&call->body, piece.data, piece.len))
        ink_console_refuse(call, INK_CONSOLE_TOO_BIG, "The body is over %zu bytes.", call->body.cap_bytes);
    return call->answered ? INK_HTTP_ANSWER : INK_HTTP_READ;
}

static void on_end(void *self, struct ink_http_request *http)
{
    struct ink_console_call *call = http->state;
    call->row->run(call);
}

static void on_close(void *self, struct ink_http_request *http)
{
    struct ink_console_call *call = http->state;
    if (!call) return;
    ink_log(INK_LOG_DEBUG, "%s console %s %s %u %.1f ms", http->peer, http->method, call->row ? call->row->path : "?",
            http->response.status, (double)(ink_clock_us() - http->began_us) / 1000.0);
    if (call->close) call->close(call);
    ink_store_put_abort(call->put);
    ink_buffer_cleanup(&call->body);
    ink_buffer_cleanup(&call->out);
}

/* `inkling` lies beside this program. */
static ink_status start_evaluations(struct ink_console *console, const char *folder, struct ink_error *err)
{
    static char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 16);
    program[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(program, '/');
    strcpy(slash ? slash + 1 : program, "inkling");
    const struct ink_evaluations_options options = {
        .store = console->store, .feed = console->feed, .folder = folder, .program = program};
    return ink_evaluations_new(&options, &console->evaluations, err);
}

ink_status ink_console_init(struct ink_console *console, const char *folder, struct ink_error *err)
{
    console->handler = (struct ink_http_handler){console, on_begin, on_body, on_end, on_close};
    ink_status st = random_hex(console->boot, 8, err);
    if (!st) st = take_token(console, folder, err);
    if (!st) console->feed = ink_feed_new(console->boot);
    if (!st && !console->feed) st = ink_fail(err, INK_E_OOM, "the console: out of memory");
    if (!st) st = ink_runs_new(console->store, console->feed, &console->runs, err);
    if (!st) st = start_evaluations(console, folder, err);
    if (!st) ink_store_watch(console->store, ink_console_tell_changes, console);
    return st;
}

void ink_console_quiesce(struct ink_console *console)
{
    if (console->feed) ink_feed_stop(console->feed);
    if (console->queue) ink_queue_hang_up(console->queue);
}

void ink_console_cleanup(struct ink_console *console)
{
    if (console->store) ink_store_watch(console->store, NULL, NULL);
    ink_evaluations_free(console->evaluations);
    ink_runs_free(console->runs);
    ink_feed_free(console->feed);
    console->evaluations = NULL;
    console->runs = NULL;
    console->feed = NULL;
}
