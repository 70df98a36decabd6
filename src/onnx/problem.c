/* SPDX-License-Identifier: MIT */
#include "onnx/problem.h"

#include <stdarg.h>
#include <stdio.h>

void ink_problem_add(struct ink_problems *problems, ink_status status, const struct ink_node *node, const char *format,
                     ...)
{
    if (problems->count == INK_PROBLEMS_MAX) {
        problems->left_out++;
        return;
    }
    struct ink_error text = {0};
    char raw[INK_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    const char *place = problems->place.text;
    ink_fail(&text, status, "%s%s", place ? place : "", raw);
    const char *kept = ink_arena_text(problems->arena, ink_view_text(text.text));
    problems->items[problems->count++] = (struct ink_problem){
        .status = status,
        .op = node ? node->op_type : (struct ink_view){0},
        .node = node ? node->name : (struct ink_view){0},
        .position = place  ? problems->place.position
                    : node ? node->position
                           : -1,
        .text = kept ? kept : "out of memory",
    };
}

struct ink_problem_place ink_problems_enter(struct ink_problems *problems, const struct ink_node *node,
                                            struct ink_view body)
{
    struct ink_problem_place before = problems->place;
    const char *text = ink_arena_printf(problems->arena, "%s%.*s of node %d (%.*s): ", before.text ? before.text : "",
                                        INK_VIEW_ARGS(body), node->position, INK_VIEW_ARGS(node->op_type));
    problems->place.text = text ? text : "in a body: ";
    if (!before.text) problems->place.position = node->position;
    return before;
}

ink_status ink_problems_error(const struct ink_problems *problems, struct ink_error *err)
{
    if (!problems->count) return INK_OK;
    /* a damaged model outweighs an unsupported operator: exporting it another way would not help */
    const struct ink_problem *worst = &problems->items[0];
    for (int i = 0; i < problems->count; i++)
        if (problems->items[i].status == INK_E_MODEL && worst->status != INK_E_MODEL) worst = &problems->items[i];
    int more = problems->count + problems->left_out - 1;
    if (more) return ink_fail(err, worst->status, "%s (and %d more: see `inkling inspect`)", worst->text, more);
    return ink_fail(err, worst->status, "%s", worst->text);
}
