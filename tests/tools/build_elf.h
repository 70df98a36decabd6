/* SPDX-License-Identifier: MIT */
/* build_elf.h - small programs in memory, for tests: headers, a dynamic section, nothing to run. */
#ifndef TESTS_BUILD_ELF_H
#define TESTS_BUILD_ELF_H

#include <elf.h>
#include <string.h>

struct elf_wanted {
    uint16_t machine;
    const char *interpreter; /* NULL: none */
    const char *needed[8];   /* up to the first NULL; with none there is no dynamic section */
    const char *version;     /* "GLIBC_2.34", wanted of the first library; NULL: none */
};

struct elf_image { /* as it lies in the file; addresses are offsets + 0x400000 */
    Elf64_Ehdr header;
    Elf64_Phdr segments[3]; /* PT_LOAD, PT_DYNAMIC, PT_INTERP; PT_NULL where there is none */
    Elf64_Dyn dynamic[12];
    Elf64_Verneed library;
    Elf64_Vernaux aux;
    char strings[512];
};

enum { ELF_BASE = 0x400000 };

/* Puts a text behind those that are there; returns its place in strings. */
static inline uint32_t elf_text(struct elf_image *e, uint32_t *used, const char *text)
{
    uint32_t at = *used;
    memcpy(e->strings + at, text, strlen(text) + 1);
    *used += (uint32_t)strlen(text) + 1;
    return at;
}

static inline Elf64_Dyn elf_entry(int64_t tag, uint64_t value)
{
    return (Elf64_Dyn){.d_tag = tag, .d_un.d_val = value};
}

static inline void elf_dynamic(struct elf_image *e, uint32_t *used, const struct elf_wanted *wanted)
{
    int count = 0;
    e->dynamic[count++] = elf_entry(DT_STRTAB, ELF_BASE + offsetof(struct elf_image, strings));
    for (int i = 0; i < 8 && wanted->needed[i]; i++)
        e->dynamic[count++] = elf_entry(DT_NEEDED, elf_text(e, used, wanted->needed[i]));
    if (wanted->version) {
        e->dynamic[count++] = elf_entry(DT_VERNEED, ELF_BASE + offsetof(struct elf_image, library));
        e->dynamic[count++] = elf_entry(DT_VERNEEDNUM, 1);
        e->library = (Elf64_Verneed){.vn_version = 1, .vn_cnt = 1, .vn_aux = sizeof e->library};
        e->aux = (Elf64_Vernaux){.vna_name = elf_text(e, used, wanted->version)};
    }
    e->segments[1] = (Elf64_Phdr){
        .p_type = PT_DYNAMIC, .p_offset = offsetof(struct elf_image, dynamic), .p_filesz = sizeof e->dynamic};
}

static inline void build_elf(struct elf_image *e, const struct elf_wanted *wanted)
{
    uint32_t used = 1;
    memset(e, 0, sizeof *e);
    memcpy(e->header.e_ident, ELFMAG, SELFMAG);
    e->header.e_ident[EI_CLASS] = ELFCLASS64;
    e->header.e_ident[EI_DATA] = ELFDATA2LSB;
    e->header.e_type = ET_EXEC;
    e->header.e_machine = wanted->machine;
    e->header.e_phoff = offsetof(struct elf_image, segments);
    e->header.e_phentsize = sizeof e->segments[0];
    e->header.e_phnum = 3;
    e->segments[0] = (Elf64_Phdr){.p_type = PT_LOAD, .p_vaddr = ELF_BASE, .p_filesz = sizeof *e};
    if (wanted->needed[0]) elf_dynamic(e, &used, wanted);
    if (wanted->interpreter)
        e->segments[2] =
            (Elf64_Phdr){.p_type = PT_INTERP,
                         .p_offset = offsetof(struct elf_image, strings) + elf_text(e, &used, wanted->interpreter)};
}

#endif
