/* SPDX-License-Identifier: MIT */
#include "pipeline/keys.h"

#include <stdio.h>

#include "base/text.h"

static const char *const words[] = {
#define X(code, word) [INK_KEY_##code] = word,
    INK_KEY_MAP(X)
#undef X
};

/* The first row whose ending fits counts. Endings with a capital never come from us, so our own names are compared as
 * they are written; cameras write pictures' endings in either case. */
static const struct {
    const char *ending;
    bool any_case;
    enum ink_key_kind kind;
} endings[] = {
    {".results.txt", false, INK_KEY_OURS}, {".results.json", false, INK_KEY_OURS}, {".report.txt", false, INK_KEY_OURS},
    {".report.json", false, INK_KEY_OURS}, {".png", true, INK_KEY_PICTURE},        {".jpg", true, INK_KEY_PICTURE},
    {".jpeg", true, INK_KEY_PICTURE},      {".webp", true, INK_KEY_PICTURE},       {".gif", true, INK_KEY_PICTURE},
    {".bmp", true, INK_KEY_PICTURE},       {".heic", true, INK_KEY_FOREIGN},       {".heif", true, INK_KEY_FOREIGN},
    {".avif", true, INK_KEY_FOREIGN},      {".tif", true, INK_KEY_FOREIGN},        {".tiff", true, INK_KEY_FOREIGN},
    {".jp2", true, INK_KEY_FOREIGN},       {".jxl", true, INK_KEY_FOREIGN},        {".onnx", false, INK_KEY_MODEL},
    {".json", false, INK_KEY_SETTINGS},    {".data", false, INK_KEY_WEIGHTS},      {".bin", false, INK_KEY_WEIGHTS},
    {".weights", false, INK_KEY_WEIGHTS},
};

static bool ends(const char *text, const char *ending)
{
    size_t text_len = strlen(text), ending_len = strlen(ending);
    return text_len >= ending_len && strcmp(text + text_len - ending_len, ending) == 0;
}

const char *ink_key_word(enum ink_key_kind kind)
{
    return (unsigned)kind < INK_KEY_KIND_COUNT ? words[kind] : "?";
}

const char *ink_key_name(const char *key)
{
    const char *slash = strrchr(key, '/');
    return slash ? slash + 1 : key;
}

size_t ink_key_folder_len(const char *key)
{
    return (size_t)(ink_key_name(key) - key);
}

enum ink_key_kind ink_key_kind(const char *key)
{
    const char *name = ink_key_name(key);
    if (strcmp(name, "results.txt") == 0 || strcmp(name, "results.json") == 0) return INK_KEY_OURS;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        bool fits = endings[i].any_case ? ink_text_ends_nocase(name, endings[i].ending) : ends(name, endings[i].ending);
        if (fits) return endings[i].kind;
    }
    /* model.onnx.data-00001, model.onnx_data */
    return strstr(name, ".onnx.") || strstr(name, ".onnx_") ? INK_KEY_WEIGHTS : INK_KEY_OTHER;
}

static ink_status join(const char *head, size_t head_len, const char *dot, const char *tail, char out[INK_KEY_MAX + 1],
                       struct ink_error *err)
{
    if (head_len + strlen(dot) + strlen(tail) > INK_KEY_MAX)
        return ink_fail(err, INK_E_LIMIT, "%s: too long a key: its answer's would have more than %d bytes", head,
                        INK_KEY_MAX);
    snprintf(out, INK_KEY_MAX + 1, "%.*s%s%s", (int)head_len, head, dot, tail);
    return INK_OK;
}

ink_status ink_key_answer(const char *key, const char *ending, char out[INK_KEY_MAX + 1], struct ink_error *err)
{
    size_t len = strlen(key), folder = ink_key_folder_len(key);
    if (strcmp(key + folder, "digit.png") == 0) return join(key, folder, "", ending, out, err);
    if (ends(key, ".png")) len -= strlen(".png");
    if (ends(key, ".onnx")) len -= strlen(".onnx");
    return join(key, len, ".", ending, out, err);
}

ink_status ink_key_beside(const char *key, const char *name, char out[INK_KEY_MAX + 1], struct ink_error *err)
{
    return join(key, ink_key_folder_len(key), "", name, out, err);
}

bool ink_key_model_of(const char *key, char out[INK_KEY_MAX + 1])
{
    const char *name = ink_key_name(key);
    size_t len = strlen(key);
    const char *in_name = strstr(name, ".onnx");
    if (in_name)
        len = (size_t)(in_name - key);
    else if (ends(name, ".json"))
        len -= strlen(".json");
    else
        return false;
    return join(key, len, "", ".onnx", out, NULL) == INK_OK;
}

size_t ink_key_folders(const char *key, size_t folder_lens[INK_FOLDERS_MAX])
{
    size_t count = 0, len = ink_key_folder_len(key);
    while (len > 0 && count < INK_FOLDERS_MAX - 1) {
        folder_lens[count++] = len;
        for (len--; len > 0 && key[len - 1] != '/'; len--) {}
    }
    folder_lens[count++] = 0;
    return count;
}
