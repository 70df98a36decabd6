/* SPDX-License-Identifier: MIT */
#include "ort.h"

#include <dlfcn.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

enum { API_VERSION = 12, ARGS_MAX = 8, LOG_FATAL = 4 };

/* Places in the table. */
enum {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    CREATE_SESSION_FROM_ARRAY = 8,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_INTRA_OP_THREADS = 24,
    CREATE_TENSOR_WITH_DATA = 49,
    IS_TENSOR = 50,
    GET_TENSOR_DATA = 51,
    GET_ELEMENT_TYPE = 60,
    GET_DIMENSIONS_COUNT = 61,
    GET_DIMENSIONS = 62,
    GET_TENSOR_TYPE_AND_SHAPE = 65,
    CREATE_CPU_MEMORY_INFO = 69,
    RELEASE_ENV = 92,
    RELEASE_STATUS = 93,
    RELEASE_MEMORY_INFO = 94,
    RELEASE_SESSION = 95,
    RELEASE_VALUE = 96,
    RELEASE_TYPE_AND_SHAPE = 99,
    RELEASE_SESSION_OPTIONS = 100,
};

typedef void function(void);

struct ort {
    void *library;
    function *const *api;
    void *env, *options, *memory;
};

#define CALL(ort, place, type, ...) ((void *(*)type)(ort)->api[place])(__VA_ARGS__)
#define RELEASE(ort, place, object) ((void (*)(void *))(ort)->api[place])(object)

/* Whether a call went well; else its message goes to `why`. */
static bool good(const struct ort *ort, void *status, char why[256])
{
    if (!status) return true;
    snprintf(why, 256, "%s", ((const char *(*)(void *))ort->api[GET_ERROR_MESSAGE])(status));
    RELEASE(ort, RELEASE_STATUS, status);
    return false;
}

static void *open_library(void)
{
    const char *given = getenv("INK_ONNXRUNTIME"), *build = getenv("INK_BUILD");
    char pattern[4096];
    void *library = NULL;
    glob_t found = {0};
    if (given) return dlopen(given, RTLD_NOW | RTLD_LOCAL);
    snprintf(pattern, sizeof pattern, "%s/npm*/node_modules/onnxruntime-node/bin/napi-*/linux/*/libonnxruntime.so*",
             build ? build : "build");
    glob(pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc && !library; i++) library = dlopen(found.gl_pathv[i], RTLD_NOW | RTLD_LOCAL);
    globfree(&found);
    return library;
}

struct ort *ort_new(const char **why)
{
    struct base {
        const void *(*get_api)(uint32_t version);
        const char *(*version)(void);
    };
    char text[256];
    struct ort *ort = calloc(1, sizeof *ort);
    if (!ort) return NULL;
    ort->library = open_library();
    const struct base *(*get_base)(void) = NULL;
    if (ort->library) *(void **)&get_base = dlsym(ort->library, "OrtGetApiBase");
    ort->api = get_base ? get_base()->get_api(API_VERSION) : NULL;
    if (!ort->api) {
        *why = "npm's onnxruntime-node is not installed: ./do bench does that";
        ort_free(ort);
        return NULL;
    }
    bool ok = good(ort, CALL(ort, CREATE_ENV, (int, const char *, void **), LOG_FATAL, "inkling", &ort->env), text) &&
              good(ort, CALL(ort, CREATE_SESSION_OPTIONS, (void **), &ort->options), text) &&
              good(ort, CALL(ort, SET_INTRA_OP_THREADS, (void *, int), ort->options, 1), text) &&
              good(ort, CALL(ort, CREATE_CPU_MEMORY_INFO, (int, int, void **), 0, 0, &ort->memory), text);
    if (ok) return ort;
    *why = "ONNX Runtime does not start";
    ort_free(ort);
    return NULL;
}

void ort_free(struct ort *ort)
{
    if (ort->memory) RELEASE(ort, RELEASE_MEMORY_INFO, ort->memory);
    if (ort->options) RELEASE(ort, RELEASE_SESSION_OPTIONS, ort->options);
    if (ort->env) RELEASE(ort, RELEASE_ENV, ort->env);
    if (ort->library) dlclose(ort->library);
    free(ort);
}

static bool take_answer(struct ort *ort, void *value, struct ink_tensor *out, struct ink_arena *arena, char why[256])
{
    void *info = NULL, *data = NULL;
    int is_tensor = 0, dtype = 0;
    size_t rank = 0, bytes;
    snprintf(why, 256, "an output is no tensor");
    if (!good(ort, CALL(ort, IS_TENSOR, (void *, int *), value, &is_tensor), why) || !is_tensor ||
        !good(ort, CALL(ort, GET_TENSOR_TYPE_AND_SHAPE, (void *, void **), value, &info), why))
        return false;
    bool ok = good(ort, CALL(ort, GET_ELEMENT_TYPE, (void *, int *), info, &dtype), why) &&
              good(ort, CALL(ort, GET_DIMENSIONS_COUNT, (void *, size_t *), info, &rank), why) &&
              rank <= INK_RANK_MAX && ink_dtype_valid(dtype) && dtype != INK_STRING;
    if (ok) {
        *out = (struct ink_tensor){(enum ink_dtype)dtype, {.rank = (int)rank}, NULL};
        ok = good(ort, CALL(ort, GET_DIMENSIONS, (void *, int64_t *, size_t), info, out->shape.dims, rank), why) &&
             good(ort, CALL(ort, GET_TENSOR_DATA, (void *, void **), value, &data), why);
    }
    RELEASE(ort, RELEASE_TYPE_AND_SHAPE, info);
    if (!ok) return false;
    bytes = ink_tensor_bytes(out);
    out->data = ink_arena_alloc(arena, bytes + 1, INK_ARENA_ALIGN);
    if (out->data && bytes) memcpy(out->data, data, bytes);
    return out->data != NULL;
}

bool ort_run(struct ort *ort, struct ink_view model, const struct ink_tensor *inputs, int input_count,
             struct ink_tensor *outputs, int output_count, struct ink_arena *arena, char why[256])
{
    static const char *const in_names[ARGS_MAX] = {"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"};
    static const char *const out_names[ARGS_MAX] = {"y0", "y1", "y2", "y3", "y4", "y5", "y6", "y7"};
    void *session = NULL, *in[ARGS_MAX] = {0}, *out[ARGS_MAX] = {0};
    bool ok = good(ort,
                   CALL(ort, CREATE_SESSION_FROM_ARRAY, (void *, const void *, size_t, void *, void **), ort->env,
                        model.data, model.len, ort->options, &session),
                   why);
    for (int i = 0; ok && i < input_count; i++)
        ok = good(ort,
                  CALL(ort, CREATE_TENSOR_WITH_DATA, (void *, void *, size_t, const int64_t *, size_t, int, void **),
                       ort->memory, inputs[i].data, ink_tensor_bytes(&inputs[i]), inputs[i].shape.dims,
                       (size_t)inputs[i].shape.rank, (int)inputs[i].dtype, &in[i]),
                  why);
    ok = ok &&
         good(ort,
              CALL(ort, RUN,
                   (void *, void *, const char *const *, void *const *, size_t, const char *const *, size_t, void **),
                   session, NULL, in_names, in, (size_t)input_count, out_names, (size_t)output_count, out),
              why);
    for (int i = 0; ok && i < output_count; i++) ok = take_answer(ort, out[i], &outputs[i], arena, why);
    for (int i = 0; i < ARGS_MAX; i++) {
        if (in[i]) RELEASE(ort, RELEASE_VALUE, in[i]);
        if (out[i]) RELEASE(ort, RELEASE_VALUE, out[i]);
    }
    if (session) RELEASE(ort, RELEASE_SESSION, session);
    return ok;
}
