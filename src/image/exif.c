/* SPDX-License-Identifier: MIT */
/* Which way up a picture is: tag 0x0112 of the first directory of an EXIF block (Exif 2.32, section 4.6.4; TIFF 6.0). */
#include "image/bytes.h"
#include "image/reader.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_BYTES = 12 };

int ink_exif_orientation(struct ink_view exif)
{
    if (exif.len >= 6 && memcmp(exif.data, "Exif\0\0", 6) == 0) exif = (struct ink_view){exif.data + 6, exif.len - 6};
    if (exif.len < 8) return 1;
    bool big = memcmp(exif.data, "MM\0*", 4) == 0;
    if (!big && memcmp(exif.data, "II*\0", 4) != 0) return 1;

    uint32_t directory = big ? ink_be32(exif.data + 4) : ink_le32(exif.data + 4);
    if (directory > exif.len - 2) return 1;
    const uint8_t *p = exif.data + directory;
    size_t count = big ? ink_be16(p) : ink_le16(p);
    size_t there = (exif.len - directory - 2) / ENTRY_BYTES;
    if (count > there) count = there;
    for (p += 2; count > 0; count--, p += ENTRY_BYTES) {
        uint32_t tag = big ? ink_be16(p) : ink_le16(p);
        uint32_t type = big ? ink_be16(p + 2) : ink_le16(p + 2);
        if (tag != TAG_ORIENTATION || type != TYPE_SHORT) continue;
        uint32_t value = big ? ink_be16(p + 8) : ink_le16(p + 8);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}
