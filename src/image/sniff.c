/* SPDX-License-Identifier: MIT */
/* What a file is, by its first bytes. */
#include "image/sniff.h"

#include "image/bytes.h"
#include "image/decode.h"

struct magic {
    size_t offset;
    const char *bytes;
    size_t len;
};

#define MAGIC(offset, text)                                                                                            \
    {                                                                                                                  \
        offset, text, sizeof(text) - 1                                                                                 \
    }

static const struct {
    struct magic first, second; /* both must fit; an empty one always does */
    enum ink_image_format format;
} readable[] = {
    {MAGIC(0, "\x89PNG\r\n\x1a\n"), {0}, INK_IMAGE_PNG},
    {MAGIC(0, "\xff\xd8\xff"), {0}, INK_IMAGE_JPEG},
    {MAGIC(0, "RIFF"), MAGIC(8, "WEBP"), INK_IMAGE_WEBP},
    {MAGIC(0, "GIF87a"), {0}, INK_IMAGE_GIF},
    {MAGIC(0, "GIF89a"), {0}, INK_IMAGE_GIF},
};

#define SAVE_AS "; save it as PNG or JPEG"

static const struct {
    struct magic first, second;
    const char *is;
} others[] = {
    {MAGIC(4, "ftyphei"), {0}, "a HEIC picture" SAVE_AS},
    {MAGIC(4, "ftyphev"), {0}, "a HEIC picture" SAVE_AS},
    {MAGIC(4, "ftypmif1"), {0}, "a HEIF picture" SAVE_AS},
    {MAGIC(4, "ftypmsf1"), {0}, "a HEIF picture" SAVE_AS},
    {MAGIC(4, "ftypavi"), {0}, "an AVIF picture" SAVE_AS},
    {MAGIC(4, "ftyp"), {0}, "a film; put a picture of it as PNG or JPEG"},
    {MAGIC(0, "II*\0"), {0}, "a TIFF picture" SAVE_AS},
    {MAGIC(0, "MM\0*"), {0}, "a TIFF picture" SAVE_AS},
    {MAGIC(0, "II+\0"), {0}, "a TIFF picture" SAVE_AS},
    {MAGIC(0, "MM\0+"), {0}, "a TIFF picture" SAVE_AS},
    {MAGIC(0, "8BPS"), {0}, "a Photoshop picture" SAVE_AS},
    {MAGIC(0, "\0\0\0\x0cjP  "), {0}, "a JPEG 2000 picture" SAVE_AS},
    {MAGIC(0, "\xff\x4f\xff\x51"), {0}, "a JPEG 2000 picture" SAVE_AS},
    {MAGIC(0, "\0\0\0\x0cJXL "), {0}, "a JPEG XL picture" SAVE_AS},
    {MAGIC(0, "\xff\x0a"), {0}, "a JPEG XL picture" SAVE_AS},
    {MAGIC(0, "\0\0\1\0"), {0}, "an icon" SAVE_AS},
    {MAGIC(0, "%PDF-"), {0}, "a PDF document; save its page as PNG or JPEG"},
    {MAGIC(0, "%!PS"), {0}, "a PostScript document; save its page as PNG or JPEG"},
    {MAGIC(0, "PK\3\4"), {0}, "a ZIP archive (or an office document); put the picture itself"},
    {MAGIC(0, "\x1f\x8b"), {0}, "a gzip file; put the picture itself"},
    {MAGIC(0, "RIFF"), MAGIC(8, "WAVE"), "a sound"},
    {MAGIC(0, "RIFF"), MAGIC(8, "AVI "), "a film; put a picture of it as PNG or JPEG"},
};

static bool fits(struct ink_view bytes, const struct magic *magic)
{
    return bytes.len >= magic->offset + magic->len &&
           (magic->len == 0 || memcmp(bytes.data + magic->offset, magic->bytes, magic->len) == 0);
}

/* "BM" alone is two letters of many a text: the info header's length, one of the known ones, must follow. */
static bool is_bmp(struct ink_view bytes)
{
    if (bytes.len < 2 || memcmp(bytes.data, "BM", 2) != 0) return false;
    if (bytes.len < 18) return true; /* cut: the reader says so */
    uint32_t header = ink_le32(bytes.data + 14);
    return header == 12 || (header >= 16 && header <= 256);
}

enum ink_image_format ink_image_sniff(struct ink_view bytes)
{
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++)
        if (fits(bytes, &readable[i].first) && fits(bytes, &readable[i].second)) return readable[i].format;
    return is_bmp(bytes) ? INK_IMAGE_BMP : INK_IMAGE_UNKNOWN;
}

static bool contains(struct ink_view bytes, const char *lower)
{
    size_t len = strlen(lower);
    for (size_t at = 0; at + len <= bytes.len; at++) {
        size_t same = 0;
        while (same < len && (bytes.data[at + same] | 0x20) == (lower[same] | 0x20)) same++;
        if (same == len) return true;
    }
    return false;
}

/* Text that starts with '<': a drawing, or the error page that a failed download leaves behind. */
static const char *markup(struct ink_view bytes)
{
    size_t at = bytes.len >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < bytes.len && strchr(" \t\r\n", bytes.data[at]) && bytes.data[at]) at++;
    if (at == bytes.len || bytes.data[at] != '<') return NULL;
    struct ink_view head = {bytes.data + at, bytes.len - at < 1024 ? bytes.len - at : 1024};
    if (contains(head, "<svg")) return "an SVG drawing" SAVE_AS;
    if (contains(head, "<html") || contains(head, "<!doctype html"))
        return "an HTML page (what a failed download leaves); put the picture itself";
    return "an XML text (what a failed download leaves); put the picture itself";
}

const char *ink_sniff_other(struct ink_view bytes)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (fits(bytes, &others[i].first) && fits(bytes, &others[i].second)) return others[i].is;
    return markup(bytes);
}
