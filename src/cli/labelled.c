/* SPDX-License-Identifier: MIT */
#include "cli/labelled.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "engine/external.h"
#include "pipeline/keys.h"

struct list {
    struct ink_arena *arena;
    struct ink_labelled *items;
    size_t count, room;
    struct ink_error *err;
};

static ink_status add(struct list *l, const char *folder, struct ink_view shown, struct ink_view label)
{
    if (l->count == INK_LABELLED_MAX) return ink_fail(l->err, INK_E_LIMIT, "more than %d pictures", INK_LABELLED_MAX);
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 256;
        struct ink_labelled *items = INK_ARENA_ARRAY(l->arena, struct ink_labelled, room);
        if (!items) return ink_fail(l->err, INK_E_OOM, "out of memory");
        if (l->count) memcpy(items, l->items, l->count * sizeof *items);
        l->items = items;
        l->room = room;
    }
    struct ink_labelled *item = &l->items[l->count];
    item->shown = ink_arena_text(l->arena, shown);
    item->label = ink_arena_text(l->arena, label);
    item->path = item->shown && item->shown[0] == '/'
                     ? item->shown
                     : ink_arena_printf(l->arena, "%s/%s", folder, item->shown ? item->shown : "");
    if (!item->shown || !item->label || !item->path) return ink_fail(l->err, INK_E_OOM, "out of memory");
    l->count++;
    return INK_OK;
}

/* --- LABELS.tsv --- */

/* The next piece up to `end`; the text moves on behind it. */
static struct ink_view piece(struct ink_view *text, char end)
{
    size_t len = 0;
    while (len < text->len && text->data[len] != (uint8_t)end) len++;
    struct ink_view found = ink_view_of(text->data, len);
    size_t step = len < text->len ? len + 1 : len;
    *text = ink_view_of(text->data + step, text->len - step);
    return found;
}

static struct ink_view line_of(struct ink_view *text)
{
    struct ink_view line = piece(text, '\n');
    if (line.len && line.data[line.len - 1] == '\r') line.len--;
    return line;
}

static struct ink_view column(struct ink_view line, int number)
{
    struct ink_view found = {0};
    for (int i = 0; i <= number; i++) found = piece(&line, '\t');
    return found;
}

static ink_status read_tsv(struct list *l, const char *path)
{
    struct ink_buffer file;
    char folder[PATH_MAX];
    ink_buffer_init(&file, 256 << 20);
    ink_folder_of(path, folder, sizeof folder);
    ink_status st = ink_file_read(path, &file, l->err);
    struct ink_view text = ink_buffer_view(&file);
    struct ink_view header = st ? (struct ink_view){0} : line_of(&text);
    int file_column = -1, label_column = -1, number = 0;
    for (; header.len; number++) {
        struct ink_view name = piece(&header, '\t');
        if (ink_view_is(name, "file")) file_column = number;
        if (ink_view_is(name, "label")) label_column = number;
    }
    if (!st && (file_column < 0 || label_column < 0))
        st = ink_fail(l->err, INK_E_FORMAT,
                      "%s: its first line must name the columns, `file` and `label` among them, with tabs between",
                      path);
    for (int line_number = 2; !st && text.len; line_number++) {
        struct ink_view line = line_of(&text);
        if (!line.len) continue;
        struct ink_view name = column(line, file_column), label = column(line, label_column);
        st = name.len && label.len
                 ? add(l, folder, name, label)
                 : ink_fail(l->err, INK_E_FORMAT, "%s: line %d has no file or no label", path, line_number);
    }
    ink_buffer_cleanup(&file);
    return st;
}

/* --- folders --- */

static bool is_folder(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISDIR(info.st_mode);
}

/* Pictures of one folder; label NULL: what stands before '_' in each name. */
static ink_status read_pictures(struct list *l, const char *root, const char *below, const char *label)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s", root, *below ? "/" : "", below);
    DIR *dir = opendir(path);
    if (!dir) return ink_fail(l->err, INK_E_IO, "%s: cannot be read", path);
    ink_status st = INK_OK;
    for (struct dirent *entry; !st && (entry = readdir(dir));) {
        const char *name = entry->d_name, *underscore = strchr(name, '_');
        if (name[0] == '.' || ink_key_kind(name) != INK_KEY_PICTURE || (!label && !underscore)) continue;
        char shown[PATH_MAX];
        snprintf(shown, sizeof shown, "%s%s%s", below, *below ? "/" : "", name);
        st = add(l, root, ink_view_text(shown),
                 label ? ink_view_text(label) : ink_view_of(name, (size_t)(underscore - name)));
    }
    closedir(dir);
    return st;
}

static ink_status read_folder(struct list *l, const char *root)
{
    struct dirent **entries;
    int count = scandir(root, &entries, NULL, alphasort);
    if (count < 0) return ink_fail(l->err, INK_E_IO, "%s: cannot be read", root);
    ink_status st = INK_OK;
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        const char *name = entries[i]->d_name;
        if (!st && name[0] != '.' && snprintf(path, sizeof path, "%s/%s", root, name) < PATH_MAX && is_folder(path))
            st = read_pictures(l, root, name, name);
        free(entries[i]);
    }
    free(entries);
    return st || l->count ? st : read_pictures(l, root, "", NULL);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct ink_labelled *)a)->path, ((const struct ink_labelled *)b)->path);
}

ink_status ink_labelled_read(const char *path, struct ink_arena *arena, struct ink_labelled **out, size_t *count,
                             struct ink_error *err)
{
    struct list l = {.arena = arena, .err = err};
    char tsv[PATH_MAX];
    struct stat info;
    snprintf(tsv, sizeof tsv, "%s/LABELS.tsv", path);
    ink_status st = !is_folder(path)    ? read_tsv(&l, path)
                    : !stat(tsv, &info) ? read_tsv(&l, tsv)
                                        : read_folder(&l, path);
    if (!st && !l.count)
        st = ink_fail(err, INK_E_NOT_FOUND,
                      "%s: no labelled picture: it wants LABELS.tsv, folders named by label, or names like 7_x.png",
                      path);
    if (st) return st;
    qsort(l.items, l.count, sizeof *l.items, by_path);
    *out = l.items;
    *count = l.count;
    return INK_OK;
}
