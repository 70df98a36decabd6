/* SPDX-License-Identifier: MIT */
#include "peak.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timed.h"

static _Noreturn void become(char *const args[])
{
    int nothing = open("/dev/null", O_WRONLY);
    if (nothing < 0 || dup2(nothing, STDOUT_FILENO) < 0 || ptrace(PTRACE_TRACEME, 0, NULL, NULL)) _exit(126);
    execv(args[0], args);
    _exit(127);
}

static uint64_t high_water_kb(pid_t pid)
{
    char path[40], line[256];
    unsigned long long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %llu", &kb) == 1) break;
    if (file) fclose(file);
    return kb;
}

uint64_t peak_kb(char *const args[])
{
    int status;
    uint64_t kb = 0;
    pid_t pid = fork();
    if (pid < 0) timed_die("fork");
    if (pid == 0) become(args);
    if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status)) timed_die(args[0]); /* it stops at exec */
    if (ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_TRACEEXIT)) timed_die("ptrace");
    for (int signal_number = 0;;) {
        if (ptrace(PTRACE_CONT, pid, NULL, (void *)(intptr_t)signal_number)) timed_die("ptrace");
        if (waitpid(pid, &status, 0) < 0) timed_die("waitpid");
        if (!WIFSTOPPED(status)) break;
        bool at_end = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8);
        if (at_end) kb = high_water_kb(pid);
        signal_number = at_end ? 0 : WSTOPSIG(status);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status)) timed_die(args[0]);
    return kb;
}
