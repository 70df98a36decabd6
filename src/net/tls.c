/* SPDX-License-Identifier: MIT */
#include "net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "net/url.h"

enum { SESSIONS = 4 };

struct ink_tls {
    SSL_CTX *context;
    BIO_METHOD *socket;
    struct {
        char host[INK_HOST_MAX + 1];
        SSL_SESSION *session;
    } sessions[SESSIONS]; /* the newest of each name, in a ring */
    unsigned next_session;
};

/* A BIO over a socket. OpenSSL's own one calls write(2), which kills the process with SIGPIPE when the peer is gone. */
static int socket_of(BIO *bio)
{
    return (int)(intptr_t)BIO_get_data(bio);
}

static int bio_write(BIO *bio, const char *data, int len)
{
    ssize_t sent = send(socket_of(bio), data, (size_t)len, MSG_NOSIGNAL);
    BIO_clear_retry_flags(bio);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return (int)sent;
}

static int bio_read(BIO *bio, char *data, int len)
{
    ssize_t got = recv(socket_of(bio), data, (size_t)len, 0);
    BIO_clear_retry_flags(bio);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    return (int)got;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *socket_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ink socket");
    if (!method) return NULL;
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
}

/* Where the session of a name is, or else where it may go. */
static unsigned session_place(struct ink_tls *tls, const char *host, bool *found)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        *found = tls->sessions[i].session && strcmp(tls->sessions[i].host, host) == 0;
        if (*found) return i;
    }
    return tls->next_session % SESSIONS;
}

/* Keeps the newest session of a name that its peer has proved; taking it over is what returning 1 means. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct ink_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    const char *host = X509_VERIFY_PARAM_get0_host(SSL_get0_param(ssl), 0);
    if (!host || strlen(host) > INK_HOST_MAX) return 0;
    bool found;
    unsigned at = session_place(tls, host, &found);
    if (!found) tls->next_session++;
    SSL_SESSION_free(tls->sessions[at].session);
    tls->sessions[at].session = session;
    memcpy(tls->sessions[at].host, host, strlen(host) + 1);
    return 1;
}

static ink_status trust_file(X509_STORE *store, const char *name, const char *path, struct ink_error *err)
{
    if (X509_STORE_load_file(store, path)) return INK_OK;
    return ink_fail(err, INK_E_TLS, "%s=%s: no certificates could be read from it", name, path);
}

/* A folder is only looked into for an issuer that is missing, so it costs nothing now. */
static bool trust_folder(X509_STORE *store, const char *path)
{
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
    return lookup && X509_LOOKUP_add_dir(lookup, path, X509_FILETYPE_PEM);
}

static bool trust_amazon(X509_STORE *store)
{
    for (size_t i = 0; i < ink_tls_root_count; i++) {
        const unsigned char *der = ink_tls_roots[i].der;
        X509 *root = d2i_X509(NULL, &der, (long)ink_tls_roots[i].len);
        bool added = root && X509_STORE_add_cert(store, root);
        X509_free(root);
        if (!added) return false;
    }
    return true;
}

static ink_status set_trust(X509_STORE *store, struct ink_error *err)
{
    static const char *const files[] = {"AWS_CA_BUNDLE", "SSL_CERT_FILE"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = getenv(files[i]);
        if (path && *path) return trust_file(store, files[i], path, err);
    }
    const char *folder = getenv("SSL_CERT_DIR");
    if (!trust_amazon(store) || !trust_folder(store, folder && *folder ? folder : "/etc/ssl/certs"))
        return ink_fail(err, INK_E_OOM, "no memory for the roots that are trusted");
    return INK_OK;
}

ink_status ink_tls_new(struct ink_tls **out, struct ink_error *err)
{
    struct ink_tls *tls = ink_calloc(1, sizeof *tls);
    /* no openssl.cnf: it may be missing, and settings for servers are not for us */
    bool started = tls && OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    if (started) tls->context = SSL_CTX_new(TLS_client_method());
    if (started) tls->socket = socket_method();
    if (!started || !tls->context || !tls->socket) {
        ink_tls_free(tls);
        return ink_fail(err, INK_E_OOM, "TLS could not be started");
    }
    SSL_CTX_set_app_data(tls->context, tls);
    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(tls->context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(tls->context, keep_session);
    ink_status st = set_trust(SSL_CTX_get_cert_store(tls->context), err);
    if (st) {
        ink_tls_free(tls);
        return st;
    }
    *out = tls;
    return INK_OK;
}

void ink_tls_free(struct ink_tls *tls)
{
    if (!tls) return;
    for (int i = 0; i < SESSIONS; i++) SSL_SESSION_free(tls->sessions[i].session);
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->socket);
    ink_free(tls);
}

/* What the peer must prove: a name (which it is also told, SNI) or an address (which RFC 6066 keeps out of SNI). */
static bool set_peer(SSL *ssl, const char *host)
{
    struct in6_addr address;
    if (inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host);
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) && SSL_set_tlsext_host_name(ssl, host);
}

SSL *ink_tls_open(struct ink_tls *tls, int fd, const char *host)
{
    SSL *ssl = SSL_new(tls->context);
    BIO *bio = ssl ? BIO_new(tls->socket) : NULL;
    if (!bio || !set_peer(ssl, host)) {
        BIO_free(bio);
        SSL_free(ssl);
        return NULL;
    }
    BIO_set_data(bio, (void *)(intptr_t)fd);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    bool found;
    unsigned at = session_place(tls, host, &found);
    if (found) SSL_set_session(ssl, tls->sessions[at].session);
    SSL_set_connect_state(ssl);
    return ssl;
}

void ink_tls_close(SSL *ssl)
{
    if (!ssl) return;
    ERR_clear_error();
    if (SSL_is_init_finished(ssl)) SSL_shutdown(ssl);
    SSL_free(ssl);
}

static enum ink_io outcome(SSL *ssl, int result)
{
    if (result > 0) return INK_IO_READY;
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ: return INK_IO_READ;
    case SSL_ERROR_WANT_WRITE: return INK_IO_WRITE;
    case SSL_ERROR_ZERO_RETURN: return INK_IO_CLOSED;
    default: return INK_IO_FAILED;
    }
}

enum ink_io ink_tls_handshake(SSL *ssl)
{
    ERR_clear_error();
    return outcome(ssl, SSL_do_handshake(ssl));
}

enum ink_io ink_tls_send(SSL *ssl, struct ink_view bytes, size_t *moved)
{
    ERR_clear_error();
    return outcome(ssl, SSL_write_ex(ssl, bytes.data, bytes.len, moved));
}

enum ink_io ink_tls_receive(SSL *ssl, void *room, size_t len, size_t *moved)
{
    ERR_clear_error();
    return outcome(ssl, SSL_read_ex(ssl, room, len, moved));
}

ink_status ink_tls_explain(SSL *ssl, struct ink_error *err)
{
    long verdict = SSL_get_verify_result(ssl);
    unsigned long code = ERR_peek_error();
    if (verdict != X509_V_OK)
        return ink_fail(err, INK_E_TLS,
                        "its certificate was not accepted: %s (a CA of your own goes into AWS_CA_BUNDLE)",
                        X509_verify_cert_error_string(verdict));
    if (code && ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        const char *reason = ERR_reason_error_string(code);
        return ink_fail(err, INK_E_TLS, "TLS failed: %s", reason ? reason : "unknown reason");
    }
    return ink_fail(err, INK_E_NETWORK, "the connection broke while TLS was being set up");
}
