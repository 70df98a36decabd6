/* SPDX-License-Identifier: MIT */
/* Zips as strangers make them: all that `package --check` looks at. */
#include <stddef.h>
#include <stdlib.h>

#include "../tools/build_elf.h"
#include "cli/zip.h"
#include "cli/zip_check.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct ink_zip_report report;
    if (!ink_zip_check(ink_view_of(data, len), "arm64", &report, NULL) && report.findings.count > INK_FINDINGS_MAX)
        abort();
    return 0;
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    static const struct {
        const char *name, *content; /* NULL: a program */
    } files[] = {{"bootstrap", NULL}, {"bootstrap", "#!/bin/sh\r\n"}, {"function/bootstrap", "x"}, {"../a\\b", ""}};
    struct ink_zip_writer w;
    struct elf_image image;
    uint64_t zipped;
    if (index >= sizeof files / sizeof files[0]) return false;
    build_elf(&image, &(struct elf_wanted){.machine = EM_X86_64, .needed = {"libz.so.1"}});
    struct ink_view content =
        files[index].content ? ink_view_text(files[index].content) : ink_view_of(&image, sizeof image);
    return !ink_zip_begin(&w, out, NULL) && !ink_zip_add(&w, files[index].name, 0755, content, &zipped, NULL) &&
           !ink_zip_add(&w, "lib/x", 0600, ink_view_text("x"), &zipped, NULL) && !ink_zip_finish(&w, NULL);
}
