/* SPDX-License-Identifier: MIT */
#include "engine/external.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

void ink_folder_of(const char *model_path, char *path, size_t path_cap)
{
    const char *slash = strrchr(model_path, '/');
    if (!slash)
        snprintf(path, path_cap, ".");
    else if (slash == model_path)
        snprintf(path, path_cap, "/");
    else
        snprintf(path, path_cap, "%.*s", (int)(slash - model_path), model_path);
}

void ink_folder_init(struct ink_folder *folder, const char *path)
{
    *folder = (struct ink_folder){.path = path};
}

void ink_folder_cleanup(struct ink_folder *folder)
{
    for (int i = 0; i < folder->count; i++) {
        ink_free(folder->locations[i]);
        ink_file_unmap(&folder->files[i]);
    }
    folder->count = 0;
}

/* The location's real path, if that is still inside the folder. */
static ink_status resolve(const char *folder, const char *location, char real[PATH_MAX], struct ink_error *err)
{
    char joined[PATH_MAX], root[PATH_MAX];
    if (snprintf(joined, sizeof joined, "%s/%s", folder, location) >= (int)sizeof joined)
        return ink_fail(err, INK_E_MODEL, "the path of the weights %s is too long", location);
    if (!realpath(folder, root) || !realpath(joined, real))
        return ink_fail(err, INK_E_NOT_FOUND,
                        "the weights are in the file %s, which is not beside the model: put it there", location);
    size_t len = strlen(root);
    if (strncmp(real, root, len) || (real[len] != '/' && len > 1))
        return ink_fail(err, INK_E_MODEL, "the weights' file %s leads out of the model's folder", location);
    return INK_OK;
}

static ink_status map(struct ink_folder *folder, const char *location, const struct ink_mapping **out,
                      struct ink_error *err)
{
    for (int i = 0; i < folder->count; i++) {
        *out = &folder->files[i];
        if (strcmp(folder->locations[i], location) == 0) return INK_OK;
    }
    if (folder->count == INK_FOLDER_FILES_MAX)
        return ink_fail(err, INK_E_LIMIT, "the model's weights are in more than %d files", INK_FOLDER_FILES_MAX);
    char real[PATH_MAX];
    ink_status st = resolve(folder->path, location, real, err);
    struct ink_mapping *file = &folder->files[folder->count];
    if (!st) st = ink_file_map(real, file, err);
    if (st) return st;
    char *copy = ink_malloc(strlen(location) + 1);
    if (!copy) {
        ink_file_unmap(file);
        return ink_fail(err, INK_E_OOM, "out of memory");
    }
    strcpy(copy, location);
    folder->locations[folder->count++] = copy;
    *out = file;
    return INK_OK;
}

static ink_status load(void *arg, const char *location, uint64_t offset, uint64_t length, struct ink_view *out,
                       struct ink_error *err)
{
    const struct ink_mapping *file;
    ink_status st = map(arg, location, &file, err);
    if (st) return st;
    if (offset > file->bytes.len || length > file->bytes.len - offset)
        return ink_fail(err, INK_E_MODEL,
                        "%s has %zu bytes, the model wants %llu from %llu on: is it the file of this model?", location,
                        file->bytes.len, (unsigned long long)length, (unsigned long long)offset);
    *out = ink_view_of(length ? file->bytes.data + offset : NULL, (size_t)length);
    return INK_OK;
}

struct ink_external_data ink_folder_loader(struct ink_folder *folder)
{
    return (struct ink_external_data){load, folder};
}
