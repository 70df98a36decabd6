/* SPDX-License-Identifier: MIT */
/* BMP: 1, 4, 8 bits with a palette, RLE4, RLE8, 16, 24, 32 bits with or without masks; Windows 2 to 5 and OS/2 headers.
 * Becomes RGB, or RGBA where a mask for alpha is given. (Windows GDI reference, BITMAPINFOHEADER, BITMAPV5HEADER.) */
#include "image/bytes.h"
#include "image/reader.h"

enum {
    FILE_HEADER_BYTES = 14,
    CORE_HEADER_BYTES = 12,
    INFO_HEADER_BYTES = 40,
    V2_HEADER_BYTES = 52,
    V3_HEADER_BYTES = 56
};

enum { BI_RGB = 0, BI_RLE8 = 1, BI_RLE4 = 2, BI_BITFIELDS = 3, BI_ALPHABITFIELDS = 6 };

enum { RED, GREEN, BLUE, ALPHA, PARTS };

struct bmp_file {
    uint32_t header_bytes;
    int64_t width, height;
    bool top_down;
    uint32_t bits; /* a pixel */
    uint32_t compression;
    uint32_t pixels_at;
    uint32_t colors;
    uint8_t palette[256][3]; /* RGB; black where the file has none */
    uint32_t masks[PARTS];
};

static bool has_masks(const struct bmp_file *bmp)
{
    return bmp->compression == BI_BITFIELDS || bmp->compression == BI_ALPHABITFIELDS;
}

static ink_status read_header(struct ink_reader *reader, struct bmp_file *bmp)
{
    struct ink_view bytes = reader->bytes;
    if (bytes.len < FILE_HEADER_BYTES + CORE_HEADER_BYTES) return ink_reader_cut(reader, 0, false);
    const uint8_t *info = bytes.data + FILE_HEADER_BYTES;
    bmp->pixels_at = ink_le32(bytes.data + 10);
    bmp->header_bytes = ink_le32(info);
    if (bytes.len - FILE_HEADER_BYTES < bmp->header_bytes) return ink_reader_cut(reader, bmp->pixels_at, false);
    if (bmp->header_bytes == CORE_HEADER_BYTES) {
        bmp->width = ink_le16(info + 4);
        bmp->height = ink_le16(info + 6);
        bmp->bits = ink_le16(info + 10);
        return INK_OK;
    }
    bmp->width = (int32_t)ink_le32(info + 4);
    bmp->height = (int32_t)ink_le32(info + 8);
    bmp->top_down = bmp->height < 0;
    if (bmp->top_down) bmp->height = -bmp->height;
    bmp->bits = ink_le16(info + 14);
    if (bmp->header_bytes >= 20) bmp->compression = ink_le32(info + 16);
    if (bmp->header_bytes >= 36) bmp->colors = ink_le32(info + 32);
    return bmp->width > 0 ? INK_OK : ink_reader_damaged(reader, "its width is not positive");
}

/* Masks are part of the newer headers, and follow the older one. */
static ink_status read_masks(struct ink_reader *reader, struct bmp_file *bmp)
{
    static const uint32_t rgb555[PARTS] = {0x7c00, 0x03e0, 0x001f, 0}, rgb888[PARTS] = {0xff0000, 0xff00, 0xff, 0};
    memcpy(bmp->masks, bmp->bits == 16 ? rgb555 : rgb888, sizeof bmp->masks);
    if (!has_masks(bmp)) return INK_OK;

    size_t count = bmp->header_bytes >= V3_HEADER_BYTES || bmp->compression == BI_ALPHABITFIELDS ? 4 : 3;
    size_t at = FILE_HEADER_BYTES + INFO_HEADER_BYTES;
    if (bmp->header_bytes < INFO_HEADER_BYTES) return ink_reader_damaged(reader, "its header has no place for masks");
    if (reader->bytes.len < at + count * 4) return ink_reader_cut(reader, bmp->pixels_at, false);
    for (size_t i = 0; i < count; i++) {
        uint32_t mask = ink_le32(reader->bytes.data + at + 4 * i);
        uint64_t low = mask & (~mask + 1u);
        if (((mask + low) & mask) != 0) return ink_reader_damaged(reader, "a colour mask has a gap");
        bmp->masks[i] = mask;
    }
    return INK_OK;
}

static ink_status read_palette(struct ink_reader *reader, struct bmp_file *bmp)
{
    if (bmp->bits > 8) return INK_OK;
    uint32_t all = 1u << bmp->bits;
    if (bmp->colors == 0 || bmp->colors > all) bmp->colors = all;
    size_t entry = bmp->header_bytes == CORE_HEADER_BYTES ? 3 : 4;
    size_t at = FILE_HEADER_BYTES + bmp->header_bytes;
    if (bmp->header_bytes < V2_HEADER_BYTES && has_masks(bmp)) at += 12;
    if (reader->bytes.len < at + entry * bmp->colors) return ink_reader_cut(reader, bmp->pixels_at, false);
    const uint8_t *p = reader->bytes.data + at;
    for (uint32_t i = 0; i < bmp->colors; i++, p += entry)
        for (int part = 0; part < 3; part++) bmp->palette[i][part] = p[2 - part];
    return INK_OK;
}

static bool is_known(const struct bmp_file *bmp)
{
    switch (bmp->compression) {
    case BI_RGB:
        return bmp->bits == 1 || bmp->bits == 4 || bmp->bits == 8 || bmp->bits == 16 || bmp->bits == 24 ||
               bmp->bits == 32;
    case BI_RLE8: return bmp->bits == 8 && !bmp->top_down;
    case BI_RLE4: return bmp->bits == 4 && !bmp->top_down;
    case BI_BITFIELDS:
    case BI_ALPHABITFIELDS: return bmp->bits == 16 || bmp->bits == 32;
    default: return false;
    }
}

/* Pillow calls a palette of black and white "1", and one that counts in grey "L". */
static enum ink_image_mode mode_of(const struct bmp_file *bmp)
{
    if (bmp->bits > 8) return bmp->masks[ALPHA] ? INK_MODE_RGBA : INK_MODE_RGB;
    for (uint32_t i = 0; i < bmp->colors; i++) {
        uint32_t grey = bmp->colors == 2 ? i * 255 : i;
        for (int part = 0; part < 3; part++)
            if (bmp->palette[i][part] != grey) return INK_MODE_P;
    }
    return bmp->colors == 2 ? INK_MODE_1 : INK_MODE_L;
}

static uint8_t *row_of(const struct ink_reader *reader, const struct bmp_file *bmp, int y)
{
    int from_top = bmp->top_down ? y : reader->height - 1 - y;
    return reader->pixels + (size_t)from_top * (size_t)reader->width * (size_t)reader->out->channels;
}

static void put_color(const struct bmp_file *bmp, uint8_t *rgb, uint32_t number)
{
    memcpy(rgb, bmp->palette[number], 3);
}

static void palette_row(const struct bmp_file *bmp, const uint8_t *in, int width, uint8_t *out)
{
    uint32_t bits = bmp->bits, all = (1u << bits) - 1;
    for (uint32_t x = 0; x < (uint32_t)width; x++, out += 3) {
        uint32_t bit = x * bits;
        put_color(bmp, out, (uint32_t)in[bit / 8] >> (8 - bits - bit % 8) & all);
    }
}

struct part {
    uint32_t shift, max; /* max 0: the part is not there */
};

static uint8_t part_of(uint32_t pixel, struct part part, uint8_t absent)
{
    if (part.max == 0) return absent;
    return (uint8_t)((uint64_t)(pixel >> part.shift & part.max) * 255 / part.max);
}

static void masked_row(const struct bmp_file *bmp, const uint8_t *in, int width, int channels, uint8_t *out)
{
    struct part parts[PARTS];
    for (int i = 0; i < PARTS; i++) {
        uint32_t shift = bmp->masks[i] ? (uint32_t)__builtin_ctz(bmp->masks[i]) : 0;
        parts[i] = (struct part){shift, bmp->masks[i] >> shift};
    }
    uint32_t size = bmp->bits / 8;
    for (int x = 0; x < width; x++, in += size, out += channels) {
        uint32_t pixel = size == 2 ? ink_le16(in) : ink_le32(in);
        for (int i = 0; i < channels; i++) out[i] = part_of(pixel, parts[i], i == ALPHA ? 255 : 0);
    }
}

static void bgr_row(const uint8_t *in, int width, uint8_t *out)
{
    for (int x = 0; x < width; x++, in += 3, out += 3) {
        out[0] = in[2];
        out[1] = in[1];
        out[2] = in[0];
    }
}

static void plain_rows(const struct ink_reader *reader, const struct bmp_file *bmp, size_t stride)
{
    const uint8_t *in = reader->bytes.data + bmp->pixels_at;
    for (int y = 0; y < reader->height; y++, in += stride) {
        uint8_t *out = row_of(reader, bmp, y);
        if (bmp->bits <= 8)
            palette_row(bmp, in, reader->width, out);
        else if (bmp->bits == 24)
            bgr_row(in, reader->width, out);
        else
            masked_row(bmp, in, reader->width, reader->out->channels, out);
    }
}

/* The pen of a run-length coded picture. */
struct pen {
    const struct ink_reader *reader;
    const struct bmp_file *bmp;
    int x, y;
};

static void draw(struct pen *pen, uint32_t number)
{
    if (pen->x < pen->reader->width && pen->y < pen->reader->height)
        put_color(pen->bmp, row_of(pen->reader, pen->bmp, pen->y) + (size_t)pen->x * 3, number);
    if (pen->x < pen->reader->width) pen->x++;
}

/* The i-th colour number of a run: for RLE4 high and low half in turn. */
static uint32_t number_at(const struct bmp_file *bmp, const uint8_t *in, int i)
{
    if (bmp->bits == 8) return in[i];
    return i % 2 ? in[i / 2] & 15u : in[i / 2] >> 4;
}

enum { ESCAPE_END_OF_LINE, ESCAPE_END, ESCAPE_MOVE }; /* from 3 on: so many literal pixels */

/* What skipped pixels are is not said anywhere; colour 0, as other readers do. */
static void fill_with_color_0(const struct ink_reader *reader, const struct bmp_file *bmp)
{
    size_t count = (size_t)reader->width * (size_t)reader->height;
    for (size_t i = 0; i < count; i++) put_color(bmp, reader->pixels + 3 * i, 0);
}

static ink_status coded_rows(struct ink_reader *reader, const struct bmp_file *bmp)
{
    struct pen pen = {reader, bmp, 0, 0};
    const uint8_t *in = reader->bytes.data + bmp->pixels_at, *end = reader->bytes.data + reader->bytes.len;
    fill_with_color_0(reader, bmp);
    while (end - in >= 2) {
        int count = in[0], second = in[1];
        in += 2;
        if (count > 0) {
            const uint8_t both[2] = {(uint8_t)second, (uint8_t)second};
            for (int i = 0; i < count; i++) draw(&pen, number_at(bmp, both, i % 2));
        } else if (second == ESCAPE_END) {
            return INK_OK;
        } else if (second == ESCAPE_END_OF_LINE) {
            pen.x = 0;
            if (pen.y < reader->height) pen.y++;
        } else if (second == ESCAPE_MOVE) {
            if (end - in < 2) break;
            pen.x = pen.x + in[0] < reader->width ? pen.x + in[0] : reader->width;
            pen.y = pen.y + in[1] < reader->height ? pen.y + in[1] : reader->height;
            in += 2;
        } else {
            int used = bmp->bits == 8 ? second : (second + 1) / 2;
            if (end - in < used) break;
            for (int i = 0; i < second; i++) draw(&pen, number_at(bmp, in, i));
            in += used;
            if (used % 2 && in < end) in++; /* literal runs end on even bytes */
        }
    }
    return ink_reader_cut_in_row(reader, pen.y < reader->height ? pen.y : reader->height - 1);
}

static ink_status read_pixels(struct ink_reader *reader, struct bmp_file *bmp)
{
    ink_status st = ink_reader_holds(reader, (uint64_t)bmp->width, (uint64_t)bmp->height);
    if (st) return st;
    bool coded = bmp->compression == BI_RLE4 || bmp->compression == BI_RLE8;
    uint64_t row_bytes = ((uint64_t)bmp->width * bmp->bits + 7) / 8, stride = (row_bytes + 3) / 4 * 4;
    uint64_t height = (uint64_t)bmp->height, whole = bmp->pixels_at + stride * height;
    if (coded ? reader->bytes.len < bmp->pixels_at : reader->bytes.len < whole - (stride - row_bytes))
        return ink_reader_cut(reader, coded ? bmp->pixels_at : whole, !coded);

    reader->out->mode = mode_of(bmp);
    st = ink_reader_frame(reader, (uint64_t)bmp->width, height, bmp->masks[ALPHA] ? 4 : 3, 0, 0);
    if (st) return st;
    if (coded) return coded_rows(reader, bmp);
    plain_rows(reader, bmp, (size_t)stride);
    return INK_OK;
}

ink_status ink_bmp_read(struct ink_reader *reader)
{
    struct bmp_file bmp = {0};
    ink_status st = read_header(reader, &bmp);
    if (st) return st;
    if (!is_known(&bmp))
        return ink_fail(reader->err, INK_E_IMAGE,
                        "BMP of %u bits a pixel and compression %u cannot be read; save it as PNG", bmp.bits,
                        bmp.compression);
    st = read_masks(reader, &bmp);
    if (!st) st = read_palette(reader, &bmp);
    return st ? st : read_pixels(reader, &bmp);
}
