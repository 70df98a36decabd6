/* SPDX-License-Identifier: MIT */
#include "pipeline/scorer.h"

#include <math.h>

enum { CLASSES_MAX = 1 << 24 };

/* All inputs: what the scores do not need is as small as it may be, and zero. */
static ink_status make_inputs(struct ink_scorer *s, struct ink_arena *arena, struct ink_error *err)
{
    struct ink_shape *shapes = INK_ARENA_ARRAY(arena, struct ink_shape, (size_t)s->input_count);
    s->inputs = INK_ARENA_ARRAY(arena, struct ink_tensor, (size_t)s->input_count);
    if (!shapes || !s->inputs) return ink_fail(err, INK_E_OOM, "no memory for %d inputs", s->input_count);
    for (int i = 0; i < s->input_count; i++) {
        const struct ink_value_info *info = ink_session_input(s->session, i);
        struct ink_tensor *input = &s->inputs[i];
        size_t count = 0, bytes = 0;
        *input = (struct ink_tensor){info->dtype, i == s->picture ? s->shape : info->shape, NULL};
        if (input->shape.rank == INK_RANK_UNKNOWN) input->shape.rank = 0;
        for (int d = 0; d < input->shape.rank; d++)
            if (input->shape.dims[d] == INK_DIM_UNKNOWN) input->shape.dims[d] = 1;
        bool ok = ink_shape_count(&input->shape, &count) && ink_dtype_bytes(info->dtype, count, &bytes);
        if (ok && i != s->picture) input->data = ink_arena_calloc(arena, bytes + 1, 1);
        if (!ok || (i != s->picture && !input->data))
            return ink_fail(err, INK_E_OOM, "no memory for input \"%.*s\"", INK_VIEW_ARGS(info->name));
        shapes[i] = input->shape;
    }
    return ink_session_bind(s->session, shapes, s->input_count, err);
}

ink_status ink_scorer_init(struct ink_scorer *s, struct ink_session *session, const struct ink_convention *convention,
                           struct ink_arena *arena, struct ink_error *err)
{
    *s = (struct ink_scorer){.session = session,
                             .picture = convention->input,
                             .input_count = ink_session_input_count(session),
                             .dtype = convention->input_dtype,
                             .shape = convention->input_shape,
                             .batch = convention->batch,
                             .classes = convention->classes,
                             .output = convention->output,
                             .input_len = ink_want_floats(&convention->want)};
    ink_status st = make_inputs(s, arena, err);
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

/* Out of a sequence of maps from labels to scores (ZipMap): the scores in the first, which is the picture's. */
static const struct ink_tensor *of_first_map(const struct ink_tensor *tensor)
{
    static const struct ink_tensor none = {.dtype = INK_FLOAT, .shape = {1, {0}}};
    if (!ink_dtype_is_container(tensor->dtype)) return tensor;
    if (!ink_tensor_count(tensor)) return &none;
    const struct ink_tensor *pair = ((const struct ink_tensor *)tensor->data)[0].data;
    return &pair[1];
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
    struct ink_tensor *tensors = INK_ARENA_ARRAY(arena, struct ink_tensor, (size_t)outputs);
    if (!tensors) return ink_fail(err, INK_E_OOM, "no memory for %d outputs", outputs);
    s->inputs[s->picture].data = as_input(s);
    ink_status st = ink_session_run(s->session, s->inputs, s->input_count, tensors, deadline_us, err);
    return st ? st : take_scores(s, of_first_map(&tensors[s->output]), arena, scores, count, err);
}
