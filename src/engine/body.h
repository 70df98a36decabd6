/* SPDX-License-Identifier: MIT */
/* body.h - the bodies of nodes, each a session of its own; private to this module.
 *
 * A body's inputs are those that its graph lists, then what it takes from outside, which its node has as further inputs. What is
 * constant there is a weight here, so it is folded and packed once. A body is planned for the shapes of its last run, like any
 * session; its operators see nothing of where it is. */
#ifndef INK_ENGINE_BODY_H
#define INK_ENGINE_BODY_H

#include "engine/steps.h"
#include "ops/body.h"

/* A graph among a node's attributes. */
struct ink_step_body {
    struct ink_body face; /* what its operator sees */
    struct ink_session session;
    const struct ink_graph_body *graph;
    bool open;
    struct ink_arena kept[2]; /* what a run hands to the next, by turns */
    int turn;
    struct ink_step_body *next; /* of the session that it is in */
};

/* Gives a step its bodies, closed. INK_E_OOM only. */
INK_NODISCARD ink_status ink_bodies_make(struct ink_session *s, struct ink_step *step, const struct ink_graph_node *n);
void ink_bodies_free(struct ink_session *s);

/* A pass: what has become a weight outside is one in the bodies too, and they have passes of their own. */
INK_NODISCARD ink_status ink_bodies_pass(struct ink_session *s, struct ink_step *step, struct ink_error *err);

#endif
