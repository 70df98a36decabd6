/* SPDX-License-Identifier: MIT */
/* feed.h - what happens, told to any number of readers as server-sent events (WHATWG HTML, section 9.2).
 *
 *   ink_feed_tell(event, data)  ->  a ring of the last messages  ->  readers, each at its own place
 *
 * The ring is all the memory there is, however slow a reader is: one that falls behind it is told so and goes on from now.
 * While nobody has read for a while, nothing is written down. Thread-safe. */
#ifndef INK_LOCAL_FEED_H
#define INK_LOCAL_FEED_H

#include <jansson.h>
#include <sys/types.h>

#include "base/buffer.h"

enum {
    INK_FEED_MESSAGES = 1024,
    INK_FEED_BYTES_MAX = 4 * 1024 * 1024, /* of all messages */
    INK_FEED_MESSAGE_MAX = 64 * 1024,     /* longer ones are left out, which a reader sees as having fallen behind */
    INK_FEED_READERS_MAX = 16,
    INK_FEED_BEAT_MS = 10000, /* a comment, when there is nothing else to say */
};

struct ink_feed;

/* boot is copied: the first part of each id. NULL: out of memory. */
struct ink_feed *ink_feed_new(const char *boot);
void ink_feed_free(struct ink_feed *feed); /* all readers closed; NULL is allowed */

/* Whether somebody reads, or did so a moment ago: if not, what is told is dropped. */
bool ink_feed_heard(struct ink_feed *feed);

/* data is taken over; NULL is left out. */
void ink_feed_tell(struct ink_feed *feed, const char *event, json_t *data);

/* Lets go of all readers: their next read ends. */
void ink_feed_stop(struct ink_feed *feed);

struct ink_feed_reader;

/* last_id: of the last message that was read, "BOOT-N"; NULL: from now on. NULL: there are INK_FEED_READERS_MAX. */
struct ink_feed_reader *ink_feed_open(struct ink_feed *feed, const char *last_id);
void ink_feed_close(struct ink_feed_reader *reader);

/* Writes the next bytes to out, up to `room`, and returns how many; 0: there was nothing for half a second; -1: the feed was
 * stopped. One thread a reader. */
ssize_t ink_feed_read(struct ink_feed_reader *reader, char *out, size_t room);

#endif
