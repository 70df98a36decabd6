/* SPDX-License-Identifier: MIT */
#define NAME(function) function##__avx2
#include "kernels/quant_rows.h"
