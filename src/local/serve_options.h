/* SPDX-License-Identifier: MIT */
/* serve_options.h - what `inkling serve` was asked for: command line, environment, defaults. */
#ifndef INK_LOCAL_SERVE_OPTIONS_H
#define INK_LOCAL_SERVE_OPTIONS_H

#include <limits.h>

#include "local/queue.h"

struct ink_serve_options {
    char dir[PATH_MAX];
    char address[64]; /* to listen on; a number, not a name */
    uint16_t port;    /* 0: any that is free */
    bool loopback;
    const char *bucket;
    const char *web;       /* the console's page is read from there; NULL: it is in the program */
    const char *port_file; /* gets the port when the server is ready; or NULL */
    char function[PATH_MAX];
    int workers;
    int timeout_s;
    int memory_mb;
    struct ink_queue_options queue;
    bool verbose;
    bool help;
    char access_key[129], secret[257];
};

/* Strings in it are argv's or its own. INK_E_ARGUMENT: wrong usage; INK_E_DENIED: the default key pair on another address
 * than loopback; others: a key file that cannot be read. */
INK_NODISCARD ink_status ink_serve_options_read(int argc, char **argv, struct ink_serve_options *out,
                                                struct ink_error *err);

extern const char ink_serve_help[];

#endif
