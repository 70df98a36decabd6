/* SPDX-License-Identifier: MIT */
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int option_at(const struct ink_command *command, const char *name, size_t len)
{
    for (int i = 0; i < INK_OPTIONS_MAX && command->options[i].name; i++)
        if (strlen(command->options[i].name) == len && !memcmp(command->options[i].name, name, len)) return i;
    return -1;
}

/* --name, --name=value, or --name with its value in `next`; *used tells whether that was taken. */
static ink_status read_option(const struct ink_command *command, const char *text, const char *next,
                              struct ink_args *out, bool *used, struct ink_error *err)
{
    const char *equals = strchr(text, '=');
    size_t len = equals ? (size_t)(equals - text) : strlen(text);
    int i = option_at(command, text, len);
    *used = false;
    if (i < 0) return ink_fail(err, INK_E_ARGUMENT, "there is no option --%.*s", (int)(len < 60 ? len : 60), text);
    if (!command->options[i].value) {
        if (equals) return ink_fail(err, INK_E_ARGUMENT, "--%s takes no value", command->options[i].name);
        out->values[i] = "";
        return INK_OK;
    }
    if (!equals && !next)
        return ink_fail(err, INK_E_ARGUMENT, "--%s wants a value: --%s %s", command->options[i].name,
                        command->options[i].name, command->options[i].value);
    *used = !equals;
    out->values[i] = equals ? equals + 1 : next;
    if (!command->options[i].many) return INK_OK;
    if (out->repeated_count == INK_REPEATED_MAX)
        return ink_fail(err, INK_E_ARGUMENT, "--%s may be given %d times", command->options[i].name, INK_REPEATED_MAX);
    out->repeated[out->repeated_count++] = out->values[i];
    return INK_OK;
}

ink_status ink_args_read(const struct ink_command *command, int argc, char **argv, struct ink_args *out, bool *help,
                         struct ink_error *err)
{
    *out = (struct ink_args){.command = command, .rest = argv};
    *help = false;
    bool options_end = false;
    for (int i = 0; i < argc; i++) {
        char *text = argv[i];
        bool used = false;
        if (options_end || text[0] != '-' || !text[1]) {
            out->rest[out->count++] = text; /* never ahead of i */
            continue;
        }
        if (!strcmp(text, "--")) {
            options_end = true;
            continue;
        }
        if (!strcmp(text, "--help") || !strcmp(text, "-h")) {
            *help = true;
            return INK_OK;
        }
        /* a name of one letter has one dash */
        bool letter = text[1] != '-' && text[2] == '\0' && option_at(command, text + 1, 1) >= 0;
        if (text[1] != '-' && !letter)
            return ink_fail(err, INK_E_ARGUMENT, "there is no option %.60s (a file of that name: ./%.60s)", text, text);
        ink_status st =
            read_option(command, text + (letter ? 1 : 2), i + 1 < argc ? argv[i + 1] : NULL, out, &used, err);
        if (st) return st;
        i += used;
    }
    if (out->count < command->least) return ink_fail(err, INK_E_ARGUMENT, "it wants %s", command->arguments);
    if (command->most >= 0 && out->count > command->most)
        return ink_fail(err, INK_E_ARGUMENT, "\"%.100s\" is one argument too many: it wants %s",
                        out->rest[command->most], *command->arguments ? command->arguments : "none");
    return INK_OK;
}

const char *ink_args_value(const struct ink_args *args, const char *name)
{
    int i = option_at(args->command, name, strlen(name));
    return i < 0 ? NULL : args->values[i];
}

bool ink_args_switch(const struct ink_args *args, const char *name)
{
    return ink_args_value(args, name) != NULL;
}

bool ink_args_number(const struct ink_args *args, const char *name, long least, long most, long otherwise, long *out)
{
    const char *text = ink_args_value(args, name);
    *out = otherwise;
    if (!text) return true;
    char *end;
    *out = strtol(text, &end, 10);
    if (*text && !*end && *out >= least && *out <= most) return true;
    ink_command_misused(args, "--%s: \"%.60s\" is not a whole number from %ld to %ld", name, text, least, most);
    return false;
}

static void complain(const struct ink_args *args, const char *format, va_list list)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, list);
    fflush(stdout);
    fprintf(stderr, "inkling: %s: %s\n", args->command->name, text);
}

int ink_command_fail(const struct ink_args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    complain(args, format, list);
    va_end(list);
    return INK_EXIT_FAILED;
}

int ink_command_misused(const struct ink_args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    complain(args, format, list);
    va_end(list);
    fprintf(stderr, "See `inkling %s --help`.\n", args->command->name);
    return INK_EXIT_USAGE;
}

void ink_command_help(const struct ink_command *command)
{
    printf("usage: inkling %s%s%s", command->name, *command->arguments ? " " : "", command->arguments);
    if (command->options[0].name) printf(" [OPTION...]");
    printf("\n\n%s", command->help);
    for (int i = 0; i < INK_OPTIONS_MAX && command->options[i].name; i++) {
        char left[48];
        const struct ink_option *o = &command->options[i];
        snprintf(left, sizeof left, "%s%s%s%s", o->name[1] ? "--" : "-", o->name, o->value ? " " : "",
                 o->value ? o->value : "");
        printf("%s  %-22s %s\n", i ? "" : "\n", left, o->help);
    }
}
