/* SPDX-License-Identifier: MIT */
/* command.h - what a command is: one row of the table in main.c, one file, one function.
 *
 * Errors go to stderr as `inkling: COMMAND: WHAT: why, and what to do`; only commands print and only main exits. */
#ifndef INK_CLI_COMMAND_H
#define INK_CLI_COMMAND_H

#include "base/status.h"

enum { INK_EXIT_DONE = 0, INK_EXIT_FAILED = 1, INK_EXIT_USAGE = 2 };

enum { INK_OPTIONS_MAX = 16, INK_REPEATED_MAX = 64 };

struct ink_option {
    const char *name;  /* "threads", for --threads; "o", for -o */
    const char *value; /* "N" as shown in the help; NULL: a switch */
    const char *help;
    bool many; /* may be given several times; at most one option of a command is so */
};

struct ink_args;

struct ink_command {
    const char *name;
    const char *arguments;                      /* "MODEL IMAGE..." */
    const char *summary;                        /* one line, for `inkling --help` */
    const char *help;                           /* what it does, with an example; ends with a newline */
    struct ink_option options[INK_OPTIONS_MAX]; /* up to the first without a name */
    int least, most;                            /* how many arguments; most -1: any number */
    int (*run)(const struct ink_args *args);    /* returns an INK_EXIT_ code */
};

struct ink_args {
    const struct ink_command *command;
    const char *values[INK_OPTIONS_MAX];    /* by place in options: NULL not given, "" for a switch that is */
    const char *repeated[INK_REPEATED_MAX]; /* the values of the option that may be given several times */
    int repeated_count;
    char **rest; /* the arguments that are no options */
    int count;
};

/* Reads the command line behind the command's name. Options may stand anywhere, as `--name value` or `--name=value`; "--"
 * ends them; "-" is an argument. argv's pointers are sorted so that `rest` can point into it. *help is set for --help.
 * INK_E_ARGUMENT with a sentence for the user. */
INK_NODISCARD ink_status ink_args_read(const struct ink_command *command, int argc, char **argv, struct ink_args *out,
                                       bool *help, struct ink_error *err);

/* The option's value by name; NULL where it is not given. */
const char *ink_args_value(const struct ink_args *args, const char *name);
bool ink_args_switch(const struct ink_args *args, const char *name);

/* A whole number in [least, most], `otherwise` where the option is not given. False after a message to stderr: return
 * INK_EXIT_USAGE then. */
bool ink_args_number(const struct ink_args *args, const char *name, long least, long most, long otherwise, long *out);

/* `inkling: COMMAND: text` to stderr; returns INK_EXIT_FAILED. */
int ink_command_fail(const struct ink_args *args, const char *format, ...) INK_PRINTF(2, 3);

/* The same with a hint at --help; returns INK_EXIT_USAGE. */
int ink_command_misused(const struct ink_args *args, const char *format, ...) INK_PRINTF(2, 3);

void ink_command_help(const struct ink_command *command);

/* the rows */
extern const struct ink_command ink_command_run, ink_command_inspect, ink_command_check, ink_command_eval,
    ink_command_bench, ink_command_deploy, ink_command_status, ink_command_logs, ink_command_destroy, ink_command_serve,
    ink_command_invoke, ink_command_sweep, ink_command_package;

#endif
