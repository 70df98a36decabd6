/* SPDX-License-Identifier: MIT */
/* start.c - how long our programs take from exec to their first answer, beside an empty static program.
 *
 *   bench-start BUILD MODEL IMAGE ROUNDS [EVENT]
 *
 * Four things in turn, ROUNDS times, so that noise falls on all alike: the empty program; `inkling run MODEL IMAGE`;
 * bootstrap until it asks for its first event; and, where EVENT (a file) is given, bootstrap until it has answered that
 * event (its AWS_* environment must lead to a bucket with the picture). The Runtime API is played by this program. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"

extern char **environ;

enum { ROUNDS_MAX = 2000, WAIT_MS = 10000 };

struct series {
    const char *name;
    uint64_t us[ROUNDS_MAX];
    int count;
};

static void die(const char *what)
{
    fprintf(stderr, "bench-start: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void add(struct series *series, uint64_t us)
{
    series->us[series->count++] = us;
}

static pid_t start(char *const args[])
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child;
    int code = posix_spawn(&child, args[0], &actions, NULL, args, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (code) {
        errno = code;
        die(args[0]);
    }
    return child;
}

static uint64_t run_to_end(char *const args[])
{
    uint64_t from = ink_clock_us();
    int status;
    pid_t child = start(args);
    if (waitpid(child, &status, 0) < 0) die("waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "bench-start: %s failed\n", args[0]);
        exit(1);
    }
    return ink_clock_us() - from;
}

/* --- the Runtime API, for one function and one event --- */

static int listen_anywhere(char address[32])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) || listen(fd, 8) ||
        getsockname(fd, (struct sockaddr *)&at, &len))
        die("listen");
    snprintf(address, 32, "127.0.0.1:%d", ntohs(at.sin_port));
    return fd;
}

static void wait_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (poll(&p, 1, WAIT_MS) != 1) {
        fprintf(stderr, "bench-start: bootstrap said nothing for %d s\n", WAIT_MS / 1000);
        exit(1);
    }
}

/* Reads one request, head and body, into `text`; a new connection when there is none or the old one was closed. */
static void read_request(int listener, int *connection, struct ink_buffer *text)
{
    ink_buffer_clear(text);
    for (;;) {
        if (*connection < 0) {
            wait_readable(listener);
            *connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
            if (*connection < 0) die("accept");
            int one = 1;
            setsockopt(*connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        }
        wait_readable(*connection);
        char chunk[8192];
        ssize_t got = read(*connection, chunk, sizeof chunk);
        if (got <= 0) {
            close(*connection);
            *connection = -1;
            continue;
        }
        if (ink_buffer_append(text, chunk, (size_t)got)) die("request too long");
        const char *end = strstr((char *)text->data, "\r\n\r\n");
        if (!end) continue;
        const char *length = strcasestr((char *)text->data, "\r\ncontent-length:");
        size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
        if (text->len >= (size_t)(end + 4 - (char *)text->data) + body) return;
    }
}

static void answer(int connection, struct ink_buffer *text, const char *status, struct ink_view body)
{
    ink_buffer_clear(text);
    ink_buffer_printf(
        text,
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
        "Lambda-Runtime-Aws-Request-Id: 00000000-0000-0000-0000-000000000001\r\n"
        "Lambda-Runtime-Deadline-Ms: %lld\r\n"
        "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:bench\r\n\r\n",
        status, body.len, (long long)ink_clock_wall_ms() + 10000);
    ink_buffer_append(text, body.data, body.len);
    if (write(connection, text->data, text->len) != (ssize_t)text->len) die("write");
}

/* Times of one bootstrap: to its first question and, with an event, to its answer. */
static void run_bootstrap(char *program, struct ink_view event, struct series *to_next, struct series *to_answer)
{
    static struct ink_buffer text = {.cap_bytes = 8 << 20};
    char address[32];
    int listener = listen_anywhere(address), connection = -1;
    setenv("AWS_LAMBDA_RUNTIME_API", address, 1);

    uint64_t from = ink_clock_us();
    pid_t child = start((char *[]){program, NULL});
    read_request(listener, &connection, &text);
    add(to_next, ink_clock_us() - from);
    if (event.len) {
        answer(connection, &text, "200 OK", event);
        read_request(listener, &connection, &text);
        uint64_t took = ink_clock_us() - from;
        if (!strstr((char *)text.data, "/response ")) {
            fprintf(stderr, "bench-start: bootstrap answered: %s\n", (char *)text.data);
            exit(1);
        }
        add(to_answer, took);
        answer(connection, &text, "202 Accepted", ink_view_text("{}"));
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    if (connection >= 0) close(connection);
    close(listener);
}

static int by_time(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void print(struct series *series, uint64_t base_us)
{
    if (!series->count) return;
    qsort(series->us, (size_t)series->count, sizeof series->us[0], by_time);
    uint64_t least = series->us[0], median = series->us[series->count / 2];
    printf("%-34s min %7.3f ms   p50 %7.3f ms   %5.2f x empty\n", series->name, (double)least / 1e3,
           (double)median / 1e3, (double)least / (double)base_us);
}

int main(int argc, char **argv)
{
    if (argc < 5 || argc > 6) {
        fprintf(stderr, "usage: bench-start BUILD MODEL IMAGE ROUNDS [EVENT]\n");
        return 2;
    }
    int rounds = atoi(argv[4]);
    if (rounds < 1 || rounds > ROUNDS_MAX) rounds = ROUNDS_MAX;
    struct ink_buffer event;
    struct ink_error err = {0};
    ink_buffer_init(&event, 1 << 20);
    if (argc == 6 && ink_file_read(argv[5], &event, &err)) {
        fprintf(stderr, "bench-start: %s\n", err.text);
        return 1;
    }
    char empty[4096], inkling[4096], bootstrap[4096];
    snprintf(empty, sizeof empty, "%s/bench/empty", argv[1]);
    snprintf(inkling, sizeof inkling, "%s/inkling", argv[1]);
    snprintf(bootstrap, sizeof bootstrap, "%s/bootstrap", argv[1]);

    static struct series nothing = {"empty static program"}, run = {"inkling run, start to exit"},
                         next = {"bootstrap, start to first /next"}, answered = {"bootstrap, start to first answer"};
    for (int i = 0; i < rounds; i++) {
        add(&nothing, run_to_end((char *[]){empty, NULL}));
        add(&run, run_to_end((char *[]){inkling, "run", argv[2], argv[3], NULL}));
        run_bootstrap(bootstrap, ink_buffer_view(&event), &next, &answered);
    }
    uint64_t base_us = nothing.us[0];
    for (int i = 1; i < rounds; i++)
        if (nothing.us[i] < base_us) base_us = nothing.us[i];
    print(&nothing, base_us);
    print(&run, base_us);
    print(&next, base_us);
    print(&answered, base_us);
    ink_buffer_cleanup(&event);
    return 0;
}
