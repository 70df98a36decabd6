/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "cli/loaded.h"
#include "peer.h"

struct model {
    struct ink_loaded loaded;
    struct ink_tensor *outputs;
};

static int begin(const char *library, char *error)
{
    (void)library, (void)error;
    return 0;
}

static const char *version(void)
{
    return INK_VERSION;
}

static void unload(void *model)
{
    struct model *m = model;
    ink_loaded_cleanup(&m->loaded);
    free(m->outputs);
    free(m);
}

static void *load(const char *path, int threads, const struct peer_input *input, char *error)
{
    struct model *m = calloc(1, sizeof *m);
    struct ink_error err = {0};
    (void)input;
    if (!m) return NULL;
    if (!ink_loaded_open(path, threads, &m->loaded, &err)) {
        m->outputs = calloc((size_t)ink_session_output_count(m->loaded.session), sizeof *m->outputs);
        if (m->outputs) return m;
    }
    snprintf(error, PEER_ERROR_MAX, "%s", err.text);
    unload(m);
    return NULL;
}

static int run(void *model, const struct peer_input *input, struct peer_output *output, char *error)
{
    struct model *m = model;
    struct ink_error err = {0};
    struct ink_tensor x = {.dtype = INK_FLOAT, .shape.rank = (int)input->rank, .data = input->data};
    for (size_t i = 0; i < input->rank; i++) x.shape.dims[i] = input->dims[i];
    if (ink_session_run(m->loaded.session, &x, 1, m->outputs, 0, &err)) {
        snprintf(error, PEER_ERROR_MAX, "%s", err.text);
        return -1;
    }
    output->data = m->outputs[0].data;
    output->count = ink_tensor_count(&m->outputs[0]);
    return 0;
}

const struct peer peer_inkling = {"inkling", begin, version, load, run, unload};
