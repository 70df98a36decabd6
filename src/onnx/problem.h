/* SPDX-License-Identifier: MIT */
/* problem.h - everything that stands against a model, collected so that people see all of it at once. */
#ifndef INK_ONNX_PROBLEM_H
#define INK_ONNX_PROBLEM_H

#include "onnx/model.h"

struct ink_problem {
    ink_status status;    /* INK_E_UNSUPPORTED or INK_E_MODEL */
    struct ink_view op;   /* the operator, "" where no node is concerned */
    struct ink_view node; /* the node's name, may be empty */
    int position;         /* the node's place in the file, -1 where no node is concerned */
    const char *text;     /* what, and what to do */
};

enum { INK_PROBLEMS_MAX = 200 }; /* one a kind of trouble is enough for people; a hostile file has millions */

struct ink_problems {
    struct ink_arena *arena; /* holds the texts */
    struct ink_problem items[INK_PROBLEMS_MAX];
    int count;
    int left_out; /* more that were not kept */

    /* Inside of a body: what texts begin with ("body of node 3 (Loop): "), and the place in the file of the outermost node
     * that it is in. NULL and -1 outside. */
    struct ink_problem_place {
        const char *text;
        int position;
    } place;
};

/* What is added from here on is in a body of this node. Returns the place before, to be put back behind the body. */
struct ink_problem_place ink_problems_enter(struct ink_problems *problems, const struct ink_node *node,
                                            struct ink_view body);

/* Adds a problem. node may be NULL. Out of memory, the text is a fixed one. */
void ink_problem_add(struct ink_problems *problems, ink_status status, const struct ink_node *node, const char *format,
                     ...) INK_PRINTF(4, 5);

/* The first problem and how many more there are, as one error; INK_OK where there is none. */
ink_status ink_problems_error(const struct ink_problems *problems, struct ink_error *err);

#endif
