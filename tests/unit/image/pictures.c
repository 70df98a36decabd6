/* SPDX-License-Identifier: MIT */
#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>

#include <gif_lib.h>
#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

static void must(bool ok)
{
    if (!ok) abort();
}

static void put(struct ink_buffer *out, const void *data, size_t len)
{
    must(ink_buffer_append(out, data, len) == INK_OK);
}

static void put_le(struct ink_buffer *out, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) put(out, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

void palette_color(int i, uint8_t rgb[3])
{
    for (int part = 0; part < 3; part++) rgb[part] = (uint8_t)(255 - i * (part + 3) * 5);
}

/* An EXIF block with nothing but the orientation, big-endian. */
static void make_exif(uint8_t exif[26], int orientation)
{
    static const uint8_t plain[26] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1};
    memcpy(exif, plain, sizeof plain);
    exif[19] = (uint8_t)orientation;
}

unsigned png_sample(int x, int y, int channel, int depth)
{
    if (depth == 16) return (unsigned)pattern(x, y, channel) << 8 | pattern(y, x, channel);
    return (unsigned)pattern(x, y, channel) >> (8 - depth);
}

static void png_write_bytes(png_structp png, png_bytep data, size_t len)
{
    put(png_get_io_ptr(png), data, len);
}

static void png_flush_nothing(png_structp png)
{
}

static void png_row(const struct png_kind *kind, int y, int channels, uint8_t *row)
{
    for (int i = 0; i < kind->width * channels; i++) {
        unsigned sample = png_sample(i / channels, y, i % channels, kind->depth);
        int bit = i * kind->depth;
        if (kind->depth == 16)
            row[2 * i] = (uint8_t)(sample >> 8), row[2 * i + 1] = (uint8_t)sample;
        else if (kind->depth == 8)
            row[i] = (uint8_t)sample;
        else
            row[bit / 8] |= (uint8_t)(sample << (8 - kind->depth - bit % 8));
    }
}

static void png_extras(png_structp png, png_infop info, const struct png_kind *kind)
{
    png_color colors[256];
    for (int i = 0; i < 256; i++) {
        uint8_t rgb[3];
        palette_color(i, rgb);
        colors[i] = (png_color){rgb[0], rgb[1], rgb[2]};
    }
    if (kind->color_type == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, colors, 1 << kind->depth);
    if (kind->transparent) png_set_tRNS(png, info, &(png_byte){0}, 1, &(png_color_16){0});
    if (kind->orientation) {
        uint8_t exif[26];
        make_exif(exif, kind->orientation);
        png_set_eXIf_1(png, info, sizeof exif, exif);
    }
}

void make_png(struct ink_buffer *out, struct png_kind kind)
{
    static const int channels_of[] = {1, 0, 3, 1, 2, 0, 4};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, out, png_write_bytes, png_flush_nothing);
    png_set_IHDR(png, info, (unsigned)kind.width, (unsigned)kind.height, kind.depth, kind.color_type,
                 kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_extras(png, info, &kind);
    png_write_info(png, info);
    int channels = channels_of[kind.color_type];
    uint8_t **rows = calloc((size_t)kind.height, sizeof *rows);
    for (int y = 0; y < kind.height; y++) {
        rows[y] = calloc((size_t)kind.width * (size_t)channels, 2);
        png_row(&kind, y, channels, rows[y]);
    }
    png_write_image(png, rows);
    png_write_end(png, info);
    for (int y = 0; y < kind.height; y++) free(rows[y]);
    free(rows);
    png_destroy_write_struct(&png, &info);
}

void make_jpeg(struct ink_buffer *out, int width, int height, enum jpeg_colors colors, bool progressive,
               int orientation)
{
    static const J_COLOR_SPACE spaces[] = {[JPEG_GREY] = JCS_GRAYSCALE, [JPEG_RGB] = JCS_RGB, [JPEG_CMYK] = JCS_CMYK};
    struct jpeg_error_mgr errors;
    struct jpeg_compress_struct jpeg = {.err = jpeg_std_error(&errors)};
    unsigned char *data = NULL;
    unsigned long len = 0;
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &data, &len);
    jpeg.image_width = (unsigned)width;
    jpeg.image_height = (unsigned)height;
    jpeg.input_components = colors;
    jpeg.in_color_space = spaces[colors];
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 100, TRUE);
    if (progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    if (orientation) {
        uint8_t app1[32] = "Exif\0";
        make_exif(app1 + 6, orientation);
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, app1, sizeof app1);
    }
    uint8_t *row = calloc((size_t)width, 4);
    for (int y = 0; y < height; y++) {
        /* smooth, so that little is lost: the upper half dark, the lower bright, and from left to right */
        for (int i = 0; i < width * (int)colors; i++)
            row[i] = (uint8_t)(y * 200 / height + i / (int)colors * 50 / width);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    free(row);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    put(out, data, len);
    free(data);
}

void make_webp(struct ink_buffer *out, int width, int height, int channels, bool lossless)
{
    uint8_t *pixels = calloc((size_t)width * (size_t)height, (size_t)channels), *data = NULL;
    for (int i = 0; i < width * height * channels; i++)
        pixels[i] = pattern(i / channels % width, i / channels / width, i % channels);
    int stride = width * channels;
    size_t len;
    if (lossless && channels == 4) {
        WebPConfig config;
        WebPPicture picture;
        WebPMemoryWriter writer;
        must(WebPConfigInit(&config) && WebPPictureInit(&picture));
        WebPMemoryWriterInit(&writer);
        config.lossless = config.exact = 1; /* keep colours where nothing shows */
        picture.use_argb = 1;
        picture.width = width;
        picture.height = height;
        picture.writer = WebPMemoryWrite;
        picture.custom_ptr = &writer;
        must(WebPPictureImportRGBA(&picture, pixels, stride) && WebPEncode(&config, &picture));
        WebPPictureFree(&picture);
        data = writer.mem;
        len = writer.size;
    } else if (lossless) {
        len = WebPEncodeLosslessRGB(pixels, width, height, stride, &data);
    } else {
        len = (channels == 4 ? WebPEncodeRGBA : WebPEncodeRGB)(pixels, width, height, stride, 90, &data);
    }
    must(len > 0);
    put(out, data, len);
    WebPFree(data);
    free(pixels);
}

static void put_chunk(struct ink_buffer *out, const char *name, const void *body, size_t len)
{
    put(out, name, 4);
    put_le(out, (uint32_t)len, 4);
    put(out, body, len);
    if (len % 2) put_le(out, 0, 1);
}

/* RIFF, VP8X with its flags, then what `chunks` holds. */
static void put_webp(struct ink_buffer *out, int width, int height, uint8_t flags, const struct ink_buffer *chunks)
{
    put(out, "RIFF", 4);
    put_le(out, (uint32_t)(4 + 18 + chunks->len), 4);
    put(out, "WEBPVP8X", 8);
    put_le(out, 10, 4);
    put_le(out, flags, 4);
    put_le(out, (uint32_t)width - 1, 3);
    put_le(out, (uint32_t)height - 1, 3);
    put(out, chunks->data, chunks->len);
}

void make_webp_animated(struct ink_buffer *out, int width, int height)
{
    struct ink_buffer still, frame, chunks;
    ink_buffer_init(&still, 1 << 20), ink_buffer_init(&frame, 1 << 20), ink_buffer_init(&chunks, 1 << 20);
    make_webp(&still, width, height, 3, true);
    put_le(&frame, 1, 3), put_le(&frame, 1, 3); /* (2, 2), halved */
    put_le(&frame, (uint32_t)width - 1, 3), put_le(&frame, (uint32_t)height - 1, 3);
    put_le(&frame, 100, 3), put_le(&frame, 0, 1);
    put(&frame, still.data + 12, still.len - 12);
    put_chunk(&chunks, "ANIM", "\0\0\0\0\0\0", 6);
    put_chunk(&chunks, "ANMF", frame.data, frame.len);
    put_webp(out, width + 4, height + 4, 2, &chunks);
    ink_buffer_cleanup(&still), ink_buffer_cleanup(&frame), ink_buffer_cleanup(&chunks);
}

void make_webp_exif(struct ink_buffer *out, int width, int height, int orientation)
{
    struct ink_buffer chunks;
    uint8_t exif[26];
    make_exif(exif, orientation);
    ink_buffer_init(&chunks, 1 << 20);
    struct ink_buffer still;
    ink_buffer_init(&still, 1 << 20);
    make_webp(&still, width, height, 3, true);
    put(&chunks, still.data + 12, still.len - 12);
    put_chunk(&chunks, "EXIF", exif, sizeof exif);
    put_webp(out, width, height, 8, &chunks);
    ink_buffer_cleanup(&still), ink_buffer_cleanup(&chunks);
}

static int gif_write_bytes(GifFileType *gif, const GifByteType *data, int len)
{
    put(gif->UserData, data, (size_t)len);
    return len;
}

void make_gif(struct ink_buffer *out, struct gif_kind kind)
{
    GifColorType colors[16];
    for (int i = 0; i < 16; i++) palette_color(i, (uint8_t *)&colors[i]);
    int code;
    GifFileType *gif = EGifOpen(out, gif_write_bytes, &code);
    ColorMapObject *map = GifMakeMapObject(16, colors);
    must(gif && map);
    EGifSetGifVersion(gif, true);
    must(EGifPutScreenDesc(gif, kind.width, kind.height, 4, 0, map) == GIF_OK);
    GraphicsControlBlock control = {.TransparentColor = kind.transparent};
    GifByteType block[4];
    EGifGCBToExtension(&control, block);
    must(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, sizeof block, block) == GIF_OK);
    must(EGifPutImageDesc(gif, kind.left, kind.top, kind.across, kind.down, kind.interlaced, NULL) == GIF_OK);
    static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    for (int pass = 0; pass < (kind.interlaced ? 4 : 1); pass++)
        for (int y = kind.interlaced ? first[pass] : 0; y < kind.down; y += kind.interlaced ? step[pass] : 1)
            for (int x = 0; x < kind.across; x++) must(EGifPutPixel(gif, pattern(x, y, 0) % 16) == GIF_OK);
    must(EGifCloseFile(gif, &code) == GIF_OK);
    GifFreeMapObject(map);
}

/* Runs of two equal numbers, then literals, as RLE8 or RLE4: both kinds of run in every row. */
static void put_rle(struct ink_buffer *out, struct bmp_kind kind)
{
    for (int y = kind.height - 1; y >= 0; y--) {
        unsigned first = pattern(0, y, 0) & ((1u << kind.bits) - 1);
        put_le(out, 1, 1);
        put_le(out, kind.bits == 8 ? first : first << 4, 1);
        int rest = kind.width - 1;
        must(rest >= 3);
        put_le(out, 0, 1), put_le(out, (uint32_t)rest, 1);
        int bytes = 0;
        for (int x = 1; x < kind.width; x += 8 / kind.bits, bytes++) {
            unsigned value = pattern(x, y, 0) & ((1u << kind.bits) - 1);
            unsigned next = x + 1 < kind.width ? pattern(x + 1, y, 0) & 15u : 0;
            put_le(out, kind.bits == 8 ? value : value << 4 | next, 1);
        }
        if (bytes % 2) put_le(out, 0, 1);
        put_le(out, 0, 2); /* end of line */
    }
    put_le(out, 0x100, 2); /* end */
}

static uint32_t bmp_value(struct bmp_kind kind, int x, int y)
{
    if (kind.bits <= 8) return pattern(x, y, 0) & ((1u << kind.bits) - 1);
    if (kind.bits == 16) return (uint32_t)pattern(x, y, 0) << 8 | pattern(x, y, 1);
    return (uint32_t)pattern(x, y, 3) << 24 | (uint32_t)pattern(x, y, 0) << 16 | (uint32_t)pattern(x, y, 1) << 8 |
           pattern(x, y, 2);
}

static void put_bmp_row(struct ink_buffer *out, struct bmp_kind kind, int y)
{
    size_t start = out->len;
    unsigned byte = 0;
    for (int x = 0; x < kind.width; x++) {
        uint32_t value = bmp_value(kind, x, y);
        if (kind.bits >= 8) {
            put_le(out, value, kind.bits / 8);
            continue;
        }
        int bit = x * kind.bits % 8;
        byte |= value << (8 - kind.bits - bit);
        if (bit + kind.bits == 8 || x == kind.width - 1) put_le(out, byte, 1), byte = 0;
    }
    while ((out->len - start) % 4) put_le(out, 0, 1);
}

void make_bmp(struct ink_buffer *out, struct bmp_kind kind)
{
    uint32_t colors = kind.bits <= 8 ? 1u << kind.bits : 0;
    uint32_t header = kind.core_header ? 12 : kind.masks ? 56 : 40;
    uint32_t entry = kind.core_header ? 3 : 4;
    put(out, "BM", 2);
    put_le(out, 0, 4), put_le(out, 0, 4);
    put_le(out, 14 + header + colors * entry, 4);
    put_le(out, header, 4);
    int size = kind.core_header ? 2 : 4;
    put_le(out, (uint32_t)kind.width, size), put_le(out, (uint32_t)(kind.top_down ? -kind.height : kind.height), size);
    put_le(out, 1, 2), put_le(out, (uint32_t)kind.bits, 2);
    if (!kind.core_header) {
        put_le(out, kind.masks ? 3 : !kind.rle ? 0 : kind.bits == 8 ? 1 : 2, 4);
        for (int i = 0; i < 5; i++) put_le(out, 0, 4);
    }
    for (int i = 0; kind.masks && i < 4; i++) put_le(out, kind.masks[i], 4);
    for (uint32_t i = 0; i < colors; i++) {
        uint8_t rgb[3];
        palette_color((int)i, rgb);
        put_le(out, rgb[2], 1), put_le(out, rgb[1], 1), put_le(out, rgb[0], 1);
        if (entry == 4) put_le(out, 0, 1);
    }
    if (kind.rle) {
        put_rle(out, kind);
        return;
    }
    for (int i = 0; i < kind.height; i++) put_bmp_row(out, kind, kind.top_down ? i : kind.height - 1 - i);
}

bool make_sample(size_t index, struct ink_buffer *out)
{
    static const uint32_t masks[4] = {0xff0000, 0xff00, 0xff, 0xff000000};
    ink_buffer_clear(out);
    switch (index) {
    case 0: make_png(out, (struct png_kind){9, 7, PNG_COLOR_TYPE_RGB_ALPHA, 8, .orientation = 6}); break;
    case 1:
        make_png(out, (struct png_kind){9, 7, PNG_COLOR_TYPE_GRAY, 16, .interlaced = true, .orientation = 5});
        break;
    case 2: make_png(out, (struct png_kind){9, 7, PNG_COLOR_TYPE_PALETTE, 4, .transparent = true}); break;
    case 3: make_jpeg(out, 9, 7, JPEG_RGB, false, 8); break;
    case 4: make_jpeg(out, 17, 9, JPEG_CMYK, false, 0); break;
    case 5: make_jpeg(out, 17, 9, JPEG_GREY, true, 0); break;
    case 6: make_webp(out, 9, 7, 4, true); break;
    case 7: make_webp(out, 9, 7, 4, false); break;
    case 8: make_webp_animated(out, 9, 7); break;
    case 9: make_webp_exif(out, 9, 7, 7); break;
    case 10: make_gif(out, (struct gif_kind){9, 7, 0, 0, 9, 7, .interlaced = true, .transparent = -1}); break;
    case 11: make_gif(out, (struct gif_kind){9, 7, 2, 3, 5, 4, .transparent = 3}); break;
    case 12: make_bmp(out, (struct bmp_kind){9, 7, 8, .rle = true}); break;
    case 13: make_bmp(out, (struct bmp_kind){9, 7, 4, .rle = true}); break;
    case 14: make_bmp(out, (struct bmp_kind){9, 7, 1, .core_header = true}); break;
    case 15: make_bmp(out, (struct bmp_kind){9, 7, 32, .top_down = true, .masks = masks}); break;
    case 16: make_bmp(out, (struct bmp_kind){9, 7, 24}); break;
    default: return false;
    }
    return true;
}
