/* SPDX-License-Identifier: MIT */
/* function_code.h - the function that `inkling invoke` starts: a zip, unpacked, or bootstrap beside this program, which is
 * what `inkling package` would zip. And what it takes to start it here: walls, an emulator for another processor. */
#ifndef INK_CLI_FUNCTION_CODE_H
#define INK_CLI_FUNCTION_CODE_H

#include <limits.h>

#include "cli/findings.h"
#include "sandbox/walls.h"

struct ink_function_code {
    char program[PATH_MAX], folder[PATH_MAX]; /* absolute; the program is in the folder */
    char emulator[PATH_MAX];                  /* a static program that runs it; "": none is needed */
    bool temporary;                           /* the folder is ours */
    struct ink_walls walls;
    char no_walls[INK_ERROR_TEXT_MAX]; /* why there are none; "" where there are */
    struct ink_findings findings;      /* of the zip: what Lambda would not like */
};

/* zip     a path; NULL: no zip
 * tmp_mb  what fits in its /tmp
 *
 * INK_E_NOT_FOUND, INK_E_IO; INK_E_FORMAT and INK_E_LIMIT for what Lambda would not take or start (the findings say more),
 * INK_E_UNSUPPORTED for a processor that cannot be emulated here. ink_function_code_close in every case. */
INK_NODISCARD ink_status ink_function_code_open(const char *zip, unsigned tmp_mb, struct ink_function_code *out,
                                                struct ink_error *err);
void ink_function_code_close(struct ink_function_code *code);

#endif
