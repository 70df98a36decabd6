/* SPDX-License-Identifier: MIT */
/* prepare.h - from a decoded picture to the model's input.
 *
 *   u8 pixels [height, width, channels]  ->  f32 tensor, size, order and range as the model wants them
 *
 * A digit model has only seen MNIST: ink 255 on 0, scaled into 20x20 keeping its shape, its centre of mass at the
 * centre of 28x28 (LeCun et al. 1998, section III.A). The default fit makes any picture look like that. */
#ifndef INK_IMAGE_PREPARE_H
#define INK_IMAGE_PREPARE_H

#include "image/image.h"

enum { INK_WANT_MAX_SIDE = 4096 };

/* code, the word used in settings and on the command line */
#define INK_FIT_MAP(X)                                                                                                 \
    X(AUTO, "auto")           /* digit where the model wants one channel of at most 64 px a side, else letterbox */    \
    X(DIGIT, "digit")         /* ink found, scaled into 20/28 of the side, centred by mass */                          \
    X(SEED, "seed")           /* Pillow's bicubic resize in the picture's own mode, grey, / 256; range is ignored */   \
    X(LETTERBOX, "letterbox") /* whole picture, shape kept, borders in its background */                               \
    X(CROP, "crop")           /* shape kept, what hangs over on the longer side is cut off */                          \
    X(STRETCH, "stretch")     /* whole picture, shape not kept */

enum ink_fit {
#define X(code, word) INK_FIT_##code,
    INK_FIT_MAP(X)
#undef X
        INK_FIT_COUNT
};

/* The order of the floats; a size-1 batch dimension in front makes no difference. */
enum ink_layout {
    INK_LAYOUT_NCHW, /* [channels, height, width], planes */
    INK_LAYOUT_NHWC, /* [height, width, channels], interleaved */
    INK_LAYOUT_HW,   /* [height, width]: one channel */
    INK_LAYOUT_FLAT, /* [height * width * channels] as NCHW */
    INK_LAYOUT_COUNT
};

enum ink_polarity {
    INK_POLARITY_BRIGHT_INK, /* ink 255 on 0, like MNIST */
    INK_POLARITY_DARK_INK,   /* ink 0 on 255, like paper */
    INK_POLARITY_KEEP,       /* as in the picture (photos); for fit digit the same as BRIGHT_INK */
    INK_POLARITY_COUNT
};

/* What a model wants. Each float is (pixel * scale - mean[c]) / std[c] with pixel in 0..255. */
struct ink_want {
    int width; /* 1..INK_WANT_MAX_SIDE */
    int height;
    int channels; /* 1 grey, 3 RGB */
    enum ink_layout layout;
    float scale; /* 1/255 gives 0..1, 1 gives 0..255 */
    float mean[3];
    float std[3]; /* not 0 */
    enum ink_polarity polarity;
    bool transposed; /* rows and columns exchanged, as in EMNIST's files */
    bool bgr;        /* blue first */
    enum ink_fit fit;
};

/* 28x28, one channel, NCHW, 0..1, bright ink, fit auto. */
extern const struct ink_want ink_want_mnist;

/* Floats that ink_prepare writes. */
static inline size_t ink_want_floats(const struct ink_want *want)
{
    return (size_t)want->width * (size_t)want->height * (size_t)want->channels;
}

/* What was found in the picture and how it was prepared. */
struct ink_prepared {
    enum ink_fit fit;       /* never AUTO */
    struct ink_box ink;     /* digit: where the ink is, in the picture's pixels; else the whole picture */
    bool ink_is_dark;       /* digit: darker than its paper */
    uint8_t paper;          /* digit: the paper's level, 0 black .. 255 white */
    uint8_t ink_level;      /* digit: the level of full ink */
    float ink_share;        /* digit: part of the picture that is ink, 0..1 */
    float scale;            /* prepared pixels a picture pixel (seed and stretch: across) */
    float shift_x, shift_y; /* digit: how far mass centring moved the box, in prepared pixels */
    uint8_t *shown;         /* what the model sees as u8 [height, width, want's channels], before transposing, range and
                               bgr, polarity as the model wants it; in the caller's arena */
};

/* Fills `out` with the prepared picture.
 *
 * image  borrowed, not changed
 * want   what the model wants; checked: INK_E_ARGUMENT
 * arena  back at its old mark on return but for found->shown (only when found is given)
 * out    the caller's, ink_want_floats(want) long
 * found  may be NULL
 *
 * INK_E_NO_INK for a picture with nothing on it (fit digit only), INK_E_OOM; `out` is then undefined.
 * Thread-safe with one arena a thread. */
INK_NODISCARD ink_status ink_prepare(const struct ink_image *image, const struct ink_want *want,
                                     struct ink_arena *arena, float *out, struct ink_prepared *found,
                                     struct ink_error *err);

const char *ink_fit_word(enum ink_fit fit);              /* "auto" */
bool ink_fit_named(const char *word, enum ink_fit *out); /* false when there is no such fit */

#endif
