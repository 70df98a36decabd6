/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

static enum ink_log_level least_level = INK_LOG_INFO;
static bool as_json;
static _Thread_local char request[80];

void ink_log_setup(enum ink_log_level least, bool json)
{
    least_level = least;
    as_json = json;
}

void ink_log_request(const char *request_id)
{
    const char *id = request_id ? request_id : "";
    ink_text_escape(id, strlen(id), request, sizeof request);
}

/* Escaped text is safe inside a JSON string but for the quote and the backslash. */
static void json_quote(const char *text, char *out, size_t out_cap)
{
    size_t used = 0;
    for (; *text && used + 3 < out_cap; text++) {
        if (*text == '"' || *text == '\\') out[used++] = '\\';
        out[used++] = *text;
    }
    out[used] = '\0';
}

const char *ink_log_request_id(void)
{
    return request;
}

static void write_all(const char *line, size_t len)
{
    while (len) {
        ssize_t n = write(STDERR_FILENO, line, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break; /* nobody reads: nothing more to be done here */
        line += n;
        len -= (size_t)n;
    }
}

void ink_log_verbatim(const char *line)
{
    char room[4096];
    int len = snprintf(room, sizeof room, "%s\n", line);
    if (len < (int)sizeof room) write_all(room, (size_t)len); /* half of a line would be none */
}

void ink_log(enum ink_log_level level, const char *format, ...)
{
    static const char *const names[] = {"DEBUG", "INFO", "WARN", "ERROR"};
    if (level < least_level) return;
    char raw[1024], message[2048], line[6144];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    ink_text_escape(raw, strlen(raw), message, sizeof message);

    char when[INK_CLOCK_ISO_LEN + 1];
    ink_clock_iso(ink_clock_wall_ms(), when);
    int len;
    if (as_json) {
        char quoted[4096], quoted_request[168];
        json_quote(message, quoted, sizeof quoted);
        json_quote(request, quoted_request, sizeof quoted_request);
        len = snprintf(line, sizeof line, "{\"timestamp\":\"%s\",\"level\":\"%s\",\"message\":\"%s\"%s%s%s}\n", when,
                       names[level], quoted, *request ? ",\"requestId\":\"" : "", quoted_request, *request ? "\"" : "");
    } else {
        len = snprintf(line, sizeof line, "%s %s %s%s%s\n", when, names[level], request, *request ? " " : "", message);
    }
    write_all(line, (size_t)len);
}
