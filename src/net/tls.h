/* SPDX-License-Identifier: MIT */
/* tls.h - whom we trust, and one TLS connection over a socket that does not block. Not thread-safe.
 *
 * Nothing of OpenSSL is started before ink_tls_new. Which roots are trusted: see http.h. */
#ifndef INK_NET_TLS_H
#define INK_NET_TLS_H

#include <openssl/types.h>
#include <sys/types.h>

#include "base/status.h"
#include "base/view.h"

struct ink_tls;

INK_NODISCARD ink_status ink_tls_new(struct ink_tls **out, struct ink_error *err);
void ink_tls_free(struct ink_tls *tls);

/* A connection to be made over fd, which stays the caller's; its peer must prove that it is `host`. A session that an earlier
 * connection to the same name left is used again. NULL when memory runs out. Free with ink_tls_close. */
SSL *ink_tls_open(struct ink_tls *tls, int fd, const char *host);

/* Says goodbye without waiting for an answer; a session whose connection ended without one could not be used again. */
void ink_tls_close(SSL *ssl);

enum ink_io { INK_IO_READY, INK_IO_READ, INK_IO_WRITE, INK_IO_CLOSED, INK_IO_FAILED };

/* Go on with the handshake, send, receive. READY: done, *moved bytes (receive: at least 1). READ, WRITE: call again when the
 * socket is readable or writable. CLOSED: the peer said goodbye. FAILED: broken. */
enum ink_io ink_tls_handshake(SSL *ssl);
enum ink_io ink_tls_send(SSL *ssl, struct ink_view bytes, size_t *moved);
enum ink_io ink_tls_receive(SSL *ssl, void *room, size_t len, size_t *moved);

/* What was wrong after a handshake that FAILED: INK_E_TLS, or INK_E_NETWORK when the connection just broke. */
ink_status ink_tls_explain(SSL *ssl, struct ink_error *err);

/* Amazon's roots, DER; written by roots.py from Debian's ca-certificates when the project is built. */
struct ink_tls_root {
    const unsigned char *der;
    size_t len;
};
extern const struct ink_tls_root ink_tls_roots[];
extern const size_t ink_tls_root_count;

#endif
