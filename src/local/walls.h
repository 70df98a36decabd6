/* SPDX-License-Identifier: MIT */
/* walls.h - what a function's process sees of the machine: a root of its own with /var/task (its folder, read-only) and an
 * empty /tmp, as on Lambda; what is not static gets /usr, /lib*, /bin and /sbin of the host besides, read-only, a few of
 * /dev, and of /proc itself alone. In user and mount namespaces of its own, so no privilege is needed and none is left:
 * user 1000, no capabilities. The network is the host's. */
#ifndef INK_LOCAL_WALLS_H
#define INK_LOCAL_WALLS_H

#include "base/status.h"

struct ink_walls {
    bool raised;      /* false: no walls */
    bool host;        /* /usr and so on */
    const char *only; /* the one file of the folder that is shown; NULL: all of it */
};

/* What the program (absolute, in `folder`) needs, tried in a child. Where namespaces are refused, INK_E_DENIED and the
 * reason; out->raised is false then. `only` points into `program`. */
ink_status ink_walls_for(const char *program, const char *folder, struct ink_walls *out, struct ink_error *err);

/* In a child of its own, before exec: raises them and leaves it in /var/task. false with errno; only _exit is sensible
 * then. Safe after fork in a process with threads. */
bool ink_walls_raise(const struct ink_walls *walls, const char *folder);

#endif
