/* SPDX-License-Identifier: MIT */
#include "ops/walk.h"

enum { PIECE = 16384 }; /* elements for one task: less is not worth waking a thread for */

/* The element step of an input along dimension d of the output: 0 where it is broadcast. */
static size_t step_of(const struct ink_shape *in, const struct ink_shape *out, int d)
{
    int own = d - (out->rank - in->rank);
    if (own < 0 || in->dims[own] == 1) return 0;
    return ink_shape_span(in, own + 1, in->rank);
}

/* Whether dimension d of the plan and one of `steps` inside of it are one dimension for every input. */
static bool joins(const struct ink_walk *walk, int d, size_t inner_dim, const size_t *inner_steps)
{
    for (int i = 0; i < walk->inputs; i++)
        if (walk->steps[i][d] != inner_steps[i] * inner_dim) return false;
    return true;
}

void ink_walk_plan(struct ink_walk *walk, const struct ink_shape *out, const struct ink_shape *const *in, int inputs)
{
    *walk = (struct ink_walk){.inputs = inputs, .rows = 1, .row_len = 1};
    for (int d = 0; d < out->rank; d++) {
        size_t steps[INK_WALK_INPUTS], dim = (size_t)out->dims[d];
        if (dim == 1) continue;
        for (int i = 0; i < inputs; i++) steps[i] = step_of(in[i], out, d);
        if (walk->rank && joins(walk, walk->rank - 1, dim, steps))
            walk->dims[walk->rank - 1] *= dim;
        else
            walk->dims[walk->rank++] = dim;
        for (int i = 0; i < inputs; i++) walk->steps[i][walk->rank - 1] = steps[i];
    }
    if (!walk->rank) return;
    walk->row_len = walk->dims[--walk->rank];
    for (int i = 0; i < inputs; i++) walk->row_step[i] = walk->steps[i][walk->rank];
    for (int d = 0; d < walk->rank; d++) walk->rows *= walk->dims[d];
}

struct share {
    const struct ink_walk *walk;
    ink_walk_fn *row;
    const void *job;
    size_t rows_a_task, pieces_a_row;
};

static void do_row(const struct share *s, size_t row, size_t from, size_t to)
{
    const struct ink_walk *w = s->walk;
    size_t at[INK_WALK_INPUTS] = {0}, rest = row;
    for (int d = w->rank - 1; d >= 0; d--) {
        size_t index = rest % w->dims[d];
        rest /= w->dims[d];
        for (int i = 0; i < w->inputs; i++) at[i] += index * w->steps[i][d];
    }
    for (int i = 0; i < w->inputs; i++) at[i] += from * w->row_step[i];
    s->row(s->job, w, to - from, at, row * w->row_len + from);
}

static void do_task(void *arg, size_t index, int worker)
{
    const struct share *s = arg;
    size_t first = index / s->pieces_a_row * s->rows_a_task, last = first + s->rows_a_task;
    size_t from = index % s->pieces_a_row * PIECE, to = s->pieces_a_row > 1 ? from + PIECE : s->walk->row_len;
    if (last > s->walk->rows) last = s->walk->rows;
    if (to > s->walk->row_len) to = s->walk->row_len;
    for (size_t row = first; row < last; row++) do_row(s, row, from, to);
}

void ink_walk_run(const struct ink_walk *walk, struct ink_parallel *parallel, ink_walk_fn *row, const void *job)
{
    if (!walk->rows || !walk->row_len) return;
    struct share s = {.walk = walk, .row = row, .job = job, .rows_a_task = 1, .pieces_a_row = 1};
    if (walk->row_len > PIECE)
        s.pieces_a_row = (walk->row_len + PIECE - 1) / PIECE;
    else
        s.rows_a_task = PIECE / walk->row_len;
    size_t tasks = (walk->rows + s.rows_a_task - 1) / s.rows_a_task * s.pieces_a_row;
    ink_parallel_run(parallel, tasks, do_task, &s);
}
