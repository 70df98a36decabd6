/* SPDX-License-Identifier: MIT */
#include "cloud.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/http1.h"

/* --- the server ------------------------------------------------------------------------------------------------- */

static _Noreturn void become_server(const char *serve, const char *dir, const char *port_file, const char *const *more)
{
    const char *argv[40] = {serve, "--dir", dir, "--listen", "127.0.0.1:0", "--port-file", port_file};
    char out[PATH_MAX];
    size_t count = 7;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (; *more && count < 39; more++) argv[count++] = *more;
    snprintf(out, sizeof out, "%s.out", dir);
    int fd = open(out, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0) _exit(125);
    execv(serve, (char *const *)(uintptr_t)argv);
    _exit(125);
}

static bool read_port(const char *path, uint16_t *port)
{
    FILE *file = fopen(path, "r");
    unsigned number = 0;
    bool ok = file && fscanf(file, "%u", &number) == 1;
    if (file) fclose(file);
    *port = (uint16_t)number;
    return ok;
}

bool cloud_start(struct cloud *cloud, const char *serve, const char *dir, const char *const *more)
{
    char port_file[PATH_MAX];
    snprintf(port_file, sizeof port_file, "%s.port", dir);
    unlink(port_file);
    cloud->pid = fork();
    if (cloud->pid == 0) become_server(serve, dir, port_file, more);
    for (uint64_t until = ink_clock_us() + 20000000; ink_clock_us() < until; usleep(1000)) {
        if (read_port(port_file, &cloud->port)) {
            unlink(port_file);
            return true;
        }
        if (waitpid(cloud->pid, NULL, WNOHANG) == cloud->pid) return false;
    }
    cloud_end(cloud, SIGKILL);
    return false;
}

int cloud_end(struct cloud *cloud, int signal)
{
    int status = 0;
    kill(cloud->pid, signal);
    waitpid(cloud->pid, &status, 0);
    return status;
}

/* --- the client ------------------------------------------------------------------------------------------------- */

void s3_init(struct s3_client *client, uint16_t port)
{
    *client = (struct s3_client){.port = port, .fd = -1};
    client->signer = (struct ink_sigv4_signer){.access_key = ink_view_text("inkling"),
                                               .secret = ink_view_text("inkling-local"),
                                               .region = ink_view_text("us-east-1"),
                                               .service = ink_view_text("s3")};
    ink_buffer_init(&client->head, 64 << 10);
    ink_buffer_init(&client->body, 64 << 20);
}

void s3_cleanup(struct s3_client *client)
{
    if (client->fd >= 0) close(client->fd);
    ink_buffer_cleanup(&client->head);
    ink_buffer_cleanup(&client->body);
}

static void connect_again(struct s3_client *client)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(client->port)};
    int one = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(client->fd, (struct sockaddr *)&to, sizeof to) == 0) return;
    close(client->fd);
    client->fd = -1;
}

static void write_request(struct s3_client *client, const char *method, const char *target, struct ink_view body,
                          struct ink_buffer *out)
{
    char host[32], when[INK_SIGV4_TIME + 1];
    struct ink_buffer authorization;
    snprintf(host, sizeof host, "127.0.0.1:%u", client->port);
    ink_date_basic_text(ink_clock_wall_ms() / 1000, when);
    struct ink_sigv4_header headers[] = {{ink_view_text("host"), ink_view_text(host)},
                                         {ink_view_text("x-amz-content-sha256"), ink_view_text(INK_SIGV4_UNSIGNED)},
                                         {ink_view_text("x-amz-date"), ink_view_text(when)}};
    const char *mark = strchr(target, '?');
    struct ink_sigv4_request request = {.method = ink_view_text(method),
                                        .path = ink_view_of(target, mark ? (size_t)(mark - target) : strlen(target)),
                                        .query = ink_view_text(mark ? mark + 1 : ""),
                                        .headers = headers,
                                        .header_count = 3,
                                        .payload_hash = ink_view_text(INK_SIGV4_UNSIGNED)};
    ink_buffer_init(&authorization, 4096);
    if (ink_sigv4_authorize(&client->signer, &request, ink_view_text(when), &authorization, NULL)) abort();
    ink_buffer_printf(out,
                      "%s %s HTTP/1.1\r\nHost: %s\r\nx-amz-date: %s\r\nx-amz-content-sha256: " INK_SIGV4_UNSIGNED
                      "\r\nAuthorization: %s\r\nContent-Length: %zu\r\n\r\n",
                      method, target, host, when, (const char *)authorization.data, body.len);
    if (ink_buffer_append(out, body.data, body.len)) abort();
    ink_buffer_cleanup(&authorization);
}

static bool send_all(int fd, struct ink_view bytes)
{
    while (bytes.len) {
        ssize_t n = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes = ink_view_of(bytes.data + n, bytes.len - (size_t)n);
    }
    return true;
}

static int read_answer(struct s3_client *client, bool no_body)
{
    struct ink_http1 parser;
    char bytes[65536];
    ink_buffer_clear(&client->head);
    ink_buffer_clear(&client->body);
    ink_http1_init(&parser, no_body, &client->head, &client->body);
    int code = 0;
    for (ssize_t n; (n = recv(client->fd, bytes, sizeof bytes, 0)) > 0;) {
        size_t used;
        if (ink_http1_feed(&parser, ink_view_of(bytes, (size_t)n), &used, NULL)) break;
        if (parser.state != INK_HTTP1_DONE) continue;
        code = parser.code;
        break;
    }
    bool keep = code && parser.keep_alive;
    ink_http1_cleanup(&parser);
    if (keep) return code;
    close(client->fd);
    client->fd = -1;
    return code;
}

int s3_call(struct s3_client *client, const char *method, const char *target, struct ink_view body)
{
    struct ink_buffer request;
    if (client->fd < 0) connect_again(client);
    if (client->fd < 0) return 0;
    ink_buffer_init(&request, 64 << 20);
    write_request(client, method, target, body, &request);
    bool sent = send_all(client->fd, ink_buffer_view(&request));
    ink_buffer_cleanup(&request);
    int code = sent ? read_answer(client, strcmp(method, "HEAD") == 0) : 0;
    if (code == 0 && client->fd >= 0) {
        close(client->fd);
        client->fd = -1;
    }
    return code;
}
