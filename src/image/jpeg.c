/* SPDX-License-Identifier: MIT */
/* JPEG, read by libjpeg-turbo: grey stays grey, everything else becomes RGB; CMYK is kept in `source` besides. */
#include <setjmp.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>

#include "base/alloc.h"
#include "image/bytes.h"
#include "image/reader.h"

enum {
    SCANS_MAX = 64,            /* of a progressive file; encoders write about 10; each costs a walk over all blocks */
    DECODER_BYTES = 1 << 20,   /* libjpeg's rows and tables */
    COEFFICIENT_BYTES = 2 * 4, /* a pixel, for files of several scans; not more than 4 components */
};

struct jpeg_job {
    struct jpeg_error_mgr errors; /* libjpeg knows these three by their address: first */
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct jpeg;
    struct ink_reader *reader;
    jmp_buf on_error;
    char why[JMSG_LENGTH_MAX];
    bool cut, too_many_scans, no_memory;
};

static void fail_jpeg(j_common_ptr common)
{
    struct jpeg_job *job = common->client_data;
    int code = common->err->msg_code;
    job->no_memory = code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE;
    common->err->format_message(common, job->why);
    longjmp(job->on_error, 1);
}

/* libjpeg goes on behind damage with grey blocks; half a picture is not an answer, so that is an error here. */
static void heed_warning(j_common_ptr common, int level)
{
    if (level >= 0) return;
    struct jpeg_job *job = common->client_data;
    switch (common->err->msg_code) {
    case JWRN_JPEG_EOF: job->cut = true; break;
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC: break;
    default: return; /* harmless: odd versions, bytes between markers */
    }
    fail_jpeg(common);
}

static void print_nothing(j_common_ptr common)
{
}

static void count_scans(j_common_ptr common)
{
    struct jpeg_job *job = common->client_data;
    if (job->jpeg.input_scan_number <= SCANS_MAX) return;
    job->too_many_scans = true;
    longjmp(job->on_error, 1);
}

/* EXIF is an APP1 segment before the first scan. */
static void find_orientation(struct ink_reader *reader)
{
    struct ink_view bytes = reader->bytes;
    size_t at = 2;
    while (at + 4 <= bytes.len && bytes.data[at] == 0xff) {
        uint8_t marker = bytes.data[at + 1];
        if (marker == 0xff) { /* padding */
            at++;
            continue;
        }
        size_t len = ink_be16(bytes.data + at + 2);
        if (marker == 0xda || len < 2 || len > bytes.len - at - 2) return;
        const uint8_t *body = bytes.data + at + 4;
        if (marker == 0xe1 && len >= 8 && memcmp(body, "Exif\0\0", 6) == 0) {
            reader->orientation = ink_exif_orientation(ink_view_of(body, len - 2));
            return;
        }
        at += 2 + len;
    }
}

/* (255 - C) * (255 - K) / 255, rounded as Pillow does it. */
static uint8_t uncover(uint8_t paint, uint8_t black)
{
    int light = 255 - black, product = paint * light + 128;
    int rest = light - (((product >> 8) + product) >> 8);
    return (uint8_t)(rest < 0 ? 0 : rest);
}

/* Adobe writes CMYK inverted, and so does everybody else. */
static void cmyk_row(uint8_t *cmyk, int width, uint8_t *rgb)
{
    for (int x = 0; x < width; x++, cmyk += 4, rgb += 3) {
        for (int i = 0; i < 4; i++) cmyk[i] = (uint8_t)(255 - cmyk[i]);
        for (int i = 0; i < 3; i++) rgb[i] = uncover(cmyk[i], cmyk[3]);
    }
}

static ink_status read_rows(struct jpeg_job *job)
{
    struct ink_reader *reader = job->reader;
    struct jpeg_decompress_struct *jpeg = &job->jpeg;
    jpeg_read_header(jpeg, TRUE);
    bool cmyk = jpeg->num_components == 4, grey = jpeg->num_components == 1;
    jpeg->out_color_space = cmyk ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
    reader->out->mode = cmyk ? INK_MODE_CMYK : grey ? INK_MODE_L : INK_MODE_RGB;

    size_t extra = DECODER_BYTES;
    if (jpeg_has_multiple_scans(jpeg)) extra += (size_t)jpeg->image_width * jpeg->image_height * COEFFICIENT_BYTES;
    ink_status st = ink_reader_frame(reader, jpeg->image_width, jpeg->image_height, grey ? 1 : 3, cmyk ? 4 : 0, extra);
    if (st) return st;
    jpeg->mem->max_memory_to_use = (long)extra + DECODER_BYTES;

    jpeg_start_decompress(jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        size_t row = (size_t)jpeg->output_scanline * (size_t)reader->width;
        uint8_t *rgb = reader->pixels + row * (size_t)reader->out->channels;
        JSAMPROW into = cmyk ? reader->source + row * 4 : rgb;
        jpeg_read_scanlines(jpeg, &into, 1);
        if (cmyk) cmyk_row(into, reader->width, rgb);
    }
    jpeg_finish_decompress(jpeg); /* finds a file that ends without its end marker */
    return INK_OK;
}

static ink_status explain(struct jpeg_job *job)
{
    struct ink_reader *reader = job->reader;
    if (job->too_many_scans)
        return ink_fail(reader->err, INK_E_LIMIT, "JPEG of more than %d scans: save it anew", SCANS_MAX);
    if (job->no_memory) return ink_fail(reader->err, INK_E_OOM, "no memory to read a JPEG");
    if (!job->cut) return ink_reader_damaged(reader, job->why);
    int row = (int)job->jpeg.output_scanline;
    return row > 0 && row < reader->height ? ink_reader_cut_in_row(reader, row) : ink_reader_cut(reader, 0, false);
}

static ink_status read_with(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *jpeg = &job->jpeg;
    jpeg->err = jpeg_std_error(&job->errors);
    job->errors.error_exit = fail_jpeg;
    job->errors.emit_message = heed_warning;
    job->errors.output_message = print_nothing;
    jpeg->client_data = job;
    if (setjmp(job->on_error)) return explain(job);
    jpeg_create_decompress(jpeg);
    job->progress.progress_monitor = count_scans;
    jpeg->progress = &job->progress;
    jpeg_mem_src(jpeg, job->reader->bytes.data, job->reader->bytes.len);
    return read_rows(job);
}

ink_status ink_jpeg_read(struct ink_reader *reader)
{
    find_orientation(reader);
    struct jpeg_job *job = ink_calloc(1, sizeof *job); /* off the stack: setjmp must not lose what it holds */
    if (!job) return ink_fail(reader->err, INK_E_OOM, "no memory to read a JPEG");
    job->reader = reader;
    ink_status st = read_with(job);
    jpeg_destroy_decompress(&job->jpeg);
    ink_free(job);
    return st;
}
