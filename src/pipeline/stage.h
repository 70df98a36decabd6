/* SPDX-License-Identifier: MIT */
/* stage.h - where an invocation is, for who watches its log: "stage decode 1843" at level DEBUG when a stage begins, with
 * the microseconds since the invocation began. The local cloud's console shows them as they come (docs/console-api.md). */
#ifndef INK_PIPELINE_STAGE_H
#define INK_PIPELINE_STAGE_H

/* The calling thread's invocation begins. */
void ink_stage_start(void);

/* A stage of it does: a constant. The same one again, without another in between, is not told, and nothing is in a thread
 * that no invocation began in. */
void ink_stage(const char *stage);

#endif
