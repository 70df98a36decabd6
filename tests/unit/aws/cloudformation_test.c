/* SPDX-License-Identifier: MIT */
/* Stacks, their events, queues and buckets, against a server that answers as its script says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/bucket.h"
#include "aws/cloudformation.h"
#include "aws/sqs.h"
#include "aws/sts.h"
#include "base/alloc.h"
#include "peer.h"

static struct ink_arena arena;
static struct ink_aws aws;
static struct peer *peer;

#define ANSWER(body)                                                                                                   \
    {                                                                                                                  \
        .bytes = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" body, .close = true                                    \
    }
#define REFUSAL(code, body)                                                                                            \
    {                                                                                                                  \
        .bytes = "HTTP/1.1 " code "\r\nConnection: close\r\n\r\n" body, .close = true                                  \
    }

static void serve(const struct peer_answer *answers, size_t count)
{
    char url[64];
    peer = peer_start(answers, count, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", peer_port(peer));
    setenv("AWS_ENDPOINT_URL", url, 1);
}

static int start(void **state)
{
    ink_arena_init(&arena, 16 << 20);
    aws = (struct ink_aws){.config = {.access_key = "AKIA", .secret = "s", .region = "eu-west-1"}};
    aws.http = ink_http_client_new();
    unsetenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    return aws.http ? 0 : -1;
}

static int end(void **state)
{
    if (peer) peer_stop(peer);
    peer = NULL;
    ink_http_client_free(aws.http);
    ink_arena_cleanup(&arena);
    return 0;
}

#define STACK(status)                                                                                                  \
    "<DescribeStacksResponse xmlns=\"u\"><DescribeStacksResult><Stacks><member><StackName>inkling-b</StackName>"       \
    "<StackId>arn:1</StackId><StackStatus>" status "</StackStatus><Outputs><member><OutputKey>Url</OutputKey>"         \
    "<OutputValue>https://x/</OutputValue></member></Outputs><Parameters><member><ParameterKey>CodeBucket"             \
    "</ParameterKey><ParameterValue>code</ParameterValue></member></Parameters></member></Stacks>"                     \
    "</DescribeStacksResult></DescribeStacksResponse>"
#define MISSING                                                                                                        \
    REFUSAL("400 Bad Request", "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id inkling-b "   \
                               "does not exist</Message></Error></ErrorResponse>")

static void a_stack_is_described(void **state)
{
    static const struct peer_answer answers[] = {ANSWER(STACK("UPDATE_COMPLETE")), ANSWER(STACK("MELTING")), MISSING,
                                                 ANSWER("nonsense")};
    struct ink_stack stack;
    struct ink_error err = {0};
    serve(answers, 4);
    assert_int_equal(ink_stack_describe(&aws, "inkling-b", &arena, &stack, &err), INK_OK);
    assert_int_equal(stack.state->stage, INK_STACK_READY);
    assert_true(stack.state->good);
    assert_string_equal(ink_stack_id(&stack), "arn:1");
    assert_string_equal(ink_stack_output(&stack, "Url"), "https://x/");
    assert_string_equal(ink_stack_output(&stack, "Other"), "");
    assert_string_equal(ink_stack_parameter(&stack, "CodeBucket"), "code");
    assert_non_null(strstr(peer_request(peer, 0), "Action=DescribeStacks&Version=2010-05-15&StackName=inkling-b"));
    assert_non_null(strstr(peer_request(peer, 0),
                           "/eu-west-1/cloudformation/aws4_request, SignedHeaders=content-type;host;x-amz-date"));
    assert_int_equal(ink_stack_describe(&aws, "inkling-b", &arena, &stack, &err), INK_OK);
    assert_int_equal(stack.state->stage, INK_STACK_UNKNOWN);
    assert_int_equal(ink_stack_describe(&aws, "inkling-b", &arena, &stack, &err), INK_OK);
    assert_int_equal(stack.state->stage, INK_STACK_NONE);
    assert_string_equal(ink_stack_output(&stack, "Url"), "");
    assert_int_equal(ink_stack_describe(&aws, "inkling-b", &arena, &stack, &err), INK_E_FORMAT);
    assert_string_equal(err.text, "CloudFormation DescribeStacks: the answer is no XML that can be read");
}

static void a_creation_says_all(void **state)
{
    static const struct peer_answer answers[] = {
        ANSWER("<R><CreateStackResult><StackId>arn:2</StackId></CreateStackResult></R>"),
        ANSWER("<R><CreateStackResult/></R>")};
    const struct ink_stack_parameter parameters[] = {{"Bucket", "b"}, {"MoreSuffix", ""}};
    const struct ink_stack_wish wish = {"inkling-b", ink_view_text("a: b &\n"), parameters, 2};
    struct ink_error err = {0};
    const char *id;
    serve(answers, 2);
    assert_int_equal(ink_stack_create(&aws, &wish, "token-1", &arena, &id, &err), INK_OK);
    assert_string_equal(id, "arn:2");
    assert_non_null(strstr(peer_request(peer, 0),
                           "Action=CreateStack&Version=2010-05-15&StackName=inkling-b&TemplateBody=a%3A%20b%20%26%0A"
                           "&Parameters.member.1.ParameterKey=Bucket&Parameters.member.1.ParameterValue=b"
                           "&Parameters.member.2.ParameterKey=MoreSuffix&Parameters.member.2.ParameterValue="
                           "&Capabilities.member.1=CAPABILITY_IAM&OnFailure=DELETE&ClientRequestToken=token-1"));
    assert_int_equal(ink_stack_create(&aws, &wish, "token-1", &arena, &id, &err), INK_E_FORMAT);
}

static void an_update_may_change_nothing(void **state)
{
    static const struct peer_answer answers[] = {
        REFUSAL("400 Bad Request",
                "<E><Error><Code>ValidationError</Code><Message>No updates are to be performed.</Message></Error></E>"),
        REFUSAL("400 Bad Request", "<E><Error><Code>ValidationError</Code><Message>Wrong</Message></Error></E>"),
        ANSWER("<R/>")};
    const struct ink_stack_wish wish = {.name = "inkling-b"};
    struct ink_error err = {0};
    bool same;
    serve(answers, 3);
    assert_int_equal(ink_stack_update(&aws, &wish, "t", &arena, &same, &err), INK_OK);
    assert_true(same);
    assert_int_equal(ink_stack_update(&aws, &wish, "t", &arena, &same, &err), INK_E_ARGUMENT);
    assert_string_equal(err.text, "CloudFormation UpdateStack: ValidationError: Wrong (400)");
    assert_int_equal(ink_stack_update(&aws, &wish, "t", &arena, &same, &err), INK_OK);
    assert_false(same);
}

static void gather(const struct ink_stack_event *event, void *arg)
{
    struct ink_buffer *seen = arg;
    ink_buffer_printf(seen, "%s%s%s ", event->id, event->failed ? "!" : "", event->whole ? "*" : "");
}

#define EVENT(id, type, status, why)                                                                                   \
    "<member><EventId>" id "</EventId><ResourceType>" type "</ResourceType><ResourceStatus>" status                    \
    "</ResourceStatus><ResourceStatusReason>" why "</ResourceStatusReason></member>"
#define EVENTS(members, next)                                                                                          \
    ANSWER("<R><DescribeStackEventsResult><StackEvents>" members "</StackEvents>" next                                 \
           "</DescribeStackEventsResult></R>")

static void events_come_once_and_in_order(void **state)
{
    static const struct peer_answer answers[] = {
        EVENTS(EVENT("4", "T", "CREATE_FAILED", "Resource creation cancelled") EVENT("3", "T", "CREATE_FAILED", "no"),
               "<NextToken>n &amp; m</NextToken>"),
        EVENTS(EVENT("2", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", "") EVENT("1", "T", "X", ""), ""),
        EVENTS(EVENT("5", "T", "X", "") EVENT("4", "T", "X", ""), "<NextToken>n</NextToken>"), MISSING};
    struct ink_error err = {0};
    struct ink_buffer seen;
    char last[8] = "1";
    ink_buffer_init(&seen, 1000);
    serve(answers, 4);
    assert_int_equal(ink_stack_events(&aws, "arn:1", last, sizeof last, gather, &seen, &err), INK_OK);
    assert_string_equal((const char *)seen.data, "2* 3! 4 ");
    assert_string_equal(last, "4");
    assert_non_null(strstr(peer_request(peer, 1), "&NextToken=n%20%26%20m"));
    ink_buffer_clear(&seen);
    assert_int_equal(ink_stack_events(&aws, "arn:1", last, sizeof last, gather, &seen, &err), INK_OK);
    assert_string_equal((const char *)seen.data, "5 ");
    assert_int_equal(ink_stack_events(&aws, "arn:1", last, sizeof last, gather, &seen, &err), INK_OK);
    assert_string_equal(last, "5");
    ink_buffer_cleanup(&seen);
}

static void the_last_stack_is_found_out(void **state)
{
    static const struct peer_answer answers[] = {ANSWER(STACK("CREATE_COMPLETE")), ANSWER(STACK("CREATE_COMPLETE")),
                                                 ANSWER(STACK("DELETE_COMPLETE"))};
    bool others;
    serve(answers, 3);
    assert_int_equal(ink_stack_others_use(&aws, "inkling-b", "code", &others, NULL), INK_OK);
    assert_false(others);
    assert_int_equal(ink_stack_others_use(&aws, "inkling-c", "code", &others, NULL), INK_OK);
    assert_true(others);
    assert_int_equal(ink_stack_others_use(&aws, "inkling-c", "code", &others, NULL), INK_OK);
    assert_false(others);
}

static void queues(void **state)
{
    static const struct peer_answer answers[] = {
        ANSWER(
            "{\"Attributes\":{\"ApproximateNumberOfMessages\":\"3\",\"ApproximateNumberOfMessagesNotVisible\":\"1\"}}"),
        ANSWER("{\"Attributes\":{\"ApproximateNumberOfMessages\":\"many\"}}"),
        ANSWER("{\"Messages\":[{\"MessageId\":\"m\",\"ReceiptHandle\":\"r\",\"Body\":\"b\"},{}]}"), ANSWER("{}"),
        ANSWER("[]")};
    struct ink_sqs_message messages[INK_SQS_BATCH_MAX];
    struct ink_error err = {0};
    uint64_t waiting, taken;
    size_t count;
    serve(answers, 5);
    assert_int_equal(ink_sqs_count(&aws, "http://q", &waiting, &taken, &err), INK_OK);
    assert_int_equal(waiting, 3);
    assert_int_equal(taken, 1);
    assert_non_null(strstr(peer_request(peer, 0), "X-Amz-Target: AmazonSQS.GetQueueAttributes"));
    assert_int_equal(ink_sqs_count(&aws, "http://q", &waiting, &taken, &err), INK_E_FORMAT);
    assert_int_equal(ink_sqs_receive(&aws, "http://q", &arena, messages, &count, &err), INK_OK);
    assert_int_equal(count, 2);
    assert_string_equal(messages[0].receipt, "r");
    assert_string_equal(messages[1].body, "");
    assert_int_equal(ink_sqs_receive(&aws, "http://q", &arena, messages, &count, &err), INK_OK);
    assert_int_equal(count, 0);
    assert_int_equal(ink_sqs_delete(&aws, "http://q", &messages[0], &err), INK_E_FORMAT); /* an array is no answer */
}

static void callers(void **state)
{
    static const struct peer_answer answers[] = {
        ANSWER("<R><GetCallerIdentityResult><Account>123456789012</Account><Arn>arn:u</Arn></GetCallerIdentityResult></"
               "R>"),
        ANSWER("<R><GetCallerIdentityResult><Account>12345678901/</Account></GetCallerIdentityResult></R>")};
    struct ink_sts_caller caller;
    serve(answers, 2);
    assert_int_equal(ink_sts_caller(&aws, &caller, NULL), INK_OK);
    assert_string_equal(caller.account, "123456789012");
    assert_int_equal(ink_sts_caller(&aws, &caller, NULL), INK_E_FORMAT);
}

static void buckets(void **state)
{
    static const struct peer_answer answers[] = {
        REFUSAL("404 Not Found", ""),
        REFUSAL("403 Forbidden", ""),
        REFUSAL("301 Moved Permanently", ""),
        ANSWER(""),
        ANSWER("<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
               "<NextKeyMarker>a+%2B%C3%A4</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>"
               "<Version><Key>a</Key><Size>5</Size></Version><DeleteMarker><Key>a</Key></DeleteMarker></"
               "ListVersionsResult>"),
        ANSWER("<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Size>7</Size></Version></"
               "ListVersionsResult>")};
    const struct ink_bucket bucket = {&aws, "b", "123456789012"};
    const enum ink_bucket_state wanted[] = {INK_BUCKET_NONE, INK_BUCKET_FOREIGN, INK_BUCKET_FOREIGN, INK_BUCKET_OWN};
    struct ink_bucket_contents contents;
    struct ink_error err = {0};
    serve(answers, 6);
    for (size_t i = 0; i < 4; i++) {
        enum ink_bucket_state found;
        assert_int_equal(ink_bucket_look(&bucket, &found, &err), INK_OK);
        assert_int_equal(found, wanted[i]);
    }
    assert_non_null(strstr(peer_request(peer, 0), "HEAD /b HTTP/1.1"));
    assert_non_null(strstr(peer_request(peer, 0), "X-Amz-Expected-Bucket-Owner: 123456789012"));
    assert_int_equal(ink_bucket_count(&bucket, &contents, &err), INK_OK);
    assert_int_equal(contents.objects, 3);
    assert_int_equal(contents.bytes, 12);
    assert_false(contents.more);
    assert_non_null(strstr(peer_request(peer, 5),
                           "GET /b?encoding-type=url&key-marker=a%20%2B%C3%A4&version-id-marker=v&versions= "));
}

/* Whatever allocation fails: a status, nothing lost. */
static void memory_runs_out(void **state)
{
    static const struct peer_answer answers[] = {ANSWER(STACK("CREATE_COMPLETE"))};
    serve(answers, 1);
    for (unsigned long n = 1; n < 40; n++) {
        struct ink_arena small;
        struct ink_stack stack;
        ink_arena_init(&small, 1 << 20);
        ink_alloc_fail_at(n);
        ink_status st = ink_stack_describe(&aws, "inkling-b", &small, &stack, NULL);
        ink_alloc_fail_at(0);
        assert_true(st || stack.state->stage == INK_STACK_READY);
        ink_arena_cleanup(&small);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stack_is_described),
        TEST(a_creation_says_all),
        TEST(an_update_may_change_nothing),
        TEST(events_come_once_and_in_order),
        TEST(the_last_stack_is_found_out),
        TEST(queues),
        TEST(callers),
        TEST(buckets),
        TEST(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
