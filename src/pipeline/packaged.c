/* SPDX-License-Identifier: MIT */
#include "pipeline/packaged.h"

#include <stdio.h>

#include "pipeline/known.h"
#include "pipeline/settings.h"

void ink_packaged_tag(struct ink_view bytes, char out[32])
{
    *out = '\0';
    if (bytes.len) snprintf(out, 32, "%zu bytes", bytes.len);
}

/* A report that is missing or does not fit is as none. */
static void read_report(struct ink_packaged *packaged, const char *path)
{
    char model[32], settings[32];
    struct ink_buffer report;
    ink_buffer_init(&report, INK_REPORT_BYTES_MAX);
    ink_packaged_tag(packaged->model.bytes, model);
    ink_packaged_tag(ink_buffer_view(&packaged->settings), settings);
    if (ink_file_read(path, &report, NULL) ||
        !ink_known_read(ink_buffer_view(&report), model, settings, &packaged->known))
        packaged->known.shown = 0;
    ink_buffer_cleanup(&report);
}

static ink_status open_files(struct ink_packaged *packaged)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/model.onnx", packaged->folder_path);
    ink_status st = ink_file_map(path, &packaged->model, &packaged->error);
    packaged->there = st != INK_E_NOT_FOUND;
    if (st) return st;
    snprintf(path, sizeof path, "%s/model.json", packaged->folder_path);
    st = ink_file_read(path, &packaged->settings, &packaged->error);
    if (st && st != INK_E_NOT_FOUND) return st;
    snprintf(path, sizeof path, "%s/model.report.json", packaged->folder_path);
    read_report(packaged, path);
    return INK_OK;
}

void ink_packaged_open(struct ink_packaged *packaged, const char *folder)
{
    *packaged = (struct ink_packaged){0};
    ink_buffer_init(&packaged->settings, INK_SETTINGS_BYTES_MAX);
    if (!folder || strlen(folder) >= sizeof packaged->folder_path) return;
    memcpy(packaged->folder_path, folder, strlen(folder) + 1);
    ink_folder_init(&packaged->folder, packaged->folder_path);
    if (open_files(packaged) == INK_OK || !packaged->there) packaged->error = (struct ink_error){0};
}

void ink_packaged_cleanup(struct ink_packaged *packaged)
{
    ink_folder_cleanup(&packaged->folder);
    ink_file_unmap(&packaged->model);
    ink_buffer_cleanup(&packaged->settings);
}
