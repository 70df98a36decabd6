/* SPDX-License-Identifier: MIT */
/* start.c - how long our programs take from exec to their first answer, beside an empty static program.
 *
 *   bench-start BUILD MODEL IMAGE ROUNDS
 *
 * Three things in turn, ROUNDS times, so that noise falls on all alike: the empty program; `inkling run MODEL IMAGE`;
 * bootstrap until it asks for its first event. What the first event takes: cold.c. */
#include <stdio.h>
#include <stdlib.h>

#include "timed.h"

int main(int argc, char **argv)
{
    int rounds = argc == 5 ? atoi(argv[4]) : 0;
    if (rounds < 1 || rounds > TIMED_ROUNDS_MAX) {
        fprintf(stderr, "usage: bench-start BUILD MODEL IMAGE ROUNDS (1 to %d)\n", TIMED_ROUNDS_MAX);
        return 2;
    }
    char empty[4096], inkling[4096], bootstrap[4096];
    snprintf(empty, sizeof empty, "%s/bench/empty", argv[1]);
    snprintf(inkling, sizeof inkling, "%s/inkling", argv[1]);
    snprintf(bootstrap, sizeof bootstrap, "%s/bootstrap", argv[1]);

    static struct timed nothing = {"empty static program"}, run = {"inkling run, start to exit"},
                        next = {"bootstrap, start to first /next"};
    for (int i = 0; i < rounds; i++) {
        timed_add(&nothing, timed_run((char *[]){empty, NULL}));
        timed_add(&run, timed_run((char *[]){inkling, "run", argv[2], argv[3], NULL}));
        timed_function((char *[]){bootstrap, NULL}, (struct ink_view){0}, &next, NULL);
    }
    uint64_t base_us = timed_least(&nothing);
    timed_print(&nothing, base_us);
    timed_print(&run, base_us);
    timed_print(&next, base_us);
    return 0;
}
