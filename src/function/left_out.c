/* SPDX-License-Identifier: MIT */
/* left_out.c - functions of the C library that our libraries mention and that the function never calls.
 *
 * libevent could ask the system's resolver, but names are looked up by evdns (net/resolve.h); OpenSSL could load engines, but
 * nothing is loaded into a static program. With these in their place the C library's resolver, its name service switch and
 * its loader stay out: 0.11 MB of bootstrap, 0.06 MB of the zip. Each fails as it may. */
#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *list)
{
}

int getnameinfo(const struct sockaddr *address, socklen_t address_len, char *host, socklen_t host_len, char *service,
                socklen_t service_len, int flags)
{
    return EAI_FAIL;
}

struct hostent *gethostbyname(const char *name)
{
    return NULL;
}

struct servent *getservbyname(const char *name, const char *protocol)
{
    return NULL;
}

struct protoent *getprotobynumber(int number)
{
    return NULL;
}

void *dlopen(const char *file, int mode)
{
    return NULL;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
    return NULL;
}

int dlclose(void *handle)
{
    return -1;
}

char *dlerror(void)
{
    return NULL;
}

int dladdr(const void *address, Dl_info *out)
{
    return 0;
}
