/* SPDX-License-Identifier: MIT */
/* print.h - figures as people read them, JSON, and what a terminal can show. */
#ifndef INK_CLI_PRINT_H
#define INK_CLI_PRINT_H

#include <jansson.h>

#include "onnx/model.h"

/* "26.4 KB", "1.2 GB"; returns out. */
char *ink_print_bytes(uint64_t bytes, char out[32]);

/* "792.0 K", "4.1 G"; returns out. */
char *ink_print_count(uint64_t count, char out[32]);

/* "[N,1,28,28]": names where dimensions have one, ? where nothing is known. */
void ink_print_shape(const struct ink_value_info *info, char *out, size_t out_cap);

/* Prints and frees; keys in their order, a newline at the end. NULL (out of memory) prints nothing. */
void ink_print_json(json_t *value);

/* Whether colours, bars and pictures may go to stdout: it is a terminal, TERM is not "dumb" and NO_COLOR is not set. */
bool ink_print_fancy(void);

/* A line on stderr that is drawn over and over, on a terminal only: "eval: 120 of 207". done == total ends it. */
void ink_print_progress(const char *what, size_t done, size_t total);

/* From now on also "progress DONE TOTAL" on stderr, terminal or not: for a program that has started this one. */
void ink_print_progress_as_lines(void);

/* Columns of the terminal that stdout is; 80 where it is none. */
int ink_print_columns(void);

/* A grey picture as half-block characters, two rows a line, white ink on black; bytes [height, width]. */
void ink_print_picture(const uint8_t *pixels, int width, int height);

#endif
