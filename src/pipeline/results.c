/* SPDX-License-Identifier: MIT */
#include "pipeline/results.h"

#include <jansson.h>
#include <stdlib.h>

#include "aws/hash.h"
#include "base/text.h"
#include "pipeline/json.h"

/* status, its code in answers */
static const struct {
    ink_status status;
    const char *code;
} codes[] = {
    {INK_E_IMAGE, "bad-image"},
    {INK_E_NO_INK, "no-ink"},
    {INK_E_MODEL, "bad-model"},
    {INK_E_UNSUPPORTED, "unsupported-model"},
    {INK_E_NOT_CLASSIFIER, "not-a-classifier"},
    {INK_E_LIMIT, "too-big"},
    {INK_E_OOM, "too-big"},
    {INK_E_TIMEOUT, "too-slow"},
};

const char *ink_answer_code(ink_status status)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].status == status) return codes[i].code;
    return NULL;
}

static const char *code_or_word(ink_status status)
{
    const char *code = ink_answer_code(status);
    return code ? code : ink_status_word(status);
}

static void label_text(const char *label, struct ink_buffer *out)
{
    char escaped[1024];
    ink_text_escape(label, strlen(label), escaped, sizeof escaped);
    ink_buffer_text(out, escaped);
}

static void class_line(const struct ink_class *class, struct ink_buffer *out)
{
    ink_buffer_text(out, "class=");
    label_text(class->label, out);
    ink_buffer_printf(out, " ; probability=%f \n", (double)class->probability);
}

/* What the characters say in a row, then the likeliest class of each. */
static void characters_text(const struct ink_answer *answer, struct ink_buffer *out)
{
    ink_buffer_text(out, "text=");
    for (size_t i = 0; i < answer->character_count; i++) label_text(answer->characters[i].classes[0].label, out);
    ink_buffer_text(out, " \n");
    for (size_t i = 0; i < answer->character_count; i++) class_line(&answer->characters[i].classes[0], out);
}

void ink_results_text(const struct ink_answer *answer, struct ink_buffer *out)
{
    if (answer->error.status) {
        /* the text of an error is one escaped line already */
        ink_buffer_printf(out, "error=%s ; message=%s \n", code_or_word(answer->error.status), answer->error.text);
        return;
    }
    if (answer->characters) characters_text(answer, out);
    for (size_t i = 0; i < answer->shown && answer->classes; i++) class_line(&answer->classes[i], out);
}

/* --- JSON ------------------------------------------------------------------------------------------------------- */

/* Text as a JSON string, whatever bytes it has. */
static json_t *text_or_null(const char *text)
{
    char escaped[4096];
    if (!text) return json_null();
    json_t *plain = json_string(text);
    if (plain) return plain;
    ink_text_escape(text, strlen(text), escaped, sizeof escaped);
    return json_string(escaped);
}

static json_t *number(double value)
{
    return json_real(value);
}

static json_t *milliseconds(uint64_t us)
{
    return number((double)us / 1000.0);
}

/* The `count` likeliest; NULL has none. */
static json_t *classes_json(const struct ink_class *classes, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count && classes; i++)
        json_array_append_new(list, json_pack("{s:o,s:I,s:o}", "label", text_or_null(classes[i].label), "index",
                                              (json_int_t)classes[i].index, "probability",
                                              number((double)classes[i].probability)));
    return list;
}

/* What the model was shown, as struct ink_prepared has it; null where it did not come so far. */
static json_t *seen_json(const struct ink_answer *answer, const uint8_t *shown)
{
    const struct ink_want *want = &answer->want;
    size_t len = answer->prepared && shown ? ink_want_floats(want) : 0;
    char *values = len ? malloc(4 * ((len + 2) / 3) + 1) : NULL;
    if (!values) return json_null();
    ink_base64(shown, len, values);
    json_t *seen = json_pack("{s:i,s:i,s:i,s:s}", "width", want->width, "height", want->height, "channels",
                             want->channels, "values", values);
    free(values);
    return seen;
}

static json_t *characters_json(const struct ink_answer *answer, bool seen)
{
    json_t *list = json_array();
    for (size_t i = 0; i < answer->character_count; i++) {
        const struct ink_character *character = &answer->characters[i];
        struct ink_box box = character->box;
        json_array_append_new(list, json_pack("{s:[iiii],s:o}", "box", box.x, box.y, box.width, box.height, "classes",
                                              classes_json(character->classes, answer->shown)));
        if (seen) json_object_set_new(json_array_get(list, i), "seen", seen_json(answer, character->seen));
    }
    return list;
}

static json_t *picture_json(const struct ink_answer *answer, const struct ink_subject *subject)
{
    json_t *picture = json_pack("{s:o,s:o,s:o}", "key", text_or_null(subject->picture_key), "etag",
                                text_or_null(subject->picture_etag), "version", text_or_null(subject->picture_version));
    if (answer->decoded && picture) {
        json_object_set_new(picture, "format", text_or_null(ink_image_format_word(answer->image.format)));
        json_object_set_new(picture, "mode", text_or_null(ink_image_mode_word(answer->image.mode)));
        json_object_set_new(picture, "width", json_integer(answer->image.width));
        json_object_set_new(picture, "height", json_integer(answer->image.height));
    }
    return picture;
}

static json_t *model_json(const struct ink_subject *subject)
{
    if (!subject->model_key) return json_string(subject->fallback ? subject->fallback : "built-in");
    return json_pack("{s:o,s:o,s:o}", "key", text_or_null(subject->model_key), "etag",
                     text_or_null(subject->model_etag), "settings_etag", text_or_null(subject->settings_etag));
}

static json_t *found_json(const struct ink_answer *answer)
{
    const struct ink_prepared *found = &answer->found;
    if (!answer->prepared) return json_null();
    json_t *all = json_pack("{s:[iiii]}", "box", found->ink.x, found->ink.y, found->ink.width, found->ink.height);
    if (found->fit != INK_FIT_DIGIT || !all) return all;
    json_object_set_new(all, "ink", json_string(found->ink_is_dark ? "dark" : "bright"));
    json_object_set_new(all, "paper_level", json_integer(found->paper));
    json_object_set_new(all, "ink_level", json_integer(found->ink_level));
    json_object_set_new(all, "ink_share", number((double)found->ink_share));
    return all;
}

static json_t *three(const float *values, int channels)
{
    json_t *list = json_array();
    for (int i = 0; i < channels; i++) json_array_append_new(list, number((double)values[i]));
    return list;
}

static json_t *prepared_json(const struct ink_answer *answer)
{
    const struct ink_want *want = &answer->want;
    if (!answer->prepared) return json_null();
    json_t *all = json_pack("{s:s,s:i,s:i,s:i,s:s,s:s,s:o,s:o,s:o,s:b}", "fit", ink_fit_word(answer->found.fit),
                            "width", want->width, "height", want->height, "channels", want->channels, "layout",
                            ink_layout_word(want->layout), "polarity", ink_polarity_word(want->polarity), "scale",
                            number((double)want->scale), "mean", three(want->mean, want->channels), "std",
                            three(want->std, want->channels), "transposed", want->transposed);
    if (answer->characters || !all) return all; /* each of them has a zoom and a shift of its own */
    json_object_set_new(all, "zoom", number((double)answer->found.scale));
    json_object_set_new(
        all, "shift", json_pack("[oo]", number((double)answer->found.shift_x), number((double)answer->found.shift_y)));
    return all;
}

static json_t *times_json(const struct ink_times *times)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "fetch", milliseconds(times->fetch_us), "load",
                     milliseconds(times->load_us), "decode", milliseconds(times->decode_us), "prepare",
                     milliseconds(times->prepare_us), "infer", milliseconds(times->infer_us));
}

static json_t *error_json(const struct ink_error *error)
{
    if (!error->status) return json_null();
    return json_pack("{s:s,s:o}", "code", code_or_word(error->status), "message", text_or_null(error->text));
}

ink_status ink_results_json(const struct ink_answer *answer, const struct ink_subject *subject, struct ink_buffer *out,
                            struct ink_error *err)
{
    json_t *root =
        json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "picture", picture_json(answer, subject), "model",
                  model_json(subject), "error", error_json(&answer->error), "classes",
                  classes_json(answer->error.status ? NULL : answer->classes, answer->shown), "scores",
                  answer->error.status ? json_null() : json_string(ink_scores_word(answer->scores)), "found",
                  found_json(answer), "prepared", prepared_json(answer), "times_ms", times_json(&answer->times));
    if (root && answer->characters && !answer->error.status) {
        json_object_set_new(root, "text", text_or_null(answer->text));
        json_object_set_new(root, "characters", characters_json(answer, subject->seen));
    }
    if (root && subject->seen)
        json_object_set_new(root, "seen", seen_json(answer, answer->characters ? NULL : answer->found.shown));
    ink_status st = ink_json_write(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9), out);
    if (!st) st = ink_buffer_text(out, "\n");
    return st ? ink_fail(err, INK_E_OOM, "no memory for results.json") : INK_OK;
}
