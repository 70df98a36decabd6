/* SPDX-License-Identifier: MIT */
#include "cli/bootstrap_check.h"

#include <stdio.h>
#include <string.h>

#include "cli/elf_file.h"

enum { IMAGE_GLIBC_MINOR = 34, SHEBANG_MAX = 256, NAME_LEN_MAX = 200 };

static const char *const image_libraries[] = {
    "libc.so.6",     "libm.so.6",      "libpthread.so.0", "libdl.so.2",           "librt.so.1",
    "libutil.so.1",  "libresolv.so.2", "libgcc_s.so.1",   "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
    "libstdc++.so.6"};
static const char *const image_interpreters[] = {"/bin/sh",       "/usr/bin/sh", "/bin/bash",
                                                 "/usr/bin/bash", "/bin/env",    "/usr/bin/env"};
static const char *const image_loaders[] = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"};

#define ONE_OF(view, list) one_of(view, list, sizeof(list) / sizeof(list)[0])

static bool one_of(struct ink_view view, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ink_view_is(view, list[i])) return true;
    return false;
}

static bool starts(struct ink_view bytes, const char *magic, size_t len)
{
    return bytes.len >= len && memcmp(bytes.data, magic, len) == 0;
}

/* --- programs ------------------------------------------------------------------------------------------------------- */

static void check_arch(struct ink_bootstrap *b, const struct ink_elf *elf, struct ink_findings *findings)
{
    b->arch = ink_elf_arch(elf);
    if (!elf->wide)
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: it is a 32-bit program; Lambda runs 64-bit ones, for x86_64 or arm64");
    else if (!b->arch)
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: it is for another processor (ELF machine %u); Lambda has x86_64 and arm64",
                         elf->machine);
    else if (b->wanted_arch && strcmp(b->arch, b->wanted_arch) != 0)
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: it is for %s and the function for %s: build it for %s, or create the function for "
                         "%s; else it ends with \"exec format error\"",
                         b->arch, b->wanted_arch, b->wanted_arch, b->arch);
}

static bool comes_along(const struct ink_bootstrap *b, struct ink_view library)
{
    char name[4 + NAME_LEN_MAX];
    if (library.len >= NAME_LEN_MAX) return false;
    snprintf(name, sizeof name, "lib/%.*s", INK_VIEW_ARGS(library));
    return b->has_file(b->arg, name) || b->has_file(b->arg, name + 4);
}

static void check_libraries(const struct ink_bootstrap *b, const struct ink_elf *elf, struct ink_findings *findings)
{
    if (elf->interpreter.len && !ONE_OF(elf->interpreter, image_loaders))
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: it is started by %.*s, which Lambda's image does not have%s: link it statically",
                         INK_VIEW_ARGS(elf->interpreter),
                         memmem(elf->interpreter.data, elf->interpreter.len, "musl", 4) ? " (it was built for musl)"
                                                                                        : "");
    for (int i = 0; i < elf->needed_count; i++) {
        if (ONE_OF(elf->needed[i], image_libraries) || comes_along(b, elf->needed[i])) continue;
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: it needs the shared library %.*s, which Lambda's image lacks: put it into the zip "
                         "as lib/%.*s, or link it statically",
                         INK_VIEW_ARGS(elf->needed[i]), INK_VIEW_ARGS(elf->needed[i]));
    }
    if (elf->glibc_minor > IMAGE_GLIBC_MINOR)
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: it was built on a newer system: it wants glibc 2.%u and provided.al2023 has 2.%d: "
                         "link it statically, or build it on Amazon Linux 2023",
                         elf->glibc_minor, IMAGE_GLIBC_MINOR);
}

static void check_program(struct ink_bootstrap *b, struct ink_findings *findings)
{
    struct ink_elf elf;
    struct ink_error why;
    if (ink_elf_read(b->bytes, &elf, &why)) {
        ink_findings_add(findings, INK_FINDING_ERROR, "bootstrap: it is a damaged program: %s", why.text);
        return;
    }
    check_arch(b, &elf, findings);
    if (!elf.program)
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: it is a part of a program (an object file), not a whole one");
    b->is_static = elf.wide && elf.program && elf.interpreter.len == 0 && elf.needed_count == 0;
    check_libraries(b, &elf, findings);
}

/* --- scripts -------------------------------------------------------------------------------------------------------- */

static void check_script(struct ink_bootstrap *b, struct ink_findings *findings)
{
    struct ink_view line = ink_view_of(b->bytes.data + 2, b->bytes.len - 2);
    const uint8_t *newline = memchr(line.data, '\n', line.len);
    if (newline) line.len = (size_t)(newline - line.data);
    b->is_script = true;
    if (line.len && line.data[line.len - 1] == '\r') {
        ink_findings_add(
            findings, INK_FINDING_ERROR,
            "bootstrap: its lines end as on Windows (CR LF), so that Linux looks for an interpreter with a CR in "
            "its name: save it with LF (dos2unix bootstrap)");
        line.len--;
    }
    while (line.len && (*line.data == ' ' || *line.data == '\t')) line = ink_view_of(line.data + 1, line.len - 1);
    size_t len = 0;
    while (len < line.len && line.data[len] != ' ' && line.data[len] != '\t') len++;
    line.len = len;
    bool own = starts(line, "/var/task/", 10) || starts(line, "/opt/", 5); /* the zip's and layers' */
    if (line.len == 0 || line.len > SHEBANG_MAX)
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: its first line names no interpreter: make it #!/bin/sh");
    else if (!own && !ONE_OF(line, image_interpreters))
        ink_findings_add(
            findings, INK_FINDING_ERROR,
            "bootstrap: it is to be run by %.*s, which Lambda's image does not have: it has /bin/sh and /bin/bash",
            INK_VIEW_ARGS(line));
}

/* --- whatever it is --------------------------------------------------------------------------------------------------- */

static const struct {
    const char *magic;
    size_t len;
    const char *what;
} strangers[] = {
    {"MZ", 2, "a Windows program; build it for Linux"},
    {"\xcf\xfa\xed\xfe", 4, "a macOS program; build it for Linux (GOOS=linux, --target x86_64-unknown-linux-musl ...)"},
    {"\xca\xfe\xba\xbe", 4, "a macOS program or a Java class; build it for Linux"},
    {"PK\3\4", 4, "a zip within the zip; zip its files"},
    {"\x1f\x8b", 2, "a gzip file; unpack it before it is zipped"},
    {"\xef\xbb\xbf#!", 5, "a script with a byte order mark before its #!; save it as UTF-8 without BOM"},
};

void ink_bootstrap_check(struct ink_bootstrap *b, struct ink_findings *findings)
{
    b->arch = NULL;
    b->is_script = b->is_static = false;
    if (ink_elf_is(b->bytes)) {
        check_program(b, findings);
        return;
    }
    if (starts(b->bytes, "#!", 2)) {
        check_script(b, findings);
        return;
    }
    const char *what = b->bytes.len ? "neither a Linux program nor a script that begins with #!" : "empty";
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        if (starts(b->bytes, strangers[i].magic, strangers[i].len)) what = strangers[i].what;
    ink_findings_add(findings, INK_FINDING_ERROR, "bootstrap: it is %s", what);
}
