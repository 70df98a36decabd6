/* SPDX-License-Identifier: MIT */
#include "local/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_BYTES = 1 << 20 };

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    return remove(path);
}

static void remove_all(const char *folder)
{
    nftw(folder, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

ink_status ink_staging_open(struct ink_staging *staging, const char *folder, struct ink_error *err)
{
    *staging = (struct ink_staging){.folder = strdup(folder)};
    if (!staging->folder) return ink_fail(err, INK_E_OOM, "out of memory");
    remove_all(folder);
    return mkdir(folder, 0700) ? ink_fail(err, INK_E_IO, "%s: %s", folder, strerror(errno)) : INK_OK;
}

void ink_staging_close(struct ink_staging *staging)
{
    if (staging->folder) remove_all(staging->folder);
    free(staging->folder);
    *staging = (struct ink_staging){0};
}

ink_status ink_staging_make(struct ink_staging *staging, const char *name, struct ink_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", staging->folder, name);
    return mkdir(path, 0700) ? ink_fail(err, INK_E_IO, "%s: %s", path, strerror(errno)) : INK_OK;
}

bool ink_staging_path_fits(const char *path)
{
    if (strlen(path) > INK_STAGING_PATH_MAX) return false;
    for (;;) {
        size_t len = strcspn(path, "/");
        bool dots = (len == 1 && path[0] == '.') || (len == 2 && path[0] == '.' && path[1] == '.');
        if (len == 0 || len > NAME_MAX || dots) return false;
        if (!path[len]) return true;
        path += len + 1;
    }
}

/* The folders above the last part. */
static bool make_folders(char *path, size_t from)
{
    for (char *slash = strchr(path + from, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool good = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!good) return false;
    }
    return true;
}

/* A new file to write; -1 with err. */
static int make_file(struct ink_staging *staging, const char *below, const char *path, uint64_t size,
                     struct ink_error *err)
{
    char full[PATH_MAX];
    if (!ink_staging_path_fits(path)) {
        ink_fail(err, INK_E_ARGUMENT, "%.80s: not a path below a folder", path);
        return -1;
    }
    if (staging->files == INK_STAGING_FILES_MAX || size > INK_STAGING_BYTES_MAX - staging->bytes) {
        ink_fail(err, INK_E_LIMIT, "more than %d files, or 1 GiB together", INK_STAGING_FILES_MAX);
        return -1;
    }
    int len = snprintf(full, sizeof full, "%s/%s/%s", staging->folder, below, path);
    int fd = len < (int)sizeof full && make_folders(full, strlen(staging->folder) + 1)
                 ? open(full, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)
                 : -1;
    if (fd < 0) ink_fail(err, INK_E_IO, "%.80s: cannot be made: %s", path, strerror(errno));
    staging->files += fd >= 0;
    staging->bytes += fd >= 0 ? size : 0;
    return fd;
}

static ink_status end_file(int fd, bool good, const char *path, struct ink_error *err)
{
    int code = errno;
    close(fd);
    return good ? INK_OK : ink_fail(err, INK_E_IO, "%.80s: cannot be written: %s", path, strerror(code));
}

static bool write_all(int fd, struct ink_view bytes)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = write(fd, bytes.data + done, bytes.len - done);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) done += (size_t)n;
    }
    return true;
}

static bool copy_all(int to, int from, uint64_t len)
{
    while (len > 0) {
        ssize_t n = sendfile(to, from, NULL, len < INT_MAX ? (size_t)len : INT_MAX);
        if (n <= 0) return false;
        len -= (uint64_t)n;
    }
    return true;
}

ink_status ink_staging_add(struct ink_staging *staging, const char *below, const char *path, struct ink_view bytes,
                           struct ink_error *err)
{
    int fd = make_file(staging, below, path, bytes.len, err);
    return fd < 0 ? err->status : end_file(fd, write_all(fd, bytes), path, err);
}

ink_status ink_staging_add_object(struct ink_staging *staging, const char *below, const char *path,
                                  struct ink_store *store, const char *bucket, const char *key, struct ink_error *err)
{
    struct ink_arena arena;
    struct ink_store_body body;
    ink_arena_init(&arena, ARENA_BYTES);
    ink_store_status status = ink_store_get(store, bucket, key, &arena, &body);
    ink_status st = status ? ink_fail(err, status == INK_STORE_NO_KEY ? INK_E_NOT_FOUND : INK_E_IO, "%.80s: %s", key,
                                      ink_store_meaning(status))
                           : INK_OK;
    int fd = st ? -1 : make_file(staging, below, path, body.object.size, err);
    if (!st && fd < 0) st = err->status;
    if (fd >= 0)
        st = end_file(fd, body.fd < 0 ? write_all(fd, body.bytes) : copy_all(fd, body.fd, body.object.size), path, err);
    if (!status && body.fd >= 0) close(body.fd);
    ink_arena_cleanup(&arena);
    return st;
}

ink_status ink_staging_add_program(struct ink_staging *staging, const char *name, const char *from,
                                   struct ink_error *err)
{
    char path[PATH_MAX];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", staging->folder, name);
    int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0 || fstat(source, &info)) {
        if (source >= 0) close(source);
        return ink_fail(err, INK_E_NOT_FOUND, "%s: %s", from, strerror(errno));
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, info.st_mode & 0700);
    ink_status st = fd < 0 ? ink_fail(err, INK_E_IO, "%s: %s", path, strerror(errno))
                           : end_file(fd, copy_all(fd, source, (uint64_t)info.st_size), name, err);
    close(source);
    return st;
}
