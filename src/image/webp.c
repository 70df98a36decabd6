/* SPDX-License-Identifier: MIT */
/* WebP, read by libwebp: RGB or RGBA. Of an animation the first frame, on a transparent canvas.
 * The container is walked here (RFC 9649): it tells how long the file should be, where EXIF is and where the frame. */
#include <webp/decode.h>

#include "image/bytes.h"
#include "image/reader.h"

enum {
    RIFF_BYTES = 12,
    CHUNK_BYTES = 8,
    ANMF_BYTES = 16,
    DECODER_BYTES = 4 << 20, /* of lossy files: rows and macroblocks */
    LOSSLESS_BYTES = 5,      /* a pixel: its work picture, and the tables */
};

struct webp_file {
    struct ink_view pixels; /* what libwebp decodes */
    uint32_t x, y;          /* of the frame on the canvas */
    uint32_t canvas_width, canvas_height;
    bool animated;
};

static uint32_t le24(const uint8_t *p)
{
    return ink_le16(p) | (uint32_t)p[2] << 16;
}

static void see_chunk(struct ink_reader *reader, struct webp_file *file, const uint8_t *chunk, size_t len)
{
    const uint8_t *body = chunk + CHUNK_BYTES;
    if (memcmp(chunk, "EXIF", 4) == 0) reader->orientation = ink_exif_orientation(ink_view_of(body, len));
    if (memcmp(chunk, "VP8X", 4) == 0 && len >= 10) {
        file->canvas_width = le24(body + 4) + 1;
        file->canvas_height = le24(body + 7) + 1;
    }
    if (memcmp(chunk, "ANMF", 4) == 0 && len >= ANMF_BYTES && !file->animated) {
        file->animated = true;
        file->x = 2 * le24(body);
        file->y = 2 * le24(body + 3);
        file->pixels = ink_view_of(body + ANMF_BYTES, len - ANMF_BYTES); /* its ALPH, VP8 or VP8L chunks */
    }
}

static ink_status walk_chunks(struct ink_reader *reader, struct webp_file *file)
{
    struct ink_view bytes = reader->bytes;
    uint64_t whole = (uint64_t)ink_le32(bytes.data + 4) + CHUNK_BYTES;
    if (whole > bytes.len) return ink_reader_cut(reader, whole, true);
    file->pixels = ink_view_of(bytes.data, (size_t)whole);
    for (uint64_t at = RIFF_BYTES; at + CHUNK_BYTES <= whole;) {
        const uint8_t *chunk = bytes.data + at;
        uint64_t len = ink_le32(chunk + 4);
        if (len > whole - at - CHUNK_BYTES) return ink_reader_damaged(reader, "a chunk is longer than the file");
        see_chunk(reader, file, chunk, (size_t)len);
        at += CHUNK_BYTES + len + (len & 1);
    }
    return INK_OK;
}

static ink_status explain(struct ink_reader *reader, VP8StatusCode code)
{
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY: return ink_fail(reader->err, INK_E_OOM, "no memory to read a WebP");
    case VP8_STATUS_NOT_ENOUGH_DATA: return ink_reader_cut(reader, 0, false);
    case VP8_STATUS_UNSUPPORTED_FEATURE: return ink_reader_damaged(reader, "it uses a feature that is not known");
    default: return ink_reader_damaged(reader, "its pixels cannot be decoded");
    }
}

static ink_status decode_frame(struct ink_reader *reader, const struct webp_file *file, WebPDecoderConfig *config)
{
    int channels = reader->out->channels;
    size_t stride = (size_t)reader->width * (size_t)channels;
    size_t start = file->y * stride + file->x * (size_t)channels;
    config->output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config->output.is_external_memory = 1;
    config->output.u.RGBA.rgba = reader->pixels + start;
    config->output.u.RGBA.stride = (int)stride;
    config->output.u.RGBA.size = stride * (size_t)reader->height - start;
    VP8StatusCode code = WebPDecode(file->pixels.data, file->pixels.len, config);
    WebPFreeDecBuffer(&config->output);
    return code == VP8_STATUS_OK ? INK_OK : explain(reader, code);
}

ink_status ink_webp_read(struct ink_reader *reader)
{
    struct webp_file file = {0};
    ink_status st = walk_chunks(reader, &file);
    if (st) return st;

    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return ink_fail(reader->err, INK_E_INTERNAL, "libwebp is of another version");
    VP8StatusCode code = WebPGetFeatures(file.pixels.data, file.pixels.len, &config.input);
    if (code != VP8_STATUS_OK) return explain(reader, code);
    uint32_t width = (uint32_t)config.input.width, height = (uint32_t)config.input.height;
    uint32_t canvas_width = file.animated ? file.canvas_width : width;
    uint32_t canvas_height = file.animated ? file.canvas_height : height;
    if ((uint64_t)file.x + width > canvas_width || (uint64_t)file.y + height > canvas_height)
        return ink_reader_damaged(reader, "its first frame does not lie on its canvas");

    bool partly = width < canvas_width || height < canvas_height;
    int channels = config.input.has_alpha || partly ? 4 : 3;
    size_t extra = DECODER_BYTES;
    if (config.input.format != 1) extra += (size_t)width * height * LOSSLESS_BYTES; /* 1 is lossy */
    reader->out->mode = config.input.has_alpha || partly ? INK_MODE_RGBA : INK_MODE_RGB;
    st = ink_reader_frame(reader, canvas_width, canvas_height, channels, 0, extra);
    if (st) return st;
    if (partly) memset(reader->pixels, 0, (size_t)canvas_width * canvas_height * 4);
    return decode_frame(reader, &file, &config);
}
