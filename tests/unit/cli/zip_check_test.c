/* SPDX-License-Identifier: MIT */
/* What is said about a bootstrap; what is said about zips as other programs make them: tests/e2e/package_test.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../tools/build_elf.h"
#include "cli/zip.h"
#include "cli/zip_check.h"

static struct ink_zip_report report;

/* Zips these bytes as bootstrap, with one more file where other is not NULL, and checks that. */
static void check(struct ink_view bytes, unsigned mode, const char *other, const char *arch)
{
    struct ink_buffer zip;
    struct ink_zip_writer w;
    uint64_t zipped;
    ink_buffer_init(&zip, 1 << 20);
    assert_int_equal(ink_zip_begin(&w, &zip, NULL), INK_OK);
    assert_int_equal(ink_zip_add(&w, "bootstrap", mode, bytes, &zipped, NULL), INK_OK);
    if (other) assert_int_equal(ink_zip_add(&w, other, 0644, ink_view_text("x"), &zipped, NULL), INK_OK);
    assert_int_equal(ink_zip_finish(&w, NULL), INK_OK);
    assert_int_equal(ink_zip_check(ink_buffer_view(&zip), arch, &report, NULL), INK_OK);
    ink_buffer_cleanup(&zip);
}

static void finds(const char *text)
{
    for (int i = 0; i < report.findings.count; i++)
        if (strstr(report.findings.items[i].text, text)) return;
    for (int i = 0; i < report.findings.count; i++) print_message("found: %s\n", report.findings.items[i].text);
    fail_msg("nobody says \"%s\"", text);
}

static void scripts(void **state)
{
    static const struct {
        const char *text, *finding; /* NULL: nothing */
    } cases[] = {
        {"#!/bin/sh\necho\n", NULL},
        {"#! /usr/bin/env bash\n", NULL},
        {"#!/var/task/runtime --fast\n", NULL},
        {"#!/opt/bin/node", NULL},
        {"#!/bin/bash\r\necho\r\n", "CR LF"},
        {"#!/usr/bin/python3\n", "run by /usr/bin/python3"},
        {"#!\n", "names no interpreter"},
        {"#!", "names no interpreter"},
        {"\xef\xbb\xbf#!/bin/sh\n", "byte order mark"},
        {"echo hello\n", "neither a Linux program nor a script"},
        {"MZ\x90", "a Windows program"},
        {"", "it is empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(ink_view_text(cases[i].text), 0755, NULL, NULL);
        assert_int_equal(report.findings.count, cases[i].finding ? 1 : 0);
        if (cases[i].finding) finds(cases[i].finding);
    }
}

static void programs(void **state)
{
    struct elf_image image;
    build_elf(&image, &(struct elf_wanted){.machine = EM_AARCH64});
    check(ink_view_of(&image, sizeof image), 0755, NULL, "arm64");
    assert_int_equal(report.findings.count, 0);
    assert_true(report.bootstrap.is_static);
    assert_string_equal(report.bootstrap.arch, "arm64");
    check(ink_view_of(&image, sizeof image), 0755, NULL, "x86_64");
    finds("exec format error");
    check(ink_view_of(&image, sizeof image / 2), 0755, NULL, NULL);
    finds("damaged program");
    image.header.e_machine = EM_RISCV;
    check(ink_view_of(&image, sizeof image), 0755, NULL, NULL);
    finds("another processor (ELF machine 243)");
    image.header.e_type = ET_REL;
    check(ink_view_of(&image, sizeof image), 0755, NULL, NULL);
    finds("object file");
}

static void libraries(void **state)
{
    struct elf_image image;
    struct elf_wanted wanted = {.machine = EM_X86_64,
                                .interpreter = "/lib64/ld-linux-x86-64.so.2",
                                .needed = {"libc.so.6", "libpng16.so.16"},
                                .version = "GLIBC_2.34"};
    build_elf(&image, &wanted);
    check(ink_view_of(&image, sizeof image), 0755, NULL, NULL);
    finds("libpng16.so.16");
    assert_int_equal(report.findings.count, 1);
    assert_false(report.bootstrap.is_static);
    check(ink_view_of(&image, sizeof image), 0755, "lib/libpng16.so.16", NULL);
    assert_int_equal(report.findings.count, 0);
    check(ink_view_of(&image, sizeof image), 0755, "libpng16.so.16", NULL);
    assert_int_equal(report.findings.count, 0);
    check(ink_view_of(&image, sizeof image), 0755, "other/libpng16.so.16", NULL);
    assert_int_equal(report.findings.count, 1);

    wanted = (struct elf_wanted){.machine = EM_X86_64, .needed = {"libc.so.6"}, .version = "GLIBC_2.38"};
    build_elf(&image, &wanted);
    check(ink_view_of(&image, sizeof image), 0755, NULL, NULL);
    finds("glibc 2.38");
    wanted = (struct elf_wanted){.machine = EM_X86_64, .interpreter = "/lib/ld-musl-x86_64.so.1"};
    build_elf(&image, &wanted);
    check(ink_view_of(&image, sizeof image), 0755, NULL, NULL);
    finds("built for musl");
}

static void permissions(void **state)
{
    check(ink_view_text("#!/bin/sh\n"), 0644, NULL, NULL);
    finds("has no run bit");
    check(ink_view_text("#!/bin/sh\n"), 0700, NULL, NULL);
    finds("may not be run by the function's user");
}

static void names(void **state)
{
    static const char *const outside[] = {"../x", "/etc/x", "a/../../x", "a/.."};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        check(ink_view_text("#!/bin/sh\n"), 0755, outside[i], NULL);
        finds("leads out");
    }
    check(ink_view_text("#!/bin/sh\n"), 0755, "a..b/..c", NULL);
    assert_int_equal(report.findings.count, 0);
    check(ink_view_text("#!/bin/sh\n"), 0755, "lib\\x", NULL);
    finds("parted by");
    check(ink_view_text("#!/bin/sh\n"), 0755, "bootstrap", NULL);
    finds("twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts),     cmocka_unit_test(programs), cmocka_unit_test(libraries),
        cmocka_unit_test(permissions), cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
