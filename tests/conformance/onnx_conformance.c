/* SPDX-License-Identifier: MIT */
/* onnx_conformance.c - runs folders in the layouts of the ONNX backend tests:
 *
 *   CASE/model.onnx   CASE/test_data_set_N/input_K.pb   CASE/test_data_set_N/output_K.pb
 *   CASE.onnx         CASE_output_K.pb    (light models; their inputs are 0, 1/n, 2/n, ...)
 *
 * A case passes when every data set does. It is refused when the model is refused at load; anything else is a failure. */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "compare.h"
#include "engine/external.h"
#include "engine/session.h"

enum { TENSORS_MAX = 64, DEPTH_MAX = 6, EXCEPT_MAX = 8 };

static struct {
    const char *filter, *drawn;
    const char *except[EXCEPT_MAX];
    int except_count;
    bool json, refused_fails, no_passes;
    double rtol, atol;
    int passed, failed, refused;
} run = {.rtol = 1e-3, .atol = 1e-5};

static const char usage[] =
    "usage: onnx-conformance [--filter TEXT] [--except TEXT]... [--rtol X] [--atol X] [--json] [--refused-fails] "
    "[--no-passes] [--drawn TEXT] DIR...\n"
    "Runs every case (a folder with model.onnx, or CASE.onnx beside CASE_output_0.pb) below each DIR, whose path "
    "contains --filter's TEXT and none of "
    "the --excepts'.\n"
    "Of cases whose path contains --drawn's TEXT the outputs are random: only their types and shapes are compared.\n"
    "Prints a line for each case that did not pass, and `N passed, N failed, N refused`. Exit status 1 when any "
    "failed.\n";

/* --- one data set --- */

struct data {
    struct ink_arena arena;
    struct ink_buffer files[TENSORS_MAX];
    struct ink_stored_tensor tensors[TENSORS_MAX];
    int count;
};

static void cleanup_data(struct data *d)
{
    for (int i = 0; i < d->count; i++) ink_buffer_cleanup(&d->files[i]);
    ink_arena_cleanup(&d->arena);
}

/* The files do not say whether they hold a tensor or a sequence: the model does, of what stands at their place. */
static enum ink_dtype dtype_at(const struct ink_session *s, bool input, int i)
{
    if (i >= (input ? ink_session_input_count(s) : ink_session_output_count(s))) return INK_DTYPE_NONE;
    return (input ? ink_session_input(s, i) : ink_session_output(s, i))->dtype;
}

/* PREFIXinput_0.pb, PREFIXinput_1.pb, ... (or output) up to the first that is not there. */
static ink_status read_data(const struct ink_session *s, const char *prefix, bool input, struct data *d,
                            struct ink_error *err)
{
    const char *what = input ? "input" : "output";
    *d = (struct data){0};
    ink_arena_init(&d->arena, (size_t)4 << 30);
    for (; d->count < TENSORS_MAX; d->count++) {
        char path[PATH_MAX];
        struct stat info;
        snprintf(path, sizeof path, "%s%s_%d.pb", prefix, what, d->count);
        if (stat(path, &info)) return INK_OK;
        struct ink_buffer *file = &d->files[d->count];
        ink_buffer_init(file, (size_t)2 << 30);
        ink_status st = ink_file_read(path, file, err);
        if (!st)
            st = ink_tensor_read(ink_buffer_view(file), dtype_at(s, input, d->count), &d->arena, &d->tensors[d->count],
                                 err);
        if (st) {
            d->count++;
            return ink_fail_in(err, "%s_%d.pb", what, d->count - 1);
        }
    }
    return INK_OK;
}

/* The file whose tensor has this name, else the one at this place. */
static const struct ink_tensor *pick(const struct data *d, struct ink_view name, int place)
{
    for (int i = 0; i < d->count; i++)
        if (name.len && ink_view_equal(d->tensors[i].name, name)) return &d->tensors[i].tensor;
    return place < d->count ? &d->tensors[place].tensor : NULL;
}

static ink_status compare_outputs(const struct ink_session *s, const struct data *wanted, const struct ink_tensor *have,
                                  int count, bool drawn, struct ink_error *err)
{
    for (int w = 0; w < wanted->count; w++) {
        int at = w;
        for (int i = 0; i < count; i++)
            if (wanted->tensors[w].name.len && ink_view_equal(ink_session_output(s, i)->name, wanted->tensors[w].name))
                at = i;
        if (at >= count) return ink_fail(err, INK_E_CHANGED, "output %d: the model has only %d", w, count);
        ink_status st = drawn ? ink_compare_kinds(&have[at], &wanted->tensors[w].tensor, err)
                              : ink_compare_tensors(&have[at], &wanted->tensors[w].tensor, run.rtol, run.atol, err);
        if (st) return ink_fail_in(err, "output %.*s", INK_VIEW_ARGS(ink_session_output(s, at)->name));
    }
    return INK_OK;
}

/* 0, 1/n, 2/n, ...: what the standard's own runner gives to models that come without inputs. */
static ink_status ramp(const struct ink_value_info *info, struct data *d, struct ink_tensor *out, struct ink_error *err)
{
    size_t count;
    *out = (struct ink_tensor){.dtype = INK_FLOAT, .shape = info->shape};
    for (int i = 0; i < out->shape.rank; i++)
        if (out->shape.dims[i] < 0) out->shape.dims[i] = 1;
    if (info->dtype != INK_FLOAT || info->shape.rank < 0 || !ink_shape_count(&out->shape, &count))
        return ink_fail(err, INK_E_NOT_FOUND, "there is no file for input %.*s", INK_VIEW_ARGS(info->name));
    float *values = INK_ARENA_ARRAY(&d->arena, float, count);
    if (!values) return ink_fail(err, INK_E_OOM, "no memory for input %.*s", INK_VIEW_ARGS(info->name));
    for (size_t i = 0; i < count; i++) values[i] = (float)((double)i / (double)count);
    out->data = values;
    return INK_OK;
}

static ink_status find_input(const struct ink_session *s, int i, bool light, struct data *in, struct ink_tensor *out,
                             struct ink_error *err)
{
    const struct ink_value_info *info = ink_session_input(s, i);
    const struct ink_tensor *t = pick(in, info->name, i);
    if (!t && light) return ramp(info, in, out, err);
    if (!t) return ink_fail(err, INK_E_NOT_FOUND, "there is no file for input %.*s", INK_VIEW_ARGS(info->name));
    *out = *t;
    return INK_OK;
}

/* The files of a set begin with `prefix`: a folder, or the name of a light model. */
static ink_status run_set(struct ink_session *s, const char *prefix, bool light, struct ink_error *err)
{
    struct data in, wanted;
    struct ink_tensor inputs[TENSORS_MAX], outputs[TENSORS_MAX];
    int in_count = ink_session_input_count(s), out_count = ink_session_output_count(s);
    ink_status st = read_data(s, prefix, false, &wanted, err);
    ink_status st_in = read_data(s, prefix, true, &in, st ? NULL : err);
    if (!st) st = st_in;
    if (!st && (in_count > TENSORS_MAX || out_count > TENSORS_MAX))
        st = ink_fail(err, INK_E_LIMIT, "too many inputs or outputs");
    for (int i = 0; !st && i < in_count; i++) st = find_input(s, i, light, &in, &inputs[i], err);
    if (!st) st = ink_session_run(s, inputs, in_count, outputs, 0, err);
    if (!st) st = compare_outputs(s, &wanted, outputs, out_count, run.drawn && strstr(prefix, run.drawn), err);
    cleanup_data(&wanted);
    cleanup_data(&in);
    return st;
}

/* --- one case --- */

static void report(const char *path, const char *result, const char *reason)
{
    char escaped[1024];
    ink_text_escape(reason, strlen(reason), escaped, sizeof escaped);
    for (char *c = escaped; run.json && *c; c++)
        if (*c == '"' || *c == '\\') *c = '\'';
    if (run.json)
        printf("{\"case\": \"%s\", \"result\": \"%s\", \"reason\": \"%s\"}\n", path, result, escaped);
    else if (strcmp(result, "passed"))
        printf("%s %s: %s\n", result, path, escaped);
}

/* All data sets of a folder. */
static ink_status run_sets(struct ink_session *s, const char *folder, struct ink_error *err)
{
    for (int sets = 0;; sets++) {
        char set[PATH_MAX];
        struct stat info;
        snprintf(set, sizeof set, "%s/test_data_set_%d/", folder, sets);
        if (stat(set, &info)) return sets ? INK_OK : ink_fail(err, INK_E_NOT_FOUND, "there is no test_data_set_0");
        ink_status st = run_set(s, set, false, err);
        if (st) return ink_fail_in(err, "data set %d", sets);
    }
}

/* `light`: what the names of its files begin with; NULL: they lie in `folder`. */
static void run_case(const char *name, const char *folder, const char *model_path, const char *light)
{
    struct ink_error err = {0};
    struct ink_mapping file;
    struct ink_folder beside;
    struct ink_session *s = NULL;
    ink_folder_init(&beside, folder);
    struct ink_external_data external = ink_folder_loader(&beside);
    ink_status st = ink_file_map(model_path, &file, &err);
    if (!st)
        st = ink_session_new(
            file.bytes, &(struct ink_session_options){.external = &external, .no_passes = run.no_passes}, &s, &err);
    if (!st) st = light ? run_set(s, light, true, &err) : run_sets(s, folder, &err);
    bool refused = st == INK_E_UNSUPPORTED; /* at load, or where the inputs ask for what is not supported */
    run.refused += refused;
    run.passed += !st;
    run.failed += st && !refused;
    report(name, refused ? "refused" : st ? "failed" : "passed", err.text);
    ink_session_free(s);
    ink_folder_cleanup(&beside);
    ink_file_unmap(&file);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool is_wanted(const char *path)
{
    bool wanted = !run.filter || strstr(path, run.filter);
    for (int i = 0; i < run.except_count; i++) wanted = wanted && !strstr(path, run.except[i]);
    return wanted;
}

/* PATH is CASE.onnx in `folder`: a light model where CASE_output_0.pb lies beside it. */
static void try_light(const char *folder, const char *path)
{
    char stem[PATH_MAX], output[PATH_MAX + 16];
    struct stat info;
    size_t len = strlen(path), ending = strlen(".onnx");
    if (len <= ending || strcmp(path + len - ending, ".onnx")) return;
    snprintf(stem, sizeof stem, "%.*s_", (int)(len - ending), path);
    snprintf(output, sizeof output, "%soutput_0.pb", stem);
    if (!stat(output, &info) && is_wanted(path)) run_case(path, folder, path, stem);
}

static void walk(const char *path, int depth)
{
    char model[PATH_MAX];
    struct stat info;
    snprintf(model, sizeof model, "%s/model.onnx", path);
    if (!stat(model, &info)) {
        if (is_wanted(path)) run_case(path, path, model, NULL);
        return;
    }
    struct dirent **entries;
    int count = depth < DEPTH_MAX ? scandir(path, &entries, not_hidden, by_name) : -1;
    if (count < 0) return;
    for (int i = 0; i < count; i++) {
        char below[PATH_MAX];
        bool there =
            snprintf(below, sizeof below, "%s/%s", path, entries[i]->d_name) < (int)sizeof below && !stat(below, &info);
        if (there && S_ISDIR(info.st_mode))
            walk(below, depth + 1);
        else if (there)
            try_light(path, below);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"filter", required_argument, NULL, 'f'},  {"rtol", required_argument, NULL, 'r'},
        {"atol", required_argument, NULL, 'a'},    {"json", no_argument, NULL, 'j'},
        {"refused-fails", no_argument, NULL, 'R'}, {"no-passes", no_argument, NULL, 'p'},
        {"except", required_argument, NULL, 'x'},  {"drawn", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},          {0},
    };
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'f': run.filter = optarg; break;
        case 'x':
            if (run.except_count < EXCEPT_MAX) run.except[run.except_count++] = optarg;
            break;
        case 'd': run.drawn = optarg; break;
        case 'r': run.rtol = atof(optarg); break;
        case 'a': run.atol = atof(optarg); break;
        case 'j': run.json = true; break;
        case 'R': run.refused_fails = true; break;
        case 'p': run.no_passes = true; break;
        case 'h': fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (optind == argc) {
        fputs(usage, stderr);
        return 2;
    }
    for (int i = optind; i < argc; i++) {
        struct stat info;
        if (stat(argv[i], &info)) {
            fprintf(stderr, "onnx-conformance: %s: %s\n", argv[i], strerror(errno));
            return 2;
        }
        walk(argv[i], 0);
    }
    printf("%d passed, %d failed, %d refused\n", run.passed, run.failed, run.refused);
    return run.failed || (run.refused_fails && run.refused);
}
