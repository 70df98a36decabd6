/* SPDX-License-Identifier: MIT */
/* unpack.h - a function's zip as a folder, the way Lambda lays it out in /var/task.
 *
 * The zip is a stranger's: nothing is written outside of the folder, links lead to places in it, and it ends where Lambda
 * ends: 250 MB unpacked. */
#ifndef INK_CLI_UNPACK_H
#define INK_CLI_UNPACK_H

#include "base/status.h"
#include "base/view.h"

/* Fills the folder, which is there, is empty, and which nobody else can write to. What was written before an error stays.
 *
 * INK_E_FORMAT: a damaged zip, a name or a link that leads out of it, a device, a name that is there twice. INK_E_LIMIT:
 * more than 250 MB. INK_E_UNSUPPORTED: encrypted, an unknown method. INK_E_IO, INK_E_OOM. */
INK_NODISCARD ink_status ink_unpack(struct ink_view zip, const char *folder, struct ink_error *err);

/* Removes the folder and all that is in it; follows no link. */
void ink_unpack_remove(const char *folder);

#endif
