/* SPDX-License-Identifier: MIT */
/* peak.h - the most memory that a program has, from exec to its end. Not what wait4 tells: that counts what the process
 * was before exec as well, a copy of the one that measures. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include <stdint.h>

/* Kilobytes in memory, pages of its file included. args as for execv; stops it just before its end (ptrace). */
uint64_t peak_kb(char *const args[]);

#endif
