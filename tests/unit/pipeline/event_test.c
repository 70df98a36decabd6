/* SPDX-License-Identifier: MIT */
/* event_test.c - each folder of tests/golden/events: event.json must be read as expected.txt says. INK_WRITE_GOLDEN=1 writes
 * the latter anew, to be read before it is kept. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "pipeline/event.h"
#include "pipeline/request.h"

enum { CASES_MAX = 200 };

static const char *or_none(const char *text)
{
    return text ? text : "-";
}

static void describe_request(const struct ink_request *request, struct ink_buffer *out)
{
    static const char *const forms[] = {"bytes", "text", "unreadable"};
    ink_buffer_printf(out, "%s\n  accept %s, content-type %s, folder %s\n  %zu %s:", request->method,
                      or_none(request->accept), or_none(request->content_type), or_none(request->folder),
                      request->body.len, forms[request->form]);
    for (size_t i = 0; i < request->body.len && i < 12; i++) ink_buffer_printf(out, " %02x", request->body.data[i]);
    ink_buffer_text(out, "\n");
}

static void describe(const struct ink_event *event, struct ink_buffer *out)
{
    ink_buffer_printf(out, "from %s%s\n", event->source, event->batch ? ", a batch" : "");
    for (size_t i = 0; i < event->item_count; i++) {
        const struct ink_event_item *item = &event->items[i];
        ink_buffer_printf(out, "bucket %s\n  key %s\n  version %s, etag %s, sequencer %s, message %s\n", item->bucket,
                          item->key, or_none(item->version), or_none(item->etag), or_none(item->sequencer),
                          or_none(item->message_id));
        if (item->ignored) ink_buffer_printf(out, "  ignored: %s\n", item->ignored);
    }
    if (event->request) describe_request(event->request, out);
    for (size_t i = 0; i < event->bad_count; i++)
        ink_buffer_printf(out, "message %s cannot be read: %s\n", event->bad[i].message_id, event->bad[i].why);
}

static void read_case(void **state)
{
    const char *folder = *state;
    char path[4096];
    struct ink_buffer json, have, wanted;
    struct ink_arena arena;
    struct ink_event event;
    struct ink_error err = {0};
    ink_arena_init(&arena, 16 << 20);
    ink_buffer_init(&json, 1 << 20);
    ink_buffer_init(&have, 1 << 20);
    ink_buffer_init(&wanted, 1 << 20);
    snprintf(path, sizeof path, "%s/event.json", folder);
    assert_int_equal(ink_file_read(path, &json, &err), INK_OK);
    ink_status st = ink_event_read(ink_buffer_view(&json), &arena, &event, &err);
    if (st)
        ink_buffer_printf(&have, "%s: %s\n", ink_status_word(st), err.text);
    else
        describe(&event, &have);
    snprintf(path, sizeof path, "%s/expected.txt", folder);
    if (getenv("INK_WRITE_GOLDEN")) assert_int_equal(ink_file_replace(path, ink_buffer_view(&have), &err), INK_OK);
    assert_int_equal(ink_file_read(path, &wanted, &err), INK_OK);
    assert_string_equal((char *)have.data, (char *)wanted.data);
    ink_buffer_cleanup(&json);
    ink_buffer_cleanup(&have);
    ink_buffer_cleanup(&wanted);
    ink_arena_cleanup(&arena);
}

static int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(void)
{
    static char folders[CASES_MAX][4096];
    struct CMUnitTest tests[CASES_MAX];
    struct dirent **entries;
    char root[2048];
    const char *source = getenv("INK_SOURCE");
    snprintf(root, sizeof root, "%s/tests/golden/events", source ? source : ".");
    int count = scandir(root, &entries, is_case, alphasort);
    if (count < 1 || count > CASES_MAX) {
        fprintf(stderr, "%s: no cases there\n", root);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        snprintf(folders[i], sizeof folders[i], "%s/%s", root, entries[i]->d_name);
        tests[i] = (struct CMUnitTest){strrchr(folders[i], '/') + 1, read_case, NULL, NULL, folders[i]};
        free(entries[i]);
    }
    free(entries);
    return _cmocka_run_group_tests("events", tests, (size_t)count, NULL, NULL);
}
