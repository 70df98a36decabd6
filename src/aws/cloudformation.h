/* SPDX-License-Identifier: MIT */
/* cloudformation.h - a stack: what there is of it, made, changed, taken down, and what happened meanwhile.
 *
 * Stacks are told by name or by id; only the id finds one that is deleted. One thread. Source: AWS CloudFormation API
 * Reference, 2010-05-15. */
#ifndef INK_AWS_CLOUDFORMATION_H
#define INK_AWS_CLOUDFORMATION_H

#include "aws/account.h"

/* What a stack's state means for what can be done next. */
enum ink_stack_stage {
    INK_STACK_NONE,    /* there is none */
    INK_STACK_READY,   /* can be updated */
    INK_STACK_BUSY,    /* something is under way; wait */
    INK_STACK_RUINED,  /* its first creation failed, or its deletion did: can only be deleted */
    INK_STACK_STUCK,   /* an update could not be undone: a person has to look */
    INK_STACK_UNKNOWN, /* a state that is newer than this program */
};

struct ink_stack_state {
    const char *name; /* "UPDATE_ROLLBACK_COMPLETE" */
    enum ink_stack_stage stage;
    bool good;         /* the last thing that was done to it went well */
    const char *words; /* for people */
};

/* Never NULL; of UNKNOWN for a name that is none. */
const struct ink_stack_state *ink_stack_state_of(const char *name);

struct ink_stack {
    const struct ink_stack_state *state;
    const struct ink_xml *xml; /* NULL: there is no such stack; lives in the arena */
};

/* No such stack is not an error: stage NONE. */
INK_NODISCARD ink_status ink_stack_describe(struct ink_aws *aws, const char *name, struct ink_arena *arena,
                                            struct ink_stack *out, struct ink_error *err);

/* "" where it has no such thing. */
const char *ink_stack_id(const struct ink_stack *stack);
const char *ink_stack_why(const struct ink_stack *stack); /* CloudFormation's reason for the state */
const char *ink_stack_output(const struct ink_stack *stack, const char *key);
const char *ink_stack_parameter(const struct ink_stack *stack, const char *key);

struct ink_stack_parameter {
    const char *key, *value;
};

struct ink_stack_wish {
    const char *name;
    struct ink_view template;
    const struct ink_stack_parameter *parameters;
    size_t parameter_count;
};

/* Starts; *id lives in the arena. A creation that fails takes away what it made. Calling again with the same token is the same
 * call: token is letters, digits and '-', at most 128. */
INK_NODISCARD ink_status ink_stack_create(struct ink_aws *aws, const struct ink_stack_wish *wish, const char *token,
                                          struct ink_arena *arena, const char **id, struct ink_error *err);

/* The same; *same: everything is already as wished, and nothing was started. */
INK_NODISCARD ink_status ink_stack_update(struct ink_aws *aws, const struct ink_stack_wish *wish, const char *token,
                                          struct ink_arena *arena, bool *same, struct ink_error *err);

INK_NODISCARD ink_status ink_stack_delete(struct ink_aws *aws, const char *name, const char *token,
                                          struct ink_error *err);

/* The form of a call that starts something, as it would be sent: for --dry-run. */
void ink_stack_form(struct ink_buffer *form, const char *action, const struct ink_stack_wish *wish, const char *token);

/* One thing that happened. All texts live as long as the call that hands it over. */
struct ink_stack_event {
    const char *id, *time, *resource, *type, *status, *why;
    bool whole;  /* about the stack itself */
    bool failed; /* and not merely given up because of another */
};

/* Calls `each` for all events behind `last` (an event's id; "": all), oldest first, and makes the newest one's id the new last
 * (cut at last_cap). INK_E_LIMIT: more than 2000 new ones. */
INK_NODISCARD ink_status ink_stack_events(struct ink_aws *aws, const char *stack, char *last, size_t last_cap,
                                          void (*each)(const struct ink_stack_event *event, void *arg), void *arg,
                                          struct ink_error *err);

/* Whether another stack than `name` takes its code from `code_bucket`. */
INK_NODISCARD ink_status ink_stack_others_use(struct ink_aws *aws, const char *name, const char *code_bucket,
                                              bool *others, struct ink_error *err);

/* Whether the stack has made the thing that its template calls `logical`, under the name `physical`, and has not taken it away
 * again. A thing that was there before, and because of which its creation failed, is not the stack's. */
INK_NODISCARD ink_status ink_stack_owns(struct ink_aws *aws, const char *stack, const char *logical,
                                        const char *physical, bool *out, struct ink_error *err);

#endif
