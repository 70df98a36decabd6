/* SPDX-License-Identifier: MIT */
/* The Runtime API's answers to a process that does not do as it should: status codes over a real connection. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "local/lambda_runtime.h"

#define INVOCATION "/2018-06-01/runtime/invocation/"

static struct ink_runtime *runtime;
static int notify;
static const struct ink_runtime_invocation invocation = {
    .request_id = "r-1", .function_arn = "arn", .trace = "", .payload = "{}", .timeout_ms = 60000};

static int start(void **state)
{
    struct ink_error err = {0};
    notify = eventfd(0, EFD_NONBLOCK);
    return ink_runtime_new(notify, &runtime, &err) ? -1 : 0;
}

static int stop(void **state)
{
    ink_runtime_free(runtime);
    return close(notify);
}

static void send_zeros(int fd, size_t len)
{
    static const char zeros[65536];
    while (len) {
        ssize_t n = send(fd, zeros, len < sizeof zeros ? len : sizeof zeros, MSG_NOSIGNAL);
        if (n <= 0) return;
        len -= (size_t)n;
    }
}

/* One request on a connection of its own, its body so many zeros; the status code. */
static int call(const char *method, const char *path, size_t body_len)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(ink_runtime_port(runtime))};
    char answer[256] = "";
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    dprintf(fd, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", method, path,
            body_len);
    send_zeros(fd, body_len);
    ssize_t n = recv(fd, answer, sizeof answer - 1, MSG_WAITALL);
    close(fd);
    return n > 12 ? atoi(answer + 9) : 0;
}

static enum ink_runtime_state state_now(void)
{
    struct ink_runtime_result result;
    ink_runtime_look(runtime, &result);
    return result.state;
}

static void take(void)
{
    ink_runtime_offer(runtime, &invocation);
    assert_int_equal(call("GET", INVOCATION "next", 0), 200);
    assert_int_equal(state_now(), INK_RUNTIME_TAKEN);
}

static void an_answer_too_long(void **state)
{
    take();
    assert_int_equal(call("POST", INVOCATION "r-1/response", INK_RUNTIME_RESPONSE_MAX + 1), 413);
    assert_int_equal(state_now(), INK_RUNTIME_TOO_LARGE);
}

static void the_longest_answer(void **state)
{
    struct ink_runtime_result result;
    take();
    assert_int_equal(call("POST", INVOCATION "r-1/response", INK_RUNTIME_RESPONSE_MAX), 202);
    ink_runtime_look(runtime, &result);
    assert_int_equal(result.state, INK_RUNTIME_ANSWERED);
    assert_int_equal(result.body.len, INK_RUNTIME_RESPONSE_MAX);
}

static void an_answer_after_the_time(void **state)
{
    take();
    ink_runtime_end(runtime, true);
    assert_int_equal(call("POST", INVOCATION "r-1/response", 2), 410);
    assert_int_equal(call("POST", INVOCATION "r-1/error", 2), 410);
}

static void a_second_answer(void **state)
{
    take();
    assert_int_equal(call("POST", INVOCATION "r-1/response", 2), 202);
    assert_int_equal(call("POST", INVOCATION "r-1/response", 2), 403);
    ink_runtime_end(runtime, false);
    assert_int_equal(call("POST", INVOCATION "r-1/error", 2), 403);
}

static void an_answer_before_it_was_asked_for(void **state)
{
    ink_runtime_offer(runtime, &invocation);
    assert_int_equal(call("POST", INVOCATION "r-1/response", 2), 403);
    assert_int_equal(state_now(), INK_RUNTIME_OFFERED);
}

static void what_is_not_there(void **state)
{
    take();
    assert_int_equal(call("POST", INVOCATION "r-2/response", 2), 400);
    assert_int_equal(call("POST", INVOCATION "r-1/nothing", 2), 404);
    assert_int_equal(call("GET", "/2018-06-01/runtime/nothing", 0), 404);
    assert_int_equal(call("GET", "/", 0), 404);
    assert_int_equal(state_now(), INK_RUNTIME_TAKEN);
}

#define WITH_API(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_API(an_answer_too_long),
        WITH_API(the_longest_answer),
        WITH_API(an_answer_after_the_time),
        WITH_API(a_second_answer),
        WITH_API(an_answer_before_it_was_asked_for),
        WITH_API(what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
