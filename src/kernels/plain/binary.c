/* SPDX-License-Identifier: MIT */
#define ROW_LOOKUP ink_binary_row__plain
#include "kernels/binary_rows.h"
