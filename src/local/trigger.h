/* SPDX-License-Identifier: MIT */
/* trigger.h - which change wakes which function, and the event that it is told.
 *
 *   notification rules + event name + key  ->  S3's event JSON, one record an event
 *
 * The JSON is what AWS sends (Amazon S3 user guide, "Event message structure", 2.5): the key is form-encoded, the event
 * name has no "s3:" before it, a sequencer orders the events of one key. */
#ifndef INK_LOCAL_TRIGGER_H
#define INK_LOCAL_TRIGGER_H

#include "base/buffer.h"
#include "local/store.h"

/* "arn:aws:lambda:us-east-1:000000000000:function:" comes before a function's name in its ARN. */
#define INK_TRIGGER_REGION     "us-east-1"
#define INK_TRIGGER_ACCOUNT    "000000000000"
#define INK_TRIGGER_ARN_PREFIX "arn:aws:lambda:" INK_TRIGGER_REGION ":" INK_TRIGGER_ACCOUNT ":function:"

/* event: "ObjectCreated:Put". A rule's "s3:ObjectCreated:*" takes all of its kind; prefix and suffix are compared byte by
 * byte, as S3 does: ".png" does not match "X.PNG". */
bool ink_trigger_matches(const struct ink_store_rule *rule, const char *event, const char *key);

/* What S3 refuses: an event that it does not know, two rules that could both take one key for one event, two rules with
 * one id. INK_E_ARGUMENT with S3's own words in err. */
INK_NODISCARD ink_status ink_trigger_check(const struct ink_store_rule *rules, size_t count, struct ink_error *err);

/* The rules that the first bucket gets: pictures, models, their weights and settings, in lower and upper case, to
 * `function`; never what the function itself writes. Lives for ever when function does. */
size_t ink_trigger_default_rules(const char *function, struct ink_store_rule *rules, size_t room);
enum { INK_TRIGGER_DEFAULT_MAX = 48 };

struct ink_trigger_event {
    const char *name; /* "ObjectCreated:Put" */
    const char *rule_id;
    const char *bucket;
    const char *key;
    uint64_t size;
    const char *etag;   /* NULL for deletes: no size and no eTag then */
    uint64_t sequencer; /* higher is later */
    int64_t when_ms;
    const struct ink_store_origin *origin;
};

/* Appends the JSON to out. INK_E_OOM. */
INK_NODISCARD ink_status ink_trigger_write(const struct ink_trigger_event *event, struct ink_buffer *out);

#endif
