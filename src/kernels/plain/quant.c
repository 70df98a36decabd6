/* SPDX-License-Identifier: MIT */
#define NAME(function) function##__plain
#include "kernels/quant_rows.h"
