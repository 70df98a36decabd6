/* SPDX-License-Identifier: MIT */
/* peer.h - what `./do bench` compares: an engine that loads a model and runs it on one float input.
 *
 * Each is used by one thread at a time. Errors are a line of text in `error`, always ended by a zero. */
#ifndef INK_BENCH_PEER_H
#define INK_BENCH_PEER_H

#include <stddef.h>
#include <stdint.h>

enum { PEER_ERROR_MAX = 512, PEER_RANK_MAX = 8 };

struct peer_input {
    float *data;
    int64_t dims[PEER_RANK_MAX];
    size_t rank;
};

/* The first output's floats; the engine's, until the next run. */
struct peer_output {
    const float *data;
    size_t count;
};

struct peer {
    const char *name;
    /* Gets the engine itself ready, e.g. its library from the path; 0, or -1 where it is not to be had. */
    int (*begin)(const char *library, char *error);
    const char *(*version)(void);
    /* NULL where the model is refused. */
    void *(*load)(const char *path, int threads, const struct peer_input *input, char *error);
    int (*run)(void *model, const struct peer_input *input, struct peer_output *output, char *error);
    void (*unload)(void *model);
};

extern const struct peer peer_inkling;
extern const struct peer peer_ort;
#ifdef INK_HAVE_OPENCV
extern const struct peer peer_opencv;
#endif

#endif
