/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS_MOST = 64 };

struct connection {
    struct peer *peer;
    int fd;
    SSL *ssl;
    pthread_t thread;
};

struct peer {
    const struct peer_answer *answers;
    size_t count;
    SSL_CTX *tls;
    int fd;
    uint16_t port;
    pthread_t thread;
    pthread_mutex_t lock;
    bool stopping;
    unsigned connections, requests;
    char texts[PEER_REQUESTS_MOST][PEER_REQUEST_MAX];
    struct connection all[THREADS_MOST];
};

static ssize_t take(struct connection *c, char *room, size_t len)
{
    return c->ssl ? SSL_read(c->ssl, room, (int)len) : recv(c->fd, room, len, 0);
}

static bool give(struct connection *c, const char *bytes, size_t len)
{
    while (len) {
        ssize_t sent = c->ssl ? SSL_write(c->ssl, bytes, (int)len) : send(c->fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* Reads a head, keeps it in room, and reads as much of the body as Content-Length says. */
static bool read_request(struct connection *c, char room[PEER_REQUEST_MAX], bool with_body)
{
    size_t len = 0, body = 0;
    char *end = NULL;
    while (!end && len < PEER_REQUEST_MAX - 1) {
        ssize_t got = take(c, room + len, 1);
        if (got <= 0) return false;
        room[++len] = '\0';
        end = strstr(room, "\r\n\r\n");
    }
    const char *length = strstr(room, "Content-Length: ");
    if (length) body = strtoul(length + 16, NULL, 10);
    while (with_body && body) {
        char rest[4096];
        ssize_t got = take(c, rest, body < sizeof rest ? body : sizeof rest);
        if (got <= 0) return false;
        size_t keep = len + (size_t)got < PEER_REQUEST_MAX ? (size_t)got : PEER_REQUEST_MAX - 1 - len;
        memcpy(room + len, rest, keep);
        len += keep;
        room[len] = '\0';
        body -= (size_t)got;
    }
    return true;
}

static const struct peer_answer *peek_answer(struct peer *peer, unsigned *n)
{
    pthread_mutex_lock(&peer->lock);
    *n = peer->requests;
    pthread_mutex_unlock(&peer->lock);
    return &peer->answers[*n < peer->count ? *n : peer->count - 1];
}

static bool serve_one(struct connection *c)
{
    struct peer *peer = c->peer;
    char text[PEER_REQUEST_MAX];
    unsigned n;
    const struct peer_answer *answer = peek_answer(peer, &n);
    if (!read_request(c, text, !answer->unread)) return false;
    pthread_mutex_lock(&peer->lock);
    n = peer->requests++;
    if (n < PEER_REQUESTS_MOST) memcpy(peer->texts[n], text, sizeof text);
    pthread_mutex_unlock(&peer->lock);
    answer = &peer->answers[n < peer->count ? n : peer->count - 1];

    usleep(answer->wait_ms * 1000);
    size_t len = answer->len ? answer->len : strlen(answer->bytes);
    size_t step = answer->drip_ms ? 1 : len;
    for (size_t at = 0; at < len; at += step) {
        if (!give(c, answer->bytes + at, step)) return false;
        if (answer->drip_ms) usleep(answer->drip_ms * 1000);
    }
    if (answer->reset) {
        struct linger now = {.l_onoff = 1};
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    return !answer->close && !answer->reset;
}

static void *serve_connection(void *arg)
{
    struct connection *c = arg;
    bool ready = true;
    if (c->peer->tls) {
        c->ssl = SSL_new(c->peer->tls);
        SSL_set_fd(c->ssl, c->fd);
        ready = SSL_accept(c->ssl) == 1;
    }
    while (ready && serve_one(c)) {}
    if (c->ssl) {
        if (ready) SSL_shutdown(c->ssl);
        SSL_free(c->ssl);
    }
    pthread_mutex_lock(&c->peer->lock);
    close(c->fd);
    c->fd = -1;
    pthread_mutex_unlock(&c->peer->lock);
    return NULL;
}

static void *accept_all(void *arg)
{
    /* OpenSSL writes without MSG_NOSIGNAL. Only here and in the threads that this one starts: the client in the same process
     * must do without, and would be ended if it did not. */
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
    struct peer *peer = arg;
    while (peer->connections < THREADS_MOST) {
        int fd = accept(peer->fd, NULL, NULL);
        if (fd < 0) break;
        pthread_mutex_lock(&peer->lock);
        struct connection *c = &peer->all[peer->connections];
        *c = (struct connection){.peer = peer, .fd = fd};
        bool go = !peer->stopping && pthread_create(&c->thread, NULL, serve_connection, c) == 0;
        if (go) peer->connections++;
        pthread_mutex_unlock(&peer->lock);
        if (!go) {
            close(fd);
            break;
        }
    }
    return NULL;
}

struct peer *peer_start(const struct peer_answer *answers, size_t count, SSL_CTX *tls)
{
    struct peer *peer = calloc(1, sizeof *peer);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    peer->answers = answers;
    peer->count = count;
    peer->tls = tls;
    pthread_mutex_init(&peer->lock, NULL);
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(peer->fd, (struct sockaddr *)&at, sizeof at) || listen(peer->fd, 64) ||
        getsockname(peer->fd, (struct sockaddr *)&at, &len) || pthread_create(&peer->thread, NULL, accept_all, peer)) {
        perror("peer");
        abort();
    }
    peer->port = ntohs(at.sin_port);
    return peer;
}

uint16_t peer_port(const struct peer *peer)
{
    return peer->port;
}

unsigned peer_connections(const struct peer *peer)
{
    return peer->connections;
}

unsigned peer_requests(const struct peer *peer)
{
    return peer->requests;
}

const char *peer_request(const struct peer *peer, unsigned n)
{
    return peer->texts[n];
}

void peer_stop(struct peer *peer)
{
    pthread_mutex_lock(&peer->lock);
    peer->stopping = true;
    for (unsigned i = 0; i < peer->connections; i++)
        if (peer->all[i].fd >= 0) shutdown(peer->all[i].fd, SHUT_RDWR);
    pthread_mutex_unlock(&peer->lock);
    shutdown(peer->fd, SHUT_RDWR);
    pthread_join(peer->thread, NULL);
    for (unsigned i = 0; i < peer->connections; i++) pthread_join(peer->all[i].thread, NULL);
    close(peer->fd);
    pthread_mutex_destroy(&peer->lock);
    free(peer);
}
