/* SPDX-License-Identifier: MIT */
/* cold.c - the first event of a function's process, which everything new is paid for: connections, TLS, libraries, the model.
 *
 *   bench-cold ROUNDS EVENT EMPTY NAME=PROGRAM[,ARGUMENT]...
 *
 * The empty program and each of the functions in turn, ROUNDS times. EVENT is a file; the environment must lead to a bucket that
 * has what the event names (cold.py sees to that). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "timed.h"

enum { FUNCTIONS_MAX = 4, ARGUMENTS_MAX = 8 };

struct function {
    char next_name[64], answer_name[64];
    char *args[ARGUMENTS_MAX + 1];
    struct timed to_next, to_answer;
};

static void read_function(char *text, struct function *f)
{
    char *equals = strchr(text, '=');
    int count = 0;
    if (!equals) timed_die("NAME=PROGRAM is wanted");
    *equals = '\0';
    for (char *part = strtok(equals + 1, ","); part && count < ARGUMENTS_MAX; part = strtok(NULL, ","))
        f->args[count++] = part;
    snprintf(f->next_name, sizeof f->next_name, "%.40s, start to /next", text);
    snprintf(f->answer_name, sizeof f->answer_name, "%.40s, start to first answer", text);
    f->to_next.name = f->next_name;
    f->to_answer.name = f->answer_name;
}

int main(int argc, char **argv)
{
    static struct function functions[FUNCTIONS_MAX];
    static struct timed nothing = {"empty static program"};
    int count = argc - 4, rounds = argc > 4 ? atoi(argv[1]) : 0;
    if (count < 1 || count > FUNCTIONS_MAX || rounds < 1 || rounds > TIMED_ROUNDS_MAX) {
        fprintf(stderr, "usage: bench-cold ROUNDS EVENT EMPTY NAME=PROGRAM[,ARGUMENT]...\n");
        return 2;
    }
    struct ink_mapping event;
    if (ink_file_map(argv[2], &event, NULL)) timed_die(argv[2]);
    for (int i = 0; i < count; i++) read_function(argv[4 + i], &functions[i]);

    for (int round = 0; round < rounds; round++) {
        timed_add(&nothing, timed_run((char *[]){argv[3], NULL}));
        for (int i = 0; i < count; i++)
            timed_function(functions[i].args, event.bytes, &functions[i].to_next, &functions[i].to_answer);
    }
    uint64_t base_us = timed_least(&nothing);
    timed_print(&nothing, base_us);
    for (int i = 0; i < count; i++) {
        timed_print(&functions[i].to_next, base_us);
        timed_print(&functions[i].to_answer, base_us);
    }
    ink_file_unmap(&event);
    return 0;
}
