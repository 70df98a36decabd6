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

static void print_class(const struct ink_class *class, bool best)
{
    char label[64];
    ink_text_escape(class->label, strlen(class->label), label, sizeof label);
    printf("  %s%-6s\033[0m ", best ? "\033[1m" : "", label);
    print_bar(class->probability);
    printf(" %6.2f %%\n", (double)class->probability * 100);
}

/* The classes of one character, or the best class of each of several under what they say together. */
static void print_bars(const char *path, const struct ink_answer *answer)
{
    char text[1024];
    printf("\033[1m%s\033[0m\n", path);
    for (size_t i = 0; i < answer->shown && answer->classes; i++) print_class(&answer->classes[i], i == 0);
    if (!answer->characters) return;
    ink_text_escape(answer->text, strlen(answer->text), text, sizeof text);
    printf("  \033[1m%s\033[0m\n", text);
    for (size_t i = 0; i < answer->character_count; i++) print_class(&answer->characters[i].classes[0], true);
}

/* What the model saw of a picture or a character, as one grey plane; `row_bytes` from one row to the next. */
static void copy_grey(const uint8_t *seen, const struct ink_want *want, uint8_t *grey, size_t row_bytes)
{
    size_t channels = (size_t)want->channels;
    for (int y = 0; y < want->height; y++, grey += row_bytes)
        for (int x = 0; x < want->width; x++) {
            unsigned sum = 0;
            for (size_t c = 0; c < channels; c++) sum += *seen++;
            grey[x] = (uint8_t)(sum / channels);
        }
}

/* Characters stand side by side, as many as fit into a line of the terminal. */
static void print_seen(const struct ink_answer *answer, struct ink_arena *arena)
{
    enum { MARGIN = 2 };
    const struct ink_want *want = &answer->want;
    bool line = answer->characters != NULL;
    size_t count = line ? answer->character_count : 1, width = (size_t)want->width;
    size_t across = ((size_t)ink_print_columns() - MARGIN) / width;
    if (across < 1) across = 1;
    if (across > count) across = count;
    if (!answer->prepared || (!line && !answer->found.shown)) return;
    for (size_t i = 0; i < count; i += across) {
        uint8_t *grey = ink_arena_calloc(arena, width * across, (size_t)want->height);
        for (size_t j = 0; grey && j < across && i + j < count; j++)
            copy_grey(line ? answer->characters[i + j].seen : answer->found.shown, want, grey + j * width,
                      width * across);
        if (grey) ink_print_picture(grey, (int)(width * across), want->height);
    }
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
    ink_status st = ink_opened_read(args->rest[0], (int)threads, fit, false, &model, &err);
    if (!st && ink_args_switch(args, "segment")) {
        st = ink_classifier_segment(model.classifier, &err);
        if (st) ink_fail_in(&err, "--segment");
    }
    if (st) code = ink_command_fail(args, "%s", err.text);
    bool list = ink_args_switch(args, "json") && args->count > 2;
    if (list && !st) printf("[");
    for (int i = 1; !st && i < args->count; i++) {
        if (list && i > 1) printf(",");
        int one = read_one(args, &model, args->rest[i], &file, &arena);
        if (one) code = one;
    }
    if (list && !st) printf("]\n");
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
            "  inkling run model.onnx digit.png --show\n"
            "  inkling run model.onnx number.jpg --segment\n",
    .options = {{"json", NULL, "as JSON (docs/json.md); an array for several pictures"},
                {"show", NULL, "also draw what the model saw"},
                {"fit", "F", "how the picture is fitted: auto, digit, seed, letterbox, crop, stretch"},
                {"segment", NULL, "the picture has several characters in a line: found, separated, read left to right"},
                {"threads", "N", "threads to use (1)"}},
    .least = 2,
    .most = -1,
    .run = run,
};
