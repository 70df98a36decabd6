/* SPDX-License-Identifier: MIT */
/* batch_test.c - many pictures in one invocation: few round trips, each with its own fate, and the right answers whatever
 * happens to the bucket at whatever call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/log.h"
#include "bucket.h"
#include "pipeline/recognise.h"

enum { PICTURES = 8 };

static struct ink_buffer one, seven, model;
static struct bucket bucket;
static struct ink_recogniser *recogniser;
static struct ink_buffer event, answer;

static void start(size_t memory_bytes)
{
    bucket_init(&bucket);
    recogniser = ink_recogniser_new(&bucket.objects, &(struct ink_recogniser_options){.memory_bytes = memory_bytes});
    assert_non_null(recogniser);
    ink_buffer_init(&event, 1 << 20);
    ink_buffer_init(&answer, 1 << 20);
}

static void stop(void)
{
    ink_recogniser_free(recogniser);
    bucket_cleanup(&bucket);
    ink_buffer_cleanup(&event);
    ink_buffer_cleanup(&answer);
}

static int set_up(void **state)
{
    start(0);
    return 0;
}

static int tear_down(void **state)
{
    stop();
    return 0;
}

/* --- a queue's event, and what came of it --- */

static void add_message(int number, const char *key)
{
    ink_buffer_printf(&event,
                      "%s{\"eventSource\":\"aws:sqs\",\"messageId\":\"m%d\",\"body\":\"{\\\"bucket\\\":\\\"b\\\",",
                      event.len ? "," : "{\"Records\":[", number);
    ink_buffer_printf(&event, "\\\"key\\\":\\\"%s\\\"}\"}", key);
}

/* The identifiers of what failed, as they stand in the answer. */
static const char *handle(void)
{
    struct ink_error err = {0};
    ink_buffer_text(&event, "]}");
    assert_int_equal(ink_recognise_event(recogniser, ink_buffer_view(&event), 0, &answer, &err), INK_OK);
    assert_memory_equal(answer.data, "{\"batchItemFailures\":", 21);
    return (const char *)answer.data + 21;
}

static void picture_key(int i, char out[64])
{
    snprintf(out, 64, "in/p%d.png", i);
}

static void put_pictures(void)
{
    char key[64];
    for (int i = 0; i < PICTURES; i++) {
        picture_key(i, key);
        bucket_put(&bucket, key, ink_buffer_view(&one));
        add_message(i, key);
    }
}

/* Its answer is about the present picture, by this model, and right. */
static void check_stands(int i, char digit, const char *model_etag)
{
    char key[64], text_key[64], json_key[64], etag[64];
    picture_key(i, key);
    snprintf(text_key, sizeof text_key, "in/p%d.results.txt", i);
    snprintf(json_key, sizeof json_key, "in/p%d.results.json", i);
    assert_memory_equal(bucket_text(&bucket, text_key), "class=", 6);
    assert_int_equal(bucket_text(&bucket, text_key)[6], digit);
    snprintf(etag, sizeof etag, "\"etag\": \"%s\"", bucket_find(&bucket, key)->etag);
    assert_non_null(strstr(bucket_text(&bucket, json_key), etag));
    snprintf(etag, sizeof etag, model_etag ? "\"etag\": \"%s\"" : "\"model\": \"built-in\"%s",
             model_etag ? model_etag : "");
    assert_non_null(strstr(bucket_text(&bucket, json_key), etag));
}

/* --- moments: what happens at the call whose turn `moment` counts down to --- */

static bool is_now(struct bucket *b)
{
    return b->moment >= 0 && b->moment-- == 0;
}

static ink_status replace_picture(struct bucket *b, const struct ink_s3_call *call)
{
    if (is_now(b)) bucket_put(b, "in/p3.png", ink_buffer_view(&seven));
    return INK_OK;
}

static ink_status put_nearer_model(struct bucket *b, const struct ink_s3_call *call)
{
    if (is_now(b)) bucket_put(b, "in/model.onnx", ink_buffer_view(&model));
    return INK_OK;
}

static ink_status delete_picture(struct bucket *b, const struct ink_s3_call *call)
{
    if (is_now(b)) bucket_delete(b, "in/p3.png");
    return INK_OK;
}

static ink_status refuse_two(struct bucket *b, const struct ink_s3_call *call)
{
    if (call->op == INK_S3_GET && !strcmp(call->key, "in/p3.png")) return INK_E_REMOTE;
    return call->op == INK_S3_PUT && !strcmp(call->key, "in/p5.results.txt") ? INK_E_DENIED : INK_OK;
}

static ink_status refuse_all(struct bucket *b, const struct ink_s3_call *call)
{
    return INK_E_DENIED;
}

/* --- tests --- */

static void few_round_trips(void **state)
{
    put_pictures();
    const char *etag = bucket_put(&bucket, "model.onnx", ink_buffer_view(&model));
    assert_string_equal(handle(), "[]}");
    for (int i = 0; i < PICTURES; i++) check_stands(i, '1', etag);
    assert_int_equal(bucket.bodies, PICTURES + 1); /* the model's body once */
    assert_int_equal(bucket.puts, 2 * PICTURES);
    /* all there is to fetch; the model, which is not the nearest, and its report; JSON; text; looking again */
    assert_int_equal(bucket.trips, 6);
    bucket.trips = bucket.calls = 0;
    ink_buffer_clear(&event);
    ink_buffer_clear(&answer);
    put_pictures();
    assert_string_equal(handle(), "[]}");
    assert_int_equal(bucket.trips, 4);
    /* of each picture: get, JSON, text, look; and two models and two settings, and a look at each */
    assert_int_equal(bucket.calls, 4 * PICTURES + 4 + 3);
}

static void the_same_object_twice(void **state)
{
    put_pictures();
    add_message(PICTURES, "in/p3.png");
    add_message(PICTURES + 1, "notes.txt");
    add_message(PICTURES + 2, "in/p0.results.txt");
    assert_string_equal(handle(), "[]}");
    assert_int_equal(bucket.puts, 2 * PICTURES);
}

static void each_has_its_own_fate(void **state)
{
    struct ink_buffer cut = {.data = one.data, .len = 100};
    put_pictures();
    add_message(PICTURES, "in/p3.png");
    add_message(PICTURES + 1, "in/gone.png");
    bucket_put(&bucket, "in/p7.png", ink_buffer_view(&cut));
    bucket.before = refuse_two;
    assert_string_equal(handle(),
                        "[{\"itemIdentifier\":\"m3\"},{\"itemIdentifier\":\"m5\"},{\"itemIdentifier\":\"m8\"}]}");
    for (int i = 0; i < PICTURES; i++)
        if (i != 3 && i != 5 && i != 7) check_stands(i, '1', NULL);
    assert_memory_equal(bucket_text(&bucket, "in/p7.results.txt"), "error=bad-image ; message=p7.png: ", 34);
    assert_null(bucket_find(&bucket, "in/p3.results.txt"));
    assert_null(bucket_find(&bucket, "in/gone.results.txt"));
}

static void nothing_may_be_read(void **state)
{
    put_pictures();
    bucket.before = refuse_all;
    assert_non_null(strstr(handle(), "\"m7\""));
    assert_int_equal(bucket.puts, 0);
}

/* Longer than what is fetched ahead, with the memory that there is. */
static void a_long_picture(void **state)
{
    struct ink_buffer padded;
    ink_buffer_init(&padded, 4 << 20);
    ink_buffer_append(&padded, one.data, one.len);
    while (padded.len < 1 << 20) ink_buffer_append(&padded, one.data, one.len); /* behind the PNG's end */
    stop();
    start(64 << 20);
    put_pictures();
    bucket_put(&bucket, "in/p3.png", ink_buffer_view(&padded));
    assert_string_equal(handle(), "[]}");
    for (int i = 0; i < PICTURES; i++) check_stands(i, '1', NULL);
    ink_buffer_cleanup(&padded);
}

/* Whatever the call at which it happens. Models are in the root, so that a nearer one may come. */
static void at_every_moment(void **state)
{
    ink_status (*const happenings[])(struct bucket *, const struct ink_s3_call *) = {replace_picture, put_nearer_model,
                                                                                     delete_picture};
    for (size_t h = 0; h < 3; h++) {
        bool over = false;
        for (int moment = 0; !over; moment++) {
            stop();
            start(0);
            put_pictures();
            char root[32]; /* a copy, as deleting moves what is left */
            snprintf(root, sizeof root, "%s", bucket_put(&bucket, "model.onnx", ink_buffer_view(&model)));
            bucket.before = happenings[h];
            bucket.moment = moment;
            assert_string_equal(handle(), "[]}");
            over = bucket.moment >= 0; /* it never came to that */
            /* from the first look on it is no longer this invocation's: there is another event for it */
            bool late = bucket.calls <= moment + PICTURES + 4;
            const struct object *nearer = bucket_find(&bucket, "in/model.onnx");
            for (int i = 0; i < PICTURES && !late; i++) {
                if (i == 3 && h == 2) continue;
                check_stands(i, i == 3 && h == 0 && !over ? '7' : '1', nearer ? nearer->etag : root);
            }
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(few_round_trips),     TEST(the_same_object_twice), TEST(each_has_its_own_fate),
        TEST(nothing_may_be_read), TEST(a_long_picture),        TEST(at_every_moment),
    };
    ink_log_setup((enum ink_log_level)(INK_LOG_ERROR + 1), false); /* the errors here are wanted */
    bucket_read_source("tests/pictures/1_marker.png", &one);
    bucket_read_source("tests/pictures/7_marker.png", &seven);
    bucket_read_source("models/digits.onnx", &model);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ink_buffer_cleanup(&one);
    ink_buffer_cleanup(&seven);
    ink_buffer_cleanup(&model);
    return failed;
}
