/* SPDX-License-Identifier: MIT */
#include "cli/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/function_zip.h"
#include "cli/zip.h"

enum { LINKS_BYTES_MAX = 16 << 20, DESCRIPTORS = 32 };

struct link {
    const char *name, *target;
    struct link *next;
};

struct unpacking {
    struct ink_zip_reader zip;
    struct ink_arena arena; /* of the links */
    struct link *links;     /* made last: while files are written there is no link to write through */
    uint64_t left_bytes;
    int folder;
    char shown[200]; /* the entry's name, for messages */
};

/* "a/b", "a/b/": relative, without empty, "." and ".." parts. */
static bool is_plain_path(const char *name)
{
    if (!*name) return false;
    for (const char *part = name; *part;) {
        size_t len = strcspn(part, "/");
        if (len == 0 || (len == 1 && part[0] == '.') || (len == 2 && !memcmp(part, "..", 2))) return false;
        part += len + (part[len] == '/');
    }
    return true;
}

/* A link may go up only as far as the folder, and only at its beginning: behind the name of another link ".." would be
 * that one's parent. */
static bool stays_inside(const char *name, const char *target)
{
    size_t depth = 0;
    for (const char *p = name; *p; p++) depth += *p == '/';
    for (; !strncmp(target, "../", 3) && depth; depth--) target += 3;
    return !strcmp(target, "..") ? depth > 0 : !strcmp(target, ".") || is_plain_path(target);
}

static ink_status fail_system(const struct unpacking *u, struct ink_error *err)
{
    if (errno == EEXIST || errno == EISDIR || errno == ENOTDIR)
        return ink_fail(err, INK_E_FORMAT, "%s: it is in the zip twice, or as file and as folder", u->shown);
    return ink_fail(err, INK_E_IO, "%s: it cannot be unpacked: %s", u->shown, strerror(errno));
}

/* The folders that lead to a file; with a slash at its end, that folder too. */
static bool make_folders(int folder, const char *name)
{
    char path[INK_ZIP_NAME_MAX + 1];
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof path, "%.*s", (int)(slash - name), name);
        if (mkdirat(folder, path, 0755) && errno != EEXIST) return false;
    }
    return true;
}

static ink_status write_file(struct unpacking *u, const struct ink_zip_entry *entry, struct ink_view bytes,
                             struct ink_error *err)
{
    mode_t mode = entry->unix_mode ? entry->mode & 0777 : 0644;
    int fd = openat(u->folder, entry->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return fail_system(u, err);
    ssize_t n = 0;
    for (size_t done = 0; done < bytes.len && n >= 0; done += (size_t)n)
        n = write(fd, bytes.data + done, bytes.len - done);
    bool ok = n >= 0 && fchmod(fd, mode) == 0;
    ok = close(fd) == 0 && ok;
    return ok ? INK_OK : fail_system(u, err);
}

static ink_status remember_link(struct unpacking *u, const char *name, struct ink_view target, struct ink_error *err)
{
    struct link *link = INK_ARENA_NEW(&u->arena, struct link);
    if (!link || !(link->name = ink_arena_text(&u->arena, ink_view_text(name))) ||
        !(link->target = ink_arena_text(&u->arena, target)))
        return ink_fail(err, INK_E_LIMIT, "%s: too many links", u->shown);
    if (memchr(target.data, 0, target.len) || !stays_inside(name, link->target))
        return ink_fail(err, INK_E_FORMAT, "%s: a link that leads out of the zip", u->shown);
    link->next = u->links;
    u->links = link;
    return INK_OK;
}

static ink_status take_content(struct unpacking *u, const struct ink_zip_entry *entry, struct ink_error *err)
{
    bool is_link = entry->unix_mode && S_ISLNK(entry->mode);
    struct ink_buffer content;
    ink_buffer_init(&content, is_link ? PATH_MAX - 1 : (size_t)u->left_bytes);
    ink_status st = ink_zip_content(&u->zip, entry, &content, err);
    if (st == INK_E_LIMIT && !is_link)
        ink_fail(err, st, "the zip unpacks to more than the %d MB that Lambda allows", INK_UNPACKED_BYTES_MAX >> 20);
    else if (st)
        ink_fail_in(err, "%s", u->shown);
    u->left_bytes -= content.len;
    if (!st)
        st = (is_link ? remember_link(u, entry->name, ink_buffer_view(&content), err)
                      : write_file(u, entry, ink_buffer_view(&content), err));
    ink_buffer_cleanup(&content);
    return st;
}

static ink_status take_entry(struct unpacking *u, const struct ink_zip_entry *entry, struct ink_error *err)
{
    size_t len = strlen(entry->name);
    mode_t type = entry->unix_mode ? entry->mode & S_IFMT : 0;
    ink_text_escape(entry->name, len, u->shown, sizeof u->shown);
    if (entry->name_cut || !is_plain_path(entry->name))
        return ink_fail(err, INK_E_FORMAT, "%s: a name that leads out of the zip", u->shown);
    if (type && type != S_IFREG && type != S_IFDIR && type != S_IFLNK)
        return ink_fail(err, INK_E_FORMAT, "%s: neither a file nor a folder nor a link", u->shown);
    if (!make_folders(u->folder, entry->name)) return fail_system(u, err);
    if (entry->name[len - 1] == '/') return INK_OK;
    if (type == S_IFDIR) return mkdirat(u->folder, entry->name, 0755) ? fail_system(u, err) : INK_OK;
    return take_content(u, entry, err);
}

static ink_status make_links(struct unpacking *u, struct ink_error *err)
{
    for (struct link *link = u->links; link; link = link->next)
        if (symlinkat(link->target, u->folder, link->name)) {
            ink_text_escape(link->name, strlen(link->name), u->shown, sizeof u->shown);
            return fail_system(u, err);
        }
    return INK_OK;
}

ink_status ink_unpack(struct ink_view zip, const char *folder, struct ink_error *err)
{
    struct unpacking u = {.left_bytes = INK_UNPACKED_BYTES_MAX};
    struct ink_zip_entry entry;
    bool more = false;
    ink_arena_init(&u.arena, LINKS_BYTES_MAX);
    u.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ink_status st = u.folder < 0 ? ink_fail(err, INK_E_IO, "%s: %s", folder, strerror(errno)) : INK_OK;
    if (!st) st = ink_zip_reader_open(&u.zip, zip, err);
    if (!st) st = ink_zip_next(&u.zip, &entry, &more, err);
    while (!st && more) {
        st = take_entry(&u, &entry, err);
        if (!st) st = ink_zip_next(&u.zip, &entry, &more, err);
    }
    if (!st) st = make_links(&u, err);
    ink_zip_reader_close(&u.zip);
    if (u.folder >= 0) close(u.folder);
    ink_arena_cleanup(&u.arena);
    return st;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)remove(path);
    return 0;
}

void ink_unpack_remove(const char *folder)
{
    nftw(folder, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}
