/* SPDX-License-Identifier: MIT */
/* Programs as strangers put them into zips. */
#include <stddef.h>

#include "../tools/build_elf.h"
#include "cli/elf_file.h"
#include "fuzz.h"

/* Reads what the views point to, so that a sanitizer sees one that leads out. */
static volatile unsigned seen;

static void look(struct ink_view view)
{
    for (size_t i = 0; i < view.len; i++) seen += view.data[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ink_elf elf;
    if (ink_elf_read(ink_view_of(data, len), &elf, NULL)) return 0;
    look(elf.interpreter);
    for (int i = 0; i < elf.needed_count; i++) look(elf.needed[i]);
    return 0;
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    static const struct elf_wanted wanted[] = {
        {.machine = EM_AARCH64},
        {.machine = EM_X86_64,
         .interpreter = "/lib64/ld-linux-x86-64.so.2",
         .needed = {"libc.so.6", "libm.so.6", "libpng16.so.16"},
         .version = "GLIBC_2.34"},
    };
    struct elf_image image;
    if (index >= sizeof wanted / sizeof wanted[0]) return false;
    build_elf(&image, &wanted[index]);
    return ink_buffer_append(out, &image, sizeof image) == INK_OK;
}
