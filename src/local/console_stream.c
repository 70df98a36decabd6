/* SPDX-License-Identifier: MIT */
/* The stream of events, and what of the store goes into it. */
#include "local/console_call.h"
#include "local/console_kind.h"
#include "local/feed.h"

static ssize_t read_feed(const struct ink_http_stream *stream, char *out, size_t room)
{
    for (;;) {
        ssize_t len = ink_feed_read(stream->self, out, room);
        if (len) return len > 0 ? len : 0;
        if (ink_http_stream_left(stream)) return -1;
    }
}

static void close_feed(struct ink_console_call *call)
{
    ink_feed_close(call->own);
}

void ink_console_stream(struct ink_console_call *call)
{
    const char *last = ink_http_header(call->http, "Last-Event-ID");
    call->own = ink_feed_open(call->console->feed, last ? last : ink_console_param(call, "after"));
    if (!call->own) {
        ink_console_refuse(call, INK_CONSOLE_BUSY, "There are %d streams already: close other windows of the console.",
                           INK_FEED_READERS_MAX);
        return;
    }
    call->close = close_feed;
    call->answered = true;
    ink_http_respond(call->http, 200, "text/event-stream", (struct ink_view){0});
    ink_http_respond_header(call->http, "Cache-Control", "no-store");
    ink_http_respond_header(call->http, "X-Content-Type-Options", "nosniff");
    call->http->response.stream = (struct ink_http_stream){.read = read_feed, .self = call->own};
}

void ink_console_tell_changes(void *arg, const struct ink_store_change *change)
{
    struct ink_console *console = arg;
    for (; change && ink_feed_heard(console->feed); change = change->next) {
        json_t *data = json_pack("{s:o,s:o,s:s,s:s,s:s}", "bucket", ink_json_text(change->bucket), "key",
                                 ink_json_text(change->key), "change", change->deleted ? "delete" : "put", "kind",
                                 ink_console_kind(change->key), "type", ink_console_type(change->key));
        if (data && !change->deleted) {
            json_object_set_new(data, "etag", json_string(change->etag));
            json_object_set_new(data, "size", json_integer((json_int_t)change->size));
        }
        if (data) json_object_set_new(data, "modified_at_ms", json_integer((json_int_t)change->modified_ms));
        ink_feed_tell(console->feed, "object", data);
    }
}
