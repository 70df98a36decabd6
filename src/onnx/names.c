/* SPDX-License-Identifier: MIT */
#include "onnx/names.h"

#include "base/clock.h"

/* FNV-1a (Fowler, Noll, Vo) */
static uint64_t hash_of(struct ink_view name, uint64_t seed)
{
    uint64_t hash = 0xcbf29ce484222325u ^ seed;
    for (size_t i = 0; i < name.len; i++) hash = (hash ^ name.data[i]) * 0x100000001b3u;
    return hash ^ hash >> 32;
}

static int *slot_of(const struct ink_names *names, struct ink_view name)
{
    size_t at = hash_of(name, names->seed) & names->mask;
    while (names->slots[at] && !ink_view_equal(names->names[names->slots[at] - 1], name)) at = (at + 1) & names->mask;
    return &names->slots[at];
}

ink_status ink_names_init(struct ink_names *names, size_t room, struct ink_arena *arena)
{
    size_t slots = 16;
    while (slots < 2 * room) slots *= 2;
    *names = (struct ink_names){
        .names = INK_ARENA_ARRAY(arena, struct ink_view, room),
        .slots = INK_ARENA_ARRAY(arena, int, slots),
        .mask = slots - 1,
        .seed = ink_clock_us() ^ (uintptr_t)names,
    };
    return names->names && names->slots ? INK_OK : INK_E_OOM;
}

int ink_names_find(const struct ink_names *names, struct ink_view name)
{
    return *slot_of(names, name) - 1;
}

int ink_names_add(struct ink_names *names, struct ink_view name)
{
    int *slot = slot_of(names, name);
    if (!*slot) {
        names->names[names->count] = name;
        *slot = ++names->count;
    }
    return *slot - 1;
}
