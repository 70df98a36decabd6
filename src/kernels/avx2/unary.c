/* SPDX-License-Identifier: MIT */
#define ROW_LOOKUP ink_unary_row__avx2
#include "kernels/unary_rows.h"
