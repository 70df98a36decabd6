/* SPDX-License-Identifier: MIT */
/* run.c - reads pictures here and now. */
#include <stdio.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/opened.h"
#include "cli/print.h"
#include "pipeline/results.h"

enum { BAR_CELLS = 40 };

/* A bar of eighths of a cell: U+2588 is a full one, U+258F..U+2589 one to seven eighths. */
static void print_bar(float share)
{
    int eighths = (int)(share * BAR_CELLS * 8 + 0.5f);
    printf("\033[36m");
    for (int i = 0; i < BAR_CELLS; i++, eighths -= 8) {
        if (eighths >= 8)
            printf("\xe2\x96\x88");
        else if (eighths > 0)
            printf("\xe2\x96%c", 0x8F + 1 - eighths);
        else
            putchar(' ');
    }
    printf("\033[0m");
}

static void print_bars(const char *path, const struct ink_answer *answer)
{
    printf("\033[1m%s\033[0m\n", path);
    for (size_t i = 0; i < answer->shown; i++) {
        char label[64];
        ink_text_escape(answer->classes[i].label, strlen(answer->classes[i].label), label, sizeof label);
        printf("  %s%-6s\033[0m ", i ? "" : "\033[1m", label);
        print_bar(answer->classes[i].probability);
        printf(" %6.2f %%\n", (double)answer->classes[i].probability * 100);
    }
}

/* What the model saw, as one grey plane. */
static void print_seen(const struct ink_answer *answer, struct ink_arena *arena)
{
    const struct ink_want *want = &answer->want;
    if (!answer->prepared || !answer->found.shown) return;
    size_t count = (size_t)want->width * (size_t)want->height, channels = (size_t)want->channels;
    uint8_t *grey = ink_arena_alloc(arena, count, 1);
    for (size_t i = 0; grey && i < count; i++) {
        unsigned sum = 0;
        for (size_t c = 0; c < channels; c++) sum += answer->found.shown[i * channels + c];
        grey[i] = (uint8_t)(sum / channels);
    }
    if (grey) ink_print_picture(grey, want->width, want->height);
}

static void print_plain(const struct ink_args *args, const char *path, const struct ink_answer *answer)
{
    struct ink_buffer text;
    ink_buffer_init(&text, 1 << 20);
    if (args->count > 2) printf("%s:\n", path);
    ink_results_text(answer, &text);
    if (text.len) fwrite(text.data, 1, text.len, stdout);
    ink_buffer_cleanup(&text);
}

static ink_status print_json(const char *model, const char *path, const struct ink_answer *answer,
                             struct ink_error *err)
{
    struct ink_buffer text;
    ink_buffer_init(&text, 64 << 20);
    ink_status st =
        ink_results_json(answer, &(struct ink_subject){.picture_key = path, .model_key = model}, &text, err);
    if (!st) fwrite(text.data, 1, text.len, stdout);
    ink_buffer_cleanup(&text);
    return st;
}

static int read_one(const struct ink_args *args, const struct ink_opened *model, const char *path,
                    struct ink_buffer *file, struct ink_arena *arena)
{
    struct ink_answer answer = {0};
    struct ink_error err = {0};
    if (ink_opened_picture(path, file, &err)) return ink_command_fail(args, "%s", err.text);
    ink_arena_reset(arena);
    ink_classifier_read(model->classifier, path, ink_buffer_view(file), arena, 0, &answer);
    if (ink_args_switch(args, "json")) {
        if (print_json(model->path, path, &answer, &err)) return ink_command_fail(args, "%s: %s", path, err.text);
    } else if (!answer.error.status && ink_print_fancy()) {
        print_bars(path, &answer);
    } else if (!answer.error.status) {
        print_plain(args, path, &answer);
    }
    if (ink_args_switch(args, "show") && !ink_args_switch(args, "json")) print_seen(&answer, arena);
    return answer.error.status ? ink_command_fail(args, "%s", answer.error.text) : INK_EXIT_DONE;
}

static int run(const struct ink_args *args)
{
    long threads;
    enum ink_fit fit = INK_FIT_COUNT;
    const char *fit_word = ink_args_value(args, "fit");
    if (!ink_args_number(args, "threads", 1, 64, 1, &threads)) return INK_EXIT_USAGE;
    if (fit_word && !ink_fit_named(fit_word, &fit))
        return ink_command_misused(
            args, "--fit: there is no fit \"%.60s\"; auto, digit, seed, letterbox, crop and stretch are", fit_word);
    struct ink_opened model;
    struct ink_error err = {0};
    struct ink_buffer file;
    struct ink_arena arena;
    ink_buffer_init(&file, INK_PICTURE_BYTES_MAX);
    ink_arena_init(&arena, INK_PICTURE_ARENA_BYTES);
    int code = INK_EXIT_DONE;
    if (ink_opened_read(args->rest[0], (int)threads, fit, &model, &err)) code = ink_command_fail(args, "%s", err.text);
    bool list = ink_args_switch(args, "json") && args->count > 2;
    if (list && !code) printf("[");
    for (int i = 1; model.classifier && !model.classifier->error.status && i < args->count; i++) {
        if (list && i > 1) printf(",");
        int one = read_one(args, &model, args->rest[i], &file, &arena);
        if (one) code = one;
    }
    if (list && model.classifier && !model.classifier->error.status) printf("]\n");
    ink_opened_cleanup(&model);
    ink_arena_cleanup(&arena);
    ink_buffer_cleanup(&file);
    return code;
}

const struct ink_command ink_command_run = {
    .name = "run",
    .arguments = "MODEL IMAGE...",
    .summary = "read pictures here and now",
    .help = "Reads each picture (PNG, JPEG, WebP, GIF, BMP) with the model and prints its classes, most likely first; "
            "in a pipe as\n"
            "results.txt has them. Settings in NAME.json beside NAME.onnx count (docs/using.md).\n\n"
            "  inkling run model.onnx digit.png --show\n",
    .options = {{"json", NULL, "as JSON (docs/json.md); an array for several pictures"},
                {"show", NULL, "also draw what the model saw"},
                {"fit", "F", "how the picture is fitted: auto, digit, seed, letterbox, crop, stretch"},
                {"threads", "N", "threads to use (1)"}},
    .least = 2,
    .most = -1,
    .run = run,
};
