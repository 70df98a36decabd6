/* SPDX-License-Identifier: MIT */
/* Buckets, and what is in their folders. */
#include "base/bucket_name.h"
#include "local/console_call.h"
#include "local/console_kind.h"
#include "local/trigger.h"

void ink_console_list_buckets(struct ink_console_call *call)
{
    struct ink_store_bucket *buckets;
    size_t count;
    if (!ink_console_stored(call, ink_store_bucket_list(call->console->store, call->arena, &buckets, &count))) return;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:o,s:I}", "name", ink_json_text(buckets[i].name), "created_at_ms",
                                              (json_int_t)buckets[i].created_ms));
    ink_console_answer(call, json_pack("{s:o}", "buckets", list));
}

void ink_console_make_bucket(struct ink_console_call *call)
{
    struct ink_store_rule rules[INK_TRIGGER_DEFAULT_MAX];
    size_t count = ink_trigger_default_rules(call->console->function, rules, INK_TRIGGER_DEFAULT_MAX);
    const char *bucket = ink_console_need(call, "bucket");
    if (!bucket) return;
    if (!ink_bucket_name_fits(bucket)) {
        ink_console_refuse(call, INK_CONSOLE_BAD_REQUEST,
                           "A bucket's name has 3 to 63 small letters, digits, dots and hyphens.");
        return;
    }
    if (ink_console_stored(call, ink_store_bucket_create(call->console->store, bucket)) &&
        ink_console_stored(call, ink_store_rules_set(call->console->store, bucket, rules, count)))
        ink_console_answer(call, json_pack("{s:s}", "bucket", bucket));
}

static json_t *entry_json(const struct ink_store_entry *entry)
{
    if (entry->is_prefix) return json_pack("{s:o,s:b}", "key", ink_json_text(entry->key), "folder", 1);
    return json_pack("{s:o,s:b,s:I,s:I,s:s,s:s,s:s}", "key", ink_json_text(entry->key), "folder", 0, "size",
                     (json_int_t)entry->size, "modified_at_ms", (json_int_t)entry->modified_ms, "etag", entry->etag,
                     "kind", ink_console_kind(entry->key), "type", ink_console_type(entry->key));
}

void ink_console_list_objects(struct ink_console_call *call)
{
    enum { USUAL = 200 };
    struct ink_store_listing listing;
    uint64_t limit, flat;
    const char *bucket = ink_console_need(call, "bucket"), *prefix = ink_console_param(call, "prefix");
    if (!bucket || !ink_console_number(call, "limit", 1, INK_STORE_LIST_MAX, USUAL, &limit) ||
        !ink_console_number(call, "flat", 0, 1, 0, &flat))
        return;
    const struct ink_store_list_options options = {.prefix = prefix,
                                                   .delimiter = flat ? NULL : "/",
                                                   .after = ink_console_param(call, "after"),
                                                   .max = (size_t)limit};
    if (!ink_console_stored(call, ink_store_list(call->console->store, bucket, &options, call->arena, &listing)))
        return;
    json_t *entries = json_array();
    for (size_t i = 0; i < listing.count; i++) json_array_append_new(entries, entry_json(&listing.entries[i]));
    ink_console_answer(call,
                       json_pack("{s:s,s:o,s:o,s:o}", "bucket", bucket, "prefix", ink_json_text(prefix ? prefix : ""),
                                 "entries", entries, "next", ink_json_text(listing.next)));
}
