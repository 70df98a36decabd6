/* SPDX-License-Identifier: MIT */
/* cloud.h - for end-to-end tests: a real inkling-serve as a process, and a small S3 client that signs.
 *
 * Functions abort on what a test cannot go on from; what a server may answer is returned. */
#ifndef INK_TESTS_E2E_CLOUD_H
#define INK_TESTS_E2E_CLOUD_H

#include <sys/types.h>

#include "aws/sigv4.h"
#include "base/buffer.h"

struct cloud {
    pid_t pid;
    uint16_t port;
};

/* Starts `serve` (a path) on a free port with its data in dir; more: further arguments, NULL at the end; its output goes
 * to dir.out. Returns when it answers; false when it ended instead. */
bool cloud_start(struct cloud *cloud, const char *serve, const char *dir, const char *const *more);

/* Sends the signal and reaps; returns the wait status. */
int cloud_end(struct cloud *cloud, int signal);

/* One connection, kept while it lasts. One thread at a time. */
struct s3_client {
    uint16_t port;
    int fd; /* -1: not connected */
    struct ink_sigv4_signer signer;
    struct ink_buffer head, body; /* of the last answer */
};

void s3_init(struct s3_client *client, uint16_t port);
void s3_cleanup(struct s3_client *client);

/* The status code; 0 when the connection failed or broke. target: "/bucket/key", encoded. The answer's body is in
 * client->body. */
int s3_call(struct s3_client *client, const char *method, const char *target, struct ink_view body);

#endif
