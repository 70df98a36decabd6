/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <png.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "image/decode.h"
#include "pictures.h"

static struct ink_arena arena;
static struct ink_buffer file;
static struct ink_image image;
static struct ink_error err;

static int set_up(void **state)
{
    ink_arena_init(&arena, (size_t)256 << 20);
    ink_buffer_init(&file, 1 << 20);
    err = (struct ink_error){0};
    return 0;
}

static int tear_down(void **state)
{
    ink_arena_cleanup(&arena);
    ink_buffer_cleanup(&file);
    return 0;
}

static ink_status decode(void)
{
    ink_arena_reset(&arena);
    err = (struct ink_error){0};
    return ink_decode(ink_buffer_view(&file), NULL, &arena, &image, &err);
}

static void decodes(int width, int height, int channels, const char *mode)
{
    ink_status st = decode();
    if (st) fail_msg("%s", err.text);
    assert_int_equal(image.width, width);
    assert_int_equal(image.height, height);
    assert_int_equal(image.channels, channels);
    assert_string_equal(ink_image_mode_word(image.mode), mode);
}

static int at(int x, int y, int channel)
{
    return image.pixels[(y * image.width + x) * image.channels + channel];
}

/* grey of depth 1, 2, 4 is spread over 0..255 */
static int widened(unsigned sample, int depth)
{
    return depth == 16 ? (int)(sample >> 8) : (int)(sample * 255 / ((1u << depth) - 1));
}

static void png_of_every_kind(void **state)
{
    static const struct {
        int color_type, depth, channels;
        const char *mode;
    } kinds[] = {
        {PNG_COLOR_TYPE_GRAY, 1, 1, "1"},           {PNG_COLOR_TYPE_GRAY, 2, 1, "L"},
        {PNG_COLOR_TYPE_GRAY, 4, 1, "L"},           {PNG_COLOR_TYPE_GRAY, 8, 1, "L"},
        {PNG_COLOR_TYPE_GRAY, 16, 1, "I"},          {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 2, "LA"},
        {PNG_COLOR_TYPE_GRAY_ALPHA, 16, 2, "RGBA"}, {PNG_COLOR_TYPE_RGB, 8, 3, "RGB"},
        {PNG_COLOR_TYPE_RGB, 16, 3, "RGB"},         {PNG_COLOR_TYPE_RGB_ALPHA, 8, 4, "RGBA"},
        {PNG_COLOR_TYPE_RGB_ALPHA, 16, 4, "RGBA"},
    };
    for (size_t i = 0; i < 2 * sizeof kinds / sizeof *kinds; i++) {
        size_t k = i / 2;
        ink_buffer_clear(&file);
        make_png(&file, (struct png_kind){13, 9, kinds[k].color_type, kinds[k].depth, .interlaced = i % 2});
        decodes(13, 9, kinds[k].channels, kinds[k].mode);
        for (int y = 0; y < 9; y++)
            for (int x = 0; x < 13; x++)
                for (int c = 0; c < image.channels; c++) {
                    unsigned sample = png_sample(x, y, c, kinds[k].depth);
                    assert_int_equal(at(x, y, c), widened(sample, kinds[k].depth));
                    if (kinds[k].depth == 16 && image.source)
                        assert_int_equal(((const uint16_t *)image.source)[y * 13 + x], sample);
                }
    }
}

static void png_with_palette(void **state)
{
    for (int depth = 1; depth <= 8; depth *= 2)
        for (int transparent = 0; transparent < 2; transparent++) {
            ink_buffer_clear(&file);
            make_png(&file, (struct png_kind){13, 9, PNG_COLOR_TYPE_PALETTE, depth, .transparent = transparent});
            decodes(13, 9, transparent ? 4 : 3, "P");
            for (int x = 0; x < 13; x++) {
                uint8_t rgb[3];
                int number = (int)png_sample(x, 4, 0, depth);
                palette_color(number, rgb);
                for (int c = 0; c < 3; c++) assert_int_equal(at(x, 4, c), rgb[c]);
                if (transparent) assert_int_equal(at(x, 4, 3), number == 0 ? 0 : 255);
            }
        }
}

/* Where the stored pixel (x, y) of a 5 x 3 picture is when it is upright (Exif 2.32, table of tag 274). */
static void upright(int orientation, int x, int y, int *ux, int *uy)
{
    const int right = 4 - x, below = 2 - y;
    const int places[9][2] = {{0},    {x, y},     {right, y},     {right, below}, {x, below},
                              {y, x}, {below, x}, {below, right}, {y, right}};
    *ux = places[orientation][0];
    *uy = places[orientation][1];
}

static void check_turned(int orientation)
{
    assert_int_equal(image.orientation, orientation);
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 5; x++) {
            int ux, uy;
            upright(orientation, x, y, &ux, &uy);
            for (int c = 0; c < 3; c++) assert_int_equal(at(ux, uy, c), pattern(x, y, c));
        }
}

static void turned_upright(void **state)
{
    for (int orientation = 1; orientation <= 8; orientation++) {
        int width = orientation > 4 ? 3 : 5, height = orientation > 4 ? 5 : 3;
        ink_buffer_clear(&file);
        make_png(&file, (struct png_kind){5, 3, PNG_COLOR_TYPE_RGB, 8, .orientation = orientation});
        decodes(width, height, 3, "RGB");
        check_turned(orientation);
        ink_buffer_clear(&file);
        make_webp_exif(&file, 5, 3, orientation);
        decodes(width, height, 3, "RGB");
        check_turned(orientation);
        ink_buffer_clear(&file);
        make_jpeg(&file, 16, 8, JPEG_GREY, false, orientation);
        decodes(orientation > 4 ? 8 : 16, orientation > 4 ? 16 : 8, 1, "L");
        assert_int_equal(image.orientation, orientation);
    }
    /* the dark row of the picture was stored first: turned by 6 it is the right column */
    ink_buffer_clear(&file);
    make_jpeg(&file, 16, 8, JPEG_GREY, false, 6);
    decodes(8, 16, 1, "L");
    assert_true(at(7, 0, 0) + 100 < at(0, 0, 0));
}

static void jpeg_of_every_kind(void **state)
{
    static const struct {
        enum jpeg_colors colors;
        int channels;
        const char *mode;
    } kinds[] = {{JPEG_GREY, 1, "L"}, {JPEG_RGB, 3, "RGB"}, {JPEG_CMYK, 3, "CMYK"}};
    for (size_t i = 0; i < 6; i++) {
        ink_buffer_clear(&file);
        make_jpeg(&file, 32, 24, kinds[i / 2].colors, i % 2, 0);
        decodes(32, 24, kinds[i / 2].channels, kinds[i / 2].mode);
        for (int y = 0; y < 24; y++)
            for (int x = 0; x < 32; x++)
                for (int c = 0; c < image.channels; c++) {
                    int stored = y * 200 / 24 + x * 50 / 32;
                    /* inverted CMYK of equal parts: light times light */
                    int want = kinds[i / 2].colors == JPEG_CMYK ? stored * stored / 255 : stored;
                    assert_in_range(at(x, y, c), want > 6 ? want - 6 : 0, want + 6);
                }
    }
}

static void webp_of_every_kind(void **state)
{
    for (int channels = 3; channels <= 4; channels++) {
        ink_buffer_clear(&file);
        make_webp(&file, 13, 9, channels, true);
        decodes(13, 9, channels, channels == 4 ? "RGBA" : "RGB");
        for (int i = 0; i < 13 * 9 * channels; i++)
            assert_int_equal(image.pixels[i], pattern(i / channels % 13, i / channels / 13, i % channels));
        ink_buffer_clear(&file);
        make_webp(&file, 13, 9, channels, false);
        decodes(13, 9, channels, channels == 4 ? "RGBA" : "RGB");
    }
    ink_buffer_clear(&file);
    make_webp_animated(&file, 13, 9);
    decodes(17, 13, 4, "RGBA");
    assert_int_equal(at(0, 0, 3), 0);
    assert_int_equal(at(2, 2, 3), 255);
    for (int c = 0; c < 3; c++) assert_int_equal(at(2 + 7, 2 + 5, c), pattern(7, 5, c));
}

static void gif_of_every_kind(void **state)
{
    for (int i = 0; i < 4; i++) {
        bool interlaced = i & 1, partly = i & 2;
        struct gif_kind kind = {21, 19, 0, 0, 21, 19, interlaced, -1};
        if (partly) kind = (struct gif_kind){21, 19, 3, 2, 11, 13, interlaced, 5};
        ink_buffer_clear(&file);
        make_gif(&file, kind);
        decodes(21, 19, partly ? 4 : 3, "P");
        for (int y = 0; y < kind.down; y++)
            for (int x = 0; x < kind.across; x++) {
                uint8_t rgb[3];
                int number = pattern(x, y, 0) % 16;
                palette_color(number, rgb);
                for (int c = 0; c < 3; c++) assert_int_equal(at(x + kind.left, y + kind.top, c), rgb[c]);
                if (partly) assert_int_equal(at(x + kind.left, y + kind.top, 3), number == 5 ? 0 : 255);
            }
        if (partly) assert_int_equal(at(0, 0, 3), 0);
    }
}

static void check_palette_bmp(struct bmp_kind kind)
{
    ink_buffer_clear(&file);
    make_bmp(&file, kind);
    decodes(kind.width, kind.height, 3, "P");
    for (int y = 0; y < kind.height; y++)
        for (int x = 0; x < kind.width; x++) {
            uint8_t rgb[3];
            palette_color(pattern(x, y, 0) & ((1 << kind.bits) - 1), rgb);
            for (int c = 0; c < 3; c++) assert_int_equal(at(x, y, c), rgb[c]);
        }
}

static void bmp_of_every_kind(void **state)
{
    for (int bits = 1; bits <= 8; bits *= bits == 1 ? 4 : 2)
        for (int way = 0; way < 4; way++)
            check_palette_bmp((struct bmp_kind){13, 9, bits, .top_down = way == 1, .core_header = way == 2,
                                                .rle = way == 3 && bits > 1});
    for (int top_down = 0; top_down < 2; top_down++)
        for (int bits = 24; bits <= 32; bits += 8) {
            ink_buffer_clear(&file);
            make_bmp(&file, (struct bmp_kind){13, 9, bits, .top_down = top_down});
            decodes(13, 9, 3, "RGB");
            for (int i = 0; i < 13 * 9 * 3; i++)
                assert_int_equal(image.pixels[i], pattern(i / 3 % 13, i / 3 / 13, i % 3));
        }
}

static void bmp_with_masks(void **state)
{
    static const uint32_t rgba[4] = {0xff0000, 0xff00, 0xff, 0xff000000}, rgb565[4] = {0xf800, 0x07e0, 0x001f, 0};
    make_bmp(&file, (struct bmp_kind){13, 9, 32, .masks = rgba});
    decodes(13, 9, 4, "RGBA");
    for (int i = 0; i < 13 * 9 * 4; i++) assert_int_equal(image.pixels[i], pattern(i / 4 % 13, i / 4 / 13, i % 4));

    ink_buffer_clear(&file);
    make_bmp(&file, (struct bmp_kind){13, 9, 16, .masks = rgb565});
    decodes(13, 9, 3, "RGB");
    unsigned value = (unsigned)pattern(3, 2, 0) << 8 | pattern(3, 2, 1);
    assert_int_equal(at(3, 2, 0), (value >> 11) * 255 / 31);
    assert_int_equal(at(3, 2, 1), (value >> 5 & 63) * 255 / 63);
    assert_int_equal(at(3, 2, 2), (value & 31) * 255 / 31);

    ink_buffer_clear(&file);
    make_bmp(&file, (struct bmp_kind){13, 9, 16});
    decodes(13, 9, 3, "RGB");
    assert_int_equal(at(3, 2, 0), (value >> 10 & 31) * 255 / 31);
}

/* Cut anywhere, a picture is refused with a sentence that says so; nothing is kept. */
static void cut_anywhere(void **state)
{
    for (size_t i = 0; make_sample(i, &file); i++) {
        size_t whole = file.len;
        if (decode() != INK_OK) fail_msg("sample %zu: %s", i, err.text);
        for (size_t len = 0; len < whole; len++) {
            /* a copy of just this length: the sanitizer sees a read behind it */
            uint8_t *copy = malloc(len ? len : 1);
            memcpy(copy, file.data, len);
            ink_arena_reset(&arena);
            ink_status st = ink_decode(ink_view_of(copy, len), NULL, &arena, &image, &err);
            free(copy);
            /* only padding that nobody needs may be missing */
            if (st == INK_OK && whole - len > 3)
                fail_msg("sample %zu is accepted with %zu of %zu bytes", i, len, whole);
            if (st == INK_OK) continue;
            assert_int_equal(st, INK_E_IMAGE);
            assert_true(strlen(err.text) > 10);
            assert_int_equal(ink_arena_used(&arena), 0);
        }
    }
}

static void says_how_far_it_goes(void **state)
{
    make_png(&file, (struct png_kind){50, 40, PNG_COLOR_TYPE_RGB, 8});
    size_t whole = file.len;
    file.len = whole - 100;
    char want[80];
    snprintf(want, sizeof want, "PNG ends after %zu of %zu bytes", file.len, whole);
    assert_int_equal(decode(), INK_E_IMAGE);
    assert_string_equal(err.text, want);

    ink_buffer_clear(&file);
    make_webp(&file, 50, 40, 3, false);
    snprintf(want, sizeof want, "WebP ends after %zu of %zu bytes", file.len - 9, file.len);
    file.len -= 9;
    assert_int_equal(decode(), INK_E_IMAGE);
    assert_string_equal(err.text, want);
}

static void refuses(const void *bytes, size_t len, ink_status status, const char *part)
{
    ink_arena_reset(&arena);
    assert_int_equal(ink_decode(ink_view_of(bytes, len), NULL, &arena, &image, &err), status);
    if (!strstr(err.text, part)) fail_msg("\"%s\" does not say \"%s\"", err.text, part);
    assert_int_equal(ink_arena_used(&arena), 0);
}

static void names_other_types(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *part;
    } others[] = {
#define FILE_OF(text, part) {text, sizeof text - 1, part}
        FILE_OF("", "empty"),
        FILE_OF("\0\0\0\x18"
                "ftypheic\0\0\0\0",
                "HEIC picture; save it as PNG or JPEG"),
        FILE_OF("\0\0\0\x18"
                "ftypmif1\0\0\0\0",
                "HEIF"),
        FILE_OF("\0\0\0\x18"
                "ftypavif\0\0\0\0",
                "AVIF"),
        FILE_OF("II*\0\x08\0\0\0", "TIFF"),
        FILE_OF("MM\0*\0\0\0\x08", "TIFF"),
        FILE_OF("%PDF-1.7\n", "PDF"),
        FILE_OF("<?xml version=\"1.0\"?>\n<svg xmlns=\"x\">", "SVG"),
        FILE_OF("\xef\xbb\xbf\n <!DOCTYPE HTML><title>404</title>", "HTML"),
        FILE_OF("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "XML"),
        FILE_OF("PK\3\4\x14\0", "ZIP"),
        FILE_OF("hello", "starts with 68 65 6c 6c"),
        FILE_OF("B", "not a picture"),
        FILE_OF("BMW is a car and not a picture", "not a picture"),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        refuses(others[i].bytes, others[i].len, INK_E_IMAGE, others[i].part);
}

static void put_be32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Sizes are believed as soon as the header is read, and refused before anything is taken. */
static void bombs_are_refused_at_once(void **state)
{
    uint64_t start = ink_clock_us();
    make_png(&file, (struct png_kind){9, 7, PNG_COLOR_TYPE_RGB, 8});
    put_be32(file.data + 16, 30000);
    put_be32(file.data + 20, 30000);
    refuses(file.data, file.len, INK_E_LIMIT, "30000x30000");
    put_be32(file.data + 16, 19999);
    put_be32(file.data + 20, 19999);
    refuses(file.data, file.len, INK_E_LIMIT, "64000000 in all");

    ink_buffer_clear(&file);
    make_gif(&file, (struct gif_kind){9, 7, 0, 0, 9, 7, false, -1});
    memset(file.data + 6, 0xff, 4);
    refuses(file.data, file.len, INK_E_LIMIT, "65535x65535");

    ink_buffer_clear(&file);
    make_bmp(&file, (struct bmp_kind){9, 7, 8, .rle = true});
    memcpy(file.data + 18, "\xff\xff\xff\x7f\xff\xff\xff\x7f", 8);
    refuses(file.data, file.len, INK_E_LIMIT, "2147483647x2147483647");

    ink_buffer_clear(&file);
    make_jpeg(&file, 9, 7, JPEG_RGB, true, 0);
    for (size_t i = 2; i + 9 < file.len; i++)
        if (file.data[i] == 0xff && file.data[i + 1] == 0xc2) memset(file.data + i + 5, 0xfe, 4);
    refuses(file.data, file.len, INK_E_LIMIT, "65278x65278");
    assert_true(ink_clock_us() - start < 1000000);
}

static void caller_sets_limits(void **state)
{
    make_png(&file, (struct png_kind){60, 50, PNG_COLOR_TYPE_RGB, 8});
    struct ink_decode_limits limits = ink_decode_limits_default;
    limits.max_bytes = 1 << 20;
    assert_int_equal(ink_decode(ink_buffer_view(&file), &limits, &arena, &image, &err), INK_E_LIMIT);
    limits = ink_decode_limits_default;
    limits.max_pixels = 2999;
    assert_int_equal(ink_decode(ink_buffer_view(&file), &limits, &arena, &image, &err), INK_E_LIMIT);
    limits.max_pixels = 3000;
    assert_int_equal(ink_decode(ink_buffer_view(&file), &limits, &arena, &image, &err), INK_OK);
    struct ink_arena small;
    ink_arena_init(&small, 5000);
    assert_int_equal(ink_decode(ink_buffer_view(&file), NULL, &small, &image, &err), INK_E_OOM);
    ink_arena_cleanup(&small);
}

/* A progressive JPEG whose first scan comes again and again: each costs a walk over all blocks. */
static void too_many_scans(void **state)
{
    make_jpeg(&file, 64, 64, JPEG_GREY, true, 0);
    size_t start = 2, end;
    while (file.data[start] != 0xff || file.data[start + 1] != 0xda) start++;
    for (end = start + 2; file.data[end] != 0xff || file.data[end + 1] < 0xc0; end++) continue;
    uint8_t scan[4096];
    assert_true(end - start < sizeof scan);
    memcpy(scan, file.data + start, end - start);
    file.len = start;
    for (int i = 0; i < 80; i++) assert_int_equal(ink_buffer_append(&file, scan, end - start), INK_OK);
    assert_int_equal(ink_buffer_append(&file, "\xff\xd9", 2), INK_OK);
    assert_int_equal(decode(), INK_E_LIMIT);
    assert_non_null(strstr(err.text, "scans"));
}

/* Every n-th allocation fails once: an error each time, nothing lost (the sanitizers' leak check), no crash. */
static void without_memory(void **state)
{
    for (size_t i = 0; make_sample(i, &file); i++) {
        for (unsigned long n = 1;; n++) {
            struct ink_arena own;
            ink_arena_init(&own, 1 << 20);
            ink_alloc_fail_at(n);
            ink_status st = ink_decode(ink_buffer_view(&file), NULL, &own, &image, &err);
            ink_alloc_fail_at(0);
            ink_arena_cleanup(&own);
            if (st == INK_OK) break;
            assert_int_equal(st, INK_E_OOM);
            assert_true(n < 100);
        }
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(png_of_every_kind),  TEST(png_with_palette),     TEST(turned_upright),    TEST(jpeg_of_every_kind),
        TEST(webp_of_every_kind), TEST(gif_of_every_kind),    TEST(bmp_of_every_kind), TEST(bmp_with_masks),
        TEST(cut_anywhere),       TEST(says_how_far_it_goes), TEST(names_other_types), TEST(bombs_are_refused_at_once),
        TEST(caller_sets_limits), TEST(too_many_scans),       TEST(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
