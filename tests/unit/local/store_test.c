/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "folder.h"
#include "local/store.h"
#include "local/store_event.h"

struct fixture {
    char folder[TEST_FOLDER_LEN];
    struct ink_store *store;
    struct ink_arena arena;
};

static struct fixture *open_again(struct fixture *f)
{
    struct ink_error err = {0};
    ink_store_close(f->store);
    if (ink_store_open(f->folder, &f->store, &err)) fail_msg("%s", err.text);
    return f;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    test_folder_make(f->folder);
    ink_arena_init(&f->arena, 64 << 20);
    open_again(f);
    assert_int_equal(ink_store_bucket_create(f->store, "b"), INK_STORE_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    ink_store_close(f->store);
    ink_arena_cleanup(&f->arena);
    test_folder_remove(f->folder);
    free(f);
    return 0;
}

/* `len` bytes that depend on seed, in pieces. */
static ink_store_status append_pattern(struct ink_store_put *put, size_t len, unsigned seed)
{
    uint8_t piece[5000];
    for (size_t at = 0; at < len;) {
        size_t n = len - at < sizeof piece ? len - at : sizeof piece;
        for (size_t i = 0; i < n; i++) piece[i] = (uint8_t)((at + i) * 31 + seed);
        ink_store_status status = ink_store_put_append(put, ink_view_of(piece, n));
        if (status) return status;
        at += n;
    }
    return INK_STORE_OK;
}

static ink_store_status put_with(struct ink_store *store, const char *key, size_t len, unsigned seed,
                                 const struct ink_store_commit *commit)
{
    struct ink_store_put *put;
    ink_store_status status = ink_store_put_begin(store, "b", key, len, &put);
    if (status) return status;
    status = append_pattern(put, len, seed);
    assert_int_equal(status, INK_STORE_OK);
    return ink_store_put_commit(put, commit, NULL);
}

static ink_store_status put(struct ink_store *store, const char *key, size_t len, unsigned seed)
{
    return put_with(store, key, len, seed, &(struct ink_store_commit){0});
}

static void check_body(struct fixture *f, const char *key, size_t len, unsigned seed)
{
    struct ink_store_body body;
    assert_int_equal(ink_store_get(f->store, "b", key, &f->arena, &body), INK_STORE_OK);
    assert_int_equal(body.object.size, len);
    assert_int_equal(body.fd >= 0, len > INK_STORE_INLINE_MAX);
    uint8_t *bytes = malloc(len + 1);
    if (body.fd >= 0) {
        assert_int_equal(pread(body.fd, bytes, len + 1, 0), len);
        close(body.fd);
    } else {
        memcpy(bytes, body.bytes.data, len);
    }
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != (uint8_t)(i * 31 + seed)) fail_msg("%s: byte %zu", key, i);
    free(bytes);
}

static size_t count_files(const struct fixture *f)
{
    char path[100];
    snprintf(path, sizeof path, "%s/bodies", f->folder);
    DIR *folder = opendir(path);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void bodies_come_back(void **state)
{
    struct fixture *f = *state;
    static const size_t sizes[] = {0,     1, INK_STORE_INLINE_MAX - 1, INK_STORE_INLINE_MAX, INK_STORE_INLINE_MAX + 1,
                                   300000};
    char key[32];
    for (unsigned i = 0; i < 6; i++) {
        snprintf(key, sizeof key, "k%u", i);
        assert_int_equal(put(f->store, key, sizes[i], i), INK_STORE_OK);
        check_body(f, key, sizes[i], i);
    }
    assert_int_equal(count_files(f), 2);
    open_again(f);
    for (unsigned i = 0; i < 6; i++) {
        snprintf(key, sizeof key, "k%u", i);
        check_body(f, key, sizes[i], i);
    }
    assert_int_equal(put(f->store, "k5", 10, 7), INK_STORE_OK); /* the file of the old body goes */
    assert_int_equal(ink_store_delete(f->store, "b", "k4", NULL, NULL), INK_STORE_OK);
    assert_int_equal(ink_store_delete(f->store, "b", "k4", NULL, NULL), INK_STORE_OK);
    assert_int_equal(count_files(f), 0);
}

static void etag_and_headers(void **state)
{
    struct fixture *f = *state;
    struct ink_store_header items[] = {{"content-type", "text/plain"}, {"x-amz-meta-a", ""}, {"x-amz-meta-b", "ü"}};
    struct ink_store_put *one;
    struct ink_store_object out;
    uint8_t md5[16];
    assert_int_equal(ink_store_put_begin(f->store, "b", "t", 0, &one), INK_STORE_OK);
    assert_int_equal(ink_store_put_append(one, ink_view_text("hello")), INK_STORE_OK);
    ink_store_put_md5(one, md5);
    assert_int_equal(md5[0], 0x5d);
    struct ink_store_commit commit = {.headers = {items, 3}};
    assert_int_equal(ink_store_put_commit(one, &commit, &out), INK_STORE_OK);
    assert_string_equal(out.etag, "5d41402abc4b2a76b9719d911017c592");
    assert_int_equal(ink_store_head(f->store, "b", "t", &f->arena, &out), INK_STORE_OK);
    assert_int_equal(out.headers.count, 3);
    assert_string_equal(out.headers.items[1].name, "x-amz-meta-a");
    assert_string_equal(out.headers.items[1].value, "");
    assert_string_equal(out.headers.items[2].value, "ü");
}

static void what_is_refused(void **state)
{
    struct fixture *f = *state;
    char key[1100];
    struct ink_store_object out;
    memset(key, 'k', sizeof key);
    key[1025] = '\0';
    assert_int_equal(put(f->store, key, 1, 0), INK_STORE_KEY_TOO_LONG);
    key[1024] = '\0';
    assert_int_equal(put(f->store, key, 1, 0), INK_STORE_OK);
    assert_int_equal(put(f->store, "", 1, 0), INK_STORE_BAD_ARGUMENT);
    assert_int_equal(put(f->store, "\xff", 1, 0), INK_STORE_BAD_ARGUMENT);
    assert_int_equal(ink_store_head(f->store, "b", "nothing", &f->arena, &out), INK_STORE_NO_KEY);
    assert_int_equal(ink_store_head(f->store, "c", "nothing", &f->arena, &out), INK_STORE_NO_BUCKET);
    assert_int_equal(ink_store_bucket_create(f->store, "b"), INK_STORE_BUCKET_EXISTS);
    assert_int_equal(ink_store_bucket_delete(f->store, "b"), INK_STORE_BUCKET_NOT_EMPTY);
    assert_int_equal(ink_store_bucket_delete(f->store, "c"), INK_STORE_NO_BUCKET);

    struct ink_store *second;
    struct ink_error err = {0};
    assert_int_equal(ink_store_open(f->folder, &second, &err), INK_E_DENIED);
    assert_non_null(strstr(err.text, "another inkling-serve"));
}

static void conditions(void **state)
{
    struct fixture *f = *state;
    struct ink_store_commit absent = {.condition = {.if_absent = true}};
    struct ink_store_commit wrong = {.condition = {.if_match = "0123"}}, any = {.condition = {.if_match = "*"}};
    assert_int_equal(put_with(f->store, "k", 5, 1, &any), INK_STORE_NO_KEY);
    assert_int_equal(put_with(f->store, "k", 100000, 1, &absent), INK_STORE_OK);
    assert_int_equal(put_with(f->store, "k", 100000, 2, &absent), INK_STORE_PRECONDITION);
    assert_int_equal(put_with(f->store, "k", 5, 2, &wrong), INK_STORE_PRECONDITION);
    check_body(f, "k", 100000, 1);
    assert_int_equal(count_files(f), 1);
    assert_int_equal(ink_store_delete(f->store, "b", "k", &wrong.condition, NULL), INK_STORE_PRECONDITION);
    assert_int_equal(put_with(f->store, "k", 5, 2, &any), INK_STORE_OK);
    check_body(f, "k", 5, 2);
}

static void a_reader_keeps_its_body(void **state)
{
    struct fixture *f = *state;
    struct ink_store_body body;
    assert_int_equal(put(f->store, "k", 100000, 1), INK_STORE_OK);
    assert_int_equal(ink_store_get(f->store, "b", "k", &f->arena, &body), INK_STORE_OK);
    assert_int_equal(put(f->store, "k", 100000, 2), INK_STORE_OK);
    uint8_t first;
    assert_int_equal(pread(body.fd, &first, 1, 0), 1);
    assert_int_equal(first, 1);
    close(body.fd);
    check_body(f, "k", 100000, 2);
}

static void copies(void **state)
{
    struct fixture *f = *state;
    struct ink_store_copy copy = {.from_bucket = "b", .from_key = "k", .to_bucket = "b", .to_key = "l"};
    struct ink_store_object out;
    assert_int_equal(ink_store_copy(f->store, &copy, &out), INK_STORE_NO_KEY);
    assert_int_equal(put(f->store, "k", 100000, 1), INK_STORE_OK);
    assert_int_equal(ink_store_copy(f->store, &copy, &out), INK_STORE_OK);
    assert_int_equal(ink_store_delete(f->store, "b", "k", NULL, NULL), INK_STORE_OK);
    check_body(f, "l", 100000, 1);
    copy = (struct ink_store_copy){.from_bucket = "b", .from_key = "l", .to_bucket = "b", .to_key = "l"};
    copy.from_etag = "other";
    assert_int_equal(ink_store_copy(f->store, &copy, &out), INK_STORE_PRECONDITION);
    struct ink_store_header header = {"content-type", "image/png"};
    copy.from_etag = out.etag;
    copy.headers = &(struct ink_store_headers){&header, 1};
    assert_int_equal(ink_store_copy(f->store, &copy, NULL), INK_STORE_OK);
    check_body(f, "l", 100000, 1);
    assert_int_equal(ink_store_head(f->store, "b", "l", &f->arena, &out), INK_STORE_OK);
    assert_string_equal(out.headers.items[0].value, "image/png");
    assert_int_equal(count_files(f), 1);
    assert_int_equal(put(f->store, "small", 100, 9), INK_STORE_OK);
    copy = (struct ink_store_copy){.from_bucket = "b", .from_key = "small", .to_bucket = "b", .to_key = "small2"};
    assert_int_equal(ink_store_copy(f->store, &copy, NULL), INK_STORE_OK);
    check_body(f, "small2", 100, 9);
}

/* --- listing ---------------------------------------------------------------------------------------------------- */

/* All pages of `max` entries, joined with spaces; prefixes in brackets. */
static void check_list(struct fixture *f, const char *prefix, const char *delimiter, const char *after, size_t max,
                       const char *want)
{
    char got[2000] = "";
    struct ink_store_listing page;
    struct ink_store_list_options options = {prefix, delimiter, after, max};
    do {
        assert_int_equal(ink_store_list(f->store, "b", &options, &f->arena, &page), INK_STORE_OK);
        assert_true(page.count <= max);
        assert_true(!page.truncated || page.count == max);
        for (size_t i = 0; i < page.count; i++)
            snprintf(got + strlen(got), sizeof got - strlen(got), page.entries[i].is_prefix ? "[%s] " : "%s ",
                     page.entries[i].key);
        options.after = page.next;
    } while (page.truncated);
    assert_string_equal(got, want);
}

static void lists(void **state)
{
    struct fixture *f = *state;
    static const char *const keys[] = {"a", "a/", "a/1", "a/2", "a/b/1", "a0", "b", "ü", "zz/y", "z", "a//x"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_int_equal(put(f->store, keys[i], 1, 0), INK_STORE_OK);
    for (size_t max = 1; max < 12; max++) {
        check_list(f, "", "", NULL, max, "a a/ a//x a/1 a/2 a/b/1 a0 b z zz/y ü ");
        check_list(f, "", "/", NULL, max, "a [a/] a0 b z [zz/] ü ");
        check_list(f, "a/", "/", NULL, max, "a/ [a//] a/1 a/2 [a/b/] ");
        check_list(f, "a/b", "/", NULL, max, "[a/b/] ");
        check_list(f, "a", NULL, "a/1", max, "a/2 a/b/1 a0 ");
        check_list(f, "a", "/", "a/1", max, "a0 ");
        check_list(f, "b", "", "a", max, "b ");
        check_list(f, "a", "", "b", max, "");
        check_list(f, "zz", "z/", NULL, max, "zz/y ");
        check_list(f, "z", "z/", NULL, max, "z [zz/] ");
        check_list(f, "q", "", NULL, max, "");
    }
    struct ink_store_listing page;
    struct ink_store_list_options none = {.max = 0};
    assert_int_equal(ink_store_list(f->store, "b", &none, &f->arena, &page), INK_STORE_OK);
    assert_false(page.truncated);
    assert_int_equal(ink_store_list(f->store, "c", &none, &f->arena, &page), INK_STORE_NO_BUCKET);
}

/* --- uploads ---------------------------------------------------------------------------------------------------- */

static struct ink_store_part put_part(struct fixture *f, const char *id, int number, size_t len, unsigned seed)
{
    struct ink_store_put *part;
    struct ink_store_object out;
    assert_int_equal(ink_store_put_begin_part(f->store, "b", "big", id, number, len, &part), INK_STORE_OK);
    assert_int_equal(append_pattern(part, len, seed), INK_STORE_OK);
    assert_int_equal(ink_store_put_commit(part, &(struct ink_store_commit){0}, &out), INK_STORE_OK);
    struct ink_store_part result = {.number = number};
    strcpy(result.etag, out.etag);
    return result;
}

static void multipart(void **state)
{
    struct fixture *f = *state;
    char id[INK_STORE_UPLOAD_ID_LEN + 1];
    struct ink_store_header type = {"content-type", "x/y"}, sum = {"x-amz-checksum-crc32", "AAAA"};
    assert_int_equal(ink_store_upload_create(f->store, "b", "big", &(struct ink_store_headers){&type, 1}, id),
                     INK_STORE_OK);
    struct ink_store_put *none;
    assert_int_equal(ink_store_put_begin_part(f->store, "b", "big", id, 10001, 0, &none), INK_STORE_BAD_ARGUMENT);
    assert_int_equal(ink_store_put_begin_part(f->store, "b", "other", id, 1, 0, &none), INK_STORE_NO_UPLOAD);

    struct ink_store_part parts[3];
    parts[2] = put_part(f, id, 9, 1000, 4);
    parts[0] = put_part(f, id, 2, INK_STORE_PART_MIN, 1);
    parts[1] = put_part(f, id, 5, 100000, 2); /* replaced below */
    put_part(f, id, 7, 100000, 3);            /* not named: dropped */
    struct ink_store_complete complete = {.parts = parts, .count = 3, .headers = {&sum, 1}};
    assert_int_equal(ink_store_upload_complete(f->store, "b", "big", id, &complete, NULL), INK_STORE_PART_TOO_SMALL);
    parts[1] = put_part(f, id, 5, INK_STORE_PART_MIN + 31, 2);

    struct ink_store_parts have;
    assert_int_equal(ink_store_upload_parts(f->store, "b", "big", id, 2, 2, &f->arena, &have), INK_STORE_OK);
    assert_int_equal(have.count, 2);
    assert_true(have.truncated);
    assert_int_equal(have.items[1].number, 7);
    assert_string_equal(have.headers.items[0].value, "x/y");

    struct ink_store_part swapped[2] = {parts[1], parts[0]};
    complete.parts = swapped;
    complete.count = 2;
    assert_int_equal(ink_store_upload_complete(f->store, "b", "big", id, &complete, NULL), INK_STORE_PART_ORDER);
    swapped[1].number = 6;
    assert_int_equal(ink_store_upload_complete(f->store, "b", "big", id, &complete, NULL), INK_STORE_BAD_PART);
    complete.parts = parts;
    complete.count = 3;
    struct ink_store_object out, again;
    assert_int_equal(ink_store_upload_complete(f->store, "b", "big", id, &complete, &out), INK_STORE_OK);
    assert_string_equal(out.etag + 32, "-3");
    assert_int_equal(out.size, 2 * INK_STORE_PART_MIN + 31 + 1000);
    assert_int_equal(ink_store_upload_complete(f->store, "b", "big", id, &complete, &again), INK_STORE_OK);
    assert_string_equal(out.etag, again.etag);
    assert_int_equal(ink_store_head(f->store, "b", "big", &f->arena, &out), INK_STORE_OK);
    assert_int_equal(out.headers.count, 2);
    assert_int_equal(count_files(f), 1);

    struct ink_store_body body;
    uint8_t bytes[2];
    assert_int_equal(ink_store_get(f->store, "b", "big", &f->arena, &body), INK_STORE_OK);
    assert_int_equal(pread(body.fd, bytes, 2, INK_STORE_PART_MIN - 1), 2);
    assert_int_equal(bytes[0], (uint8_t)((INK_STORE_PART_MIN - 1) * 31 + 1));
    assert_int_equal(bytes[1], 2);
    close(body.fd);
}

static void uploads_listed_and_aborted(void **state)
{
    struct fixture *f = *state;
    char ids[3][INK_STORE_UPLOAD_ID_LEN + 1];
    struct ink_store_headers none = {0};
    assert_int_equal(ink_store_upload_create(f->store, "b", "big", &none, ids[0]), INK_STORE_OK);
    assert_int_equal(ink_store_upload_create(f->store, "b", "big", &none, ids[1]), INK_STORE_OK);
    assert_int_equal(ink_store_upload_create(f->store, "b", "a", &none, ids[2]), INK_STORE_OK);
    put_part(f, ids[0], 1, 100000, 1);
    put_part(f, ids[1], 1, 100, 1);

    struct ink_store_uploads page;
    assert_int_equal(ink_store_upload_list(f->store, "b", NULL, NULL, NULL, 2, &f->arena, &page), INK_STORE_OK);
    assert_int_equal(page.count, 2);
    assert_true(page.truncated);
    assert_string_equal(page.items[0].key, "a");
    assert_string_equal(page.items[1].id, ids[0]);
    assert_int_equal(ink_store_upload_list(f->store, "b", "bi", "big", ids[0], 2, &f->arena, &page), INK_STORE_OK);
    assert_int_equal(page.count, 1);
    assert_string_equal(page.items[0].id, ids[1]);
    assert_int_equal(ink_store_upload_list(f->store, "b", NULL, "big", NULL, 2, &f->arena, &page), INK_STORE_OK);
    assert_int_equal(page.count, 0);

    assert_int_equal(ink_store_upload_abort(f->store, "b", "big", ids[0]), INK_STORE_OK);
    assert_int_equal(ink_store_upload_abort(f->store, "b", "big", ids[0]), INK_STORE_NO_UPLOAD);
    assert_int_equal(count_files(f), 0);
    assert_int_equal(ink_store_bucket_delete(f->store, "b"), INK_STORE_OK);
}

/* --- events ----------------------------------------------------------------------------------------------------- */

static void keep_events(void *arg, struct ink_store_event *events)
{
    struct ink_store_event **end = arg;
    while (*end) end = &(*end)->next;
    *end = events;
}

static void free_events(struct ink_store_event *event)
{
    while (event) {
        struct ink_store_event *next = event->next;
        ink_free(event);
        event = next;
    }
}

static void events_commit_with_their_cause(void **state)
{
    struct fixture *f = *state;
    struct ink_store_event *told = NULL, *stored;
    struct ink_store_rule rule = {"pictures", "inkling", "s3:ObjectCreated:*", "in/", ".png"}, *rules;
    size_t count;
    assert_int_equal(ink_store_rules_set(f->store, "b", &rule, 1), INK_STORE_OK);
    assert_int_equal(ink_store_rules_get(f->store, "b", &f->arena, &rules, &count), INK_STORE_OK);
    assert_int_equal(count, 1);
    assert_string_equal(rules[0].suffix, ".png");

    ink_store_listen(f->store, keep_events, &told);
    struct ink_store_commit commit = {.origin = {.trace_header = "Root=1"}};
    assert_int_equal(put_with(f->store, "in/a b.png", 4, 0, &commit), INK_STORE_OK);
    assert_int_equal(put(f->store, "in/a.txt", 4, 0), INK_STORE_OK);
    commit.condition.if_absent = true;
    assert_int_equal(put_with(f->store, "in/a b.png", 4, 0, &commit), INK_STORE_PRECONDITION);
    assert_non_null(told);
    assert_null(told->next);
    assert_string_equal(told->function, "inkling");
    assert_string_equal(told->trace, "Root=1");
    assert_non_null(strstr(told->payload, "\"key\":\"in/a+b.png\",\"size\":4"));

    open_again(f);
    assert_int_equal(ink_store_event_list(f->store, 0, 10, &stored), INK_STORE_OK);
    assert_string_equal(stored->payload, told->payload);
    assert_null(stored->next);
    struct ink_store_settled again = {.id = told->id, .attempts = 1, .not_before_ms = 77};
    assert_int_equal(ink_store_event_settle(f->store, &again, 1), INK_STORE_OK);
    free_events(stored);
    assert_int_equal(ink_store_event_list(f->store, 0, 10, &stored), INK_STORE_OK);
    assert_int_equal(stored->attempts, 1);
    assert_int_equal(stored->not_before_ms, 77);
    free_events(stored);

    struct ink_store_settled failed = {.id = told->id, .function = "inkling", .record = "{}"};
    struct ink_store_failure *failures;
    assert_int_equal(ink_store_event_settle(f->store, &failed, 1), INK_STORE_OK);
    assert_int_equal(ink_store_event_count(f->store, &count), INK_STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(ink_store_failure_list(f->store, 10, &f->arena, &failures, &count), INK_STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(failures[0].event, told->id);
    free_events(told);
}

/* --- many threads ----------------------------------------------------------------------------------------------- */

enum { WRITERS = 8, WRITES = 40 };

static void *write_much(void *arg)
{
    struct fixture *f = arg;
    static _Atomic int next;
    int self = next++ % WRITERS;
    char key[32];
    for (int i = 0; i < WRITES; i++) {
        struct ink_store_commit commit = {.condition = {.if_absent = true}};
        snprintf(key, sizeof key, "t%d", i); /* one of the threads wins each key */
        ink_store_status status = put_with(f->store, key, i % 4 ? 100 : 70000, 5, &commit);
        if (status != INK_STORE_OK && status != INK_STORE_PRECONDITION) return "put failed";
        snprintf(key, sizeof key, "own/%d-%d", self, i);
        if (put(f->store, key, 10, 5)) return "put failed";
        if (i % 2 && ink_store_delete(f->store, "b", key, NULL, NULL)) return "delete failed";
    }
    return NULL;
}

static void many_writers(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++) pthread_create(&threads[i], NULL, write_much, f);
    for (int i = 0; i < WRITERS; i++) {
        void *failure;
        pthread_join(threads[i], &failure);
        if (failure) fail_msg("%s", (char *)failure);
    }
    struct ink_store_listing page;
    struct ink_store_list_options options = {.prefix = "own/", .max = 1000};
    assert_int_equal(ink_store_list(f->store, "b", &options, &f->arena, &page), INK_STORE_OK);
    assert_int_equal(page.count, WRITERS * WRITES / 2);
    assert_int_equal(count_files(f), WRITES / 4);
    for (int i = 0; i < WRITES; i++) {
        char key[32];
        snprintf(key, sizeof key, "t%d", i);
        check_body(f, key, i % 4 ? 100 : 70000, 5);
    }
}

static void orphans_are_swept(void **state)
{
    struct fixture *f = *state;
    char path[128];
    assert_int_equal(put(f->store, "k", 100000, 1), INK_STORE_OK);
    snprintf(path, sizeof path, "%s/bodies/0000000000000123", f->folder);
    FILE *orphan = fopen(path, "w");
    assert_non_null(orphan);
    fclose(orphan);
    open_again(f);
    assert_int_equal(count_files(f), 1);
    check_body(f, "k", 100000, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(bodies_come_back),
        TEST(etag_and_headers),
        TEST(what_is_refused),
        TEST(conditions),
        TEST(a_reader_keeps_its_body),
        TEST(copies),
        TEST(lists),
        TEST(multipart),
        TEST(uploads_listed_and_aborted),
        TEST(events_commit_with_their_cause),
        TEST(many_writers),
        TEST(orphans_are_swept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
