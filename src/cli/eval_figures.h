/* SPDX-License-Identifier: MIT */
/* eval_figures.h - the drawings of the page that `inkling eval --html` makes: inline SVG, coloured by the page's style.
 *
 * Sizes are in CSS pixels; a figure gets narrower with the page. Words are in the figures' <title>s and in the text beside
 * them, so nothing is said by colour alone. All append to a buffer. */
#ifndef INK_CLI_EVAL_FIGURES_H
#define INK_CLI_EVAL_FIGURES_H

#include "base/buffer.h"
#include "cli/evaluation.h"

/* A bar that is `share` (cut to 0..1) full; kind is its class in the style: "right", "wrong", "plain". */
void ink_figure_bar(struct ink_buffer *out, double share, const char *kind);

/* The accuracy as a dot on its 95 % interval, on a scale from `from` (a multiple of 0.1, below 1) to 1. */
void ink_figure_interval(struct ink_buffer *out, const struct ink_summary *summary, double from);

/* Rows what is shown (labels without pictures are left out), columns what was answered; the colour is the share of the row. summary->confusion is not NULL. */
void ink_figure_confusion(struct ink_buffer *out, const struct ink_summary *summary);

/* The reliability diagram: how often answers of each probability are right. */
void ink_figure_calibration(struct ink_buffer *out, const struct ink_summary *summary);

/* How long the pictures took, ten bars a decade. */
void ink_figure_times(struct ink_buffer *out, const struct ink_evaluation *evaluation,
                      const struct ink_summary *summary);

#endif
