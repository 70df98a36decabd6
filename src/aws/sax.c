/* SPDX-License-Identifier: MIT */
#include "aws/sax.h"

#include <expat.h>

#include "base/alloc.h"

void ink_sax_stop(struct ink_sax *sax, ink_status status)
{
    if (!sax->status) sax->status = status;
    XML_StopParser(sax->parser, XML_FALSE);
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct ink_sax *sax = arg;
    (void)attributes;
    if (sax->depth == sax->depth_most) {
        ink_sax_stop(sax, INK_E_FORMAT);
        return;
    }
    sax->start(sax, sax->depth, name);
    if (sax->status) return;
    sax->depth++;
    ink_buffer_clear(&sax->text);
}

static void on_text(void *arg, const XML_Char *text, int len)
{
    struct ink_sax *sax = arg;
    ink_status st = ink_buffer_append(&sax->text, text, (size_t)len);
    if (st) ink_sax_stop(sax, st);
}

static void on_end(void *arg, const XML_Char *name)
{
    struct ink_sax *sax = arg;
    (void)name;
    if (sax->status) return; /* of an empty element, this still comes when its start stopped the parser */
    sax->depth--;
    sax->end(sax, sax->depth, sax->text.data ? (const char *)sax->text.data : "");
    ink_buffer_clear(&sax->text);
}

static void on_entity(void *arg, const XML_Char *name, int is_parameter, const XML_Char *value, int len,
                      const XML_Char *base, const XML_Char *system, const XML_Char *public, const XML_Char *notation)
{
    ink_sax_stop(arg, INK_E_FORMAT);
}

ink_status ink_sax_read(struct ink_sax *sax, struct ink_view xml)
{
    static const XML_Memory_Handling_Suite memory = {ink_malloc, ink_realloc, ink_free};
    XML_Parser parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
    if (!parser) return INK_E_OOM;
    sax->parser = parser;
    ink_buffer_init(&sax->text, sax->text_most);
    XML_SetUserData(parser, sax);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetEntityDeclHandler(parser, on_entity);
    bool whole = xml.len <= INT32_MAX && XML_Parse(parser, (const char *)xml.data, (int)xml.len, 1) == XML_STATUS_OK;
    if (!whole && !sax->status)
        sax->status = XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY ? INK_E_OOM : INK_E_FORMAT;
    XML_ParserFree(parser);
    ink_buffer_cleanup(&sax->text);
    return sax->status;
}
