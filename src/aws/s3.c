/* SPDX-License-Identifier: MIT */
/* Rounds: all calls that are due go out together; each then is done, or due again after a wait. */
#include "aws/s3.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "aws/s3_call.h"
#include "base/alloc.h"
#include "base/clock.h"

enum {
    TRIES = 6,
    FIRST_WAIT_US = 50 * 1000, /* the most before the second try; doubles with each */
    LONGEST_WAIT_US = 2 * 1000 * 1000,
    QUIET_US = 10 * 1000 * 1000,
};

ink_status ink_s3_new(struct ink_http_client *http, const struct ink_aws_config *config, const char *endpoint,
                      struct ink_s3 **out, struct ink_error *err)
{
    struct ink_s3 *s3 = ink_calloc(1, sizeof *s3);
    if (!s3) return ink_fail(err, INK_E_OOM, "no memory for the S3 client");
    s3->http = http;
    s3->config = config;
    if (config->access_key) {
        s3->signer.access_key = ink_view_text(config->access_key);
        s3->signer.secret = ink_view_text(config->secret);
        s3->signer.service = ink_view_text("s3");
    }
    if (getrandom(&s3->random, sizeof s3->random, GRND_NONBLOCK) < 0) s3->random = ink_clock_us();
    if (!endpoint) endpoint = ink_aws_endpoint_from_env("S3");
    if (endpoint) {
        const char *path;
        size_t path_len;
        ink_status st = ink_url_parse(endpoint, &s3->origin, &path, &path_len, err);
        if (!st && path_len >= sizeof s3->base) st = ink_fail(err, INK_E_FORMAT, "its path is too long");
        if (st) {
            ink_s3_free(s3);
            return ink_fail_in(err, "the S3 endpoint");
        }
        s3->custom = true;
        memcpy(s3->base, path, path_len);
    }
    *out = s3;
    return INK_OK;
}

void ink_s3_free(struct ink_s3 *s3)
{
    ink_free(s3);
}

bool ink_s3_may_pass(ink_status status)
{
    return status == INK_E_NETWORK || status == INK_E_TIMEOUT || status == INK_E_REMOTE || status == INK_E_TLS ||
           status == INK_E_OOM || status == INK_E_FORMAT;
}

void ink_s3_call_cleanup(struct ink_s3_call *call)
{
    ink_buffer_cleanup(&call->body_in);
}

static uint64_t random_below(struct ink_s3 *s3, uint64_t limit)
{
    s3->random += UINT64_C(0x9E3779B97F4A7C15); /* SplitMix64, Steele et al. 2014 */
    uint64_t z = s3->random;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (z ^ z >> 31) % limit;
}

/* "Full jitter" (Brooker, AWS Architecture Blog 2015): anything from nothing to the doubled wait. */
static void plan_again(struct ink_s3 *s3, struct ink_s3_way *way, uint64_t deadline_us)
{
    unsigned tries = way->call->attempts;
    uint64_t most = (uint64_t)FIRST_WAIT_US << tries;
    way->due_us = ink_clock_us() + random_below(s3, most < LONGEST_WAIT_US ? most : LONGEST_WAIT_US);
    way->done = tries >= TRIES || (deadline_us && way->due_us >= deadline_us);
}

static void reset(struct ink_s3_call *call)
{
    call->status = INK_OK;
    call->error = (struct ink_error){0};
    call->code = 0;
    call->reason[0] = call->etag[0] = call->found_version[0] = call->found_type[0] = '\0';
    call->body_in = (struct ink_buffer){0};
    call->found_bytes = 0;
    call->modified_ms = 0;
    call->items = NULL;
    call->item_count = 0;
    call->token = NULL;
    call->attempts = 0;
}

/* Writes those that are due, next to each other; returns how many. */
static size_t write_due(struct ink_s3 *s3, struct ink_s3_way *ways, size_t count, struct ink_http_exchange *exchanges,
                        struct ink_s3_way **sent, uint64_t deadline_us)
{
    size_t due = 0;
    uint64_t now = ink_clock_us();
    for (size_t i = 0; i < count; i++) {
        struct ink_s3_way *way = &ways[i];
        if (way->done || way->due_us > now) continue;
        way->exchange = &exchanges[due];
        way->call->attempts++;
        way->call->error = (struct ink_error){0};
        way->call->status = ink_s3_write(s3, way, &way->call->error);
        way->done = way->call->status != INK_OK;
        if (way->done) continue;
        exchanges[due].deadline_us = deadline_us;
        exchanges[due].quiet_us = QUIET_US;
        sent[due++] = way;
    }
    return due;
}

/* A try that was under way when time was over says less than what S3 had said before: that stands. */
static void keep_what_was_said(struct ink_s3_way *way)
{
    struct ink_s3_call *call = way->call;
    if (call->status == INK_E_TIMEOUT && call->code == 0 && way->said.status) {
        call->error = way->said;
        call->status = way->said.status;
        call->code = way->said_code;
    } else if (call->code) {
        way->said = call->error;
        way->said_code = call->code;
    }
}

static void judge_all(struct ink_s3 *s3, struct ink_s3_way **sent, size_t count, uint64_t deadline_us)
{
    for (size_t i = 0; i < count; i++) {
        enum ink_s3_verdict verdict = ink_s3_judge(s3, sent[i]);
        keep_what_was_said(sent[i]);
        sent[i]->done = verdict == INK_S3_DONE;
        if (verdict == INK_S3_AGAIN) plan_again(s3, sent[i], deadline_us);
        ink_http_exchange_cleanup(sent[i]->exchange);
    }
}

/* Sleeps until the next call is due; false when none is left. */
static bool wait_for_due(const struct ink_s3_way *ways, size_t count)
{
    uint64_t next = UINT64_MAX, now = ink_clock_us();
    for (size_t i = 0; i < count; i++)
        if (!ways[i].done && ways[i].due_us < next) next = ways[i].due_us;
    if (next == UINT64_MAX) return false;
    if (next > now) {
        uint64_t us = next - now;
        nanosleep(&(struct timespec){.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000}, NULL);
    }
    return true;
}

ink_status ink_s3_perform(struct ink_s3 *s3, struct ink_s3_call *calls, size_t count, uint64_t deadline_us)
{
    if (count == 0) return INK_OK;
    struct ink_s3_way *ways = ink_calloc(count, sizeof *ways);
    struct ink_s3_way **sent = ink_calloc(count, sizeof *sent);
    struct ink_http_exchange *exchanges = ink_calloc(count, sizeof *exchanges);
    bool room = ways && sent && exchanges;
    for (size_t i = 0; i < count; i++) {
        reset(&calls[i]);
        if (room)
            ways[i].call = &calls[i];
        else
            calls[i].status = ink_fail(&calls[i].error, INK_E_OOM, "no memory for an S3 request");
    }
    while (room && wait_for_due(ways, count)) {
        size_t due = write_due(s3, ways, count, exchanges, sent, deadline_us);
        ink_http_perform(s3->http, exchanges, due);
        judge_all(s3, sent, due, deadline_us);
    }
    for (size_t i = 0; room && i < count; i++) ink_s3_way_cleanup(&ways[i]);
    ink_free(exchanges);
    ink_free(sent);
    ink_free(ways);
    for (size_t i = 0; i < count; i++)
        if (calls[i].status) return calls[i].status;
    return INK_OK;
}
