/* SPDX-License-Identifier: MIT */
#include "pipeline/convention.h"

#include <math.h>

#include "base/buffer.h"
#include "pipeline/lineage.h"

static const char *const layout_words[] = {"nchw", "nhwc", "hw", "flat"};
static const char *const polarity_words[] = {"bright-ink", "dark-ink", "keep"};
static const char *const scores_words[] = {
#define X(code, word, meaning) [INK_SCORES_##code] = word,
    INK_SCORES_MAP(X)
#undef X
};

const char *ink_layout_word(enum ink_layout layout)
{
    return (unsigned)layout < INK_LAYOUT_COUNT ? layout_words[layout] : "?";
}

const char *ink_polarity_word(enum ink_polarity polarity)
{
    return (unsigned)polarity < INK_POLARITY_COUNT ? polarity_words[polarity] : "?";
}

const char *ink_scores_word(enum ink_scores scores)
{
    return (unsigned)scores < INK_SCORES_COUNT ? scores_words[scores] : "?";
}

enum ink_scores ink_scores_of_values(const float *values, size_t count)
{
    double sum = 0, sum_exp = 0;
    bool in_unit = true, negative = true;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
        sum_exp += exp((double)values[i]);
        in_unit = in_unit && values[i] >= 0 && values[i] <= 1.0001f;
        negative = negative && values[i] <= 1e-4f;
    }
    if (in_unit && fabs(sum - 1) < 0.01) return INK_SCORES_PROBABILITIES;
    return negative && fabs(sum_exp - 1) < 0.01 ? INK_SCORES_LOG_PROBABILITIES : INK_SCORES_LOGITS;
}

void ink_scores_to_probabilities(float *scores, size_t count, enum ink_scores what)
{
    if (what == INK_SCORES_PROBABILITIES) return;
    float most = what == INK_SCORES_LOGITS ? scores[0] : 0;
    double sum = 0;
    for (size_t i = 0; i < count && what == INK_SCORES_LOGITS; i++) most = fmaxf(most, scores[i]);
    for (size_t i = 0; i < count; i++) sum += scores[i] = expf(scores[i] - most);
    for (size_t i = 0; i < count && what == INK_SCORES_LOGITS; i++) scores[i] = (float)(scores[i] / sum);
}

/* --- the input: from its shape ---------------------------------------------------------------------------------- */

static bool is_channels(int64_t n)
{
    return n == 1 || n == 3;
}

static ink_status no_picture(const struct ink_value_info *input, struct ink_error *err, const char *why)
{
    char shape[INK_SHAPE_TEXT_MAX];
    return ink_fail(err, INK_E_NOT_CLASSIFIER, "input \"%.*s\" %s %s is not a picture: %s", INK_VIEW_ARGS(input->name),
                    ink_dtype_word(input->dtype), ink_shape_text(&input->shape, shape), why);
}

/* Height and width at dims[at], dims[at + 1]; open ones take the settings' size, else what is usual. */
static void take_sides(const struct ink_settings *settings, int64_t usual, int64_t *height, int64_t *width)
{
    if (*height == INK_DIM_UNKNOWN) *height = settings->height ? settings->height : *width > 0 ? *width : usual;
    if (*width == INK_DIM_UNKNOWN) *width = settings->width ? settings->width : *height;
}

/* [C,H,W] or [H,W,C]. An open channel dimension counts as 3 where the other end cannot be one either. */
static bool three_dims(int64_t dims[3], const struct ink_settings *settings, struct ink_convention *c)
{
    enum ink_layout layout = settings->layout;
    if (layout != INK_LAYOUT_NCHW && layout != INK_LAYOUT_NHWC)
        layout = is_channels(dims[0])                                       ? INK_LAYOUT_NCHW
                 : is_channels(dims[2])                                     ? INK_LAYOUT_NHWC
                 : dims[0] == INK_DIM_UNKNOWN                               ? INK_LAYOUT_NCHW
                 : dims[2] == INK_DIM_UNKNOWN && dims[1] != INK_DIM_UNKNOWN ? INK_LAYOUT_NHWC
                                                                            : INK_LAYOUT_COUNT;
    if (layout == INK_LAYOUT_COUNT) return false;
    int at = layout == INK_LAYOUT_NCHW;
    int64_t *channels = &dims[at ? 0 : 2];
    if (*channels == INK_DIM_UNKNOWN) *channels = 3;
    take_sides(settings, *channels == 3 ? 224 : 28, &dims[at], &dims[at + 1]);
    c->want.layout = layout;
    c->want.channels = (int)*channels;
    c->want.height = (int)dims[at];
    c->want.width = (int)dims[at + 1];
    return is_channels(*channels) && dims[at] <= INK_WANT_MAX_SIDE && dims[at + 1] <= INK_WANT_MAX_SIDE;
}

/* [H,W]: one channel. */
static bool two_dims(int64_t dims[2], const struct ink_settings *settings, struct ink_convention *c)
{
    take_sides(settings, 28, &dims[0], &dims[1]);
    c->want.layout = INK_LAYOUT_HW;
    c->want.channels = 1;
    c->want.height = (int)dims[0];
    c->want.width = (int)dims[1];
    return dims[0] <= INK_WANT_MAX_SIDE && dims[1] <= INK_WANT_MAX_SIDE;
}

static bool square(int64_t n, int64_t *root)
{
    *root = (int64_t)llround(sqrt((double)n));
    return *root * *root == n;
}

/* [C*H*W] */
static bool one_dim(int64_t *dim, const struct ink_settings *settings, struct ink_convention *c)
{
    int64_t side;
    if (*dim == INK_DIM_UNKNOWN) *dim = settings->width ? (int64_t)settings->width * settings->height : 784;
    if (*dim < 64 || *dim > 3 * INK_WANT_MAX_SIDE * INK_WANT_MAX_SIDE) return false;
    c->want.layout = INK_LAYOUT_FLAT;
    c->want.channels = 1;
    if (settings->width && (int64_t)settings->width * settings->height * 3 == *dim) c->want.channels = 3;
    if (settings->width && (int64_t)settings->width * settings->height * c->want.channels == *dim) {
        c->want.width = settings->width;
        c->want.height = settings->height;
        return true;
    }
    if (!square(*dim, &side) && (*dim % 3 != 0 || !square(*dim / 3, &side))) return false;
    c->want.channels = side * side == *dim ? 1 : 3;
    c->want.width = c->want.height = (int)side;
    return true;
}

/* How many leading dimensions are the batch: 1 where the rank or a 1 in front says so. [28,28] has none. */
static bool has_batch(const struct ink_shape *shape)
{
    if (shape->rank == 4) return true;
    if (shape->rank == 3) return !(is_channels(shape->dims[0]) && shape->dims[0] == 3) && !is_channels(shape->dims[2]);
    if (shape->rank == 2) return shape->dims[0] == INK_DIM_UNKNOWN || shape->dims[0] == 1 || shape->dims[1] >= 64;
    return false;
}

/* The shape of one run, and how a picture lies in it. */
static ink_status find_picture(const struct ink_value_info *input, const struct ink_settings *settings,
                               struct ink_convention *c, struct ink_error *err)
{
    if (input->shape.rank == INK_RANK_UNKNOWN) return no_picture(input, err, "its shape is not told");
    c->input_shape = input->shape;
    bool batched = has_batch(&input->shape);
    int64_t *dims = c->input_shape.dims + batched;
    int rank = input->shape.rank - batched;
    if (batched && c->input_shape.dims[0] == INK_DIM_UNKNOWN) c->input_shape.dims[0] = 1;
    c->batch = batched ? (size_t)c->input_shape.dims[0] : 1;
    bool ok = rank == 3   ? three_dims(dims, settings, c)
              : rank == 2 ? two_dims(dims, settings, c)
              : rank == 1 ? one_dim(dims, settings, c)
                          : false;
    if (!ok) return no_picture(input, err, "wanted is [N,1,H,W], [N,3,H,W], [N,H,W,1], [N,H,W], or [N,pixels]");
    size_t floats;
    if (c->batch < 1 || c->want.width < 1 || c->want.height < 1 || !ink_shape_count(&c->input_shape, &floats))
        return no_picture(input, err, "it has no size");
    if (settings->width && (settings->width != c->want.width || settings->height != c->want.height))
        return ink_fail(err, INK_E_MODEL, "setting \"size\" is %dx%d, but the model takes %dx%d", settings->width,
                        settings->height, c->want.width, c->want.height);
    if (settings->layout != INK_LAYOUT_COUNT && settings->layout != c->want.layout)
        return ink_fail(err, INK_E_MODEL, "setting \"layout\" is %s, but the model's input is %s",
                        ink_layout_word(settings->layout), ink_layout_word(c->want.layout));
    return INK_OK;
}

/* --- range: usual, metadata, settings --------------------------------------------------------------------------- */

void ink_convention_because(struct ink_convention *c, const char *why)
{
    if (c->why_count < (int)(sizeof c->why / sizeof *c->why)) c->why[c->why_count++] = why;
}

static void usual_range(struct ink_convention *c)
{
    static const float imagenet_mean[3] = {0.485f, 0.456f, 0.406f}, imagenet_std[3] = {0.229f, 0.224f, 0.225f};
    c->want.scale = 1.0f / 255.0f;
    c->want.fit = INK_FIT_AUTO;
    for (int i = 0; i < 3; i++) {
        c->want.mean[i] = c->want.channels == 3 ? imagenet_mean[i] : 0;
        c->want.std[i] = c->want.channels == 3 ? imagenet_std[i] : 1;
    }
    c->want.polarity = c->want.channels == 3 ? INK_POLARITY_KEEP : INK_POLARITY_BRIGHT_INK;
    ink_convention_because(c, c->want.channels == 3
                                  ? "three channels: range as networks for ImageNet are fed"
                                  : "one channel: range and polarity as MNIST was made, 0..1, bright ink");
}

static void set_range(struct ink_convention *c, float scale, float mean, float std)
{
    c->range_given = true;
    c->want.scale = scale;
    for (int i = 0; i < 3; i++) {
        c->want.mean[i] = mean;
        c->want.std[i] = std;
    }
}

/* The words of "ONNX Image metadata" (onnx/docs/MetadataProps.md). */
static void metadata_range(const struct ink_model *model, struct ink_convention *c)
{
    for (int i = 0; i < model->metadata_count; i++) {
        const struct ink_metadata *m = &model->metadata[i];
        if (ink_view_is(m->key, "Image.BitmapPixelFormat") && ink_view_is(m->value, "Bgr8")) c->want.bgr = true;
        if (!ink_view_is(m->key, "Image.NominalPixelRange")) continue;
        if (ink_view_is(m->value, "NominalRange_0_255")) set_range(c, 1, 0, 1);
        if (ink_view_is(m->value, "Normalized_0_1")) set_range(c, 1.0f / 255.0f, 0, 1);
        if (ink_view_is(m->value, "Normalized_1_1")) set_range(c, 1.0f / 255.0f, 0.5f, 0.5f);
        ink_convention_because(c, "the model's metadata says its range (Image.NominalPixelRange)");
    }
}

static void settings_range(const struct ink_settings *s, struct ink_convention *c)
{
    if (s->scale != 0) {
        /* who gives a scale and no mean means pixel * scale */
        set_range(c, s->scale, 0, 1);
        ink_convention_because(c, "settings say the scale");
    }
    for (int i = 0; i < 3 && s->mean_count; i++) c->want.mean[i] = s->mean[i];
    for (int i = 0; i < 3 && s->std_count; i++) c->want.std[i] = s->std[i];
    if (s->mean_count || s->std_count) {
        c->range_given = true;
        ink_convention_because(c, "settings say mean or std");
    }
    if (s->polarity != INK_POLARITY_COUNT) {
        c->want.polarity = s->polarity;
        c->polarity_given = true;
        ink_convention_because(c, "settings say the polarity");
    }
    if (s->fit != INK_FIT_COUNT) {
        c->want.fit = s->fit;
        ink_convention_because(c, "settings say the fit");
    }
    if (s->transpose >= 0) {
        c->want.transposed = s->transpose != 0;
        c->transpose_given = true;
    }
}

/* --- the output ------------------------------------------------------------------------------------------------- */

/* Classes of an output: everything behind the batch is 1 but for one dimension. 0: not known before a run; -1: none. */
static int64_t count_classes(const struct ink_shape *shape, size_t batch)
{
    if (shape->rank == INK_RANK_UNKNOWN) return 0;
    int64_t classes = 1;
    bool skip_batch = shape->rank > 1 && (shape->dims[0] == INK_DIM_UNKNOWN || shape->dims[0] == (int64_t)batch);
    for (int i = skip_batch; i < shape->rank; i++) {
        if (shape->dims[i] == INK_DIM_UNKNOWN) return 0;
        if (shape->dims[i] != 1 && classes != 1) return -1;
        if (shape->dims[i] != 1) classes = shape->dims[i];
    }
    return classes >= 2 ? classes : -1;
}

/* A sequence of maps from labels to scores: ZipMap's. */
static bool is_zip_map(enum ink_dtype dtype)
{
    return dtype == ink_dtype_wrap(ink_dtype_wrap(INK_FLOAT, INK_MAP_INT64), INK_SEQUENCE) ||
           dtype == ink_dtype_wrap(ink_dtype_wrap(INK_FLOAT, INK_MAP_STRING), INK_SEQUENCE);
}

static ink_status find_output(const struct ink_session *session, struct ink_convention *c, struct ink_error *err)
{
    char shape[INK_SHAPE_TEXT_MAX];
    int count = ink_session_output_count(session);
    for (int i = 0; i < count; i++) {
        const struct ink_value_info *output = ink_session_output(session, i);
        if (output->dtype != INK_FLOAT && output->dtype != INK_DOUBLE && !is_zip_map(output->dtype)) continue;
        c->classes = count_classes(&output->shape, c->batch);
        c->output = i;
        if (c->classes >= 0) return INK_OK;
    }
    if (count == 0) return ink_fail(err, INK_E_NOT_CLASSIFIER, "the model has no outputs");
    const struct ink_value_info *first = ink_session_output(session, 0);
    return ink_fail(err, INK_E_NOT_CLASSIFIER,
                    "output \"%.*s\" %s %s has no scores of classes: wanted is float [N,classes] with 2 or more",
                    INK_VIEW_ARGS(first->name), ink_dtype_word(first->dtype), ink_shape_text(&first->shape, shape));
}

/* The node that makes a value, behind those that only give it another shape. */
static const struct ink_node *maker(const struct ink_graph_proto *graph, struct ink_view name)
{
    static const char *const same[] = {"Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast", "ZipMap"};
    for (int hops = 0; hops < 16; hops++) {
        const struct ink_node *node = NULL;
        for (int i = 0; i < graph->node_count && !node; i++)
            for (int o = 0; o < graph->nodes[i].output_count; o++)
                if (ink_view_equal(graph->nodes[i].outputs[o], name)) node = &graph->nodes[i];
        if (!node) return NULL;
        bool passes = false;
        for (size_t i = 0; i < sizeof same / sizeof *same; i++) passes |= ink_view_is(node->op_type, same[i]);
        if (!passes || node->input_count == 0) return node;
        name = node->inputs[0];
    }
    return NULL;
}

static ink_status find_scores(const struct ink_session *session, struct ink_convention *c, struct ink_error *err)
{
    const struct ink_node *node =
        maker(&ink_session_model(session)->graph, ink_session_output(session, c->output)->name);
    c->scores = INK_SCORES_COUNT;
    if (!node) return INK_OK;
    if (ink_lineage_scores_pairs(node))
        return ink_fail(err, INK_E_NOT_CLASSIFIER,
                        "the model has a score for each pair of classes, not one a class: train it with "
                        "SVC(probability=True)");
    if (ink_view_is(node->op_type, "Softmax")) c->scores = INK_SCORES_PROBABILITIES;
    if (ink_view_is(node->op_type, "Sigmoid")) c->scores = INK_SCORES_PROBABILITIES;
    if (ink_view_is(node->op_type, "LogSoftmax")) c->scores = INK_SCORES_LOG_PROBABILITIES;
    ink_convention_because(
        c, c->scores == INK_SCORES_PROBABILITIES       ? "the model ends in probabilities (Softmax or Sigmoid)"
           : c->scores == INK_SCORES_LOG_PROBABILITIES ? "the model ends in LogSoftmax"
                                                       : "the model's last operator does not say what its numbers "
                                                         "are: their values do, at each picture");
    return INK_OK;
}

/* --- labels ----------------------------------------------------------------------------------------------------- */

/* A JSON list of texts. */
static bool labels_from(struct ink_view text, struct ink_arena *arena, struct ink_convention *c)
{
    struct ink_settings read = ink_settings_none;
    struct ink_buffer json;
    ink_buffer_init(&json, INK_SETTINGS_BYTES_MAX);
    ink_buffer_printf(&json, "{\"labels\":");
    ink_buffer_append(&json, text.data, text.len);
    ink_buffer_text(&json, "}");
    bool ok = !json.failed && ink_settings_read(ink_buffer_view(&json), arena, &read, NULL) == INK_OK;
    ink_buffer_cleanup(&json);
    if (!ok) return false;
    c->labels = read.labels;
    c->label_count = read.label_count;
    return true;
}

static ink_status find_labels(const struct ink_session *session, const struct ink_settings *settings,
                              struct ink_arena *arena, struct ink_convention *c, struct ink_error *err)
{
    const struct ink_model *model = ink_session_model(session);
    for (int i = 0; i < model->metadata_count && !settings->labels; i++) {
        const struct ink_metadata *m = &model->metadata[i];
        bool named = ink_view_is(m->key, "labels") || ink_view_is(m->key, "classes");
        if (named && labels_from(m->value, arena, c))
            ink_convention_because(c, "the model's metadata names the classes");
    }
    if (settings->labels) {
        c->labels = settings->labels;
        c->label_count = settings->label_count;
        ink_convention_because(c, "settings name the classes");
    }
    if (!c->labels) {
        ink_status st = ink_lineage_labels(&model->graph, arena, &c->labels, &c->label_count, err);
        if (st) return st;
        if (c->labels) ink_convention_because(c, "the classifier in the model names its classes");
        if (c->labels && is_zip_map(ink_session_output(session, c->output)->dtype))
            c->classes = (int64_t)c->label_count;
    }
    if (!c->labels || c->classes == 0 || c->label_count == (size_t)c->classes) return INK_OK;
    if (settings->labels)
        return ink_fail(err, INK_E_MODEL, "setting \"labels\" has %zu, but the model gives %lld classes",
                        c->label_count, (long long)c->classes);
    c->labels = NULL; /* metadata of some other meaning */
    c->label_count = 0;
    return INK_OK;
}

/* --- together --------------------------------------------------------------------------------------------------- */

static bool can_feed(enum ink_dtype dtype)
{
    return dtype == INK_FLOAT || dtype == INK_DOUBLE || dtype == INK_UINT8 || dtype == INK_INT32 || dtype == INK_INT64;
}

/* The input that the scores need, where it is only one. Others are for training or for measuring. */
static ink_status find_input(const struct ink_session *session, struct ink_arena *arena, struct ink_convention *c,
                             struct ink_error *err)
{
    int count = ink_session_input_count(session), needed_count = 0;
    if (count == 1) return INK_OK;
    struct ink_view *names = INK_ARENA_ARRAY(arena, struct ink_view, (size_t)count + 1);
    bool *needed = INK_ARENA_ARRAY(arena, bool, (size_t)count + 1);
    if (!names || !needed) return ink_fail(err, INK_E_OOM, "no memory for %d inputs", count);
    for (int i = 0; i < count; i++) names[i] = ink_session_input(session, i)->name;
    ink_status st = find_output(session, c, err);
    if (!st)
        st = ink_lineage_needs(&ink_session_model(session)->graph, ink_session_output(session, c->output)->name, names,
                               count, arena, needed, err);
    for (int i = 0; !st && i < count; i++) {
        if (needed[i]) c->input = i;
        needed_count += needed[i];
    }
    if (st || needed_count == 1) return st;
    return ink_fail(err, INK_E_NOT_CLASSIFIER, "the model's scores need %d of its %d inputs, a picture is one",
                    needed_count, count);
}

ink_status ink_convention_find(const struct ink_session *session, const struct ink_settings *settings,
                               struct ink_arena *arena, struct ink_convention *out, struct ink_error *err)
{
    *out = (struct ink_convention){.scores = INK_SCORES_COUNT, .top = settings->top ? settings->top : 10};
    ink_status st = find_input(session, arena, out, err);
    if (st) return st;
    const struct ink_value_info *input = ink_session_input(session, out->input);
    out->input_dtype = input->dtype;
    if (!can_feed(input->dtype))
        return no_picture(input, err, "wanted is float (double, uint8, int32 and int64 are filled as well)");
    st = find_picture(input, settings, out, err);
    if (!st) st = find_output(session, out, err);
    if (st) return st;
    usual_range(out);
    metadata_range(ink_session_model(session), out);
    if (input->dtype != INK_FLOAT && input->dtype != INK_DOUBLE) {
        set_range(out, 1, 0, 1);                /* whole numbers: 0..255 */
        out->range_given = out->want.width > 8; /* 8x8 may be 0..16 */
    }
    settings_range(settings, out);
    st = find_scores(session, out, err);
    return st ? st : find_labels(session, settings, arena, out, err);
}
