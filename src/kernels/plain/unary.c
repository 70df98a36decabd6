/* SPDX-License-Identifier: MIT */
#define ROW_LOOKUP ink_unary_row__plain
#include "kernels/unary_rows.h"
