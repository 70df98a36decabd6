/* SPDX-License-Identifier: MIT */
#define LEVEL(name) name##__plain
#include "kernels/winograd_body.h"
