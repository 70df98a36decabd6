/* SPDX-License-Identifier: MIT */
/* fma.h - what the processor can do at most, measured: the roof under which all products stand. */
#ifndef INK_BENCH_FMA_H
#define INK_BENCH_FMA_H

/* Multiply-adds of floats a second, on one core, with registers alone. */
double bench_fma_peak(void);

#endif
