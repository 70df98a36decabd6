/* SPDX-License-Identifier: MIT */
#include "local/function_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What goes wrong between fork and exec comes back through a pipe, as an errno. */
static _Noreturn void tell_and_exit(int pipe_fd)
{
    int code = errno;
    if (write(pipe_fd, &code, sizeof code) < 0) _exit(126);
    _exit(127);
}

static void limit(int what, uint64_t value)
{
    struct rlimit both = {value, value};
    (void)setrlimit(what, &both);
}

/* The child, in a copy of a process with many threads: only calls that are safe there. */
static _Noreturn void become(const struct ink_process_options *options, pid_t parent, int pipe_fd)
{
    const char *program = options->program;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    if (options->memory_bytes) limit(RLIMIT_DATA, options->memory_bytes);
    limit(RLIMIT_CORE, 0);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(options->output, 1) < 0 || dup2(options->output, 2) < 0)
        tell_and_exit(pipe_fd);
    if (chdir(options->folder)) tell_and_exit(pipe_fd);
    if (options->walls.raised) {
        if (!ink_walls_raise(&options->walls, options->folder)) tell_and_exit(pipe_fd);
        program = strrchr(program, '/') + 1; /* where it is now */
    }
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);    /* a new user namespace would have taken it back */
    if (getppid() != parent) _exit(126); /* it had died before that was set */
    syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */);
    char *argv[] = {(char *)(uintptr_t)program, NULL};
    execve(program, argv, (char *const *)(uintptr_t)options->env);
    tell_and_exit(pipe_fd);
}

static ink_status fail_start(const struct ink_process_options *options, int code, struct ink_error *err)
{
    ink_status status = code == ENOENT ? INK_E_NOT_FOUND : code == ENOMEM || code == EAGAIN ? INK_E_OOM : INK_E_IO;
    return ink_fail(err, status, "%s: cannot be started: %s", options->program, strerror(code));
}

ink_status ink_process_start(const struct ink_process_options *options, struct ink_process *out, struct ink_error *err)
{
    int pipe_fds[2], code = 0;
    *out = (struct ink_process){.pidfd = -1};
    if (pipe2(pipe_fds, O_CLOEXEC)) return fail_start(options, errno, err);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) become(options, parent, pipe_fds[1]);
    if (pid < 0) code = errno;
    close(pipe_fds[1]);
    ssize_t n;
    do n = pid > 0 ? read(pipe_fds[0], &code, sizeof code) : 0;
    while (n < 0 && errno == EINTR);
    close(pipe_fds[0]);
    out->pid = pid > 0 ? pid : 0;
    if (!code) {
        out->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (out->pidfd < 0) code = errno;
    }
    if (!code) return INK_OK;
    ink_process_end(out);
    return fail_start(options, code, err);
}

int ink_process_end(struct ink_process *process)
{
    int status = 0;
    if (process->pid <= 0) return 0;
    kill(-process->pid, SIGKILL); /* not reaped yet, so the number is still its own */
    kill(process->pid, SIGKILL);
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) continue;
    if (process->pidfd >= 0) close(process->pidfd);
    *process = (struct ink_process){.pidfd = -1};
    return status;
}

uint64_t ink_process_resident(const struct ink_process *process)
{
    char path[40], text[128];
    snprintf(path, sizeof path, "/proc/%d/statm", (int)process->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    unsigned long long pages = 0;
    if (n > 0) {
        text[n] = '\0';
        if (sscanf(text, "%*s %llu", &pages) != 1) pages = 0;
    }
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void ink_process_describe(int wait_status, char *out, size_t out_cap)
{
    if (WIFSIGNALED(wait_status)) {
        const char *name = sigdescr_np(WTERMSIG(wait_status));
        snprintf(out, out_cap, "signal: %s", name ? name : "unknown");
        for (char *c = out; *c; c++)
            if (*c >= 'A' && *c <= 'Z') *c += 'a' - 'A';
    } else {
        snprintf(out, out_cap, "exit status %d", WEXITSTATUS(wait_status));
    }
}
