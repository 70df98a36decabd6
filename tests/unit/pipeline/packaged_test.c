/* SPDX-License-Identifier: MIT */
/* packaged_test.c - the folder of a function: what is taken from it, and which report fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/known.h"
#include "pipeline/packaged.h"

static char folder[64];
static struct ink_packaged packaged;

static void put(const char *name, struct ink_view bytes)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(ink_file_replace(path, bytes, NULL), INK_OK);
}

static void put_report(const char *model, const char *settings)
{
    char tag[32], settings_tag[32];
    struct ink_buffer report;
    struct ink_finding found = {
        .shown = 100, .right = 97, .next = 12, .transposed = true, .polarity = INK_POLARITY_DARK_INK};
    ink_buffer_init(&report, INK_REPORT_BYTES_MAX);
    ink_packaged_tag(ink_view_text(model), tag);
    ink_packaged_tag(ink_view_text(settings), settings_tag);
    assert_int_equal(ink_known_write(tag, settings_tag, &found, &report), INK_OK);
    put("model.report.json", ink_buffer_view(&report));
    ink_buffer_cleanup(&report);
}

static int set_up(void **state)
{
    snprintf(folder, sizeof folder, "/tmp/ink-packaged-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"model.onnx", "model.json", "model.report.json"};
    char path[128];
    ink_packaged_cleanup(&packaged);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void nothing_there(void **state)
{
    ink_packaged_open(&packaged, NULL);
    assert_false(packaged.there);
    ink_packaged_open(&packaged, folder);
    assert_false(packaged.there);
    assert_int_equal(packaged.error.status, INK_OK);
}

static void model_alone(void **state)
{
    put("model.onnx", ink_view_text("model"));
    ink_packaged_open(&packaged, folder);
    assert_true(packaged.there);
    assert_int_equal(packaged.error.status, INK_OK);
    assert_true(ink_view_is(packaged.model.bytes, "model"));
    assert_int_equal(packaged.settings.len, 0);
    assert_int_equal(packaged.known.shown, 0);
}

static void with_all(void **state)
{
    put("model.onnx", ink_view_text("model"));
    put("model.json", ink_view_text("{}"));
    put_report("model", "{}");
    ink_packaged_open(&packaged, folder);
    assert_true(ink_view_is(ink_buffer_view(&packaged.settings), "{}"));
    assert_int_equal(packaged.known.shown, 100);
    assert_int_equal(packaged.known.right, 97);
    assert_true(packaged.known.transposed);
    assert_int_equal(packaged.known.polarity, INK_POLARITY_DARK_INK);
}

/* A report of another model or of other settings is as none. */
static void a_report_that_does_not_fit(void **state)
{
    put("model.onnx", ink_view_text("model"));
    put_report("another model", "");
    ink_packaged_open(&packaged, folder);
    assert_true(packaged.there);
    assert_int_equal(packaged.known.shown, 0);
    ink_packaged_cleanup(&packaged);
    put_report("model", "{}");
    ink_packaged_open(&packaged, folder);
    assert_int_equal(packaged.known.shown, 0);
    ink_packaged_cleanup(&packaged);
    put("model.report.json", ink_view_text("no report"));
    ink_packaged_open(&packaged, folder);
    assert_int_equal(packaged.known.shown, 0);
    assert_int_equal(packaged.error.status, INK_OK);
}

static void a_model_that_is_a_folder(void **state)
{
    ink_packaged_open(&packaged, "/dev"); /* no model there */
    assert_false(packaged.there);
    ink_packaged_cleanup(&packaged);
    char path[128];
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    assert_int_equal(symlink("/tmp", path), 0);
    ink_packaged_open(&packaged, folder);
    assert_true(packaged.there);
    assert_int_not_equal(packaged.error.status, INK_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(model_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(with_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_report_that_does_not_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_model_that_is_a_folder, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
