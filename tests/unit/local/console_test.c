/* SPDX-License-Identifier: MIT */
/* The console without a socket: requests go in, answers come out, and no allocation that fails may break anything. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/log.h"
#include "local/console.h"
#include "local/queue.h"

struct fixture {
    char folder[64];
    struct ink_serve_options options;
    struct ink_console console;
};

struct asked {
    const char *method;
    const char *target;
    const char *body;      /* NULL: none */
    const char *header[2]; /* one more header */
    unsigned want;
};

static int open_console(void **state)
{
    static struct fixture f = {.folder = "/tmp/inkling-console-XXXXXX"};
    struct ink_error err = {0};
    struct ink_queue_options queue = ink_queue_defaults();
    json_set_alloc_funcs(ink_malloc, ink_free); /* so that JSON runs out of memory as well */
    ink_log_setup(INK_LOG_ERROR, false);
    if (!mkdtemp(f.folder)) return 1;
    f.options = (struct ink_serve_options){.loopback = true, .bucket = "work", .access_key = "k", .secret = "s"};
    f.console = (struct ink_console){.options = &f.options, .function = "inkling"};
    *state = &f;
    ink_status st = ink_store_open(f.folder, &f.console.store, &err);
    if (!st) st = ink_queue_new(f.console.store, &queue, &f.console.queue, &err);
    if (!st) st = ink_console_init(&f.console, f.folder, &err);
    if (st) print_error("%s\n", err.text);
    return st;
}

static int close_console(void **state)
{
    struct fixture *f = *state;
    char command[100];
    ink_console_quiesce(&f->console);
    ink_console_cleanup(&f->console);
    ink_queue_free(f->console.queue);
    ink_store_close(f->console.store);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    return system(command);
}

/* Runs one request as http_server.c would, the fail_at-th allocation failing; returns the status. */
static unsigned ask(struct fixture *f, const struct asked *asked, unsigned long fail_at, char *answer, size_t room)
{
    struct ink_arena arena;
    const struct ink_http_handler *handler = &f->console.handler;
    const struct ink_http_header headers[] = {
        {"Host", "localhost"}, {"X-Inkling-Token", f->console.token}, {asked->header[0], asked->header[1]}};
    struct ink_http_request http = {.method = asked->method,
                                    .target = asked->target,
                                    .headers = headers,
                                    .header_count = asked->header[0] ? 3 : 2,
                                    .peer = "127.0.0.1",
                                    .arena = &arena,
                                    .content_length = asked->body ? strlen(asked->body) : 0,
                                    .response.fd = -1};
    ink_arena_init(&arena, INK_HTTP_ARENA_MAX);
    ink_alloc_fail_at(fail_at);
    enum ink_http_next next = handler->begin(handler->self, &http);
    if (next == INK_HTTP_READ && asked->body) next = handler->body(handler->self, &http, ink_view_text(asked->body));
    if (next == INK_HTTP_READ) handler->end(handler->self, &http);
    unsigned status = http.response.status;
    if (answer) snprintf(answer, room, "%.*s", (int)http.response.body.len, (const char *)http.response.body.data);
    handler->close(handler->self, &http);
    ink_alloc_fail_at(0);
    if (http.response.fd >= 0) close(http.response.fd);
    ink_arena_cleanup(&arena);
    return status;
}

static const struct asked asked[] = {
    {"PUT", "/_inkling/bucket?bucket=work", "", {NULL}, 200},
    {"PUT", "/_inkling/object?bucket=work&key=a%20b", "hello", {"Content-Type", "text/html"}, 200},
    {"GET", "/_inkling/object?bucket=work&key=a%20b", NULL, {NULL}, 200},
    {"GET",
     "/_inkling/object?bucket=work&key=a%20b",
     NULL,
     {"If-None-Match", "\"5d41402abc4b2a76b9719d911017c592\""},
     304},
    {"GET", "/_inkling/objects?bucket=work&flat=1", NULL, {NULL}, 200},
    {"POST",
     "/_inkling/copy",
     "{\"from\":{\"bucket\":\"work\",\"key\":\"a b\"},\"to\":{\"bucket\":\"work\",\"key\":\"m/model.onnx\"}}",
     {NULL},
     200},
    {"GET", "/_inkling/models?bucket=work", NULL, {NULL}, 200},
    {"GET", "/_inkling/buckets", NULL, {NULL}, 200},
    {"GET", "/_inkling/about", NULL, {NULL}, 200},
    {"GET", "/_inkling/runs?outcome=failed", NULL, {NULL}, 200},
    {"GET", "/_inkling/run?id=7", NULL, {NULL}, 404},
    {"GET", "/_inkling/events", NULL, {NULL}, 200},
    {"GET", "/_inkling/evaluations", NULL, {NULL}, 200},
    {"GET", "/_inkling/evaluation/report?id=1&ticket=0", NULL, {NULL}, 404},
    {"PUT", "/_inkling/evaluation/file?id=7&path=x.png", "x", {NULL}, 404},
    {"GET", "/_inkling/look?bucket=work&key=none", NULL, {NULL}, 404},
    {"GET", "/_inkling/web/index.html", NULL, {NULL}, 200},
    {"GET", "/", NULL, {"Accept", "text/html"}, 200},
    {"GET", "/_inkling/about", NULL, {"Origin", "http://evil.example"}, 403},
    {"DELETE", "/_inkling/object?bucket=work&key=a%20b", NULL, {"If-Match", "\"0\""}, 412},
    {"DELETE", "/_inkling/object?bucket=work&key=a%20b", NULL, {NULL}, 200},
};

/* Made again and again, each of them has to find what the ones before it left. */
static unsigned wanted(const struct asked *one, unsigned status)
{
    bool made = strcmp(one->method, "PUT") == 0 && strstr(one->target, "bucket?") && status == 409;
    return made ? 200 : status;
}

static void every_call(void **state)
{
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        char text[4096];
        unsigned status = ask(*state, &asked[i], 0, text, sizeof text);
        if (status != asked[i].want) print_error("%s %s: %u %s\n", asked[i].method, asked[i].target, status, text);
        assert_int_equal(status, asked[i].want);
    }
}

/* With any allocation failing, a call succeeds or says that the server cannot: it never says anything else. */
static void every_allocation(void **state)
{
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        unsigned status = 0;
        char text[4096];
        for (unsigned long n = 1; n < 2000; n++) {
            status = wanted(&asked[i], ask(*state, &asked[i], n, text, sizeof text));
            if (status == asked[i].want) break;
            bool server = status == 0 || status == 429 || status >= 500; /* 0: http_server.c makes it a 500 */
            if (!server)
                print_error("%s %s, allocation %lu: %u %s\n", asked[i].method, asked[i].target, n, status, text);
            assert_true(server);
        }
        assert_int_equal(status, asked[i].want);
    }
}

/* Where the page is, and where a bucket's own host has a key of that name. */
static void whose_it_is(void **state)
{
    static const struct {
        const char *method, *target, *host, *accept, *authorization;
        bool console;
    } cases[] = {
        {"GET", "/", "localhost:9000", "text/html,*/*", NULL, true},
        {"GET", "/", "localhost:9000", "application/xml", NULL, false},
        {"GET", "/", "localhost:9000", NULL, NULL, false},
        {"GET", "/", "localhost:9000", "text/html", "AWS4-HMAC-SHA256 x", false},
        {"HEAD", "/", "localhost:9000", "text/html", NULL, false},
        {"GET", "/?x", "localhost:9000", "text/html", NULL, false},
        {"GET", "/_inkling/about", "127.0.0.1:9000", NULL, NULL, true},
        {"DELETE", "/_inkling/", "[::1]:9000", NULL, NULL, true},
        {"GET", "/_inkling", "localhost", NULL, NULL, false},
        {"GET", "/_inkling/about", "work.localhost:9000", NULL, NULL, false},
        {"GET", "/_inkling/about", NULL, NULL, NULL, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_arena arena;
        struct ink_http_header headers[3];
        size_t count = 0;
        if (cases[i].host) headers[count++] = (struct ink_http_header){"Host", cases[i].host};
        if (cases[i].accept) headers[count++] = (struct ink_http_header){"Accept", cases[i].accept};
        if (cases[i].authorization)
            headers[count++] = (struct ink_http_header){"Authorization", cases[i].authorization};
        ink_arena_init(&arena, 1 << 20);
        const struct ink_http_request http = {.method = cases[i].method,
                                              .target = cases[i].target,
                                              .headers = headers,
                                              .header_count = count,
                                              .arena = &arena};
        if (ink_console_wants(&http) != cases[i].console) print_error("%s %s\n", cases[i].target, cases[i].host);
        assert_int_equal(ink_console_wants(&http), cases[i].console);
        ink_arena_cleanup(&arena);
    }
}

/* A token that somebody has spoilt is made anew; one that is good stays. */
static void the_token(void **state)
{
    struct fixture *f = *state;
    char path[100], token[INK_CONSOLE_TOKEN_LEN + 1];
    struct ink_error err = {0};
    struct ink_console other = {.options = &f->options, .store = f->console.store, .function = "inkling"};
    snprintf(path, sizeof path, "%s/console-token", f->folder);
    strcpy(token, f->console.token);
    for (int spoilt = 0; spoilt < 2; spoilt++) {
        if (spoilt) {
            FILE *file = fopen(path, "w");
            fputs("0123456789abcdef\n", file);
            fclose(file);
        }
        assert_int_equal(ink_console_init(&other, f->folder, &err), INK_OK);
        assert_int_equal(strlen(other.token), INK_CONSOLE_TOKEN_LEN);
        assert_int_equal(strcmp(other.token, token) == 0, !spoilt);
        ink_console_cleanup(&other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call),
        cmocka_unit_test(every_allocation),
        cmocka_unit_test(whose_it_is),
        cmocka_unit_test(the_token),
    };
    return cmocka_run_group_tests(tests, open_console, close_console);
}
