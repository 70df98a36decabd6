/* SPDX-License-Identifier: MIT */
/* walls.h - what a function's process sees of the machine: a root of its own with /var/task (its folder, read-only) and an
 * empty /tmp, as on Lambda; what is not static gets /usr, /lib*, /bin and /sbin of the host besides, read-only, a few of
 * /dev, and of /proc itself alone. In user, mount and process namespaces of its own, so no privilege is needed and none is
 * left: user 1000, no capabilities, no process in sight but its own. The network is the host's. */
#ifndef INK_SANDBOX_WALLS_H
#define INK_SANDBOX_WALLS_H

#include "base/status.h"

enum { INK_WALLS_TMP_MB = 512 }; /* of /tmp, as Lambda gives */

struct ink_walls {
    bool raised;          /* false: no walls */
    bool host;            /* /usr and so on */
    bool names;           /* what finding other machines takes: /etc/hosts, /etc/resolv.conf, with `host` /etc/ssl */
    unsigned tmp_mb;      /* what fits in /tmp */
    bool as_nobody;       /* root starts it as another user, whose processes the system counts and limits */
    const char *only;     /* the one file of the folder that is shown; NULL: all of it */
    const char *emulator; /* a static program of the host's, not below /tmp, shown as INK_WALLS_EMULATOR; NULL: none */
};

#define INK_WALLS_EMULATOR "/var/emulator"

/* What the program (absolute, in `folder`) needs, tried in a child. Root does not run it as itself, unless nobody else may
 * read the folder. names, tmp_mb (0: INK_WALLS_TMP_MB) and emulator are the caller's to say, before. Where namespaces are
 * refused, INK_E_DENIED and the reason; walls->raised is false then. `only` points into `program`. */
ink_status ink_walls_for(const char *program, const char *folder, struct ink_walls *walls, struct ink_error *err);

/* Both: in the folder that becomes /var/task; false with errno, only _exit is sensible then. Safe after fork in a process
 * with threads.
 *
 * enter: in a child of its own, which stays outside of the process namespace: its children are inside, the first as
 * process 1, with whose end they all end. raise: in such a child, before exec; leaves it in /var/task. */
bool ink_walls_enter(const struct ink_walls *walls);
bool ink_walls_raise(const struct ink_walls *walls);

#endif
