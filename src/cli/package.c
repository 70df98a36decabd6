/* SPDX-License-Identifier: MIT */
/* package.c - the function as a zip for Lambda; and what is wrong with a zip that somebody has made. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/function_zip.h"
#include "cli/print.h"
#include "cli/zip_check.h"

enum { CHECKED_BYTES_MAX = 1 << 30 };

/* --- making one ------------------------------------------------------------------------------------------------------- */

static void print_zip(const char *path, const struct ink_function_zip *zip)
{
    char size[32], zipped[32];
    printf("%s: %s for %s\n", path, ink_print_bytes(zip->bytes.len, size), zip->arch);
    for (int i = 0; i < zip->part_count; i++)
        printf("  %-20s %9s, %s zipped\n", zip->parts[i].name, ink_print_bytes(zip->parts[i].bytes, size),
               ink_print_bytes(zip->parts[i].zipped_bytes, zipped));
    if (zip->bytes.len > INK_ZIP_BYTES_MAX)
        printf("  over %d MB: Lambda takes it from a bucket only, which is what `inkling deploy` does\n",
               INK_ZIP_BYTES_MAX >> 20);
}

static int make(const struct ink_args *args, const char *path, const struct ink_function_zip_options *options)
{
    static struct ink_function_zip zip;
    struct ink_error err = {0};
    ink_status st = ink_function_zip_build(options, &zip, &err);
    if (!st) st = ink_file_replace(path, ink_buffer_view(&zip.bytes), &err);
    if (!st) print_zip(path, &zip);
    ink_function_zip_cleanup(&zip);
    return st ? ink_command_fail(args, "%s", err.text) : INK_EXIT_DONE;
}

/* --- looking at one --------------------------------------------------------------------------------------------------- */

static void print_report(const char *path, size_t zip_bytes, const struct ink_zip_report *report)
{
    char zipped[32], unpacked[32];
    const struct ink_bootstrap *b = &report->bootstrap;
    printf("%s: %llu file%s, %s, %s unpacked\n", path, (unsigned long long)report->files, report->files == 1 ? "" : "s",
           ink_print_bytes(zip_bytes, zipped), ink_print_bytes(report->unpacked_bytes, unpacked));
    if (b->is_script)
        printf("  bootstrap is a script\n");
    else if (b->arch)
        printf("  bootstrap is a program for %s, %s\n", b->arch, b->is_static ? "static" : "with shared libraries");
    for (int i = 0; i < report->findings.count; i++)
        printf("  %s: %s\n", report->findings.items[i].severity == INK_FINDING_ERROR ? "wrong" : "note",
               report->findings.items[i].text);
    if (report->findings.left_out) printf("  and %d more\n", report->findings.left_out);
    if (!report->findings.errors) printf("  nothing stands against it\n");
}

static int look_at(const struct ink_args *args, const char *path, const char *arch)
{
    static struct ink_zip_report report;
    struct ink_buffer zip;
    struct ink_error err = {0};
    ink_buffer_init(&zip, CHECKED_BYTES_MAX);
    ink_status st = ink_file_read(path, &zip, &err);
    if (!st) st = ink_zip_check(ink_buffer_view(&zip), arch, &report, &err);
    if (!st) print_report(path, zip.len, &report);
    ink_buffer_cleanup(&zip);
    if (st) return ink_command_fail(args, "%s", err.text);
    int errors = report.findings.errors;
    return errors ? ink_command_fail(args, "%s: Lambda would not run this: %d thing%s wrong", path, errors,
                                     errors == 1 ? "" : "s")
                  : INK_EXIT_DONE;
}

/* ---------------------------------------------------------------------------------------------------------------------- */

static int run(const struct ink_args *args)
{
    const char *arch = ink_args_value(args, "arch"), *check = ink_args_value(args, "check");
    const char *path = ink_args_value(args, "o"), *model = ink_args_value(args, "model");
    if (arch && strcmp(arch, "x86_64") != 0 && strcmp(arch, "arm64") != 0)
        return ink_command_misused(args, "--arch %.60s: Lambda has x86_64 and arm64", arch);
    if (check && (path || model)) return ink_command_misused(args, "--check looks at a zip; it makes none");
    if (check) return look_at(args, check, arch);
    return make(args, path ? path : "function.zip", &(struct ink_function_zip_options){.arch = arch, .model = model});
}

const struct ink_command ink_command_package = {
    .name = "package",
    .arguments = "",
    .summary = "function.zip for AWS Lambda, or what is wrong with one",
    .help = "Makes function.zip: bootstrap, and with --model that model, which then answers where a bucket has\n"
            "none of its own. The same files give the same bytes. With --check it makes nothing, but says why\n"
            "Lambda (provided.al2023) would not run a zip, whoever made it.\n\n"
            "  inkling package --arch arm64 --model model.onnx\n"
            "  inkling package --check function.zip\n",
    .options = {{"o", "FILE", "the zip (function.zip)"},
                {"arch", "x86_64|arm64", "the processor (this machine's); the other: ./do build --arch A"},
                {"model", "FILE", "a model to go in, with its settings (NAME.json) and weights"},
                {"check", "ZIP", "say what is wrong with this zip"}},
    .run = run,
};
