/* SPDX-License-Identifier: MIT */
/* GIF, read by giflib: the first frame on its canvas, as RGB, or RGBA where something is transparent. */
#include <gif_lib.h>

#include "base/alloc.h"
#include "image/reader.h"

enum { DECODER_BYTES = 64 << 10 };

struct gif_job {
    struct ink_reader *reader;
    GifFileType *gif;
    size_t at;       /* next byte that giflib gets */
    int transparent; /* colour number, -1 none */
    uint8_t *line;   /* colour numbers of one row of the frame */
};

static int give_bytes(GifFileType *gif, GifByteType *out, int len)
{
    struct gif_job *job = gif->UserData;
    size_t rest = job->reader->bytes.len - job->at;
    size_t count = (size_t)len < rest ? (size_t)len : rest;
    if (count) memcpy(out, job->reader->bytes.data + job->at, count);
    job->at += count;
    return (int)count;
}

static ink_status explain(struct gif_job *job, int row)
{
    struct ink_reader *reader = job->reader;
    int code = job->gif ? job->gif->Error : D_GIF_ERR_READ_FAILED;
    if (code == D_GIF_ERR_NOT_ENOUGH_MEM) return ink_fail(reader->err, INK_E_OOM, "no memory to read a GIF");
    if (job->at >= reader->bytes.len)
        return row >= 0 ? ink_reader_cut_in_row(reader, row) : ink_reader_cut(reader, 0, false);
    const char *why = GifErrorString(code);
    return ink_reader_damaged(reader, why ? why : "its blocks make no sense");
}

/* Goes to the next image; `*found` is false when there is none. Remembers which colour is transparent. */
static ink_status next_image(struct gif_job *job, bool *found)
{
    for (;;) {
        GifRecordType type;
        if (DGifGetRecordType(job->gif, &type) == GIF_ERROR) return explain(job, -1);
        *found = type == IMAGE_DESC_RECORD_TYPE;
        if (type == TERMINATE_RECORD_TYPE || *found) return INK_OK;

        int code;
        GifByteType *block;
        if (DGifGetExtension(job->gif, &code, &block) == GIF_ERROR) return explain(job, -1);
        GraphicsControlBlock control;
        if (code == GRAPHICS_EXT_FUNC_CODE && block && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
            job->transparent = control.TransparentColor;
        while (block)
            if (DGifGetExtensionNext(job->gif, &block) == GIF_ERROR) return explain(job, -1);
    }
}

/* Pillow calls a palette that counts 0, 1, 2 ... in grey no palette. */
static bool is_grey_ramp(const ColorMapObject *map)
{
    for (int i = 0; i < map->ColorCount; i++) {
        const GifColorType *c = &map->Colors[i];
        if (c->Red != i || c->Green != i || c->Blue != i) return false;
    }
    return true;
}

/* Writes one row of the frame; what lies outside of the canvas is left out. */
static void put_row(const struct gif_job *job, const ColorMapObject *map, int y)
{
    const GifImageDesc *frame = &job->gif->Image;
    const struct ink_reader *reader = job->reader;
    int channels = reader->out->channels;
    if (frame->Top + y >= reader->height || frame->Left >= reader->width) return;
    uint8_t *out =
        reader->pixels + ((size_t)(frame->Top + y) * (size_t)reader->width + (size_t)frame->Left) * (size_t)channels;
    for (int x = 0; x < frame->Width && frame->Left + x < reader->width; x++, out += channels) {
        int number = job->line[x];
        GifColorType color = number < map->ColorCount ? map->Colors[number] : (GifColorType){0};
        out[0] = color.Red;
        out[1] = color.Green;
        out[2] = color.Blue;
        if (channels == 4) out[3] = number == job->transparent ? 0 : 255;
    }
}

static ink_status read_rows(struct gif_job *job, const ColorMapObject *map)
{
    enum { STRAIGHT = 4, PASSES };
    static const struct {
        int first, step;
    } passes[PASSES] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}, [STRAIGHT] = {0, 1}};
    const GifImageDesc *frame = &job->gif->Image;
    int last = frame->Interlace ? STRAIGHT : PASSES;
    for (int pass = frame->Interlace ? 0 : STRAIGHT; pass < last; pass++) {
        for (int y = passes[pass].first; y < frame->Height; y += passes[pass].step) {
            if (DGifGetLine(job->gif, job->line, frame->Width) == GIF_ERROR) return explain(job, y);
            put_row(job, map, y);
        }
    }
    return INK_OK;
}

static ink_status take_frame(struct gif_job *job, const ColorMapObject *map)
{
    struct ink_reader *reader = job->reader;
    const GifFileType *gif = job->gif;
    const GifImageDesc *frame = &gif->Image;
    /* a frame may be larger than its canvas: unpacking it costs time, so it is held against the limits too */
    ink_status st = ink_reader_holds(reader, (uint64_t)frame->Width, (uint64_t)frame->Height);
    if (st) return st;
    bool partly = frame->Left > 0 || frame->Top > 0 || frame->Width < gif->SWidth || frame->Height < gif->SHeight;
    int channels = partly || job->transparent >= 0 ? 4 : 3;
    reader->out->mode = is_grey_ramp(map) ? INK_MODE_L : INK_MODE_P;
    st = ink_reader_frame(reader, (uint64_t)gif->SWidth, (uint64_t)gif->SHeight, channels, 0, DECODER_BYTES);
    if (st) return st;
    if (partly) memset(reader->pixels, 0, (size_t)reader->width * (size_t)reader->height * 4);
    job->line = ink_malloc((size_t)frame->Width);
    return job->line ? INK_OK : ink_fail(reader->err, INK_E_OOM, "no memory to read a GIF");
}

static ink_status read_first_image(struct gif_job *job)
{
    bool found;
    ink_status st = ink_reader_holds(job->reader, (uint64_t)job->gif->SWidth, (uint64_t)job->gif->SHeight);
    if (!st) st = next_image(job, &found);
    if (st) return st;
    if (!found) return ink_reader_damaged(job->reader, "there is no image in it");
    if (DGifGetImageDesc(job->gif) == GIF_ERROR) return explain(job, -1);
    const ColorMapObject *map = job->gif->Image.ColorMap ? job->gif->Image.ColorMap : job->gif->SColorMap;
    if (!map) return ink_reader_damaged(job->reader, "it has no palette");

    st = take_frame(job, map);
    if (!st) st = read_rows(job, map);
    ink_free(job->line);
    /* what follows is of no interest, but it must be there: a file cut behind the frame is cut as well */
    return st ? st : next_image(job, &found);
}

ink_status ink_gif_read(struct ink_reader *reader)
{
    struct gif_job job = {.reader = reader, .transparent = -1};
    int code = 0;
    job.gif = DGifOpen(&job, give_bytes, &code);
    if (!job.gif) {
        if (code == D_GIF_ERR_NOT_ENOUGH_MEM) return ink_fail(reader->err, INK_E_OOM, "no memory to read a GIF");
        return explain(&job, -1);
    }
    ink_status st = read_first_image(&job);
    DGifCloseFile(job.gif, &code);
    return st;
}
