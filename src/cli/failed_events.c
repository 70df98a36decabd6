/* SPDX-License-Identifier: MIT */
#include "cli/failed_events.h"

#include "aws/cloudformation.h"
#include "aws/sqs.h"
#include "base/clock.h"
#include "cli/deployed.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static const uint64_t OBJECT_US = 120u * 1000000u;

/* False after a message: something that it asks for has no answer yet. */
static bool answer(const struct ink_sqs_message *message, const char *bucket, struct ink_recogniser *recogniser,
                   struct ink_arena *arena, const struct ink_args *args)
{
    struct ink_event event;
    struct ink_error err = {0};
    bool done = true;
    if (ink_event_read(ink_view_text(message->body), arena, &event, &err)) {
        ink_command_fail(args, "failed event %.60s: %s: it stays in the queue", message->id, err.text);
        return false;
    }
    for (size_t i = 0; i < event.item_count; i++) {
        const struct ink_event_item *item = &event.items[i];
        if (item->ignored || strcmp(item->bucket, bucket) != 0) continue;
        if (!ink_recognise(recogniser, bucket, item->key, ink_clock_us() + OBJECT_US, &err)) continue;
        ink_command_fail(args, "%s: %s", item->key, err.text);
        done = false;
    }
    return done && event.bad_count == 0;
}

static ink_status empty_queue(struct ink_aws *aws, const char *url, const char *bucket,
                              struct ink_recogniser *recogniser, const struct ink_args *args,
                              struct ink_failed_events *out, struct ink_error *err)
{
    ink_status st = INK_OK;
    size_t count = 1;
    while (!st && count) {
        struct ink_sqs_message messages[INK_SQS_BATCH_MAX];
        struct ink_arena arena;
        ink_arena_init(&arena, ARENA_BYTES);
        st = ink_sqs_receive(aws, url, &arena, messages, &count, err);
        for (size_t i = 0; !st && i < count; i++) {
            out->messages++;
            if (!answer(&messages[i], bucket, recogniser, &arena, args)) continue;
            st = ink_sqs_delete(aws, url, &messages[i], err);
            out->answered += !st;
        }
        ink_arena_cleanup(&arena);
    }
    return st;
}

ink_status ink_failed_events_sweep(struct ink_aws *aws, const char *bucket, struct ink_recogniser *recogniser,
                                   const struct ink_args *args, struct ink_failed_events *out, struct ink_error *err)
{
    char name[INK_STACK_NAME_MAX + 1];
    struct ink_arena arena;
    struct ink_stack stack;
    *out = (struct ink_failed_events){0};
    ink_arena_init(&arena, ARENA_BYTES);
    ink_deployed_stack_name(bucket, name);
    ink_status st = ink_stack_describe(aws, name, &arena, &stack, err);
    const char *url = st ? "" : ink_stack_output(&stack, "Failed");
    bool ours = !st && !strcmp(ink_stack_parameter(&stack, "Bucket"), bucket);
    if (ours && *url) st = empty_queue(aws, url, bucket, recogniser, args, out, err);
    ink_arena_cleanup(&arena);
    return st;
}
