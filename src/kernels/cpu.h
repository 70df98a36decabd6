/* SPDX-License-Identifier: MIT */
/* cpu.h - which instructions this processor has, asked once (CPUID, HWCAP; never /sys or /proc). */
#ifndef INK_KERNELS_CPU_H
#define INK_KERNELS_CPU_H

#include <stdbool.h>

/* A level is a set of instructions that kernels are written for; each one can run all kernels of PLAIN. */
enum ink_cpu {
    INK_CPU_PLAIN,  /* C alone */
    INK_CPU_NEON,   /* arm64 */
    INK_CPU_AVX2,   /* x86-64-v3: AVX2, FMA, F16C */
    INK_CPU_AVX512, /* x86-64-v4: AVX-512 F, BW, CD, DQ, VL */
    INK_CPU_COUNT
};

/* The level in use: the best one that the processor has, or what INKLING_CPU (plain, neon, avx2, avx512) asks for where
 * the processor can do that. Thread-safe. */
enum ink_cpu ink_cpu_level(void);

/* Whether this processor can run kernels of that level. */
bool ink_cpu_can(enum ink_cpu level);

/* For tests: use this level from now on. False, and nothing changed, where the processor cannot. What was packed for
 * another level before must not be used afterwards. */
bool ink_cpu_force(enum ink_cpu level);

/* "avx2" */
const char *ink_cpu_word(enum ink_cpu level);

#endif
