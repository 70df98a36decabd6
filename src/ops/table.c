/* SPDX-License-Identifier: MIT */
/* table.c - the operators that inkling has: sorted by domain, name and version, so that a look-up is a binary search.
 *
 * A family's functions are declared in its header and live in its file. */
#include "ops/table.h"

#include "ops/identity.h"

#define BIT INK_DTYPE_BIT

static const struct ink_op table[] = {
    /* clang-format off */
    {"", "Identity", 1, "T>T", {INK_TYPES_ALL}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    /* clang-format on */
};

enum { ROWS = sizeof table / sizeof table[0] };

static int compare_text(struct ink_view a, const char *b)
{
    size_t b_len = strlen(b), least = a.len < b_len ? a.len : b_len;
    int order = least ? memcmp(a.data, b, least) : 0;
    return order ? order : a.len < b_len ? -1 : a.len > b_len;
}

const struct ink_op *ink_op_find(struct ink_view domain, struct ink_view name, int64_t opset, bool *known)
{
    /* the first row of that name, then on to the newest version that is not too new */
    size_t low = 0, high = ROWS;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare_text(domain, table[middle].domain);
        if (!order) order = compare_text(name, table[middle].name);
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct ink_op *found = NULL;
    *known = false;
    for (size_t i = low; i < ROWS && !compare_text(domain, table[i].domain) && !compare_text(name, table[i].name);
         i++) {
        *known = true;
        if (table[i].since <= opset) found = &table[i];
    }
    return found;
}

const struct ink_op *ink_op_row(size_t i)
{
    return i < ROWS ? &table[i] : NULL;
}
