/* SPDX-License-Identifier: MIT */
/* A run: from an event and lines of a log to what people see of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "local/console_kind.h"
#include "local/run.h"

static const char payload[] =
    "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"responseElements\":{\"x-amz-request-id\":\"PUT1\"},"
    "\"s3\":{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"a+b/%3Cb%3E%2B.png\",\"eTag\":\"e1\"}}}]}";

static struct ink_run *new_run(const char *event_payload, int attempts)
{
    const struct ink_store_event event = {
        .id = 7, .created_ms = 1000, .attempts = attempts, .function = "f", .payload = event_payload, .trace = ""};
    struct ink_run *run = ink_run_new(&event, "REQ", true);
    assert_non_null(run);
    return run;
}

static const char *text(const struct ink_run *run, const char *name)
{
    return json_string_value(json_object_get(run->record, name));
}

static void test_what_caused_it(void **state)
{
    struct ink_run *run = new_run(payload, 1);
    assert_string_equal(text(run, "id"), "7");
    assert_string_equal(text(run, "bucket"), "b");
    assert_string_equal(text(run, "key"), "a b/<b>+.png");
    assert_string_equal(text(run, "etag"), "e1");
    assert_string_equal(text(run, "event"), "ObjectCreated:Put");
    assert_string_equal(text(run, "put_request_id"), "PUT1");
    assert_int_equal(json_integer_value(json_object_get(run->record, "attempts")), 2);
    assert_true(json_is_true(json_object_get(run->record, "cold")));
    ink_run_free(run);
}

static void test_events_that_say_less(void **state)
{
    static const char *const payloads[] = {"",
                                           "{}",
                                           "[]",
                                           "7",
                                           "{\"Records\":[]}",
                                           "{\"Records\":[{\"s3\":7}]}",
                                           "{\"Records\":[{\"s3\":{\"object\":{\"key\":\"%zz\"}}}]}",
                                           "{\"Records\":[{\"s3\":{\"object\":{\"key\":\"%00\"}}}]}",
                                           "{\"Records\":[{\"s3\":{\"object\":{\"key\":7}}}]}"};
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        struct ink_run *run = new_run(payloads[i], 0);
        assert_true(json_is_null(json_object_get(run->record, "key")));
        assert_string_equal(run->key, "");
        assert_string_equal(run->bucket, "");
        ink_run_free(run);
    }
    struct ink_run *run = new_run("{\"Records\":[{\"s3\":{\"object\":{\"key\":\"%FF\"}}}]}", 0);
    assert_string_equal(text(run, "key"), "\\xff"); /* no UTF-8: escaped */
    ink_run_free(run);
}

static enum ink_run_line take(struct ink_run *run, const char *line, json_t **told)
{
    return ink_run_take(run, ink_view_text(line), told);
}

static void test_stages(void **state)
{
    struct ink_run *run = new_run(payload, 0);
    json_t *told;
    assert_int_equal(take(run, "2024-11-02T16:51:31.587Z DEBUG REQ stage decode 1843", &told), INK_RUN_STAGE);
    assert_string_equal(json_string_value(json_object_get(told, "stage")), "decode");
    assert_float_equal(json_real_value(json_object_get(told, "at_ms")), 1.843, 1e-9);
    json_decref(told);
    /* what only looks like one */
    static const char *const others[] = {"2024-11-02T16:51:31.587Z INFO REQ stage decode 1843",
                                         "DEBUG REQ stage decode 1843", "stage decode 1843"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(take(run, others[i], &told), INK_RUN_LINE);
        json_decref(told);
    }
    assert_int_equal(take(run, "2024-11-02T16:51:31.587Z DEBUG REQ stage decode x", &told), INK_RUN_OTHER);
    for (int i = 0; i < 2 * INK_RUN_STAGES_MAX; i++) {
        take(run, "2024-11-02T16:51:31.587Z DEBUG REQ stage infer 9", &told);
        json_decref(told);
    }
    assert_int_equal(json_array_size(json_object_get(run->record, "stages")), INK_RUN_STAGES_MAX);
    ink_run_free(run);
}

static void test_lines(void **state)
{
    static const struct {
        const char *line, *level, *text;
    } cases[] = {
        {"2024-11-02T16:51:31.587Z WARN REQ b/x.png: no ink", "WARN", "b/x.png: no ink"},
        {"2024-11-02T16:51:31.587Z INFO started", "INFO", "started"},
        {"2024-11-02T16:51:31.587Z LOUD REQ x", "", "2024-11-02T16:51:31.587Z LOUD REQ x"},
        {"<b>plain</b>", "", "<b>plain</b>"},
        {"2024-11-02T16:51:31.587Z", "", "2024-11-02T16:51:31.587Z"},
        {"2024-11-02T16:51:31.587Z INFO ", "INFO", ""},
        {"\xff\xfe", "", "\\xff\\xfe"},
    };
    struct ink_run *run = new_run(payload, 0);
    json_t *told;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(take(run, cases[i].line, &told), INK_RUN_LINE);
        assert_string_equal(json_string_value(json_object_get(told, "level")), cases[i].level);
        assert_string_equal(json_string_value(json_object_get(told, "text")), cases[i].text);
        json_decref(told);
    }
    assert_int_equal(ink_run_take(run, ink_view_of("a\0b", 3), &told), INK_RUN_LINE);
    assert_string_equal(json_string_value(json_object_get(told, "text")), "a\\x00b");
    json_decref(told);
    assert_int_equal(take(run, "{\"_aws\":{\"Timestamp\":1}}", &told), INK_RUN_OTHER); /* metrics */
    char lengthy[3 * INK_RUN_LINE_MAX];
    memset(lengthy, 'x', sizeof lengthy);
    for (int i = 0; i < 2 * INK_RUN_LINES_MAX; i++) {
        ink_run_take(run, ink_view_of(lengthy, sizeof lengthy), &told);
        json_decref(told);
    }
    assert_int_equal(json_array_size(run->log), INK_RUN_LINES_MAX);
    json_t *last = json_array_get(run->log, INK_RUN_LINES_MAX - 1);
    assert_int_equal(json_string_length(json_object_get(last, "text")), INK_RUN_LINE_MAX);
    ink_run_free(run);
}

static void test_how_it_ended(void **state)
{
    static const char said[] = "{\"errorType\":\"Runtime.Denied\",\"errorMessage\":\"the role needs s3:ListBucket\"}";
    const struct ink_queue_failure silent = {.error_type = "Sandbox.Timedout",
                                             .message = "RequestId: REQ Error: Task timed out after 3.00 seconds"};
    const struct ink_queue_failure spoken = {.error_type = "Unknown", .message = "m", .payload = ink_view_text(said)};
    const struct {
        struct ink_function_end end;
        const char *outcome, *type, *message;
    } cases[] = {
        {{.took_us = 1500}, "done", NULL, NULL},
        {{.failure = &silent, .fate = {.retry_at_ms = 5}},
         "retrying",
         "Sandbox.Timedout",
         "Task timed out after 3.00 seconds"},
        {{.failure = &spoken, .fate = {.given_up = true}}, "failed", "Runtime.Denied", "the role needs s3:ListBucket"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_run *run = new_run(payload, 0);
        ink_run_end(run, &cases[i].end);
        json_t *error = json_object_get(run->record, "error");
        assert_string_equal(text(run, "outcome"), cases[i].outcome);
        assert_int_equal(run->good, !cases[i].end.failure);
        if (cases[i].type) {
            assert_string_equal(json_string_value(json_object_get(error, "type")), cases[i].type);
            assert_string_equal(json_string_value(json_object_get(error, "message")), cases[i].message);
        } else {
            assert_true(json_is_null(error));
        }
        ink_run_free(run);
    }
}

static void test_the_answer_that_stands(void **state)
{
    static const struct {
        const char *json, *outcome, *text, *code, *message;
        double probability;
    } cases[] = {
        {"{\"error\":null,\"classes\":[{\"label\":\"7\",\"probability\":0.5},{\"label\":\"1\",\"probability\":0.1}]}",
         "answered", "7", NULL, NULL, 0.5},
        {"{\"error\":null,\"classes\":[],\"text\":\"<17>\",\"characters\":[{\"classes\":[{\"probability\":0.9}]},"
         "{\"classes\":[{\"probability\":0.25}]}]}",
         "answered", "<17>", NULL, NULL, 0.25},
        {"{\"error\":{\"code\":\"no-ink\",\"message\":\"x.png: blank\"},\"classes\":[]}", "refused", NULL, "no-ink",
         "x.png: blank", 0},
        {"{\"usable\":true,\"error\":null}", "answered", "usable", NULL, NULL, 0},
        {"{\"usable\":false,\"error\":\"bad-model\",\"problems\":[\"cut off\"]}", "refused", NULL, "bad-model",
         "cut off", 0},
        /* anybody can put a results.json */
        {"not JSON", "done", NULL, NULL, NULL, 0},
        {"[]", "done", NULL, NULL, NULL, 0},
        {"{\"classes\":7,\"text\":{},\"characters\":[7,null,{\"classes\":\"x\"}]}", "answered", NULL, NULL, NULL, 0},
    };
    const struct ink_function_end end = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_run *run = new_run(payload, 0);
        ink_run_end(run, &end);
        ink_run_answer(run, "k", ink_view_text(cases[i].json));
        json_t *answer = json_object_get(run->record, "answer");
        assert_string_equal(text(run, "outcome"), cases[i].outcome);
        if (strcmp(cases[i].outcome, "done") != 0) {
            const char *have[] = {json_string_value(json_object_get(answer, "text")),
                                  json_string_value(json_object_get(answer, "code")),
                                  json_string_value(json_object_get(answer, "message"))};
            const char *want[] = {cases[i].text, cases[i].code, cases[i].message};
            for (int k = 0; k < 3; k++) assert_string_equal(have[k] ? have[k] : "-", want[k] ? want[k] : "-");
            assert_float_equal(json_number_value(json_object_get(answer, "probability")), cases[i].probability, 1e-9);
        }
        ink_run_free(run);
    }
}

static void test_types_that_do_not_run(void **state)
{
    static const struct {
        const char *key, *type, *kind;
    } cases[] = {
        {"a/x.png", "image/png", "picture"},
        {"x.JPG", "image/jpeg", "picture"},
        {"x.svg", "application/octet-stream", "other"},
        {"x.html", "application/octet-stream", "other"},
        {"x.png.html", "application/octet-stream", "other"},
        {"x.js", "application/octet-stream", "other"},
        {"x.xml", "application/octet-stream", "other"},
        {"png", "application/octet-stream", "other"},
        {"", "application/octet-stream", "other"},
        {"results.txt", "text/plain; charset=utf-8", "answer"},
        {"a/x.results.json", "application/json", "answer"},
        {"m.report.json", "application/json", "report"},
        {"m.onnx", "application/octet-stream", "model"},
        {"m.json", "application/json", "settings"},
        {"m.onnx.data", "application/octet-stream", "weights"},
        {"x.tiff", "application/octet-stream", "picture"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(ink_console_type(cases[i].key), cases[i].type);
        assert_string_equal(ink_console_kind(cases[i].key), cases[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_caused_it),
        cmocka_unit_test(test_events_that_say_less),
        cmocka_unit_test(test_stages),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_how_it_ended),
        cmocka_unit_test(test_the_answer_that_stands),
        cmocka_unit_test(test_types_that_do_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
