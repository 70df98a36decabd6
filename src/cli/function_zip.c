/* SPDX-License-Identifier: MIT */
#include "cli/function_zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/beside.h"
#include "cli/elf_file.h"
#include "cli/opened.h"
#include "cli/zip.h"
#include "pipeline/known.h"
#include "pipeline/packaged.h"

static const char *native_arch(void)
{
#ifdef __aarch64__
    return "arm64";
#else
    return "x86_64";
#endif
}

/* --- the program ---------------------------------------------------------------------------------------------------- */

static ink_status check_program(const struct ink_function_zip *zip, struct ink_view bytes, struct ink_error *err)
{
    struct ink_elf elf;
    if (!ink_elf_is(bytes)) return ink_fail(err, INK_E_FORMAT, "%s: it is not a program", zip->bootstrap);
    ink_status st = ink_elf_read(bytes, &elf, err);
    if (st) return ink_fail_in(err, "%s", zip->bootstrap);
    const char *arch = ink_elf_arch(&elf);
    if (!arch || strcmp(arch, zip->arch) != 0)
        return ink_fail(err, INK_E_FORMAT, "%s: it is for %s, not for %s", zip->bootstrap,
                        arch ? arch : "another processor", zip->arch);
    if (!elf.program || elf.interpreter.len || elf.needed_count)
        return ink_fail(err, INK_E_FORMAT,
                        "%s: it needs shared libraries, which Lambda may lack: package a build without sanitizers",
                        zip->bootstrap);
    return INK_OK;
}

static ink_status find_program(struct ink_function_zip *zip, struct ink_error *err)
{
    bool native = !strcmp(zip->arch, native_arch());
    char name[64];
    snprintf(name, sizeof name, "%s%sbootstrap", native ? "" : zip->arch, native ? "" : "/");
    if (ink_beside(name, zip->bootstrap)) return INK_OK;
    return ink_fail(err, INK_E_NOT_FOUND, "%s: it is not there: build it with `./do build%s%s`", zip->bootstrap,
                    native ? "" : " --arch ", native ? "" : zip->arch);
}

/* --- parts ------------------------------------------------------------------------------------------------------------ */

struct packing {
    struct ink_function_zip *zip;
    struct ink_zip_writer writer;
    uint64_t unpacked_bytes;
};

static ink_status add(struct packing *p, const char *name, unsigned mode, struct ink_view bytes, struct ink_error *err)
{
    struct ink_zip_part *part = &p->zip->parts[p->zip->part_count];
    p->unpacked_bytes += bytes.len;
    if (p->zip->part_count == INK_ZIP_PARTS_MAX)
        return ink_fail(err, INK_E_LIMIT, "the model is in more than %d files", INK_ZIP_PARTS_MAX);
    if (p->unpacked_bytes > INK_UNPACKED_BYTES_MAX)
        return ink_fail(
            err, INK_E_LIMIT,
            "%s: with it the function has more than the %d MB that Lambda takes: put this model into the bucket "
            "instead, as model.onnx",
            name, INK_UNPACKED_BYTES_MAX >> 20);
    snprintf(part->name, sizeof part->name, "%s", name);
    part->bytes = bytes.len;
    ink_status st = ink_zip_add(&p->writer, name, mode, bytes, &part->zipped_bytes, err);
    if (!st) p->zip->part_count++;
    return st;
}

static ink_status add_program(struct packing *p, struct ink_error *err)
{
    struct ink_mapping program;
    ink_status st = ink_file_map(p->zip->bootstrap, &program, err);
    if (st) return st;
    st = check_program(p->zip, program.bytes, err);
    if (!st) st = add(p, "bootstrap", 0755, program.bytes, err);
    ink_file_unmap(&program);
    return st;
}

/* --- the model -------------------------------------------------------------------------------------------------------- */

/* The files of weights that a model names, each once and in the order of their names. */
struct weights {
    char *locations[INK_FOLDER_FILES_MAX];
    int count;
    ink_status status;
};

static void name_weights(void *arg, struct ink_view location)
{
    struct weights *w = arg;
    for (int i = 0; i < w->count; i++)
        if (ink_view_is(location, w->locations[i])) return;
    if (w->count == INK_FOLDER_FILES_MAX) {
        w->status = INK_E_LIMIT;
        return;
    }
    char *copy = strndup((const char *)location.data, location.len);
    if (copy)
        w->locations[w->count++] = copy;
    else
        w->status = INK_E_OOM;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* ink_opened_read has found them all in the model's folder; its paths lead nowhere else. */
static ink_status add_weights(struct packing *p, const struct ink_opened *model, struct ink_error *err)
{
    struct weights w = {0};
    ink_status st = ink_model_external_files(model->file.bytes, name_weights, &w, err);
    if (!st && w.status) st = ink_fail(err, w.status, "its weights are in too many files");
    if (w.count) qsort(w.locations, (size_t)w.count, sizeof *w.locations, by_text);
    for (int i = 0; i < w.count && !st; i++) {
        char path[PATH_MAX];
        struct ink_mapping file;
        if (snprintf(path, sizeof path, "%s/%s", model->folder_path, w.locations[i]) >= (int)sizeof path)
            st = ink_fail(err, INK_E_ARGUMENT, "%s: the path is too long", w.locations[i]);
        if (!st) st = ink_file_map(path, &file, err);
        if (st) break;
        st = add(p, w.locations[i], 0644, file.bytes, err);
        ink_file_unmap(&file);
    }
    for (int i = 0; i < w.count; i++) free(w.locations[i]);
    return st;
}

/* What was found out about it, so that the function need not (pipeline/packaged.h). */
static ink_status add_report(struct packing *p, const struct ink_opened *model, struct ink_error *err)
{
    char tag[32], settings_tag[32];
    struct ink_buffer report;
    if (!model->classifier->finding.shown) return INK_OK; /* it says all of it itself */
    ink_packaged_tag(model->file.bytes, tag);
    ink_packaged_tag(ink_buffer_view(&model->settings), settings_tag);
    ink_buffer_init(&report, INK_REPORT_BYTES_MAX);
    ink_status st = ink_known_write(tag, settings_tag, &model->classifier->finding, &report);
    st = st ? ink_fail(err, st, "no memory for its report")
            : add(p, "model.report.json", 0644, ink_buffer_view(&report), err);
    ink_buffer_cleanup(&report);
    return st;
}

/* The model is loaded as the function will load it: one that cannot read pictures should not get as far as the cloud. It is
 * asked anew what it wants, for the zip must not depend on what this machine has kept. */
static ink_status add_model(struct packing *p, const char *path, struct ink_error *err)
{
    struct ink_opened model;
    ink_status st = ink_opened_read(path, 1, INK_FIT_COUNT, true, &model, err);
    if (!st) st = add(p, "model.onnx", 0644, model.file.bytes, err);
    if (!st && model.settings.len) st = add(p, "model.json", 0644, ink_buffer_view(&model.settings), err);
    if (!st) st = add_report(p, &model, err);
    if (!st) st = add_weights(p, &model, err);
    ink_opened_cleanup(&model);
    return st;
}

/* --- all of it -------------------------------------------------------------------------------------------------------- */

ink_status ink_function_zip_build(const struct ink_function_zip_options *options, struct ink_function_zip *out,
                                  struct ink_error *err)
{
    *out = (struct ink_function_zip){.arch = options->arch ? options->arch : native_arch()};
    struct packing p = {.zip = out};
    ink_buffer_init(&out->bytes, (size_t)INK_UNPACKED_BYTES_MAX + (1 << 20));
    ink_status st = find_program(out, err);
    if (!st) st = ink_zip_begin(&p.writer, &out->bytes, err);
    if (st) return st;
    st = add_program(&p, err);
    if (!st && options->model) st = add_model(&p, options->model, err);
    ink_status end = ink_zip_finish(&p.writer, st ? NULL : err);
    return st ? st : end;
}

void ink_function_zip_cleanup(struct ink_function_zip *zip)
{
    ink_buffer_cleanup(&zip->bytes);
}
