/* SPDX-License-Identifier: MIT */
#include "cli/elf_file.h"

#include <elf.h>
#include <string.h>

#include "base/text.h"

enum { CHAIN_MAX = 4096 }; /* entries of a table; a real one has some dozens */

bool ink_elf_is(struct ink_view bytes)
{
    return bytes.len >= SELFMAG && memcmp(bytes.data, ELFMAG, SELFMAG) == 0;
}

const char *ink_elf_arch(const struct ink_elf *elf)
{
    if (!elf->wide) return NULL;
    return elf->machine == INK_ELF_X86_64 ? "x86_64" : elf->machine == INK_ELF_AARCH64 ? "arm64" : NULL;
}

/* --- bytes ------------------------------------------------------------------------------------------------------ */

/* Copies `len` bytes at `offset`; false where the file ends before. Headers may lie at any alignment. */
static bool copy(struct ink_view bytes, uint64_t offset, void *out, size_t len)
{
    if (offset > bytes.len || len > bytes.len - offset) return false;
    memcpy(out, bytes.data + offset, len);
    return true;
}

/* The text at `offset`, up to its NUL; false where there is none. */
static bool text_at(struct ink_view bytes, uint64_t offset, struct ink_view *out)
{
    if (offset >= bytes.len) return false;
    const uint8_t *end = memchr(bytes.data + offset, 0, bytes.len - (size_t)offset);
    if (!end) return false;
    *out = ink_view_of(bytes.data + offset, (size_t)(end - bytes.data) - (size_t)offset);
    return true;
}

/* --- segments --------------------------------------------------------------------------------------------------- */

static bool segment_at(struct ink_view bytes, const Elf64_Ehdr *header, int i, Elf64_Phdr *out)
{
    uint64_t offset;
    if (__builtin_add_overflow(header->e_phoff, (uint64_t)i * header->e_phentsize, &offset)) return false;
    return copy(bytes, offset, out, sizeof *out);
}

/* Where in the file the byte of this address lies. */
static bool file_offset(struct ink_view bytes, const Elf64_Ehdr *header, uint64_t address, uint64_t *out)
{
    Elf64_Phdr segment;
    for (int i = 0; i < header->e_phnum && segment_at(bytes, header, i, &segment); i++) {
        if (segment.p_type != PT_LOAD || address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz)
            continue;
        return !__builtin_add_overflow(segment.p_offset, address - segment.p_vaddr, out);
    }
    return false;
}

/* --- the dynamic section ---------------------------------------------------------------------------------------- */

struct dynamic {
    uint64_t offset, count;     /* of its entries */
    uint64_t strings, versions; /* offsets in the file; 0: none */
    uint64_t version_count;
};

static bool entry_at(struct ink_view bytes, const struct dynamic *d, uint64_t i, Elf64_Dyn *out)
{
    uint64_t offset;
    return i < d->count && !__builtin_add_overflow(d->offset, i * sizeof *out, &offset) &&
           copy(bytes, offset, out, sizeof *out) && out->d_tag != DT_NULL;
}

static ink_status find_tables(struct ink_view bytes, const Elf64_Ehdr *header, struct dynamic *d, struct ink_error *err)
{
    Elf64_Dyn entry;
    for (uint64_t i = 0; entry_at(bytes, d, i, &entry); i++) {
        bool there = true;
        if (entry.d_tag == DT_STRTAB) there = file_offset(bytes, header, entry.d_un.d_ptr, &d->strings);
        if (entry.d_tag == DT_VERNEED) there = file_offset(bytes, header, entry.d_un.d_ptr, &d->versions);
        if (entry.d_tag == DT_VERNEEDNUM) d->version_count = entry.d_un.d_val;
        if (!there) return ink_fail(err, INK_E_FORMAT, "its dynamic section points outside of the file");
    }
    return INK_OK;
}

static ink_status read_needed(struct ink_view bytes, const struct dynamic *d, struct ink_elf *out,
                              struct ink_error *err)
{
    Elf64_Dyn entry;
    for (uint64_t i = 0; entry_at(bytes, d, i, &entry); i++) {
        uint64_t offset;
        if (entry.d_tag != DT_NEEDED) continue;
        if (out->needed_count == INK_ELF_NEEDED_MAX)
            return ink_fail(err, INK_E_FORMAT, "it names more than %d shared libraries", INK_ELF_NEEDED_MAX);
        if (__builtin_add_overflow(d->strings, entry.d_un.d_val, &offset) ||
            !text_at(bytes, offset, &out->needed[out->needed_count]))
            return ink_fail(err, INK_E_FORMAT, "the name of a shared library lies outside of the file");
        out->needed_count++;
    }
    return INK_OK;
}

/* "GLIBC_2.34" -> 34 */
static unsigned glibc_minor(struct ink_view version)
{
    static const char prefix[] = "GLIBC_2.";
    const size_t prefix_len = sizeof prefix - 1;
    uint64_t minor = 0;
    if (version.len <= prefix_len || memcmp(version.data, prefix, prefix_len) != 0) return 0;
    struct ink_view rest = ink_view_of(version.data + prefix_len, version.len - prefix_len);
    const uint8_t *dot = memchr(rest.data, '.', rest.len); /* 2.2.5 */
    if (dot) rest.len = (size_t)(dot - rest.data);
    return ink_text_u64(rest, 999, &minor) ? (unsigned)minor : 0;
}

/* A chain of libraries, each with a chain of the versions that are wanted of it; offsets are relative to the entry. */
static ink_status read_versions(struct ink_view bytes, const struct dynamic *d, struct ink_elf *out,
                                struct ink_error *err)
{
    Elf64_Verneed library;
    uint64_t at = d->versions;
    int steps = 0;
    for (uint64_t l = 0; d->versions && l < d->version_count; l++, at += library.vn_next) {
        if (!copy(bytes, at, &library, sizeof library)) return ink_fail(err, INK_E_FORMAT, "a version ends too early");
        uint64_t aux_at = at + library.vn_aux; /* 32-bit steps from inside the file: no overflow */
        for (int v = 0; v < library.vn_cnt; v++) {
            Elf64_Vernaux aux;
            struct ink_view name;
            if (++steps > CHAIN_MAX || !copy(bytes, aux_at, &aux, sizeof aux) ||
                !text_at(bytes, d->strings + aux.vna_name, &name))
                return ink_fail(err, INK_E_FORMAT, "the names of its versions are damaged");
            unsigned minor = glibc_minor(name);
            if (minor > out->glibc_minor) out->glibc_minor = minor;
            aux_at += aux.vna_next;
        }
        if (++steps > CHAIN_MAX) return ink_fail(err, INK_E_FORMAT, "its list of versions does not end");
    }
    return INK_OK;
}

static ink_status read_dynamic(struct ink_view bytes, const Elf64_Ehdr *header, const Elf64_Phdr *segment,
                               struct ink_elf *out, struct ink_error *err)
{
    uint64_t count = segment->p_filesz / sizeof(Elf64_Dyn);
    struct dynamic d = {.offset = segment->p_offset, .count = count < CHAIN_MAX ? count : CHAIN_MAX};
    ink_status st = find_tables(bytes, header, &d, err);
    if (!st) st = read_needed(bytes, &d, out, err);
    if (!st) st = read_versions(bytes, &d, out, err);
    return st;
}

/* --- the file --------------------------------------------------------------------------------------------------- */

static ink_status read_segments(struct ink_view bytes, const Elf64_Ehdr *header, struct ink_elf *out,
                                struct ink_error *err)
{
    ink_status st = INK_OK;
    for (int i = 0; i < header->e_phnum && !st; i++) {
        Elf64_Phdr segment;
        if (!segment_at(bytes, header, i, &segment))
            return ink_fail(err, INK_E_FORMAT, "it ends within its table of segments: only a part of it is here");
        if (segment.p_type == PT_INTERP && !text_at(bytes, segment.p_offset, &out->interpreter))
            return ink_fail(err, INK_E_FORMAT, "the name of its loader lies outside of the file");
        if (segment.p_type == PT_LOAD &&
            (segment.p_offset > bytes.len || segment.p_filesz > bytes.len - segment.p_offset))
            return ink_fail(err, INK_E_FORMAT, "it ends too early: only a part of it is here");
        if (segment.p_type == PT_DYNAMIC) st = read_dynamic(bytes, header, &segment, out, err);
    }
    return st;
}

ink_status ink_elf_read(struct ink_view bytes, struct ink_elf *out, struct ink_error *err)
{
    Elf64_Ehdr header = {0};
    *out = (struct ink_elf){0};
    size_t narrow = sizeof(Elf32_Ehdr), wanted = sizeof header;
    if (!ink_elf_is(bytes) || bytes.len < narrow) return ink_fail(err, INK_E_FORMAT, "it ends within its first header");
    if (bytes.data[EI_DATA] != ELFDATA2LSB) return ink_fail(err, INK_E_FORMAT, "it is for a big-endian machine");
    /* type and machine lie at the same place in both widths */
    copy(bytes, 0, &header, bytes.len < wanted ? bytes.len : wanted);
    out->machine = header.e_machine;
    out->program = header.e_type == ET_EXEC || header.e_type == ET_DYN;
    out->wide = bytes.data[EI_CLASS] == ELFCLASS64;
    if (!out->wide) return INK_OK;
    if (bytes.len < wanted) return ink_fail(err, INK_E_FORMAT, "it ends within its first header");
    return read_segments(bytes, &header, out, err);
}
