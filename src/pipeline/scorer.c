/* SPDX-License-Identifier: MIT */
#include "pipeline/scorer.h"

#include <math.h>

enum { CLASSES_MAX = 1 << 24 };

ink_status ink_scorer_init(struct ink_scorer *s, struct ink_session *session, const struct ink_convention *convention,
                           struct ink_arena *arena, struct ink_error *err)
{
    *s = (struct ink_scorer){.session = session,
                             .dtype = convention->input_dtype,
                             .shape = convention->input_shape,
                             .batch = convention->batch,
                             .classes = convention->classes,
                             .output = convention->output,
                             .input_len = ink_want_floats(&convention->want)};
    ink_status st = ink_session_bind(session, &s->shape, 1, err);
    if (st) return st;
    size_t all = 0, bytes = 0;
    bool ok = ink_shape_count(&s->shape, &all) && ink_dtype_bytes(s->dtype, all, &bytes) && all >= s->input_len;
    s->input = ok ? INK_ARENA_ARRAY(arena, float, all) : NULL;
    if (ok && s->dtype != INK_FLOAT) s->converted = ink_arena_calloc(arena, bytes, 1);
    if (!s->input || (s->dtype != INK_FLOAT && !s->converted))
        return ink_fail(err, INK_E_OOM, "no memory for an input of %zu numbers", all);
    return INK_OK;
}

/* The prepared floats as the model's type, rounded and clamped for whole numbers. */
static void *as_input(struct ink_scorer *s)
{
    for (size_t i = 0; i < s->input_len && s->converted; i++) {
        float v = s->input[i];
        switch (s->dtype) {
        case INK_DOUBLE: ((double *)s->converted)[i] = v; break;
        case INK_UINT8: ((uint8_t *)s->converted)[i] = (uint8_t)lrintf(fminf(fmaxf(v, 0), 255)); break;
        case INK_INT32: ((int32_t *)s->converted)[i] = (int32_t)lrintf(fminf(fmaxf(v, -1e9f), 1e9f)); break;
        default: ((int64_t *)s->converted)[i] = llrintf(fminf(fmaxf(v, -1e9f), 1e9f)); break;
        }
    }
    return s->converted ? s->converted : s->input;
}

/* The first picture's. */
static ink_status take_scores(const struct ink_scorer *s, const struct ink_tensor *tensor, struct ink_arena *arena,
                              float **scores, size_t *count, struct ink_error *err)
{
    size_t all = ink_tensor_count(tensor), each = s->batch ? all / s->batch : 0;
    if (each < 2 || each > CLASSES_MAX || (s->classes && each != (size_t)s->classes))
        return ink_fail(err, INK_E_NOT_CLASSIFIER,
                        "the model gave %zu numbers for a picture, and that is no score a class", each);
    *count = each;
    *scores = INK_ARENA_ARRAY(arena, float, each);
    if (!*scores) return ink_fail(err, INK_E_OOM, "no memory for %zu classes", each);
    for (size_t i = 0; i < each; i++) {
        (*scores)[i] =
            tensor->dtype == INK_DOUBLE ? (float)((const double *)tensor->data)[i] : ((const float *)tensor->data)[i];
        if (!isfinite((*scores)[i]))
            return ink_fail(err, INK_E_MODEL, "the model's score of class %zu is not a number", i);
    }
    return INK_OK;
}

ink_status ink_scorer_run(struct ink_scorer *s, struct ink_arena *arena, uint64_t deadline_us, float **scores,
                          size_t *count, struct ink_error *err)
{
    int outputs = ink_session_output_count(s->session);
    struct ink_tensor input = {s->dtype, s->shape, as_input(s)};
    struct ink_tensor *tensors = INK_ARENA_ARRAY(arena, struct ink_tensor, (size_t)outputs);
    if (!tensors) return ink_fail(err, INK_E_OOM, "no memory for %d outputs", outputs);
    ink_status st = ink_session_run(s->session, &input, 1, tensors, deadline_us, err);
    return st ? st : take_scores(s, &tensors[s->output], arena, scores, count, err);
}
