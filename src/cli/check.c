/* SPDX-License-Identifier: MIT */
/* check.c - the report that an uploaded model gets, here. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/opened.h"
#include "pipeline/report.h"

static int check(const struct ink_args *args)
{
    struct ink_opened model;
    struct ink_error err = {0}, ignored = {0};
    struct ink_buffer text;
    ink_buffer_init(&text, 16 << 20);
    ink_status st = ink_opened_read(args->rest[0], 1, INK_FIT_COUNT, true, &model, &err);
    if (model.classifier) {
        if (!st) st = ink_classifier_measure(model.classifier, 0, &err);
        struct ink_report_subject subject = {.model_key = model.path, .file_bytes = model.file.bytes.len};
        if (!ink_args_switch(args, "json"))
            ink_report_text(model.classifier, &subject, &text);
        else if (ink_report_json(model.classifier, &subject, &text, &ignored) && !st)
            st = ink_fail(&err, ignored.status, "%s", ignored.text);
        if (text.len) fwrite(text.data, 1, text.len, stdout);
    }
    int code = st ? ink_command_fail(args, "%s", err.text) : INK_EXIT_DONE;
    ink_opened_cleanup(&model);
    ink_buffer_cleanup(&text);
    return code;
}

const struct ink_command ink_command_check = {
    .name = "check",
    .arguments = "MODEL",
    .summary = "the report that an uploaded model gets",
    .help =
        "Says whether a model is usable and why not, what goes in and out, what it costs, and how a picture is shown "
        "to it: what\n"
        "NAME.report.txt says when NAME.onnx is put into a bucket. Exit status 1 for a model that is not usable.\n\n"
        "  inkling check model.onnx\n",
    .options = {{"json", NULL, "as JSON, like NAME.report.json (docs/json.md)"}},
    .least = 1,
    .most = 1,
    .run = check,
};
