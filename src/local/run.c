/* SPDX-License-Identifier: MIT */
#include "local/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "local/encode.h"
#include "local/failure_record.h"
#include "local/json_text.h"

/* --- what caused it ------------------------------------------------------------------------------------------------- */

static json_t *or_null(json_t *value)
{
    return value ? json_incref(value) : json_null();
}

/* Keys in S3's events are form-encoded. */
static json_t *decoded_key(const json_t *encoded)
{
    struct ink_arena arena;
    const char *key, *text = json_string_value(encoded);
    json_t *out = NULL;
    ink_arena_init(&arena, 64 * 1024);
    if (text && !ink_percent_decode(&arena, ink_view_text(text), true, &key)) out = ink_json_text(key);
    ink_arena_cleanup(&arena);
    return out ? out : json_null();
}

static void set_cause(json_t *record, const char *payload)
{
    json_t *event = json_loads(payload, 0, NULL);
    json_t *first = json_array_get(json_object_get(event, "Records"), 0);
    json_t *s3 = json_object_get(first, "s3"), *object = json_object_get(s3, "object");
    json_t *answered = json_object_get(first, "responseElements");
    json_object_set_new(record, "bucket", or_null(json_object_get(json_object_get(s3, "bucket"), "name")));
    json_object_set_new(record, "key", decoded_key(json_object_get(object, "key")));
    json_object_set_new(record, "etag", or_null(json_object_get(object, "eTag")));
    json_object_set_new(record, "event", or_null(json_object_get(first, "eventName")));
    json_object_set_new(record, "put_request_id", or_null(json_object_get(answered, "x-amz-request-id")));
    json_decref(event);
}

static const char *text_in(const json_t *record, const char *name)
{
    const char *text = json_string_value(json_object_get(record, name));
    return text ? text : "";
}

struct ink_run *ink_run_new(const struct ink_store_event *event, const char *request_id, bool cold)
{
    char id[24];
    struct ink_run *run = ink_calloc(1, sizeof *run);
    if (!run) return NULL;
    run->id = event->id;
    run->started_ms = ink_clock_wall_ms();
    snprintf(id, sizeof id, "%llu", (unsigned long long)event->id);
    int64_t wait_ms = run->started_ms - event->created_ms;
    run->record =
        json_pack("{s:s,s:s,s:I,s:I,s:s,s:I,s:n,s:b,s:i,s:n,s:n,s:n,s:[]}", "id", id, "request_id", request_id,
                  "received_at_ms", (json_int_t)event->created_ms, "started_at_ms", (json_int_t)run->started_ms,
                  "outcome", "running", "wait_ms", (json_int_t)(wait_ms > 0 ? wait_ms : 0), "duration_ms", "cold", cold,
                  "attempts", event->attempts + 1, "retry_at_ms", "answer", "error", "stages");
    run->log = json_array();
    run->payload = strdup(event->payload);
    if (!run->record || !run->log || !run->payload) {
        ink_run_free(run);
        return NULL;
    }
    set_cause(run->record, event->payload);
    run->bucket = text_in(run->record, "bucket");
    run->key = text_in(run->record, "key");
    run->request_id = text_in(run->record, "request_id");
    return run;
}

void ink_run_free(struct ink_run *run)
{
    if (!run) return;
    json_decref(run->record);
    json_decref(run->log);
    free(run->payload);
    ink_free(run);
}

/* --- lines ---------------------------------------------------------------------------------------------------------- */

/* Cuts off the first word and the spaces behind it. */
static struct ink_view take_word(struct ink_view *rest)
{
    size_t len = 0;
    while (len < rest->len && rest->data[len] != ' ') len++;
    struct ink_view word = ink_view_of(rest->data, len);
    while (len < rest->len && rest->data[len] == ' ') len++;
    *rest = ink_view_of(rest->data + len, rest->len - len);
    return word;
}

/* "2024-11-02T16:51:31.587Z INFO REQUEST text" as base/log.h writes it; of any other line, all is text. */
static const char *take_level(const char *request_id, struct ink_view *line)
{
    static const char *const levels[] = {"DEBUG", "INFO", "WARN", "ERROR"};
    struct ink_view rest = *line, when = take_word(&rest), level = take_word(&rest);
    if (when.len != INK_CLOCK_ISO_LEN || when.data[when.len - 1] != 'Z') return "";
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (!ink_view_is(level, levels[i])) continue;
        struct ink_view behind = rest;
        *line = ink_view_is(take_word(&behind), request_id) ? behind : rest;
        return levels[i];
    }
    return "";
}

bool ink_run_is_debug(struct ink_view line)
{
    return strcmp(take_level("", &line), "DEBUG") == 0;
}

static bool starts_with(struct ink_view line, const char *start)
{
    size_t len = strlen(start);
    return line.len >= len && memcmp(line.data, start, len) == 0;
}

/* "decode 1843": a stage that began, and when. */
static enum ink_run_line take_stage(struct ink_run *run, struct ink_view rest, json_t **told)
{
    struct ink_view name = take_word(&rest);
    json_t *stages = json_object_get(run->record, "stages");
    uint64_t at_us;
    if (!ink_text_u64(rest, INT64_MAX, &at_us) || json_array_size(stages) == INK_RUN_STAGES_MAX) return INK_RUN_OTHER;
    json_t *stage = json_pack("{s:o,s:f}", "stage", ink_json_text_of(name), "at_ms", (double)at_us / 1000.0);
    json_array_append_new(stages, stage);
    *told = json_pack("{s:O,s:O,s:O}", "id", json_object_get(run->record, "id"), "stage",
                      json_object_get(stage, "stage"), "at_ms", json_object_get(stage, "at_ms"));
    return INK_RUN_STAGE;
}

enum ink_run_line ink_run_take(struct ink_run *run, struct ink_view line, json_t **told)
{
    static const char stage[] = "stage ", metrics[] = "{\"_aws\":";
    *told = NULL;
    const char *level = take_level(run->request_id, &line);
    if (strcmp(level, "DEBUG") == 0 && starts_with(line, stage))
        return take_stage(run, ink_view_of(line.data + strlen(stage), line.len - strlen(stage)), told);
    if (starts_with(line, metrics) || json_array_size(run->log) == INK_RUN_LINES_MAX) return INK_RUN_OTHER;
    if (line.len > INK_RUN_LINE_MAX) line.len = INK_RUN_LINE_MAX;
    json_t *text = ink_json_text_of(line);
    json_array_append_new(run->log, json_pack("{s:s,s:O}", "level", level, "text", text));
    *told = json_pack("{s:O,s:s,s:o}", "id", json_object_get(run->record, "id"), "level", level, "text", text);
    return INK_RUN_LINE;
}

/* --- how it ended --------------------------------------------------------------------------------------------------- */

static void set_text(json_t *record, const char *name, const char *text)
{
    json_object_set_new(record, name, json_string(text));
}

void ink_run_end(struct ink_run *run, const struct ink_function_end *end)
{
    run->good = !end->failure;
    json_object_set_new(run->record, "duration_ms", json_real((double)end->took_us / 1000.0));
    set_text(run->record, "outcome", !end->failure ? "done" : end->fate.given_up ? "failed" : "retrying");
    if (!end->failure) return;
    struct ink_failure_words words;
    ink_failure_words(end->failure, &words);
    json_object_set_new(
        run->record, "error",
        json_pack("{s:o,s:o}", "type", ink_json_text(words.type), "message", ink_json_text(words.message)));
    if (end->fate.retry_at_ms)
        json_object_set_new(run->record, "retry_at_ms", json_integer((json_int_t)end->fate.retry_at_ms));
}

/* {"text", "probability"} of results.json: the one character's first class, or what the line of them says and the least
 * sure of them. */
static void read_classes(const json_t *answer, json_t *out)
{
    json_t *text = json_object_get(answer, "text"), *characters = json_object_get(answer, "characters"), *character;
    json_t *first = json_array_get(json_object_get(answer, "classes"), 0);
    double least = json_number_value(json_object_get(first, "probability"));
    size_t i;
    json_array_foreach(characters, i, character)
    {
        json_t *best = json_array_get(json_object_get(character, "classes"), 0);
        double probability = json_number_value(json_object_get(best, "probability"));
        if (i == 0 || probability < least) least = probability;
    }
    json_object_set_new(out, "text", or_null(json_is_string(text) ? text : json_object_get(first, "label")));
    json_object_set_new(out, "probability", json_real(least));
}

void ink_run_answer(struct ink_run *run, const char *key, struct ink_view json)
{
    json_t *answer = json_loadb((const char *)json.data, json.len, 0, NULL);
    if (!json_is_object(answer)) {
        json_decref(answer);
        return;
    }
    json_t *error = json_object_get(answer, "error"), *code = json_object_get(error, "code");
    json_t *message = json_object_get(error, "message");
    if (json_is_string(error)) { /* a report has the code alone, and all that stands against the model */
        code = error;
        message = json_array_get(json_object_get(answer, "problems"), 0);
    }
    json_t *out = json_pack("{s:o,s:n,s:n,s:o,s:o}", "key", ink_json_text(key), "text", "probability", "code",
                            or_null(code), "message", or_null(message));
    if (json_is_true(json_object_get(answer, "usable")))
        set_text(out, "text", "usable");
    else if (!code)
        read_classes(answer, out);
    set_text(run->record, "outcome", code ? "refused" : "answered");
    json_object_set_new(run->record, "answer", out);
    json_decref(answer);
}
