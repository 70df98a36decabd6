/* SPDX-License-Identifier: MIT */
/* inspect.c - what is in a model: inputs, outputs, operators, size, cost; and what stands against it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/loaded.h"
#include "cli/print.h"

struct op_count {
    struct ink_view domain, name;
    int count;
};

static int by_count(const void *a, const void *b)
{
    const struct op_count *x = a, *y = b;
    if (x->count != y->count) return y->count - x->count;
    size_t least = x->name.len < y->name.len ? x->name.len : y->name.len;
    return least ? memcmp(x->name.data, y->name.data, least) : 0;
}

/* The graphs among a node's attributes. */
static const struct ink_graph_proto *bodies_of(const struct ink_node *node, int attribute, size_t *count)
{
    const struct ink_attribute *a = &node->attributes[attribute];
    bool graphs = a->kind == INK_ATTRIBUTE_GRAPH || a->kind == INK_ATTRIBUTE_GRAPHS;
    *count = graphs ? a->count : 0;
    return graphs ? a->graphs : NULL;
}

static int count_nodes(const struct ink_node *nodes, int node_count)
{
    int all = node_count;
    size_t bodies;
    for (int n = 0; n < node_count; n++)
        for (int a = 0; a < nodes[n].attribute_count; a++) {
            const struct ink_graph_proto *body = bodies_of(&nodes[n], a, &bodies);
            for (size_t b = 0; b < bodies; b++) all += count_nodes(body[b].nodes, body[b].node_count);
        }
    return all;
}

static void add_ops(const struct ink_node *nodes, int node_count, struct op_count *ops, int *count)
{
    size_t bodies;
    for (int n = 0; n < node_count; n++) {
        int i = 0;
        while (i < *count &&
               (!ink_view_equal(ops[i].name, nodes[n].op_type) || !ink_view_equal(ops[i].domain, nodes[n].domain)))
            i++;
        if (i == *count) ops[(*count)++] = (struct op_count){nodes[n].domain, nodes[n].op_type, 0};
        ops[i].count++;
        for (int a = 0; a < nodes[n].attribute_count; a++) {
            const struct ink_graph_proto *body = bodies_of(&nodes[n], a, &bodies);
            for (size_t b = 0; b < bodies; b++) add_ops(body[b].nodes, body[b].node_count, ops, count);
        }
    }
}

/* Each operator once with how often it occurs, in bodies and in the model's own functions as well; *count of them. NULL
 * when memory runs out. */
static struct op_count *count_ops(const struct ink_model *model, int *count)
{
    int nodes = count_nodes(model->graph.nodes, model->graph.node_count);
    for (int f = 0; f < model->function_count; f++)
        nodes += count_nodes(model->functions[f].nodes, model->functions[f].node_count);
    struct op_count *ops = calloc((size_t)nodes + 1, sizeof *ops);
    *count = 0;
    if (!ops) return NULL;
    add_ops(model->graph.nodes, model->graph.node_count, ops, count);
    for (int f = 0; f < model->function_count; f++)
        add_ops(model->functions[f].nodes, model->functions[f].node_count, ops, count);
    qsort(ops, (size_t)*count, sizeof *ops, by_count);
    return ops;
}

/* --- for people --- */

static void print_ios(const char *what, const struct ink_session *s, int count,
                      const struct ink_value_info *(*at)(const struct ink_session *s, int i))
{
    for (int i = 0; i < count; i++) {
        const struct ink_value_info *info = at(s, i);
        char name[256], shape[256];
        ink_text_escape((const char *)info->name.data, info->name.len, name, sizeof name);
        ink_print_shape(info, shape, sizeof shape);
        printf("  %-10s %s  %s %s\n", i ? "" : what, name, ink_dtype_word(info->dtype), shape);
    }
}

static void print_ops(const struct ink_model *model)
{
    int count;
    struct op_count *ops = count_ops(model, &count);
    printf("  operators ");
    int column = 12;
    for (int i = 0; ops && i < count; i++) {
        char name[256], text[320];
        ink_text_escape((const char *)ops[i].name.data, ops[i].name.len, name, sizeof name);
        int len = snprintf(text, sizeof text, " %s%s%.0d", name, ops[i].count > 1 ? " x" : "",
                           ops[i].count > 1 ? ops[i].count : 0);
        if (column + len > 100) {
            printf("\n            ");
            column = 12;
        }
        fputs(text, stdout);
        column += len;
    }
    printf("\n");
    free(ops);
}

static void print_problems(const struct ink_problems *problems)
{
    if (!problems->count) return;
    printf("\n  What stands against it:\n");
    for (int i = 0; i < problems->count; i++) printf("  - %s\n", problems->items[i].text);
    if (problems->left_out) printf("  - and %d more\n", problems->left_out);
}

static void print_model(const struct ink_loaded *loaded)
{
    const struct ink_session *s = loaded->session;
    const struct ink_model *m = ink_session_model(s);
    struct ink_figures figures;
    char bytes[32], work[32], activations[32], producer[128];
    ink_session_figures(s, &figures);
    printf("%s\n", loaded->path);
    ink_text_escape((const char *)m->producer_name.data, m->producer_name.len, producer, sizeof producer);
    printf("  made by    %s, IR version %lld, opset %lld\n", *producer ? producer : "unknown", (long long)m->ir_version,
           (long long)ink_model_opset(m, (struct ink_view){0}));
    print_ios("inputs", s, ink_session_input_count(s), ink_session_input);
    print_ios("outputs", s, ink_session_output_count(s), ink_session_output);
    print_ops(m);
    printf("  parameters %llu in %s\n", (unsigned long long)figures.parameters,
           ink_print_bytes(figures.parameter_bytes, bytes));
    if (figures.planned)
        printf("  one run    %s multiply-adds, %s for values between the nodes\n",
               ink_print_count(figures.multiply_adds, work), ink_print_bytes(figures.activation_bytes, activations));
    print_problems(ink_session_problems(s));
}

/* --- as JSON (docs/json.md) --- */

static json_t *text_of(struct ink_view view)
{
    char escaped[512];
    ink_text_escape((const char *)view.data, view.len, escaped, sizeof escaped);
    return json_string(escaped);
}

static json_t *ios_json(const struct ink_session *s, int count,
                        const struct ink_value_info *(*at)(const struct ink_session *s, int i))
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        const struct ink_value_info *info = at(s, i);
        json_t *dims = info->shape.rank < 0 ? json_null() : json_array();
        for (int k = 0; k < info->shape.rank; k++) {
            bool named = info->dim_names && info->dim_names[k].len;
            json_array_append_new(dims, info->shape.dims[k] >= 0 ? json_integer(info->shape.dims[k])
                                        : named                  ? text_of(info->dim_names[k])
                                                                 : json_null());
        }
        json_array_append_new(list, json_pack("{s:o, s:s, s:o}", "name", text_of(info->name), "type",
                                              ink_dtype_word(info->dtype), "shape", dims));
    }
    return list;
}

static json_t *problems_json(const struct ink_problems *problems)
{
    json_t *list = json_array();
    for (int i = 0; i < problems->count; i++) {
        const struct ink_problem *p = &problems->items[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:i, s:s}", "code", ink_status_word(p->status), "op",
                                              text_of(p->op), "node", text_of(p->node), "position", p->position,
                                              "message", p->text));
    }
    return list;
}

static json_t *model_json(const struct ink_loaded *loaded)
{
    const struct ink_session *s = loaded->session;
    const struct ink_model *m = ink_session_model(s);
    struct ink_figures figures;
    int count;
    ink_session_figures(s, &figures);
    struct op_count *ops = count_ops(m, &count);
    json_t *list = json_array();
    for (int i = 0; ops && i < count; i++)
        json_array_append_new(list, json_pack("{s:o, s:o, s:i}", "domain", text_of(ops[i].domain), "name",
                                              text_of(ops[i].name), "count", ops[i].count));
    free(ops);
    const struct ink_problems *problems = ink_session_problems(s);
    json_t *root = json_pack(
        "{s:s, s:b, s:I, s:I, s:o, s:o, s:o, s:o, s:I, s:I, s:o}", "model", loaded->path, "usable", !problems->count,
        "ir_version", (json_int_t)m->ir_version, "opset", (json_int_t)ink_model_opset(m, (struct ink_view){0}),
        "producer", text_of(m->producer_name), "inputs", ios_json(s, ink_session_input_count(s), ink_session_input),
        "outputs", ios_json(s, ink_session_output_count(s), ink_session_output), "operators", list, "parameters",
        (json_int_t)figures.parameters, "parameter_bytes", (json_int_t)figures.parameter_bytes, "problems",
        problems_json(problems));
    if (root && figures.planned) {
        json_object_set_new(root, "multiply_adds", json_integer((json_int_t)figures.multiply_adds));
        json_object_set_new(root, "activation_bytes", json_integer((json_int_t)figures.activation_bytes));
    }
    return root;
}

static int inspect(const struct ink_args *args)
{
    struct ink_loaded loaded;
    struct ink_error err = {0};
    ink_status st = ink_loaded_open(args->rest[0], 1, &loaded, &err);
    if (loaded.session) {
        struct ink_figures figures;
        struct ink_error ignored = {0};
        ink_session_figures(loaded.session, &figures);
        /* cost for one picture; a model whose dimensions cannot be 1 has no figures, which is no fault */
        if (!st && !figures.planned && ink_session_bind_declared(loaded.session, 1, &ignored))
            ignored = (struct ink_error){0};
        if (ink_args_switch(args, "json"))
            ink_print_json(model_json(&loaded));
        else
            print_model(&loaded);
    }
    int code = st ? ink_command_fail(args, "%s", err.text) : INK_EXIT_DONE;
    ink_loaded_cleanup(&loaded);
    return code;
}

const struct ink_command ink_command_inspect = {
    .name = "inspect",
    .arguments = "MODEL",
    .summary = "inputs, outputs, operators and cost of a model",
    .help = "Shows what is in an ONNX model: inputs, outputs, operators, parameters, multiply-adds for one picture; "
            "and, where\n"
            "inkling cannot run it, everything that stands against it. Exit status 1 then.\n\n"
            "  inkling inspect model.onnx\n",
    .options = {{"json", NULL, "as JSON (docs/json.md)"}},
    .least = 1,
    .most = 1,
    .run = inspect,
};
