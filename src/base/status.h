/* SPDX-License-Identifier: MIT */
/* status.h - how every function of inkling says what went wrong.
 *
 *   a function that can fail returns ink_status; its results go to out-parameters
 *   a function that reads bytes from outside also takes `struct ink_error *err` and fills it through ink_fail()
 *
 * The text in ink_error is written for the person who gets it: what, where, and what to do. */
#ifndef INK_BASE_STATUS_H
#define INK_BASE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define INK_PRINTF(fmt_index, args_index) __attribute__((format(printf, fmt_index, args_index)))
#define INK_NODISCARD                     __attribute__((warn_unused_result))
#else
#define INK_PRINTF(fmt_index, args_index)
#define INK_NODISCARD
#endif

/* code, the word that answers and logs use, what it means */
#define INK_STATUS_MAP(X)                                                                                              \
    X(OK, "ok", "no error")                                                                                            \
    X(OOM, "out-of-memory", "an allocation failed or a memory cap was reached")                                        \
    X(ARGUMENT, "bad-argument", "the caller gave something that is not allowed")                                       \
    X(IO, "io", "a file could not be read or written")                                                                 \
    X(NOT_FOUND, "not-found", "there is no such thing")                                                                \
    X(FORMAT, "bad-format", "bytes from outside are not what they claim to be")                                        \
    X(LIMIT, "too-big", "more than the limit allows")                                                                  \
    X(IMAGE, "bad-image", "the picture cannot be read")                                                                \
    X(NO_INK, "no-ink", "the picture has nothing written on it")                                                       \
    X(MODEL, "bad-model", "the model is damaged or contradicts itself")                                                \
    X(UNSUPPORTED, "unsupported-model", "the model uses something that the engine does not support")                   \
    X(NOT_CLASSIFIER, "not-a-classifier", "the model does not map a picture to scores")                                \
    X(NEED_DATA, "need-data", "a shape depends on values that are known only when the model runs")                     \
    X(NETWORK, "network", "a connection failed or broke")                                                              \
    X(TIMEOUT, "timeout", "the time given was not enough")                                                             \
    X(TLS, "tls", "the peer's certificate was not accepted")                                                           \
    X(DENIED, "denied", "the service refused the credentials or the permission")                                       \
    X(REMOTE, "remote", "the service answered with an error")                                                          \
    X(CHANGED, "changed", "the object changed while it was read or written")                                           \
    X(INTERNAL, "internal", "a bug in inkling")

typedef enum ink_status {
#define X(code, word, meaning) INK_E_##code,
    INK_STATUS_MAP(X)
#undef X
        INK_STATUS_COUNT
} ink_status;

#define INK_OK INK_E_OK

enum { INK_ERROR_TEXT_MAX = 480 };

struct ink_error {
    ink_status status;
    char text[INK_ERROR_TEXT_MAX]; /* one line, no newline, NUL-terminated; "" while status is INK_OK */
};

/* The word of a status, "bad-image"; never NULL. */
const char *ink_status_word(ink_status status);

/* Writes the text (cut at INK_ERROR_TEXT_MAX, control characters escaped) and the status into err; returns the status.
 * err may be NULL. */
ink_status ink_fail(struct ink_error *err, ink_status status, const char *format, ...) INK_PRINTF(3, 4);

/* Puts "prefix: " before the text that is there already, for the caller that knows the name: "digit.png: ".
 * Returns err->status. */
ink_status ink_fail_in(struct ink_error *err, const char *format, ...) INK_PRINTF(2, 3);

#endif
