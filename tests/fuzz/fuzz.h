/* SPDX-License-Identifier: MIT */
/* fuzz.h - what a fuzz target is: a function that must survive any bytes, and inputs to start from.
 *
 * With -Dfuzz=true (clang) libFuzzer drives it. Otherwise driver.c does, as a test: a short, always equal run of changed
 * seeds, so that a target cannot rot. */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/buffer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Puts the index-th input to start from into out (cleared before); false behind the last. */
bool ink_fuzz_seed(size_t index, struct ink_buffer *out);

#endif
