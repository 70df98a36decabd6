/* SPDX-License-Identifier: MIT */
/* NonMaxSuppression: in each class the best box is taken, and those that overlap it are not; then the best of the rest. */
#include <math.h>
#include <stdlib.h>

#include "base/checked.h"
#include "ops/sample.h"
#include "ops/topk.h"

enum { BOXES, SCORES, MOST, OVERLAP, LEAST_SCORE };

struct nms {
    int64_t centred; /* boxes are [x, y, width, height] round (x, y), else two corners [y, x, y, x] */
};

struct candidate {
    uint64_t key; /* of its score */
    size_t box;
};

ink_status ink_nms_load(struct ink_op_ctx *ctx)
{
    struct nms *my = INK_ARENA_NEW(ctx->arena, struct nms);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = ink_op_attr_i64(ctx, "center_point_box", 0, &my->centred);
    if (!st && my->centred != 0 && my->centred != 1)
        st = ink_op_fail(ctx, INK_E_MODEL, "center_point_box is %lld", (long long)my->centred);
    return st;
}

static ink_status fit(const struct ink_op_ctx *ctx)
{
    static const char *const names[] = {[MOST] = "max_output_boxes_per_class", "iou_threshold", "score_threshold"};
    const struct ink_shape *boxes = &ctx->in[BOXES]->shape, *scores = &ctx->in[SCORES]->shape;
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    if (boxes->rank != 3 || scores->rank != 3 || boxes->dims[2] != 4 || boxes->dims[0] != scores->dims[0] ||
        boxes->dims[1] != scores->dims[2])
        return ink_op_fail(ctx, INK_E_MODEL, "scores %s for boxes %s", ink_shape_text(scores, a),
                           ink_shape_text(boxes, b));
    for (int i = MOST; i <= LEAST_SCORE; i++)
        if (ink_op_has(ctx, i) && ink_tensor_count(ctx->in[i]) != 1)
            return ink_op_fail(ctx, INK_E_MODEL, "%s is not a single number", names[i]);
    return INK_OK;
}

ink_status ink_nms_prepare(struct ink_op_ctx *ctx)
{
    ink_status st = fit(ctx);
    size_t boxes = st ? 0 : (size_t)ctx->in[BOXES]->shape.dims[1];
    if (!st && !ink_mul_size(boxes, sizeof(struct candidate), &ctx->scratch_bytes))
        st = ink_op_fail(ctx, INK_E_LIMIT, "%zu boxes are too many", boxes);
    return st;
}

/* The best first, of equals the one that stands first. */
static int by_score(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->key != y->key) return x->key > y->key ? -1 : 1;
    return x->box < y->box ? -1 : x->box > y->box;
}

struct box {
    float top, left, bottom, right;
};

static struct box box_of(const struct nms *my, const float *b)
{
    if (my->centred) return (struct box){b[1] - b[3] / 2, b[0] - b[2] / 2, b[1] + b[3] / 2, b[0] + b[2] / 2};
    return (struct box){fminf(b[0], b[2]), fminf(b[1], b[3]), fmaxf(b[0], b[2]), fmaxf(b[1], b[3])};
}

static float area(const struct box *b)
{
    return b->bottom > b->top && b->right > b->left ? (b->bottom - b->top) * (b->right - b->left) : 0;
}

/* Intersection over union; 0 where one of them is empty. */
static float overlap(const struct box *a, const struct box *b)
{
    const struct box both = {fmaxf(a->top, b->top), fmaxf(a->left, b->left), fminf(a->bottom, b->bottom),
                             fminf(a->right, b->right)};
    float common = area(&both), all = area(a) + area(b) - common;
    return common > 0 && all > 0 ? common / all : 0;
}

static size_t find_candidates(const struct ink_op_ctx *ctx, const float *scores, size_t boxes, struct candidate *out)
{
    size_t count = 0;
    const float *least = ink_op_has(ctx, LEAST_SCORE) ? ctx->in[LEAST_SCORE]->data : NULL;
    for (size_t i = 0; i < boxes; i++)
        if (!least || scores[i] > *least) out[count++] = (struct candidate){ink_sort_key(INK_FLOAT, &scores[i]), i};
    if (count) qsort(out, count, sizeof *out, by_score);
    return count;
}

/* The boxes of one class: their numbers in the order they are taken, moved to the front. */
static size_t select_boxes(const struct ink_op_ctx *ctx, const float *boxes, size_t most, struct candidate *c,
                           size_t count)
{
    const struct nms *my = ctx->attributes;
    float most_overlap = ink_op_has(ctx, OVERLAP) ? *(const float *)ctx->in[OVERLAP]->data : 0;
    size_t taken = 0;
    for (size_t i = 0; i < count && taken < most; i++) {
        struct box box = box_of(my, boxes + 4 * c[i].box);
        bool alone = true;
        for (size_t k = 0; alone && k < taken; k++) {
            struct box other = box_of(my, boxes + 4 * c[k].box);
            alone = !(overlap(&box, &other) > most_overlap);
        }
        if (alone) c[taken++] = c[i];
    }
    return taken;
}

/* The output has room for as many as there could be, and then the shape of those that there are. */
ink_status ink_nms_run(struct ink_op_ctx *ctx)
{
    ink_status st = fit(ctx);
    if (st) return st;
    size_t batch = (size_t)ctx->in[SCORES]->shape.dims[0], classes = (size_t)ctx->in[SCORES]->shape.dims[1];
    size_t boxes = (size_t)ctx->in[SCORES]->shape.dims[2], found = 0, room;
    int64_t asked = ink_op_has(ctx, MOST) ? *(const int64_t *)ctx->in[MOST]->data : 0;
    size_t most = asked < 0 ? 0 : (uint64_t)asked > boxes ? boxes : (size_t)asked;
    if (!ink_mul_size(batch, classes, &room) || !ink_mul_size(room, most, &room) || room > INT64_MAX)
        return ink_op_fail(ctx, INK_E_LIMIT, "%zu classes of %zu pictures are too many", classes, batch);
    st = ctx->resize(ctx, 0, &(struct ink_shape){2, {(int64_t)room, 3}});
    int64_t *out = ctx->out[0]->data;
    for (size_t i = 0; !st && room && i < batch * classes; i++) {
        struct candidate *c = ctx->scratch;
        size_t count = find_candidates(ctx, (const float *)ctx->in[SCORES]->data + i * boxes, boxes, c);
        count = select_boxes(ctx, (const float *)ctx->in[BOXES]->data + i / classes * boxes * 4, most, c, count);
        for (size_t k = 0; k < count; k++, found++) {
            *out++ = (int64_t)(i / classes);
            *out++ = (int64_t)(i % classes);
            *out++ = (int64_t)c[k].box;
        }
    }
    if (!st) ctx->out[0]->shape.dims[0] = (int64_t)found;
    return st;
}
