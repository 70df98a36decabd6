/* SPDX-License-Identifier: MIT */
#include "cli/zip.h"

#include <libdeflate.h>
#include <minizip/unzip.h>
#include <minizip/zip.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MADE_ON_UNIX = 3, /* high byte of "version made by" */
    MADE_ON_DARWIN = 19,
    MADE_BY = MADE_ON_UNIX << 8 | 20,
    UTF8_NAMES = 1 << 11, /* general purpose bit 11 */
    ENCRYPTED = 1 << 0,   /* bit 0 */
    BEST_LEVEL = 12,      /* of libdeflate */
    CHUNK = 64 * 1024
};

/* 1 January 1980, 0:00, the first date that a zip can say: the date in the upper half, day in bits 0..4, month in 5..8. */
static const uLong dos_date = (uLong)(1 << 5 | 1) << 16;

/* --- memory as a file --------------------------------------------------------------------------------------------- */

static size_t length(const struct ink_zip_file *file)
{
    return file->written ? file->written->len : file->read.len;
}

static voidpf open_memory(voidpf opaque, const void *name, int mode)
{
    return opaque;
}

static uLong read_memory(voidpf opaque, voidpf stream, void *out, uLong len)
{
    struct ink_zip_file *file = stream;
    const uint8_t *data = file->written ? file->written->data : file->read.data;
    size_t left = file->at < length(file) ? length(file) - (size_t)file->at : 0;
    if (len > left) len = left;
    if (len) memcpy(out, data + file->at, len);
    file->at += len;
    return len;
}

/* Overwrites what is there, for minizip completes a header when its content is written, and appends the rest. */
static uLong write_memory(voidpf opaque, voidpf stream, const void *data, uLong len)
{
    struct ink_zip_file *file = stream;
    if (!file->written || file->at > file->written->len) return 0;
    size_t over = file->written->len - (size_t)file->at;
    if (over > len) over = len;
    if (over) memcpy(file->written->data + file->at, data, over);
    if (ink_buffer_append(file->written, (const uint8_t *)data + over, len - over)) return over;
    file->at += len;
    return len;
}

static ZPOS64_T tell_memory(voidpf opaque, voidpf stream)
{
    const struct ink_zip_file *file = stream;
    return file->at;
}

static long seek_memory(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
    struct ink_zip_file *file = stream;
    uint64_t from = origin == ZLIB_FILEFUNC_SEEK_SET ? 0 : origin == ZLIB_FILEFUNC_SEEK_CUR ? file->at : length(file);
    uint64_t to = from + offset; /* a negative offset wraps round, as it should */
    if (to > length(file)) return -1;
    file->at = to;
    return 0;
}

static int nothing(voidpf opaque, voidpf stream)
{
    return 0;
}

static zlib_filefunc64_def functions_for(struct ink_zip_file *file)
{
    return (zlib_filefunc64_def){.zopen64_file = open_memory,
                                 .zread_file = read_memory,
                                 .zwrite_file = write_memory,
                                 .ztell64_file = tell_memory,
                                 .zseek64_file = seek_memory,
                                 .zclose_file = nothing,
                                 .zerror_file = nothing,
                                 .opaque = file};
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

ink_status ink_zip_begin(struct ink_zip_writer *w, struct ink_buffer *out, struct ink_error *err)
{
    *w = (struct ink_zip_writer){.file = {.written = out}};
    zlib_filefunc64_def functions = functions_for(&w->file);
    w->zip = zipOpen2_64("", APPEND_STATUS_CREATE, NULL, &functions);
    return w->zip ? INK_OK : ink_fail(err, INK_E_OOM, "no memory for a zip");
}

/* Deflates into `out`. libdeflate's best level makes programs 3 % smaller than zlib's; minizip then only wraps it. */
static ink_status deflate_into(struct ink_view bytes, struct ink_buffer *out, struct ink_error *err)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(BEST_LEVEL);
    size_t bound = libdeflate_deflate_compress_bound(compressor, bytes.len);
    ink_buffer_init(out, bound);
    ink_status st = compressor ? ink_buffer_reserve(out, bound) : INK_E_OOM;
    if (!st) out->len = libdeflate_deflate_compress(compressor, bytes.data, bytes.len, out->data, bound);
    libdeflate_free_compressor(compressor);
    if (st || !out->len) return ink_fail(err, INK_E_OOM, "no memory to compress it");
    return INK_OK;
}

/* zlib counts in 32 bits */
static bool write_raw(zipFile zip, struct ink_view bytes)
{
    while (bytes.len) {
        unsigned len = bytes.len < CHUNK ? (unsigned)bytes.len : CHUNK;
        if (zipWriteInFileInZip(zip, bytes.data, len) != ZIP_OK) return false;
        bytes = ink_view_of(bytes.data + len, bytes.len - len);
    }
    return true;
}

ink_status ink_zip_add(struct ink_zip_writer *w, const char *name, unsigned mode, struct ink_view bytes,
                       uint64_t *zipped_bytes, struct ink_error *err)
{
    zip_fileinfo info = {.dosDate = dos_date, .external_fa = (uLong)(S_IFREG | mode) << 16};
    struct ink_buffer deflated;
    uint64_t from = w->file.at;
    ink_status st = deflate_into(bytes, &deflated, err);
    bool done = !st &&
                zipOpenNewFileInZip4_64(w->zip, name, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED, Z_BEST_COMPRESSION, 1,
                                        -MAX_WBITS, DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY, NULL, 0, MADE_BY, UTF8_NAMES,
                                        0) == ZIP_OK &&
                write_raw(w->zip, ink_buffer_view(&deflated)) &&
                zipCloseFileInZipRaw64(w->zip, bytes.len, libdeflate_crc32(0, bytes.data, bytes.len)) == ZIP_OK &&
                !w->file.written->failed;
    ink_buffer_cleanup(&deflated);
    *zipped_bytes = w->file.at - from;
    if (!st && !done) st = ink_fail(err, INK_E_LIMIT, "the zip has no room for it");
    return st ? ink_fail_in(err, "%s", name) : INK_OK;
}

ink_status ink_zip_finish(struct ink_zip_writer *w, struct ink_error *err)
{
    if (!w->zip) return INK_OK;
    bool done = zipClose(w->zip, NULL) == ZIP_OK && !w->file.written->failed;
    w->zip = NULL;
    return done ? INK_OK : ink_fail(err, INK_E_LIMIT, "the zip's own list does not fit");
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

ink_status ink_zip_reader_open(struct ink_zip_reader *r, struct ink_view bytes, struct ink_error *err)
{
    *r = (struct ink_zip_reader){.file = {.read = bytes}};
    zlib_filefunc64_def functions = functions_for(&r->file);
    r->zip = unzOpen2_64("", &functions);
    return r->zip
               ? INK_OK
               : ink_fail(err, INK_E_FORMAT, "there is no list of files at its end: not a zip, or only a part of one");
}

void ink_zip_reader_close(struct ink_zip_reader *r)
{
    if (r->zip) unzClose(r->zip);
    r->zip = NULL;
}

static void describe(const unz_file_info64 *info, struct ink_zip_entry *out)
{
    out->bytes = info->uncompressed_size;
    out->zipped_bytes = info->compressed_size;
    out->encrypted = info->flag & ENCRYPTED;
    out->method = (unsigned)info->compression_method;
    out->unix_mode = info->version >> 8 == MADE_ON_UNIX || info->version >> 8 == MADE_ON_DARWIN;
    out->mode = out->unix_mode ? (unsigned)(info->external_fa >> 16) & 0xffff : 0;
    out->name_cut = info->size_filename != strlen(out->name);
}

ink_status ink_zip_next(struct ink_zip_reader *r, struct ink_zip_entry *out, bool *more, struct ink_error *err)
{
    unz_file_info64 info;
    unz_global_info64 all;
    *more = false;
    *out = (struct ink_zip_entry){0};
    /* minizip takes the first entry for granted */
    if (!r->started && unzGetGlobalInfo64(r->zip, &all) == UNZ_OK && all.number_entry == 0) return INK_OK;
    int code = r->started ? unzGoToNextFile(r->zip) : unzGoToFirstFile(r->zip);
    r->started = true;
    if (code == UNZ_END_OF_LIST_OF_FILE) return INK_OK;
    if (code == UNZ_OK) code = unzGetCurrentFileInfo64(r->zip, &info, out->name, sizeof out->name, NULL, 0, NULL, 0);
    if (code != UNZ_OK)
        return ink_fail(err, INK_E_FORMAT, "its list of files is damaged behind %llu files",
                        (unsigned long long)r->entries);
    if (++r->entries > INK_ZIP_ENTRIES_MAX)
        return ink_fail(err, INK_E_LIMIT, "it has more than %d files", INK_ZIP_ENTRIES_MAX);
    out->name[INK_ZIP_NAME_MAX] = '\0'; /* minizip ends a name only where there is room */
    describe(&info, out);
    *more = true;
    return INK_OK;
}

static ink_status read_content(struct ink_zip_reader *r, struct ink_buffer *out, struct ink_error *err)
{
    uint8_t chunk[CHUNK];
    int got;
    while ((got = unzReadCurrentFile(r->zip, chunk, sizeof chunk)) > 0) {
        ink_status st = ink_buffer_append(out, chunk, (size_t)got);
        if (st) return ink_fail(err, st, "it unpacks to more than %zu bytes", out->cap_bytes);
    }
    return got == 0 ? INK_OK : ink_fail(err, INK_E_FORMAT, "it is damaged and cannot be unpacked");
}

ink_status ink_zip_content(struct ink_zip_reader *r, const struct ink_zip_entry *entry, struct ink_buffer *out,
                           struct ink_error *err)
{
    if (entry->encrypted) return ink_fail(err, INK_E_UNSUPPORTED, "it is encrypted");
    if (entry->method != 0 && entry->method != Z_DEFLATED)
        return ink_fail(err, INK_E_UNSUPPORTED, "it is packed by method %u; only deflate (8) is understood",
                        entry->method);
    if (unzOpenCurrentFile(r->zip) != UNZ_OK)
        return ink_fail(err, INK_E_FORMAT, "its two headers contradict each other");
    size_t from = out->len;
    ink_status st = read_content(r, out, err);
    int code = unzCloseCurrentFile(r->zip);
    if (!st && code == UNZ_CRCERROR) st = ink_fail(err, INK_E_FORMAT, "its check sum is wrong: it is damaged");
    if (!st && out->len - from != entry->bytes) st = ink_fail(err, INK_E_FORMAT, "it is shorter than the zip says");
    return st;
}
