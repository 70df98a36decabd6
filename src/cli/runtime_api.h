/* SPDX-License-Identifier: MIT */
/* runtime_api.h - the platform's side of the Lambda Runtime API, for one function process and one event, on a loopback
 * port. Source: "Using the Lambda runtime API for custom runtimes" (Lambda Developer Guide); status codes as AWS's runtime
 * interface emulator answers.
 *
 * Several connections, kept open between requests, a request at a time on each; bodies with a length or in chunks. What is
 * wrong (no such path, an id that was never given, an answer too many) is answered here; the rest is for the caller. One
 * thread. */
#ifndef INK_CLI_RUNTIME_API_H
#define INK_CLI_RUNTIME_API_H

#include "base/buffer.h"
#include "net/http1.h"

enum {
    INK_RUNTIME_API_CONNECTIONS = 16,
    INK_RUNTIME_API_ANSWER_MAX = 6291556, /* bytes of a function's answer; Lambda's own limit */
};

enum ink_runtime_call {
    INK_CALL_NONE,       /* nothing came in this time, or nothing that counts */
    INK_CALL_NEXT,       /* it wants an event: ink_runtime_api_give, now or later */
    INK_CALL_RESPONSE,   /* it has answered; `body` */
    INK_CALL_ERROR,      /* it says that it failed; `body`, `error_type` */
    INK_CALL_INIT_ERROR, /* it says that it cannot start; the same */
    INK_CALL_TOO_LARGE,  /* its answer was over the limit; it has been told so */
};

struct ink_runtime_connection {
    int fd;                 /* -1: free */
    bool begun;             /* the request line has come: the parser has the rest */
    bool continued;         /* 100 Continue was sent */
    struct ink_buffer line; /* the request line */
    struct ink_http1 parser;
    struct ink_buffer head, body;
};

struct ink_runtime_api {
    int listener;
    char address[32]; /* host:port, for AWS_LAMBDA_RUNTIME_API */
    char id[37];      /* of the one invocation */
    bool given;       /* it has the event */
    bool answered;    /* and has answered */
    struct ink_runtime_connection connections[INK_RUNTIME_API_CONNECTIONS];
    struct ink_runtime_connection *waiter; /* asks for an event; NULL: none */
    struct ink_view body;                  /* of the last call; until the next wait */
    char error_type[128];                  /* its Lambda-Runtime-Function-Error-Type, "" for none */
};

/* In every case ink_runtime_api_close follows. INK_E_IO. */
INK_NODISCARD ink_status ink_runtime_api_open(struct ink_runtime_api *api, struct ink_error *err);
void ink_runtime_api_close(struct ink_runtime_api *api);

/* The process is gone; another one may come. Its connections are closed. */
void ink_runtime_api_reset(struct ink_runtime_api *api);

/* Waits for the next call, until `also` (a descriptor) can be read, or for wait_ms. */
enum ink_runtime_call ink_runtime_api_wait(struct ink_runtime_api *api, int also, int wait_ms);

/* The event, to the one that waits; with a trace id, as Lambda has them. */
void ink_runtime_api_give(struct ink_runtime_api *api, struct ink_view event, const char *arn,
                          int64_t deadline_wall_ms);

#endif
