/* SPDX-License-Identifier: MIT */
/* differential.c - usage: differential [ROUNDS [SEED]]: random graphs run here, with passes and without, and in ONNX
 * Runtime, must give the same answers. What it does not run is left out; what only inkling refuses is counted, and is no
 * failure: the table of operators says what there is. */
#include <stdio.h>
#include <stdlib.h>

#include "../conformance/compare.h"
#include "engine/session.h"
#include "graphs.h"
#include "ort.h"

enum { SKIPPED = 77, ROUNDS = 2000, CAP_BYTES = 256 << 20 };

struct counts {
    int same, refused, left_out, different;
};

static ink_status run_here(const struct random_graph *g, bool no_passes, const struct ink_tensor *wanted,
                           struct ink_error *err)
{
    struct ink_session_options options = {.no_passes = no_passes};
    struct ink_tensor outputs[GRAPH_ARGS];
    struct ink_session *s = NULL;
    ink_status st = ink_session_new(view_of(&g->model), &options, &s, err);
    if (!st && ink_session_input_count(s) != g->input_count) st = ink_fail(err, INK_E_MODEL, "its inputs are others");
    if (!st) st = ink_session_run(s, g->inputs, g->input_count, outputs, 0, err);
    for (int i = 0; !st && i < g->output_count; i++)
        st = ink_compare_tensors(&outputs[i], &wanted[i], 1e-3, g->tolerance, err);
    ink_session_free(s);
    return st;
}

/* For a closer look at one seed. */
static void keep(const struct random_graph *g)
{
    FILE *file = fopen(getenv("INK_KEEP"), "wb");
    if (!file) return;
    fwrite(g->model.bytes, 1, g->model.len, file);
    fclose(file);
}

static void try_seed(struct ort *ort, uint64_t seed, struct counts *counts)
{
    static struct random_graph g;
    struct ink_tensor wanted[GRAPH_ARGS];
    struct ink_arena arena;
    char why[256] = "";
    ink_arena_init(&arena, CAP_BYTES);
    ink_random_graph(seed, &arena, &g);
    if (getenv("INK_KEEP")) keep(&g);
    if (!ort_run(ort, view_of(&g.model), g.inputs, g.input_count, wanted, g.output_count, &arena, why)) {
        counts->left_out++;
        if (getenv("INK_VERBOSE")) printf("seed %llu, %s: left out: %s\n", (unsigned long long)seed, g.what, why);
        ink_arena_cleanup(&arena);
        return;
    }
    for (int no_passes = 0; no_passes < 2; no_passes++) {
        struct ink_error err = {0};
        ink_status st = run_here(&g, no_passes, wanted, &err);
        bool refused = st == INK_E_UNSUPPORTED;
        counts->same += st == INK_OK;
        counts->refused += refused;
        counts->different += st && !refused;
        if (st)
            printf("seed %llu, %s%s: %s: %s\n", (unsigned long long)seed, g.what, no_passes ? ", without passes" : "",
                   refused ? "refused" : "different", err.text);
    }
    ink_arena_cleanup(&arena);
}

int main(int argc, char **argv)
{
    const char *why = "out of memory";
    struct ort *ort = ort_new(&why);
    struct counts counts = {0};
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    if (!ort) {
        printf("skipped: %s\n", why);
        return SKIPPED;
    }
    for (unsigned long i = 0; i < rounds; i++) try_seed(ort, first + i, &counts);
    printf("%d the same, %d different, %d refused here, %d graphs that ONNX Runtime does not run\n", counts.same,
           counts.different, counts.refused, counts.left_out);
    ort_free(ort);
    return counts.different ? EXIT_FAILURE : EXIT_SUCCESS;
}
