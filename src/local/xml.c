/* SPDX-License-Identifier: MIT */
#include "local/xml.h"

#include <expat.h>
#include <inttypes.h>

#include "base/alloc.h"

struct reader {
    XML_Parser parser;
    struct ink_arena *arena;
    struct ink_xml_node *path[INK_XML_DEPTH_MAX]; /* from the root to the open element */
    struct ink_xml_node *last[INK_XML_DEPTH_MAX]; /* the newest child of each */
    struct ink_buffer text[INK_XML_DEPTH_MAX];
    size_t depth;
    struct ink_xml_node *root;
    ink_status status;
};

static void stop(struct reader *reader, ink_status status)
{
    if (!reader->status) reader->status = status;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void XMLCALL on_open(void *self, const char *name, const char **attributes)
{
    struct reader *reader = self;
    const char *colon = strrchr(name, ':');
    if (reader->depth == INK_XML_DEPTH_MAX) {
        stop(reader, INK_E_LIMIT);
        return;
    }
    struct ink_xml_node *node = INK_ARENA_NEW(reader->arena, struct ink_xml_node);
    char *kept = ink_arena_text(reader->arena, ink_view_text(colon ? colon + 1 : name));
    if (!node || !kept) {
        stop(reader, INK_E_OOM);
        return;
    }
    *node = (struct ink_xml_node){.name = kept, .text = ""};
    if (reader->depth == 0) {
        reader->root = node;
    } else {
        struct ink_xml_node *parent = reader->path[reader->depth - 1], **last = &reader->last[reader->depth - 1];
        if (*last)
            (*last)->next = node;
        else
            parent->child = node;
        *last = node;
    }
    reader->path[reader->depth] = node;
    reader->last[reader->depth] = NULL;
    ink_buffer_clear(&reader->text[reader->depth]);
    reader->depth++;
}

static void XMLCALL on_close(void *self, const char *name)
{
    struct reader *reader = self;
    struct ink_buffer *text = &reader->text[--reader->depth];
    if (text->len == 0) return;
    const char *kept = ink_arena_text(reader->arena, ink_buffer_view(text));
    if (!kept) {
        stop(reader, INK_E_OOM);
        return;
    }
    reader->path[reader->depth]->text = kept;
}

static void XMLCALL on_text(void *self, const char *text, int len)
{
    struct reader *reader = self;
    if (reader->depth == 0) return;
    if (ink_buffer_append(&reader->text[reader->depth - 1], text, (size_t)len)) stop(reader, INK_E_OOM);
}

static void XMLCALL on_doctype(void *self, const char *name, const char *system_id, const char *public_id, int internal)
{
    stop(self, INK_E_FORMAT);
}

ink_status ink_xml_parse(struct ink_view text, struct ink_arena *arena, const struct ink_xml_node **out,
                         struct ink_error *err)
{
    static const XML_Memory_Handling_Suite memory = {ink_malloc, ink_realloc, ink_free};
    if (text.len > INK_XML_BYTES_MAX) return ink_fail(err, INK_E_LIMIT, "XML of over %d bytes", INK_XML_BYTES_MAX);
    struct reader reader = {.arena = arena, .parser = XML_ParserCreate_MM(NULL, &memory, NULL)};
    if (!reader.parser) return ink_fail(err, INK_E_OOM, "no memory to read XML");
    for (size_t i = 0; i < INK_XML_DEPTH_MAX; i++) ink_buffer_init(&reader.text[i], INK_XML_BYTES_MAX);
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, on_open, on_close);
    XML_SetCharacterDataHandler(reader.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
    enum XML_Status parsed = XML_Parse(reader.parser, (const char *)text.data, (int)text.len, 1);
    ink_status st = reader.status;
    if (!st && parsed != XML_STATUS_OK && XML_GetErrorCode(reader.parser) == XML_ERROR_NO_MEMORY) st = INK_E_OOM;
    if (st)
        ink_fail(err, st, "XML: %s", st == INK_E_FORMAT ? "a DOCTYPE is not allowed" : "too deep or too large");
    else if (parsed != XML_STATUS_OK)
        st = ink_fail(err, INK_E_FORMAT, "XML: line %lu: %s", XML_GetCurrentLineNumber(reader.parser),
                      XML_ErrorString(XML_GetErrorCode(reader.parser)));
    for (size_t i = 0; i < INK_XML_DEPTH_MAX; i++) ink_buffer_cleanup(&reader.text[i]);
    XML_ParserFree(reader.parser);
    *out = reader.root;
    return st;
}

const struct ink_xml_node *ink_xml_child(const struct ink_xml_node *node, const char *name)
{
    const struct ink_xml_node *child = node ? node->child : NULL;
    while (child && strcmp(child->name, name) != 0) child = child->next;
    return child;
}

const struct ink_xml_node *ink_xml_next(const struct ink_xml_node *node)
{
    const struct ink_xml_node *next = node->next;
    while (next && strcmp(next->name, node->name) != 0) next = next->next;
    return next;
}

const char *ink_xml_child_text(const struct ink_xml_node *node, const char *name)
{
    const struct ink_xml_node *child = ink_xml_child(node, name);
    return child ? child->text : NULL;
}

void ink_xml_begin(struct ink_buffer *out, const char *root)
{
    ink_buffer_printf(
        out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
        root);
}

void ink_xml_open(struct ink_buffer *out, const char *name)
{
    ink_buffer_printf(out, "<%s>", name);
}

void ink_xml_close(struct ink_buffer *out, const char *name)
{
    ink_buffer_printf(out, "</%s>", name);
}

void ink_xml_escape(struct ink_buffer *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '&')
            ink_buffer_text(out, "&amp;");
        else if (*c == '<')
            ink_buffer_text(out, "&lt;");
        else if (*c == '>')
            ink_buffer_text(out, "&gt;");
        else if (*c == '"')
            ink_buffer_text(out, "&quot;");
        else if ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t')
            ink_buffer_printf(out, "&#x%x;", *c);
        else
            ink_buffer_append(out, c, 1);
    }
}

void ink_xml_text(struct ink_buffer *out, const char *name, const char *text)
{
    if (!text) return;
    ink_xml_open(out, name);
    ink_xml_escape(out, text);
    ink_xml_close(out, name);
}

void ink_xml_number(struct ink_buffer *out, const char *name, uint64_t number)
{
    ink_buffer_printf(out, "<%s>%" PRIu64 "</%s>", name, number, name);
}
