/* SPDX-License-Identifier: MIT */
/* beside.h - the other programs of a build lie in the folder of this one. */
#ifndef INK_CLI_BESIDE_H
#define INK_CLI_BESIDE_H

#include <limits.h>

#include "base/status.h"

/* The path of `name` in this program's folder; false where it is not there or may not be run. out is set in both cases. */
bool ink_beside(const char *name, char out[PATH_MAX]);

#endif
