/* SPDX-License-Identifier: Apache-2.0 */
/* getaddrinfo(3), getnameinfo(3): RFC 3493 s6. */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libc.h"
#include "net-stack/sys_net.h"
#include "net.h"

int net_resolve(const char *name, int family, struct net_answer *answer)
{
    struct net_resolv conf;
    char full[2 * NAME_MAX_LEN + 4];
    unsigned dots = 0;
    int rc, last = EAI_NONAME;

    if (net_hosts_find(name, family, answer) == 0)
        return 0;
    size_t len = strlen(name);
    if (!len || len >= NAME_MAX_LEN)
        return EAI_NONAME;
    net_resolv_read(&conf);
    for (const char *c = name; *c; c++)
        dots += *c == '.';
    bool is_absolute = name[len - 1] == '.';
    bool is_first = is_absolute || dots >= conf.ndots;
    if (is_first) {
        rc = net_dns_find(&conf, name, family, answer);
        if (rc == 0 || rc == EAI_AGAIN || is_absolute)
            return rc;
        last = rc;
    }
    for (unsigned i = 0; i < conf.search_count; i++) {
        snprintf(full, sizeof full, "%s.%s", name, conf.search[i]);
        rc = net_dns_find(&conf, full, family, answer);
        if (rc == 0 || rc == EAI_AGAIN)
            return rc;
        if (last == EAI_NONAME)
            last = rc;
    }
    return is_first ? last : net_dns_find(&conf, name, family, answer);
}

/* A number as getaddrinfo takes it; none found: it was a name. */
static void find_numeric(const char *host, struct net_answer *answer)
{
    struct in_addr in;
    char buf[64];
    struct net_addr *addr = &answer->addr[0];

    memset(addr, 0, sizeof *addr);
    if (inet_aton(host, &in)) {
        addr->family = AF_INET;
        memcpy(addr->addr, &in, 4);
        answer->count = 1;
        return;
    }
    snprintf(buf, sizeof buf, "%s", host);
    char *zone = strchr(buf, '%');
    if (zone)
        *zone++ = '\0';
    if (inet_pton(AF_INET6, buf, addr->addr) != 1)
        return;
    addr->family = AF_INET6;
    if (zone) {
        addr->scope_id = if_nametoindex(zone);
        if (!addr->scope_id)
            addr->scope_id = (uint32_t)atoi(zone);
    }
    answer->count = 1;
}

static void add_passive(int family, bool is_passive, struct net_answer *answer)
{
    if (family != AF_INET6) {
        struct net_addr *addr = &answer->addr[answer->count++];
        memset(addr, 0, sizeof *addr);
        addr->family = AF_INET;
        if (!is_passive)
            memcpy(addr->addr, "\x7f\0\0\1", 4);
    }
    if (family != AF_INET) {
        struct net_addr *addr = &answer->addr[answer->count++];
        memset(addr, 0, sizeof *addr);
        addr->family = AF_INET6;
        addr->addr[15] = !is_passive;
    }
}

/* Which addresses this machine can use. */
static void own_families(bool *has4, bool *has6)
{
    struct net_if_entry entry;

    *has4 = *has6 = false;
    for (uint32_t i = 0; sys_net_if_entry(i, &entry) == 0; i++) {
        if (entry.flags & IFF_LOOPBACK)
            continue;
        if (entry.family == AF_INET)
            *has4 = true;
        if (entry.family == AF_INET6 && entry.addr[0] != 0xfe)
            *has6 = true;
    }
}

/* AI_ADDRCONFIG: not those of a family that this machine has no address of. */
static void drop_unusable(struct net_answer *answer)
{
    size_t left = 0;
    bool has4, has6;

    own_families(&has4, &has6);
    if (!has4 && !has6)
        return;
    for (size_t i = 0; i < answer->count; i++)
        if (answer->addr[i].family == AF_INET ? has4 : has6)
            answer->addr[left++] = answer->addr[i];
    answer->count = left;
}

static const struct sock_kind {
    int type, protocol;
    const char *name;
} kinds[] = {
    {SOCK_STREAM, IPPROTO_TCP, "tcp"},
    {SOCK_DGRAM, IPPROTO_UDP, "udp"},
    {SOCK_RAW, 0, NULL},
};

static bool wants_kind(const struct sock_kind *kind,
                       const struct addrinfo *hints)
{
    if (hints->ai_socktype && hints->ai_socktype != kind->type)
        return false;
    if (kind->type != SOCK_RAW)
        return !hints->ai_protocol || hints->ai_protocol == kind->protocol;
    /* A protocol that has a kind of its own means that one. */
    return hints->ai_socktype || (hints->ai_protocol != IPPROTO_TCP &&
                                  hints->ai_protocol != IPPROTO_UDP);
}

/* The service's port for one kind of socket, or < 0: not for this kind. */
static int find_port(const char *service, const struct sock_kind *kind,
                     int flags, bool *is_number)
{
    char *end;

    *is_number = true;
    if (!service)
        return 0;
    long port = strtol(service, &end, 10);
    if (*service && !*end)
        return port < 0 || port > 65535 ? -1 : (int)port;
    *is_number = false;
    if (flags & AI_NUMERICSERV || !kind->name)
        return -1;
    struct servent *entry = getservbyname(service, kind->name);
    return entry ? ntohs((uint16_t)entry->s_port) : -1;
}

struct info {
    struct addrinfo info; /* first: freeaddrinfo frees this */
    struct sockaddr_storage addr;
};

static struct addrinfo *new_info(const struct net_addr *addr, int port,
                                 const struct sock_kind *kind,
                                 const struct addrinfo *hints)
{
    struct info *info = calloc(1, sizeof *info);

    if (!info)
        return NULL;
    struct addrinfo *ai = &info->info;
    ai->ai_family = addr->family;
    ai->ai_socktype = kind->type;
    ai->ai_protocol =
        kind->type == SOCK_RAW ? hints->ai_protocol : kind->protocol;
    ai->ai_addr = (struct sockaddr *)&info->addr;
    if (addr->family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)&info->addr;

        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)port);
        memcpy(&in->sin_addr, addr->addr, 4);
        ai->ai_addrlen = sizeof *in;
    } else {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&info->addr;

        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((uint16_t)port);
        memcpy(&in6->sin6_addr, addr->addr, 16);
        in6->sin6_scope_id = addr->scope_id;
        ai->ai_addrlen = sizeof *in6;
    }
    return ai;
}

static int make_list(const struct net_answer *answer, const char *service,
                     const struct addrinfo *hints, struct addrinfo **result)
{
    struct addrinfo **last = result;
    bool has_kind = false, is_number = true;

    *result = NULL;
    for (size_t i = 0; i < answer->count; i++)
        for (size_t k = 0; k < 3; k++) {
            if (!wants_kind(&kinds[k], hints))
                continue;
            int port =
                find_port(service, &kinds[k], hints->ai_flags, &is_number);
            has_kind = true;
            if (port < 0)
                continue;
            *last = new_info(&answer->addr[i], port, &kinds[k], hints);
            if (!*last) {
                freeaddrinfo(*result);
                return EAI_MEMORY;
            }
            last = &(*last)->ai_next;
        }
    if (!has_kind)
        return EAI_SOCKTYPE;
    if (*result)
        return 0;
    return hints->ai_flags & AI_NUMERICSERV && !is_number ? EAI_NONAME
                                                          : EAI_SERVICE;
}

static void map_v4(struct net_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++) {
        struct net_addr *addr = &answer->addr[i];

        if (addr->family != AF_INET)
            continue;
        memcpy(addr->addr + 12, addr->addr, 4);
        memcpy(addr->addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
        addr->family = AF_INET6;
    }
}

static int find_host(const char *host, const struct addrinfo *hints,
                     struct net_answer *answer)
{
    int flags = hints->ai_flags, rc;

    if (!host) {
        add_passive(hints->ai_family, flags & AI_PASSIVE, answer);
        return 0;
    }
    find_numeric(host, answer);
    if (answer->count) {
        if (hints->ai_family == AF_INET6 && flags & AI_V4MAPPED)
            map_v4(answer);
        return hints->ai_family == AF_UNSPEC ||
                       hints->ai_family == answer->addr[0].family
                   ? 0
                   : EAI_ADDRFAMILY;
    }
    if (flags & AI_NUMERICHOST)
        return EAI_NONAME;
    rc = net_resolve(host, hints->ai_family, answer);
    if (rc && hints->ai_family == AF_INET6 && flags & AI_V4MAPPED) {
        rc = net_resolve(host, AF_INET, answer);
        map_v4(answer);
    }
    if (rc == 0) {
        if (flags & AI_ADDRCONFIG)
            drop_unusable(answer);
        net_order(answer);
        if (!answer->count)
            rc = EAI_NONAME;
    }
    return rc;
}

int getaddrinfo(const char *restrict host, const char *restrict service,
                const struct addrinfo *restrict hints,
                struct addrinfo **restrict result)
{
    static const struct addrinfo none;
    struct net_answer answer = {.count = 0};
    int rc;

    if (!hints)
        hints = &none;
    if (!host && !service)
        return EAI_NONAME;
    if (hints->ai_flags & ~0x43f || (hints->ai_flags & AI_CANONNAME && !host))
        return EAI_BADFLAGS;
    if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET &&
        hints->ai_family != AF_INET6)
        return EAI_FAMILY;
    rc = find_host(host, hints, &answer);
    if (rc)
        return rc;
    rc = make_list(&answer, service, hints, result);
    if (rc == 0 && hints->ai_flags & AI_CANONNAME) {
        (*result)->ai_canonname = strdup(answer.canon[0] ? answer.canon : host);
        if (!(*result)->ai_canonname) {
            freeaddrinfo(*result);
            return EAI_MEMORY;
        }
    }
    return rc;
}

void freeaddrinfo(struct addrinfo *list)
{
    while (list) {
        struct addrinfo *next = list->ai_next;

        free(list->ai_canonname);
        free(list);
        list = next;
    }
}

const char *gai_strerror(int code)
{
    static const char *const texts[] = {
        "Success",
        "Bad value for ai_flags",
        "Name or service not known",
        "Temporary failure in name resolution",
        "Non-recoverable failure in name resolution",
        "No address associated with hostname",
        "ai_family not supported",
        "ai_socktype not supported",
        "Servname not supported for ai_socktype",
        "Address family for hostname not supported",
        "Memory allocation failure",
        "System error",
        "Argument buffer overflow",
    };

    return code > 0 || code < EAI_OVERFLOW ? "Unknown error" : texts[-code];
}

static bool addr_of(const struct sockaddr *addr, socklen_t len,
                    struct net_addr *out, int *port)
{
    memset(out, 0, sizeof *out);
    if (addr->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)addr;

        memcpy(out->addr, &in->sin_addr, 4);
        *port = ntohs(in->sin_port);
    } else if (addr->sa_family == AF_INET6 &&
               len >= sizeof(struct sockaddr_in6)) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

        memcpy(out->addr, &in6->sin6_addr, 16);
        out->scope_id = in6->sin6_scope_id;
        *port = ntohs(in6->sin6_port);
    } else {
        return false;
    }
    out->family = addr->sa_family;
    return true;
}

static int name_of(const struct net_addr *addr, char *host, size_t size,
                   int flags)
{
    struct net_resolv conf;
    char name[NI_MAXHOST];

    if (!(flags & NI_NUMERICHOST)) {
        bool is_found = net_hosts_name(addr, name, sizeof name);

        if (!is_found) {
            net_resolv_read(&conf);
            is_found = net_dns_name(&conf, addr, name, sizeof name) == 0;
        }
        if (is_found) {
            if (strlen(name) >= size)
                return EAI_OVERFLOW;
            strcpy(host, name);
            return 0;
        }
        if (flags & NI_NAMEREQD)
            return EAI_NONAME;
    }
    inet_ntop(addr->family, addr->addr, name, sizeof name);
    if (addr->scope_id) { /* RFC 4007 s11: by the interface's name */
        char zone[IF_NAMESIZE];

        if (!if_indextoname(addr->scope_id, zone))
            snprintf(zone, sizeof zone, "%u", (unsigned)addr->scope_id);
        snprintf(name + strlen(name), sizeof name - strlen(name), "%%%s", zone);
    }
    if (strlen(name) >= size)
        return EAI_OVERFLOW;
    strcpy(host, name);
    return 0;
}

int getnameinfo(const struct sockaddr *restrict addr, socklen_t addr_len,
                char *restrict host, socklen_t host_size,
                char *restrict service, socklen_t service_size, int flags)
{
    struct net_addr net;
    int port, n;

    if (!addr_of(addr, addr_len, &net, &port))
        return EAI_FAMILY;
    if ((!host || !host_size) && (!service || !service_size))
        return EAI_NONAME;
    if (host && host_size) {
        int rc = name_of(&net, host, host_size, flags);
        if (rc)
            return rc;
    }
    if (service && service_size) {
        struct servent *entry = NULL;

        if (!(flags & NI_NUMERICSERV))
            entry = getservbyport(htons((uint16_t)port),
                                  flags & NI_DGRAM ? "udp" : "tcp");
        n = entry ? snprintf(service, service_size, "%s", entry->s_name)
                  : snprintf(service, service_size, "%d", port);
        if (n >= (int)service_size)
            return EAI_OVERFLOW;
    }
    return 0;
}
