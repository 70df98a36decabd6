/* SPDX-License-Identifier: MIT */
/* Zips as strangers make them, unpacked: nothing is written outside of the folder, no link in it leads out. */
#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/unpack.h"
#include "cli/zip.h"
#include "fuzz.h"

static char task[64]; /* .../task, in a folder of its own */

static int look(const char *path, const struct stat *info, int type, struct FTW *at)
{
    char target[PATH_MAX];
    if (type == FTW_SL && realpath(path, target) && strncmp(target, task, strlen(task)) != 0) abort();
    return 0;
}

static int count_entries(const char *folder)
{
    int count = 0;
    DIR *dir = opendir(folder);
    if (!dir) abort();
    while (readdir(dir)) count++;
    closedir(dir);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char folder[] = "/tmp/inkling-unpack-XXXXXX";
    if (!mkdtemp(folder)) abort();
    snprintf(task, sizeof task, "%s/task", folder);
    if (mkdir(task, 0700)) abort();
    (void)!ink_unpack(ink_view_of(data, len), task, NULL);
    if (count_entries(folder) != 3) abort(); /* ".", ".." and "task" */
    nftw(task, look, 16, FTW_PHYS);
    ink_unpack_remove(folder);
    return 0;
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    static const struct {
        const char *name, *content;
        unsigned mode;
    } files[] = {{"lib/x", "x", 0644},
                 {"up", "..", S_IFLNK | 0777},
                 {"a/l", "../lib/x", S_IFLNK | 0777},
                 {"../x", "x", 0644},
                 {"/x", "x", 0644},
                 {"a/b/l", "../../../x", S_IFLNK | 0777},
                 {"d/", "", 0755},
                 {"l", "/etc", S_IFLNK | 0777},
                 {"l", "a", S_IFLNK | 0777},
                 {"l", "a/b/..", S_IFLNK | 0777}};
    struct ink_zip_writer w;
    uint64_t zipped;
    if (index >= sizeof files / sizeof files[0]) return false;
    return !ink_zip_begin(&w, out, NULL) &&
           !ink_zip_add(&w, files[index].name, files[index].mode, ink_view_text(files[index].content), &zipped, NULL) &&
           !ink_zip_add(&w, "a/b/y", 0600, ink_view_text("y"), &zipped, NULL) && !ink_zip_finish(&w, NULL);
}
