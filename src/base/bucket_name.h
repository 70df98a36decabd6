/* SPDX-License-Identifier: MIT */
/* bucket_name.h - which names S3 takes for a bucket. */
#ifndef INK_BASE_BUCKET_NAME_H
#define INK_BASE_BUCKET_NAME_H

#include <stdbool.h>

bool ink_bucket_name_fits(const char *name);

#endif
