/* SPDX-License-Identifier: MIT */
/* A folder that is filled from outside: no path leads out of it, and it is gone when it is closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "local/staging.h"

static char root[] = "/tmp/inkling-staging-XXXXXX";
static char folder[64];
static struct ink_staging staging;
static struct ink_error err;

static int set_up(void **state)
{
    strcpy(root, "/tmp/inkling-staging-XXXXXX");
    if (!mkdtemp(root)) return -1;
    snprintf(folder, sizeof folder, "%s/in", root);
    err = (struct ink_error){0};
    return ink_staging_open(&staging, folder, &err);
}

static int tear_down(void **state)
{
    ink_staging_close(&staging);
    return rmdir(root); /* fails where anything was written beside the folder, or was left in it */
}

static ink_status add(const char *path, const char *text)
{
    err = (struct ink_error){0};
    return ink_staging_add(&staging, "files", path, ink_view_text(text), &err);
}

static void test_files_in_folders(void **state)
{
    struct ink_buffer bytes;
    char path[128];
    ink_buffer_init(&bytes, 1000);
    assert_int_equal(add("7/a/x.png", "one"), INK_OK);
    assert_int_equal(add("7/a/x.png", "two"), INK_OK);
    assert_int_equal(add("7/<b>", "three"), INK_OK);
    snprintf(path, sizeof path, "%s/files/7/a/x.png", folder);
    assert_int_equal(ink_file_read(path, &bytes, &err), INK_OK);
    assert_string_equal((char *)bytes.data, "two");
    ink_buffer_cleanup(&bytes);
    assert_int_equal(add("7/a/x.png/y", "x"), INK_E_IO); /* a file is no folder */
}

static void test_paths_that_lead_elsewhere(void **state)
{
    static const char *const paths[] = {"",    "/",    "/x",   "x/",        "a//b",  ".",       "..",
                                        "./x", "../x", "a/..", "a/../../x", "a/./b", "../in2/x"};
    char lengthy[INK_STAGING_PATH_MAX + 10];
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) assert_int_equal(add(paths[i], "x"), INK_E_ARGUMENT);
    memset(lengthy, 'x', 256);
    lengthy[256] = '\0';
    assert_int_equal(add(lengthy, "x"), INK_E_ARGUMENT);
    for (size_t i = 0; i + 2 < sizeof lengthy; i += 2) memcpy(lengthy + i, "a/", 3);
    strcat(lengthy, "b");
    assert_int_equal(add(lengthy, "x"), INK_E_ARGUMENT);
    assert_int_equal(staging.files, 0);
    assert_true(ink_staging_path_fits("..."));
    assert_true(ink_staging_path_fits("..a/b.."));
}

static void test_a_link_is_not_followed(void **state)
{
    char path[128], target[128];
    struct stat info;
    assert_int_equal(add("x", "1"), INK_OK);
    snprintf(path, sizeof path, "%s/files/link", folder);
    snprintf(target, sizeof target, "%s/target", root);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(add("link", "2"), INK_E_IO);
    assert_int_equal(stat(target, &info), -1);
}

static void test_caps(void **state)
{
    staging.bytes = INK_STAGING_BYTES_MAX - 2;
    assert_int_equal(add("x", "12"), INK_OK);
    assert_int_equal(add("y", "1"), INK_E_LIMIT);
    staging.bytes = 0;
    staging.files = INK_STAGING_FILES_MAX;
    assert_int_equal(add("z", ""), INK_E_LIMIT);
}

static void test_a_program_stays_one(void **state)
{
    char path[128];
    struct stat info;
    assert_int_equal(ink_staging_add_program(&staging, "program", "/bin/true", &err), INK_OK);
    snprintf(path, sizeof path, "%s/program", folder);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700 & info.st_mode);
    assert_int_equal(access(path, X_OK), 0);
    assert_int_equal(ink_staging_add_program(&staging, "other", "/none/there", &err), INK_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files_in_folders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_paths_that_lead_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_link_is_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_caps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_program_stays_one, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
