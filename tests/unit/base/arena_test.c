/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buffer.h"

static void aligned_and_apart(void **state)
{
    struct ink_arena arena;
    ink_arena_init(&arena, 1 << 20);
    uint8_t *before = NULL;
    for (size_t len = 1; len < 300; len += 7) {
        uint8_t *p = ink_arena_alloc(&arena, len, INK_ARENA_ALIGN);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % INK_ARENA_ALIGN, 0);
        assert_true(p != before);
        memset(p, 0xAB, len);
        before = p;
    }
    ink_arena_cleanup(&arena);
}

static void cap_is_kept(void **state)
{
    struct ink_arena arena;
    ink_arena_init(&arena, 100000);
    assert_null(ink_arena_alloc(&arena, 100001, 1));
    assert_null(ink_arena_alloc(&arena, SIZE_MAX, 1));
    assert_null(ink_arena_calloc(&arena, SIZE_MAX / 2, 3));
    size_t got = 0;
    while (ink_arena_alloc(&arena, 1000, 1)) got += 1000;
    assert_in_range(got, 90000, 100000);
    assert_true(arena.held_bytes <= 100000);
    ink_arena_reset(&arena);
    assert_int_equal(ink_arena_used(&arena), 0);
    ink_arena_cleanup(&arena);
    assert_int_equal(arena.held_bytes, 0);
}

static void budget_is_shared(void **state)
{
    struct ink_budget budget = {.cap_bytes = 200000};
    struct ink_arena one, two;
    ink_arena_init_within(&one, &budget);
    ink_arena_init_within(&two, &budget);
    assert_non_null(ink_arena_alloc(&one, 100000, 1));
    assert_null(ink_arena_alloc(&two, 100000, 1));
    assert_non_null(ink_arena_alloc(&two, 50000, 1));
    assert_int_equal(budget.held_bytes, one.held_bytes + two.held_bytes);
    ink_arena_cleanup(&one);
    assert_non_null(ink_arena_alloc(&two, 100000, 1));
    ink_arena_cleanup(&two);
    assert_int_equal(budget.held_bytes, 0);
}

static void release_goes_back(void **state)
{
    struct ink_arena arena;
    ink_arena_init(&arena, 64 << 20);
    char *kept = ink_arena_printf(&arena, "%s-%d", "kept", 7);
    struct ink_arena_mark mark = ink_arena_mark(&arena);
    size_t used = ink_arena_used(&arena);
    for (int i = 0; i < 100; i++) assert_non_null(ink_arena_alloc(&arena, 100000, 64));
    ink_arena_release(&arena, mark);
    assert_int_equal(ink_arena_used(&arena), used);
    assert_string_equal(kept, "kept-7");
    ink_arena_cleanup(&arena);
}

static void failed_allocation_is_null(void **state)
{
    struct ink_arena arena;
    ink_arena_init(&arena, 1 << 20);
    ink_alloc_fail_at(1);
    assert_null(ink_arena_alloc(&arena, 10, 1));
    ink_alloc_fail_at(0);
    assert_non_null(ink_arena_alloc(&arena, 10, 1));
    ink_arena_cleanup(&arena);
}

static void buffer_keeps_its_cap(void **state)
{
    struct ink_buffer buffer;
    ink_buffer_init(&buffer, 10);
    assert_int_equal(ink_buffer_text(&buffer, "12345"), INK_OK);
    assert_int_equal(ink_buffer_printf(&buffer, "%s", "67890"), INK_OK);
    assert_int_equal(ink_buffer_text(&buffer, "!"), INK_E_LIMIT);
    assert_true(buffer.failed);
    assert_string_equal((char *)buffer.data, "1234567890");
    ink_buffer_clear(&buffer);
    assert_false(buffer.failed);
    assert_int_equal(buffer.len, 0);
    ink_buffer_cleanup(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligned_and_apart),         cmocka_unit_test(cap_is_kept),
        cmocka_unit_test(budget_is_shared),          cmocka_unit_test(release_goes_back),
        cmocka_unit_test(failed_allocation_is_null), cmocka_unit_test(buffer_keeps_its_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
