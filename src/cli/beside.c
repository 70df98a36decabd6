/* SPDX-License-Identifier: MIT */
#include "cli/beside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool ink_beside(const char *name, char out[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash) *slash = '\0';
    if (snprintf(out, PATH_MAX, "%s/%s", slash ? self : ".", name) >= PATH_MAX) return false;
    return access(out, X_OK) == 0;
}
