/* SPDX-License-Identifier: MIT */
#include "cli/log_line.h"

#include <jansson.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"

enum { SHOWN_MAX = 4096, TIME_AT = 11, TIME_LEN = 12 }; /* of 2024-11-02T16:51:31.587Z */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void line(struct ink_buffer *out, int64_t wall_ms, const char *level, const char *text)
{
    char iso[INK_CLOCK_ISO_LEN + 1], shown[SHOWN_MAX], word[16];
    size_t len = strlen(text);
    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r')) len--;
    ink_clock_iso(wall_ms, iso);
    ink_text_escape(text, len, shown, sizeof shown);
    ink_text_escape(level, strlen(level), word, sizeof word);
    ink_buffer_printf(out, "%.10s %.*s  %-6s %s\n", iso, TIME_LEN, iso + TIME_AT, word, shown);
}

/* record: {"requestId","status","metrics":{"durationMs","billedDurationMs","memorySizeMB","maxMemoryUsedMB","initDurationMs"}} */
static void report(const json_t *record, int64_t wall_ms, struct ink_buffer *out)
{
    const json_t *metrics = json_object_get(record, "metrics"), *init = json_object_get(metrics, "initDurationMs");
    const char *status = text_of(record, "status");
    char text[256], start[48] = "";
    if (init) snprintf(start, sizeof start, ", start %.1f ms", json_number_value(init));
    snprintf(text, sizeof text, "%.1f ms, billed %.0f ms, %.0f of %.0f MB%s%s%s",
             json_number_value(json_object_get(metrics, "durationMs")),
             json_number_value(json_object_get(metrics, "billedDurationMs")),
             json_number_value(json_object_get(metrics, "maxMemoryUsedMB")),
             json_number_value(json_object_get(metrics, "memorySizeMB")), start,
             *status && strcmp(status, "success") != 0 ? ", " : "",
             *status && strcmp(status, "success") != 0 ? status : "");
    line(out, wall_ms, "REPORT", text);
}

static bool is_plain_platform_line(const char *message)
{
    static const char *const starts[] = {"START RequestId:", "END RequestId:", "INIT_START ", "REPORT RequestId:"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (!strncmp(message, starts[i], strlen(starts[i]))) return true;
    return false;
}

void ink_log_line(const char *message, int64_t wall_ms, struct ink_buffer *out)
{
    json_t *root = json_loads(message, 0, NULL);
    const char *type = text_of(root, "type"), *text = text_of(root, "message");
    if (!strcmp(type, "platform.report"))
        report(json_object_get(root, "record"), wall_ms, out);
    else if (*text)
        line(out, wall_ms, *text_of(root, "level") ? text_of(root, "level") : "INFO", text);
    else if (!json_is_object(root) && !is_plain_platform_line(message))
        line(out, wall_ms, "", message); /* what somebody printed, or the last words of a crash */
    json_decref(root);
}

bool ink_log_since(const char *text, int64_t *ms)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    size_t len = strlen(text);
    uint64_t count;
    if (len < 2 || !ink_text_u64(ink_view_of(text, len - 1), 100000, &count)) return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (text[len - 1] != units[i].unit) continue;
        *ms = (int64_t)count * units[i].ms;
        return *ms <= INT64_C(3650) * 86400000;
    }
    return false;
}
