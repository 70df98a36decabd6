/* SPDX-License-Identifier: MIT */
/* kill -9 at random moments under load, again and again: what was acknowledged is there after the restart, whole, and its
 * event is handled. usage: crash_test SERVE FUNCTION log|answers; 20 rounds, 200 with INK_LONG=1.
 * log: the function prints "event KEY ETAG" for each event; each acknowledged put must be among them in the end.
 * answers: it is the real one; after each restart each picture that is there must get the answer to just this one. */
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "cloud.h"

enum { CLIENTS = 4, KEYS = 5, PUTS_MAX = 100000 };

/* The newest put of a key that was acknowledged, and those after it, which may or may not have happened. */
struct key_state {
    unsigned acknowledged, tried;
};

struct client {
    pthread_t thread;
    uint16_t port;
    int number;
    struct key_state keys[KEYS];
};

static struct client clients[CLIENTS];
static _Atomic bool running;
static _Atomic unsigned next_put = 1;
static char expected[PUTS_MAX][33]; /* the ETag of each acknowledged put, by its number */
static int owners[PUTS_MAX];        /* whose put it is */

/* A body that tells its number: small ones and large ones. */
static size_t make_body(unsigned put, struct ink_buffer *out)
{
    size_t len = put % 5 == 0 ? 200000 + put % 1000 : 20 + put % 3000;
    ink_buffer_clear(out);
    ink_buffer_printf(out, "%010u\n", put);
    while (out->len < len) ink_buffer_append(out, &(char){(char)(out->len * 31 + put)}, 1);
    return out->len;
}

static void take_etag(const struct s3_client *s3, char etag[33])
{
    /* name, 0, value, 0, ... */
    const char *at = (const char *)s3->head.data, *end = at + s3->head.len;
    while (at < end) {
        const char *value = at + strlen(at) + 1;
        if (strcasecmp(at, "etag") == 0) snprintf(etag, 33, "%.32s", value + 1);
        at = value + strlen(value) + 1;
    }
}

static void *put_much(void *arg)
{
    struct client *self = arg;
    struct s3_client s3;
    struct ink_buffer body;
    ink_buffer_init(&body, 1 << 20);
    s3_init(&s3, self->port);
    while (running) {
        unsigned put = next_put++;
        char target[64];
        struct key_state *key = &self->keys[put % KEYS];
        if (put >= PUTS_MAX) break;
        make_body(put, &body);
        snprintf(target, sizeof target, "/handwriting/c%d/k%u.png", self->number, put % KEYS);
        owners[put] = self->number;
        key->tried = put;
        if (s3_call(&s3, "PUT", target, ink_buffer_view(&body)) != 200) break; /* the server is gone */
        key->acknowledged = put;
        take_etag(&s3, expected[put]);
    }
    s3_cleanup(&s3);
    ink_buffer_cleanup(&body);
    return NULL;
}

/* Whole, and the last acknowledged one or a later one that was under way. */
static bool key_right(struct s3_client *s3, int client, unsigned key, struct ink_buffer *want)
{
    const struct key_state *state = &clients[client].keys[key];
    char target[64];
    snprintf(target, sizeof target, "/handwriting/c%d/k%u.png", client, key);
    int code = s3_call(s3, "GET", target, ink_view_of(NULL, 0));
    if (code == 404) return state->acknowledged == 0;
    if (code != 200 || s3->body.len < 10) return false;
    unsigned put = (unsigned)strtoul((const char *)s3->body.data, NULL, 10);
    bool later = put > state->acknowledged && put <= state->tried && owners[put] == client;
    if (put != state->acknowledged && !later) return false;
    make_body(put, want);
    return ink_view_equal(ink_buffer_view(want), ink_buffer_view(&s3->body));
}

static int count_wrong_keys(uint16_t port)
{
    struct s3_client s3;
    struct ink_buffer want;
    int wrong = 0;
    ink_buffer_init(&want, 1 << 20);
    s3_init(&s3, port);
    for (int client = 0; client < CLIENTS; client++)
        for (unsigned key = 0; key < KEYS; key++)
            if (!key_right(&s3, client, key, &want)) {
                printf("c%d/k%u.png is not what was acknowledged (put %u, at most %u): %.*s\n", client, key,
                       clients[client].keys[key].acknowledged, clients[client].keys[key].tried,
                       s3.body.len < 10 ? (int)s3.body.len : 10, s3.body.len ? (const char *)s3.body.data : "");
                wrong++;
            }
    s3_cleanup(&s3);
    ink_buffer_cleanup(&want);
    return wrong;
}

/* Acknowledged puts whose ETag the function has not printed. */
static size_t count_unhandled(const char *log_path)
{
    size_t missing = 0;
    struct ink_buffer log;
    ink_buffer_init(&log, 64 << 20);
    FILE *file = fopen(log_path, "r");
    char piece[65536];
    for (size_t n; file && (n = fread(piece, 1, sizeof piece, file)) > 0;) ink_buffer_append(&log, piece, n);
    if (file) fclose(file);
    for (unsigned put = 1; put < next_put && put < PUTS_MAX; put++)
        missing += *expected[put] && !(log.data && strstr((char *)log.data, expected[put]));
    ink_buffer_cleanup(&log);
    return missing;
}

static size_t wait_until_handled(const char *log_path)
{
    size_t missing = 1;
    for (uint64_t until = ink_clock_us() + 30000000; missing && ink_clock_us() < until; usleep(20000))
        missing = count_unhandled(log_path);
    return missing;
}

/* --- answers ---------------------------------------------------------------------------------------------------- */

/* The picture that is there has its results.json, and results.txt is beside it. */
static bool answered(struct s3_client *s3, int client, unsigned key)
{
    char target[64], etag[33] = "";
    const struct ink_view none = {0};
    snprintf(target, sizeof target, "/handwriting/c%d/k%u.png", client, key);
    int code = s3_call(s3, "HEAD", target, none);
    if (code == 404) return true;
    take_etag(s3, etag);
    snprintf(target, sizeof target, "/handwriting/c%d/k%u.results.json", client, key);
    if (code != 200 || strlen(etag) != 32 || s3_call(s3, "GET", target, none) != 200) return false;
    if (ink_buffer_append(&s3->body, "", 1) || !strstr((char *)s3->body.data, etag)) return false;
    snprintf(target, sizeof target, "/handwriting/c%d/k%u.results.txt", client, key);
    return s3_call(s3, "HEAD", target, none) == 200;
}

static size_t answers_seen;

/* Of the keys, those without their answer after half a minute. */
static size_t count_unanswered(uint16_t port)
{
    struct s3_client s3;
    size_t missing = 0;
    s3_init(&s3, port);
    uint64_t until = ink_clock_us() + 30000000;
    for (int client = 0; client < CLIENTS; client++)
        for (unsigned key = 0; key < KEYS; key++) {
            bool good;
            while (!(good = answered(&s3, client, key)) && ink_clock_us() < until) usleep(5000);
            if (!good) printf("c%d/k%u.png has no answer\n", client, key);
            missing += !good;
            answers_seen += good && clients[client].keys[key].acknowledged;
        }
    s3_cleanup(&s3);
    return missing;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    return remove(path);
}

static void load_and_kill(struct cloud *cloud, unsigned *random)
{
    running = true;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i].port = cloud->port;
        clients[i].number = i;
        pthread_create(&clients[i].thread, NULL, put_much, &clients[i]);
    }
    usleep(5000 + (unsigned)rand_r(random) % 80000);
    cloud_end(cloud, SIGKILL);
    running = false;
    for (int i = 0; i < CLIENTS; i++) pthread_join(clients[i].thread, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 4) return 2;
    bool answers = strcmp(argv[3], "answers") == 0;
    char base[] = "/tmp/inkling-crash-XXXXXX", dir[64], log_path[96], function[4096];
    if (!mkdtemp(base) || !realpath(argv[2], function)) return 2;
    snprintf(dir, sizeof dir, "%s/cloud", base);
    snprintf(log_path, sizeof log_path, "%s/function.log", dir);
    const char *const more[] = {"--function", function, "--retry-waits", "100,100,100,100", NULL};
    struct cloud cloud;
    unsigned random = (unsigned)getpid();
    const char *many = getenv("INK_LONG");
    int rounds = many && *many ? 200 : 20, wrong = 0;
    size_t unhandled = 0, acknowledged = 0;
    printf("seed %u\n", random);
    for (int round = 0; round < rounds && !wrong && !unhandled; round++) {
        if (!cloud_start(&cloud, argv[1], dir, more)) {
            printf("round %d: the server does not start\n", round);
            return 1;
        }
        wrong = count_wrong_keys(cloud.port);
        if (answers) unhandled = count_unanswered(cloud.port);
        load_and_kill(&cloud, &random);
    }
    if (!cloud_start(&cloud, argv[1], dir, more)) return 1;
    wrong += count_wrong_keys(cloud.port);
    unhandled += answers ? count_unanswered(cloud.port) : wait_until_handled(log_path);
    for (unsigned put = 1; put < next_put && put < PUTS_MAX; put++) acknowledged += *expected[put] != '\0';
    int status = cloud_end(&cloud, SIGTERM);
    printf("%d rounds, %zu puts acknowledged, %zu not handled, %d keys wrong, shutdown status %d\n", rounds,
           acknowledged, unhandled, wrong, status);
    if (answers) printf("%zu answers looked at\n", answers_seen);
    nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return wrong || unhandled || status || acknowledged < (size_t)rounds;
}
