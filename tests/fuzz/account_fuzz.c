/* SPDX-License-Identifier: MIT */
/* What people's files and the services hand to an account's owner: profiles, XML, refusals. The first byte chooses. */
#include <stdlib.h>

#include "aws/account.h"
#include "aws/ini.h"
#include "fuzz.h"

enum { CAP = 1 << 20 };

static void try_ini(struct ink_view bytes)
{
    struct ink_arena arena;
    struct ink_ini ini;
    ink_arena_init(&arena, 16 << 20);
    if (ink_ini_read(bytes, &arena, &ini, NULL) == INK_OK)
        for (size_t i = 0; i < ini.count; i++) {
            const struct ink_ini_entry *entry = &ini.entries[i];
            if (!ink_ini_has(&ini, entry->section)) abort();
            if (entry->key && !ink_ini_value(&ini, entry->section, entry->key)) abort();
        }
    ink_arena_cleanup(&arena);
}

static size_t count_nodes(const struct ink_xml *node)
{
    size_t count = 0;
    for (; node; node = node->next) {
        if (!node->name || !node->text) abort();
        count += 1 + count_nodes(node->child);
    }
    return count;
}

static void try_xml(struct ink_view bytes)
{
    struct ink_arena arena;
    struct ink_xml *root;
    ink_arena_init(&arena, 16 << 20);
    if (ink_xml_read(bytes, &arena, &root, NULL) == INK_OK && count_nodes(root) == 0) abort();
    ink_arena_cleanup(&arena);
}

static void try_fault(struct ink_view bytes)
{
    struct ink_aws_fault fault = {.code = 400};
    struct ink_error err = {0};
    ink_aws_fault_read(bytes, &fault);
    if (ink_aws_fault_tell(&fault, &err) == INK_OK || !*err.text) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static void (*const readers[])(struct ink_view) = {try_ini, try_xml, try_fault};
    if (len == 0 || len > CAP) return 0;
    readers[data[0] % 3](ink_view_of(data + 1, len - 1));
    return 0;
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    static const char *const seeds[] = {
        "0[default]\nregion = eu-west-1\n[profile work]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile = default\n",
        "0; c\n[a]\ns3 =\n  endpoint_url = http://x\n\tb=c\n[sso-session  s]\r\nsso_region = r\r\n",
        "1<DescribeStacksResponse xmlns=\"u\"><DescribeStacksResult><Stacks><member><StackName>s</StackName><Outputs>"
        "<member><OutputKey>k</OutputKey><OutputValue>a &amp; b</OutputValue></member></Outputs></member></Stacks>"
        "</DescribeStacksResult></DescribeStacksResponse>",
        "2<ErrorResponse><Error><Code>ValidationError</Code><Message>m</Message></Error></ErrorResponse>",
        "2<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
        "2{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"m\"}",
    };
    if (index >= sizeof seeds / sizeof *seeds) return false;
    ink_buffer_text(out, seeds[index]);
    return true;
}
