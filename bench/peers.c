/* SPDX-License-Identifier: MIT */
/* bench-peers: inkling beside other engines, on the same models in the same run.
 *
 *   bench-peers compare [--ort LIB] [--threads N] [--batch N] [--rounds N] MODEL...
 *       the engines take turns, a slice of time each; prints for each model and engine the best and the median run
 *   bench-peers once ENGINE --shape 1,3,224,224 [--ort LIB] [--threads N] MODEL
 *       one engine in a process of its own: load, first run, peak memory
 *
 *   bench-peers peak
 *       multiply-adds a second that one core can do
 *
 * Lines are tab-separated, the first one names the columns. A model has one float input; unknown dimensions are taken as 1,
 * the first one as the batch. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/loaded.h"
#include "fma.h"
#include "peer.h"

enum { RUNS_MAX = 200000, SLICE_US = 150000, REST_US = 5000 /* for threads that spin after a run */ };

static const struct peer *const peers[] = {
    &peer_inkling,
    &peer_ort,
#ifdef INK_HAVE_OPENCV
    &peer_opencv,
#endif
};
enum { PEER_COUNT = sizeof peers / sizeof peers[0] };

static int is_ready[PEER_COUNT];

struct options {
    const char *ort;
    const char *shape; /* of the input; NULL: as the model declares it */
    int threads, batch, rounds;
};

struct turn {
    void *model;
    double load_ms;
    float *ns; /* of each run */
    size_t runs;
    struct peer_output output;
    char error[PEER_ERROR_MAX];
};

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int fill(struct peer_input *input)
{
    size_t count = 1;
    uint32_t state = 1;
    for (size_t i = 0; i < input->rank; i++) count *= (size_t)input->dims[i];
    input->data = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
    for (size_t i = 0; input->data && i < count; i++) {
        state = state * 1664525u + 1013904223u; /* Numerical Recipes' generator */
        input->data[i] = (float)(state >> 8) / (float)(1 << 24);
    }
    return input->data ? 0 : -1;
}

static int parse_shape(const char *text, struct peer_input *input)
{
    for (char *end; input->rank < PEER_RANK_MAX; text = end + 1) {
        input->dims[input->rank++] = strtol(text, &end, 10);
        if (*end != ',') return *end || end == text ? -1 : fill(input);
    }
    return -1;
}

static int make_input(const char *path, int batch, struct peer_input *input, double *multiply_adds)
{
    struct ink_loaded loaded;
    struct ink_error err = {0};
    struct ink_figures figures;
    if (ink_loaded_open(path, 1, &loaded, &err) || ink_session_bind_declared(loaded.session, batch, &err)) {
        fprintf(stderr, "bench-peers: %s\n", err.text);
        ink_loaded_cleanup(&loaded);
        return -1;
    }
    ink_session_figures(loaded.session, &figures);
    *multiply_adds = (double)figures.multiply_adds;
    const struct ink_shape *shape = &ink_session_input(loaded.session, 0)->shape;
    input->rank = (size_t)shape->rank;
    for (int i = 0; i < shape->rank; i++) input->dims[i] = shape->dims[i] >= 0 ? shape->dims[i] : i ? 1 : batch;
    ink_loaded_cleanup(&loaded);
    return fill(input);
}

static int run_once(const struct peer *peer, struct turn *t, const struct peer_input *input)
{
    uint64_t from = now_ns();
    int code = peer->run(t->model, input, &t->output, t->error);
    if (t->runs < RUNS_MAX) t->ns[t->runs++] = (float)(now_ns() - from);
    return code;
}

static void take_turn(const struct peer *peer, struct turn *t, const struct peer_input *input)
{
    uint64_t start = ink_clock_us();
    if (peer->run(t->model, input, &t->output, t->error)) return; /* warm: not counted */
    do run_once(peer, t, input);
    while (ink_clock_us() - start < SLICE_US);
    usleep(REST_US);
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* Largest difference from the first engine's output, over its largest value: the engines must agree on what they time. */
static double difference(const struct peer_output *a, const struct peer_output *b)
{
    double largest = 0, value = 0;
    if (a->count != b->count) return INFINITY;
    for (size_t i = 0; i < a->count; i++) {
        largest = fmax(largest, fabs((double)a->data[i] - b->data[i]));
        value = fmax(value, fabs((double)a->data[i]));
    }
    return value > 0 ? largest / value : largest;
}

static void compare(const struct options *o, const char *path)
{
    struct turn turns[PEER_COUNT] = {0};
    struct peer_input input = {0};
    double multiply_adds;
    char shape[PEER_RANK_MAX * 24] = "";
    if (make_input(path, o->batch, &input, &multiply_adds)) return;
    for (size_t i = 0; i < input.rank; i++)
        sprintf(shape + strlen(shape), i ? ",%lld" : "%lld", (long long)input.dims[i]);
    for (size_t p = 0; p < PEER_COUNT; p++) {
        if (!is_ready[p]) continue;
        turns[p].ns = malloc(RUNS_MAX * sizeof(float));
        uint64_t from = now_ns();
        turns[p].model = peers[p]->load(path, o->threads, &input, turns[p].error);
        turns[p].load_ms = (double)(now_ns() - from) / 1e6;
    }
    for (int round = 0; round < o->rounds; round++)
        for (size_t p = 0; p < PEER_COUNT; p++)
            if (turns[p].model && !turns[p].error[0]) take_turn(peers[p], &turns[p], &input);
    for (size_t p = 0; p < PEER_COUNT; p++) {
        struct turn *t = &turns[p];
        if (!is_ready[p]) continue;
        if (t->error[0]) {
            printf("%s\t%s\t%s\t%d\t%d\t%.0f\t\t\t\t\t%.200s\n", path, peers[p]->name, shape, o->threads, o->batch,
                   multiply_adds, t->error);
        } else {
            qsort(t->ns, t->runs, sizeof *t->ns, by_size);
            printf("%s\t%s\t%s\t%d\t%d\t%.0f\t%.2f\t%.2f\t%.3f\t%.2g\t\n", path, peers[p]->name, shape, o->threads,
                   o->batch, multiply_adds, (double)t->ns[0] / 1e3, (double)t->ns[t->runs / 2] / 1e3, t->load_ms,
                   difference(&turns[0].output, &t->output));
        }
        fflush(stdout);
    }
    for (size_t p = 0; p < PEER_COUNT; p++) {
        if (turns[p].model) peers[p]->unload(turns[p].model);
        free(turns[p].ns);
    }
    free(input.data);
}

static int once(const struct options *o, const char *name, const char *path)
{
    struct turn t = {.ns = malloc(RUNS_MAX * sizeof(float))};
    struct peer_input input = {0};
    struct rusage usage;
    for (size_t p = 0; p < PEER_COUNT; p++) {
        if (strcmp(peers[p]->name, name)) continue;
        if (!t.ns || !o->shape || parse_shape(o->shape, &input) || peers[p]->begin(o->ort, t.error)) return 1;
        uint64_t from = now_ns();
        t.model = peers[p]->load(path, o->threads, &input, t.error);
        uint64_t loaded = now_ns();
        if (!t.model || run_once(peers[p], &t, &input)) {
            fprintf(stderr, "bench-peers: %s: %s\n", name, t.error);
            return 1;
        }
        getrusage(RUSAGE_SELF, &usage);
        printf("model\tengine\tload_ms\tfirst_ms\tpeak_kb\n%s\t%s\t%.3f\t%.3f\t%ld\n", path, name,
               (double)(loaded - from) / 1e6, (double)t.ns[0] / 1e6, usage.ru_maxrss);
        return 0;
    }
    fprintf(stderr, "bench-peers: there is no engine %s here\n", name);
    return 2;
}

static int usage_error(void)
{
    fprintf(stderr,
            "usage: bench-peers compare|once ENGINE [--ort LIB] [--threads N] [--batch N] [--rounds N] MODEL...\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct options o = {.threads = 1, .batch = 1, .rounds = 10};
    char error[PEER_ERROR_MAX] = "";
    if (argc < 2) return usage_error();
    if (!strcmp(argv[1], "peak")) {
        printf("multiply_adds_a_second\n%.0f\n", bench_fma_peak());
        return 0;
    }
    const char *engine = !strcmp(argv[1], "once") && argc > 2 ? argv[2] : NULL;
    if (!engine && strcmp(argv[1], "compare")) return usage_error();
    int i = engine ? 3 : 2;
    for (; i + 1 < argc && !strncmp(argv[i], "--", 2); i += 2) {
        if (!strcmp(argv[i], "--ort"))
            o.ort = argv[i + 1];
        else if (!strcmp(argv[i], "--shape"))
            o.shape = argv[i + 1];
        else if (!strcmp(argv[i], "--threads"))
            o.threads = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--batch"))
            o.batch = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--rounds"))
            o.rounds = atoi(argv[i + 1]);
        else
            return usage_error();
    }
    if (engine) return i < argc ? once(&o, engine, argv[i]) : usage_error();
    for (size_t p = 0; p < PEER_COUNT; p++) {
        is_ready[p] = !peers[p]->begin(o.ort, error);
        if (is_ready[p])
            fprintf(stderr, "bench-peers: %s %s\n", peers[p]->name, peers[p]->version());
        else
            fprintf(stderr, "bench-peers: without %s: %s\n", peers[p]->name, error);
    }
    printf("model\tengine\tshape\tthreads\tbatch\tmultiply_adds\tbest_us\tmedian_us\tload_ms\tdifference\terror\n");
    for (; i < argc; i++) compare(&o, argv[i]);
    return 0;
}
