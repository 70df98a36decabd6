/* SPDX-License-Identifier: MIT */
/* Which reader, which limits, which way up. */
#include "image/decode.h"

#include "base/checked.h"
#include "image/reader.h"
#include "image/sniff.h"

const struct ink_decode_limits ink_decode_limits_default = {
    .max_side = 20000,
    .max_pixels = 64 * 1000 * 1000,
    .max_bytes = (size_t)512 << 20,
};

static const struct {
    const char *name;
    ink_status (*read)(struct ink_reader *reader);
} readers[INK_IMAGE_FORMAT_COUNT] = {
    [INK_IMAGE_PNG] = {"PNG", ink_png_read},    [INK_IMAGE_JPEG] = {"JPEG", ink_jpeg_read},
    [INK_IMAGE_WEBP] = {"WebP", ink_webp_read}, [INK_IMAGE_GIF] = {"GIF", ink_gif_read},
    [INK_IMAGE_BMP] = {"BMP", ink_bmp_read},
};

const char *ink_reader_name(const struct ink_reader *reader)
{
    return readers[reader->out->format].name;
}

ink_status ink_reader_cut(struct ink_reader *reader, uint64_t whole_bytes, bool exactly)
{
    const char *name = ink_reader_name(reader);
    if (whole_bytes > reader->bytes.len)
        return ink_fail(reader->err, INK_E_IMAGE, "%s ends after %zu of %s%llu bytes", name, reader->bytes.len,
                        exactly ? "" : "at least ", (unsigned long long)whole_bytes);
    return ink_fail(reader->err, INK_E_IMAGE, "%s ends after %zu bytes, before it is whole", name, reader->bytes.len);
}

ink_status ink_reader_cut_in_row(struct ink_reader *reader, int row)
{
    return ink_fail(reader->err, INK_E_IMAGE, "%s ends after %zu bytes, in row %d of %d", ink_reader_name(reader),
                    reader->bytes.len, row + 1, reader->height);
}

ink_status ink_reader_damaged(struct ink_reader *reader, const char *why)
{
    return ink_fail(reader->err, INK_E_IMAGE, "%s is damaged: %s", ink_reader_name(reader), why);
}

ink_status ink_reader_holds(struct ink_reader *reader, uint64_t width, uint64_t height)
{
    const struct ink_decode_limits *limits = reader->limits;
    const char *name = ink_reader_name(reader);
    unsigned long long w = width, h = height;
    if (width == 0 || height == 0) return ink_fail(reader->err, INK_E_IMAGE, "%s of %llux%llu pixels", name, w, h);
    if (width > limits->max_side || height > limits->max_side)
        return ink_fail(reader->err, INK_E_LIMIT, "%s of %llux%llu pixels; at most %u a side are read: make it smaller",
                        name, w, h, limits->max_side);
    if (width * height > limits->max_pixels)
        return ink_fail(reader->err, INK_E_LIMIT,
                        "%s of %llux%llu pixels; at most %llu in all are read: make it smaller", name, w, h,
                        (unsigned long long)limits->max_pixels);
    return INK_OK;
}

/* All the room at once: what stays lies below the mark, what is only needed until it is turned above. */
static bool take_room(struct ink_reader *reader, size_t pixel_bytes, size_t source_bytes)
{
    struct ink_arena *arena = reader->arena;
    uint8_t *pixels = ink_arena_alloc(arena, pixel_bytes, INK_ARENA_ALIGN);
    uint8_t *source = source_bytes && pixels ? ink_arena_alloc(arena, source_bytes, INK_ARENA_ALIGN) : NULL;
    reader->mark = ink_arena_mark(arena);
    if (!pixels || (source_bytes && !source)) return false;
    reader->out->pixels = reader->pixels = pixels;
    reader->out->source = reader->source = source;
    if (reader->orientation == 1) return true;

    reader->upright = pixels;
    reader->upright_source = source;
    reader->pixels = ink_arena_alloc(arena, pixel_bytes, INK_ARENA_ALIGN);
    reader->source = source_bytes && reader->pixels ? ink_arena_alloc(arena, source_bytes, INK_ARENA_ALIGN) : NULL;
    return reader->pixels && (!source_bytes || reader->source);
}

ink_status ink_reader_frame(struct ink_reader *reader, uint64_t width, uint64_t height, int channels,
                            size_t source_bytes, size_t extra_bytes)
{
    ink_status st = ink_reader_holds(reader, width, height);
    if (st) return st;
    size_t pixels = (size_t)(width * height);
    size_t pixel_bytes, all_source_bytes, all;
    bool counted = ink_mul_size(pixels, (size_t)channels, &pixel_bytes) &&
                   ink_mul_size(pixels, source_bytes, &all_source_bytes) &&
                   ink_add_size(pixel_bytes, all_source_bytes, &all) &&
                   ink_mul_size(all, reader->orientation == 1 ? 1 : 2, &all) && ink_add_size(all, extra_bytes, &all);
    if (!counted || all > reader->limits->max_bytes)
        return ink_fail(reader->err, INK_E_LIMIT,
                        "%s of %llux%llu pixels needs more than the %zu MiB allowed: make it smaller",
                        ink_reader_name(reader), (unsigned long long)width, (unsigned long long)height,
                        reader->limits->max_bytes >> 20);
    reader->width = (int)width;
    reader->height = (int)height;
    reader->source_bytes = source_bytes;
    reader->out->channels = channels;
    if (take_room(reader, pixel_bytes, all_source_bytes)) return INK_OK;
    return ink_fail(reader->err, INK_E_OOM, "no memory for a %s of %llux%llu pixels", ink_reader_name(reader),
                    (unsigned long long)width, (unsigned long long)height);
}

static void finish(struct ink_reader *reader)
{
    struct ink_image *out = reader->out;
    bool exchanged = reader->orientation > 4;
    out->width = exchanged ? reader->height : reader->width;
    out->height = exchanged ? reader->width : reader->height;
    out->orientation = reader->orientation;
    if (reader->upright)
        ink_turn_upright(reader->pixels, reader->width, reader->height, (size_t)out->channels, reader->orientation,
                         reader->upright);
    if (reader->upright_source)
        ink_turn_upright(reader->source, reader->width, reader->height, reader->source_bytes, reader->orientation,
                         reader->upright_source);
    ink_arena_release(reader->arena, reader->mark);
}

static ink_status unreadable(struct ink_view bytes, struct ink_error *err)
{
    if (bytes.len == 0) return ink_fail(err, INK_E_IMAGE, "the file is empty");
    const char *is = ink_sniff_other(bytes);
    if (is) return ink_fail(err, INK_E_IMAGE, "this is %s", is);
    return ink_fail(err, INK_E_IMAGE,
                    "not a picture that can be read (PNG, JPEG, WebP, GIF, BMP): it starts with %02x %02x %02x %02x",
                    bytes.data[0], bytes.len > 1 ? bytes.data[1] : 0, bytes.len > 2 ? bytes.data[2] : 0,
                    bytes.len > 3 ? bytes.data[3] : 0);
}

ink_status ink_decode(struct ink_view bytes, const struct ink_decode_limits *limits, struct ink_arena *arena,
                      struct ink_image *out, struct ink_error *err)
{
    enum ink_image_format format = ink_image_sniff(bytes);
    if (format == INK_IMAGE_UNKNOWN) return unreadable(bytes, err);

    struct ink_image image = {.format = format};
    struct ink_reader reader = {
        .bytes = bytes,
        .limits = limits ? limits : &ink_decode_limits_default,
        .arena = arena,
        .err = err,
        .out = &image,
        .orientation = 1,
    };
    struct ink_arena_mark before = ink_arena_mark(arena);
    ink_status st = readers[format].read(&reader);
    if (st) {
        ink_arena_release(arena, before);
        return st;
    }
    finish(&reader);
    *out = image;
    return INK_OK;
}
