/* SPDX-License-Identifier: MIT */
#include "pipeline/settings.h"

#include <jansson.h>
#include <math.h>

#include "base/text.h"
#include "pipeline/convention.h"
#include "pipeline/keys.h"

const struct ink_settings ink_settings_none = {
    .layout = INK_LAYOUT_COUNT,
    .polarity = INK_POLARITY_COUNT,
    .fit = INK_FIT_COUNT,
    .transpose = -1,
};

struct reading {
    struct ink_settings *out;
    struct ink_arena *arena;
    struct ink_error *err;
};

static ink_status wrong(struct reading *r, const char *name, const char *may_be)
{
    return ink_fail(r->err, INK_E_MODEL, "setting \"%s\" must be %s", name, may_be);
}

static ink_status read_labels(struct reading *r, const char *name, const json_t *value)
{
    size_t count = json_array_size(value); /* 0 for what is no array */
    if (count == 0 || count > INK_LABELS_MAX) return wrong(r, name, "a list of 1 to 100000 texts, one for each class");
    const char **labels = INK_ARENA_ARRAY(r->arena, const char *, count);
    if (!labels) return ink_fail(r->err, INK_E_OOM, "no memory for %zu labels", count);
    for (size_t i = 0; i < count; i++) {
        const json_t *label = json_array_get(value, i);
        if (json_is_string(label))
            labels[i] = ink_arena_text(r->arena, ink_view_text(json_string_value(label)));
        else if (json_is_integer(label))
            labels[i] = ink_arena_printf(r->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(label));
        else
            return wrong(r, name, "a list of texts, one for each class");
        if (!labels[i]) return ink_fail(r->err, INK_E_OOM, "no memory for %zu labels", count);
    }
    r->out->labels = labels;
    r->out->label_count = count;
    return INK_OK;
}

static bool side(const json_t *value, int *out)
{
    json_int_t n = json_integer_value(value); /* 0 for what is no integer */
    if (n < 1 || n > INK_WANT_MAX_SIDE) return false;
    *out = (int)n;
    return true;
}

static ink_status read_size(struct reading *r, const char *name, const json_t *value)
{
    bool pair = json_array_size(value) == 2;
    if (!side(pair ? json_array_get(value, 0) : value, &r->out->width) ||
        !side(pair ? json_array_get(value, 1) : value, &r->out->height))
        return wrong(r, name, "a whole number from 1 to 4096, or [width, height]");
    return INK_OK;
}

static bool number(const json_t *value, float *out)
{
    *out = (float)json_number_value(value);
    return json_is_number(value) && isfinite(*out);
}

static ink_status read_scale(struct reading *r, const char *name, const json_t *value)
{
    if (!number(value, &r->out->scale) || !isnormal(r->out->scale))
        return wrong(r, name, "a number that is not 0, such as 0.00392157 for 1/255");
    return INK_OK;
}

/* One number for all channels, or three. */
static bool channel_numbers(const json_t *value, float out[3], int *count)
{
    *count = json_is_array(value) ? (int)json_array_size(value) : 1;
    if (*count != 1 && *count != 3) return false;
    for (int i = 0; i < 3; i++) {
        const json_t *one = json_is_array(value) ? json_array_get(value, (size_t)(*count == 3 ? i : 0)) : value;
        if (!number(one, &out[i])) return false;
    }
    return true;
}

static ink_status read_mean(struct reading *r, const char *name, const json_t *value)
{
    if (!channel_numbers(value, r->out->mean, &r->out->mean_count))
        return wrong(r, name, "a number, or three in a list");
    return INK_OK;
}

static ink_status read_std(struct reading *r, const char *name, const json_t *value)
{
    const float *std = r->out->std;
    if (!channel_numbers(value, r->out->std, &r->out->std_count) || !isnormal(std[0]) || !isnormal(std[1]) ||
        !isnormal(std[2]))
        return wrong(r, name, "a number that is not 0, or three in a list");
    return INK_OK;
}

static ink_status read_layout(struct reading *r, const char *name, const json_t *value)
{
    for (int i = 0; json_is_string(value) && i < INK_LAYOUT_COUNT; i++) {
        if (!ink_text_equal_nocase(json_string_value(value), ink_layout_word((enum ink_layout)i))) continue;
        r->out->layout = (enum ink_layout)i;
        return INK_OK;
    }
    return wrong(r, name, "\"nchw\", \"nhwc\", \"hw\" or \"flat\"");
}

static ink_status read_polarity(struct reading *r, const char *name, const json_t *value)
{
    for (int i = 0; json_is_string(value) && i < INK_POLARITY_COUNT; i++) {
        if (!ink_text_equal_nocase(json_string_value(value), ink_polarity_word((enum ink_polarity)i))) continue;
        r->out->polarity = (enum ink_polarity)i;
        return INK_OK;
    }
    return wrong(r, name, "\"bright-ink\", \"dark-ink\" or \"keep\"");
}

static ink_status read_fit(struct reading *r, const char *name, const json_t *value)
{
    if (json_is_string(value) && ink_fit_named(json_string_value(value), &r->out->fit)) return INK_OK;
    return wrong(r, name, "\"auto\", \"digit\", \"seed\", \"letterbox\", \"crop\" or \"stretch\"");
}

static ink_status read_transpose(struct reading *r, const char *name, const json_t *value)
{
    if (!json_is_boolean(value)) return wrong(r, name, "true or false");
    r->out->transpose = json_is_true(value);
    return INK_OK;
}

static ink_status read_segment(struct reading *r, const char *name, const json_t *value)
{
    if (!json_is_boolean(value)) return wrong(r, name, "true or false");
    r->out->segment = json_is_true(value);
    return INK_OK;
}

static ink_status read_top(struct reading *r, const char *name, const json_t *value)
{
    json_int_t top = json_integer_value(value);
    if (top < 1 || top > INK_CLASSES_SHOWN) return wrong(r, name, "a whole number from 1 to 10");
    r->out->top = (int)top;
    return INK_OK;
}

static const struct {
    const char *name;
    ink_status (*read)(struct reading *r, const char *name, const json_t *value);
} table[] = {
    {"labels", read_labels},       {"size", read_size},       {"layout", read_layout},     {"scale", read_scale},
    {"mean", read_mean},           {"std", read_std},         {"polarity", read_polarity}, {"fit", read_fit},
    {"transpose", read_transpose}, {"segment", read_segment}, {"top", read_top},
};

static ink_status read_one(struct reading *r, const char *name, const json_t *value)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(name, table[i].name) == 0) return table[i].read(r, name, value);
    return ink_fail(r->err, INK_E_MODEL,
                    "there is no setting \"%.60s\"; there are labels, size, layout, scale, mean, std, polarity, fit, "
                    "transpose, segment, top",
                    name);
}

ink_status ink_settings_read(struct ink_view json, struct ink_arena *arena, struct ink_settings *out,
                             struct ink_error *err)
{
    if (json.len > INK_SETTINGS_BYTES_MAX)
        return ink_fail(err, INK_E_MODEL, "settings of more than 1 MiB are not read");
    json_error_t where;
    json_t *root = json_loadb((const char *)json.data, json.len, JSON_REJECT_DUPLICATES, &where);
    if (!root) return ink_fail(err, INK_E_MODEL, "line %d: not JSON: %s", where.line, where.text);
    struct reading r = {out, arena, err};
    ink_status st = INK_OK;
    if (!json_is_object(root)) st = ink_fail(err, INK_E_MODEL, "settings are an object: {\"labels\": [...], ...}");
    const char *name;
    json_t *value;
    json_object_foreach(root, name, value)
    {
        if (!st) st = read_one(&r, name, value);
    }
    json_decref(root);
    return st;
}
