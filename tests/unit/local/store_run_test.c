/* SPDX-License-Identifier: MIT */
/* What became of events: kept, found again by their filters, and never more than there should be; files of other versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/log.h"
#include "local/store_run.h"

static char folder[] = "/tmp/inkling-runs-XXXXXX";
static struct ink_store *store;
static struct ink_arena arena;
static struct ink_error err;

static int set_up(void **state)
{
    strcpy(folder, "/tmp/inkling-runs-XXXXXX");
    ink_arena_init(&arena, 64 << 20);
    return mkdtemp(folder) ? (int)ink_store_open(folder, &store, &err) : -1;
}

static int tear_down(void **state)
{
    char command[100];
    ink_store_close(store);
    ink_arena_cleanup(&arena);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void put(uint64_t id, const char *bucket, const char *key, const char *outcome)
{
    const struct ink_store_run run = {
        .id = id, .bucket = bucket, .key = key, .outcome = outcome, .record = "{\"r\":1}", .detail = "{\"d\":1}"};
    assert_int_equal(ink_store_run_put(store, &run, 1), INK_STORE_OK);
}

/* The ids that a filter lets through, newest first, a space behind each. */
static const char *ids(struct ink_store_run_filter filter, size_t max)
{
    static char text[200];
    struct ink_store_run *runs;
    size_t count;
    *text = '\0';
    assert_int_equal(ink_store_run_list(store, &filter, max, &arena, &runs, &count), INK_STORE_OK);
    for (size_t i = 0; i < count; i++) sprintf(text + strlen(text), "%llu ", (unsigned long long)runs[i].id);
    return text;
}

static void test_filters(void **state)
{
    put(1, "a", "x/1.png", "answered");
    put(2, "b", "x/2.png", "failed");
    put(3, "a", "x%3.png", "failed");
    put(4, "a", "x/4.png", "failed");
    assert_string_equal(ids((struct ink_store_run_filter){0}, 10), "4 3 2 1 ");
    assert_string_equal(ids((struct ink_store_run_filter){0}, 2), "4 3 ");
    assert_string_equal(ids((struct ink_store_run_filter){.before = 3}, 10), "2 1 ");
    assert_string_equal(ids((struct ink_store_run_filter){.before = UINT64_MAX}, 10), "4 3 2 1 ");
    assert_string_equal(ids((struct ink_store_run_filter){.bucket = "a"}, 10), "4 3 1 ");
    assert_string_equal(ids((struct ink_store_run_filter){.prefix = "x/"}, 10), "4 2 1 ");
    assert_string_equal(ids((struct ink_store_run_filter){.prefix = "x%"}, 10), "3 ");
    assert_string_equal(ids((struct ink_store_run_filter){.prefix = ""}, 10), "4 3 2 1 ");
    assert_string_equal(ids((struct ink_store_run_filter){.outcome = "failed", .bucket = "a"}, 10), "4 3 ");
    assert_string_equal(ids((struct ink_store_run_filter){.outcome = "' OR 1=1 --"}, 10), "");
}

static void test_one(void **state)
{
    struct ink_store_run run;
    put(5, "a", "k", "retrying");
    put(5, "a", "k", "answered"); /* the same event, its next try */
    assert_int_equal(ink_store_run_get(store, 5, &arena, &run), INK_STORE_OK);
    assert_string_equal(run.outcome, "answered");
    assert_string_equal(run.detail, "{\"d\":1}");
    assert_int_equal(ink_store_run_get(store, 6, &arena, &run), INK_STORE_NO_KEY);
    assert_string_equal(ids((struct ink_store_run_filter){0}, 10), "5 ");
}

static void test_the_oldest_give_way(void **state)
{
    struct ink_store_run runs[100];
    struct ink_store_run *list;
    size_t count;
    for (uint64_t id = 1; id <= INK_STORE_RUNS_MAX + 300;) {
        for (size_t i = 0; i < 100; i++) runs[i] = (struct ink_store_run){id++, "b", "k", "answered", "{}", "{}"};
        assert_int_equal(ink_store_run_put(store, runs, 100), INK_STORE_OK);
    }
    const struct ink_store_run_filter all = {0};
    assert_int_equal(ink_store_run_list(store, &all, 100000, &arena, &list, &count), INK_STORE_OK);
    assert_int_equal(count, INK_STORE_RUNS_MAX);
    assert_int_equal(list[count - 1].id, 301);
}

static void run_sql(const char *sql)
{
    char path[100];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/inkling.db", folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_files_of_other_versions(void **state)
{
    assert_int_equal(ink_store_bucket_create(store, "kept"), INK_STORE_OK);
    ink_store_close(store);
    run_sql("DROP TABLE runs; PRAGMA user_version = 1");
    assert_int_equal(ink_store_open(folder, &store, &err), INK_OK);
    assert_int_equal(ink_store_bucket_head(store, "kept"), INK_STORE_OK);
    put(1, "a", "k", "done");
    ink_store_close(store);
    run_sql("PRAGMA user_version = 99");
    assert_int_equal(ink_store_open(folder, &store, &err), INK_E_FORMAT);
    assert_non_null(strstr(err.text, "later version"));
    run_sql("PRAGMA user_version = 2");
    assert_int_equal(ink_store_open(folder, &store, &err), INK_OK);
    assert_string_equal(ids((struct ink_store_run_filter){0}, 10), "1 ");
}

int main(void)
{
    ink_log_setup(INK_LOG_ERROR, false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_filters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_oldest_give_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files_of_other_versions, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
