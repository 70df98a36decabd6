/* SPDX-License-Identifier: MIT */
#include "cli/finding_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/hash.h"
#include "base/file.h"
#include "pipeline/known.h"

enum { FILE_BYTES_MAX = 64 * 1024 };

static bool find_folder(char out[PATH_MAX])
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/') return snprintf(out, PATH_MAX, "%s/inkling", cache) < PATH_MAX;
    return home && *home == '/' && snprintf(out, PATH_MAX, "%s/.cache/inkling", home) < PATH_MAX;
}

static void name(struct ink_view bytes, char out[65])
{
    uint8_t sum[INK_SHA256_LEN];
    ink_sha256(bytes, sum);
    ink_hex(sum, sizeof sum, out);
}

static bool find_path(struct ink_finding_cache *cache)
{
    char folder[PATH_MAX];
    *cache->path = '\0';
    if (cache->folder->count || !find_folder(folder)) return false;
    name(cache->model, cache->model_sha256);
    if (cache->settings.len) name(cache->settings, cache->settings_sha256);
    int len = snprintf(cache->path, PATH_MAX, "%s/%s%s%s.json", folder, cache->model_sha256,
                       cache->settings.len ? "-" : "", cache->settings_sha256);
    if (len >= PATH_MAX) *cache->path = '\0';
    return *cache->path;
}

static bool find(void *arg, struct ink_finding *out)
{
    struct ink_finding_cache *cache = arg;
    struct ink_buffer text;
    ink_buffer_init(&text, FILE_BYTES_MAX);
    bool found = find_path(cache) && !ink_file_read(cache->path, &text, NULL) &&
                 ink_known_read(ink_buffer_view(&text), cache->model_sha256, cache->settings_sha256, out);
    ink_buffer_cleanup(&text);
    return found;
}

/* The folders that lead to a file, the user's alone. */
static void make_folders(const char *path)
{
    char folder[PATH_MAX];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        (void)mkdir(folder, 0700);
    }
}

/* All or nothing, but not synced: what is lost is found out again. */
static void write_file(const char *path, struct ink_view text)
{
    char other[PATH_MAX + 16];
    snprintf(other, sizeof other, "%s.%d", path, (int)getpid());
    int fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return;
    bool ok = write(fd, text.data, text.len) == (ssize_t)text.len;
    ok = close(fd) == 0 && ok && rename(other, path) == 0;
    if (!ok) unlink(other);
}

static void keep(void *arg, const struct ink_finding *finding)
{
    struct ink_finding_cache *cache = arg;
    struct ink_buffer text;
    ink_buffer_init(&text, FILE_BYTES_MAX);
    if (*cache->path && !ink_known_write(cache->model_sha256, cache->settings_sha256, finding, &text)) {
        make_folders(cache->path);
        write_file(cache->path, ink_buffer_view(&text));
    }
    ink_buffer_cleanup(&text);
}

struct ink_kept_findings ink_finding_cache_of(struct ink_finding_cache *cache)
{
    return (struct ink_kept_findings){cache, find, keep};
}
