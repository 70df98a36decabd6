/* SPDX-License-Identifier: MIT */
#include "pipeline/line.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "image/segment.h"

struct reader {
    struct ink_classifier *classifier;
    struct ink_arena *arena;
    uint64_t deadline_us;
    struct ink_answer last; /* of one hypothesis; its times add up */
};

static ink_status read_segment(void *context, struct ink_segment *segment, struct ink_error *err)
{
    struct reader *reader = context;
    uint64_t before_us = reader->last.times.infer_us;
    struct ink_scorer *scorer = &reader->classifier->scorer;
    memcpy(scorer->input, segment->input, scorer->input_len * sizeof *segment->input);
    ink_status st = ink_classifier_infer(reader->classifier, reader->arena, reader->deadline_us, &reader->last);
    reader->last.times.infer_us += before_us;
    if (st) {
        *err = reader->last.error;
        return st;
    }
    segment->reading = reader->last.classes;
    segment->score = reader->last.classes[0].probability;
    return INK_OK;
}

static ink_status take_characters(const struct ink_segments *line, struct ink_arena *arena, struct ink_answer *out)
{
    struct ink_buffer text;
    ink_buffer_init(&text, SIZE_MAX);
    out->characters = INK_ARENA_ARRAY(arena, struct ink_character, (size_t)line->count);
    out->character_count = (size_t)line->count;
    out->probability = 1;
    for (size_t i = 0; out->characters && i < out->character_count; i++) {
        const struct ink_segment *segment = &line->segment[i];
        struct ink_class *classes = segment->reading;
        out->characters[i] = (struct ink_character){segment->box, classes, segment->shown};
        if (classes[0].probability < out->probability) out->probability = classes[0].probability;
        ink_buffer_text(&text, classes[0].label);
    }
    out->text = ink_arena_text(arena, ink_buffer_view(&text));
    ink_buffer_cleanup(&text);
    if (text.failed || !out->characters || !out->text)
        return ink_fail(&out->error, INK_E_OOM, "no memory for %d characters", line->count);
    return INK_OK;
}

ink_status ink_line_read(struct ink_classifier *c, struct ink_arena *arena, uint64_t deadline_us,
                         struct ink_answer *out)
{
    uint64_t start = ink_clock_us();
    struct reader reader = {.classifier = c, .arena = arena, .deadline_us = deadline_us};
    struct ink_segments line;
    out->want = c->convention.want;
    ink_status st = ink_segment(&out->image, &out->want, read_segment, &reader, arena, &line, &out->error);
    out->times.infer_us = reader.last.times.infer_us;
    out->times.prepare_us = ink_clock_us() - start - out->times.infer_us;
    if (st) return st;
    out->found = line.found;
    out->prepared = true;
    out->scores = reader.last.scores;
    out->class_count = reader.last.class_count;
    out->shown = reader.last.shown;
    return take_characters(&line, arena, out);
}
