/* SPDX-License-Identifier: MIT */
/* A function on the Runtime API that does what its event says: {"do":"ok"}, or error, crash, exit, hang, grow, late, twice.
 * Plain sockets, a connection a call. It appends a letter a run to the file in ODD_LOG: 's' start, 'i' invocation. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char answer[100000];

/* The status; the whole answer, headers and all, is in `answer`. */
static int call(const char *method, const char *path, const char *body)
{
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(strchr(api, ':') + 1))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) exit(3);
    dprintf(fd, "%s /2018-06-01/runtime/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
            method, path, strlen(body), body);
    size_t len = 0;
    for (ssize_t n; (n = read(fd, answer + len, sizeof answer - 1 - len)) > 0;) len += (size_t)n;
    answer[len] = '\0';
    close(fd);
    return len > 12 ? atoi(answer + 9) : 0;
}

static void note(const char *letter)
{
    const char *path = getenv("ODD_LOG");
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    if (fd < 0 || write(fd, letter, strlen(letter)) < 0) return;
    close(fd);
}

static void expect(int got, int want)
{
    char text[32];
    snprintf(text, sizeof text, "[%d]", got);
    if (got != want) note(text);
}

/* "event KEY ETAG" on stdout, in one write. */
static void tell(const char *event)
{
    char key[300] = "", etag[64] = "", line[400];
    const char *k = strstr(event, "\"key\":\""), *e = strstr(event, "\"eTag\":\"");
    if (!k || !e) return;
    sscanf(k + 7, "%299[^\"]", key);
    sscanf(e + 8, "%63[^\"]", etag);
    int len = snprintf(line, sizeof line, "event %s %s\n", key, etag);
    if (write(1, line, (size_t)len) != len) exit(4);
}

static void grow(void)
{
    static char *volatile p; /* so that no compiler leaves it out */
    for (;;) {
        p = malloc(1 << 20);
        if (!p) continue; /* the limit on data: wait for the sampling to look */
        memset(p, 1, 1 << 20);
    }
}

int main(void)
{
    if (getenv("HOME") || getenv("ODD_SECRET")) return 9; /* nothing of the host's environment */
    note("s");
    if (getenv("ODD_INIT")) {
        expect(call("POST", "init/error", "{\"errorType\":\"Odd.Init\",\"errorMessage\":\"no\"}"), 202);
        return 1;
    }
    for (;;) {
        char path[200], id[80] = "";
        expect(call("GET", "invocation/next", ""), 200);
        const char *header = strcasestr(answer, "Lambda-Runtime-Aws-Request-Id: ");
        if (header) sscanf(header + 31, "%79[^\r]", id);
        note("i");
        const char *event = strstr(answer, "\r\n\r\n");
        snprintf(path, sizeof path, "invocation/%s/response", id);
        tell(event);
        if (strstr(event, "\"crash\"")) raise(SIGSEGV);
        if (strstr(event, "\"exit\"")) return 0;
        if (strstr(event, "\"hang\"")) pause();
        if (strstr(event, "\"grow\"")) grow();
        if (strstr(event, "\"lost\"")) { /* its first delivery goes astray: it asks again and gets the same */
            char first[80];
            strcpy(first, id);
            expect(call("GET", "invocation/next", ""), 200);
            if (!strstr(answer, first)) note("?");
        }
        if (strstr(event, "\"error\"")) {
            snprintf(path, sizeof path, "invocation/%s/error", id);
            expect(call("POST", path, "{\"errorType\":\"Odd.Error\",\"errorMessage\":\"as told\"}"), 202);
            continue;
        }
        expect(call("POST", "invocation/00000000-wrong/response", "{}"), 400);
        expect(call("POST", path, "{}"), 202);
        expect(call("POST", path, "{}"), 403);
    }
}
