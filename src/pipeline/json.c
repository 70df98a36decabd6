/* SPDX-License-Identifier: MIT */
#include "pipeline/json.h"

#include <stdlib.h>

ink_status ink_json_write(json_t *root, size_t flags, struct ink_buffer *out)
{
    char *text = root ? json_dumps(root, flags) : NULL;
    json_decref(root);
    if (text) ink_buffer_text(out, text);
    bool ok = text && !out->failed;
    free(text);
    return ok ? INK_OK : INK_E_OOM;
}
