/* SPDX-License-Identifier: MIT */
/* elf_file.h - what a Linux program needs before it can start: its processor, its loader, its shared libraries.
 *
 * Sources: "System V Application Binary Interface", chapters 4 and 5; the symbol versions: "Linux Standard Base Core
 * Specification", section 10.7. The bytes are hostile: every offset is checked, every chain has an end. */
#ifndef INK_CLI_ELF_FILE_H
#define INK_CLI_ELF_FILE_H

#include "base/status.h"
#include "base/view.h"

enum { INK_ELF_X86_64 = 62, INK_ELF_AARCH64 = 183 }; /* e_machine */
enum { INK_ELF_NEEDED_MAX = 128 };

struct ink_elf {
    uint16_t machine;
    bool wide;                                  /* 64 bits; where false, only machine and program are filled */
    bool program;                               /* an executable, not an object file or a core dump */
    struct ink_view interpreter;                /* "/lib64/ld-linux-x86-64.so.2"; len 0: none, a static program */
    struct ink_view needed[INK_ELF_NEEDED_MAX]; /* names of shared libraries */
    int needed_count;
    unsigned glibc_minor; /* 34: it wants symbols of glibc 2.34; 0: of no version that it names */
};

/* Whether the bytes begin as an ELF file does. */
bool ink_elf_is(struct ink_view bytes);

/* Reads the headers and the dynamic section. Views point into bytes. INK_E_FORMAT: damaged, with the place. */
INK_NODISCARD ink_status ink_elf_read(struct ink_view bytes, struct ink_elf *out, struct ink_error *err);

/* "x86_64" or "arm64", as Lambda calls it; NULL for any other processor. */
const char *ink_elf_arch(const struct ink_elf *elf);

#endif
