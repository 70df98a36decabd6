/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static ink_status fail_errno(struct ink_error *err, const char *path, const char *what)
{
    int code = errno;
    ink_status st = code == ENOENT || code == ENOTDIR ? INK_E_NOT_FOUND : INK_E_IO;
    return ink_fail(err, st, "%s: %s: %s", path, what, strerror(code));
}

static ink_status open_regular(const char *path, int *fd, off_t *size, struct ink_error *err)
{
    struct stat info;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0) return fail_errno(err, path, "cannot be opened");
    ink_status st = INK_OK;
    if (fstat(*fd, &info))
        st = fail_errno(err, path, "cannot be examined");
    else if (!S_ISREG(info.st_mode))
        st = ink_fail(err, INK_E_IO, "%s: is %s, not a file", path,
                      S_ISDIR(info.st_mode) ? "a folder" : "something else");
    else
        *size = info.st_size;
    if (st) close(*fd);
    return st;
}

ink_status ink_file_read(const char *path, struct ink_buffer *out, struct ink_error *err)
{
    int fd;
    off_t size;
    ink_status st = open_regular(path, &fd, &size, err);
    if (st) return st;
    if ((uint64_t)size > out->cap_bytes - out->len) {
        st = ink_fail(err, INK_E_LIMIT, "%s: %lld bytes, the limit is %zu", path, (long long)size, out->cap_bytes);
        goto done;
    }
    for (;;) {
        st = ink_buffer_reserve(out, size > 0 ? (size_t)size : 1);
        if (st) {
            ink_fail(err, st, "%s: %s", path,
                     st == INK_E_OOM ? "out of memory" : "it grew over the limit while it was read");
            break;
        }
        ssize_t got = read(fd, out->data + out->len, out->room - out->len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) st = fail_errno(err, path, "cannot be read");
        if (got <= 0) break;
        out->len += (size_t)got;
        out->data[out->len] = 0;
        size = size > got ? size - got : 0;
        if (size == 0 && out->room == out->len) {
            /* at the end as far as fstat knew: one more byte tells whether it grew */
            char more;
            if (read(fd, &more, 1) == 0) break;
            st = ink_fail(err, INK_E_CHANGED, "%s: it grew while it was read", path);
            break;
        }
    }
done:
    close(fd);
    return st;
}

ink_status ink_file_map(const char *path, struct ink_mapping *out, struct ink_error *err)
{
    int fd;
    off_t size;
    *out = (struct ink_mapping){0};
    ink_status st = open_regular(path, &fd, &size, err);
    if (st) return st;
    if (size > 0) {
        void *p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            st = fail_errno(err, path, "cannot be mapped");
        else
            out->bytes = ink_view_of(p, (size_t)size);
    }
    close(fd);
    return st;
}

void ink_file_unmap(struct ink_mapping *mapping)
{
    if (mapping->bytes.len) munmap((void *)(uintptr_t)mapping->bytes.data, mapping->bytes.len);
    *mapping = (struct ink_mapping){0};
}

static ink_status write_all(int fd, struct ink_view bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.data, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return INK_E_IO;
        bytes = ink_view_of(bytes.data + n, bytes.len - (size_t)n);
    }
    return INK_OK;
}

ink_status ink_file_replace(const char *path, struct ink_view bytes, struct ink_error *err)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.tmp-XXXXXX", path) >= (int)sizeof temporary)
        return ink_fail(err, INK_E_ARGUMENT, "%s: the path is too long", path);
    int fd = mkstemp(temporary);
    if (fd < 0) return fail_errno(err, path, "cannot be created");
    ink_status st = INK_OK;
    mode_t mask = umask(0);
    umask(mask);
    if (write_all(fd, bytes) || fsync(fd) || fchmod(fd, 0666 & ~mask)) st = fail_errno(err, path, "cannot be written");
    if (close(fd) && !st) st = fail_errno(err, path, "cannot be written");
    if (!st && rename(temporary, path)) st = fail_errno(err, path, "cannot be put in place");
    if (st) unlink(temporary);
    return st;
}

void ink_file_forget(struct ink_view mapped)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)mapped.data, to = from + mapped.len;
    from = (from + page - 1) / page * page; /* whole pages alone */
    to = to / page * page;
    if (to > from) madvise((void *)from, to - from, MADV_DONTNEED);
}
