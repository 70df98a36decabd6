/* SPDX-License-Identifier: MIT */
/* bench.c - how long a model takes, on inputs that are made up. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/loaded.h"
#include "cli/print.h"

enum { RUNS_MAX = 100000, RUNS_MIN = 5, INPUTS_MAX = 16 };

static const uint64_t WARM_UP_US = 200000, MEASURE_US = 2000000;

struct timing {
    uint32_t *us; /* sorted */
    int runs;
    double load_ms;
    double per_second;
};

/* Values as a picture has them: a fixed sequence in 0..1, or small whole numbers. */
static void fill(struct ink_tensor *t)
{
    size_t count = ink_tensor_count(t);
    uint32_t state = 1;
    memset(t->data, 0, ink_tensor_bytes(t));
    if (t->dtype != INK_FLOAT) return;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u; /* Numerical Recipes' generator */
        ((float *)t->data)[i] = (float)(state >> 8) / (float)(1 << 24);
    }
}

/* Inputs of the declared shapes: an unknown first dimension is the batch, other unknown ones are 1. */
static ink_status make_inputs(const struct ink_session *s, long batch, struct ink_arena *arena,
                              struct ink_tensor *inputs, struct ink_error *err)
{
    if (ink_session_input_count(s) > INPUTS_MAX)
        return ink_fail(err, INK_E_LIMIT, "it has more than %d inputs", INPUTS_MAX);
    for (int i = 0; i < ink_session_input_count(s); i++) {
        const struct ink_value_info *info = ink_session_input(s, i);
        inputs[i] = (struct ink_tensor){.dtype = info->dtype, .shape = info->shape};
        if (info->shape.rank < 0)
            return ink_fail(err, INK_E_ARGUMENT, "input %.*s: its shape is not declared", INK_VIEW_ARGS(info->name));
        for (int k = 0; k < info->shape.rank; k++)
            if (info->shape.dims[k] < 0) inputs[i].shape.dims[k] = k ? 1 : batch;
        if (batch > 1 && info->shape.rank && inputs[i].shape.dims[0] != batch)
            return ink_fail(err, INK_E_ARGUMENT,
                            "input %.*s takes %lld pictures at once, not %ld: its first dimension is fixed",
                            INK_VIEW_ARGS(info->name), (long long)inputs[i].shape.dims[0], batch);
        size_t count, bytes;
        if (!ink_shape_count(&inputs[i].shape, &count) || !ink_dtype_bytes(info->dtype, count, &bytes) ||
            !(inputs[i].data = ink_arena_alloc(arena, bytes, INK_ARENA_ALIGN)))
            return ink_fail(err, INK_E_OOM, "input %.*s does not fit into memory", INK_VIEW_ARGS(info->name));
        fill(&inputs[i]);
    }
    return INK_OK;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static ink_status measure(struct ink_session *s, const struct ink_tensor *inputs, struct ink_tensor *outputs,
                          long batch, struct timing *t, struct ink_error *err)
{
    ink_status st = INK_OK;
    uint64_t start = ink_clock_us();
    do st = ink_session_run(s, inputs, ink_session_input_count(s), outputs, 0, err);
    while (!st && ink_clock_us() - start < WARM_UP_US);
    start = ink_clock_us();
    uint64_t now = start;
    while (!st && t->runs < RUNS_MAX && (t->runs < RUNS_MIN || now - start < MEASURE_US)) {
        uint64_t from = ink_clock_us();
        st = ink_session_run(s, inputs, ink_session_input_count(s), outputs, 0, err);
        now = ink_clock_us();
        t->us[t->runs++] = (uint32_t)(now - from);
    }
    t->per_second = now > start ? (double)t->runs * (double)batch * 1e6 / (double)(now - start) : 0;
    qsort(t->us, (size_t)t->runs, sizeof *t->us, by_size);
    return st;
}

static void print(const struct ink_args *args, const struct timing *t, long threads, long batch)
{
    uint32_t min = t->us[0], median = t->us[t->runs / 2], p95 = t->us[t->runs * 95 / 100];
    if (ink_args_switch(args, "json")) {
        ink_print_json(json_pack("{s:s, s:I, s:I, s:i, s:f, s:I, s:I, s:I, s:f}", "model", args->rest[0], "threads",
                                 (json_int_t)threads, "batch", (json_int_t)batch, "runs", t->runs, "load_ms",
                                 t->load_ms, "min_us", (json_int_t)min, "median_us", (json_int_t)median, "p95_us",
                                 (json_int_t)p95, "per_second", t->per_second));
        return;
    }
    printf("%s, %ld thread%s, %ld picture%s a run\n", args->rest[0], threads, threads == 1 ? "" : "s", batch,
           batch == 1 ? "" : "s");
    printf("  loaded in   %10.3f ms\n", t->load_ms);
    printf("  best        %10.3f ms\n  median      %10.3f ms\n  95 %% within %10.3f ms   (%d runs)\n", min / 1e3,
           median / 1e3, p95 / 1e3, t->runs);
    printf("  %.0f pictures a second\n", t->per_second);
}

static int bench(const struct ink_args *args)
{
    long threads, batch;
    if (!ink_args_number(args, "threads", 1, 64, 1, &threads) || !ink_args_number(args, "batch", 1, 4096, 1, &batch))
        return INK_EXIT_USAGE;
    struct ink_loaded loaded;
    struct ink_error err = {0};
    struct ink_arena arena;
    struct ink_tensor inputs[INPUTS_MAX];
    struct timing t = {0};
    ink_arena_init(&arena, (size_t)4 << 30);
    ink_status st = ink_loaded_open(args->rest[0], (int)threads, &loaded, &err);
    bool named = st != INK_OK; /* the loader has put the path in front */
    struct ink_tensor *outputs =
        st ? NULL : INK_ARENA_ARRAY(&arena, struct ink_tensor, (size_t)ink_session_output_count(loaded.session) + 1);
    t.us = INK_ARENA_ARRAY(&arena, uint32_t, RUNS_MAX);
    t.load_ms = loaded.load_ms;
    if (!st && (!outputs || !t.us)) st = ink_fail(&err, INK_E_OOM, "out of memory");
    if (!st) st = make_inputs(loaded.session, batch, &arena, inputs, &err);
    if (!st) st = measure(loaded.session, inputs, outputs, batch, &t, &err);
    int code = INK_EXIT_DONE;
    if (st)
        code =
            named ? ink_command_fail(args, "%s", err.text) : ink_command_fail(args, "%s: %s", args->rest[0], err.text);
    else
        print(args, &t, threads, batch);
    ink_loaded_cleanup(&loaded);
    ink_arena_cleanup(&arena);
    return code;
}

const struct ink_command ink_command_bench = {
    .name = "bench",
    .arguments = "MODEL",
    .summary = "latency and throughput of a model",
    .help = "Runs a model for about two seconds on made-up inputs and tells how long it takes: to load, and the best, "
            "the median\n"
            "and the 95th percentile of a run. The picture is not prepared and nothing is fetched.\n\n"
            "  inkling bench model.onnx --threads 2\n",
    .options = {{"threads", "N", "threads to use (1)"},
                {"batch", "N", "pictures a run, for models whose first dimension is free (1)"},
                {"json", NULL, "as JSON (docs/json.md)"}},
    .least = 1,
    .most = 1,
    .run = bench,
};
