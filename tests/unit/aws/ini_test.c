/* SPDX-License-Identifier: MIT */
/* The two files that AWS programs share, and the XML that query services answer with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "aws/account.h"
#include "aws/ini.h"
#include "base/alloc.h"

static struct ink_arena arena;

static int open_arena(void **state)
{
    ink_arena_init(&arena, 4 << 20);
    return 0;
}

static int close_arena(void **state)
{
    ink_arena_cleanup(&arena);
    return 0;
}

static void sections_and_settings(void **state)
{
    static const char text[] = "# mine\r\n"
                               "[default]\r\n"
                               "Region = eu-west-1 \r\n"
                               "\r\n"
                               "[ profile   work ]\n"
                               "region=us-east-2\n"
                               "s3 =\n"
                               "  endpoint_url = http://127.0.0.1:9000\n"
                               "\taddressing_style=path\n"
                               "secret = a=b;#c\n"
                               "  after = it\n"
                               "region = us-west-2\n"
                               "; the end";
    struct ink_ini ini;
    struct ink_error err = {0};
    assert_int_equal(ink_ini_read(ink_view_text(text), &arena, &ini, &err), INK_OK);
    assert_string_equal(ink_ini_value(&ini, "default", "region"), "eu-west-1");
    assert_string_equal(ink_ini_value(&ini, "profile work", "region"), "us-west-2");
    assert_string_equal(ink_ini_value(&ini, "profile work", "s3.endpoint_url"), "http://127.0.0.1:9000");
    assert_string_equal(ink_ini_value(&ini, "profile work", "s3.addressing_style"), "path");
    assert_string_equal(ink_ini_value(&ini, "profile work", "secret"), "a=b;#c");
    assert_string_equal(ink_ini_value(&ini, "profile work", "after"), "it");
    assert_null(ink_ini_value(&ini, "profile work", "s3.after"));
    assert_null(ink_ini_value(&ini, "default", "secret"));
    assert_true(ink_ini_has(&ini, "default"));
    assert_false(ink_ini_has(&ini, "work"));
}

static void broken_files_name_the_line(void **state)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"region = x\n", "line 1: a setting before the first [section]"},
        {"[a]\n\n[b\n", "line 3: no ] behind the ["},
        {"[a]\nregion\n", "line 2: neither [section] nor key = value"},
        {"[a]\n= x\n", "line 2: neither [section] nor key = value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_ini ini;
        struct ink_error err = {0};
        assert_int_equal(ink_ini_read(ink_view_text(cases[i].text), &arena, &ini, &err), INK_E_FORMAT);
        assert_string_equal(err.text, cases[i].said);
    }
    struct ink_ini ini;
    assert_int_equal(ink_ini_read(ink_view_of("[a]\0", 4), &arena, &ini, NULL), INK_E_FORMAT);
}

static void xml_as_a_tree(void **state)
{
    static const char text[] =
        "<?xml version=\"1.0\"?><R xmlns=\"u\"><Stacks><member><Name>a &amp; b</Name><Empty/></member>"
        "<member>\n<Name>c</Name>\n</member></Stacks></R>";
    struct ink_xml *root;
    struct ink_error err = {0};
    assert_int_equal(ink_xml_read(ink_view_text(text), &arena, &root, &err), INK_OK);
    assert_string_equal(root->name, "R");
    assert_string_equal(ink_xml_text(root, "Stacks/member/Name"), "a & b");
    assert_string_equal(ink_xml_text(root, "Stacks/member/Empty"), "");
    assert_string_equal(ink_xml_text(root, "Stacks/other/Name"), "");
    assert_string_equal(ink_xml_text(ink_xml_at(root, "Stacks/member")->next, "Name"), "c");
    assert_null(ink_xml_at(root, "Stacks/member")->next->next);
    assert_null(ink_xml_at(NULL, "a"));
}

static void xml_that_is_none(void **state)
{
    static const char *const texts[] = {"",
                                        "<a>",
                                        "<a></b>",
                                        "not",
                                        "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
                                        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></"
                                        "a></a></a></a></a></a></a></a></a>"
                                        "</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ink_xml *root;
        assert_int_equal(ink_xml_read(ink_view_text(texts[i]), &arena, &root, NULL), INK_E_FORMAT);
    }
}

static void refusals(void **state)
{
    static const struct {
        int code;
        const char *body, *said;
        ink_status status;
        bool may_pass;
    } cases[] = {
        {400,
         "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>No updates are to be "
         "performed.</Message></Error></ErrorResponse>",
         "ValidationError: No updates are to be performed. (400)", INK_E_ARGUMENT, false},
        {403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
         "AccessDenied: Access Denied (403); ask for this permission, docs/aws.md lists all that are needed",
         INK_E_DENIED, false},
        {400, "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"no such\\nqueue\"}",
         "QueueDoesNotExist: no such\\nqueue (400)", INK_E_ARGUMENT, false},
        {400, "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}",
         "ThrottlingException: Rate exceeded (400)", INK_E_REMOTE, true},
        {503, "busy", "refused (503)", INK_E_REMOTE, true},
        {404, "", "refused (404)", INK_E_NOT_FOUND, false},
        {302, "", "refused (302)", INK_E_REMOTE, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ink_aws_fault fault = {.code = cases[i].code};
        struct ink_error err = {0};
        ink_aws_fault_read(ink_view_text(cases[i].body), &fault);
        assert_int_equal(ink_aws_fault_tell(&fault, &err), cases[i].status);
        assert_string_equal(err.text, cases[i].said);
        assert_int_equal(ink_aws_fault_may_pass(&fault), cases[i].may_pass);
    }
}

/* Whatever allocation fails: a status, nothing lost. */
static void memory_runs_out(void **state)
{
    static const char ini_text[] = "[a]\nb=c\n[d]\ne=\n f=g\n", xml_text[] = "<a><b>c</b><d/></a>";
    for (unsigned long n = 1; n < 60; n++) {
        struct ink_arena small;
        struct ink_ini ini;
        struct ink_xml *root;
        ink_arena_init(&small, 1 << 20);
        ink_alloc_fail_at(n);
        ink_status a = ink_ini_read(ink_view_text(ini_text), &small, &ini, NULL);
        ink_status b = ink_xml_read(ink_view_text(xml_text), &small, &root, NULL);
        ink_alloc_fail_at(0);
        assert_true(a == INK_OK || a == INK_E_OOM);
        assert_true(b == INK_OK || b == INK_E_OOM);
        if (n == 1) assert_int_equal(a, INK_E_OOM);
        ink_arena_cleanup(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_and_settings),
        cmocka_unit_test(broken_files_name_the_line),
        cmocka_unit_test(xml_as_a_tree),
        cmocka_unit_test(xml_that_is_none),
        cmocka_unit_test(refusals),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
