/* SPDX-License-Identifier: MIT */
#include "image/pnm.h"

struct pnm {
    struct ink_view bytes;
    size_t at;
    bool bits, text;
    uint32_t width, height, most; /* most: the sample that is white */
};

bool ink_is_pnm(struct ink_view bytes)
{
    return bytes.len > 2 && bytes.data[0] == 'P' && bytes.data[1] >= '1' && bytes.data[1] <= '6' &&
           (strchr(" \t\r\n#", bytes.data[2]) && bytes.data[2]);
}

/* White space and comments. */
static void skip(struct pnm *p)
{
    for (bool comment = false; p->at < p->bytes.len; p->at++) {
        uint8_t c = p->bytes.data[p->at];
        if (c == '#') comment = true;
        if (c == '\n' || c == '\r') comment = false;
        if (!comment && !(c == ' ' || (c >= '\t' && c <= '\r'))) return;
    }
}

/* The next number, of one digit only in a bitmap's text; false where there is none. */
static bool number(struct pnm *p, bool digit, uint32_t *out)
{
    skip(p);
    size_t start = p->at;
    for (*out = 0; p->at < p->bytes.len && !(digit && p->at > start); p->at++) {
        uint8_t c = p->bytes.data[p->at];
        if (c < '0' || c > '9') break;
        if (*out <= 1000000) *out = *out * 10 + (c - '0');
    }
    return p->at > start;
}

static bool read_header(struct pnm *p)
{
    p->bits = p->bytes.data[1] == '1' || p->bytes.data[1] == '4';
    p->text = p->bytes.data[1] <= '3';
    p->at = 2;
    p->most = 1;
    bool good = number(p, false, &p->width) && number(p, false, &p->height) && (p->bits || number(p, false, &p->most));
    if (!p->text) p->at++; /* one white space, whatever it is; what follows are bytes */
    return good && p->width && p->height && p->most && p->most <= 65535;
}

/* One sample of row-major ones; x is its place in the row. */
static bool sample(struct pnm *p, size_t x, uint32_t *out)
{
    if (p->text) return number(p, p->bits, out);
    size_t bytes = p->most > 255 ? 2 : 1;
    if (p->bits) {
        if (p->at >= p->bytes.len) return false;
        *out = p->bytes.data[p->at] >> (7 - x % 8) & 1;
        p->at += x % 8 == 7 || x + 1 == p->width;
        return true;
    }
    if (p->at > p->bytes.len || p->bytes.len - p->at < bytes) return false;
    *out = p->bytes.data[p->at++];
    if (bytes == 2) *out = *out << 8 | p->bytes.data[p->at++];
    return true;
}

ink_status ink_pnm_decode(struct ink_view bytes, const struct ink_decode_limits *limits, struct ink_arena *arena,
                          struct ink_image *out, struct ink_error *err)
{
    struct pnm p = {.bytes = bytes};
    if (!limits) limits = &ink_decode_limits_default;
    if (!ink_is_pnm(bytes) || !read_header(&p)) return ink_fail(err, INK_E_IMAGE, "PNM is damaged: its header");
    if (p.width > limits->max_side || p.height > limits->max_side || (uint64_t)p.width * p.height > limits->max_pixels)
        return ink_fail(err, INK_E_LIMIT, "PNM of %ux%u pixels is too large: make it smaller", p.width, p.height);
    int channels = p.bytes.data[1] == '3' || p.bytes.data[1] == '6' ? 3 : 1;
    size_t row = (size_t)p.width * (size_t)channels, count = row * p.height;
    uint8_t *pixels = count <= limits->max_bytes ? ink_arena_alloc(arena, count, INK_ARENA_ALIGN) : NULL;
    if (!pixels) return ink_fail(err, INK_E_OOM, "no memory for a PNM of %ux%u pixels", p.width, p.height);
    for (size_t i = 0; i < count; i++) {
        uint32_t value;
        if (!sample(&p, i % row, &value))
            return ink_fail(err, INK_E_IMAGE, "PNM ends after %zu bytes, in row %zu of %u", bytes.len, i / row + 1,
                            p.height);
        if (value > p.most) value = p.most;
        if (p.bits) value = !value; /* 1 is ink */
        pixels[i] = (uint8_t)((value * 255 + p.most / 2) / p.most);
    }
    *out = (struct ink_image){
        .width = (int)p.width, .height = (int)p.height, .channels = channels, .pixels = pixels, .orientation = 1};
    return INK_OK;
}
