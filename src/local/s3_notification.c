/* SPDX-License-Identifier: MIT */
/* Which changes of a bucket wake which functions: PutBucketNotificationConfiguration and its GET. */
#include <stdio.h>

#include "base/text.h"
#include "local/s3_call.h"
#include "local/trigger.h"

enum { RULES_MAX = 100, EVENTS_LEN_MAX = 2048 };

/* --- from XML ---------------------------------------------------------------------------------------------------------- */

static bool malformed(struct ink_call *call)
{
    return ink_refuse(&call->refusal, INK_REFUSE_MALFORMED_XML, NULL);
}

static bool refuse_arn(struct ink_call *call, const char *kind, const char *arn)
{
    ink_call_refuse_argument(call, kind, arn, "The ARN could not be parsed");
    return false;
}

static bool refuse_target(struct ink_call *call, const char *name, const char *why)
{
    ink_call_refuse(call, INK_REFUSE_INVALID_ARGUMENT, "Unable to validate the following destination configurations");
    ink_refuse_detail(&call->refusal, "ArgumentName1", name);
    ink_refuse_detail(&call->refusal, "ArgumentValue1", why);
    return false;
}

/* arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER] -> NAME */
static const char *function_of_arn(struct ink_call *call, const char *arn)
{
    char partition[32], region[32], account[32], name[141];
    if (sscanf(arn, "arn:%31[a-z-]:lambda:%31[a-z0-9-]:%31[0-9]:function:%140[A-Za-z0-9_-]", partition, region, account,
               name) != 4)
        return NULL;
    return ink_arena_text(call->arena, ink_view_text(name));
}

static bool take_function(struct ink_call *call, const struct ink_xml_node *node, struct ink_store_rule *rule)
{
    const char *arn = ink_xml_child_text(node, "CloudFunction");
    if (!arn) return malformed(call);
    rule->function = function_of_arn(call, arn);
    if (!rule->function) return refuse_arn(call, "CloudFunction", arn);
    const char *skip = ink_call_header(call, "x-amz-skip-destination-validation");
    if (skip && strcasecmp(skip, "true") == 0) return true;
    if (call->gateway->function_known(call->gateway->functions, rule->function)) return true;
    return refuse_target(call, ink_arena_printf(call->arena, "%s, null", arn),
                         ink_arena_printf(call->arena, "Not authorized to invoke function [%s]", arn));
}

static bool take_events(struct ink_call *call, const struct ink_xml_node *node, struct ink_store_rule *rule)
{
    char *events = ink_arena_calloc(call->arena, 1, EVENTS_LEN_MAX);
    size_t used = 0;
    if (!events) return ink_refuse(&call->refusal, INK_REFUSE_UNAVAILABLE, NULL);
    for (const struct ink_xml_node *e = ink_xml_child(node, "Event"); e; e = ink_xml_next(e)) {
        int len = snprintf(events + used, EVENTS_LEN_MAX - used, "%s%s", used ? "," : "", e->text);
        if (len < 0 || (size_t)len >= EVENTS_LEN_MAX - used) return malformed(call);
        used += (size_t)len;
    }
    rule->events = events;
    return used > 0 || malformed(call);
}

static bool take_filter(struct ink_call *call, const struct ink_xml_node *node, struct ink_store_rule *rule)
{
    const struct ink_xml_node *key = ink_xml_child(ink_xml_child(node, "Filter"), "S3Key");
    rule->prefix = rule->suffix = "";
    for (const struct ink_xml_node *r = ink_xml_child(key, "FilterRule"); r; r = ink_xml_next(r)) {
        const char *name = ink_xml_child_text(r, "Name"), *value = ink_xml_child_text(r, "Value");
        if (!name || !value) return malformed(call);
        if (ink_text_equal_nocase(name, "prefix")) {
            rule->prefix = value;
        } else if (ink_text_equal_nocase(name, "suffix")) {
            rule->suffix = value;
        } else {
            ink_call_refuse_argument(call, "FilterRule.Name", name, "filter rule name must be either prefix or suffix");
            return false;
        }
    }
    return true;
}

static bool take_rule(struct ink_call *call, const struct ink_xml_node *node, size_t index, struct ink_store_rule *rule)
{
    const char *id = ink_xml_child_text(node, "Id");
    rule->id = id && *id ? id : ink_arena_printf(call->arena, "%s-%zu", call->request_id, index);
    return take_function(call, node, rule) && take_events(call, node, rule) && take_filter(call, node, rule);
}

/* Queues and topics: there are none, so none can be a destination. */
static bool refuse_others(struct ink_call *call, const struct ink_xml_node *root)
{
    static const struct {
        const char *element, *target, *service, *missing;
    } others[] = {{"QueueConfiguration", "Queue", ":sqs:", "The destination queue does not exist"},
                  {"TopicConfiguration", "Topic", ":sns:", "The destination topic does not exist"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct ink_xml_node *node = ink_xml_child(root, others[i].element);
        const char *arn = node ? ink_xml_child_text(node, others[i].target) : NULL;
        if (!node) continue;
        if (!arn) return malformed(call);
        if (strncmp(arn, "arn:", 4) != 0 || !strstr(arn, others[i].service))
            return refuse_arn(call, others[i].target, arn);
        return refuse_target(call, arn, others[i].missing);
    }
    if (ink_xml_child(root, "EventBridgeConfiguration"))
        return ink_refuse(&call->refusal, INK_REFUSE_NOT_IMPLEMENTED,
                          "This local cloud wakes functions only: EventBridgeConfiguration is not implemented.");
    return true;
}

static bool is_rule(const struct ink_xml_node *node)
{
    return strcmp(node->name, "CloudFunctionConfiguration") == 0 ||
           strcmp(node->name, "LambdaFunctionConfiguration") == 0;
}

static bool take_rules(struct ink_call *call, struct ink_store_rule *rules, size_t *count)
{
    if (call->text.len == 0) return true; /* nothing: as an empty configuration, it ends all */
    const struct ink_xml_node *root = ink_call_xml(call, "NotificationConfiguration");
    if (!root) return false;
    for (const struct ink_xml_node *node = root->child; node; node = node->next) {
        if (!is_rule(node)) continue;
        if (*count == RULES_MAX) return malformed(call);
        if (!take_rule(call, node, *count, &rules[*count])) return false;
        (*count)++;
    }
    return refuse_others(call, root);
}

void ink_call_put_notification(struct ink_call *call)
{
    size_t count = 0;
    struct ink_error err = {0};
    struct ink_store_rule *rules = INK_ARENA_ARRAY(call->arena, struct ink_store_rule, RULES_MAX);
    if (!rules) {
        ink_call_refuse(call, INK_REFUSE_UNAVAILABLE, NULL);
        return;
    }
    if (!ink_call_stored(call, ink_store_bucket_head(call->gateway->store, call->bucket)) ||
        !take_rules(call, rules, &count))
        return;
    if (ink_trigger_check(rules, count, &err)) {
        ink_call_refuse(call, INK_REFUSE_INVALID_ARGUMENT, ink_arena_text(call->arena, ink_view_text(err.text)));
        return;
    }
    if (ink_call_stored(call, ink_store_rules_set(call->gateway->store, call->bucket, rules, count)))
        ink_call_answer(call, 200);
}

/* --- to XML ------------------------------------------------------------------------------------------------------------ */

static void write_filter_rule(struct ink_call *call, const char *name, const char *value)
{
    if (*value == '\0') return;
    ink_xml_open(&call->out, "FilterRule");
    ink_xml_text(&call->out, "Name", name);
    ink_xml_text(&call->out, "Value", value);
    ink_xml_close(&call->out, "FilterRule");
}

static void write_rule(struct ink_call *call, const struct ink_store_rule *rule)
{
    ink_xml_open(&call->out, "CloudFunctionConfiguration");
    ink_xml_text(&call->out, "Id", rule->id);
    ink_xml_text(&call->out, "CloudFunction",
                 ink_arena_printf(call->arena, INK_TRIGGER_ARN_PREFIX "%s", rule->function));
    for (const char *event = rule->events; *event;) {
        size_t len = strcspn(event, ",");
        ink_xml_text(&call->out, "Event", ink_arena_text(call->arena, ink_view_of(event, len)));
        event += len + (event[len] == ',');
    }
    if (*rule->prefix || *rule->suffix) {
        ink_buffer_text(&call->out, "<Filter><S3Key>");
        write_filter_rule(call, "Prefix", rule->prefix);
        write_filter_rule(call, "Suffix", rule->suffix);
        ink_buffer_text(&call->out, "</S3Key></Filter>");
    }
    ink_xml_close(&call->out, "CloudFunctionConfiguration");
}

void ink_call_get_notification(struct ink_call *call)
{
    struct ink_store_rule *rules;
    size_t count;
    if (!ink_call_stored(call, ink_store_rules_get(call->gateway->store, call->bucket, call->arena, &rules, &count)))
        return;
    ink_xml_begin(&call->out, "NotificationConfiguration");
    for (size_t i = 0; i < count; i++) write_rule(call, &rules[i]);
    ink_xml_close(&call->out, "NotificationConfiguration");
    ink_call_answer_xml(call);
}
