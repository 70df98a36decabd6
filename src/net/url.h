/* SPDX-License-Identifier: MIT */
/* url.h - the few parts of a URL that an endpoint has, and percent-encoding as AWS wants it.
 *
 * Everything here is pure and thread-safe; the text may be hostile. */
#ifndef INK_NET_URL_H
#define INK_NET_URL_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/view.h"

enum { INK_HOST_MAX = 255 };

/* Where a connection goes to. Two equal origins can share a connection. */
struct ink_origin {
    bool tls;
    uint16_t port;               /* 1..65535 */
    char host[INK_HOST_MAX + 1]; /* lower case; an IPv6 address stands without its brackets */
};

/* Reads "http://host:port/path", "https://[::1]/" or, as the Runtime API's address is written, "host:port/path" (http).
 * *path points into text: from the first '/' behind the host, without a '/' at its end, so "" for most endpoints.
 * INK_E_FORMAT for another scheme, a user or password, a query, a bad port, a host with characters that no host has. */
INK_NODISCARD ink_status ink_url_parse(const char *text, struct ink_origin *origin, const char **path, size_t *path_len,
                                       struct ink_error *err);

bool ink_origin_equal(const struct ink_origin *a, const struct ink_origin *b);

/* Appends what the Host header says: brackets round IPv6, the port only where it is not the scheme's own. */
void ink_origin_host_header(const struct ink_origin *origin, struct ink_buffer *out);

/* Appends text with everything but A-Z a-z 0-9 - . _ ~ as %XX (capital hex); '/' stays when keep_slash. */
void ink_url_encode(struct ink_view text, bool keep_slash, struct ink_buffer *out);

/* The same for text that may be encoded already, in whatever way: decodes and encodes, so that one spelling is left. */
void ink_url_recode(struct ink_view text, bool keep_slash, struct ink_buffer *out);

/* Appends text with every %XX decoded; a '%' that starts no escape stays as it is. '+' becomes a space when plus_is_space. */
void ink_url_decode(struct ink_view text, bool plus_is_space, struct ink_buffer *out);

#endif
