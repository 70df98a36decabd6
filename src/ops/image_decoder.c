/* SPDX-License-Identifier: MIT */
#include "ops/image_decoder.h"

#include "image/decode.h"
#include "image/pnm.h"

enum format { RGB, BGR, GREY };

ink_status ink_image_decoder_load(struct ink_op_ctx *ctx)
{
    static const char *const words[] = {[RGB] = "RGB", [BGR] = "BGR", [GREY] = "Grayscale"};
    enum format *format = INK_ARENA_NEW(ctx->arena, enum format);
    struct ink_view word;
    if (!format) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = format;
    ink_status st = ink_op_attr_text(ctx, "pixel_format", "RGB", &word);
    for (*format = RGB; !st && *format <= GREY; ++*format)
        if (ink_view_is(word, words[*format])) return INK_OK;
    return st ? st : ink_op_fail(ctx, INK_E_MODEL, "pixel_format is \"%.*s\"", INK_VIEW_ARGS(word));
}

/* The types that the standard names and that nobody here reads, by their first bytes. */
static const char *unread_type(struct ink_view bytes)
{
    static const struct {
        const char *start;
        size_t len;
        const char *name;
    } types[] = {
        {"\0\0\0\x0CjP  ", 8, "JPEG 2000"},
        {"\xFF\x4F\xFF\x51", 4, "JPEG 2000"},
        {"II*\0", 4, "TIFF"},
        {"MM\0*", 4, "TIFF"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (bytes.len >= types[i].len && !memcmp(bytes.data, types[i].start, types[i].len)) return types[i].name;
    return NULL;
}

/* Luminance as ITU-R BT.601 weighs it, in 1/65536. */
static uint8_t grey_of(const uint8_t *rgb)
{
    return (uint8_t)((19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 0x8000) >> 16);
}

static void give_pixels(enum format format, const struct ink_image *image, uint8_t *out)
{
    size_t pixels = (size_t)image->width * (size_t)image->height, channels = (size_t)image->channels;
    bool colour = channels > 2;
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *p = image->pixels + i * channels; /* what is transparent loses that */
        const uint8_t rgb[3] = {p[0], p[colour ? 1 : 0], p[colour ? 2 : 0]};
        if (format == GREY) {
            *out++ = colour ? grey_of(rgb) : p[0];
            continue;
        }
        for (int c = 0; c < 3; c++) *out++ = rgb[format == BGR ? 2 - c : c];
    }
}

/* What cannot be decoded gives a picture without pixels, as the standard wants it; what is too large is an error. */
ink_status ink_image_decoder_run(struct ink_op_ctx *ctx)
{
    enum format format = *(const enum format *)ctx->attributes;
    const struct ink_tensor *in = ctx->in[0];
    struct ink_view bytes = ink_view_of(in->data, ink_tensor_count(in));
    struct ink_image image = {0};
    struct ink_arena arena;
    const char *unread = unread_type(bytes);
    if (in->shape.rank != 1) return ink_op_fail(ctx, INK_E_MODEL, "its input is not a list of bytes");
    if (unread) return ink_op_fail(ctx, INK_E_UNSUPPORTED, "pictures of type %s", unread);
    ink_arena_init(&arena, ink_decode_limits_default.max_bytes);
    struct ink_error err = {0};
    ink_status st = ink_is_pnm(bytes) ? ink_pnm_decode(bytes, NULL, &arena, &image, &err)
                                      : ink_decode(bytes, NULL, &arena, &image, &err);
    if (st == INK_E_IMAGE) {
        image = (struct ink_image){0};
        st = INK_OK;
    }
    if (st) {
        st = ink_op_fail(ctx, st, "%s", err.text);
    } else {
        const struct ink_shape shape = {3, {image.height, image.width, format == GREY ? 1 : 3}};
        st = ctx->resize(ctx, 0, &shape);
        if (!st) give_pixels(format, &image, ctx->out[0]->data);
    }
    ink_arena_cleanup(&arena);
    return st;
}
