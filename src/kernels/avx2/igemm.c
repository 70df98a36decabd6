/* SPDX-License-Identifier: MIT */
#define LEVEL(name) name##__avx2
#include "kernels/igemm_body.h"
