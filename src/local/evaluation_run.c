/* SPDX-License-Identifier: MIT */
#include "local/evaluation_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/view.h"
#include "sandbox/process.h"

enum { LOOK_MS = 200, TIME_MAX_S = 1800, LINE_MAX_BYTES = 1024, PAGE_MAX_MB = 256, MEMORY_MB = 4096, THREADS_MAX = 8 };

static const char page_start[] = "<!doctype html>";

/* What has been read so far. */
struct reading {
    const struct ink_evaluation_run *run;
    char line[LINE_MAX_BYTES + 1];
    size_t len;
    char message[LINE_MAX_BYTES + 1]; /* the last line that was no progress */
    int page_fd;                      /* -1 until the page begins */
    uint64_t page_len;
    bool stop; /* nobody wants it any more, or it is too long */
};

static void write_page(struct reading *r, const char *bytes, size_t len)
{
    r->page_len += len;
    if (r->page_len > (uint64_t)PAGE_MAX_MB << 20) r->stop = true;
    while (len > 0 && !r->stop) {
        ssize_t n = write(r->page_fd, bytes, len);
        if (n < 0 && errno != EINTR) r->stop = true;
        if (n > 0) bytes += n, len -= (size_t)n;
    }
}

static void take_line(struct reading *r)
{
    unsigned long long done, total;
    r->line[r->len] = '\0';
    if (sscanf(r->line, "progress %llu %llu", &done, &total) == 2)
        r->stop = r->stop || !r->run->progress(r->run->arg, (size_t)done, (size_t)total);
    else if (r->len)
        memcpy(r->message, r->line, r->len + 1);
    r->len = 0;
}

static bool page_begins(const struct reading *r)
{
    return r->len == strlen(page_start) && memcmp(r->line, page_start, r->len) == 0;
}

static void take_bytes(struct reading *r, const char *bytes, size_t len)
{
    size_t i = 0;
    for (; i < len && r->page_fd < 0; i++) {
        if (bytes[i] == '\n')
            take_line(r);
        else if (r->len < LINE_MAX_BYTES)
            r->line[r->len++] = bytes[i];
        if (!page_begins(r)) continue;
        r->page_fd = open(r->run->report, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (r->page_fd < 0) r->stop = true;
        if (r->page_fd < 0) return;
        write_page(r, r->line, r->len);
    }
    write_page(r, bytes + i, len - i);
}

/* All that is there; false at the end of the pipe. */
static bool read_pipe(struct reading *r, int fd)
{
    char bytes[65536];
    ssize_t n = 0;
    while (!r->stop && (n = read(fd, bytes, sizeof bytes)) > 0) take_bytes(r, bytes, (size_t)n);
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static int threads(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set) - 1; /* one is for the function */
    return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : count;
}

/* The sanitizer's leak checker traces its process, which walls do not allow. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define NO_LEAK_CHECK "ASAN_OPTIONS=detect_leaks=0",
#endif
#endif
#ifndef NO_LEAK_CHECK
#define NO_LEAK_CHECK
#endif

static ink_status start(const struct ink_evaluation_run *run, int output, struct ink_process *process,
                        struct ink_error *err)
{
    char program[PATH_MAX], number[16];
    struct ink_error why = {0};
    static const char *const env[] = {"LANG=C.UTF-8", "PATH=/usr/bin:/bin", NO_LEAK_CHECK NULL};
    snprintf(program, sizeof program, "%s/inkling", run->folder);
    snprintf(number, sizeof number, "%d", threads());
    const char *const argv[] = {"inkling",   "eval", "--html",   "-",        "--progress",
                                "--threads", number, run->model, "pictures", NULL};
    struct ink_process_options options = {
        .program = program, .argv = argv, .env = env, .folder = run->folder, .memory_mb = MEMORY_MB, .output = output};
    if (ink_walls_for(program, run->folder, &options.walls, &why)) ink_log(INK_LOG_WARN, "%s", why.text);
    return ink_process_start(&options, process, err);
}

/* "inkling: eval: model/x.onnx: why" without its beginning. */
static const char *plain_message(const char *message)
{
    static const char beginning[] = "inkling: eval: ";
    return strncmp(message, beginning, strlen(beginning)) == 0 ? message + strlen(beginning) : message;
}

static ink_status judge(const struct reading *r, int status, bool late, struct ink_error *err)
{
    char how[80];
    if (late) return ink_fail(err, INK_E_TIMEOUT, "it was not done after %d minutes", TIME_MAX_S / 60);
    if (r->page_len > (uint64_t)PAGE_MAX_MB << 20)
        return ink_fail(err, INK_E_LIMIT, "its page would be over %d MB", PAGE_MAX_MB);
    if (r->stop) return ink_fail(err, INK_E_IO, "it was ended");
    if (status == 0 && r->page_fd >= 0) return INK_OK;
    ink_process_describe(status, how, sizeof how);
    return ink_fail(err, INK_E_REMOTE, "%s", *r->message ? plain_message(r->message) : how);
}

ink_status ink_evaluation_run(const struct ink_evaluation_run *run, struct ink_error *err)
{
    struct reading r = {.run = run, .page_fd = -1};
    struct ink_process process = {.pidfd = -1};
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC)) return ink_fail(err, INK_E_OOM, "no descriptors are left");
    fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
    ink_status st = start(run, pipe_fds[1], &process, err);
    close(pipe_fds[1]);
    if (st) {
        close(pipe_fds[0]);
        return st;
    }
    uint64_t until_us = ink_clock_us() + TIME_MAX_S * 1000000ull;
    bool late = false;
    while (!r.stop && !late) {
        struct pollfd fd = {pipe_fds[0], POLLIN, 0};
        poll(&fd, 1, LOOK_MS);
        if (fd.revents && !read_pipe(&r, pipe_fds[0])) break;
        r.stop = r.stop || atomic_load(run->cancel);
        late = ink_clock_us() > until_us;
    }
    if (!r.stop && !late) { /* the output is at its end: so is it, in a moment */
        struct pollfd fd = {process.pidfd, POLLIN, 0};
        poll(&fd, 1, LOOK_MS * 10);
    }
    st = judge(&r, ink_process_end(&process, NULL), late, err);
    if (r.page_fd >= 0) close(r.page_fd);
    close(pipe_fds[0]);
    return st;
}
