/* SPDX-License-Identifier: MIT */
/* serve.c - starts the local cloud: inkling-serve, which lies beside this program. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/beside.h"
#include "cli/command.h"

static int serve(const struct ink_args *args)
{
    char path[PATH_MAX];
    char *line[2 * INK_OPTIONS_MAX + 2] = {path};
    char names[INK_OPTIONS_MAX][32];
    int count = 1;
    if (!ink_beside("inkling-serve", path))
        return ink_command_fail(args, "%s: it is not there: build it with `./do build`", path);
    for (int i = 0; i < INK_OPTIONS_MAX && args->command->options[i].name; i++) {
        if (!args->values[i]) continue;
        snprintf(names[i], sizeof names[i], "--%s", args->command->options[i].name);
        line[count++] = names[i];
        if (args->command->options[i].value) line[count++] = (char *)(uintptr_t)args->values[i];
    }
    execv(path, line);
    return ink_command_fail(args, "%s: %s", path, strerror(errno));
}

const struct ink_command ink_command_serve = {
    .name = "serve",
    .arguments = "",
    .summary = "the local cloud: S3 and the function on this machine",
    .help = "Starts an S3 service with one bucket that wakes the function: put model.onnx and digit.png into it with "
            "any S3 client\n"
            "and get results.txt. Prints the lines to export. Ends with Ctrl-C; what is in the bucket stays.\n\n"
            "  inkling serve\n"
            "  aws s3 cp digit.png s3://handwriting/       (in another terminal, with the lines exported)\n",
    .options = {{"dir", "D", "where everything is kept"},
                {"listen", "ADDRESS:PORT", "where to listen (127.0.0.1:9000; port 0: any that is free)"},
                {"bucket", "NAME", "the bucket that is there at the start (handwriting)"},
                {"port-file", "FILE", "write the port there once it is known"},
                {"web", "DIR", "the console's page from this folder (it is in the program)"},
                {"verbose", NULL, "a line for each request"}},
    .least = 0,
    .most = 0,
    .run = serve,
};
