/* SPDX-License-Identifier: MIT */
/* start.c - what our programs take from exec to their first answer, in time and memory, beside an empty static program.
 *
 *   bench-start BUILD MODEL IMAGE ROUNDS
 *
 * Four things in turn, ROUNDS times, so that noise falls on all alike: the empty program; `inkling run MODEL IMAGE`; the
 * same where nothing is kept of what the model wants, so that one without settings is asked (pipeline/probe.h); bootstrap until it asks for its first
 * event. What the first event takes: cold.c. */
#include <stdio.h>
#include <stdlib.h>

#include "peak.h"
#include "timed.h"

static void print(struct timed *series, const struct timed *nothing, uint64_t peak, uint64_t empty_peak)
{
    timed_print(series, timed_least(nothing));
    printf("%38s least: %.2f times the empty program's", "",
           (double)timed_least(series) / (double)timed_least(nothing));
    if (peak) printf("; at most %.1f MB more in memory", (double)(peak - empty_peak) / 1024);
    printf("\n");
}

int main(int argc, char **argv)
{
    int rounds = argc == 5 ? atoi(argv[4]) : 0;
    if (rounds < 1 || rounds > TIMED_ROUNDS_MAX) {
        fprintf(stderr, "usage: bench-start BUILD MODEL IMAGE ROUNDS (1 to %d)\n", TIMED_ROUNDS_MAX);
        return 2;
    }
    char empty[4096], inkling[4096], bootstrap[4096], cache[] = "/tmp/inkling-bench-XXXXXX", remove[80];
    snprintf(empty, sizeof empty, "%s/bench/empty", argv[1]);
    snprintf(inkling, sizeof inkling, "%s/inkling", argv[1]);
    snprintf(bootstrap, sizeof bootstrap, "%s/bootstrap", argv[1]);
    if (!mkdtemp(cache)) timed_die(cache);

    static struct timed nothing = {"empty static program"}, run = {"inkling run, start to exit"},
                        asked = {"inkling run, the first time"}, next = {"bootstrap, start to first /next"};
    char *empty_args[] = {empty, NULL}, *run_args[] = {inkling, "run", argv[2], argv[3], NULL};
    for (int i = 0; i < rounds; i++) {
        timed_add(&nothing, timed_run(empty_args));
        setenv("XDG_CACHE_HOME", "/dev/null", 1);
        timed_add(&asked, timed_run(run_args));
        setenv("XDG_CACHE_HOME", cache, 1);
        if (i == 0) timed_run(run_args); /* from here on it is kept */
        timed_add(&run, timed_run(run_args));
        timed_function((char *[]){bootstrap, NULL}, (struct ink_view){0}, &next, NULL);
    }
    uint64_t empty_peak = peak_kb(empty_args), run_peak = peak_kb(run_args);
    setenv("XDG_CACHE_HOME", "/dev/null", 1);
    timed_print(&nothing, timed_least(&nothing));
    print(&run, &nothing, run_peak, empty_peak);
    print(&asked, &nothing, peak_kb(run_args), empty_peak);
    print(&next, &nothing, 0, 0);
    snprintf(remove, sizeof remove, "rm -rf '%s'", cache);
    return system(remove) ? 1 : 0;
}
