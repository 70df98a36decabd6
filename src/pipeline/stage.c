/* SPDX-License-Identifier: MIT */
#include "pipeline/stage.h"

#include <stddef.h>

#include "base/clock.h"
#include "base/log.h"

static _Thread_local uint64_t started_us;
static _Thread_local const char *current;

void ink_stage_start(void)
{
    started_us = ink_clock_us();
    current = NULL;
}

void ink_stage(const char *stage)
{
    if (stage == current || !started_us) return;
    current = stage;
    ink_log(INK_LOG_DEBUG, "stage %s %llu", stage, (unsigned long long)(ink_clock_us() - started_us));
}
