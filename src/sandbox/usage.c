/* SPDX-License-Identifier: MIT */
/* usage.c - what a function's processes take, from /proc: the tree below the keeper, without process 1. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/process.h"

/* The number behind `name` in a file of lines "name:   123 kB"; 0 where there is none. */
static uint64_t kilobytes(pid_t pid, const char *file, const char *name)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *line = strstr(text, name);
    return line ? strtoull(line + strlen(name), NULL, 10) : 0;
}

/* Appends the children of one thread to the list. */
static void add_children(pid_t pid, const char *thread, pid_t *list, unsigned *count)
{
    char path[96], text[16 * 1024];
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", (int)pid, thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    char *at = text, *end;
    for (long child; *count <= INK_PROCESSES_MOST && (child = strtol(at, &end, 10)) > 0; at = end)
        list[(*count)++] = (pid_t)child;
}

static unsigned add_threads(pid_t pid, pid_t *list, unsigned *count)
{
    char path[40];
    unsigned threads = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    if (!folder) return 0;
    for (struct dirent *entry; (entry = readdir(folder)) && threads <= INK_PROCESSES_MOST;)
        if (isdigit((unsigned char)entry->d_name[0])) {
            threads++;
            add_children(pid, entry->d_name, list, count);
        }
    closedir(folder);
    return threads;
}

void ink_process_look(const struct ink_process *process, struct ink_process_usage *out)
{
    pid_t list[INK_PROCESSES_MOST + 1] = {process->pid};
    unsigned count = 1;
    *out = (struct ink_process_usage){0};
    if (process->pid <= 0) return;
    for (unsigned i = 0; i < count && out->processes <= INK_PROCESSES_MOST; i++) {
        unsigned threads = add_threads(list[i], list, &count);
        if (list[i] == process->pid || list[i] == process->first) continue;
        out->processes += threads;
        out->now_bytes += kilobytes(list[i], "smaps_rollup", "\nPss:") << 10;
    }
    /* a kernel that does not tell children, or what is shared */
    if (out->now_bytes == 0) out->now_bytes = kilobytes(process->program, "status", "\nVmRSS:") << 10;
    out->peak_bytes = kilobytes(process->program, "status", "\nVmHWM:") << 10;
}
