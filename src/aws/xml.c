/* SPDX-License-Identifier: MIT */
#include "aws/xml.h"

#include "aws/cut.h"
#include "aws/sax.h"

enum { DEPTH_MOST = 24, TEXT_MAX = 1024 * 1024 };

struct reader {
    struct ink_arena *arena;
    struct ink_xml *open[DEPTH_MOST], *last[DEPTH_MOST]; /* last: the newest child of open[i] */
    struct ink_xml *root;
};

static void on_start(struct ink_sax *sax, int depth, const char *name)
{
    struct reader *reader = sax->arg;
    struct ink_xml *node = INK_ARENA_NEW(reader->arena, struct ink_xml);
    char *copy = ink_arena_text(reader->arena, ink_view_text(name));
    if (!node || !copy) {
        ink_sax_stop(sax, INK_E_OOM);
        return;
    }
    *node = (struct ink_xml){.name = copy, .text = ""};
    if (depth == 0) {
        reader->root = node;
    } else {
        struct ink_xml **last = &reader->last[depth - 1];
        if (*last)
            (*last)->next = node;
        else
            reader->open[depth - 1]->child = node;
        *last = node;
    }
    reader->open[depth] = node;
    reader->last[depth] = NULL;
}

static void on_end(struct ink_sax *sax, int depth, const char *text)
{
    struct reader *reader = sax->arg;
    struct ink_xml *node = reader->open[depth];
    if (node->child || !*text) return;
    node->text = ink_arena_text(reader->arena, ink_view_text(text));
    if (node->text) return;
    node->text = "";
    ink_sax_stop(sax, INK_E_OOM);
}

ink_status ink_xml_read(struct ink_view bytes, struct ink_arena *arena, struct ink_xml **root, struct ink_error *err)
{
    struct reader reader = {.arena = arena};
    struct ink_sax sax = {
        .arg = &reader, .depth_most = DEPTH_MOST, .text_most = TEXT_MAX, .start = on_start, .end = on_end};
    *root = NULL;
    ink_status st = ink_sax_read(&sax, bytes);
    if (st == INK_E_OOM) return ink_fail(err, INK_E_OOM, "no memory for an answer");
    if (st) return ink_fail(err, INK_E_FORMAT, "the answer is no XML that can be read");
    *root = reader.root;
    return INK_OK;
}

const struct ink_xml *ink_xml_at(const struct ink_xml *node, const char *path)
{
    struct ink_view rest = ink_view_text(path);
    while (node && rest.len) {
        struct ink_view name = ink_cut(&rest, '/');
        const struct ink_xml *found = node->child;
        while (found && !ink_view_is(name, found->name)) found = found->next;
        node = found;
    }
    return node;
}

const char *ink_xml_text(const struct ink_xml *node, const char *path)
{
    const struct ink_xml *found = ink_xml_at(node, path);
    return found ? found->text : "";
}
