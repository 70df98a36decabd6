/* SPDX-License-Identifier: MIT */
/* ONNX Runtime through its C ABI, loaded at run time.
 *
 * The table of functions that OrtGetApiBase()->GetApi gives is only ever appended to (its header promises that), so a
 * function's place in it is part of the ABI. Source: onnxruntime_c_api.h, API version 1 and later. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "peer.h"

enum { API_VERSION = 1, FLOAT = 1, ALL_OPTIMIZATIONS = 99, LOG_ERRORS = 3, DEVICE_ALLOCATOR = 0, MEMORY_DEFAULT = 0 };

/* Name, place in the table, result and arguments. A status is NULL, or what went wrong. */
#define ORT_MAP(X)                                                                                                     \
    X(error_message, 2, const char *, (const void *status))                                                            \
    X(create_env, 3, void *, (int log_level, const char *name, void **env))                                            \
    X(create_session, 7, void *, (const void *env, const char *path, const void *options, void **session))             \
    X(run, 9, void *,                                                                                                  \
      (void *session, const void *run_options, const char *const *input_names, const void *const *inputs,              \
       size_t input_count, const char *const *output_names, size_t output_count, void **outputs))                      \
    X(create_options, 10, void *, (void **options))                                                                    \
    X(set_optimization, 23, void *, (void *options, int level))                                                        \
    X(set_threads, 24, void *, (void *options, int threads))                                                           \
    X(input_name, 36, void *, (const void *session, size_t i, void *allocator, char **name))                           \
    X(output_name, 37, void *, (const void *session, size_t i, void *allocator, char **name))                          \
    X(create_tensor, 49, void *,                                                                                       \
      (const void *memory, void *data, size_t bytes, const int64_t *dims, size_t rank, int type, void **tensor))       \
    X(tensor_data, 51, void *, (void *tensor, void **data))                                                            \
    X(element_count, 64, void *, (const void *shape, size_t *count))                                                   \
    X(tensor_shape, 65, void *, (const void *tensor, void **shape))                                                    \
    X(create_cpu_memory, 69, void *, (int allocator, int type, void **memory))                                         \
    X(default_allocator, 78, void *, (void **allocator))                                                               \
    X(release_status, 93, void, (void *status))                                                                        \
    X(release_session, 95, void, (void *session))                                                                      \
    X(release_value, 96, void, (void *value))                                                                          \
    X(release_shape, 99, void, (void *shape))                                                                          \
    X(release_options, 100, void, (void *options))

struct api_base {
    void *const *(*get_api)(uint32_t version);
    const char *(*version)(void);
};

static struct {
#define X(name, place, result, arguments) result(*name) arguments;
    ORT_MAP(X)
#undef X
    const char *version;
    void *env, *memory, *allocator;
} ort;

struct model {
    void *session, *output;
    char *input_name, *output_name; /* of the allocator; as long as the process */
};

static int failed(void *status, char *error)
{
    if (!status) return 0;
    snprintf(error, PEER_ERROR_MAX, "%s", ort.error_message(status));
    ort.release_status(status);
    return 1;
}

static int begin(const char *library, char *error)
{
    void *handle = library ? dlopen(library, RTLD_NOW | RTLD_LOCAL) : NULL;
    const struct api_base *(*base)(void);
    *(void **)&base = handle ? dlsym(handle, "OrtGetApiBase") : NULL;
    if (!base) {
        snprintf(error, PEER_ERROR_MAX, "%s", library ? dlerror() : "no library was named (--ort)");
        return -1;
    }
    void *const *api = base()->get_api(API_VERSION);
#define X(name, place, result, arguments) *(void **)&ort.name = api[place];
    ORT_MAP(X)
#undef X
    ort.version = base()->version();
    return failed(ort.create_env(LOG_ERRORS, "bench", &ort.env), error) ||
                   failed(ort.create_cpu_memory(DEVICE_ALLOCATOR, MEMORY_DEFAULT, &ort.memory), error) ||
                   failed(ort.default_allocator(&ort.allocator), error)
               ? -1
               : 0;
}

static const char *version(void)
{
    return ort.version;
}

static void unload(void *model)
{
    struct model *m = model;
    if (m->output) ort.release_value(m->output);
    if (m->session) ort.release_session(m->session);
    free(m);
}

static void *load(const char *path, int threads, const struct peer_input *input, char *error)
{
    struct model *m = calloc(1, sizeof *m);
    void *options = NULL;
    (void)input;
    if (!m) return NULL;
    int bad = failed(ort.create_options(&options), error) || failed(ort.set_threads(options, threads), error) ||
              failed(ort.set_optimization(options, ALL_OPTIMIZATIONS), error) ||
              failed(ort.create_session(ort.env, path, options, &m->session), error) ||
              failed(ort.input_name(m->session, 0, ort.allocator, &m->input_name), error) ||
              failed(ort.output_name(m->session, 0, ort.allocator, &m->output_name), error);
    if (options) ort.release_options(options);
    if (!bad) return m;
    unload(m);
    return NULL;
}

static int run(void *model, const struct peer_input *input, struct peer_output *output, char *error)
{
    struct model *m = model;
    void *value = NULL, *shape = NULL, *data = NULL;
    size_t count = 1;
    for (size_t i = 0; i < input->rank; i++) count *= (size_t)input->dims[i];
    if (m->output) ort.release_value(m->output);
    m->output = NULL;
    int bad = failed(ort.create_tensor(ort.memory, input->data, count * sizeof(float), input->dims, input->rank, FLOAT,
                                       &value),
                     error) ||
              failed(ort.run(m->session, NULL, (const char *const *)&m->input_name, (const void *const *)&value, 1,
                             (const char *const *)&m->output_name, 1, &m->output),
                     error) ||
              failed(ort.tensor_data(m->output, &data), error) || failed(ort.tensor_shape(m->output, &shape), error) ||
              failed(ort.element_count(shape, &output->count), error);
    output->data = data;
    if (shape) ort.release_shape(shape);
    if (value) ort.release_value(value);
    return bad ? -1 : 0;
}

const struct peer peer_ort = {"ONNX Runtime", begin, version, load, run, unload};
