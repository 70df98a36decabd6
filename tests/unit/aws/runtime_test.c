/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/runtime.h"
#include "base/clock.h"
#include "peer.h"

struct frame {
    struct peer *peer;
    struct ink_http_client *http;
    struct ink_runtime *runtime;
    struct ink_invocation invocation;
    struct ink_error err;
};

static struct frame begin(const struct peer_answer *answers, size_t count, const char *form)
{
    struct frame f = {.peer = peer_start(answers, count, NULL), .http = ink_http_client_new()};
    char address[100];
    snprintf(address, sizeof address, form, peer_port(f.peer));
    assert_int_equal(ink_runtime_new(f.http, address, &f.runtime, &f.err), INK_OK);
    return f;
}

static void end(struct frame *f)
{
    ink_invocation_cleanup(&f->invocation);
    ink_runtime_free(f->runtime);
    ink_http_client_free(f->http);
    peer_stop(f->peer);
}

static char next_answer[1000];

static const char *next_text(void)
{
    snprintf(next_answer, sizeof next_answer,
             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nLambda-Runtime-Aws-Request-Id: "
             "id-1\r\nLambda-Runtime-Deadline-Ms: %lld\r\n"
             "Lambda-Runtime-Invoked-Function-Arn: arn:x\r\nLambda-Runtime-Trace-Id: Root=1\r\n"
             "Lambda-Runtime-Invocation-Id: inv-7\r\n\r\n{}",
             (long long)ink_clock_wall_ms() + 30000);
    return next_answer;
}

#define ACCEPTED "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

/* The three ways in which AWS_LAMBDA_RUNTIME_API is written. */
static void one_invocation(void **state)
{
    static const char *const forms[][2] = {
        {"127.0.0.1:%u", ""}, {"127.0.0.1:%u/u-u-i-d", "/u-u-i-d"}, {"http://127.0.0.1:%u/u-u-i-d/", "/u-u-i-d"}};
    for (int i = 0; i < 3; i++) {
        struct peer_answer answers[] = {{next_text()}, {ACCEPTED}};
        struct frame f = begin(answers, 2, forms[i][0]);
        char want[200];
        unsetenv("_X_AMZN_TRACE_ID");
        assert_int_equal(ink_runtime_next(f.runtime, &f.invocation, &f.err), INK_OK);
        assert_string_equal(f.invocation.request_id, "id-1");
        assert_string_equal(f.invocation.arn, "arn:x");
        assert_string_equal((char *)f.invocation.event.data, "{}");
        assert_string_equal(getenv("_X_AMZN_TRACE_ID"), "Root=1");
        int64_t left = (int64_t)(f.invocation.deadline_us - ink_clock_us());
        assert_true(left > 20000000 && left <= 30000000);
        assert_int_equal(ink_runtime_respond(f.runtime, &f.invocation, ink_view_text("{\"ok\":1}"), &f.err), INK_OK);
        snprintf(want, sizeof want, "GET %s/2018-06-01/runtime/invocation/next HTTP/1.1\r\n", forms[i][1]);
        assert_non_null(strstr(peer_request(f.peer, 0), want));
        snprintf(want, sizeof want, "POST %s/2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n", forms[i][1]);
        assert_non_null(strstr(peer_request(f.peer, 1), want));
        assert_non_null(strstr(peer_request(f.peer, 1), "Lambda-Runtime-Invocation-Id: inv-7\r\n"));
        assert_non_null(strstr(peer_request(f.peer, 1), "\r\n\r\n{\"ok\":1}"));
        assert_int_equal(peer_connections(f.peer), 1);
        end(&f);
    }
}

static void failures_are_told(void **state)
{
    struct peer_answer answers[] = {{next_text()}, {ACCEPTED}};
    struct frame f = begin(answers, 2, "127.0.0.1:%u");
    assert_int_equal(ink_runtime_next(f.runtime, &f.invocation, &f.err), INK_OK);
    assert_int_equal(ink_runtime_fail(f.runtime, &f.invocation, "Runtime.Bad\r\nImage", "say \"no\"\n\xff", &f.err),
                     INK_OK);
    assert_non_null(strstr(peer_request(f.peer, 1), "/invocation/id-1/error HTTP"));
    assert_non_null(strstr(peer_request(f.peer, 1), "Lambda-Runtime-Function-Error-Type: Runtime.BadImage\r\n"));
    assert_non_null(strstr(
        peer_request(f.peer, 1),
        "{\"errorMessage\":\"say \\\"no\\\"\\u000a\\ufffd\",\"errorType\":\"Runtime.BadImage\",\"stackTrace\":[]}"));
    assert_int_equal(ink_runtime_init_fail(f.runtime, "Runtime.NoModel", "x", &f.err), INK_OK);
    assert_non_null(strstr(peer_request(f.peer, 2), "POST /2018-06-01/runtime/init/error HTTP"));
    end(&f);
}

static void answers_that_come_too_late(void **state)
{
    static const struct {
        const char *answer;
        ink_status want;
    } cases[] = {
        {"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", INK_E_CHANGED},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 37\r\n\r\n{\"errorType\":\"InvalidStateTransition\"}",
         INK_E_CHANGED},
        {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", INK_E_CHANGED},
        {"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", INK_E_LIMIT},
        {"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", INK_E_REMOTE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct peer_answer answers[] = {{next_text()}, {cases[i].answer}};
        struct frame f = begin(answers, 2, "127.0.0.1:%u");
        assert_int_equal(ink_runtime_next(f.runtime, &f.invocation, &f.err), INK_OK);
        assert_int_equal(ink_runtime_respond(f.runtime, &f.invocation, ink_view_text("{}"), &f.err), cases[i].want);
        end(&f);
    }
}

static void next_is_tried_again_a_few_times(void **state)
{
    struct peer_answer answers[] = {{"", .close = true}, {"", .reset = true}, {next_text()}};
    struct frame f = begin(answers, 3, "127.0.0.1:%u");
    assert_int_equal(ink_runtime_next(f.runtime, &f.invocation, &f.err), INK_OK);
    end(&f);
    struct peer_answer never[] = {{"", .close = true}};
    f = begin(never, 1, "127.0.0.1:%u");
    assert_int_equal(ink_runtime_next(f.runtime, &f.invocation, &f.err), INK_E_NETWORK);
    assert_int_equal(peer_requests(f.peer), 3);
    end(&f);
    struct peer_answer nameless[] = {{PEER_OK(2, "{}")}};
    f = begin(nameless, 1, "127.0.0.1:%u");
    assert_int_equal(ink_runtime_next(f.runtime, &f.invocation, &f.err), INK_E_FORMAT);
    end(&f);
}

static void addresses_that_are_none(void **state)
{
    struct ink_runtime *runtime;
    struct ink_error err = {0};
    assert_int_equal(ink_runtime_new(NULL, "127.0.0.1:99999", &runtime, &err), INK_E_FORMAT);
    assert_non_null(strstr(err.text, "AWS_LAMBDA_RUNTIME_API"));
    assert_int_equal(ink_runtime_new(NULL, "", &runtime, &err), INK_E_FORMAT);
    assert_int_equal(ink_runtime_new(NULL, "ftp://host/", &runtime, &err), INK_E_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_invocation),
        cmocka_unit_test(failures_are_told),
        cmocka_unit_test(answers_that_come_too_late),
        cmocka_unit_test(next_is_tried_again_a_few_times),
        cmocka_unit_test(addresses_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
