/* SPDX-License-Identifier: MIT */
#include "cli/one_shot.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { LOOK_MS = 20 /* how often to see whether the process is still there */, REQUEST_MAX = 8 << 20 };

ink_status ink_one_shot_open(struct ink_one_shot *o, struct ink_error *err)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    *o = (struct ink_one_shot){.connection = -1};
    ink_buffer_init(&o->text, REQUEST_MAX);
    o->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (o->listener < 0 || bind(o->listener, (struct sockaddr *)&at, len) || listen(o->listener, 8) ||
        getsockname(o->listener, (struct sockaddr *)&at, &len))
        return ink_fail(err, INK_E_IO, "no port on 127.0.0.1 could be had: %s", strerror(errno));
    snprintf(o->address, sizeof o->address, "127.0.0.1:%d", ntohs(at.sin_port));
    return INK_OK;
}

static void hang_up(struct ink_one_shot *o)
{
    if (o->connection >= 0) close(o->connection);
    o->connection = -1;
}

void ink_one_shot_close(struct ink_one_shot *o)
{
    hang_up(o);
    if (o->listener >= 0) close(o->listener);
    ink_buffer_cleanup(&o->text);
}

static bool is_gone(struct ink_one_shot *o, pid_t child)
{
    struct rusage usage;
    if (wait4(child, &o->exit_status, WNOHANG, &usage) != child) return false;
    o->max_rss_kb = usage.ru_maxrss;
    return true;
}

/* Whether the text is a whole request; body is set then. */
static bool is_whole(struct ink_one_shot *o)
{
    const char *text = (const char *)o->text.data, *end = text ? strstr(text, "\r\n\r\n") : NULL;
    if (!end) return false;
    const char *length = strcasestr(text, "\r\ncontent-length:");
    size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0, head = (size_t)(end + 4 - text);
    o->body = ink_view_of(o->text.data + head, o->text.len - head);
    return o->body.len >= body;
}

static enum ink_one_shot_request classify(const char *line)
{
    const char *end = strstr(line, " HTTP/");
    if (!end) return INK_ONE_SHOT_OTHER;
    static const struct {
        const char *ending;
        enum ink_one_shot_request request;
    } paths[] = {{"/runtime/invocation/next", INK_ONE_SHOT_NEXT},
                 {"/runtime/init/error", INK_ONE_SHOT_INIT_ERROR},
                 {"/" INK_ONE_SHOT_ID "/response", INK_ONE_SHOT_RESPONSE},
                 {"/" INK_ONE_SHOT_ID "/error", INK_ONE_SHOT_ERROR}};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        size_t len = strlen(paths[i].ending);
        if ((size_t)(end - line) >= len && !memcmp(end - len, paths[i].ending, len)) return paths[i].request;
    }
    return INK_ONE_SHOT_OTHER;
}

/* Bytes or a new connection, as far as one read goes. */
static void read_some(struct ink_one_shot *o)
{
    if (o->connection < 0) {
        o->connection = accept4(o->listener, NULL, NULL, SOCK_CLOEXEC);
        int one = 1;
        if (o->connection >= 0) setsockopt(o->connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        return;
    }
    char chunk[16384];
    ssize_t got = read(o->connection, chunk, sizeof chunk);
    if (got > 0 && !ink_buffer_append(&o->text, chunk, (size_t)got)) return;
    hang_up(o);
    ink_buffer_clear(&o->text);
}

enum ink_one_shot_request ink_one_shot_read(struct ink_one_shot *o, pid_t child, uint64_t deadline_us)
{
    ink_buffer_clear(&o->text);
    while (ink_clock_us() < deadline_us) {
        struct pollfd p = {.fd = o->connection < 0 ? o->listener : o->connection, .events = POLLIN};
        if (poll(&p, 1, LOOK_MS) == 1) {
            read_some(o);
            if (is_whole(o)) return classify((const char *)o->text.data);
        } else if (is_gone(o, child)) {
            return INK_ONE_SHOT_GONE;
        }
    }
    return INK_ONE_SHOT_LATE;
}

static void send_all(struct ink_one_shot *o, const struct ink_buffer *text)
{
    for (size_t done = 0; done < text->len;) {
        ssize_t n = send(o->connection, text->data + done, text->len - done, MSG_NOSIGNAL);
        if (n <= 0) return hang_up(o); /* the process is gone; the next read finds that out */
        done += (size_t)n;
    }
}

void ink_one_shot_give(struct ink_one_shot *o, struct ink_view event, int64_t deadline_wall_ms)
{
    struct ink_buffer text;
    ink_buffer_init(&text, REQUEST_MAX);
    ink_buffer_printf(
        &text,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
        "Lambda-Runtime-Aws-Request-Id: " INK_ONE_SHOT_ID "\r\nLambda-Runtime-Deadline-Ms: %lld\r\n"
        "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:inkling\r\n\r\n",
        event.len, (long long)deadline_wall_ms);
    ink_buffer_append(&text, event.data, event.len);
    send_all(o, &text);
    ink_buffer_cleanup(&text);
}

void ink_one_shot_answer(struct ink_one_shot *o, const char *status)
{
    struct ink_buffer text;
    ink_buffer_init(&text, 1024);
    ink_buffer_printf(&text, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", status);
    send_all(o, &text);
    ink_buffer_cleanup(&text);
}
