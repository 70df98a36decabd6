/* SPDX-License-Identifier: MIT */
/* The client against servers that behave, and servers that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "net/http.h"
#include "peer.h"

#define ANSWERS(...)                                                                                                   \
    (struct peer_answer[]){__VA_ARGS__}, sizeof((struct peer_answer[]){__VA_ARGS__}) / sizeof(struct peer_answer), NULL

static struct ink_http_exchange get(const struct peer *peer)
{
    struct ink_http_exchange x = {.method = "GET", .target = "/", .answer_cap_bytes = 1 << 20};
    x.origin.port = peer_port(peer);
    strcpy(x.origin.host, "127.0.0.1");
    x.deadline_us = ink_clock_us() + 5000000;
    return x;
}

/* One request to a fresh server with one answer. */
static ink_status once(struct peer_answer answer, struct ink_http_exchange *x)
{
    struct peer *peer = peer_start(&answer, 1, NULL);
    struct ink_http_client *client = ink_http_client_new();
    struct ink_http_exchange fresh = get(peer);
    fresh.method = x->method ? x->method : "GET";
    if (x->answer_cap_bytes) fresh.answer_cap_bytes = x->answer_cap_bytes;
    if (x->deadline_us) fresh.deadline_us = ink_clock_us() + x->deadline_us; /* here: from now */
    fresh.quiet_us = x->quiet_us;
    fresh.body = x->body;
    *x = fresh;
    ink_status st = ink_http_perform(client, x, 1);
    assert_int_equal(st, x->status);
    assert_int_equal(st, x->error.status);
    ink_http_client_free(client);
    peer_stop(peer);
    return st;
}

static void check(struct peer_answer answer, ink_status want, int code, const char *body)
{
    struct ink_http_exchange x = {0};
    ink_status st = once(answer, &x);
    if (st != want) print_message("%.60s: %s\n", answer.bytes, x.error.text);
    assert_int_equal(st, want);
    assert_int_equal(x.code, code);
    if (body) assert_string_equal(x.body_in.data ? (char *)x.body_in.data : "", body);
    ink_http_exchange_cleanup(&x);
}

static void answers_of_all_kinds(void **state)
{
    check((struct peer_answer){PEER_OK(5, "hello")}, INK_OK, 200, "hello");
    check((struct peer_answer){PEER_OK(0, "")}, INK_OK, 200, "");
    check((struct peer_answer){"HTTP/1.0 200 OK\r\n\r\nto the end", .close = true}, INK_OK, 200, "to the end");
    check(
        (struct peer_answer){
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: "
            "b\r\n\r\n"},
        INK_OK, 200, "hello world");
    check((struct peer_answer){PEER_OK(5, "hello"), .drip_ms = 1}, INK_OK, 200, "hello");
    check((struct peer_answer){"HTTP/1.1 100 Continue\r\n\r\n" PEER_OK(2, "ok")}, INK_OK, 200, "ok");
    check((struct peer_answer){"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"}, INK_OK, 304, "");
    check((struct peer_answer){"HTTP/1.1 204 No Content\n\n"}, INK_OK, 204, "");
    check((struct peer_answer){"HTTP/1.1 503 Slow Down\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
                               .close = true},
          INK_OK, 503, "no");
}

static void answers_that_are_none(void **state)
{
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", .close = true}, INK_E_NETWORK, 200,
          NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", .reset = true}, INK_E_NETWORK, 200,
          NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", .close = true},
          INK_E_NETWORK, 200, NULL);
    check((struct peer_answer){"HTTP/1.1 2", .close = true}, INK_E_NETWORK, 0, NULL);
    check((struct peer_answer){"", .close = true}, INK_E_NETWORK, 0, NULL);
    check((struct peer_answer){"220 mail.example ESMTP\r\n"}, INK_E_FORMAT, 0, NULL);
    check((struct peer_answer){"HTTP/2.0 200 OK\r\n\r\n"}, INK_E_FORMAT, 0, NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"}, INK_E_FORMAT,
          200, NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"}, INK_E_FORMAT, 200, NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"}, INK_E_FORMAT, 200, NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n"}, INK_E_FORMAT, 200, NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"}, INK_E_FORMAT, 200, NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n"}, INK_E_FORMAT,
          200, NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", .len = 24}, INK_E_FORMAT, 200, NULL);
    check((struct peer_answer){"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"},
          INK_E_FORMAT, 200, NULL);
}

static void caps_are_kept(void **state)
{
    struct ink_http_exchange x = {.answer_cap_bytes = 4};
    assert_int_equal(once((struct peer_answer){PEER_OK(5, "hello")}, &x), INK_E_LIMIT);
    ink_http_exchange_cleanup(&x);
    x = (struct ink_http_exchange){.answer_cap_bytes = 4};
    assert_int_equal(once((struct peer_answer){PEER_OK(99999999999, "")}, &x), INK_E_LIMIT);
    ink_http_exchange_cleanup(&x);
    x = (struct ink_http_exchange){.answer_cap_bytes = 4};
    assert_int_equal(
        once((struct peer_answer){"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n"}, &x),
        INK_E_LIMIT);
    ink_http_exchange_cleanup(&x);
    x = (struct ink_http_exchange){.answer_cap_bytes = 4};
    assert_int_equal(once((struct peer_answer){"HTTP/1.1 200 OK\r\n\r\nhello", .close = true}, &x), INK_E_LIMIT);
    ink_http_exchange_cleanup(&x);

    char *head = malloc(100000);
    memset(head, 'x', 100000);
    memcpy(head, "HTTP/1.1 200 OK\r\n", 17);
    for (int i = 1017; i < 100000; i += 1000) memcpy(head + i, "\r\nname: v", 9);
    x = (struct ink_http_exchange){0};
    assert_int_equal(once((struct peer_answer){head, .len = 100000, .close = true}, &x),
                     INK_E_FORMAT); /* no ':' at first */
    ink_http_exchange_cleanup(&x);
    memcpy(head + 17, "a: ", 3);
    x = (struct ink_http_exchange){0};
    assert_int_equal(once((struct peer_answer){head, .len = 100000, .close = true}, &x), INK_E_LIMIT);
    ink_http_exchange_cleanup(&x);
    free(head);
}

static void deadlines(void **state)
{
    uint64_t start = ink_clock_us();
    struct ink_http_exchange x = {.deadline_us = 150000};
    assert_int_equal(once((struct peer_answer){PEER_OK(2, "ok"), .wait_ms = 600}, &x), INK_E_TIMEOUT);
    assert_true(x.sent);
    ink_http_exchange_cleanup(&x);
    x = (struct ink_http_exchange){.deadline_us = 150000};
    assert_int_equal(once((struct peer_answer){PEER_OK(20, "0123456789abcdefghij"), .drip_ms = 20}, &x), INK_E_TIMEOUT);
    ink_http_exchange_cleanup(&x);
    x = (struct ink_http_exchange){.quiet_us = 100000};
    assert_int_equal(once((struct peer_answer){PEER_OK(2, "ok"), .wait_ms = 400}, &x), INK_E_TIMEOUT);
    assert_non_null(strstr(x.error.text, "127.0.0.1:"));
    ink_http_exchange_cleanup(&x);
    x = (struct ink_http_exchange){.quiet_us = 100000}; /* slow, but never silent for that long */
    assert_int_equal(once((struct peer_answer){PEER_OK(5, "hello"), .drip_ms = 10}, &x), INK_OK);
    ink_http_exchange_cleanup(&x);
    assert_true(ink_clock_us() - start < 4000000);
}

static void one_more(struct ink_http_client *client, const struct peer *peer, const char *method, ink_status want)
{
    struct ink_http_exchange x = get(peer);
    x.method = method;
    assert_int_equal(ink_http_perform(client, &x, 1), want);
    ink_http_exchange_cleanup(&x);
}

static void connections_are_kept(void **state)
{
    struct peer *peer = peer_start(ANSWERS({PEER_OK(2, "ok")}));
    struct ink_http_client *client = ink_http_client_new();
    for (int i = 0; i < 20; i++) one_more(client, peer, "GET", INK_OK);
    assert_int_equal(peer_connections(peer), 1);
    ink_http_client_free(client);
    peer_stop(peer);
}

static void a_closed_one_is_noticed(void **state)
{
    struct peer *peer = peer_start(ANSWERS({PEER_OK(2, "ok"), .close = true}));
    struct ink_http_client *client = ink_http_client_new();
    for (int i = 0; i < 3; i++) {
        one_more(client, peer, "POST", INK_OK);
        usleep(30000);
    }
    assert_int_equal(peer_connections(peer), 3);
    assert_int_equal(peer_requests(peer), 3);
    ink_http_client_free(client);
    peer_stop(peer);
}

/* The server closes when the second request has come: as if it had closed a moment before. */
static void one_that_breaks_is_replaced_once(void **state)
{
    struct peer *peer = peer_start(ANSWERS({PEER_OK(2, "ok")}, {"", .reset = true}, {PEER_OK(2, "ok")},
                                           {"", .close = true}, {"", .close = true}, {PEER_OK(2, "ok")}));
    struct ink_http_client *client = ink_http_client_new();
    one_more(client, peer, "GET", INK_OK);
    one_more(client, peer, "PUT", INK_OK);
    assert_int_equal(peer_connections(peer), 2);
    one_more(client, peer, "GET", INK_E_NETWORK); /* broke twice */
    assert_int_equal(peer_connections(peer), 3);
    ink_http_client_free(client);
    peer_stop(peer);
}

static void once_means_once(void **state)
{
    struct peer *peer = peer_start(ANSWERS({PEER_OK(2, "ok")}, {"", .close = true}, {PEER_OK(2, "ok")}));
    struct ink_http_client *client = ink_http_client_new();
    one_more(client, peer, "GET", INK_OK);
    struct ink_http_exchange x = get(peer);
    x.once = true;
    assert_int_equal(ink_http_perform(client, &x, 1), INK_E_NETWORK);
    assert_int_equal(peer_requests(peer), 2);
    ink_http_exchange_cleanup(&x);
    ink_http_client_free(client);
    peer_stop(peer);
}

static void bytes_behind_an_answer_end_the_connection(void **state)
{
    struct peer *peer = peer_start(ANSWERS({PEER_OK(2, "ok" PEER_OK(4, "evil"))}, {PEER_OK(2, "ok")}));
    struct ink_http_client *client = ink_http_client_new();
    one_more(client, peer, "GET", INK_OK);
    struct ink_http_exchange x = get(peer);
    assert_int_equal(ink_http_perform(client, &x, 1), INK_OK);
    assert_string_equal((char *)x.body_in.data, "ok");
    assert_int_equal(peer_connections(peer), 2);
    ink_http_exchange_cleanup(&x);
    ink_http_client_free(client);
    peer_stop(peer);
}

static void many_at_once(void **state)
{
    enum { COUNT = 40 };
    struct peer *peer = peer_start(ANSWERS({PEER_OK(2, "ok"), .wait_ms = 50}));
    struct ink_http_client *client = ink_http_client_new();
    struct ink_http_exchange x[COUNT];
    for (int i = 0; i < COUNT; i++) x[i] = get(peer);
    uint64_t start = ink_clock_us();
    assert_int_equal(ink_http_perform(client, x, COUNT), INK_OK);
    uint64_t took = ink_clock_us() - start;
    assert_true(took > 140000 && took < 1000000); /* three turns of 16; 2 s one after the other */
    assert_int_equal(peer_connections(peer), 16);
    for (int i = 0; i < COUNT; i++) ink_http_exchange_cleanup(&x[i]);
    ink_http_client_free(client);
    peer_stop(peer);
}

static void big_bodies_both_ways(void **state)
{
    enum { BIG = 3 << 20 };
    char *answer = malloc(BIG + 100);
    int head = sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BIG);
    for (int i = 0; i < BIG; i++) answer[head + i] = (char)('a' + i % 26);
    struct ink_http_exchange x = {.method = "PUT", .answer_cap_bytes = BIG, .body = ink_view_of(answer, BIG)};
    assert_int_equal(once((struct peer_answer){answer, .len = (size_t)head + BIG}, &x), INK_OK);
    assert_int_equal(x.body_in.len, BIG);
    assert_memory_equal(x.body_in.data, answer + head, BIG);
    ink_http_exchange_cleanup(&x);

    /* it refuses before it has read the body */
    x = (struct ink_http_exchange){.method = "PUT", .body = ink_view_of(answer, BIG)};
    struct peer_answer refuse = {"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", .unread = true,
                                 .wait_ms = 50};
    assert_int_equal(once(refuse, &x), INK_OK);
    assert_int_equal(x.code, 403);
    ink_http_exchange_cleanup(&x);
    free(answer);
}

static void what_is_sent(void **state)
{
    struct peer *peer = peer_start(ANSWERS({PEER_OK(2, "ok")}));
    struct ink_http_client *client = ink_http_client_new();
    struct ink_http_header header = {"X-Amz-Date", "20130524T000000Z"};
    struct ink_http_exchange x = get(peer);
    char want[200];
    x.method = "PUT";
    x.target = "/b/k%20y?x-id=PutObject";
    x.headers = &header;
    x.header_count = 1;
    x.body = ink_view_text("body");
    assert_int_equal(ink_http_perform(client, &x, 1), INK_OK);
    snprintf(want, sizeof want,
             "PUT /b/k%%20y?x-id=PutObject HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nX-Amz-Date: 20130524T000000Z\r\n"
             "Content-Length: 4\r\n\r\nbody",
             peer_port(peer));
    assert_string_equal(peer_request(peer, 0), want);
    ink_http_exchange_cleanup(&x);

    header.value = "a\r\nEvil: b";
    assert_int_equal(ink_http_perform(client, &x, 1), INK_E_ARGUMENT);
    x.header_count = 0;
    x.target = "/a b";
    assert_int_equal(ink_http_perform(client, &x, 1), INK_E_ARGUMENT);
    assert_int_equal(peer_requests(peer), 1);
    ink_http_exchange_cleanup(&x);
    ink_http_client_free(client);
    peer_stop(peer);
}

static void names(void **state)
{
    struct peer *peer = peer_start(ANSWERS({PEER_OK(2, "ok")}));
    struct ink_http_client *client = ink_http_client_new();
    struct ink_http_exchange x[3] = {get(peer), get(peer), get(peer)};
    strcpy(x[0].origin.host, "localhost");
    strcpy(x[1].origin.host, "bucket.localhost");
    strcpy(x[2].origin.host, "no-such-name.invalid");
    x[2].deadline_us = ink_clock_us() + 1000000;
    ink_http_perform(client, x, 3);
    assert_int_equal(x[0].status, INK_OK);
    assert_int_equal(x[1].status, INK_OK);
    assert_true(x[2].status == INK_E_NETWORK || x[2].status == INK_E_TIMEOUT);
    assert_non_null(strstr(x[2].error.text, "no-such-name.invalid"));
    for (int i = 0; i < 3; i++) ink_http_exchange_cleanup(&x[i]);
    ink_http_client_free(client);
    peer_stop(peer);
}

static void nobody_listens(void **state)
{
    struct peer *peer = peer_start(ANSWERS({PEER_OK(2, "ok")}));
    struct ink_http_exchange x = get(peer);
    struct ink_http_client *client = ink_http_client_new();
    peer_stop(peer);
    assert_int_equal(ink_http_perform(client, &x, 1), INK_E_NETWORK);
    assert_non_null(strstr(x.error.text, "refused"));
    assert_false(x.sent);
    ink_http_exchange_cleanup(&x);
    ink_http_client_free(client);
}

static void every_allocation_may_fail(void **state)
{
    struct peer *peer = peer_start(ANSWERS({PEER_OK(5, "hello")}));
    bool through = false;
    for (unsigned long n = 1; !through && n < 200; n++) {
        ink_alloc_fail_at(n);
        struct ink_http_client *client = ink_http_client_new();
        if (client) {
            struct ink_http_exchange x = get(peer);
            ink_status st = ink_http_perform(client, &x, 1);
            through = st == INK_OK;
            if (!through) assert_int_not_equal(x.error.text[0], 0);
            ink_alloc_fail_at(0);
            ink_http_exchange_cleanup(&x);
        }
        ink_alloc_fail_at(0);
        ink_http_client_free(client);
    }
    assert_true(through);
    peer_stop(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_of_all_kinds),
        cmocka_unit_test(answers_that_are_none),
        cmocka_unit_test(caps_are_kept),
        cmocka_unit_test(deadlines),
        cmocka_unit_test(connections_are_kept),
        cmocka_unit_test(a_closed_one_is_noticed),
        cmocka_unit_test(one_that_breaks_is_replaced_once),
        cmocka_unit_test(once_means_once),
        cmocka_unit_test(bytes_behind_an_answer_end_the_connection),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(big_bodies_both_ways),
        cmocka_unit_test(what_is_sent),
        cmocka_unit_test(names),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
