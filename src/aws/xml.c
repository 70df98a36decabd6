/* SPDX-License-Identifier: MIT */
#include "aws/xml.h"

#include <expat.h>

#include "aws/cut.h"
#include "base/alloc.h"
#include "base/buffer.h"

enum { DEPTH_MOST = 24, TEXT_MAX = 1024 * 1024 };

struct reader {
    XML_Parser parser;
    struct ink_arena *arena;
    struct ink_xml *open[DEPTH_MOST], *last[DEPTH_MOST]; /* last: the newest child of open[i] */
    struct ink_xml *root;
    int depth;
    struct ink_buffer text; /* of the innermost element */
    ink_status status;
};

static void stop(struct reader *reader, ink_status status)
{
    if (!reader->status) reader->status = status;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = arg;
    if (reader->depth == DEPTH_MOST) {
        stop(reader, INK_E_FORMAT);
        return;
    }
    struct ink_xml *node = INK_ARENA_NEW(reader->arena, struct ink_xml);
    char *copy = ink_arena_text(reader->arena, ink_view_text(name));
    if (!node || !copy) {
        stop(reader, INK_E_OOM);
        return;
    }
    *node = (struct ink_xml){.name = copy, .text = ""};
    if (reader->depth == 0) {
        reader->root = node;
    } else {
        struct ink_xml **last = &reader->last[reader->depth - 1];
        if (*last)
            (*last)->next = node;
        else
            reader->open[reader->depth - 1]->child = node;
        *last = node;
    }
    reader->open[reader->depth] = node;
    reader->last[reader->depth++] = NULL;
    ink_buffer_clear(&reader->text);
}

static void on_text(void *arg, const XML_Char *text, int len)
{
    struct reader *reader = arg;
    ink_status st = ink_buffer_append(&reader->text, text, (size_t)len);
    if (st) stop(reader, st);
}

static void on_end(void *arg, const XML_Char *name)
{
    struct reader *reader = arg;
    struct ink_xml *node = reader->open[--reader->depth];
    if (!node->child && reader->text.len) {
        node->text = ink_arena_text(reader->arena, ink_buffer_view(&reader->text));
        if (!node->text) {
            node->text = "";
            stop(reader, INK_E_OOM);
        }
    }
    ink_buffer_clear(&reader->text);
}

/* No service declares entities; a document that does could grow without bound. */
static void on_entity(void *arg, const XML_Char *name, int is_parameter, const XML_Char *value, int len,
                      const XML_Char *base, const XML_Char *system, const XML_Char *public, const XML_Char *notation)
{
    stop(arg, INK_E_FORMAT);
}

ink_status ink_xml_read(struct ink_view bytes, struct ink_arena *arena, struct ink_xml **root, struct ink_error *err)
{
    static const XML_Memory_Handling_Suite memory = {ink_malloc, ink_realloc, ink_free};
    struct reader reader = {.arena = arena};
    *root = NULL;
    reader.parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
    if (!reader.parser) return ink_fail(err, INK_E_OOM, "no memory to read an answer");
    ink_buffer_init(&reader.text, TEXT_MAX);
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader.parser, on_text);
    XML_SetEntityDeclHandler(reader.parser, on_entity);
    bool whole = bytes.len <= INT32_MAX &&
                 XML_Parse(reader.parser, (const char *)bytes.data, (int)bytes.len, 1) == XML_STATUS_OK;
    if (!whole && !reader.status)
        reader.status = XML_GetErrorCode(reader.parser) == XML_ERROR_NO_MEMORY ? INK_E_OOM : INK_E_FORMAT;
    XML_ParserFree(reader.parser);
    ink_buffer_cleanup(&reader.text);
    if (reader.status == INK_E_OOM) return ink_fail(err, INK_E_OOM, "no memory for an answer");
    if (reader.status) return ink_fail(err, INK_E_FORMAT, "the answer is no XML that can be read");
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
