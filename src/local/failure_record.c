/* SPDX-License-Identifier: MIT */
#include "local/failure_record.h"

#include <jansson.h>
#include <stdio.h>

#include "base/clock.h"
#include "local/trigger.h"

/* What is not JSON is kept as a string. */
static json_t *any_json(struct ink_view text)
{
    json_t *value = json_loadb((const char *)text.data, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!value) value = json_stringn((const char *)text.data, text.len);
    return value ? value : json_null(); /* not even UTF-8 */
}

static json_t *response_payload(const struct ink_queue_failure *failure)
{
    if (failure->payload.len) return any_json(failure->payload);
    return json_pack("{s:s, s:s}", "errorType", failure->error_type, "errorMessage", failure->message);
}

char *ink_failure_record(const struct ink_store_event *event, const char *condition, int invocations,
                         const struct ink_queue_failure *failure)
{
    char when[INK_CLOCK_ISO_LEN + 1], id[INK_QUEUE_REQUEST_ID_LEN + 1], arn[256];
    ink_clock_iso(ink_clock_wall_ms(), when);
    ink_queue_request_id(event, id);
    snprintf(arn, sizeof arn, INK_TRIGGER_ARN_PREFIX "%s:$LATEST", event->function);
    json_t *record =
        json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:i}, s:o}", "version", "1.0", "timestamp", when, "requestContext",
                  "requestId", id, "functionArn", arn, "condition", condition, "approximateInvokeCount", invocations,
                  "requestPayload", any_json(ink_view_text(event->payload)));
    if (record && failure) {
        json_object_set_new(record, "responseContext",
                            json_pack("{s:i, s:s, s:s}", "statusCode", 200, "executedVersion", "$LATEST",
                                      "functionError", "Unhandled"));
        json_object_set_new(record, "responsePayload", response_payload(failure));
    }
    char *text = record ? json_dumps(record, JSON_COMPACT) : NULL;
    json_decref(record);
    return text;
}

/* "RequestId: 8f5...: Error: " comes before what Lambda itself says. */
static const char *without_request_id(const char *message)
{
    const char *error = strncmp(message, "RequestId: ", 11) == 0 ? strstr(message, "Error: ") : NULL;
    return error ? error + strlen("Error: ") : message;
}

void ink_failure_words(const struct ink_queue_failure *failure, struct ink_failure_words *out)
{
    json_t *said = failure->payload.len ? any_json(failure->payload) : NULL;
    const char *type = json_string_value(json_object_get(said, "errorType"));
    const char *message = json_string_value(json_object_get(said, "errorMessage"));
    if (!message) message = json_string_value(said);
    snprintf(out->type, sizeof out->type, "%s", type ? type : failure->error_type);
    snprintf(out->message, sizeof out->message, "%s", without_request_id(message ? message : failure->message));
    json_decref(said);
}
