/* SPDX-License-Identifier: MIT */
#include "cli/loaded.h"

#include "base/clock.h"

ink_status ink_loaded_open(const char *path, int threads, struct ink_loaded *out, struct ink_error *err)
{
    *out = (struct ink_loaded){.path = path};
    uint64_t from = ink_clock_us();
    ink_folder_of(path, out->folder_path, sizeof out->folder_path);
    ink_folder_init(&out->folder, out->folder_path);
    ink_status st = ink_file_map(path, &out->file, err);
    if (st) return st;
    struct ink_external_data external = ink_folder_loader(&out->folder);
    struct ink_session_options options = {.threads = threads, .external = &external, .mapped = true};
    st = ink_session_new(out->file.bytes, &options, &out->session, err);
    out->load_ms = (double)(ink_clock_us() - from) / 1e3;
    return st ? ink_fail_in(err, "%s", path) : INK_OK;
}

void ink_loaded_cleanup(struct ink_loaded *loaded)
{
    ink_session_free(loaded->session);
    ink_folder_cleanup(&loaded->folder);
    ink_file_unmap(&loaded->file);
}
