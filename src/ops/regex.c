/* SPDX-License-Identifier: MIT */
#include "ops/regex.h"

#include "ops/regex_parse.h"

enum what { SET, PLACE, SPLIT, JUMP, MATCH };

struct state {
    enum what what;
    enum ink_regex_place place;
    struct ink_rune_set set;
    uint32_t next, other; /* other: of SPLIT */
};

struct ink_regex {
    struct state *states;
    uint32_t count;
};

/* --- from the tree to states --- */

static uint32_t add(struct ink_regex *r, struct state state)
{
    r->states[r->count] = state;
    return r->count++;
}

static void emit(struct ink_regex *r, const struct ink_regex_node *node);

/* least copies; then a loop back into the last one or round a further one, or as many that may be left out. */
static void emit_repeat(struct ink_regex *r, const struct ink_regex_node *node)
{
    uint32_t last = 0;
    for (int i = 0; i < node->least; i++) {
        last = r->count;
        emit(r, node->left);
    }
    if (node->most < 0 && node->least > 0) {
        add(r, (struct state){.what = SPLIT, .next = last, .other = r->count + 1});
    } else if (node->most < 0) {
        uint32_t split = add(r, (struct state){.what = SPLIT, .next = r->count + 1});
        emit(r, node->left);
        add(r, (struct state){.what = JUMP, .next = split});
        r->states[split].other = r->count;
    }
    for (int i = node->least; i < node->most; i++) {
        uint32_t split = add(r, (struct state){.what = SPLIT, .next = r->count + 1});
        emit(r, node->left);
        r->states[split].other = r->count; /* what is left out may as well be left out here: the rest is left out too */
    }
}

static void emit(struct ink_regex *r, const struct ink_regex_node *node)
{
    uint32_t split, jump;
    switch (node->kind) {
    case INK_REGEX_EMPTY: break;
    case INK_REGEX_SET: add(r, (struct state){.what = SET, .set = node->set, .next = r->count + 1}); break;
    case INK_REGEX_PLACE: add(r, (struct state){.what = PLACE, .place = node->place, .next = r->count + 1}); break;
    case INK_REGEX_BOTH:
        emit(r, node->left);
        emit(r, node->right);
        break;
    case INK_REGEX_EITHER:
        split = add(r, (struct state){.what = SPLIT, .next = r->count + 1});
        emit(r, node->left);
        jump = add(r, (struct state){.what = JUMP});
        r->states[split].other = r->count;
        emit(r, node->right);
        r->states[jump].next = r->count;
        break;
    case INK_REGEX_REPEAT: emit_repeat(r, node); break;
    }
}

ink_status ink_regex_compile(struct ink_view pattern, struct ink_arena *arena, const struct ink_regex **out,
                             struct ink_error *err)
{
    const struct ink_regex_node *tree;
    ink_status st = ink_regex_parse(pattern, arena, &tree, err);
    if (st) return st;
    struct ink_regex *r = INK_ARENA_NEW(arena, struct ink_regex);
    if (r) r->states = INK_ARENA_ARRAY(arena, struct state, tree->states + 1);
    if (!r || !r->states) return ink_fail(err, INK_E_OOM, "no memory for a pattern");
    emit(r, tree);
    add(r, (struct state){.what = MATCH});
    *out = r;
    return INK_OK;
}

/* --- matching --- */

/* The states that the automaton is in, each once. */
struct crowd {
    uint32_t *states;
    size_t count;
};

struct matcher {
    const struct ink_regex *regex;
    struct crowd now, next;
    uint32_t *seen; /* of each state: the number of the crowd that it was put into last */
    uint32_t *stack;
    uint32_t number;
};

size_t ink_regex_states(const struct ink_regex *regex)
{
    return regex->count;
}

size_t ink_regex_scratch_bytes(const struct ink_regex *regex)
{
    return 4 * sizeof(uint32_t) * regex->count;
}

static bool is_word(uint32_t c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Between `before` and `after`, INK_RUNE_BAD + 1 where there is no more text. */
enum { NOTHING = INK_RUNE_BAD + 1 };

static bool holds(enum ink_regex_place place, uint32_t before, uint32_t after)
{
    switch (place) {
    case INK_TEXT_BEGIN: return before == NOTHING;
    case INK_TEXT_END: return after == NOTHING;
    case INK_LINE_BEGIN: return before == NOTHING || before == '\n';
    case INK_LINE_END: return after == NOTHING || after == '\n';
    case INK_WORD_EDGE: return is_word(before) != is_word(after);
    case INK_WORD_INSIDE: return is_word(before) == is_word(after);
    }
    return false;
}

static void visit(struct matcher *m, uint32_t state, size_t *top)
{
    if (m->seen[state] == m->number) return;
    m->seen[state] = m->number;
    m->stack[(*top)++] = state;
}

/* A state, and all that are reached from it without reading. True where the end is among them. */
static bool enter(struct matcher *m, struct crowd *crowd, uint32_t state, uint32_t before, uint32_t after)
{
    bool end = false;
    size_t top = 0;
    visit(m, state, &top);
    while (top) {
        uint32_t at = m->stack[--top];
        const struct state *s = &m->regex->states[at];
        switch (s->what) {
        case SET: crowd->states[crowd->count++] = at; break;
        case MATCH: end = true; break;
        case PLACE:
            if (holds(s->place, before, after)) visit(m, s->next, &top);
            break;
        case SPLIT:
            visit(m, s->other, &top);
            visit(m, s->next, &top);
            break;
        case JUMP: visit(m, s->next, &top); break;
        }
    }
    return end;
}

static bool contains(const struct ink_rune_set *set, uint32_t c)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > set->ranges[middle].high)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->count && c >= set->ranges[low].low;
}

bool ink_regex_full_match(const struct ink_regex *regex, struct ink_view text, void *scratch)
{
    uint32_t *room = scratch;
    size_t n = regex->count, len = 0;
    struct matcher m = {regex, {room, 0}, {room + n, 0}, room + 2 * n, room + 3 * n, 1};
    memset(m.seen, 0, n * sizeof *m.seen);
    uint32_t c = text.len ? ink_rune_read(text.data, text.len, &len) : NOTHING;
    bool end = enter(&m, &m.now, 0, NOTHING, c);
    for (size_t at = 0; at < text.len && m.now.count;) {
        size_t after_len = 0;
        at += len;
        uint32_t after = at < text.len ? ink_rune_read(text.data + at, text.len - at, &after_len) : NOTHING;
        m.next.count = 0;
        m.number++;
        end = false;
        for (size_t i = 0; i < m.now.count; i++) {
            const struct state *s = &regex->states[m.now.states[i]];
            if (contains(&s->set, c) && enter(&m, &m.next, s->next, c, after)) end = true;
        }
        struct crowd swap = m.now;
        m.now = m.next;
        m.next = swap;
        c = after;
        len = after_len;
        if (at == text.len) return end;
    }
    return end && text.len == 0;
}
