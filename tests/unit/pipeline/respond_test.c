/* SPDX-License-Identifier: MIT */
/* respond_test.c - pictures that are posted: the answer goes to whoever asked, and nothing into the bucket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "aws/hash.h"
#include "base/log.h"
#include "bucket.h"
#include "pipeline/recognise.h"

static struct ink_buffer one, seven, model;
static struct bucket bucket;
static struct ink_recogniser *recogniser;
static json_t *answer; /* of the last request: the proxy's, and what is in its body */
static json_t *body;

static int set_up(void **state)
{
    bucket_init(&bucket);
    recogniser = ink_recogniser_new(&bucket.objects, &(struct ink_recogniser_options){.bucket = "school"});
    return recogniser ? 0 : -1;
}

static void forget(void)
{
    json_decref(answer);
    json_decref(body);
    answer = body = NULL;
}

static int tear_down(void **state)
{
    forget();
    ink_recogniser_free(recogniser);
    assert_int_equal(bucket.puts, 0);
    bucket_cleanup(&bucket);
    return 0;
}

/* --- asking --- */

static int ask(json_t *event)
{
    struct ink_buffer out;
    struct ink_error err = {0};
    char *text = json_dumps(event, 0);
    forget();
    ink_buffer_init(&out, 1 << 20);
    assert_int_equal(ink_recognise_event(recogniser, ink_view_text(text), 0, &out, &err), INK_OK);
    answer = json_loads((const char *)out.data, 0, NULL);
    assert_non_null(answer);
    body = json_loads(json_string_value(json_object_get(answer, "body")), 0, NULL); /* NULL where it is no JSON */
    ink_buffer_cleanup(&out);
    free(text);
    json_decref(event);
    return (int)json_integer_value(json_object_get(answer, "statusCode"));
}

static json_t *request(const char *method)
{
    return json_pack("{s:s,s:{s:{s:s}},s:{}}", "version", "2.0", "requestContext", "http", "method", method, "headers");
}

static json_t *with_bytes(json_t *event, struct ink_view bytes)
{
    char *text = malloc((bytes.len + 2) / 3 * 4 + 1);
    assert_non_null(text);
    ink_base64(bytes.data, bytes.len, text);
    json_object_set_new(event, "body", json_string(text));
    json_object_set_new(event, "isBase64Encoded", json_true());
    free(text);
    return event;
}

static int post(const struct ink_buffer *picture, const char *folder)
{
    json_t *event = with_bytes(request("POST"), ink_buffer_view(picture));
    if (folder) json_object_set_new(event, "queryStringParameters", json_pack("{s:s}", "folder", folder));
    return ask(event);
}

static int post_text(const char *type, const char *text)
{
    json_t *event = request("POST");
    json_object_set_new(event, "headers", json_pack("{s:s}", "Content-Type", type));
    json_object_set_new(event, "body", json_string(text));
    return ask(event);
}

static const char *header(const char *name)
{
    return json_string_value(json_object_get(json_object_get(answer, "headers"), name));
}

/* Members by the way to them. */
static const char *said(const char *a, const char *b)
{
    return json_string_value(json_object_get(json_object_get(body, a), b));
}

static void check_first_class(const char *label)
{
    json_t *first = json_array_get(json_object_get(body, "classes"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "label")), label);
    assert_string_equal(header("Content-Type"), "application/json");
}

/* --- what may be asked --- */

static void a_picture_and_the_nearest_model(void **state)
{
    assert_int_equal(post(&one, NULL), 200);
    check_first_class("1");
    assert_string_equal(json_string_value(json_object_get(body, "model")), "built-in");
    assert_true(json_is_null(json_object_get(json_object_get(body, "picture"), "key")));
    assert_string_equal(said("picture", "format"), "png");
    const char *root = bucket_put(&bucket, "model.onnx", ink_buffer_view(&model));
    assert_int_equal(post(&seven, NULL), 200);
    check_first_class("7");
    assert_string_equal(said("model", "etag"), root);
    const char *near = bucket_put(&bucket, "a/model.onnx", ink_buffer_view(&model));
    static const char *const folders[] = {"a", "a/", "a/b/c"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(post(&seven, folders[i]), 200);
        assert_string_equal(said("model", "key"), "a/model.onnx");
        assert_string_equal(said("model", "etag"), near);
    }
    assert_int_equal(post(&seven, "ab"), 200);
    assert_string_equal(said("model", "key"), "model.onnx");
}

static void a_form(void **state)
{
    struct ink_buffer form;
    json_t *event = request("POST");
    ink_buffer_init(&form, 1 << 20);
    ink_buffer_text(&form,
                    "--xx\r\nContent-Disposition: form-data; name=\"who\"\r\n\r\nme\r\n--xx\r\nContent-Disposition: "
                    "form-data; name=\"p\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n");
    ink_buffer_append(&form, one.data, one.len);
    ink_buffer_text(&form, "\r\n--xx--\r\n");
    json_object_set_new(event, "headers", json_pack("{s:s}", "content-type", "multipart/form-data; boundary=xx"));
    assert_int_equal(ask(with_bytes(event, ink_buffer_view(&form))), 200);
    check_first_class("1");
    ink_buffer_cleanup(&form);
    assert_int_equal(post_text("multipart/form-data; boundary=xx", "--yy\r\n\r\n--yy--"), 400);
    assert_string_equal(said("error", "code"), "bad-request");
}

static void other_methods(void **state)
{
    assert_int_equal(ask(request("GET")), 200);
    assert_string_equal(header("Content-Type"), "text/plain; charset=utf-8");
    assert_non_null(strstr(json_string_value(json_object_get(answer, "body")), "curl --data-binary"));
    json_t *event = request("GET");
    json_object_set_new(event, "headers", json_pack("{s:s}", "ACCEPT", "text/html, application/json"));
    assert_int_equal(ask(event), 200);
    assert_non_null(json_object_get(body, "usage"));
    assert_int_equal(ask(request("HEAD")), 200);
    assert_string_equal(json_string_value(json_object_get(answer, "body")), "");
    assert_int_equal(ask(request("OPTIONS")), 204);
    assert_string_equal(header("Allow"), "GET, HEAD, OPTIONS, POST");
    static const char *const others[] = {"PUT", "DELETE", "post", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ask(request(others[i])), 405);
        assert_string_equal(header("Allow"), "GET, HEAD, OPTIONS, POST");
        assert_string_equal(said("error", "code"), "bad-method");
    }
    assert_int_equal(bucket.calls, 0);
}

/* --- what cannot be read --- */

static void bad_pictures(void **state)
{
    struct ink_buffer cut = {.data = one.data, .len = 100}, bomb;
    assert_int_equal(post(&cut, NULL), 422);
    assert_string_equal(said("error", "code"), "bad-image");
    assert_non_null(strstr(said("error", "message"), "the picture: PNG ends after 100"));
    assert_int_equal(json_array_size(json_object_get(body, "classes")), 0);
    ink_buffer_init(&bomb, 1 << 20);
    ink_buffer_append(&bomb, one.data, one.len);
    memcpy(bomb.data + 16, "\0\0\x4e\x20\0\0\x4e\x20\x08\0\0\0\0\xc6\x1b\x19\xe5", 17); /* 20,000 pixels a side, grey */
    assert_int_equal(post(&bomb, NULL), 413);
    assert_string_equal(said("error", "code"), "too-big");
    ink_buffer_cleanup(&bomb);
    assert_int_equal(post_text("text/plain", "hello"), 422);
    assert_int_equal(post_text("image/png", ""), 400);
    assert_int_equal(post_text("image/png", "\xef\xbf\xbdPNG\r\n"), 400);
    assert_non_null(strstr(said("error", "message"), "binary media types"));
    json_t *event = request("POST");
    json_object_set_new(event, "body", json_string("no base64!"));
    json_object_set_new(event, "isBase64Encoded", json_true());
    assert_int_equal(ask(event), 400);
    char folder[1100];
    memset(folder, 'a', sizeof folder);
    folder[sizeof folder - 1] = '\0';
    assert_int_equal(post(&one, folder), 400);
}

static void bad_models(void **state)
{
    bucket_put(&bucket, "model.onnx", ink_view_text("no model"));
    assert_int_equal(post(&one, NULL), 500);
    assert_string_equal(said("error", "code"), "bad-model");
    assert_string_equal(said("model", "key"), "model.onnx");
}

static ink_status deny(struct bucket *b, const struct ink_s3_call *call)
{
    return INK_E_DENIED;
}

static ink_status be_busy(struct bucket *b, const struct ink_s3_call *call)
{
    return INK_E_REMOTE;
}

/* Whoever may call need not know what the bucket is called. */
static void what_the_bucket_says(void **state)
{
    static const struct {
        ink_status (*before)(struct bucket *, const struct ink_s3_call *);
        int status;
        const char *code, *retry;
    } cases[] = {{deny, 500, "denied", NULL}, {be_busy, 503, "unavailable", "1"}};
    for (size_t i = 0; i < 2; i++) {
        bucket.before = cases[i].before;
        assert_int_equal(post(&one, NULL), cases[i].status);
        assert_string_equal(said("error", "code"), cases[i].code);
        assert_null(strstr(said("error", "message"), "school"));
        if (cases[i].retry)
            assert_string_equal(header("Retry-After"), cases[i].retry);
        else
            assert_null(header("Retry-After"));
    }
}

static void without_a_bucket(void **state)
{
    ink_recogniser_free(recogniser);
    recogniser = ink_recogniser_new(&bucket.objects, &(struct ink_recogniser_options){0});
    assert_non_null(recogniser);
    assert_int_equal(post(&seven, "a"), 200);
    check_first_class("7");
    assert_int_equal(bucket.calls, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_picture_and_the_nearest_model),
        TEST(a_form),
        TEST(other_methods),
        TEST(bad_pictures),
        TEST(bad_models),
        TEST(what_the_bucket_says),
        TEST(without_a_bucket),
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
