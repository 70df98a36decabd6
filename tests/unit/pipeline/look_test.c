/* SPDX-License-Identifier: MIT */
/* Looking: what the model is shown, the graph of a model, and that nothing is written. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/log.h"
#include "bucket.h"
#include "pipeline/recognise.h"

static struct ink_buffer digit, model;
static struct bucket bucket;
static struct ink_recogniser *recogniser;
static struct ink_error err;

static int set_up(void **state)
{
    bucket_init(&bucket);
    bucket_put(&bucket, "digit.png", ink_buffer_view(&digit));
    bucket_put(&bucket, "model.onnx", ink_buffer_view(&model));
    recogniser = ink_recogniser_new(&bucket.objects, &(struct ink_recogniser_options){0});
    return recogniser ? 0 : -1;
}

static int tear_down(void **state)
{
    assert_int_equal(bucket.puts, 0); /* looking writes nothing */
    ink_recogniser_free(recogniser);
    bucket_cleanup(&bucket);
    return 0;
}

/* The answer to an event; NULL when it failed, with err. */
static json_t *ask(const char *event)
{
    struct ink_buffer answer;
    json_t *json = NULL;
    ink_buffer_init(&answer, 4 << 20);
    if (!ink_recognise_event(recogniser, ink_view_text(event), 0, &answer, &err))
        json = json_loadb((const char *)answer.data, answer.len, 0, NULL);
    ink_buffer_cleanup(&answer);
    return json;
}

static const char *label(const json_t *answer)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(answer, "classes"), 0), "label"));
}

static json_int_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static void test_what_the_model_is_shown(void **state)
{
    json_t *answer = ask("{\"bucket\":\"b\",\"key\":\"digit.png\",\"look\":true}");
    const json_t *seen = json_object_get(answer, "seen");
    assert_string_equal(label(answer), "7");
    assert_int_equal(number(seen, "width"), 28);
    assert_int_equal(number(seen, "height"), 28);
    assert_int_equal(number(seen, "channels"), 1);
    /* 784 bytes: dark at the edge, ink somewhere */
    const char *values = json_string_value(json_object_get(seen, "values"));
    assert_int_equal(strlen(values), 1048);
    assert_memory_equal(values, "AAAA", 4);
    assert_non_null(strstr(values, "/"));
    json_decref(answer);
}

static void test_the_seeds_squeeze_and_back(void **state)
{
    json_t *seed = ask("{\"bucket\":\"b\",\"key\":\"digit.png\",\"look\":true,\"fit\":\"seed\"}");
    json_t *again = ask("{\"bucket\":\"b\",\"key\":\"digit.png\",\"look\":true,\"fit\":\"auto\"}");
    assert_string_equal(json_string_value(json_object_get(json_object_get(seed, "prepared"), "fit")), "seed");
    assert_string_not_equal(label(seed), "7");
    assert_string_equal(label(again), "7"); /* the model is as it was */
    assert_string_equal(json_string_value(json_object_get(json_object_get(again, "prepared"), "fit")), "digit");
    json_decref(seed);
    json_decref(again);
}

static void test_a_line_of_characters(void **state)
{
    struct ink_buffer row;
    bucket_read_source("tests/rows/306218_touching.png", &row);
    bucket_put(&bucket, "row/x.png", ink_buffer_view(&row));
    bucket_put(&bucket, "row/model.onnx", ink_buffer_view(&model));
    bucket_put(&bucket, "row/model.json", ink_view_text("{\"segment\": true}"));
    json_t *answer = ask("{\"bucket\":\"b\",\"key\":\"row/x.png\",\"look\":true}");
    assert_string_equal(json_string_value(json_object_get(answer, "text")), "306218");
    assert_true(json_is_null(json_object_get(answer, "seen")));
    const json_t *first = json_array_get(json_object_get(answer, "characters"), 0);
    assert_int_equal(number(json_object_get(first, "seen"), "width"), 28);
    json_decref(answer);
    json_t *seed = ask("{\"bucket\":\"b\",\"key\":\"row/x.png\",\"look\":true,\"fit\":\"seed\"}");
    assert_non_null(label(seed)); /* the squeeze knows of one character only */
    json_decref(seed);
    ink_buffer_cleanup(&row);
}

static void test_what_cannot_be_read(void **state)
{
    bucket_put(&bucket, "bad.png", ink_view_text("no picture"));
    json_t *answer = ask("{\"bucket\":\"b\",\"key\":\"bad.png\",\"look\":true}");
    assert_string_equal(json_string_value(json_object_get(json_object_get(answer, "error"), "code")), "bad-image");
    assert_true(json_is_null(json_object_get(answer, "seen")));
    json_decref(answer);
    assert_null(ask("{\"bucket\":\"b\",\"key\":\"none.png\",\"look\":true}"));
    assert_int_equal(err.status, INK_E_NOT_FOUND);
    assert_null(ask("{\"bucket\":\"b\",\"key\":\"digit.png\",\"look\":true,\"fit\":\"x\"}"));
    assert_int_equal(err.status, INK_E_FORMAT);
}

/* Every number in a node is a value's. */
static void check_numbers(const json_t *numbers, size_t values)
{
    const json_t *one;
    size_t i;
    json_array_foreach(numbers, i, one)
    {
        assert_in_range(json_integer_value(one) + 1, 0, values);
    }
}

static void test_the_graph(void **state)
{
    json_t *graph = ask("{\"bucket\":\"b\",\"key\":\"model.onnx\",\"graph\":true}");
    const json_t *nodes = json_object_get(graph, "nodes"), *values = json_object_get(graph, "values"), *node;
    assert_true(json_is_null(json_object_get(graph, "error")));
    assert_true(json_array_size(nodes) > 5);
    size_t i, weights = 0;
    json_array_foreach(nodes, i, node)
    {
        check_numbers(json_object_get(node, "inputs"), json_array_size(values));
        check_numbers(json_object_get(node, "outputs"), json_array_size(values));
        assert_null(json_object_get(node, "problem"));
    }
    json_array_foreach(values, i, node)
    {
        weights += json_is_true(json_object_get(node, "weight"));
    }
    assert_true(weights > 2);
    assert_int_equal(json_array_size(json_object_get(graph, "inputs")), 1);
    const json_t *input =
        json_array_get(values, (size_t)json_integer_value(json_array_get(json_object_get(graph, "inputs"), 0)));
    assert_int_equal(json_array_size(json_object_get(input, "shape")), 4);
    json_decref(graph);
    bucket_put(&bucket, "bad.onnx", ink_view_text("no model"));
    graph = ask("{\"bucket\":\"b\",\"key\":\"bad.onnx\",\"graph\":true}");
    assert_string_equal(json_string_value(json_object_get(json_object_get(graph, "error"), "code")), "bad-model");
    assert_int_equal(json_array_size(json_object_get(graph, "nodes")), 0);
    json_decref(graph);
}

/* In a queue's message it is no question: nobody would hear the answer. */
static void test_only_who_asks_is_answered(void **state)
{
    json_t *answer = ask("{\"Records\":[{\"eventSource\":\"aws:sqs\",\"messageId\":\"m\",\"body\":"
                         "\"{\\\"bucket\\\":\\\"b\\\",\\\"key\\\":\\\"other.txt\\\",\\\"look\\\":true}\"}]}");
    assert_int_equal(json_array_size(json_object_get(answer, "batchItemFailures")), 0);
    assert_null(json_object_get(answer, "seen"));
    json_decref(answer);
}

int main(void)
{
    ink_log_setup(INK_LOG_ERROR, false);
    bucket_read_source("demo/digit.png", &digit);
    bucket_read_source("models/digits.onnx", &model);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_the_model_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_seeds_squeeze_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_line_of_characters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_graph, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_only_who_asks_is_answered, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ink_buffer_cleanup(&digit);
    ink_buffer_cleanup(&model);
    return failed;
}
