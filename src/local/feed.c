/* SPDX-License-Identifier: MIT */
#include "local/feed.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/text.h"

enum {
    LOOK_MS = 500,     /* how long a read waits */
    LINGER_MS = 60000, /* messages are kept for a reader that was there this long ago: it may come back */
    BOOT_MAX = 16,
};

struct message {
    char *text; /* NULL: it was dropped */
    size_t len;
};

struct ink_feed {
    char boot[BOOT_MAX + 1];
    pthread_mutex_t lock;
    pthread_cond_t told;
    struct message ring[INK_FEED_MESSAGES]; /* message n lies at n % INK_FEED_MESSAGES */
    uint64_t first, next;                   /* those that are there: [first, next) */
    size_t bytes;
    int readers;
    uint64_t left_us; /* when the last reader closed; 0: there was none */
    bool stop;
};

struct ink_feed_reader {
    struct ink_feed *feed;
    uint64_t at;            /* the next message */
    struct ink_buffer text; /* what is being sent */
    size_t sent;            /* of it */
    uint64_t spoken_us;     /* when something was sent last */
};

struct ink_feed *ink_feed_new(const char *boot)
{
    struct ink_feed *feed = ink_calloc(1, sizeof *feed);
    if (!feed) return NULL;
    snprintf(feed->boot, sizeof feed->boot, "%s", boot);
    ink_cond_init(&feed->told);
    pthread_mutex_init(&feed->lock, NULL);
    feed->first = feed->next = 1;
    return feed;
}

void ink_feed_free(struct ink_feed *feed)
{
    if (!feed) return;
    for (size_t i = 0; i < INK_FEED_MESSAGES; i++) ink_free(feed->ring[i].text);
    pthread_cond_destroy(&feed->told);
    pthread_mutex_destroy(&feed->lock);
    ink_free(feed);
}

/* --- telling, with the lock held ------------------------------------------------------------------------------------ */

static bool is_heard(const struct ink_feed *feed)
{
    return feed->readers > 0 || (feed->left_us && ink_clock_us() - feed->left_us < LINGER_MS * 1000ull);
}

static void drop_first(struct ink_feed *feed)
{
    struct message *message = &feed->ring[feed->first++ % INK_FEED_MESSAGES];
    feed->bytes -= message->len;
    ink_free(message->text);
    *message = (struct message){0};
}

static void drop_all(struct ink_feed *feed)
{
    while (feed->first < feed->next) drop_first(feed);
    feed->first = ++feed->next; /* one that nobody will see: who comes back knows that something is missing */
}

static void add(struct ink_feed *feed, const char *event, const char *data)
{
    size_t cap = strlen(data) + strlen(event) + 80;
    char *text = cap <= INK_FEED_MESSAGE_MAX ? ink_malloc(cap) : NULL;
    if (!text) {
        drop_all(feed);
        return;
    }
    int len = snprintf(text, cap, "id: %s-%llu\nevent: %s\ndata: %s\n\n", feed->boot, (unsigned long long)feed->next,
                       event, data);
    if (feed->next - feed->first == INK_FEED_MESSAGES) drop_first(feed);
    feed->ring[feed->next++ % INK_FEED_MESSAGES] = (struct message){text, (size_t)len};
    feed->bytes += (size_t)len;
    while (feed->bytes > INK_FEED_BYTES_MAX) drop_first(feed);
}

bool ink_feed_heard(struct ink_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    bool heard = is_heard(feed);
    if (!heard) drop_all(feed);
    pthread_mutex_unlock(&feed->lock);
    return heard;
}

void ink_feed_tell(struct ink_feed *feed, const char *event, json_t *data)
{
    char *text = data && ink_feed_heard(feed) ? json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(9))
                                              : NULL; /* one line: no raw newline */
    json_decref(data);
    if (!text) return;
    pthread_mutex_lock(&feed->lock);
    add(feed, event, text);
    pthread_cond_broadcast(&feed->told);
    pthread_mutex_unlock(&feed->lock);
    free(text);
}

void ink_feed_stop(struct ink_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    feed->stop = true;
    pthread_cond_broadcast(&feed->told);
    pthread_mutex_unlock(&feed->lock);
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

static void say_hello(struct ink_feed_reader *reader, bool resumed)
{
    ink_buffer_printf(&reader->text, "event: hello\ndata: {\"boot\":\"%s\",\"resumed\":%s}\n\n", reader->feed->boot,
                      resumed ? "true" : "false");
}

/* The number behind "BOOT-"; 0 where it is not one of ours. */
static uint64_t number_of(const struct ink_feed *feed, const char *id)
{
    size_t boot_len = strlen(feed->boot);
    uint64_t number = 0;
    if (!id || strncmp(id, feed->boot, boot_len) != 0 || id[boot_len] != '-') return 0;
    return ink_text_u64(ink_view_text(id + boot_len + 1), UINT64_MAX - 1, &number) ? number : 0;
}

struct ink_feed_reader *ink_feed_open(struct ink_feed *feed, const char *last_id)
{
    struct ink_feed_reader *reader = ink_calloc(1, sizeof *reader);
    if (!reader) return NULL;
    ink_buffer_init(&reader->text, INK_FEED_MESSAGE_MAX + 256);
    *reader = (struct ink_feed_reader){.feed = feed, .text = reader->text, .spoken_us = ink_clock_us()};
    pthread_mutex_lock(&feed->lock);
    bool full = feed->readers == INK_FEED_READERS_MAX || feed->stop;
    if (!full) {
        if (!is_heard(feed)) drop_all(feed);
        uint64_t wanted = number_of(feed, last_id) + 1;
        bool resumed = wanted > 1 && wanted >= feed->first && wanted <= feed->next;
        reader->at = resumed ? wanted : feed->next;
        feed->readers++;
        say_hello(reader, resumed);
    }
    pthread_mutex_unlock(&feed->lock);
    if (!full) return reader;
    ink_buffer_cleanup(&reader->text);
    ink_free(reader);
    return NULL;
}

void ink_feed_close(struct ink_feed_reader *reader)
{
    if (!reader) return;
    pthread_mutex_lock(&reader->feed->lock);
    reader->feed->readers--;
    reader->feed->left_us = ink_clock_us();
    pthread_mutex_unlock(&reader->feed->lock);
    ink_buffer_cleanup(&reader->text);
    ink_free(reader);
}

/* With the lock held: fills reader->text with what comes next, if anything does. */
static void take_next(struct ink_feed_reader *reader)
{
    const struct ink_feed *feed = reader->feed;
    if (reader->at < feed->first) {
        reader->at = feed->next;
        say_hello(reader, false);
        return;
    }
    enum { ROOM = 16 * 1024 }; /* several small ones at once */
    while (reader->at < feed->next && (reader->text.len == 0 || reader->text.len < ROOM)) {
        const struct message *message = &feed->ring[reader->at % INK_FEED_MESSAGES];
        if (ink_buffer_append(&reader->text, message->text, message->len)) break;
        reader->at++;
    }
    reader->text.failed = false; /* what did not fit comes next time */
    if (reader->text.len == 0 && ink_clock_us() - reader->spoken_us >= INK_FEED_BEAT_MS * 1000ull)
        ink_buffer_text(&reader->text, ":\n\n");
}

static void wait_a_moment(struct ink_feed *feed)
{
    struct timespec until = ink_cond_moment(LOOK_MS);
    pthread_cond_timedwait(&feed->told, &feed->lock, &until);
}

static bool refill(struct ink_feed_reader *reader)
{
    struct ink_feed *feed = reader->feed;
    ink_buffer_clear(&reader->text);
    reader->sent = 0;
    pthread_mutex_lock(&feed->lock);
    if (!feed->stop) take_next(reader);
    if (!feed->stop && reader->text.len == 0) {
        wait_a_moment(feed);
        if (!feed->stop) take_next(reader);
    }
    bool stop = feed->stop;
    pthread_mutex_unlock(&feed->lock);
    return !stop;
}

ssize_t ink_feed_read(struct ink_feed_reader *reader, char *out, size_t room)
{
    if (reader->sent == reader->text.len && !refill(reader)) return -1;
    size_t len = reader->text.len - reader->sent;
    if (len > room) len = room;
    if (len == 0) return 0;
    memcpy(out, reader->text.data + reader->sent, len);
    reader->sent += len;
    reader->spoken_us = ink_clock_us();
    return (ssize_t)len;
}
