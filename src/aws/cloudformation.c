/* SPDX-License-Identifier: MIT */
#include "aws/cloudformation.h"

#include <stdio.h>

enum { PAGE_BYTES = 32 * 1024 * 1024, EVENTS_MOST = 2000, PAGES_MOST = 200, TOKEN_MAX = 2048 };

/* --- states ------------------------------------------------------------------------------------------------------------ */

static const struct ink_stack_state none = {"", INK_STACK_NONE, false, "not there"};
static const struct ink_stack_state unknown = {"?", INK_STACK_UNKNOWN, false, "in a state that is not known here"};

static const struct ink_stack_state states[] = {
    {"CREATE_COMPLETE", INK_STACK_READY, true, "created"},
    {"UPDATE_COMPLETE", INK_STACK_READY, true, "updated"},
    {"IMPORT_COMPLETE", INK_STACK_READY, true, "imported"},
    {"UPDATE_ROLLBACK_COMPLETE", INK_STACK_READY, false, "as it was before an update that failed"},
    {"IMPORT_ROLLBACK_COMPLETE", INK_STACK_READY, false, "as it was before an import that failed"},
    {"CREATE_IN_PROGRESS", INK_STACK_BUSY, false, "being created"},
    {"UPDATE_IN_PROGRESS", INK_STACK_BUSY, false, "being updated"},
    {"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", INK_STACK_BUSY, false, "updated, old parts are being removed"},
    {"UPDATE_ROLLBACK_IN_PROGRESS", INK_STACK_BUSY, false, "being put back to what it was"},
    {"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", INK_STACK_BUSY, false,
     "put back, parts of the update are being removed"},
    {"ROLLBACK_IN_PROGRESS", INK_STACK_BUSY, false, "being taken away again"},
    {"DELETE_IN_PROGRESS", INK_STACK_BUSY, false, "being deleted"},
    {"REVIEW_IN_PROGRESS", INK_STACK_RUINED, false, "a change set without a stack"},
    {"IMPORT_IN_PROGRESS", INK_STACK_BUSY, false, "being imported"},
    {"IMPORT_ROLLBACK_IN_PROGRESS", INK_STACK_BUSY, false, "being put back to what it was"},
    {"CREATE_FAILED", INK_STACK_RUINED, false, "not created"},
    {"ROLLBACK_COMPLETE", INK_STACK_RUINED, false, "not created; what was made is gone again"},
    {"ROLLBACK_FAILED", INK_STACK_RUINED, false, "not created, and something is left of it"},
    {"DELETE_FAILED", INK_STACK_RUINED, false, "half deleted"},
    {"UPDATE_FAILED", INK_STACK_STUCK, false, "half updated"},
    {"UPDATE_ROLLBACK_FAILED", INK_STACK_STUCK, false, "half put back after an update that failed"},
    {"IMPORT_ROLLBACK_FAILED", INK_STACK_STUCK, false, "half put back after an import that failed"},
    {"DELETE_COMPLETE", INK_STACK_NONE, true, "deleted"},
};

const struct ink_stack_state *ink_stack_state_of(const char *name)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (!strcmp(states[i].name, name)) return &states[i];
    return &unknown;
}

/* --- what there is ------------------------------------------------------------------------------------------------------- */

/* How CloudFormation says that a stack, or a resource of it, is not there. */
static bool is_missing(const struct ink_aws *aws)
{
    return !strcmp(aws->fault.reason, "ValidationError") && strstr(aws->fault.message, "does not exist");
}

ink_status ink_stack_describe(struct ink_aws *aws, const char *name, struct ink_arena *arena, struct ink_stack *out,
                              struct ink_error *err)
{
    struct ink_buffer form;
    struct ink_xml *root;
    *out = (struct ink_stack){.state = &none};
    ink_aws_form_init(&form, INK_AWS_CLOUDFORMATION, "DescribeStacks");
    ink_aws_form_add(&form, ink_view_text(name), "StackName");
    ink_status st = ink_aws_query(aws, INK_AWS_CLOUDFORMATION, "DescribeStacks", &form, arena, &root, err);
    if (st) return is_missing(aws) ? INK_OK : st;
    out->xml = ink_xml_at(root, "DescribeStacksResult/Stacks/member");
    if (out->xml) out->state = ink_stack_state_of(ink_xml_text(out->xml, "StackStatus"));
    return INK_OK;
}

const char *ink_stack_id(const struct ink_stack *stack)
{
    return ink_xml_text(stack->xml, "StackId");
}

const char *ink_stack_why(const struct ink_stack *stack)
{
    return ink_xml_text(stack->xml, "StackStatusReason");
}

/* The value of the member of `list` whose `key_name` is key. */
static const char *pair(const struct ink_xml *stack, const char *list, const char *key_name, const char *key,
                        const char *value_name)
{
    const struct ink_xml *members = ink_xml_at(stack, list);
    for (const struct ink_xml *m = members ? members->child : NULL; m; m = m->next)
        if (!strcmp(ink_xml_text(m, key_name), key)) return ink_xml_text(m, value_name);
    return "";
}

const char *ink_stack_output(const struct ink_stack *stack, const char *key)
{
    return pair(stack->xml, "Outputs", "OutputKey", key, "OutputValue");
}

const char *ink_stack_parameter(const struct ink_stack *stack, const char *key)
{
    return pair(stack->xml, "Parameters", "ParameterKey", key, "ParameterValue");
}

/* Goes through a list page by page; `each` returns false when it has seen enough. */
static ink_status pages(struct ink_aws *aws, const char *action, const char *stack, const char *list,
                        struct ink_arena *arena, bool (*each)(const struct ink_xml *member, void *arg), void *arg,
                        struct ink_error *err)
{
    char next[TOKEN_MAX] = "";
    for (int page = 0; page < PAGES_MOST; page++) {
        struct ink_buffer form;
        struct ink_xml *root;
        ink_aws_form_init(&form, INK_AWS_CLOUDFORMATION, action);
        if (stack) ink_aws_form_add(&form, ink_view_text(stack), "StackName");
        if (*next) ink_aws_form_add(&form, ink_view_text(next), "NextToken");
        ink_status st = ink_aws_query(aws, INK_AWS_CLOUDFORMATION, action, &form, arena, &root, err);
        if (st) return st;
        const struct ink_xml *result = root->child; /* ...Result; ResponseMetadata stands behind it */
        const struct ink_xml *members = ink_xml_at(result, list);
        for (const struct ink_xml *m = members ? members->child : NULL; m; m = m->next)
            if (!each(m, arg)) return INK_OK;
        snprintf(next, sizeof next, "%s", ink_xml_text(result, "NextToken"));
        if (!*next) return INK_OK;
    }
    return ink_fail(err, INK_E_LIMIT, "CloudFormation %s: over %d pages", action, PAGES_MOST);
}

struct search {
    const char *name, *code_bucket;
    bool found;
};

static bool is_other(const struct ink_xml *member, void *arg)
{
    struct search *search = arg;
    struct ink_stack stack = {.xml = member};
    const struct ink_stack_state *state = ink_stack_state_of(ink_xml_text(member, "StackStatus"));
    search->found = strcmp(ink_xml_text(member, "StackName"), search->name) != 0 && state->stage != INK_STACK_NONE &&
                    !strcmp(ink_stack_parameter(&stack, "CodeBucket"), search->code_bucket);
    return !search->found;
}

ink_status ink_stack_others_use(struct ink_aws *aws, const char *name, const char *code_bucket, bool *others,
                                struct ink_error *err)
{
    struct search search = {.name = name, .code_bucket = code_bucket};
    struct ink_arena arena;
    ink_arena_init(&arena, PAGE_BYTES);
    ink_status st = pages(aws, "DescribeStacks", NULL, "Stacks", &arena, is_other, &search, err);
    ink_arena_cleanup(&arena);
    *others = search.found;
    return st;
}

ink_status ink_stack_owns(struct ink_aws *aws, const char *stack, const char *logical, const char *physical, bool *out,
                          struct ink_error *err)
{
    static const char *const not_its[] = {"CREATE_FAILED", "CREATE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_SKIPPED"};
    struct ink_buffer form;
    struct ink_arena arena;
    struct ink_xml *root;
    *out = false;
    ink_arena_init(&arena, PAGE_BYTES);
    ink_aws_form_init(&form, INK_AWS_CLOUDFORMATION, "DescribeStackResource");
    ink_aws_form_add(&form, ink_view_text(stack), "StackName");
    ink_aws_form_add(&form, ink_view_text(logical), "LogicalResourceId");
    ink_status st = ink_aws_query(aws, INK_AWS_CLOUDFORMATION, "DescribeStackResource", &form, &arena, &root, err);
    if (!st) {
        const struct ink_xml *found = ink_xml_at(root, "DescribeStackResourceResult/StackResourceDetail");
        const char *status = ink_xml_text(found, "ResourceStatus");
        *out = *status && !strcmp(ink_xml_text(found, "PhysicalResourceId"), physical);
        for (size_t i = 0; i < sizeof not_its / sizeof *not_its; i++)
            if (!strcmp(status, not_its[i])) *out = false;
    }
    ink_arena_cleanup(&arena);
    return st && is_missing(aws) ? INK_OK : st;
}

/* --- making and changing --------------------------------------------------------------------------------------------------- */

void ink_stack_form(struct ink_buffer *form, const char *action, const struct ink_stack_wish *wish, const char *token)
{
    ink_aws_form_init(form, INK_AWS_CLOUDFORMATION, action);
    ink_aws_form_add(form, ink_view_text(wish->name), "StackName");
    ink_aws_form_add(form, wish->template, "TemplateBody");
    for (size_t i = 0; i < wish->parameter_count; i++) {
        const struct ink_stack_parameter *p = &wish->parameters[i];
        ink_aws_form_add(form, ink_view_text(p->key), "Parameters.member.%zu.ParameterKey", i + 1);
        ink_aws_form_add(form, ink_view_text(p->value), "Parameters.member.%zu.ParameterValue", i + 1);
    }
    ink_aws_form_add(form, ink_view_text("CAPABILITY_IAM"), "Capabilities.member.1");
    if (!strcmp(action, "CreateStack")) ink_aws_form_add(form, ink_view_text("DELETE"), "OnFailure");
    ink_aws_form_add(form, ink_view_text(token), "ClientRequestToken");
}

ink_status ink_stack_create(struct ink_aws *aws, const struct ink_stack_wish *wish, const char *token,
                            struct ink_arena *arena, const char **id, struct ink_error *err)
{
    struct ink_buffer form;
    struct ink_xml *root;
    ink_stack_form(&form, "CreateStack", wish, token);
    ink_status st = ink_aws_query(aws, INK_AWS_CLOUDFORMATION, "CreateStack", &form, arena, &root, err);
    *id = st ? "" : ink_xml_text(root, "CreateStackResult/StackId");
    if (!st && !**id) st = ink_fail(err, INK_E_FORMAT, "CloudFormation CreateStack: the answer names no stack");
    return st;
}

ink_status ink_stack_update(struct ink_aws *aws, const struct ink_stack_wish *wish, const char *token,
                            struct ink_arena *arena, bool *same, struct ink_error *err)
{
    struct ink_buffer form;
    ink_stack_form(&form, "UpdateStack", wish, token);
    ink_status st = ink_aws_query(aws, INK_AWS_CLOUDFORMATION, "UpdateStack", &form, arena, NULL, err);
    *same = st && !strcmp(aws->fault.reason, "ValidationError") && strstr(aws->fault.message, "No updates are to be");
    return *same ? INK_OK : st;
}

ink_status ink_stack_delete(struct ink_aws *aws, const char *name, const char *token, struct ink_error *err)
{
    struct ink_buffer form;
    struct ink_arena arena;
    ink_arena_init(&arena, PAGE_BYTES);
    ink_aws_form_init(&form, INK_AWS_CLOUDFORMATION, "DeleteStack");
    ink_aws_form_add(&form, ink_view_text(name), "StackName");
    ink_aws_form_add(&form, ink_view_text(token), "ClientRequestToken");
    ink_status st = ink_aws_query(aws, INK_AWS_CLOUDFORMATION, "DeleteStack", &form, &arena, NULL, err);
    ink_arena_cleanup(&arena);
    return st;
}

/* --- what happened ----------------------------------------------------------------------------------------------------------- */

struct gathering {
    const char *last;
    const struct ink_xml *members[EVENTS_MOST]; /* newest first, as they come */
    size_t count;
    bool too_many;
};

static bool gather(const struct ink_xml *member, void *arg)
{
    struct gathering *g = arg;
    if (!strcmp(ink_xml_text(member, "EventId"), g->last)) return false;
    g->too_many = g->count == EVENTS_MOST;
    if (g->too_many) return false;
    g->members[g->count++] = member;
    return true;
}

static struct ink_stack_event event_of(const struct ink_xml *m)
{
    struct ink_stack_event event = {
        .id = ink_xml_text(m, "EventId"),
        .time = ink_xml_text(m, "Timestamp"),
        .resource = ink_xml_text(m, "LogicalResourceId"),
        .type = ink_xml_text(m, "ResourceType"),
        .status = ink_xml_text(m, "ResourceStatus"),
        .why = ink_xml_text(m, "ResourceStatusReason"),
    };
    event.whole = !strcmp(event.type, "AWS::CloudFormation::Stack");
    event.failed = strstr(event.status, "_FAILED") && !strstr(event.why, "cancelled");
    return event;
}

ink_status ink_stack_events(struct ink_aws *aws, const char *stack, char *last, size_t last_cap,
                            void (*each)(const struct ink_stack_event *event, void *arg), void *arg,
                            struct ink_error *err)
{
    struct ink_arena arena;
    ink_arena_init(&arena, PAGE_BYTES);
    struct gathering *g = INK_ARENA_NEW(&arena, struct gathering);
    if (!g) {
        ink_arena_cleanup(&arena);
        return ink_fail(err, INK_E_OOM, "no memory for the stack's events");
    }
    g->last = last;
    ink_status st = pages(aws, "DescribeStackEvents", stack, "StackEvents", &arena, gather, g, err);
    if (st && is_missing(aws)) st = INK_OK; /* deleted so long ago that nothing is known of it any more */
    if (!st && g->too_many) st = ink_fail(err, INK_E_LIMIT, "over %d events of the stack at once", EVENTS_MOST);
    for (size_t i = g->count; !st && i-- > 0;) {
        struct ink_stack_event event = event_of(g->members[i]);
        if (each) each(&event, arg);
    }
    if (!st && g->count) snprintf(last, last_cap, "%s", ink_xml_text(g->members[0], "EventId"));
    ink_arena_cleanup(&arena);
    return st;
}
