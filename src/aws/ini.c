/* SPDX-License-Identifier: MIT */
#include "aws/ini.h"

#include "aws/cut.h"
#include "base/text.h"

struct reader {
    struct ink_arena *arena;
    struct ink_ini *out;
    const char *section; /* NULL before the first */
    const char *parent;  /* the key without a value above indented lines; NULL: none */
    size_t line, room;
};

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct ink_view trimmed(struct ink_view text)
{
    while (text.len && blank(text.data[0])) text = ink_view_of(text.data + 1, text.len - 1);
    while (text.len && blank(text.data[text.len - 1])) text.len--;
    return text;
}

static ink_status add(struct reader *r, struct ink_ini_entry entry, struct ink_error *err)
{
    struct ink_ini *ini = r->out;
    if (!entry.section || !entry.value) return ink_fail(err, INK_E_OOM, "no memory for it");
    if (ini->count == INK_INI_ENTRIES_MAX)
        return ink_fail(err, INK_E_LIMIT, "more than %d settings", INK_INI_ENTRIES_MAX);
    if (ini->count == r->room) {
        size_t room = r->room ? 2 * r->room : 64;
        struct ink_ini_entry *more = INK_ARENA_ARRAY(r->arena, struct ink_ini_entry, room);
        if (!more) return ink_fail(err, INK_E_OOM, "no memory for it");
        if (ini->count) memcpy(more, ini->entries, ini->count * sizeof *more);
        ini->entries = more;
        r->room = room;
    }
    ini->entries[ini->count++] = entry;
    return INK_OK;
}

/* "profile   work" and "profile work" are the same. */
static char *section_name(struct ink_arena *arena, struct ink_view text)
{
    char *name = ink_arena_text(arena, trimmed(text));
    size_t len = 0;
    for (const char *p = name; p && *p; p++) {
        bool is_blank = blank((uint8_t)*p);
        if (is_blank && len && name[len - 1] == ' ') continue;
        name[len++] = is_blank ? ' ' : *p;
    }
    if (name) name[len] = '\0';
    return name;
}

static ink_status read_section(struct reader *r, struct ink_view line, struct ink_error *err)
{
    if (line.data[line.len - 1] != ']') return ink_fail(err, INK_E_FORMAT, "line %zu: no ] behind the [", r->line);
    r->section = section_name(r->arena, ink_view_of(line.data + 1, line.len - 2));
    r->parent = NULL;
    return add(r, (struct ink_ini_entry){.section = r->section, .value = ""}, err);
}

static ink_status read_setting(struct reader *r, struct ink_view line, bool indented, struct ink_error *err)
{
    struct ink_view value = line, key = trimmed(ink_cut(&value, '='));
    if (!r->section) return ink_fail(err, INK_E_FORMAT, "line %zu: a setting before the first [section]", r->line);
    if (key.len == line.len || key.len == 0)
        return ink_fail(err, INK_E_FORMAT, "line %zu: neither [section] nor key = value", r->line);
    bool nested = indented && r->parent;
    char *name = ink_arena_printf(r->arena, "%s%s%.*s", nested ? r->parent : "", nested ? "." : "", (int)key.len,
                                  (const char *)key.data);
    for (char *p = name; p && *p; p++) *p = ink_text_lower(*p);
    value = trimmed(value);
    if (!nested) r->parent = value.len ? NULL : name;
    if (!name) return ink_fail(err, INK_E_OOM, "no memory for it");
    return add(r, (struct ink_ini_entry){.section = r->section, .key = name, .value = ink_arena_text(r->arena, value)},
               err);
}

ink_status ink_ini_read(struct ink_view bytes, struct ink_arena *arena, struct ink_ini *out, struct ink_error *err)
{
    struct reader r = {.arena = arena, .out = out};
    ink_status st = INK_OK;
    *out = (struct ink_ini){0};
    if (bytes.len > INK_INI_BYTES_MAX) return ink_fail(err, INK_E_LIMIT, "over %d bytes", INK_INI_BYTES_MAX);
    if (bytes.len && memchr(bytes.data, 0, bytes.len)) return ink_fail(err, INK_E_FORMAT, "it is not text");
    while (!st && bytes.len) {
        struct ink_view raw = ink_cut(&bytes, '\n'), line = trimmed(raw);
        r.line++;
        if (line.len == 0 || line.data[0] == '#' || line.data[0] == ';') continue;
        bool indented = blank(raw.data[0]);
        st = line.data[0] == '[' ? read_section(&r, line, err) : read_setting(&r, line, indented, err);
    }
    return st;
}

const char *ink_ini_value(const struct ink_ini *ini, const char *section, const char *key)
{
    for (size_t i = ini->count; i-- > 0;) {
        const struct ink_ini_entry *entry = &ini->entries[i];
        if (entry->key && !strcmp(entry->key, key) && !strcmp(entry->section, section)) return entry->value;
    }
    return NULL;
}

bool ink_ini_has(const struct ink_ini *ini, const char *section)
{
    for (size_t i = 0; i < ini->count; i++)
        if (!strcmp(ini->entries[i].section, section)) return true;
    return false;
}
