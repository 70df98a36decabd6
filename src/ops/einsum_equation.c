/* SPDX-License-Identifier: MIT */
/* einsum_equation.c - "ij,jk->ik" to labels, and labels to sizes. */
#include "ops/einsum.h"

/* Upper case first, as in ASCII. -1: no letter. */
static int letter(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    return c >= 'a' && c <= 'z' ? 26 + c - 'a' : -1;
}

static ink_status bad(const struct ink_op_ctx *ctx, struct ink_view equation, const char *why)
{
    return ink_op_fail(ctx, INK_E_MODEL, "equation \"%.*s\": %s", INK_VIEW_ARGS(equation), why);
}

/* A term from *at on, up to what is no part of one. */
static ink_status parse_term(const struct ink_op_ctx *ctx, struct ink_view equation, size_t *at,
                             struct ink_einsum_term *term)
{
    bool has_ellipsis = false;
    *term = (struct ink_einsum_term){0};
    for (; *at < equation.len; ++*at) {
        uint8_t c = equation.data[*at];
        int label = letter(c);
        if (c == ' ') continue;
        if (c == '.') {
            if (has_ellipsis || equation.len - *at < 3 || memcmp(equation.data + *at, "...", 3))
                return bad(ctx, equation, "a dot that is no ellipsis, or a second one");
            label = INK_EINSUM_ELLIPSIS;
            has_ellipsis = true;
            *at += 2;
        }
        if (label < 0) return INK_OK;
        if (term->count > INK_RANK_MAX) return bad(ctx, equation, "a term is too long");
        term->labels[term->count++] = (uint8_t)label;
    }
    return INK_OK;
}

ink_status ink_einsum_parse(const struct ink_op_ctx *ctx, struct ink_view equation, struct ink_einsum *out)
{
    size_t at = 0;
    *out = (struct ink_einsum){.implicit = true};
    for (;;) {
        if (out->operands == INK_EINSUM_OPERANDS)
            return ink_op_fail(ctx, INK_E_UNSUPPORTED, "more than %d operands", INK_EINSUM_OPERANDS);
        ink_status st = parse_term(ctx, equation, &at, &out->term[out->operands++]);
        if (st) return st;
        if (at == equation.len || equation.data[at] != ',') break;
        at++;
    }
    if (at == equation.len) return INK_OK;
    if (equation.len - at < 2 || memcmp(equation.data + at, "->", 2))
        return bad(ctx, equation, "it has something that is neither a letter nor an arrow");
    at += 2;
    out->implicit = false;
    ink_status st = parse_term(ctx, equation, &at, &out->output);
    if (!st && at != equation.len) st = bad(ctx, equation, "something stands behind its output");
    uint64_t seen = 0;
    for (int i = 0; !st && i < out->output.count; i++) {
        int label = out->output.labels[i];
        if (label == INK_EINSUM_ELLIPSIS) continue;
        if (seen >> label & 1) st = bad(ctx, equation, "a letter is twice in its output");
        seen |= (uint64_t)1 << label;
    }
    return st;
}

static ink_status fit_dim(const struct ink_op_ctx *ctx, struct ink_einsum_sizes *z, int operand, int label, int64_t dim,
                          size_t stride)
{
    size_t *size = &z->size[label], have = (size_t)dim;
    bool known = false;
    for (int i = 0; i <= operand; i++) known = known || (z->has[i] >> label & 1);
    if (!known || *size == 1) *size = have;
    if (have != 1 && have != *size)
        return ink_op_fail(ctx, INK_E_MODEL, "operand %d has %zu where another has %zu", operand, have, *size);
    z->has[operand] |= (uint64_t)1 << label;
    if (have != 1) z->step[operand][label] += stride; /* a letter twice in a term: its diagonal */
    return INK_OK;
}

static ink_status fit_operand(const struct ink_op_ctx *ctx, const struct ink_einsum_term *term, int operand,
                              struct ink_einsum_sizes *z)
{
    const struct ink_shape *shape = &ctx->in[operand]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    int ellipsis = -1, d = 0;
    for (int i = 0; i < term->count; i++)
        if (term->labels[i] == INK_EINSUM_ELLIPSIS) ellipsis = shape->rank - (term->count - 1);
    if (ellipsis < 0 && shape->rank != term->count)
        return ink_op_fail(ctx, INK_E_MODEL, "operand %d %s does not fit its term", operand,
                           ink_shape_text(shape, text));
    for (int i = 0; i < term->count; i++) {
        bool many = term->labels[i] == INK_EINSUM_ELLIPSIS;
        for (int k = many ? ellipsis : 1; k > 0; k--, d++) {
            int label = many ? INK_EINSUM_LABELS - k : term->labels[i];
            ink_status st = fit_dim(ctx, z, operand, label, shape->dims[d], ink_shape_span(shape, d + 1, shape->rank));
            if (st) return st;
        }
    }
    return INK_OK;
}

static bool add_output(struct ink_einsum_sizes *z, int label)
{
    if (z->out_count == INK_RANK_MAX) return false;
    z->out[z->out_count++] = (uint8_t)label;
    return true;
}

/* How often a letter stands in all terms. */
static int occurrences(const struct ink_einsum *e, int label)
{
    int found = 0;
    for (int i = 0; i < e->operands; i++)
        for (int k = 0; k < e->term[i].count; k++) found += e->term[i].labels[k] == label;
    return found;
}

static ink_status fit_output(const struct ink_op_ctx *ctx, const struct ink_einsum *e, struct ink_einsum_sizes *z)
{
    uint64_t all = 0;
    bool fits = true;
    for (int i = 0; i < e->operands; i++) all |= z->has[i];
    for (int i = 0; i < (e->implicit ? 1 : e->output.count); i++) {
        int label = e->implicit ? INK_EINSUM_ELLIPSIS : e->output.labels[i];
        if (label != INK_EINSUM_ELLIPSIS && !(all >> label & 1))
            return ink_op_fail(ctx, INK_E_MODEL, "the output has a letter that no operand has");
        int first = label == INK_EINSUM_ELLIPSIS ? INK_EINSUM_LETTERS : label;
        int end = label == INK_EINSUM_ELLIPSIS ? INK_EINSUM_LABELS : label + 1;
        for (int k = first; fits && k < end; k++)
            if (all >> k & 1) fits = add_output(z, k);
    }
    for (int label = 0; e->implicit && fits && label < INK_EINSUM_LETTERS; label++)
        if (occurrences(e, label) == 1) fits = add_output(z, label);
    return fits ? INK_OK : ink_op_fail(ctx, INK_E_UNSUPPORTED, "its output has more than %d dimensions", INK_RANK_MAX);
}

ink_status ink_einsum_fit(const struct ink_op_ctx *ctx, const struct ink_einsum *equation, struct ink_einsum_sizes *out)
{
    *out = (struct ink_einsum_sizes){0};
    if (ctx->in_count != equation->operands)
        return ink_op_fail(ctx, INK_E_MODEL, "%d inputs, the equation has %d operands", ctx->in_count,
                           equation->operands);
    for (int i = 0; i < equation->operands; i++) {
        ink_status st = fit_operand(ctx, &equation->term[i], i, out);
        if (st) return st;
    }
    return fit_output(ctx, equation, out);
}
