/* SPDX-License-Identifier: MIT */
/* PNG, read by libpng: every depth and colour type becomes 8-bit grey, grey + alpha, RGB or RGBA.
 *
 * The chunks are walked first: that tells a cut file from a damaged one, and where EXIF is, which may come behind the
 * pixels. Depth 16 keeps its high byte, as Pillow does; 16-bit grey keeps all of it in `source`. */
#include <png.h>
#include <setjmp.h>

#include "base/alloc.h"
#include "image/bytes.h"
#include "image/reader.h"

enum {
    SIGNATURE_BYTES = 8,
    CHUNK_BYTES = 12, /* length, type, CRC */
    IHDR_BYTES = 13,
    CHUNKS_MAX = 100000,
    CHUNK_MEMORY_MAX = 8 << 20, /* what libpng may take for one chunk that is not pixels */
    DECODER_BYTES = 1 << 20,    /* zlib's window, libpng's rows */
};

struct png_job {
    struct ink_reader *reader;
    size_t at; /* next byte that libpng gets */
    png_structp png;
    png_infop info;
    bool no_memory;
    jmp_buf on_error;
    char why[120];
};

static void fail_png(png_structp png, png_const_charp why)
{
    struct png_job *job = png_get_error_ptr(png);
    snprintf(job->why, sizeof job->why, "%s", why);
    longjmp(job->on_error, 1);
}

static void ignore_warning(png_structp png, png_const_charp why)
{
}

static void *take(png_structp png, png_alloc_size_t len)
{
    struct png_job *job = png_get_mem_ptr(png);
    void *p = ink_malloc(len);
    job->no_memory |= !p; /* libpng's own words for this are many */
    return p;
}

static void give_back(png_structp png, void *p)
{
    ink_free(p);
}

static void give_bytes(png_structp png, png_bytep out, size_t len)
{
    struct png_job *job = png_get_io_ptr(png);
    struct ink_view bytes = job->reader->bytes;
    if (len > bytes.len - job->at) png_error(png, "its last chunk is cut");
    memcpy(out, bytes.data + job->at, len);
    job->at += len;
}

/* Sees that all chunks up to IEND are there, and finds EXIF. */
static ink_status walk_chunks(struct ink_reader *reader)
{
    struct ink_view bytes = reader->bytes;
    uint64_t at = SIGNATURE_BYTES;
    bool pixels_before = false;
    for (int chunks = 0; chunks < CHUNKS_MAX; chunks++) {
        if (bytes.len < at + 8) return ink_reader_cut(reader, at + CHUNK_BYTES, false);
        const uint8_t *chunk = bytes.data + at;
        uint32_t len = ink_be32(chunk);
        if (len > INT32_MAX) return ink_reader_damaged(reader, "a chunk says it is over 2 GiB long");
        if (memcmp(chunk + 4, "IEND", 4) == 0) {
            return bytes.len < at + CHUNK_BYTES + len ? ink_reader_cut(reader, at + CHUNK_BYTES + len, true) : INK_OK;
        }
        bool pixels = memcmp(chunk + 4, "IDAT", 4) == 0;
        at += CHUNK_BYTES + (uint64_t)len;
        if (bytes.len < at) {
            /* most writers put all pixels in one chunk, or in many of one round size */
            bool last = pixels && !pixels_before && len % 4096 != 0;
            return ink_reader_cut(reader, at + CHUNK_BYTES, last);
        }
        if (memcmp(chunk + 4, "eXIf", 4) == 0) reader->orientation = ink_exif_orientation(ink_view_of(chunk + 8, len));
        pixels_before |= pixels;
    }
    return ink_reader_damaged(reader, "it has too many chunks");
}

static enum ink_image_mode mode_of(int color_type, int depth)
{
    switch (color_type) {
    case PNG_COLOR_TYPE_GRAY: return depth == 1 ? INK_MODE_1 : depth == 16 ? INK_MODE_I : INK_MODE_L;
    case PNG_COLOR_TYPE_GRAY_ALPHA: return depth == 16 ? INK_MODE_RGBA : INK_MODE_LA; /* sic, Pillow */
    case PNG_COLOR_TYPE_PALETTE: return INK_MODE_P;
    case PNG_COLOR_TYPE_RGB: return INK_MODE_RGB;
    default: return INK_MODE_RGBA;
    }
}

/* Asks libpng for 8 bits and whole samples; whether it is 16-bit grey that stays 16 bits. */
static bool set_up_rows(struct png_job *job, int color_type, int depth)
{
    png_structp png = job->png;
    bool transparent = png_get_valid(png, job->info, PNG_INFO_tRNS) != 0;
    if (color_type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (color_type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    if (transparent) png_set_tRNS_to_alpha(png);
    bool deep = color_type == PNG_COLOR_TYPE_GRAY && depth == 16 && !transparent;
    if (deep)
        png_set_swap(png); /* to the host's order; every host of inkling is little-endian */
    else if (depth == 16)
        png_set_strip_16(png);
    return deep;
}

static void high_bytes(const struct ink_reader *reader)
{
    size_t count = (size_t)reader->width * (size_t)reader->height;
    for (size_t i = 0; i < count; i++) reader->pixels[i] = reader->source[2 * i + 1];
}

/* Between setjmp and its longjmp: nothing here may own anything that the job does not know. */
static ink_status read_rows(struct png_job *job)
{
    struct ink_reader *reader = job->reader;
    png_structp png = job->png;
    png_read_info(png, job->info);
    int color_type = png_get_color_type(png, job->info), depth = png_get_bit_depth(png, job->info);
    reader->out->mode = mode_of(color_type, depth);
    bool deep = set_up_rows(job, color_type, depth);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, job->info);
    ink_status st = ink_reader_frame(reader, png_get_image_width(png, job->info), png_get_image_height(png, job->info),
                                     png_get_channels(png, job->info), deep ? 2 : 0, DECODER_BYTES);
    if (st) return st;

    uint8_t *rows = deep ? reader->source : reader->pixels;
    size_t row_bytes = png_get_rowbytes(png, job->info);
    if (passes > 1) memset(rows, 0, row_bytes * (size_t)reader->height);
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < reader->height; y++) png_read_row(png, rows + row_bytes * (size_t)y, NULL);
    if (deep) high_bytes(reader);
    return INK_OK;
}

/* Chunks that say nothing about the pixels are not even unpacked. */
static void set_limits(struct png_job *job)
{
    static const png_byte skipped[] = "iCCP\0zTXt\0iTXt\0tEXt\0sPLT\0hIST\0eXIf\0tIME\0pCAL\0sCAL";
    png_set_user_limits(job->png, job->reader->limits->max_side, job->reader->limits->max_side);
    png_set_chunk_malloc_max(job->png, CHUNK_MEMORY_MAX);
    png_set_keep_unknown_chunks(job->png, PNG_HANDLE_CHUNK_NEVER, skipped, sizeof skipped / 5);
}

static ink_status read_with(struct png_job *job)
{
    struct ink_reader *reader = job->reader;
    job->info = png_create_info_struct(job->png);
    if (!job->info) return ink_fail(reader->err, INK_E_OOM, "no memory to read a PNG");
    if (setjmp(job->on_error)) {
        return job->no_memory ? ink_fail(reader->err, INK_E_OOM, "no memory to read a PNG")
                              : ink_reader_damaged(reader, job->why);
    }
    set_limits(job);
    /* the CRC of each chunk has vouched for these bytes; Adler's sum over the pixels costs a seventh of the decoding */
    png_set_option(job->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
    png_set_read_fn(job->png, job, give_bytes);
    return read_rows(job);
}

ink_status ink_png_read(struct ink_reader *reader)
{
    ink_status st = walk_chunks(reader);
    if (st) return st;
    /* libpng's own message for a large side does not say what is allowed */
    const uint8_t *ihdr = reader->bytes.data + SIGNATURE_BYTES;
    if (ink_be32(ihdr) != IHDR_BYTES || memcmp(ihdr + 4, "IHDR", 4) != 0)
        return ink_reader_damaged(reader, "it does not start with its header");
    st = ink_reader_holds(reader, ink_be32(ihdr + 8), ink_be32(ihdr + 12));
    if (st) return st;

    struct png_job job = {.reader = reader};
    job.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &job, fail_png, ignore_warning, &job, take, give_back);
    if (!job.png) return ink_fail(reader->err, INK_E_OOM, "no memory to read a PNG");
    st = read_with(&job);
    png_destroy_read_struct(&job.png, &job.info, NULL);
    return st;
}
