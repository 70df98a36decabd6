/* SPDX-License-Identifier: MIT */
#include "cli/opened.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/finding_cache.h"

/* NAME.json beside NAME.onnx, if there is one. */
static ink_status read_settings(const char *path, char json[PATH_MAX], struct ink_buffer *out, struct ink_error *err)
{
    size_t len = strlen(path);
    ink_buffer_init(out, INK_SETTINGS_BYTES_MAX);
    if (!ink_text_ends_nocase(path, ".onnx")) return INK_OK;
    snprintf(json, PATH_MAX, "%.*s.json", (int)(len - 5), path);
    ink_status st = ink_file_read(json, out, err);
    if (st != INK_E_NOT_FOUND) return st;
    *err = (struct ink_error){0};
    return INK_OK;
}

ink_status ink_opened_read(const char *path, int threads, enum ink_fit fit, bool anew, struct ink_opened *out,
                           struct ink_error *err)
{
    char settings[PATH_MAX] = "";
    *out = (struct ink_opened){.path = path};
    ink_folder_of(path, out->folder_path, sizeof out->folder_path);
    ink_folder_init(&out->folder, out->folder_path);
    out->builtin = strcmp(path, INK_OPENED_BUILTIN) == 0 && access(path, F_OK) != 0;
    if (out->builtin) out->file.bytes = ink_builtin_model_view();
    ink_status st = out->builtin ? INK_OK : ink_file_map(path, &out->file, err);
    if (!st) st = read_settings(path, settings, &out->settings, err);
    if (st) return st;
    struct ink_external_data external = ink_folder_loader(&out->folder);
    struct ink_finding_cache cache = {
        .model = out->file.bytes, .settings = ink_buffer_view(&out->settings), .folder = &out->folder};
    struct ink_kept_findings kept = ink_finding_cache_of(&cache);
    struct ink_classifier_options options = {.session = {.threads = threads, .external = &external, .mapped = true},
                                             .settings_name = settings,
                                             .fit = fit,
                                             .kept = anew ? NULL : &kept};
    st = ink_classifier_new(out->file.bytes, ink_buffer_view(&out->settings), &options, &out->classifier, err);
    return st ? ink_fail_in(err, "%s", path) : INK_OK;
}

void ink_opened_cleanup(struct ink_opened *opened)
{
    ink_classifier_free(opened->classifier);
    ink_folder_cleanup(&opened->folder);
    if (!opened->builtin) ink_file_unmap(&opened->file);
    ink_buffer_cleanup(&opened->settings);
}

ink_status ink_opened_picture(const char *path, struct ink_buffer *out, struct ink_error *err)
{
    ink_buffer_clear(out);
    return ink_file_read(path, out, err);
}
