/* SPDX-License-Identifier: MIT */
/* recognise_test.c - never a wrong or stale answer: what happens to objects while they are read, before and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "base/clock.h"
#include "base/log.h"
#include "bucket.h"
#include "pipeline/recognise.h"

static struct ink_buffer one, seven, row, model;
static struct bucket bucket;
static struct ink_recogniser *recogniser, *other; /* two processes of the function */
static struct ink_error err;

static int set_up(void **state)
{
    bucket_init(&bucket);
    recogniser = ink_recogniser_new(&bucket.objects, &(struct ink_recogniser_options){0});
    other = ink_recogniser_new(&bucket.objects, &(struct ink_recogniser_options){0});
    err = (struct ink_error){0};
    return recogniser && other ? 0 : -1;
}

static int tear_down(void **state)
{
    ink_recogniser_free(recogniser);
    ink_recogniser_free(other);
    bucket_cleanup(&bucket);
    return 0;
}

static const char *put(const char *key, const struct ink_buffer *bytes)
{
    return bucket_put(&bucket, key, ink_buffer_view(bytes));
}

static ink_status recognise(const char *key)
{
    return ink_recognise(recogniser, "b", key, 0, &err);
}

/* The answer that stands is that of the present picture and names it and its model. */
static void check_stands(const char *folder, char digit, const char *picture_etag, const char *model_etag)
{
    char key[64], etag[64];
    snprintf(key, sizeof key, "%sresults.txt", folder);
    assert_memory_equal(bucket_text(&bucket, key), "class=", 6);
    assert_int_equal(bucket_text(&bucket, key)[6], digit);
    snprintf(key, sizeof key, "%sresults.json", folder);
    snprintf(etag, sizeof etag, "\"etag\": \"%s\"", picture_etag);
    assert_non_null(strstr(bucket_text(&bucket, key), etag));
    snprintf(etag, sizeof etag, model_etag ? "\"etag\": \"%s\"" : "\"model\": \"built-in\"%s",
             model_etag ? model_etag : "");
    assert_non_null(strstr(bucket_text(&bucket, key), etag));
}

/* --- moments: what `before` does at the first call of its kind --- */

static bool is_first(struct bucket *b, const struct ink_s3_call *call, enum ink_s3_op op, const char *key)
{
    return call->op == op && !strcmp(call->key, key) && b->moment++ == 0;
}

static ink_status replace_before_json(struct bucket *b, const struct ink_s3_call *call)
{
    if (is_first(b, call, INK_S3_PUT, "results.json")) put("digit.png", &seven);
    return INK_OK;
}

static ink_status replace_before_text(struct bucket *b, const struct ink_s3_call *call)
{
    if (is_first(b, call, INK_S3_PUT, "results.txt")) put("digit.png", &seven);
    return INK_OK;
}

static ink_status replace_model(struct bucket *b, const struct ink_s3_call *call)
{
    if (is_first(b, call, INK_S3_PUT, "results.json")) put("model.onnx", &model);
    return INK_OK;
}

static ink_status put_nearer_model(struct bucket *b, const struct ink_s3_call *call)
{
    if (is_first(b, call, INK_S3_PUT, "a/results.json")) put("a/model.onnx", &model);
    return INK_OK;
}

static ink_status delete_picture(struct bucket *b, const struct ink_s3_call *call)
{
    if (is_first(b, call, INK_S3_PUT, "results.json")) bucket_delete(b, "digit.png");
    return INK_OK;
}

/* Another process handles a newer picture from beginning to end while this one is about to write its answer. */
static ink_status overtake(struct bucket *b, const struct ink_s3_call *call)
{
    if (!is_first(b, call, INK_S3_PUT, "results.json")) return INK_OK;
    put("digit.png", &seven);
    struct ink_error ignored = {0};
    assert_int_equal(ink_recognise(other, "b", "digit.png", 0, &ignored), INK_OK);
    return INK_OK;
}

static ink_status never_the_same(struct bucket *b, const struct ink_s3_call *call)
{
    if (call->op == INK_S3_PUT && !strcmp(call->key, "results.txt")) put("digit.png", b->moment++ % 2 ? &one : &seven);
    return INK_OK;
}

static ink_status deny_models(struct bucket *b, const struct ink_s3_call *call)
{
    return strstr(call->key, "model.onnx") ? INK_E_DENIED : INK_OK;
}

static ink_status be_busy(struct bucket *b, const struct ink_s3_call *call)
{
    return b->moment ? INK_E_REMOTE : INK_OK;
}

static ink_status refuse_text(struct bucket *b, const struct ink_s3_call *call)
{
    return call->op == INK_S3_PUT && strstr(call->key, ".txt") ? INK_E_DENIED : INK_OK;
}

/* --- tests --- */

static void answers_with_the_built_in_model(void **state)
{
    const char *etag = put("digit.png", &one);
    assert_int_equal(recognise("digit.png"), INK_OK);
    check_stands("", '1', etag, NULL);
    assert_int_equal(bucket.puts, 2);
}

static void two_pictures_in_quick_succession(void **state)
{
    ink_status (*const moments[])(struct bucket *, const struct ink_s3_call *) = {replace_before_json,
                                                                                  replace_before_text, overtake};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        put("digit.png", &one);
        bucket.before = moments[i];
        bucket.moment = 0;
        assert_int_equal(recognise("digit.png"), INK_OK);
        check_stands("", '7', bucket_find(&bucket, "digit.png")->etag, NULL);
    }
}

static void model_replaced_in_mid_run(void **state)
{
    const char *picture = put("digit.png", &one);
    put("model.onnx", &model);
    bucket.before = replace_model;
    assert_int_equal(recognise("digit.png"), INK_OK);
    check_stands("", '1', picture, bucket_find(&bucket, "model.onnx")->etag);
}

static void nearer_model_put_in_mid_run(void **state)
{
    const char *picture = put("a/digit.png", &one);
    put("model.onnx", &model);
    bucket.before = put_nearer_model;
    assert_int_equal(recognise("a/digit.png"), INK_OK);
    check_stands("a/", '1', picture, bucket_find(&bucket, "a/model.onnx")->etag);
    assert_non_null(strstr(bucket_text(&bucket, "a/results.json"), "a/model.onnx"));
}

static void picture_before_model(void **state)
{
    const char *picture = put("digit.png", &seven);
    assert_int_equal(recognise("digit.png"), INK_OK);
    check_stands("", '7', picture, NULL);
    const char *etag = put("model.onnx", &model);
    assert_int_equal(recognise("model.onnx"), INK_OK);
    check_stands("", '7', picture, etag);
    assert_non_null(strstr(bucket_text(&bucket, "model.report.json"), etag));
}

static void gone_pictures_are_not_answered(void **state)
{
    assert_int_equal(recognise("digit.png"), INK_OK);
    assert_int_equal(bucket.puts, 0);
    put("digit.png", &one);
    bucket.before = delete_picture;
    assert_int_equal(recognise("digit.png"), INK_OK);
    assert_null(bucket_find(&bucket, "digit.png"));
}

static void duplicate_and_late_events(void **state)
{
    put("model.onnx", &model);
    put("digit.png", &one);
    assert_int_equal(recognise("digit.png"), INK_OK);
    int bodies = bucket.bodies;
    assert_int_equal(recognise("digit.png"), INK_OK);
    assert_int_equal(bucket.bodies, bodies + 1); /* the picture's; the model is never fetched twice */
    const char *etag = put("digit.png", &seven);
    /* the newer event comes first, then the older one: both read what is there now */
    assert_int_equal(recognise("digit.png"), INK_OK);
    assert_int_equal(recognise("digit.png"), INK_OK);
    check_stands("", '7', etag, bucket_find(&bucket, "model.onnx")->etag);
}

static void a_picture_that_never_rests(void **state)
{
    put("digit.png", &one);
    bucket.before = never_the_same;
    assert_int_equal(recognise("digit.png"), INK_E_CHANGED);
    assert_in_range(bucket.calls, 10, 10000);
}

static void denied_models_fail_with_advice(void **state)
{
    put("digit.png", &one);
    bucket.before = deny_models;
    assert_int_equal(recognise("digit.png"), INK_E_DENIED);
    assert_non_null(strstr(err.text, "s3:ListBucket"));
    assert_int_equal(bucket.puts, 0);
}

static void what_may_pass_is_not_answered(void **state)
{
    put("digit.png", &one);
    bucket.before = be_busy;
    bucket.moment = 1;
    assert_int_equal(recognise("digit.png"), INK_E_REMOTE);
    assert_int_equal(bucket.puts, 0);
    bucket.moment = 0;
    assert_int_equal(recognise("digit.png"), INK_OK);
    bucket.before = refuse_text;
    assert_int_equal(recognise("digit.png"), INK_E_DENIED);
    assert_non_null(strstr(err.text, "s3:PutObject"));
}

static void our_own_answers_are_left_alone(void **state)
{
    static const char *const keys[] = {
        "results.txt",      "results.json",        "x.results.txt", "a/x.JPG.results.json",
        "model.report.txt", "a/model.report.json", "notes.txt"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        bucket_put(&bucket, keys[i], ink_view_text("x"));
        assert_int_equal(recognise(keys[i]), INK_OK);
    }
    assert_int_equal(bucket.calls, 0);
}

static void bad_things_are_answers(void **state)
{
    bucket_put(&bucket, "x.png", ink_view_of(one.data, 200));
    assert_int_equal(recognise("x.png"), INK_OK);
    assert_memory_equal(bucket_text(&bucket, "x.results.txt"), "error=bad-image ; message=x.png: ", 32);
    bucket_put(&bucket, "m/model.onnx", ink_view_of(model.data, 5000));
    put("m/digit.png", &one);
    assert_int_equal(recognise("m/digit.png"), INK_OK);
    assert_memory_equal(bucket_text(&bucket, "m/results.txt"), "error=bad-model ; message=", 26);
    assert_non_null(strstr(bucket_text(&bucket, "m/results.json"), "m/model.onnx"));
}

/* A file of a few bytes that wants 2.4 GB to run: the other models give way, and it is refused all the same. */
static void too_big_a_model(void **state)
{
    struct message g = {0};
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 4, (int64_t[]){1, 1, 28, 28});
    add_initializer(&g, "s", INK_INT64, 1, (int64_t[]){4}, (int64_t[]){1, 800000, 28, 28}, 32);
    add_node(&g, "", "Expand", "x,s", "a", NULL);
    add_node(&g, "", "GlobalAveragePool", "a", "p", NULL);
    add_node(&g, "", "Flatten", "p", "y", NULL);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, 2, (int64_t[]){1, 800000});
    struct message big = model_of(&g, 13);
    put("model.onnx", &model);
    put("digit.png", &one);
    assert_int_equal(recognise("digit.png"), INK_OK);
    bucket_put(&bucket, "b/model.onnx", view_of(&big));
    put("b/digit.png", &one);
    assert_int_equal(recognise("b/digit.png"), INK_OK);
    assert_memory_equal(bucket_text(&bucket, "b/results.txt"), "error=too-big ; message=model.onnx: ", 35);
    assert_non_null(strstr(bucket_text(&bucket, "b/results.txt"), " MB"));
    assert_null(strstr(bucket_text(&bucket, "b/results.txt"), "limit 1 bytes"));
    assert_int_equal(recognise("digit.png"), INK_OK);
    check_stands("", '1', bucket_find(&bucket, "digit.png")->etag, bucket_find(&bucket, "model.onnx")->etag);
}

static void a_row_of_characters(void **state)
{
    put("model.onnx", &model);
    put("x.jpg", &row);
    bucket_put(&bucket, "model.json", ink_view_text("{\"segment\": true}"));
    assert_int_equal(recognise("x.jpg"), INK_OK);
    static const char want[] = "text=8341032750 \nclass=8 ; probability=";
    assert_memory_equal(bucket_text(&bucket, "x.jpg.results.txt"), want, sizeof want - 1);
    assert_non_null(strstr(bucket_text(&bucket, "x.jpg.results.json"), "\"text\": \"8341032750\""));
    assert_non_null(strstr(bucket_text(&bucket, "x.jpg.results.json"), "\"characters\": ["));
    /* without the setting it is one picture again */
    bucket_put(&bucket, "model.json", ink_view_text("{\"segment\": false}"));
    assert_int_equal(recognise("x.jpg"), INK_OK);
    assert_memory_equal(bucket_text(&bucket, "x.jpg.results.txt"), "class=", 6);
    bucket_put(&bucket, "model.json", ink_view_text("{\"segment\": true, \"fit\": \"crop\"}"));
    assert_int_equal(recognise("x.jpg"), INK_OK);
    assert_memory_equal(bucket_text(&bucket, "x.jpg.results.txt"), "error=bad-model ; message=", 26);
}

static void wrong_settings_are_named(void **state)
{
    put("a/two.onnx", &model);
    put("a/model.onnx", &model);
    put("a/x.png", &one);
    static const char *const keys[] = {"a/two.json", "a/model.json"};
    for (size_t i = 0; i < 2; i++) bucket_put(&bucket, keys[i], ink_view_text("{\"fit\": \"round\"}"));
    assert_int_equal(recognise("a/two.json"), INK_OK);
    assert_non_null(strstr(bucket_text(&bucket, "a/two.report.txt"), "two.onnx: two.json: setting \"fit\" must be "));
    assert_int_equal(recognise("a/x.png"), INK_OK);
    static const char want[] = "error=bad-model ; message=model.onnx: model.json: setting \"fit\" must be ";
    assert_memory_equal(bucket_text(&bucket, "a/x.results.txt"), want, sizeof want - 1);
}

static void events_name_what_failed(void **state)
{
    struct ink_buffer answer;
    ink_buffer_init(&answer, 1 << 16);
    put("digit.png", &one);
    const char *event =
        "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"messageId\":\"m1\",\"body\":\"{\\\"bucket\\\":\\\"b\\\","
        "\\\"key\\\":\\\"digit.png\\\"}\"},{\"eventSource\":\"aws:sqs\",\"messageId\":\"m2\",\"body\":\"what\"}]}";
    assert_int_equal(ink_recognise_event(recogniser, ink_view_text(event), 0, &answer, &err), INK_OK);
    assert_string_equal((char *)answer.data, "{\"batchItemFailures\":[{\"itemIdentifier\":\"m2\"}]}");
    assert_int_equal(bucket_text(&bucket, "results.txt")[6], '1');
    ink_buffer_clear(&answer);
    assert_int_equal(ink_recognise_event(recogniser, ink_view_text("{\"Records\":[]}"), 0, &answer, &err), INK_OK);
    assert_int_equal(ink_recognise_event(recogniser, ink_view_text("{}"), 0, &answer, &err), INK_E_FORMAT);
    ink_buffer_cleanup(&answer);
}

/* A bucket that takes its time. */
static ink_status answer_slowly(struct bucket *b, const struct ink_s3_call *call)
{
    struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    if (call->op == INK_S3_GET && b->moment++ == 0) nanosleep(&pause, NULL);
    return INK_OK;
}

/* A model that could not be tried out for lack of time is neither refused nor called slow when it was the bucket that took
 * the time; the next invocation tries again. */
static void out_of_time_is_no_refusal(void **state)
{
    const int64_t shape[] = {784, 10};
    const char *const keys[] = {"a/model.onnx", "a/digit.png"};
    struct message graph = {0};
    add_value(&graph, GRAPH_INPUT, "x", INK_FLOAT, 2, (int64_t[]){1, 784});
    add_initializer(&graph, "shape", INK_INT64, 1, (int64_t[]){2}, shape, sizeof shape);
    add_node(&graph, "", "ConstantOfShape", "shape", "w", NULL);
    add_node(&graph, "", "MatMul", "x,w", "y", NULL);
    add_value(&graph, GRAPH_OUTPUT, "y", INK_FLOAT, 2, (int64_t[]){1, 10});
    struct message slow = model_of(&graph, 13);
    bucket_put(&bucket, keys[0], view_of(&slow));
    put(keys[1], &seven);
    bucket.before = answer_slowly;
    for (int i = 0; i < 2; i++) {
        bucket.moment = 0;
        assert_int_equal(ink_recognise(recogniser, "b", keys[i], ink_clock_us() + 550 * 1000, &err), INK_E_TIMEOUT);
        assert_non_null(strstr(err.text, "left too little time"));
    }
    bucket.calls = 0;
    assert_int_equal(ink_recognise(recogniser, "b", keys[1], ink_clock_us() + 1000, &err), INK_E_TIMEOUT);
    assert_int_equal(bucket.calls, 0);
    assert_int_equal(bucket.puts, 0);
    for (int i = 0; i < 2; i++) assert_int_equal(recognise(keys[i]), INK_OK);
    assert_memory_equal(bucket_text(&bucket, "a/results.txt"), "class=", 6);
    assert_non_null(strstr(bucket_text(&bucket, "a/model.report.json"), "\"usable\": true"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_with_the_built_in_model),
        TEST(two_pictures_in_quick_succession),
        TEST(model_replaced_in_mid_run),
        TEST(nearer_model_put_in_mid_run),
        TEST(picture_before_model),
        TEST(gone_pictures_are_not_answered),
        TEST(duplicate_and_late_events),
        TEST(a_picture_that_never_rests),
        TEST(denied_models_fail_with_advice),
        TEST(what_may_pass_is_not_answered),
        TEST(our_own_answers_are_left_alone),
        TEST(bad_things_are_answers),
        TEST(too_big_a_model),
        TEST(a_row_of_characters),
        TEST(wrong_settings_are_named),
        TEST(events_name_what_failed),
        TEST(out_of_time_is_no_refusal),
    };
    ink_log_setup(INK_LOG_ERROR, false);
    bucket_read_source("tests/pictures/1_marker.png", &one);
    bucket_read_source("tests/pictures/7_marker.png", &seven);
    bucket_read_source("tests/rows/8341032750_photo.jpg", &row);
    bucket_read_source("models/digits.onnx", &model);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ink_buffer_cleanup(&one);
    ink_buffer_cleanup(&seven);
    ink_buffer_cleanup(&row);
    ink_buffer_cleanup(&model);
    return failed;
}
