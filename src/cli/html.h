/* SPDX-License-Identifier: MIT */
/* html.h - text and pictures from outside, inside a page. All append to a buffer, whose `failed` says whether all fitted.
 *
 * A page that is made with these needs no script, no style attribute and no other file. */
#ifndef INK_CLI_HTML_H
#define INK_CLI_HTML_H

#include "base/buffer.h"

/* `text` as one line for an element's content or a quoted attribute: & < > " ' as references; control characters, and
 * bytes that are not UTF-8, as \xNN (base/text.h). Cut at 4 KB. */
void ink_html_text(struct ink_buffer *out, const char *text);

/* A text that is one escaped line already, as struct ink_error has it. */
void ink_html_line(struct ink_buffer *out, const char *line);

/* `data:image/png;base64,...` */
void ink_html_png(struct ink_buffer *out, struct ink_view png);

/* The start of a page up to <body>: its title, its style, and a policy that lets nothing in but this style and pictures
 * that the page itself holds (Content Security Policy Level 3). */
void ink_html_head(struct ink_buffer *out, const char *title, struct ink_view style);

#endif
