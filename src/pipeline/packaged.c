/* SPDX-License-Identifier: MIT */
#include "pipeline/packaged.h"

#include <stdio.h>

#include "pipeline/settings.h"

static ink_status open_files(struct ink_packaged *packaged)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/model.onnx", packaged->folder_path);
    ink_status st = ink_file_map(path, &packaged->model, &packaged->error);
    packaged->there = st != INK_E_NOT_FOUND;
    if (st) return st;
    snprintf(path, sizeof path, "%s/model.json", packaged->folder_path);
    st = ink_file_read(path, &packaged->settings, &packaged->error);
    return st == INK_E_NOT_FOUND ? INK_OK : st;
}

void ink_packaged_open(struct ink_packaged *packaged, const char *folder)
{
    *packaged = (struct ink_packaged){0};
    ink_buffer_init(&packaged->settings, INK_SETTINGS_BYTES_MAX);
    if (!folder || strlen(folder) >= sizeof packaged->folder_path) return;
    memcpy(packaged->folder_path, folder, strlen(folder) + 1);
    ink_folder_init(&packaged->folder, packaged->folder_path);
    if (open_files(packaged) == INK_OK) packaged->error = (struct ink_error){0};
}

void ink_packaged_cleanup(struct ink_packaged *packaged)
{
    ink_folder_cleanup(&packaged->folder);
    ink_file_unmap(&packaged->model);
    ink_buffer_cleanup(&packaged->settings);
}
