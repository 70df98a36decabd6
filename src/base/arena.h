/* SPDX-License-Identifier: MIT */
/* arena.h - memory that is given back all at once. Three lifetimes use it: a model, a run, a request.
 *
 * Blocks grow as needed up to a cap, so that hostile input ends in INK_E_OOM (NULL here) and not in the machine's swap.
 * Not thread-safe: one arena a thread. */
#ifndef INK_BASE_ARENA_H
#define INK_BASE_ARENA_H

#include "base/status.h"
#include "base/view.h"

enum { INK_ARENA_ALIGN = 64 }; /* what kernels want: a cache line, and a full AVX-512 register */

struct ink_arena_block;

/* One cap for several arenas. */
struct ink_budget {
    size_t cap_bytes;
    size_t held_bytes; /* by all of them; they keep it */
};

struct ink_arena {
    struct ink_arena_block *block; /* the newest; each points to the one before */
    size_t cap_bytes;              /* for all blocks together */
    size_t held_bytes;             /* taken from the heap so far */
    struct ink_budget *budget;     /* NULL: its own cap alone */
    size_t next_bytes;             /* how large the next block should be: what the last request took together */
};

/* A point to go back to. Valid until the arena is reset or released to an older mark. */
struct ink_arena_mark {
    struct ink_arena_block *block;
    size_t used;
};

void ink_arena_init(struct ink_arena *arena, size_t cap_bytes);
void ink_arena_init_within(struct ink_arena *arena, struct ink_budget *budget); /* which must live longer */
void ink_arena_cleanup(struct ink_arena *arena);

/* `len` bytes, not initialised, aligned to `align` (a power of two, at most INK_ARENA_ALIGN); len 0 is allowed.
 * NULL when the cap or the machine's memory is reached. Lives until reset, cleanup, or release to an older mark. */
void *ink_arena_alloc(struct ink_arena *arena, size_t len, size_t align);

/* count * size bytes, zeroed, aligned to 16 or, from 64 bytes on, to INK_ARENA_ALIGN; NULL on overflow as well. */
void *ink_arena_calloc(struct ink_arena *arena, size_t count, size_t size);

/* A NUL-terminated copy. */
char *ink_arena_text(struct ink_arena *arena, struct ink_view text);
char *ink_arena_printf(struct ink_arena *arena, const char *format, ...) INK_PRINTF(2, 3);

struct ink_arena_mark ink_arena_mark(const struct ink_arena *arena);
void ink_arena_release(struct ink_arena *arena, struct ink_arena_mark mark);

/* Forgets everything. One block is kept, or its size remembered where there were several, so that a request like the one
 * before takes its memory in one piece and the one after that takes none. */
void ink_arena_reset(struct ink_arena *arena);

/* Bytes handed out (with alignment), for figures of peak memory. */
size_t ink_arena_used(const struct ink_arena *arena);

/* An array of `count` zeroed T. */
#define INK_ARENA_ARRAY(arena, T, count) ((T *)ink_arena_calloc((arena), (count), sizeof(T)))
#define INK_ARENA_NEW(arena, T)          INK_ARENA_ARRAY(arena, T, 1)

#endif
