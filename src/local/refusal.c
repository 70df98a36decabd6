/* SPDX-License-Identifier: MIT */
#include "local/refusal.h"

#include "local/xml.h"

static const struct {
    const char *code;
    unsigned status;
    const char *sentence;
} refusals[] = {
#define X(id, code, status, sentence) {code, status, sentence},
    INK_REFUSE_MAP(X)
#undef X
};

bool ink_refuse(struct ink_refusal *refusal, enum ink_refuse code, const char *message)
{
    if (refusal->code) return false;
    refusal->code = code;
    refusal->message = message;
    refusal->count = 0;
    return false;
}

void ink_refuse_detail(struct ink_refusal *refusal, const char *name, const char *value)
{
    if (!value || refusal->count == INK_REFUSAL_DETAILS_MAX) return;
    refusal->details[refusal->count].name = name;
    refusal->details[refusal->count].value = value;
    refusal->count++;
}

unsigned ink_refusal_status(const struct ink_refusal *refusal)
{
    return refusals[refusal->code].status;
}

const char *ink_refusal_code(const struct ink_refusal *refusal)
{
    return refusals[refusal->code].code;
}

const char *ink_refusal_message(const struct ink_refusal *refusal)
{
    return refusal->message ? refusal->message : refusals[refusal->code].sentence;
}

void ink_refusal_write(const struct ink_refusal *refusal, const char *resource, const char *request_id,
                       struct ink_buffer *out)
{
    ink_buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    ink_xml_text(out, "Code", ink_refusal_code(refusal));
    ink_xml_text(out, "Message", ink_refusal_message(refusal));
    for (size_t i = 0; i < refusal->count; i++) ink_xml_text(out, refusal->details[i].name, refusal->details[i].value);
    ink_xml_text(out, "Resource", resource);
    ink_xml_text(out, "RequestId", request_id);
    ink_xml_text(out, "HostId", "inkling");
    ink_xml_close(out, "Error");
}
