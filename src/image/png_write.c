/* SPDX-License-Identifier: MIT */
#include <png.h>

#include "image/encode.h"

ink_status ink_png_write(const struct ink_image *image, struct ink_buffer *out, struct ink_error *err)
{
    static const png_uint_32 formats[] = {0, PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB, PNG_FORMAT_RGBA};
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)image->width,
                     .height = (png_uint_32)image->height,
                     .format = formats[image->channels]};
    /* the bound for data that cannot be compressed; one pass instead of libpng's two */
    png_alloc_size_t len = PNG_IMAGE_PNG_SIZE_MAX(png);
    ink_status st = ink_buffer_reserve(out, len);
    if (st) return ink_fail(err, st, "no room for a PNG of %d x %d", image->width, image->height);
    if (!png_image_write_to_memory(&png, out->data + out->len, &len, 0, image->pixels, 0, NULL))
        return ink_fail(err, INK_E_OOM, "libpng: %s", png.message);
    out->len += len;
    out->data[out->len] = 0;
    return INK_OK;
}
