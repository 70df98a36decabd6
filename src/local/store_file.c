/* SPDX-License-Identifier: MIT */
/* A body's file is made under its own, final name, a number never used before, and is not changed once a row names it: so
 * no rename is needed, and what no row names after a crash was never acknowledged. */
#include "local/store_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

enum { NAME_LEN = 16 };

ink_store_status ink_store_errno(const char *what)
{
    int code = errno;
    if (code == ENOSPC || code == EDQUOT) return INK_STORE_FULL;
    if (code == ENOMEM) return INK_STORE_OOM;
    ink_log(INK_LOG_ERROR, "store: a body could not be %s: %s", what, strerror(code));
    return INK_STORE_BROKEN;
}

static const char *file_name(uint64_t body, char name[NAME_LEN + 1])
{
    snprintf(name, NAME_LEN + 1, "%016llx", (unsigned long long)body);
    return name;
}

int ink_store_file_create(struct ink_store *store, uint64_t body)
{
    char name[NAME_LEN + 1];
    return openat(store->bodies_fd, file_name(body, name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

int ink_store_file_open(struct ink_store *store, uint64_t body)
{
    char name[NAME_LEN + 1];
    return openat(store->bodies_fd, file_name(body, name), O_RDONLY | O_CLOEXEC);
}

ink_store_status ink_store_file_write(int fd, struct ink_view bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.data, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ink_store_errno("written");
        bytes = ink_view_of(bytes.data + n, bytes.len - (size_t)n);
    }
    return INK_STORE_OK;
}

ink_store_status ink_store_file_append(int to, int from, uint64_t len)
{
    enum { STEP = 256 * 1024 };
    uint8_t *buffer = ink_malloc(STEP);
    if (!buffer) return INK_STORE_OOM;
    ink_store_status status = INK_STORE_OK;
    for (uint64_t at = 0; at < len && !status;) {
        ssize_t n = pread(from, buffer, len - at < STEP ? (size_t)(len - at) : STEP, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) errno = EIO; /* shorter than its row says */
        if (n <= 0)
            status = ink_store_errno("read");
        else
            status = ink_store_file_write(to, ink_view_of(buffer, (size_t)n));
        at += n > 0 ? (uint64_t)n : 0;
    }
    ink_free(buffer);
    return status;
}

ink_store_status ink_store_file_finish(struct ink_store *store, int fd)
{
    ink_store_status status = fdatasync(fd) ? ink_store_errno("synced") : INK_STORE_OK;
    if (close(fd) && !status) status = ink_store_errno("closed");
    if (!status && fsync(store->bodies_fd)) status = ink_store_errno("synced");
    return status;
}

ink_store_status ink_store_file_link(struct ink_store *store, uint64_t from, uint64_t to)
{
    char from_name[NAME_LEN + 1], to_name[NAME_LEN + 1];
    if (linkat(store->bodies_fd, file_name(from, from_name), store->bodies_fd, file_name(to, to_name), 0))
        return errno == ENOENT ? INK_STORE_NO_KEY : ink_store_errno("linked");
    return fsync(store->bodies_fd) ? ink_store_errno("synced") : INK_STORE_OK;
}

void ink_store_file_remove(struct ink_store *store, uint64_t body)
{
    char name[NAME_LEN + 1];
    if (unlinkat(store->bodies_fd, file_name(body, name), 0) && errno != ENOENT)
        ink_log(INK_LOG_WARN, "store: bodies/%s could not be removed: %s", name, strerror(errno));
}

/* --- the reserve ------------------------------------------------------------------------------------------------ */

static const char reserve_name[] = "../reserve"; /* from bodies/ */

/* As much as carrying the log over may need, and the log of the deletions after it. */
enum { RESERVE_BYTES = 5 << 20 };

void ink_store_reserve_make(struct ink_store *store)
{
    if (store->reserved) return;
    int fd = openat(store->bodies_fd, reserve_name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return;
    store->reserved = posix_fallocate(fd, 0, RESERVE_BYTES) == 0;
    close(fd);
    if (!store->reserved) unlinkat(store->bodies_fd, reserve_name, 0);
}

void ink_store_reserve_drop(struct ink_store *store)
{
    unlinkat(store->bodies_fd, reserve_name, 0);
    store->reserved = false;
}

/* --- sweeping --------------------------------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static ink_store_status named_files(struct ink_store *store, struct ink_buffer *out)
{
    struct ink_db *db = &store->writer;
    sqlite3_stmt *rows = ink_db_bind(db, INK_SQL_FILES, "i", (int64_t)INK_STORE_INLINE_MAX);
    ink_store_status status;
    while (ink_db_step(db, rows, &status)) {
        uint64_t body = (uint64_t)ink_db_int(rows, 0);
        if (ink_buffer_append(out, &body, sizeof body)) {
            ink_db_reset(rows);
            return INK_STORE_OOM;
        }
    }
    if (!status && out->len) qsort(out->data, out->len / sizeof(uint64_t), sizeof(uint64_t), compare_numbers);
    return status;
}

ink_store_status ink_store_file_sweep(struct ink_store *store)
{
    struct ink_buffer named;
    ink_buffer_init(&named, SIZE_MAX / 2);
    ink_store_status status = named_files(store, &named);
    int fd = status ? -1 : openat(store->bodies_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!status && !folder) status = ink_store_errno("listed");
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') continue;
        char *end;
        uint64_t body = strtoull(entry->d_name, &end, 16);
        bool ours = *end == '\0' && end - entry->d_name == NAME_LEN;
        if (ours && !(named.len && bsearch(&body, named.data, named.len / sizeof body, sizeof body, compare_numbers)))
            ink_store_file_remove(store, body);
    }
    if (folder)
        closedir(folder);
    else if (fd >= 0)
        close(fd);
    ink_buffer_cleanup(&named);
    return status;
}
