/* SPDX-License-Identifier: MIT */
/* folder.h - a folder for a test, and its removal. */
#ifndef INK_TESTS_LOCAL_FOLDER_H
#define INK_TESTS_LOCAL_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEST_FOLDER_LEN = 64 };

static inline void test_folder_make(char path[TEST_FOLDER_LEN])
{
    snprintf(path, TEST_FOLDER_LEN, "/tmp/inkling-test-XXXXXX");
    if (!mkdtemp(path)) abort();
}

static int test_folder_remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static inline void test_folder_remove(const char *path)
{
    nftw(path, test_folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
