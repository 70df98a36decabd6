/* SPDX-License-Identifier: MIT */
#include "ops/regex_parse.h"

#include <stdlib.h>

enum flag { FOLD = 1 << 0, DOT_NEWLINE = 1 << 1, LINES = 1 << 2, LAZY = 1 << 3 };

struct parser {
    struct ink_view pattern;
    size_t at;
    unsigned flags;
    int depth;
    struct ink_arena *arena;
    struct ink_error *err;
    ink_status status; /* of the first thing that failed */
};

/* --- reading --- */

uint32_t ink_rune_read(const uint8_t *text, size_t left, size_t *len)
{
    static const struct {
        uint8_t mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
    *len = 1;
    for (size_t n = 1; n <= 4; n++) {
        if ((text[0] & forms[n - 1].mask) != forms[n - 1].lead) continue;
        uint32_t c = text[0] & (uint8_t)~forms[n - 1].mask;
        if (n > left) return INK_RUNE_BAD;
        for (size_t i = 1; i < n; i++) {
            if ((text[i] & 0xC0) != 0x80) return INK_RUNE_BAD;
            c = c << 6 | (text[i] & 0x3F);
        }
        if (c < forms[n - 1].least || c > INK_RUNE_MAX || (c >= 0xD800 && c <= 0xDFFF)) return INK_RUNE_BAD;
        *len = n;
        return c;
    }
    return INK_RUNE_BAD;
}

static const struct ink_regex_node *fail(struct parser *p, ink_status status, const char *what)
{
    if (!p->status) p->status = ink_fail(p->err, status, "pattern, byte %zu: %s", p->at, what);
    return NULL;
}

static bool more(const struct parser *p)
{
    return p->at < p->pattern.len;
}

/* The next byte, '\0' at the end. */
static uint8_t peek(const struct parser *p)
{
    return more(p) ? p->pattern.data[p->at] : '\0';
}

static bool take(struct parser *p, const char *text)
{
    size_t len = strlen(text);
    if (p->pattern.len - p->at < len || memcmp(p->pattern.data + p->at, text, len)) return false;
    p->at += len;
    return true;
}

static uint32_t next_rune(struct parser *p)
{
    size_t len;
    uint32_t c = ink_rune_read(p->pattern.data + p->at, p->pattern.len - p->at, &len);
    if (c == INK_RUNE_BAD) fail(p, INK_E_MODEL, "it is not UTF-8");
    p->at += len;
    return c;
}

/* --- sets of code points --- */

struct ranges {
    struct ink_rune_range *items;
    size_t count, room;
};

static void add_range(struct parser *p, struct ranges *r, uint32_t low, uint32_t high)
{
    if (r->count == r->room) {
        size_t room = r->room ? 2 * r->room : 8;
        struct ink_rune_range *larger = INK_ARENA_ARRAY(p->arena, struct ink_rune_range, room);
        if (!larger) {
            fail(p, INK_E_OOM, "no memory");
            return;
        }
        if (r->count) memcpy(larger, r->items, r->count * sizeof *larger);
        r->items = larger;
        r->room = room;
    }
    r->items[r->count++] = (struct ink_rune_range){low, high};
}

static void add_part(struct parser *p, struct ranges *r, uint32_t low, uint32_t high, uint32_t first, uint32_t last,
                     int32_t apart)
{
    uint32_t from = low > first ? low : first, to = high < last ? high : last;
    if (from <= to) add_range(p, r, (uint32_t)((int32_t)from + apart), (uint32_t)((int32_t)to + apart));
}

/* With (?i) also the other case. Two letters beyond ASCII are a case of ASCII ones: the Kelvin sign and the long s. */
static void add_folded(struct parser *p, struct ranges *r, uint32_t low, uint32_t high)
{
    add_range(p, r, low, high);
    if (!(p->flags & FOLD) || (low == 0 && high == INK_RUNE_MAX)) return;
    if (high >= 0x80) fail(p, INK_E_UNSUPPORTED, "(?i) with letters beyond ASCII is not supported");
    add_part(p, r, low, high, 'a', 'z', 'A' - 'a');
    add_part(p, r, low, high, 'A', 'Z', 'a' - 'A');
    if ((low <= 'k' && high >= 'k') || (low <= 'K' && high >= 'K')) add_range(p, r, 0x212A, 0x212A);
    if ((low <= 's' && high >= 's') || (low <= 'S' && high >= 'S')) add_range(p, r, 0x017F, 0x017F);
}

static int by_low(const void *a, const void *b)
{
    const struct ink_rune_range *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

/* Sorted and joined. */
static void normalise(struct ranges *r)
{
    if (r->count) qsort(r->items, r->count, sizeof *r->items, by_low);
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (count && r->items[i].low <= r->items[count - 1].high + 1) {
            if (r->items[i].high > r->items[count - 1].high) r->items[count - 1].high = r->items[i].high;
        } else {
            r->items[count++] = r->items[i];
        }
    }
    r->count = count;
}

static void negate(struct parser *p, struct ranges *r)
{
    struct ranges other = {0};
    uint32_t from = 0;
    normalise(r);
    for (size_t i = 0; i < r->count; i++) {
        if (r->items[i].low > from) add_range(p, &other, from, r->items[i].low - 1);
        from = r->items[i].high + 1;
    }
    if (from <= INK_RUNE_MAX) add_range(p, &other, from, INK_RUNE_MAX);
    *r = other;
}

/* Names stand for ranges: pairs of letters. RE2 means ASCII by all of them. */
static const struct named {
    const char *name;
    const char *pairs;
} perl_classes[] = {{"\\d", "09"}, {"\\s", "\t\n\f\r  "}, {"\\w", "09AZ__az"}}, posix_classes[] = {
                                                                                    {"alnum", "09AZaz"},
                                                                                    {"alpha", "AZaz"},
                                                                                    {"ascii", "\x01\x7f"},
                                                                                    {"blank", "\t\t  "},
                                                                                    {"cntrl", "\x01\x1f\x7f\x7f"},
                                                                                    {"digit", "09"},
                                                                                    {"graph", "!~"},
                                                                                    {"lower", "az"},
                                                                                    {"print", " ~"},
                                                                                    {"punct", "!/:@[`{~"},
                                                                                    {"space", "\t\r  "},
                                                                                    {"upper", "AZ"},
                                                                                    {"word", "09AZ__az"},
                                                                                    {"xdigit", "09AFaf"},
};

static void add_named(struct parser *p, struct ranges *r, const struct named *class, bool negated)
{
    struct ranges own = {0};
    bool from_zero = class->pairs[0] == '\x01'; /* a string cannot hold a 0 */
    for (const char *pair = class->pairs; *pair; pair += 2)
        add_folded(p, &own, from_zero && pair == class->pairs ? 0 : (uint8_t)pair[0], (uint8_t)pair[1]);
    if (negated) negate(p, &own);
    for (size_t i = 0; i < own.count; i++) add_range(p, r, own.items[i].low, own.items[i].high);
}

/* \d \s \w and what is not in them. */
static bool take_perl_class(struct parser *p, struct ranges *r)
{
    if (peek(p) != '\\' || p->pattern.len - p->at < 2) return false;
    uint8_t letter = p->pattern.data[p->at + 1];
    for (size_t i = 0; i < sizeof perl_classes / sizeof *perl_classes; i++) {
        uint8_t name = (uint8_t)perl_classes[i].name[1], upper = (uint8_t)(name - 'a' + 'A');
        if (letter != name && letter != upper) continue;
        p->at += 2;
        add_named(p, r, &perl_classes[i], letter == upper);
        return true;
    }
    return false;
}

/* [:alpha:] or [:^alpha:], inside of brackets. */
static bool take_posix_class(struct parser *p, struct ranges *r)
{
    size_t start = p->at;
    if (!take(p, "[:")) return false;
    bool negated = take(p, "^");
    for (size_t i = 0; i < sizeof posix_classes / sizeof *posix_classes; i++) {
        size_t mark = p->at;
        if (take(p, posix_classes[i].name) && take(p, ":]")) {
            add_named(p, r, &posix_classes[i], negated);
            return true;
        }
        p->at = mark;
    }
    for (size_t i = p->at; i + 1 < p->pattern.len && p->pattern.data[i] != ']'; i++)
        if (p->pattern.data[i] == ':' && p->pattern.data[i + 1] == ']') fail(p, INK_E_MODEL, "no such class");
    p->at = start;
    return false;
}

static uint32_t take_hex(struct parser *p)
{
    bool braces = take(p, "{");
    uint32_t c = 0;
    int digits = 0;
    for (; more(p) && (braces || digits < 2); digits++, p->at++) {
        uint8_t d = peek(p), lower = d | 0x20;
        bool digit = d >= '0' && d <= '9';
        if (!digit && !(lower >= 'a' && lower <= 'f')) break;
        c = c * 16 + (uint32_t)(digit ? d - '0' : lower - 'a' + 10);
        if (c > INK_RUNE_MAX) break;
    }
    if (digits == 0 || c > INK_RUNE_MAX || (braces && !take(p, "}")) || (!braces && digits != 2))
        fail(p, INK_E_MODEL, "a \\x without its digits");
    return c;
}

/* Behind a backslash: the code point that is meant. */
static uint32_t take_escape(struct parser *p)
{
    static const char letters[] = "aftnrv", meant[] = "\a\f\t\n\r\v";
    if (!more(p)) {
        fail(p, INK_E_MODEL, "a backslash at its end");
        return 0;
    }
    uint8_t c = peek(p);
    const char *letter = c < 0x80 ? strchr(letters, c) : NULL;
    if (c == 'p' || c == 'P') fail(p, INK_E_UNSUPPORTED, "Unicode classes (\\p) are not supported");
    if (c == 'C') fail(p, INK_E_UNSUPPORTED, "\\C is not supported");
    p->at++;
    if (letter && *letter) return (uint32_t)meant[letter - letters];
    if (c == 'x') return take_hex(p);
    if (c >= '0' && c <= '7') {
        uint8_t following = peek(p);
        if (c != '0' && (following < '0' || following > '7'))
            fail(p, INK_E_MODEL, "back references are not part of RE2");
        uint32_t octal = c - '0';
        for (int i = 0; i < 2 && peek(p) >= '0' && peek(p) <= '7'; i++, p->at++) octal = octal * 8 + (peek(p) - '0');
        return octal;
    }
    bool plain =
        c < 0x80 && c > ' ' && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '_';
    if (!plain && c != '_') fail(p, INK_E_MODEL, "no such escape");
    return c;
}

/* --- the tree --- */

static size_t sum(size_t a, size_t b)
{
    return a + b < INK_REGEX_STATES_MAX ? a + b : INK_REGEX_STATES_MAX + 1;
}

static const struct ink_regex_node *new_node(struct parser *p, struct ink_regex_node from)
{
    if (p->status) return NULL;
    switch (from.kind) {
    case INK_REGEX_EMPTY: from.states = 0; break;
    case INK_REGEX_SET:
    case INK_REGEX_PLACE: from.states = 1; break;
    case INK_REGEX_BOTH: from.states = sum(from.left->states, from.right->states); break;
    case INK_REGEX_EITHER: from.states = sum(from.left->states, from.right->states + 2); break;
    case INK_REGEX_REPEAT:
        for (int i = 0; i < (from.most > from.least ? from.most : from.least) + (from.most < 0 && !from.least); i++)
            from.states = sum(from.states, from.left->states + 1);
        from.states = sum(from.states, 1);
        break;
    }
    if (from.states > INK_REGEX_STATES_MAX) return fail(p, INK_E_LIMIT, "its repetitions are too many");
    struct ink_regex_node *n = INK_ARENA_NEW(p->arena, struct ink_regex_node);
    if (!n) return fail(p, INK_E_OOM, "no memory");
    *n = from;
    return n;
}

static const struct ink_regex_node *new_set(struct parser *p, struct ranges *r)
{
    normalise(r);
    return new_node(p, (struct ink_regex_node){.kind = INK_REGEX_SET, .set = {r->items, r->count}});
}

static const struct ink_regex_node *new_place(struct parser *p, enum ink_regex_place place)
{
    return new_node(p, (struct ink_regex_node){.kind = INK_REGEX_PLACE, .place = place});
}

static const struct ink_regex_node *new_letter(struct parser *p, uint32_t c)
{
    struct ranges r = {0};
    bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (c >= 0x80 || letter)
        add_folded(p, &r, c, c);
    else
        add_range(p, &r, c, c);
    return new_set(p, &r);
}

static const struct ink_regex_node *join(struct parser *p, enum ink_regex_kind kind, const struct ink_regex_node *left,
                                         const struct ink_regex_node *right)
{
    if (!left || !right) return NULL;
    if (kind == INK_REGEX_BOTH && left->kind == INK_REGEX_EMPTY) return right;
    if (kind == INK_REGEX_BOTH && right->kind == INK_REGEX_EMPTY) return left;
    return new_node(p, (struct ink_regex_node){.kind = kind, .left = left, .right = right});
}

/* [...], behind the opening bracket. */
static const struct ink_regex_node *parse_class(struct parser *p)
{
    struct ranges r = {0};
    bool negated = take(p, "^");
    for (bool first = true; !p->status && (first || peek(p) != ']'); first = false) {
        if (!more(p)) return fail(p, INK_E_MODEL, "a [ without its ]");
        if (take_posix_class(p, &r) || take_perl_class(p, &r)) continue;
        uint32_t low = take(p, "\\") ? take_escape(p) : next_rune(p), high = low;
        bool range = peek(p) == '-' && p->pattern.len - p->at > 1 && p->pattern.data[p->at + 1] != ']';
        if (range) {
            p->at++;
            high = take(p, "\\") ? take_escape(p) : next_rune(p);
        }
        if (high < low) return fail(p, INK_E_MODEL, "a range that ends before it begins");
        add_folded(p, &r, low, high);
    }
    if (p->status) return NULL;
    p->at++;
    if (negated) negate(p, &r);
    return new_set(p, &r);
}

static const struct ink_regex_node *parse_either(struct parser *p);

static bool is_name_letter(uint8_t c)
{
    return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* (?flags) or (?flags: behind the question mark. group: whether a group begins. */
static bool parse_flags(struct parser *p, bool *group)
{
    static const struct {
        char letter;
        unsigned flag;
    } flags[] = {{'i', FOLD}, {'s', DOT_NEWLINE}, {'m', LINES}, {'U', LAZY}};
    bool on = true, any = false;
    for (; more(p); p->at++) {
        uint8_t c = peek(p);
        if (c == ')' || c == ':') {
            *group = c == ':';
            p->at++;
            return any || *group;
        }
        if (c == '-' && on) {
            on = false;
            any = false;
            continue;
        }
        size_t i = 0;
        while (i < 4 && flags[i].letter != c) i++;
        if (i == 4) break;
        any = true;
        p->flags = on ? p->flags | flags[i].flag : p->flags & ~flags[i].flag;
    }
    return false;
}

/* Behind an opening parenthesis. */
static const struct ink_regex_node *parse_group(struct parser *p)
{
    unsigned outside = p->flags;
    bool group = true;
    if (take(p, "?P<") || take(p, "?<")) {
        size_t start = p->at;
        while (is_name_letter(peek(p))) p->at++;
        if (p->at == start || !take(p, ">")) return fail(p, INK_E_MODEL, "a group's name, or what RE2 does not have");
    } else if (take(p, "?")) {
        if (!parse_flags(p, &group)) return fail(p, INK_E_MODEL, "no such group in RE2");
        if (!group) return new_node(p, (struct ink_regex_node){.kind = INK_REGEX_EMPTY});
    }
    if (p->depth == INK_REGEX_DEPTH_MAX) return fail(p, INK_E_LIMIT, "its groups are too deep");
    p->depth++;
    const struct ink_regex_node *inside = parse_either(p);
    p->depth--;
    p->flags = outside;
    if (inside && !take(p, ")")) return fail(p, INK_E_MODEL, "a ( without its )");
    return inside;
}

/* \Q...\E, behind the Q: as it is written. */
static const struct ink_regex_node *parse_quoted(struct parser *p)
{
    const struct ink_regex_node *all = new_node(p, (struct ink_regex_node){.kind = INK_REGEX_EMPTY});
    while (!p->status && more(p) && !take(p, "\\E")) all = join(p, INK_REGEX_BOTH, all, new_letter(p, next_rune(p)));
    return all;
}

/* One thing that a repetition may follow. */
static const struct ink_regex_node *parse_atom(struct parser *p)
{
    struct ranges r = {0};
    if (take(p, "(")) return parse_group(p);
    if (take(p, "[")) return parse_class(p);
    if (take(p, "^")) return new_place(p, p->flags & LINES ? INK_LINE_BEGIN : INK_TEXT_BEGIN);
    if (take(p, "$")) return new_place(p, p->flags & LINES ? INK_LINE_END : INK_TEXT_END);
    if (take(p, "\\A")) return new_place(p, INK_TEXT_BEGIN);
    if (take(p, "\\z")) return new_place(p, INK_TEXT_END);
    if (take(p, "\\b")) return new_place(p, INK_WORD_EDGE);
    if (take(p, "\\B")) return new_place(p, INK_WORD_INSIDE);
    if (take(p, "\\Q")) return parse_quoted(p);
    if (take_perl_class(p, &r)) return new_set(p, &r);
    if (take(p, "\\")) return new_letter(p, take_escape(p));
    if (take(p, ".")) {
        add_range(p, &r, 0, INK_RUNE_MAX);
        if (!(p->flags & DOT_NEWLINE)) {
            r = (struct ranges){0};
            add_range(p, &r, 0, '\n' - 1);
            add_range(p, &r, '\n' + 1, INK_RUNE_MAX);
        }
        return new_set(p, &r);
    }
    if (peek(p) == '*' || peek(p) == '+' || peek(p) == '?') return fail(p, INK_E_MODEL, "nothing is there to repeat");
    return new_letter(p, next_rune(p));
}

static bool take_number(struct parser *p, int *out)
{
    size_t start = p->at;
    for (*out = 0; peek(p) >= '0' && peek(p) <= '9'; p->at++)
        if (*out <= INK_REGEX_REPEAT_MAX) *out = *out * 10 + (peek(p) - '0');
    return p->at > start;
}

/* * + ? {n} {n,} {n,m}; braces that are none of these are letters. */
static bool take_repetition(struct parser *p, int *least, int *most)
{
    size_t start = p->at;
    *least = 0;
    *most = -1;
    if (take(p, "*")) return true;
    if (take(p, "+")) return (*least = 1);
    if (take(p, "?")) return (*most = 1);
    if (take(p, "{") && take_number(p, least)) {
        *most = *least;
        if (take(p, ",") && !take_number(p, most)) *most = -1;
        if (take(p, "}")) return true;
    }
    p->at = start;
    return false;
}

static const struct ink_regex_node *parse_repeated(struct parser *p)
{
    const struct ink_regex_node *inside = parse_atom(p);
    int least, most;
    if (!inside || !take_repetition(p, &least, &most)) return inside;
    if (least > INK_REGEX_REPEAT_MAX || most > INK_REGEX_REPEAT_MAX || (most >= 0 && most < least))
        return fail(p, INK_E_MODEL, "a repetition that RE2 does not have");
    take(p, "?"); /* as few as possible: no matter for a whole text */
    int again;
    if (take_repetition(p, &again, &again)) return fail(p, INK_E_MODEL, "a repetition of a repetition");
    return new_node(p, (struct ink_regex_node){.kind = INK_REGEX_REPEAT, .left = inside, .least = least, .most = most});
}

static const struct ink_regex_node *parse_row(struct parser *p)
{
    const struct ink_regex_node *all = new_node(p, (struct ink_regex_node){.kind = INK_REGEX_EMPTY});
    while (!p->status && more(p) && peek(p) != '|' && peek(p) != ')')
        all = join(p, INK_REGEX_BOTH, all, parse_repeated(p));
    return all;
}

static const struct ink_regex_node *parse_either(struct parser *p)
{
    const struct ink_regex_node *all = parse_row(p);
    while (all && take(p, "|")) all = join(p, INK_REGEX_EITHER, all, parse_row(p));
    return all;
}

ink_status ink_regex_parse(struct ink_view pattern, struct ink_arena *arena, const struct ink_regex_node **out,
                           struct ink_error *err)
{
    struct parser p = {.pattern = pattern, .arena = arena, .err = err};
    *out = parse_either(&p);
    if (!p.status && more(&p)) fail(&p, INK_E_MODEL, "a ) without its (");
    return p.status;
}
