/* SPDX-License-Identifier: MIT */
#define LEVEL(name) name##__plain
#include "kernels/igemm_body.h"
