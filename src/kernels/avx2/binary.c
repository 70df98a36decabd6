/* SPDX-License-Identifier: MIT */
#define ROW_LOOKUP ink_binary_row__avx2
#include "kernels/binary_rows.h"
