/* SPDX-License-Identifier: MIT */
/* main.c - the program `inkling`: finds the command, reads its line, runs it. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static const struct ink_command *const commands[] = {
    &ink_command_run,     &ink_command_inspect, &ink_command_check,   &ink_command_eval,   &ink_command_bench,
    &ink_command_serve,   &ink_command_invoke,  &ink_command_deploy,  &ink_command_status, &ink_command_logs,
    &ink_command_destroy, &ink_command_sweep,   &ink_command_package,
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void help(FILE *to)
{
    fprintf(to, "inkling " INK_VERSION ": reads handwriting with your ONNX model, here and in the cloud\n\n"
                "usage: inkling COMMAND [ARGUMENT...]\n\n");
    for (int i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-9s %-18s %s\n", commands[i]->name, commands[i]->arguments, commands[i]->summary);
    fprintf(to, "\n`inkling COMMAND --help` tells more. A first try:\n\n"
                "  inkling run model.onnx digit.png --show\n\n"
                "Exit status: 0 done, 1 the job failed, 2 wrong usage.\n");
}

/* Levenshtein's distance (1966) of two short words, with two rows. */
static int distance(const char *a, const char *b)
{
    int row[32];
    int b_len = (int)strlen(b);
    if (b_len >= 31 || strlen(a) >= 31) return 99;
    for (int j = 0; j <= b_len; j++) row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= b_len; j++) {
            int best = corner + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            corner = row[j];
            row[j] = best;
        }
    }
    return row[b_len];
}

static int unknown_command(const char *name)
{
    const struct ink_command *nearest = NULL;
    int least = 3; /* farther off is not a slip of the finger */
    for (int i = 0; i < COMMANDS; i++) {
        int d = distance(name, commands[i]->name);
        if (d < least) {
            least = d;
            nearest = commands[i];
        }
    }
    fprintf(stderr, "inkling: %.60s: there is no such command%s%s%s\n", name, nearest ? "; did you mean `inkling " : "",
            nearest ? nearest->name : "", nearest ? "`?" : ", see `inkling --help`");
    return INK_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return INK_EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("inkling " INK_VERSION);
        return INK_EXIT_DONE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        help(stdout);
        return INK_EXIT_DONE;
    }
    const struct ink_command *command = NULL;
    for (int i = 0; i < COMMANDS; i++)
        if (!strcmp(argv[1], commands[i]->name)) command = commands[i];
    if (!command) return unknown_command(argv[1]);

    struct ink_args args;
    struct ink_error err = {0};
    bool wants_help;
    if (ink_args_read(command, argc - 2, argv + 2, &args, &wants_help, &err))
        return ink_command_misused(&args, "%s", err.text);
    if (wants_help) {
        ink_command_help(command);
        return INK_EXIT_DONE;
    }
    int code = command->run(&args);
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "inkling: %s: the output could not be written\n", command->name);
        return INK_EXIT_FAILED;
    }
    return code;
}
