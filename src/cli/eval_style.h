/* SPDX-License-Identifier: MIT */
/* eval_style.h - eval.css, inside the program: the style of the page that `inkling eval --html` makes. */
#ifndef INK_CLI_EVAL_STYLE_H
#define INK_CLI_EVAL_STYLE_H

#include <stddef.h>

/* Read-only. */
extern const unsigned char ink_eval_style[];
extern const size_t ink_eval_style_len;

#endif
