/* SPDX-License-Identifier: MIT */
#include "cli/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

static char *scaled(uint64_t value, double step, const char *const units[], char out[32])
{
    double v = (double)value;
    int unit = 0;
    while (v >= step && units[unit + 1]) {
        v /= step;
        unit++;
    }
    snprintf(out, 32, unit ? "%.1f %s" : "%.0f %s", v, units[unit]);
    return out;
}

char *ink_print_bytes(uint64_t bytes, char out[32])
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB", NULL};
    return scaled(bytes, 1000, units, out);
}

char *ink_print_count(uint64_t count, char out[32])
{
    static const char *const units[] = {"", "thousand", "million", "billion", NULL};
    scaled(count, 1000, units, out);
    size_t len = strlen(out);
    if (len && out[len - 1] == ' ') out[len - 1] = '\0';
    return out;
}

void ink_print_shape(const struct ink_value_info *info, char *out, size_t out_cap)
{
    if (info->shape.rank < 0) {
        snprintf(out, out_cap, "[...]");
        return;
    }
    size_t used = (size_t)snprintf(out, out_cap, "[");
    for (int i = 0; i < info->shape.rank && used + 2 < out_cap; i++) {
        char name[64] = "?";
        if (info->shape.dims[i] >= 0)
            snprintf(name, sizeof name, "%lld", (long long)info->shape.dims[i]);
        else if (info->dim_names && info->dim_names[i].len)
            ink_text_escape((const char *)info->dim_names[i].data, info->dim_names[i].len, name, sizeof name);
        used += (size_t)snprintf(out + used, out_cap - used, "%s%s", i ? "," : "", name);
    }
    if (used < out_cap) snprintf(out + used, out_cap - used, "]");
}

void ink_print_json(json_t *value)
{
    if (!value) return;
    json_dumpf(value, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(value);
}

bool ink_print_fancy(void)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(term && !strcmp(term, "dumb"));
}

static bool progress_lines;

void ink_print_progress_as_lines(void)
{
    progress_lines = true;
}

/* A hundred lines at most. */
static void print_progress_line(size_t done, size_t total)
{
    static size_t told;
    size_t percent = total ? done * 100 / total : 100;
    if (percent == told && done != total) return;
    told = percent;
    fprintf(stderr, "progress %zu %zu\n", done, total);
}

void ink_print_progress(const char *what, size_t done, size_t total)
{
    if (progress_lines) print_progress_line(done, total);
    if (!isatty(STDERR_FILENO)) return;
    if (done < total)
        fprintf(stderr, "\r%s: %zu of %zu ", what, done, total);
    else
        fprintf(stderr, "\r\033[K");
}

int ink_print_columns(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void ink_print_picture(const uint8_t *pixels, int width, int height)
{
    /* a character cell is twice as high as wide: the upper half is the foreground of U+2580, the lower the background */
    for (int y = 0; y < height; y += 2) {
        printf("  ");
        for (int x = 0; x < width; x++) {
            int upper = pixels[y * width + x], lower = y + 1 < height ? pixels[(y + 1) * width + x] : 0;
            /* 24 greys of the 256-colour palette, 232..255 */
            printf("\033[38;5;%d;48;5;%dm\xe2\x96\x80", 232 + upper * 23 / 255, 232 + lower * 23 / 255);
        }
        printf("\033[0m\n");
    }
}
