/* SPDX-License-Identifier: MIT */
#include "base/bucket_name.h"

#include <string.h>

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
    size_t text_len = strlen(text), len = strlen(with);
    return text_len >= len && strcmp(text + text_len - len, with) == 0;
}

/* S3 user guide, "General purpose bucket naming rules". */
bool ink_bucket_name_fits(const char *name)
{
    size_t len = strlen(name), dots = 0;
    bool digits_only = true;
    if (len < 3 || len > 63 || !is_alnum(name[0]) || !is_alnum(name[len - 1])) return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_alnum(name[i]) && name[i] != '.' && name[i] != '-') return false;
        if (name[i] == '.' && name[i + 1] == '.') return false;
        dots += name[i] == '.';
        digits_only &= name[i] == '.' || (name[i] >= '0' && name[i] <= '9');
    }
    if (digits_only && dots == 3) return false; /* looks like an IP address */
    return !starts(name, "xn--") && !starts(name, "sthree-") && !starts(name, "amzn-s3-demo-") &&
           !ends(name, "-s3alias") && !ends(name, "--ol-s3") && !ends(name, ".mrap") && !ends(name, "--x-s3");
}
