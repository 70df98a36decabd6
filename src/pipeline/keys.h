/* SPDX-License-Identifier: MIT */
/* keys.h - what a key in a bucket stands for, and under which keys its answers go.
 *
 *   digit.png      picture    results.txt, results.json
 *   a/x.png        picture    a/x.results.txt, a/x.results.json
 *   a/x.JPG        picture    a/x.JPG.results.txt ...             (only ".png" is dropped)
 *   a/two.onnx     model      a/two.report.txt, a/two.report.json
 *   a/two.json     settings of a/two.onnx
 *   a/two.onnx.data           weights, perhaps
 *   results.txt, *.report.json ...   our own: never handled, or the function would wake itself
 *
 * Pure functions of the text, which may be any bytes; thread-safe. */
#ifndef INK_PIPELINE_KEYS_H
#define INK_PIPELINE_KEYS_H

#include "base/status.h"
#include "base/view.h"

enum {
    INK_KEY_MAX = 1024,    /* bytes, S3's own limit */
    INK_FOLDERS_MAX = 8,   /* the seven nearest and the root */
    INK_CLASSES_SHOWN = 10 /* lines of results.txt at most */
};

/* code, the word for logs */
#define INK_KEY_MAP(X)                                                                                                 \
    X(OTHER, "nothing that is read here")                                                                              \
    X(PICTURE, "a picture")                                                                                            \
    X(FOREIGN, "a picture of a type that is not read") /* .heic, .tif: answered with bad-image */                      \
    X(MODEL, "a model")                                                                                                \
    X(SETTINGS, "settings of a model")                                                                                 \
    X(WEIGHTS, "weights of a model")                                                                                   \
    X(OURS, "an answer of our own")

enum ink_key_kind {
#define X(code, word) INK_KEY_##code,
    INK_KEY_MAP(X)
#undef X
        INK_KEY_KIND_COUNT
};

enum ink_key_kind ink_key_kind(const char *key);
const char *ink_key_word(enum ink_key_kind kind);

/* The part behind the last '/'. Points into key. */
const char *ink_key_name(const char *key);

/* Bytes up to and with the last '/'; 0 in the root. */
size_t ink_key_folder_len(const char *key);

/* The key of an answer: a picture's ".results.txt" or a model's ".report.txt" (ending "results.txt" or "report.json"
 * without the dot in front). INK_E_LIMIT where it would be over INK_KEY_MAX bytes. */
INK_NODISCARD ink_status ink_key_answer(const char *key, const char *ending, char out[INK_KEY_MAX + 1],
                                        struct ink_error *err);

/* The key of `name` in the folder of `key`; name may have folders of its own. INK_E_LIMIT as above. */
INK_NODISCARD ink_status ink_key_beside(const char *key, const char *name, char out[INK_KEY_MAX + 1],
                                        struct ink_error *err);

/* "a/two.onnx" for "a/two.json" and "a/two.onnx.data"; false where the name says no model. */
bool ink_key_model_of(const char *key, char out[INK_KEY_MAX + 1]);

/* Lengths of the folders whose model may answer the picture, nearest first, the root last. Returns how many, 1..8. */
size_t ink_key_folders(const char *key, size_t folder_lens[INK_FOLDERS_MAX]);

#endif
