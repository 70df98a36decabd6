/* SPDX-License-Identifier: MIT */
/* Whom the client believes: certificates made here, served by a TLS server on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/http.h"
#include "net/tls.h"
#include "peer.h"

struct identity {
    EVP_PKEY *key;
    X509 *certificate;
};

static char bundle[64]; /* the file with the CA that is trusted */
static struct identity trusted, stranger;

static void extend(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/* Valid from from_s to to_s, counted from now. ca NULL: signs itself, and may sign others. */
static struct identity issue(const char *name, const char *alternative, long from_s, long to_s,
                             const struct identity *ca)
{
    struct identity made = {EVP_EC_gen("P-256"), X509_new()};
    X509 *certificate = made.certificate;
    static long serial = 1;
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), to_s);
    X509_set_pubkey(certificate, made.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
                               -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(ca ? ca->certificate : certificate));
    if (!ca) extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
    if (alternative) extend(certificate, NID_subject_alt_name, alternative);
    assert_true(X509_sign(certificate, ca ? ca->key : made.key, EVP_sha256()) > 0);
    return made;
}

static void forget(struct identity identity)
{
    EVP_PKEY_free(identity.key);
    X509_free(identity.certificate);
}

/* GET https://host/ from a server that shows this identity, `times` times with one client. */
static ink_status visit(struct identity identity, const char *host, int times, char *text, unsigned *resumed)
{
    static const struct peer_answer answer = {PEER_OK(2, "ok"), .close = true};
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, identity.certificate);
    SSL_CTX_use_PrivateKey(context, identity.key);
    struct peer *peer = peer_start(&answer, 1, context);
    struct ink_http_client *client = ink_http_client_new();
    ink_status st = INK_OK;
    for (int i = 0; !st && i < times; i++) {
        struct ink_http_exchange x = {.method = "GET", .target = "/", .answer_cap_bytes = 100};
        x.origin = (struct ink_origin){.tls = true, .port = peer_port(peer)};
        snprintf(x.origin.host, sizeof x.origin.host, "%s", host);
        x.deadline_us = ink_clock_us() + 5000000;
        st = ink_http_perform(client, &x, 1);
        snprintf(text, INK_ERROR_TEXT_MAX, "%s", x.error.text);
        assert_int_equal(x.sent, st == INK_OK); /* nothing is told to a stranger */
        if (!st) assert_string_equal((char *)x.body_in.data, "ok");
        ink_http_exchange_cleanup(&x);
    }
    ink_http_client_free(client);
    peer_stop(peer);
    if (resumed) *resumed = (unsigned)SSL_CTX_sess_hits(context);
    SSL_CTX_free(context);
    return st;
}

static void check(const char *alternative, long from_s, long to_s, const struct identity *ca, const char *host,
                  ink_status want, const char *says)
{
    char text[INK_ERROR_TEXT_MAX];
    struct identity server = issue("server", alternative, from_s, to_s, ca);
    ink_status st = visit(server, host, 1, text, NULL);
    if (st != want || !strstr(text, says)) fail_msg("%s, %s: %d %s", alternative, host, st, text);
    forget(server);
}

static void whom_it_believes(void **state)
{
    check("DNS:localhost", -60, 3600, &trusted, "localhost", INK_OK, "");
    check("IP:127.0.0.1", -60, 3600, &trusted, "127.0.0.1", INK_OK, "");
    check("DNS:*.s3.localhost", -60, 3600, &trusted, "bucket.s3.localhost", INK_OK, "");
    check("DNS:other.example", -60, 3600, &trusted, "localhost", INK_E_TLS, "ostname mismatch");
    check("DNS:localhost", -60, 3600, &trusted, "127.0.0.1", INK_E_TLS, "IP address mismatch");
    check("DNS:*.s3.localhost", -60, 3600, &trusted, "a.b.s3.localhost", INK_E_TLS, "ostname mismatch");
    check("DNS:localhost", -7200, -3600, &trusted, "localhost", INK_E_TLS, "expired");
    check("DNS:localhost", 3600, 7200, &trusted, "localhost", INK_E_TLS, "not yet valid");
    check("DNS:localhost", -60, 3600, &stranger, "localhost", INK_E_TLS, "AWS_CA_BUNDLE");
    check("DNS:localhost", -60, 3600, NULL, "localhost", INK_E_TLS, "AWS_CA_BUNDLE"); /* signs itself */
}

static void sessions_are_used_again(void **state)
{
    char text[INK_ERROR_TEXT_MAX];
    unsigned resumed = 0;
    struct identity server = issue("server", "DNS:localhost", -60, 3600, &trusted);
    assert_int_equal(visit(server, "localhost", 3, text, &resumed), INK_OK);
    assert_int_equal(resumed, 2);
    forget(server);
}

static void without_a_bundle_amazon_is_trusted_and_we_are_not(void **state)
{
    struct identity server = issue("server", "DNS:localhost", -60, 3600, &trusted);
    char text[INK_ERROR_TEXT_MAX];
    assert_int_equal(ink_tls_root_count, 5);
    for (size_t i = 0; i < ink_tls_root_count; i++) {
        const unsigned char *der = ink_tls_roots[i].der;
        X509 *root = d2i_X509(NULL, &der, (long)ink_tls_roots[i].len);
        assert_non_null(root);
        assert_int_equal(X509_self_signed(root, 1), 1);
        X509_free(root);
    }
    unsetenv("AWS_CA_BUNDLE");
    assert_int_equal(visit(server, "localhost", 1, text, NULL), INK_E_TLS);
    setenv("SSL_CERT_FILE", bundle, 1);
    assert_int_equal(visit(server, "localhost", 1, text, NULL), INK_OK);
    unsetenv("SSL_CERT_FILE");
    setenv("AWS_CA_BUNDLE", "/nowhere.pem", 1);
    assert_int_equal(visit(server, "localhost", 1, text, NULL), INK_E_TLS);
    assert_non_null(strstr(text, "/nowhere.pem"));
    forget(server);
}

static int begin(void **state)
{
    trusted = issue("inkling test CA", NULL, -60, 3600, NULL);
    stranger = issue("another CA", NULL, -60, 3600, NULL);
    strcpy(bundle, "/tmp/ink-ca-XXXXXX");
    FILE *file = fdopen(mkstemp(bundle), "w");
    PEM_write_X509(file, trusted.certificate);
    fclose(file);
    unsetenv("SSL_CERT_FILE");
    return setenv("AWS_CA_BUNDLE", bundle, 1);
}

static int end(void **state)
{
    forget(trusted);
    forget(stranger);
    return unlink(bundle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whom_it_believes),
        cmocka_unit_test(sessions_are_used_again),
        cmocka_unit_test(without_a_bundle_amazon_is_trusted_and_we_are_not),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
