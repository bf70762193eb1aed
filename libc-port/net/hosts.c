/* SPDX-License-Identifier: Apache-2.0 */
/* gethostbyname(3) and its family, over getaddrinfo's parts. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libc.h"
#include "net.h"

static __thread int host_error;

int *__h_errno_location(void)
{
    return &host_error;
}

const char *hstrerror(int code)
{
    static const char *const texts[] = {
        "Resolver Error 0 (no error)", "Unknown host",
        "Host name lookup failure", "Unknown server error",
        "No address associated with name"};

    return code < 0 || code > NO_DATA ? "Unknown resolver error" : texts[code];
}

void herror(const char *prefix)
{
    fprintf(stderr, "%s%s%s\n", prefix ? prefix : "", prefix ? ": " : "",
            hstrerror(h_errno));
}

static int error_of(int code)
{
    switch (code) {
    case 0:
        return NETDB_SUCCESS;
    case EAI_AGAIN:
        return TRY_AGAIN;
    case EAI_NODATA:
        return NO_DATA;
    case EAI_NONAME:
        return HOST_NOT_FOUND;
    default:
        return NO_RECOVERY;
    }
}

/* All of the entry lies in buf: name, then two lists, then addresses. */
static int fill(struct hostent *entry, const char *name, int family,
                const struct net_answer *answer, char *buf, size_t size)
{
    size_t len = family == AF_INET ? 4 : 16, name_len = strlen(name) + 1;
    size_t used = (name_len + 15) & ~(size_t)15;
    size_t need =
        used + (answer->count + 2) * sizeof(char *) + answer->count * len + 16;
    uintptr_t shift = (16 - ((uintptr_t)buf & 15)) & 15;

    if (need + shift > size)
        return ERANGE;
    buf += shift;
    memcpy(buf, name, name_len);
    entry->h_name = buf;
    entry->h_aliases = (char **)(buf + used);
    entry->h_aliases[0] = NULL;
    entry->h_addr_list = entry->h_aliases + 1;
    entry->h_addrtype = family;
    entry->h_length = (int)len;
    char *pos = (char *)(entry->h_addr_list + answer->count + 1);
    for (size_t i = 0; i < answer->count; i++, pos += len) {
        entry->h_addr_list[i] = pos;
        memcpy(pos, answer->addr[i].addr, len);
    }
    entry->h_addr_list[answer->count] = NULL;
    return 0;
}

int gethostbyname2_r(const char *name, int family, struct hostent *entry,
                     char *buf, size_t size, struct hostent **result,
                     int *error)
{
    struct net_answer answer = {.count = 0};
    int rc;

    *result = NULL;
    if (inet_pton(family, name, answer.addr[0].addr) == 1) {
        answer.count = 1;
        rc = 0;
    } else {
        rc = net_resolve(name, family, &answer);
    }
    *error = error_of(rc);
    if (rc)
        return 0;
    rc = fill(entry, answer.canon[0] ? answer.canon : name, family, &answer,
              buf, size);
    if (rc) {
        *error = NETDB_INTERNAL;
        return rc;
    }
    *result = entry;
    return 0;
}

int gethostbyname_r(const char *name, struct hostent *entry, char *buf,
                    size_t size, struct hostent **result, int *error)
{
    return gethostbyname2_r(name, AF_INET, entry, buf, size, result, error);
}

static struct hostent static_entry;
static char static_buf[2048];

struct hostent *gethostbyname2(const char *name, int family)
{
    struct hostent *result;

    if (gethostbyname2_r(name, family, &static_entry, static_buf,
                         sizeof static_buf, &result, &host_error))
        return NULL;
    return result;
}

struct hostent *gethostbyname(const char *name)
{
    return gethostbyname2(name, AF_INET);
}

struct hostent *gethostbyaddr(const void *addr, socklen_t len, int family)
{
    struct net_answer answer = {.count = 1};
    struct net_resolv conf;
    char name[NI_MAXHOST];

    if (len != (family == AF_INET ? 4u : 16u)) {
        h_errno = NO_RECOVERY;
        return NULL;
    }
    answer.addr[0].family = (uint16_t)family;
    memcpy(answer.addr[0].addr, addr, len);
    if (!net_hosts_name(&answer.addr[0], name, sizeof name)) {
        net_resolv_read(&conf);
        int rc = net_dns_name(&conf, &answer.addr[0], name, sizeof name);

        h_errno = error_of(rc);
        if (rc)
            return NULL;
    }
    if (fill(&static_entry, name, family, &answer, static_buf,
             sizeof static_buf))
        return NULL;
    return &static_entry;
}

void sethostent(int stay_open)
{
    (void)stay_open;
}

void endhostent(void)
{
}

struct hostent *gethostent(void)
{
    return NULL;
}

int res_init(void)
{
    return 0;
}
