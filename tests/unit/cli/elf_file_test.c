/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../tools/build_elf.h"
#include "cli/elf_file.h"

static const struct elf_wanted dynamic = {.machine = EM_X86_64,
                                          .interpreter = "/lib64/ld-linux-x86-64.so.2",
                                          .needed = {"libc.so.6", "libpng16.so.16"},
                                          .version = "GLIBC_2.36"};
static struct elf_image image;
static struct ink_elf elf;
static struct ink_error err;

static ink_status read_image(size_t len)
{
    return ink_elf_read(ink_view_of(&image, len), &elf, &err);
}

static void static_program(void **state)
{
    build_elf(&image, &(struct elf_wanted){.machine = EM_AARCH64});
    assert_int_equal(read_image(sizeof image), INK_OK);
    assert_true(elf.wide && elf.program);
    assert_string_equal(ink_elf_arch(&elf), "arm64");
    assert_int_equal(elf.needed_count, 0);
    assert_int_equal(elf.interpreter.len, 0);
    assert_int_equal(elf.glibc_minor, 0);
}

static void dynamic_program(void **state)
{
    build_elf(&image, &dynamic);
    assert_int_equal(read_image(sizeof image), INK_OK);
    assert_string_equal(ink_elf_arch(&elf), "x86_64");
    assert_true(ink_view_is(elf.interpreter, "/lib64/ld-linux-x86-64.so.2"));
    assert_int_equal(elf.needed_count, 2);
    assert_true(ink_view_is(elf.needed[0], "libc.so.6"));
    assert_true(ink_view_is(elf.needed[1], "libpng16.so.16"));
    assert_int_equal(elf.glibc_minor, 36);
}

static void versions_with_three_numbers(void **state)
{
    struct elf_wanted wanted = dynamic;
    wanted.version = "GLIBC_2.2.5";
    build_elf(&image, &wanted);
    assert_int_equal(read_image(sizeof image), INK_OK);
    assert_int_equal(elf.glibc_minor, 2);
    wanted.version = "GLIBC_PRIVATE";
    build_elf(&image, &wanted);
    assert_int_equal(read_image(sizeof image), INK_OK);
    assert_int_equal(elf.glibc_minor, 0);
}

static void other_kinds(void **state)
{
    build_elf(&image, &(struct elf_wanted){.machine = EM_RISCV});
    assert_int_equal(read_image(sizeof image), INK_OK);
    assert_null(ink_elf_arch(&elf));
    image.header.e_type = ET_REL;
    assert_int_equal(read_image(sizeof image), INK_OK);
    assert_false(elf.program);
    build_elf(&image, &(struct elf_wanted){.machine = EM_386});
    image.header.e_ident[EI_CLASS] = ELFCLASS32;
    assert_int_equal(read_image(sizeof image), INK_OK);
    assert_false(elf.wide);
    image.header.e_ident[EI_DATA] = ELFDATA2MSB;
    assert_int_equal(read_image(sizeof image), INK_E_FORMAT);
}

/* Wherever it is cut, it is said to be cut, for its one segment is the whole file. */
static void cut_anywhere(void **state)
{
    build_elf(&image, &dynamic);
    for (size_t len = 0; len < sizeof image; len++) assert_int_equal(read_image(len), INK_E_FORMAT);
}

static void chains_that_do_not_end(void **state)
{
    build_elf(&image, &dynamic);
    image.library.vn_cnt = UINT16_MAX; /* all of them the same one: vna_next is 0 */
    assert_int_equal(read_image(sizeof image), INK_E_FORMAT);
    build_elf(&image, &dynamic);
    for (int i = 0; i < 12; i++)
        if (image.dynamic[i].d_tag == DT_VERNEEDNUM) image.dynamic[i].d_un.d_val = UINT64_MAX;
    assert_int_equal(read_image(sizeof image), INK_E_FORMAT);
}

static void places_outside(void **state)
{
    build_elf(&image, &dynamic);
    image.segments[2].p_offset = UINT64_MAX;
    assert_int_equal(read_image(sizeof image), INK_E_FORMAT);
    build_elf(&image, &dynamic);
    image.dynamic[0].d_un.d_ptr = 1; /* the strings' address */
    assert_int_equal(read_image(sizeof image), INK_E_FORMAT);
    build_elf(&image, &dynamic);
    image.dynamic[1].d_un.d_val = UINT64_MAX - 8; /* the first library's name */
    assert_int_equal(read_image(sizeof image), INK_E_FORMAT);
    build_elf(&image, &dynamic);
    image.header.e_phoff = UINT64_MAX - 8;
    assert_int_equal(read_image(sizeof image), INK_E_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(static_program),
        cmocka_unit_test(dynamic_program),
        cmocka_unit_test(versions_with_three_numbers),
        cmocka_unit_test(other_kinds),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(chains_that_do_not_end),
        cmocka_unit_test(places_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
