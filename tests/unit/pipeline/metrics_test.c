/* SPDX-License-Identifier: MIT */
/* metrics_test.c - the lines are what CloudWatch's specification asks for, one a picture, with the steps that it came to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/file.h"
#include "base/log.h"
#include "bucket.h"
#include "pipeline/metrics.h"
#include "pipeline/recognise.h"

static struct bucket bucket;
static struct ink_recogniser *recogniser;
static char log_path[] = "/tmp/inkling-metrics-XXXXXX";

/* The lines that reading this key leaves in the log; nothing else is logged here. */
static const char *lines_of(const char *key)
{
    static char text[8192];
    struct ink_error err = {0};
    fflush(stderr);
    int before = dup(STDERR_FILENO), file = mkstemp(log_path);
    assert_true(before >= 0 && file >= 0 && dup2(file, STDERR_FILENO) >= 0);
    ink_status st = ink_recognise(recogniser, "b", key, 0, &err);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    assert_int_equal(st, INK_OK);
    ssize_t len = pread(file, text, sizeof text - 1, 0);
    assert_true(len >= 0);
    text[len] = '\0';
    close(file);
    close(before);
    unlink(log_path);
    memcpy(log_path + sizeof log_path - 7, "XXXXXX", 6);
    return text;
}

static const char *unit_of(const char *name)
{
    size_t len = strlen(name);
    return strcmp(name + len - 2, "Ms") == 0 ? "Milliseconds" : "Count";
}

/* Checks the line's form; returns what it says. */
static json_t *check_line(const char *line, size_t metric_count)
{
    json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL), *metrics, *metric;
    const char *namespace, *dimension;
    size_t i;
    assert_non_null(root);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_int_equal(json_unpack(root, "{s:{s:[{s:s,s:[[s!]!],s:o!}!],s:I!}}", "_aws", "CloudWatchMetrics", "Namespace",
                                 &namespace, "Dimensions", &dimension, "Metrics", &metrics, "Timestamp",
                                 &(json_int_t){0}),
                     0);
    assert_string_equal(namespace, "inkling");
    assert_string_equal(dimension, "FunctionName");
    assert_string_equal(json_string_value(json_object_get(root, dimension)), "digits");
    assert_int_equal(json_array_size(metrics), metric_count);
    json_array_foreach(metrics, i, metric)
    {
        const char *name = json_string_value(json_object_get(metric, "Name"));
        assert_string_equal(json_string_value(json_object_get(metric, "Unit")), unit_of(name));
        assert_true(json_is_number(json_object_get(root, name)));
    }
    return root;
}

static json_int_t value(const json_t *root, const char *name)
{
    return json_integer_value(json_object_get(root, name));
}

static void a_line_a_picture(void **state)
{
    struct ink_buffer picture;
    struct ink_error err = {0};
    char path[4096];
    const char *source = getenv("INK_SOURCE");
    ink_buffer_init(&picture, 1 << 20);
    snprintf(path, sizeof path, "%s/tests/pictures/1_marker.png", source ? source : ".");
    assert_int_equal(ink_file_read(path, &picture, &err), INK_OK);
    bucket_put(&bucket, "digit.png", ink_buffer_view(&picture));
    bucket_put(&bucket, "cut.png", ink_view_of(picture.data, 100));
    assert_string_equal(lines_of("digit.png"), ""); /* nobody has asked for them */
    ink_metrics_setup("digits");
    json_t *first = check_line(lines_of("digit.png"), 8);
    assert_int_equal(value(first, "Pictures"), 1);
    assert_int_equal(value(first, "ColdStart"), 1);
    assert_int_equal(value(first, "Refused"), 0);
    assert_true(json_real_value(json_object_get(first, "InferMs")) > 0);
    assert_null(json_object_get(first, "requestId"));
    ink_log_request("r-1");
    json_t *second = check_line(lines_of("cut.png"), 5); /* neither decoded nor prepared nor inferred */
    ink_log_request(NULL);
    assert_int_equal(value(second, "ColdStart"), 0);
    assert_int_equal(value(second, "Refused"), 1);
    assert_non_null(json_object_get(second, "StoreMs"));
    assert_string_equal(json_string_value(json_object_get(second, "requestId")), "r-1");
    assert_string_equal(lines_of("gone.png"), "");
    json_decref(first);
    json_decref(second);
    ink_buffer_cleanup(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_line_a_picture)};
    ink_log_setup((enum ink_log_level)(INK_LOG_ERROR + 1), true);
    bucket_init(&bucket);
    recogniser = ink_recogniser_new(&bucket.objects, &(struct ink_recogniser_options){0});
    int failed = recogniser ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    ink_recogniser_free(recogniser);
    bucket_cleanup(&bucket);
    return failed;
}
