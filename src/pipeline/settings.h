/* SPDX-License-Identifier: MIT */
/* settings.h - NAME.json beside NAME.onnx: what its owner says about the input and the answers, all of it optional.
 *
 *   {"labels": ["no", "yes"], "size": [28, 28], "layout": "nchw", "scale": 0.00392157, "mean": 0.1307, "std": 0.3081,
 *    "polarity": "bright-ink", "fit": "digit", "transpose": false, "segment": true, "top": 3}
 *
 * The model's own metadata may say the same under the key "inkling"; NAME.json counts before it.
 *
 * size: one number, or width and height; scale, mean and std as in image/prepare.h: (pixel * scale - mean) / std with
 * pixel in 0..255; mean and std one number or one for each channel. docs/json.md tells it to users. */
#ifndef INK_PIPELINE_SETTINGS_H
#define INK_PIPELINE_SETTINGS_H

#include "base/arena.h"
#include "image/prepare.h"

enum { INK_SETTINGS_BYTES_MAX = 1024 * 1024, INK_LABELS_MAX = 100000 };

struct ink_settings {
    const char **labels; /* NULL: not given */
    size_t label_count;
    int width, height;         /* 0: not given */
    enum ink_layout layout;    /* INK_LAYOUT_COUNT: not given */
    float scale;               /* 0: not given */
    int mean_count, std_count; /* 0: not given; 1: for all channels; 3 */
    float mean[3], std[3];
    enum ink_polarity polarity; /* INK_POLARITY_COUNT: not given */
    enum ink_fit fit;           /* INK_FIT_COUNT: not given */
    int transpose;              /* -1: not given, else 0 or 1 */
    bool segment;               /* the picture has several characters; not given: false */
    int top;                    /* 0: not given, else 1..10 */
};

extern const struct ink_settings ink_settings_none;

/* Reads the settings into *out over what it holds, at first ink_settings_none; text lives in the arena. INK_E_MODEL names the setting that is wrong and what it may be.
 * Thread-safe with one arena a thread. */
INK_NODISCARD ink_status ink_settings_read(struct ink_view json, struct ink_arena *arena, struct ink_settings *out,
                                           struct ink_error *err);

#endif
