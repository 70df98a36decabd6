/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"

/* A block's data starts at the first aligned byte behind its header. */
struct ink_arena_block {
    struct ink_arena_block *before;
    uint8_t *data;
    size_t size;
    size_t used;
    size_t total_bytes; /* header and slack included */
};

enum { FIRST_BLOCK_BYTES = 16 * 1024, GROWTH_LIMIT_BYTES = 1024 * 1024 };

void ink_arena_init(struct ink_arena *arena, size_t cap_bytes)
{
    *arena = (struct ink_arena){.cap_bytes = cap_bytes};
}

void ink_arena_init_within(struct ink_arena *arena, struct ink_budget *budget)
{
    *arena = (struct ink_arena){.cap_bytes = budget->cap_bytes, .budget = budget};
}

static size_t room_of(const struct ink_arena *arena)
{
    const struct ink_budget *b = arena->budget;
    return b ? b->cap_bytes - b->held_bytes : arena->cap_bytes - arena->held_bytes;
}

static void free_until(struct ink_arena *arena, const struct ink_arena_block *last)
{
    while (arena->block != last) {
        struct ink_arena_block *before = arena->block->before;
        arena->held_bytes -= arena->block->total_bytes;
        if (arena->budget) arena->budget->held_bytes -= arena->block->total_bytes;
        ink_free(arena->block);
        arena->block = before;
    }
}

void ink_arena_cleanup(struct ink_arena *arena)
{
    free_until(arena, NULL);
}

static bool grow(struct ink_arena *arena, size_t len)
{
    /* double what there is, so that many small requests cost few blocks; a large one gets just its own size */
    size_t want = arena->held_bytes < FIRST_BLOCK_BYTES ? FIRST_BLOCK_BYTES : arena->held_bytes;
    if (want > GROWTH_LIMIT_BYTES) want = GROWTH_LIMIT_BYTES;
    if (want < arena->next_bytes) want = arena->next_bytes;
    if (want < len) want = len;

    const size_t overhead = sizeof(struct ink_arena_block) + INK_ARENA_ALIGN;
    size_t room = room_of(arena);
    if (room <= overhead || len > room - overhead) return false;
    if (want > room - overhead) want = room - overhead;

    struct ink_arena_block *block = ink_malloc(want + overhead);
    if (!block) return false;
    uintptr_t start = (uintptr_t)(block + 1);
    *block = (struct ink_arena_block){
        .before = arena->block,
        .data = (uint8_t *)(block + 1) + (-start & (INK_ARENA_ALIGN - 1)),
        .size = want,
        .total_bytes = want + overhead,
    };
    arena->block = block;
    arena->held_bytes += block->total_bytes;
    if (arena->budget) arena->budget->held_bytes += block->total_bytes;
    return true;
}

void *ink_arena_alloc(struct ink_arena *arena, size_t len, size_t align)
{
    struct ink_arena_block *block = arena->block;
    for (int attempt = 0; attempt < 2; attempt++) {
        if (block) {
            size_t start = (block->used + align - 1) & ~(align - 1);
            if (start <= block->size && len <= block->size - start) {
                block->used = start + len;
                return block->data + start;
            }
        }
        if (attempt == 1 || !grow(arena, len)) return NULL;
        block = arena->block;
    }
    return NULL;
}

void *ink_arena_calloc(struct ink_arena *arena, size_t count, size_t size)
{
    size_t len;
    if (!ink_mul_size(count, size, &len)) return NULL;
    void *p = ink_arena_alloc(arena, len, len >= INK_ARENA_ALIGN ? INK_ARENA_ALIGN : 16);
    if (p) memset(p, 0, len);
    return p;
}

char *ink_arena_text(struct ink_arena *arena, struct ink_view text)
{
    size_t len;
    char *copy = ink_add_size(text.len, 1, &len) ? ink_arena_alloc(arena, len, 1) : NULL;
    if (!copy) return NULL;
    if (text.len) memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return copy;
}

char *ink_arena_printf(struct ink_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len < 0 ? NULL : ink_arena_alloc(arena, (size_t)len + 1, 1);
    if (text) vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

struct ink_arena_mark ink_arena_mark(const struct ink_arena *arena)
{
    return (struct ink_arena_mark){arena->block, arena->block ? arena->block->used : 0};
}

void ink_arena_release(struct ink_arena *arena, struct ink_arena_mark mark)
{
    free_until(arena, mark.block);
    if (arena->block) arena->block->used = mark.used;
}

void ink_arena_reset(struct ink_arena *arena)
{
    struct ink_arena_block *block = arena->block;
    if (!block) return;
    if (block->before) {
        arena->next_bytes = arena->held_bytes;
        free_until(arena, NULL);
        return;
    }
    block->used = 0;
}

size_t ink_arena_used(const struct ink_arena *arena)
{
    size_t used = 0;
    for (const struct ink_arena_block *b = arena->block; b; b = b->before) used += b->used;
    return used;
}
