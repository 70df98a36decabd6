/* SPDX-License-Identifier: MIT */
#include "kernels/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#ifdef __aarch64__
#include <sys/auxv.h>
#endif

static const char *const WORDS[INK_CPU_COUNT] = {
    [INK_CPU_PLAIN] = "plain", [INK_CPU_NEON] = "neon", [INK_CPU_AVX2] = "avx2", [INK_CPU_AVX512] = "avx512"};

/* The level in use + 1; 0 until somebody asked. Two threads that ask at the same time find the same. */
static atomic_int chosen;

bool ink_cpu_can(enum ink_cpu level)
{
    switch (level) {
    case INK_CPU_PLAIN: return true;
#if defined(__x86_64__)
    case INK_CPU_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case INK_CPU_AVX512:
        return ink_cpu_can(INK_CPU_AVX2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
#elif defined(__aarch64__)
    case INK_CPU_NEON: return getauxval(AT_HWCAP) & HWCAP_ASIMD;
#endif
    default: return false;
    }
}

static enum ink_cpu choose(void)
{
    const char *wish = getenv("INKLING_CPU");
    if (wish && *wish) {
        for (int level = 0; level < INK_CPU_COUNT; level++)
            if (strcmp(wish, WORDS[level]) == 0 && ink_cpu_can(level)) return level;
        ink_log(INK_LOG_WARN, "INKLING_CPU=%s: this processor has no such level; using the best that it has", wish);
    }
    int best = INK_CPU_COUNT - 1;
    while (!ink_cpu_can(best)) best--;
    return best;
}

enum ink_cpu ink_cpu_level(void)
{
    int level = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (level == 0) {
        level = choose() + 1;
        atomic_store_explicit(&chosen, level, memory_order_relaxed);
    }
    return level - 1;
}

bool ink_cpu_force(enum ink_cpu level)
{
    if (!ink_cpu_can(level)) return false;
    atomic_store_explicit(&chosen, (int)level + 1, memory_order_relaxed);
    return true;
}

const char *ink_cpu_word(enum ink_cpu level)
{
    return WORDS[level];
}
