/* SPDX-License-Identifier: MIT */
#include "aws/sqs.h"

#include "base/text.h"

static bool number(const json_t *attributes, const char *name, uint64_t *out)
{
    return ink_text_u64(ink_view_text(ink_aws_member(attributes, name)), UINT64_MAX, out);
}

ink_status ink_sqs_count(struct ink_aws *aws, const char *queue_url, uint64_t *waiting, uint64_t *taken,
                         struct ink_error *err)
{
    json_t *answer;
    ink_status st = ink_aws_json(aws, INK_AWS_SQS, "GetQueueAttributes",
                                 json_pack("{s:s, s:[s, s]}", "QueueUrl", queue_url, "AttributeNames",
                                           "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"),
                                 &answer, err);
    const json_t *attributes = json_object_get(answer, "Attributes");
    if (!st && (!number(attributes, "ApproximateNumberOfMessages", waiting) ||
                !number(attributes, "ApproximateNumberOfMessagesNotVisible", taken)))
        st = ink_fail(err, INK_E_FORMAT, "SQS GetQueueAttributes: the answer has no counts");
    json_decref(answer);
    return st;
}

static bool take(const json_t *from, struct ink_arena *arena, struct ink_sqs_message *out)
{
    out->id = ink_arena_text(arena, ink_view_text(ink_aws_member(from, "MessageId")));
    out->receipt = ink_arena_text(arena, ink_view_text(ink_aws_member(from, "ReceiptHandle")));
    out->body = ink_arena_text(arena, ink_view_text(ink_aws_member(from, "Body")));
    return out->id && out->receipt && out->body;
}

ink_status ink_sqs_receive(struct ink_aws *aws, const char *queue_url, struct ink_arena *arena,
                           struct ink_sqs_message messages[INK_SQS_BATCH_MAX], size_t *count, struct ink_error *err)
{
    json_t *answer;
    ink_status st = ink_aws_json(aws, INK_AWS_SQS, "ReceiveMessage",
                                 json_pack("{s:s, s:i, s:i}", "QueueUrl", queue_url, "MaxNumberOfMessages",
                                           INK_SQS_BATCH_MAX, "WaitTimeSeconds", 1),
                                 &answer, err);
    const json_t *list = json_object_get(answer, "Messages");
    size_t found = json_array_size(list);
    *count = found < INK_SQS_BATCH_MAX ? found : INK_SQS_BATCH_MAX;
    for (size_t i = 0; !st && i < *count; i++)
        if (!take(json_array_get(list, i), arena, &messages[i]))
            st = ink_fail(err, INK_E_OOM, "no memory for a message");
    json_decref(answer);
    return st;
}

ink_status ink_sqs_delete(struct ink_aws *aws, const char *queue_url, const struct ink_sqs_message *message,
                          struct ink_error *err)
{
    json_t *answer;
    ink_status st =
        ink_aws_json(aws, INK_AWS_SQS, "DeleteMessage",
                     json_pack("{s:s, s:s}", "QueueUrl", queue_url, "ReceiptHandle", message->receipt), &answer, err);
    json_decref(answer);
    return st;
}
