/* SPDX-License-Identifier: MIT */
/* Pictures: decode any bytes, prepare what could be decoded. Built once a format: INK_FUZZ_FORMAT says which seeds it
 * starts from, and other types are not tried, so that the time goes into one reader. */
#include <stdlib.h>

#include <zlib.h>

#include "fuzz.h"
#include "image/decode.h"
#include "image/prepare.h"
#include "pictures.h"

static const struct ink_decode_limits limits = {.max_side = 2000, .max_pixels = 200 * 1000, .max_bytes = 16 << 20};

static void prepare(const struct ink_image *image, struct ink_arena *arena)
{
    static const enum ink_fit fits[] = {INK_FIT_DIGIT, INK_FIT_SEED, INK_FIT_LETTERBOX, INK_FIT_CROP};
    float out[28 * 28];
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        struct ink_want want = ink_want_mnist;
        struct ink_error err;
        want.fit = fits[i];
        ink_status st = ink_prepare(image, &want, arena, out, NULL, &err);
        if (st != INK_OK && st != INK_E_NO_INK) abort();
    }
}

/* Chunks of a changed PNG get their checksums anew: else nothing behind the first would ever be read. */
static void mend_checksums(uint8_t *png, size_t len)
{
    for (size_t at = 8; len - at >= 12;) {
        size_t body = (size_t)png[at] << 24 | (size_t)png[at + 1] << 16 | (size_t)png[at + 2] << 8 | png[at + 3];
        if (body > len - at - 12) return;
        uint32_t sum = (uint32_t)crc32(0, png + at + 4, (unsigned)body + 4);
        for (int i = 0; i < 4; i++) png[at + 8 + body + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
        at += body + 12;
    }
}

static void try_picture(struct ink_view bytes)
{
    struct ink_arena arena;
    struct ink_image image;
    struct ink_error err = {0};
    ink_arena_init(&arena, (size_t)64 << 20);
    ink_status st = ink_decode(bytes, &limits, &arena, &image, &err);
    if (st == INK_OK)
        prepare(&image, &arena);
    else if (err.text[0] == '\0' || ink_arena_used(&arena) != 0)
        abort(); /* every refusal says why, and keeps nothing */
    ink_arena_cleanup(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (ink_image_sniff(ink_view_of(data, len)) != INK_FUZZ_FORMAT) return 0;
    uint8_t *copy = malloc(len);
    if (!copy) abort();
    memcpy(copy, data, len);
    if (INK_FUZZ_FORMAT == INK_IMAGE_PNG) mend_checksums(copy, len);
    try_picture(ink_view_of(copy, len));
    free(copy);
    return 0;
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    for (size_t sample = 0; make_sample(sample, out); sample++) {
        if (ink_image_sniff(ink_buffer_view(out)) != INK_FUZZ_FORMAT) continue;
        if (index-- == 0) return true;
    }
    return false;
}
