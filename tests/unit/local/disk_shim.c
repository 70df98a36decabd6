/* SPDX-License-Identifier: MIT */
#include "disk_shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* The C library's names are defined here under those that 64-bit offsets give them; no header may have renamed them. */
#undef open
#undef openat
#undef pwrite
#undef ftruncate

enum { FDS_MAX = 4096, FILES_MAX = 20000, NAME_LEN = 64, SECTOR = 512, ROOT = 0 };

enum kind { WRITE, TRUNCATE, SYNC, ENTRY, REMOVE };

struct step {
    enum kind kind;
    int file;        /* that it is about; a folder for ENTRY and REMOVE */
    int target;      /* ENTRY: what the name leads to */
    uint64_t offset; /* WRITE; TRUNCATE: the length; SYNC: steps before this one are safe */
    size_t len;
    uint8_t *data;
    char name[NAME_LEN];
};

struct entry {
    int folder, file;
    char name[NAME_LEN];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static bool recording, ignoring;
static struct step *steps;
static size_t step_count, step_room;
static bool is_folder[FILES_MAX];
static int file_count;
static struct entry *entries; /* as they are now */
static size_t entry_count, entry_room;
static int fd_file[FDS_MAX]; /* file + 1; 0: not below root */

static struct step *add_step(enum kind kind, int file)
{
    if (step_count == step_room) {
        step_room = step_room ? 2 * step_room : 4096;
        steps = realloc(steps, step_room * sizeof *steps);
        if (!steps) abort();
    }
    struct step *step = &steps[step_count++];
    *step = (struct step){.kind = kind, .file = file};
    return step;
}

/* --- names ------------------------------------------------------------------------------------------------------ */

static int find_entry(int folder, const char *name)
{
    for (size_t i = 0; i < entry_count; i++)
        if (entries[i].folder == folder && strcmp(entries[i].name, name) == 0) return (int)i;
    return -1;
}

static void set_entry(int folder, const char *name, int file)
{
    if (entry_count == entry_room) {
        entry_room = entry_room ? 2 * entry_room : 256;
        entries = realloc(entries, entry_room * sizeof *entries);
        if (!entries) abort();
    }
    struct step *step = add_step(ENTRY, folder);
    struct entry *entry = &entries[entry_count++];
    *entry = (struct entry){.folder = folder, .file = file};
    snprintf(entry->name, NAME_LEN, "%s", name);
    memcpy(step->name, entry->name, NAME_LEN);
    step->target = file;
}

static int new_file(int folder, const char *name, bool a_folder)
{
    if (file_count == FILES_MAX) abort();
    is_folder[file_count] = a_folder;
    set_entry(folder, name, file_count);
    return file_count++;
}

/* The folder that a path's last part is in, and that part; false when it is not below root. "" names the root itself. */
static bool locate(int at, const char *path, int *folder, const char **name)
{
    if (!recording) return false;
    size_t len = strlen(root);
    if (path[0] != '/') {
        if (at < 0 || at >= FDS_MAX || !fd_file[at]) return false;
        *folder = fd_file[at] - 1;
        *name = strcmp(path, ".") == 0 ? "" : path;
        return true;
    }
    if (strncmp(path, root, len) != 0 || (path[len] && path[len] != '/')) return false;
    path += len + (path[len] == '/');
    *folder = ROOT;
    const char *slash = strchr(path, '/');
    if (slash) {
        char first[NAME_LEN];
        snprintf(first, sizeof first, "%.*s", (int)(slash - path), path);
        int i = find_entry(ROOT, first);
        if (i < 0) return false;
        *folder = entries[i].file;
        path = slash + 1;
    }
    *name = path;
    return strstr(path, "-shm") == NULL;
}

static int tracked_open(int at, const char *path, int flags, mode_t mode)
{
    pthread_mutex_lock(&lock);
    int fd = (int)syscall(SYS_openat, at, path, flags, mode), folder;
    const char *name;
    if (fd >= 0 && fd < FDS_MAX) fd_file[fd] = 0;
    if (fd >= 0 && fd < FDS_MAX && locate(at, path, &folder, &name)) {
        int i = *name ? find_entry(folder, name) : -1;
        int file = !*name ? folder : i >= 0 ? entries[i].file : new_file(folder, name, false);
        fd_file[fd] = file + 1;
        if (flags & O_TRUNC) add_step(TRUNCATE, file);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t mode_of(int flags, va_list args)
{
    return flags & O_CREAT ? va_arg(args, mode_t) : 0;
}

#define OPEN(NAME)                                                                                                     \
    int NAME(const char *path, int flags, ...);                                                                        \
    int NAME(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list args;                                                                                                  \
        va_start(args, flags);                                                                                         \
        mode_t mode = mode_of(flags, args);                                                                            \
        va_end(args);                                                                                                  \
        return tracked_open(AT_FDCWD, path, flags, mode);                                                              \
    }
#define OPENAT(NAME)                                                                                                   \
    int NAME(int at, const char *path, int flags, ...);                                                                \
    int NAME(int at, const char *path, int flags, ...)                                                                 \
    {                                                                                                                  \
        va_list args;                                                                                                  \
        va_start(args, flags);                                                                                         \
        mode_t mode = mode_of(flags, args);                                                                            \
        va_end(args);                                                                                                  \
        return tracked_open(at, path, flags, mode);                                                                    \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int close(int fd)
{
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < FDS_MAX) fd_file[fd] = 0;
    int result = (int)syscall(SYS_close, fd);
    pthread_mutex_unlock(&lock);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_mkdir, path, mode), folder;
    const char *name;
    if (!result && locate(AT_FDCWD, path, &folder, &name)) new_file(folder, name, true);
    pthread_mutex_unlock(&lock);
    return result;
}

static void remove_entry(int folder, const char *name)
{
    int i = find_entry(folder, name);
    if (i < 0) return;
    memcpy(add_step(REMOVE, folder)->name, entries[i].name, NAME_LEN);
    entries[i] = entries[--entry_count];
}

int unlinkat(int at, const char *path, int flags)
{
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_unlinkat, at, path, flags), folder;
    const char *name;
    if (!result && locate(at, path, &folder, &name)) remove_entry(folder, name);
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_linkat, from_at, from, to_at, to, flags), from_folder, to_folder;
    const char *from_name, *to_name;
    if (!result && locate(from_at, from, &from_folder, &from_name) && locate(to_at, to, &to_folder, &to_name))
        set_entry(to_folder, to_name, entries[find_entry(from_folder, from_name)].file);
    pthread_mutex_unlock(&lock);
    return result;
}

/* --- data ------------------------------------------------------------------------------------------------------- */

static void record_write(int fd, const void *data, ssize_t len, off_t offset)
{
    if (!recording || fd < 0 || fd >= FDS_MAX || !fd_file[fd] || len <= 0) return;
    struct step *step = add_step(WRITE, fd_file[fd] - 1);
    step->offset = (uint64_t)offset;
    step->len = (size_t)len;
    step->data = malloc(step->len);
    if (!step->data) abort();
    memcpy(step->data, data, step->len);
}

ssize_t write(int fd, const void *data, size_t len)
{
    pthread_mutex_lock(&lock);
    off_t offset = recording && fd < FDS_MAX && fd_file[fd] ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t result = syscall(SYS_write, fd, data, len);
    record_write(fd, data, result, offset);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
    pthread_mutex_lock(&lock);
    ssize_t result = syscall(SYS_pwrite64, fd, data, len, offset);
    record_write(fd, data, result, offset);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate64(int fd, off64_t len)
{
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, fd, len);
    if (!result && recording && fd < FDS_MAX && fd_file[fd])
        add_step(TRUNCATE, fd_file[fd] - 1)->offset = (uint64_t)len;
    pthread_mutex_unlock(&lock);
    return result;
}

/* Safe is what was written before the sync began. */
int fsync(int fd)
{
    pthread_mutex_lock(&lock);
    if (!ignoring && recording && fd < FDS_MAX && fd_file[fd]) {
        size_t before = step_count;
        add_step(SYNC, fd_file[fd] - 1)->offset = before;
    }
    pthread_mutex_unlock(&lock);
    return 0;
}

int fdatasync(int fd)
{
    return fsync(fd);
}

/* --- the history ------------------------------------------------------------------------------------------------ */

void disk_record(const char *folder)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < step_count; i++) free(steps[i].data);
    snprintf(root, sizeof root, "%s", folder);
    step_count = entry_count = 0;
    memset(fd_file, 0, sizeof fd_file);
    is_folder[ROOT] = true;
    file_count = 1;
    recording = true;
    pthread_mutex_unlock(&lock);
}

void disk_stop(void)
{
    pthread_mutex_lock(&lock);
    recording = false;
    pthread_mutex_unlock(&lock);
}

void disk_ignore_syncs(int ignore)
{
    ignoring = ignore;
}

size_t disk_steps(void)
{
    pthread_mutex_lock(&lock);
    size_t count = step_count;
    pthread_mutex_unlock(&lock);
    return count;
}

/* --- the crash -------------------------------------------------------------------------------------------------- */

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

static size_t safe_until(size_t moment, int file)
{
    size_t safe = 0;
    for (size_t i = 0; i < moment; i++)
        if (steps[i].kind == SYNC && steps[i].file == file && steps[i].offset > safe) safe = (size_t)steps[i].offset;
    return safe;
}

static void write_part(int fd, const struct step *step, uint64_t from, uint64_t to)
{
    if (syscall(SYS_pwrite64, fd, step->data + from, to - from, step->offset + from) < 0) abort();
}

/* How what was not synced fares in one file: all of it is there, none, each sector by chance. */
static void replay_file(size_t moment, int file, int fd)
{
    size_t safe = safe_until(moment, file);
    uint64_t luck = draw(4);
    for (size_t i = 0; i < moment; i++) {
        const struct step *step = &steps[i];
        if (step->file != file) continue;
        bool sure = i < safe || luck == 0;
        if (!sure && luck == 1) continue;
        if (step->kind == TRUNCATE && (sure || draw(2)) && ftruncate64(fd, (off64_t)step->offset)) abort();
        if (step->kind != WRITE) continue;
        if (sure) {
            write_part(fd, step, 0, step->len);
            continue;
        }
        for (uint64_t at = 0; at < step->len;) {
            uint64_t end = at + SECTOR - (step->offset + at) % SECTOR;
            if (end > step->len) end = step->len;
            if (draw(2)) write_part(fd, step, at, end);
            at = end;
        }
    }
}

/* The names of a folder after the crash. */
static size_t replay_names(size_t moment, int folder, struct entry *out)
{
    size_t safe = safe_until(moment, folder), count = 0;
    uint64_t luck = draw(3);
    for (size_t i = 0; i < moment; i++) {
        const struct step *step = &steps[i];
        if (step->file != folder || (step->kind != ENTRY && step->kind != REMOVE)) continue;
        if (i >= safe && (luck == 1 || (luck == 2 && draw(2)))) continue;
        for (size_t k = 0; k < count; k++)
            if (strcmp(out[k].name, step->name) == 0) out[k--] = out[--count];
        if (step->kind == REMOVE) continue;
        out[count].file = step->target;
        memcpy(out[count++].name, step->name, NAME_LEN);
    }
    return count;
}

static void make_folder(size_t moment, int folder, const char *path)
{
    struct entry *names = calloc(step_count + 1, sizeof *names);
    if (!names) abort();
    size_t count = replay_names(moment, folder, names);
    for (size_t i = 0; i < count; i++) {
        char child[PATH_MAX];
        snprintf(child, sizeof child, "%s/%s", path, names[i].name);
        if (is_folder[names[i].file]) {
            syscall(SYS_mkdir, child, 0700);
            make_folder(moment, names[i].file, child);
            continue;
        }
        int fd = (int)syscall(SYS_openat, AT_FDCWD, child, O_RDWR | O_CREAT, 0600);
        if (fd < 0) abort();
        replay_file(moment, names[i].file, fd);
        syscall(SYS_close, fd);
    }
    free(names);
}

void disk_crash(size_t moment, const char *target, uint64_t seed)
{
    random_state = seed * 0x9E3779B97F4A7C15u + 1;
    for (int i = 0; i < 8; i++) draw(2);
    make_folder(moment, ROOT, target);
}
