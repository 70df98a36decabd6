/* SPDX-License-Identifier: MIT */
/* seeds.c - under libFuzzer: writes a target's seeds into the corpus folder (the last argument) before it is read. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *folder = *argc > 1 ? (*argv)[*argc - 1] : "";
    struct stat info;
    if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode)) return 0;
    struct ink_buffer seed;
    ink_buffer_init(&seed, 1 << 20);
    for (size_t i = 0; ink_buffer_clear(&seed), ink_fuzz_seed(i, &seed); i++) {
        char path[4096];
        struct ink_error err;
        snprintf(path, sizeof path, "%s/seed-%zu", folder, i);
        if (ink_file_replace(path, ink_buffer_view(&seed), &err)) fprintf(stderr, "%s\n", err.text);
    }
    ink_buffer_cleanup(&seed);
    return 0;
}
