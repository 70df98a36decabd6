/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "cli/labelled.h"

struct place {
    char path[64];
    struct ink_arena arena;
    struct ink_labelled *items;
    size_t count;
    struct ink_error err;
};

static void put(const struct place *p, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", p->path, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    mkdir(path, 0700);
    *slash = '/';
    assert_int_equal(ink_file_replace(path, ink_view_text(text), NULL), INK_OK);
}

static int set_up(void **state)
{
    static struct place p;
    p = (struct place){.path = "/tmp/inkling-labelled-XXXXXX"};
    ink_arena_init(&p.arena, 16 << 20);
    *state = &p;
    return mkdtemp(p.path) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    char line[128];
    snprintf(line, sizeof line, "rm -rf '%s'", p->path);
    ink_arena_cleanup(&p->arena);
    return system(line);
}

static ink_status read_it(struct place *p, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s%s%s", p->path, *name ? "/" : "", name);
    p->err = (struct ink_error){0};
    return ink_labelled_read(path, &p->arena, &p->items, &p->count, &p->err);
}

static void reads_a_tsv(void **state)
{
    struct place *p = *state;
    put(p, "LABELS.tsv", "file\tgroup\tlabel\r\nb.png\tx\t7\r\n\na/c.png\ty\tseven\n");
    assert_int_equal(read_it(p, ""), INK_OK);
    assert_int_equal(p->count, 2);
    assert_string_equal(p->items[0].shown, "a/c.png");
    assert_string_equal(p->items[0].label, "seven");
    assert_string_equal(p->items[1].label, "7");
    assert_int_equal(read_it(p, "LABELS.tsv"), INK_OK);
}

static void refuses_a_bad_tsv(void **state)
{
    struct place *p = *state;
    put(p, "a.tsv", "file\tclass\nx.png\t1\n");
    assert_int_equal(read_it(p, "a.tsv"), INK_E_FORMAT);
    put(p, "b.tsv", "label\tfile\n1\tx.png\n2\n");
    assert_int_equal(read_it(p, "b.tsv"), INK_E_FORMAT);
    assert_non_null(strstr(p->err.text, "line 3"));
    put(p, "c.tsv", "");
    assert_int_equal(read_it(p, "c.tsv"), INK_E_FORMAT);
    assert_int_equal(read_it(p, "none.tsv"), INK_E_NOT_FOUND);
}

static void reads_folders_and_names(void **state)
{
    struct place *p = *state;
    assert_int_equal(read_it(p, ""), INK_E_NOT_FOUND);
    put(p, "3_x.png", "");
    put(p, "README_x.md", "");
    assert_int_equal(read_it(p, ""), INK_OK);
    assert_int_equal(p->count, 1);
    assert_string_equal(p->items[0].label, "3");
    put(p, "7/a.JPG", "");
    put(p, "eight/b.png", "");
    assert_int_equal(read_it(p, ""), INK_OK);
    assert_int_equal(p->count, 2); /* with folders, what lies beside them does not count */
    assert_string_equal(p->items[0].shown, "7/a.JPG");
    assert_string_equal(p->items[1].label, "eight");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_a_tsv, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_bad_tsv, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_folders_and_names, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
