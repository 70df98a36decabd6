/* SPDX-License-Identifier: MIT */
#include "sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLACK_MB = 64 /* stacks and libraries, which Lambda does not count as data */ };

/* A sanitizer maps more than any limit on data would let it. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif

/* Through a pipe from keeper and program: who they are, or the errno of what went wrong before exec. */
struct news {
    int code; /* 0: the rest counts */
    pid_t first, program;
};

static void tell(int pipe_fd, struct news news)
{
    if (write(pipe_fd, &news, sizeof news) != sizeof news) _exit(126);
}

static _Noreturn void tell_and_exit(int pipe_fd)
{
    tell(pipe_fd, (struct news){.code = errno});
    _exit(127);
}

static void limit(int what, uint64_t value)
{
    struct rlimit both = {value, value};
    (void)setrlimit(what, &both);
}

static void drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    (void)syscall(SYS_capset, &head, none);
}

/* --- between fork and exec, in copies of a process with many threads: only calls that are safe there ------------- */

/* Its keeper, which is not in its process namespace, has pid 0 there. */
static void die_with(pid_t keeper)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pid_t parent = getppid();
    if (parent != keeper && parent != 0) _exit(126); /* it had died before that was set */
}

/* Process 1 of the walls: reaps what nobody waits for. */
static _Noreturn void be_first(pid_t keeper)
{
    die_with(keeper);
    syscall(SYS_close_range, 0u, ~0u, 0u);
    drop_capabilities();
    signal(SIGCHLD, SIG_IGN);
    for (;;) pause();
}

static _Noreturn void become_program(const struct ink_process_options *options, pid_t keeper, int pipe_fd)
{
    const char *program = options->program;
    char task[NAME_MAX + 16];
    sigset_t none;
    setsid();
    if (options->memory_mb && !SANITIZED) limit(RLIMIT_DATA, ((uint64_t)options->memory_mb + SLACK_MB) << 20);
    limit(RLIMIT_NOFILE, INK_DESCRIPTORS_MOST);
    if (options->walls.raised) {
        if (!ink_walls_raise(&options->walls)) tell_and_exit(pipe_fd);
        snprintf(task, sizeof task, "/var/task/%s", strrchr(program, '/') + 1); /* where it is now */
        program = task;
        limit(RLIMIT_NPROC, INK_PROCESSES_MOST); /* counts in here alone */
    }
    if (options->walls.emulator) program = INK_WALLS_EMULATOR;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    die_with(keeper); /* not earlier: a new user namespace takes it back */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    const char *alone[] = {program, NULL}, *const *argv = options->argv ? options->argv : alone;
    execve(program, (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)options->env);
    tell_and_exit(pipe_fd);
}

static _Noreturn void end_like(int status)
{
    sigset_t none;
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        kill(getpid(), WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

/* Until the program has ended, by itself or by a SIGTERM to us. */
static int wait_for(pid_t program, pid_t first, const sigset_t *watched)
{
    int status = 0, signal_number;
    for (pid_t pid = 0; pid != program;) {
        sigwait(watched, &signal_number);
        if (signal_number == SIGTERM) kill(first ? first : -program, SIGKILL);
        do pid = waitpid(-1, &status, WNOHANG);
        while (pid > 0 && pid != program);
    }
    return status;
}

static _Noreturn void be_keeper(const struct ink_process_options *options, pid_t parent, int pipe_fd)
{
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigprocmask(SIG_SETMASK, &watched, NULL);
    for (int i = 1; i < NSIG; i++) signal(i, SIG_DFL);
    limit(RLIMIT_CORE, 0);
    setpgid(0, 0);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(options->output, 1) < 0 || dup2(options->output, 2) < 0 ||
        chdir(options->folder))
        tell_and_exit(pipe_fd);
    if (options->walls.raised ? !ink_walls_enter(&options->walls) : prctl(PR_SET_CHILD_SUBREAPER, 1))
        tell_and_exit(pipe_fd);
    prctl(PR_SET_PDEATHSIG, SIGTERM);    /* a new user namespace would have taken it back */
    if (getppid() != parent) _exit(126); /* it had died before that was set */
    if (pipe_fd != 3 && dup3(pipe_fd, 3, O_CLOEXEC) < 0) tell_and_exit(pipe_fd);
    syscall(SYS_close_range, 4u, ~0u, 0u);

    pid_t self = getpid(), first = options->walls.raised ? fork() : 0;
    if (options->walls.raised && first == 0) be_first(self);
    pid_t program = first < 0 ? -1 : fork();
    if (program == 0) become_program(options, self, 3);
    if (program < 0) tell_and_exit(3); /* and process 1 dies with us */
    tell(3, (struct news){.first = first, .program = program});
    syscall(SYS_close_range, 0u, ~0u, 0u);
    drop_capabilities();
    int status = wait_for(program, first, &watched);
    kill(first ? first : -program, SIGKILL); /* what it left behind */
    if (first) waitpid(first, NULL, 0);
    end_like(status);
}

/* --- start and end ---------------------------------------------------------------------------------------------- */

static ink_status fail_start(const struct ink_process_options *options, int code, struct ink_error *err)
{
    ink_status status = code == ENOENT ? INK_E_NOT_FOUND : code == ENOMEM || code == EAGAIN ? INK_E_OOM : INK_E_IO;
    return ink_fail(err, status, "%s: cannot be started: %s", options->program, strerror(code));
}

/* Reads until exec has closed the pipe. Returns an errno. */
static int hear(int pipe_fd, struct ink_process *process)
{
    struct news news;
    int code = 0;
    for (ssize_t n; (n = read(pipe_fd, &news, sizeof news)) != 0;) {
        if (n < 0 && errno == EINTR) continue;
        if (n != sizeof news) return EIO;
        if (news.code) {
            code = news.code;
        } else {
            process->first = news.first;
            process->program = news.program;
        }
    }
    return code ? code : process->program ? 0 : EIO;
}

ink_status ink_process_start(const struct ink_process_options *options, struct ink_process *out, struct ink_error *err)
{
    int pipe_fds[2];
    *out = (struct ink_process){.pidfd = -1};
    if (pipe2(pipe_fds, O_CLOEXEC)) return fail_start(options, errno, err);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) be_keeper(options, parent, pipe_fds[1]);
    int code = pid < 0 ? errno : 0;
    close(pipe_fds[1]);
    out->pid = pid > 0 ? pid : 0;
    if (!code) code = hear(pipe_fds[0], out);
    close(pipe_fds[0]);
    if (!code) {
        out->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (out->pidfd < 0) code = errno;
    }
    if (!code) return INK_OK;
    ink_process_end(out, NULL);
    return fail_start(options, code, err);
}

int ink_process_end(struct ink_process *process, uint64_t *peak_bytes)
{
    struct rusage usage = {0};
    int status = 0;
    if (peak_bytes) *peak_bytes = 0;
    if (process->pid <= 0) return 0;
    kill(process->pid, SIGTERM); /* not reaped yet, so the number is still its own */
    while (wait4(process->pid, &status, 0, &usage) < 0 && errno == EINTR) continue;
    if (peak_bytes) *peak_bytes = (uint64_t)usage.ru_maxrss << 10;
    if (process->pidfd >= 0) close(process->pidfd);
    *process = (struct ink_process){.pidfd = -1};
    return status;
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
