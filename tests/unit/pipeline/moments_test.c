/* SPDX-License-Identifier: MIT */
/* moments_test.c - every change at every moment: before each call to S3 that the pipeline makes, one after the other. What
 * stands in the end is the answer of the present picture by the present model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../tools/build_model.h"
#include "base/file.h"
#include "base/log.h"
#include "bucket.h"
#include "pipeline/recognise.h"

enum { MOMENTS_MAX = 200, FEWEST_MOMENTS = 6 /* picture, model, settings, two answers, a look at each */ };

static struct ink_buffer seven, four; /* pictures */
static struct bucket bucket;
static struct ink_recogniser *one, *other; /* two processes of the function */
static void (*happen)(void);
static int at; /* which call, from 1 */

static void set_up(void)
{
    const struct ink_recogniser_options options = {.memory_bytes = (size_t)256 << 20, .threads = 1};
    bucket_init(&bucket);
    one = ink_recogniser_new(&bucket.objects, &options);
    other = ink_recogniser_new(&bucket.objects, &options);
    assert_true(one && other);
}

static void tear_down(void)
{
    ink_recogniser_free(one);
    ink_recogniser_free(other);
    bucket_cleanup(&bucket);
}

static ink_status at_its_moment(struct bucket *b, const struct ink_s3_call *call)
{
    (void)call;
    if (b->calls == at) happen();
    return INK_OK;
}

/* A model that says `digit` to every picture. */
static void put_model(const char *key, int digit)
{
    float weights[10] = {0}, bias[10] = {0};
    struct message g = {0};
    bias[digit] = 12;
    add_value(&g, GRAPH_INPUT, "x", INK_FLOAT, 4, (int64_t[]){1, 1, 28, 28});
    add_initializer(&g, "w", INK_FLOAT, 2, (int64_t[]){1, 10}, weights, sizeof weights);
    add_initializer(&g, "b", INK_FLOAT, 1, (int64_t[]){10}, bias, sizeof bias);
    add_node(&g, "", "GlobalAveragePool", "x", "p", NULL);
    add_node(&g, "", "Flatten", "p", "f", NULL);
    add_node(&g, "", "Gemm", "f,w,b", "y", NULL);
    add_value(&g, GRAPH_OUTPUT, "y", INK_FLOAT, 2, (int64_t[]){1, 10});
    struct message model = model_of(&g, 13);
    bucket_put(&bucket, key, view_of(&model));
}

static void handle(struct ink_recogniser *recogniser, const char *key)
{
    struct ink_error err = {0};
    if (ink_recognise(recogniser, "b", key, 0, &err)) fail_msg("moment %d: %s: %s", at, key, err.text);
}

static void check_names(const char *key)
{
    char etag[64];
    const struct object *object = bucket_find(&bucket, key);
    if (!object) return;
    snprintf(etag, sizeof etag, "\"etag\": \"%s\"", object->etag);
    if (!strstr(bucket_text(&bucket, "results.json"), etag)) fail_msg("moment %d: not of %s's %s", at, key, etag);
}

static void check_stands(const char *answer)
{
    const char *text = bucket_text(&bucket, "results.txt");
    if (strncmp(text, answer, strlen(answer)) != 0) fail_msg("moment %d: \"%.20s\", not %s", at, text, answer);
    check_names("digit.png");
    check_names("model.onnx");
}

/* --- what happens ------------------------------------------------------------------------------------------------ */

static void replace_picture(void)
{
    bucket_put(&bucket, "digit.png", ink_buffer_view(&four));
}

static void replace_model(void)
{
    put_model("model.onnx", 5);
}

static void delete_model(void)
{
    bucket_delete(&bucket, "model.onnx");
}

static void put_settings(void)
{
    bucket_put(&bucket, "model.json", ink_view_text("{\"labels\": [0, 1, 2, \"three\", 4, 5, 6, 7, 8, 9]}"));
}

static void delete_picture(void)
{
    bucket_delete(&bucket, "digit.png");
}

/* The other process is done with the event of it before the first one goes on. */
static void replace_picture_and_read(void)
{
    replace_picture();
    handle(other, "digit.png");
}

static void replace_model_and_report(void)
{
    replace_model();
    handle(other, "model.onnx");
}

static const struct row {
    const char *name;
    bool own_model; /* there is one that says 3 */
    void (*happen)(void);
    const char *event;  /* handled by the first process afterwards; NULL: it was by the other, or there is none */
    const char *answer; /* NULL: none is wanted */
} rows[] = {
    {"picture replaced", true, replace_picture, "digit.png", "class=3 "},
    {"picture replaced, built-in model", false, replace_picture, "digit.png", "class=4 "},
    {"two pictures in quick succession", false, replace_picture_and_read, NULL, "class=4 "},
    {"model replaced", true, replace_model, "model.onnx", "class=5 "},
    {"model replaced and reported", true, replace_model_and_report, NULL, "class=5 "},
    {"first model", false, replace_model, "model.onnx", "class=5 "},
    {"first model, reported", false, replace_model_and_report, NULL, "class=5 "},
    {"settings put", true, put_settings, "model.json", "class=three "},
    {"model deleted", true, delete_model, "digit.png", "class=7 "},
    {"picture deleted", false, delete_picture, NULL, NULL},
};

/* False: the pipeline was done before that moment. */
static bool try_moment(const struct row *row)
{
    set_up();
    bucket_put(&bucket, "digit.png", ink_buffer_view(&seven));
    if (row->own_model) put_model("model.onnx", 3);
    happen = row->happen;
    bucket.before = at_its_moment;
    handle(one, "digit.png");
    bool happened = bucket.calls >= at;
    if (happened && row->event) handle(one, row->event);
    if (happened && row->answer) check_stands(row->answer);
    tear_down();
    return happened;
}

static void every_moment(void **state)
{
    for (at = 1; at < MOMENTS_MAX && try_moment(*state); at++) {}
    assert_in_range(at, FEWEST_MOMENTS + 1, MOMENTS_MAX - 1);
}

static void read_picture(const char *name, struct ink_buffer *out)
{
    char path[4096];
    const char *source = getenv("INK_SOURCE");
    struct ink_error err = {0};
    snprintf(path, sizeof path, "%s/%s", source ? source : ".", name);
    ink_buffer_init(out, 1 << 20);
    if (ink_file_read(path, out, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tests[i] = (struct CMUnitTest){rows[i].name, every_moment, NULL, NULL, (void *)(uintptr_t)&rows[i]};
    ink_log_setup(INK_LOG_ERROR, false);
    read_picture("tests/pictures/7_marker.png", &seven);
    read_picture("tests/pictures/4_marker.png", &four);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ink_buffer_cleanup(&seven);
    ink_buffer_cleanup(&four);
    return failed;
}
