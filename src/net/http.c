/* SPDX-License-Identifier: MIT */
/* One task an exchange; each goes resolve -> connect -> handshake -> send -> receive, and waits in the event loop between. */
#include "net/http.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "net/http1.h"
#include "net/link.h"

enum {
    RUNNING_MOST = 16,
    REQUEST_HEAD_MAX = 64 * 1024,
    SHORT_BODY_MAX = 8 * 1024,
    CONNECT_US = 3 * 1000 * 1000, /* for one of several addresses; the next one is tried then */
    ROOM = 64 * 1024,
};

struct ink_http_client {
    struct event_base *base;
    struct ink_resolver *resolver;
    struct ink_tls *tls; /* NULL until an https origin needs it */
    struct ink_pool pool;
    size_t running, unfinished;
    uint8_t room[ROOM]; /* what was just received; used within one call only */
};

enum state { WAITING, RESOLVING, CONNECTING, HANDSHAKE, SENDING, RECEIVING, FINISHED };

struct task {
    struct ink_http_client *client;
    struct ink_http_exchange *exchange;
    enum state state;
    struct event event;
    struct ink_lookup *lookup; /* while RESOLVING */
    struct ink_addresses addresses;
    size_t next_address;
    struct ink_link *link;
    bool kept; /* the connection has served before */

    struct ink_buffer opening; /* the request's head, with a short body in the same packet: the peer wakes up once */
    size_t head_len;
    size_t sent; /* of head and body together */
    struct ink_http1 parser;
};

static void quiet(int severity, const char *message)
{
}

static void prepare_libevent(void)
{
    event_set_mem_functions(ink_malloc, ink_realloc, ink_free);
    event_set_log_callback(quiet);
}

struct ink_http_client *ink_http_client_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare_libevent);
    struct ink_http_client *client = ink_calloc(1, sizeof *client);
    if (!client) return NULL;
    struct event_config *config = event_config_new();
    if (config) {
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
        event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
        client->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    if (client->base) client->resolver = ink_resolver_new(client->base);
    if (client->resolver) return client;
    ink_http_client_free(client);
    return NULL;
}

void ink_http_client_free(struct ink_http_client *client)
{
    if (!client) return;
    ink_pool_cleanup(&client->pool);
    ink_resolver_free(client->resolver);
    ink_tls_free(client->tls);
    if (client->base) event_base_free(client->base);
    ink_free(client);
}

const char *ink_http_answer_header(const struct ink_http_exchange *exchange, const char *name)
{
    return ink_http1_header(&exchange->head, name);
}

void ink_http_exchange_cleanup(struct ink_http_exchange *exchange)
{
    ink_buffer_cleanup(&exchange->head);
    ink_buffer_cleanup(&exchange->body_in);
}

/* --- the end of a task --- */

static void drop_link(struct task *task)
{
    if (event_initialized(&task->event)) event_del(&task->event);
    if (task->lookup) ink_lookup_abandon(task->lookup);
    task->lookup = NULL;
    ink_link_close(task->link);
    task->link = NULL;
}

static void finish(struct task *task)
{
    drop_link(task);
    ink_http1_cleanup(&task->parser);
    ink_buffer_cleanup(&task->opening);
    task->exchange->status = task->exchange->error.status;
    task->exchange->code = task->parser.code;
    if (task->state != WAITING) task->client->running--;
    task->client->unfinished--;
    task->state = FINISHED;
}

static void fail(struct task *task, ink_status status, const char *why)
{
    const struct ink_origin *origin = &task->exchange->origin;
    ink_fail(&task->exchange->error, status, "%s:%u: %s", origin->host, origin->port, why);
    finish(task);
}

/* For the errors that are already there, but do not say where. */
static void fail_here(struct task *task)
{
    ink_fail_in(&task->exchange->error, "%s:%u", task->exchange->origin.host, task->exchange->origin.port);
    finish(task);
}

static void succeed(struct task *task, bool more_came)
{
    bool whole = task->sent == task->head_len + task->exchange->body.len;
    if (task->parser.keep_alive && whole && !more_came) {
        event_del(&task->event);
        ink_pool_keep(&task->client->pool, task->link);
        task->link = NULL;
    }
    finish(task);
}

/* --- waiting --- */

static void on_event(evutil_socket_t fd, short what, void *arg);

static void wait_for(struct task *task, short what)
{
    const struct ink_http_exchange *exchange = task->exchange;
    uint64_t now = ink_clock_us(), limit = exchange->quiet_us ? exchange->quiet_us : UINT64_MAX;
    if (task->state == CONNECTING && task->next_address < task->addresses.count && limit > CONNECT_US)
        limit = CONNECT_US;
    if (exchange->deadline_us) {
        uint64_t left = exchange->deadline_us > now ? exchange->deadline_us - now : 0;
        if (left < limit) limit = left;
    }
    struct timeval time = {.tv_sec = (time_t)(limit / 1000000), .tv_usec = (suseconds_t)(limit % 1000000)};
    if (event_initialized(&task->event)) event_del(&task->event);
    event_assign(&task->event, task->client->base, task->link ? task->link->fd : -1, what, on_event, task);
    if (event_add(&task->event, limit == UINT64_MAX ? NULL : &time))
        fail(task, INK_E_OOM, "no memory to wait for an answer");
}

static void wait_io(struct task *task, enum ink_io io)
{
    wait_for(task, io == INK_IO_WRITE ? EV_WRITE : EV_READ);
}

/* --- receiving --- */

static void open_fresh(struct task *task);

/* The connection is gone. The error says how, but for where. */
static void broken(struct task *task)
{
    bool again = task->kept && !task->parser.any && !task->exchange->once;
    if (!again) {
        fail_here(task);
        return;
    }
    task->exchange->error = (struct ink_error){0};
    drop_link(task);
    open_fresh(task);
}

/* Takes what is there. True when the task goes on. */
static bool receive(struct task *task)
{
    struct ink_http_client *client = task->client;
    struct ink_error *err = &task->exchange->error;
    for (;;) {
        size_t got = 0, used = 0;
        enum ink_io io = ink_link_receive(task->link, client->room, sizeof client->room, &got);
        if (io == INK_IO_READ || io == INK_IO_WRITE) return true;
        if (io == INK_IO_READY && ink_http1_feed(&task->parser, ink_view_of(client->room, got), &used, err)) {
            fail_here(task);
            return false;
        }
        if (task->parser.state == INK_HTTP1_DONE || (io == INK_IO_CLOSED && !ink_http1_end(&task->parser, err))) {
            succeed(task, used < got);
            return false;
        }
        if (io == INK_IO_FAILED) ink_fail(err, INK_E_NETWORK, "the connection broke before the answer was there");
        if (io != INK_IO_READY) {
            broken(task);
            return false;
        }
    }
}

static void start_receiving(struct task *task)
{
    task->state = RECEIVING;
    if (receive(task)) wait_for(task, EV_READ);
}

/* --- sending --- */

static void send_on(struct task *task)
{
    struct ink_http_exchange *exchange = task->exchange;
    size_t opening = task->opening.len, whole = task->head_len + exchange->body.len;
    while (task->sent < whole) {
        size_t moved = 0;
        struct ink_view rest =
            task->sent < opening ? ink_view_of(task->opening.data + task->sent, opening - task->sent)
                                 : ink_view_of(exchange->body.data + (task->sent - task->head_len), whole - task->sent);
        enum ink_io io = ink_link_send(task->link, rest, &moved);
        if (io == INK_IO_READ || io == INK_IO_WRITE) {
            wait_for(task, EV_READ | (io == INK_IO_WRITE ? EV_WRITE : 0)); /* it may refuse before it has read all */
            return;
        }
        if (io != INK_IO_READY) break; /* what it said before it closed can still be read */
        task->sent += moved;
        exchange->sent = true;
    }
    start_receiving(task);
}

static void start_sending(struct task *task)
{
    task->state = SENDING;
    task->sent = 0;
    send_on(task);
}

/* --- connecting --- */

static void shake_hands(struct task *task)
{
    enum ink_io io = ink_tls_handshake(task->link->ssl);
    if (io == INK_IO_READY) {
        start_sending(task);
    } else if (io == INK_IO_FAILED || io == INK_IO_CLOSED) {
        ink_tls_explain(task->link->ssl, &task->exchange->error);
        fail_here(task);
    } else {
        wait_io(task, io);
    }
}

static void start_tls(struct task *task)
{
    struct ink_http_client *client = task->client;
    task->state = HANDSHAKE;
    if (!client->tls && ink_tls_new(&client->tls, &task->exchange->error)) {
        fail_here(task);
        return;
    }
    task->link->ssl = ink_tls_open(client->tls, task->link->fd, task->exchange->origin.host);
    if (task->link->ssl)
        shake_hands(task);
    else
        fail(task, INK_E_OOM, "no memory for a TLS connection");
}

/* Tries one address after the other; why: how the one before failed. */
static void connect_next(struct task *task, int why)
{
    task->state = CONNECTING;
    while (task->next_address < task->addresses.count) {
        drop_link(task);
        task->link = ink_link_open(&task->exchange->origin, &task->addresses.list[task->next_address++]);
        if (task->link) {
            wait_for(task, EV_WRITE);
            return;
        }
        why = errno;
    }
    char text[128];
    snprintf(text, sizeof text, "no connection: %s", strerror(why));
    fail(task, INK_E_NETWORK, text);
}

static void connected(struct task *task)
{
    int why = ink_link_error(task->link);
    if (why)
        connect_next(task, why);
    else if (task->exchange->origin.tls)
        start_tls(task);
    else
        start_sending(task);
}

static void resolved(void *arg, const struct ink_addresses *addresses, const char *why)
{
    struct task *task = arg;
    task->lookup = NULL;
    if (addresses) {
        task->addresses = *addresses;
        task->next_address = 0;
        connect_next(task, 0);
        return;
    }
    char text[200];
    snprintf(text, sizeof text, "the name could not be resolved: %s", why);
    fail(task, INK_E_NETWORK, text);
}

static void open_fresh(struct task *task)
{
    const struct ink_origin *origin = &task->exchange->origin;
    task->kept = false;
    task->state = RESOLVING;
    ink_resolve(task->client->resolver, origin->host, origin->port, resolved, task, &task->lookup);
    if (task->state == RESOLVING) wait_for(task, 0); /* for the deadline only */
}

static void timed_out(struct task *task)
{
    static const char *const what[] = {
        [WAITING] = "its turn did not come", [RESOLVING] = "the name was not resolved",  [CONNECTING] = "no connection",
        [HANDSHAKE] = "TLS was not set up",  [SENDING] = "the request was not sent off", [RECEIVING] = "no full answer",
    };
    const struct ink_http_exchange *exchange = task->exchange;
    bool past = exchange->deadline_us && ink_clock_us() >= exchange->deadline_us;
    if (task->state == CONNECTING && task->next_address < task->addresses.count && !past) {
        connect_next(task, ETIMEDOUT);
        return;
    }
    char text[128];
    snprintf(text, sizeof text, "%s in the time given", what[task->state]);
    fail(task, INK_E_TIMEOUT, text);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct task *task = arg;
    if (what & EV_TIMEOUT) {
        timed_out(task);
        return;
    }
    switch (task->state) {
    case CONNECTING: connected(task); break;
    case HANDSHAKE: shake_hands(task); break;
    case SENDING:
        if (!(what & EV_READ) || receive(task)) send_on(task);
        break;
    case RECEIVING:
        if (receive(task)) wait_for(task, EV_READ);
        break;
    default: break;
    }
}

/* --- the request --- */

static bool clean(const char *text, const char *forbidden)
{
    return strpbrk(text, forbidden) == NULL;
}

static bool has_header(const struct ink_http_exchange *exchange, const char *name)
{
    for (size_t i = 0; i < exchange->header_count; i++)
        if (ink_text_equal_nocase(exchange->headers[i].name, name)) return true;
    return false;
}

/* Nothing that a caller passes on from outside may end a line. */
static ink_status write_head(const struct ink_http_exchange *exchange, struct ink_buffer *out, struct ink_error *err)
{
    if (exchange->target[0] != '/' || !clean(exchange->target, " \t\r\n") || !clean(exchange->method, " \t\r\n"))
        return ink_fail(err, INK_E_ARGUMENT, "a request's path must start with '/' and have no blanks");
    ink_buffer_printf(out, "%s %s HTTP/1.1\r\n", exchange->method, exchange->target);
    if (!has_header(exchange, "host")) {
        ink_buffer_text(out, "Host: ");
        ink_origin_host_header(&exchange->origin, out);
        ink_buffer_text(out, "\r\n");
    }
    for (size_t i = 0; i < exchange->header_count; i++) {
        const struct ink_http_header *header = &exchange->headers[i];
        if (!clean(header->name, " \t\r\n:") || !clean(header->value, "\r\n"))
            return ink_fail(err, INK_E_ARGUMENT, "the value of the header %.60s breaks the line", header->name);
        ink_buffer_printf(out, "%s: %s\r\n", header->name, header->value);
    }
    bool sends = exchange->body.len || strcmp(exchange->method, "PUT") == 0 || strcmp(exchange->method, "POST") == 0;
    if (sends && !has_header(exchange, "content-length"))
        ink_buffer_printf(out, "Content-Length: %zu\r\n", exchange->body.len);
    ink_buffer_text(out, "\r\n");
    return out->failed ? ink_fail(err, INK_E_LIMIT, "the request's head is too long") : INK_OK;
}

static void prepare(struct ink_http_client *client, struct ink_http_exchange *exchange, struct task *task)
{
    exchange->status = INK_OK;
    exchange->error = (struct ink_error){0};
    exchange->code = 0;
    exchange->sent = false;
    ink_buffer_init(&exchange->head, INK_HTTP1_HEAD_MAX);
    ink_buffer_init(&exchange->body_in, exchange->answer_cap_bytes);
    task->client = client;
    task->exchange = exchange;
    ink_buffer_init(&task->opening, REQUEST_HEAD_MAX + SHORT_BODY_MAX);
    ink_http1_init(&task->parser, strcmp(exchange->method, "HEAD") == 0, &exchange->head, &exchange->body_in);
}

static void start(struct task *task)
{
    struct ink_http_exchange *exchange = task->exchange;
    task->client->running++;
    task->state = RESOLVING;
    if (write_head(exchange, &task->opening, &exchange->error)) {
        fail_here(task);
        return;
    }
    task->head_len = task->opening.len;
    if (exchange->body.len <= SHORT_BODY_MAX)
        ink_buffer_append(&task->opening, exchange->body.data, exchange->body.len);
    if (exchange->deadline_us && ink_clock_us() >= exchange->deadline_us) {
        fail(task, INK_E_TIMEOUT, "the time given was over before the request was sent");
        return;
    }
    task->link = ink_pool_take(&task->client->pool, &exchange->origin);
    task->kept = task->link != NULL;
    if (task->kept)
        start_sending(task);
    else
        open_fresh(task);
}

static void run(struct ink_http_client *client, struct task *tasks, size_t count)
{
    size_t next = 0;
    while (client->unfinished) {
        while (next < count && client->running < RUNNING_MOST) start(&tasks[next++]);
        if (client->unfinished && client->running && event_base_loop(client->base, EVLOOP_ONCE) < 0) break;
    }
    for (size_t i = 0; i < count; i++) /* only where the event loop itself failed */
        if (tasks[i].state != FINISHED) fail(&tasks[i], INK_E_INTERNAL, "the event loop failed");
}

ink_status ink_http_perform(struct ink_http_client *client, struct ink_http_exchange *exchanges, size_t count)
{
    if (count == 0) return INK_OK;
    struct task *tasks = ink_calloc(count, sizeof *tasks);
    client->unfinished = count;
    client->running = 0;
    for (size_t i = 0; i < count; i++) {
        struct task unused = {0};
        prepare(client, &exchanges[i], tasks ? &tasks[i] : &unused);
        if (!tasks) exchanges[i].status = ink_fail(&exchanges[i].error, INK_E_OOM, "no memory for a request");
    }
    if (!tasks) return INK_E_OOM;
    run(client, tasks, count);
    ink_free(tasks);
    for (size_t i = 0; i < count; i++)
        if (exchanges[i].status) return exchanges[i].status;
    return INK_OK;
}
