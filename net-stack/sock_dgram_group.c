/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Multicast groups and from whom a member wants to hear: ip(7), RFC 3678. The
 * network is asked for whole groups (lwIP has IGMPv2 and MLDv1); sources are
 * chosen here.
 */
#include "lwip/igmp.h"
#include "lwip/mld6.h"

#include "base.h"
#include "net.h"
#include "sock_dgram.h"

#define LEVEL_IP 0
#define LEVEL_IPV6 41

/* linux/in.h; those from MCAST_JOIN_GROUP on are IPv6's, too */
enum group_option {
    IP_ADD_MEMBERSHIP_ = 35,
    IP_DROP_MEMBERSHIP_ = 36,
    IP_UNBLOCK_SOURCE_ = 37,
    IP_BLOCK_SOURCE_ = 38,
    IP_ADD_SOURCE_MEMBERSHIP_ = 39,
    IP_DROP_SOURCE_MEMBERSHIP_ = 40,
    MCAST_JOIN_GROUP_ = 42,
    MCAST_BLOCK_SOURCE_ = 43,
    MCAST_UNBLOCK_SOURCE_ = 44,
    MCAST_LEAVE_GROUP_ = 45,
    MCAST_JOIN_SOURCE_GROUP_ = 46,
    MCAST_LEAVE_SOURCE_GROUP_ = 47,
};
#define IPV6_JOIN_GROUP_ 20
#define IPV6_LEAVE_GROUP_ 21

static struct netif *by_address(const ip4_addr_t *addr)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    {
        if (ip4_addr_cmp(netif_ip4_addr(netif), addr))
            return netif;
    }
    return NULL;
}

struct netif *net_group_netif(const ip_addr_t *group, uint32_t if_idx,
                              const ip4_addr_t *if_addr)
{
    struct netif *netif;

    if (if_idx)
        netif = if_idx < 256 ? netif_get_by_index((uint8_t)if_idx) : NULL;
    else if (if_addr && !ip4_addr_isany(if_addr))
        netif = by_address(if_addr);
    else if (!(netif = ip_route(IP_IS_V6(group) ? IP6_ADDR_ANY : IP4_ADDR_ANY,
                                group)))
        netif = netif_default;
    /* Frames come to the first of those that share a port. */
    if (netif && netif->linkoutput == net_linkoutput)
        netif = ((const struct net_port *)netif->state)->netif;
    return netif;
}

static err_t group_join(const struct dgram_group *entry)
{
    return IP_IS_V6_VAL(entry->group)
               ? mld6_joingroup_netif(entry->netif, ip_2_ip6(&entry->group))
               : igmp_joingroup_netif(entry->netif, ip_2_ip4(&entry->group));
}

static void group_leave(const struct dgram_group *entry)
{
    if (IP_IS_V6_VAL(entry->group))
        (void)mld6_leavegroup_netif(entry->netif, ip_2_ip6(&entry->group));
    else
        (void)igmp_leavegroup_netif(entry->netif, ip_2_ip4(&entry->group));
}

static struct dgram_group *find_group(struct dgram_sock *sock,
                                      const ip_addr_t *addr,
                                      const struct netif *netif)
{
    for (uint32_t i = 0; i < sock->group_count; i++)
        if (sock->group[i].netif == netif &&
            ip_addr_cmp(&sock->group[i].group, addr))
            return &sock->group[i];
    return NULL;
}

static long join(struct dgram_sock *sock, const ip_addr_t *addr,
                 struct netif *netif)
{
    struct dgram_group entry = {.group = *addr, .netif = netif};

    if (!netif)
        return -LINUX_ENODEV;
    if (find_group(sock, addr, netif))
        return -LINUX_EADDRINUSE;
    if (sock->group_count == DGRAM_GROUP_MAX)
        return -LINUX_ENOBUFS;
    if (group_join(&entry) != ERR_OK)
        return -LINUX_ENODEV;
    sock->group[sock->group_count++] = entry;
    return 0;
}

static long leave(struct dgram_sock *sock, struct dgram_group *entry)
{
    if (!entry)
        return -LINUX_EADDRNOTAVAIL;
    group_leave(entry);
    net_free(entry->source);
    *entry = sock->group[--sock->group_count];
    return 0;
}

void net_group_leave_all(struct dgram_sock *sock)
{
    while (sock->group_count)
        (void)leave(sock, &sock->group[0]);
}

static uint32_t find_source(const struct dgram_group *entry,
                            const ip_addr_t *source)
{
    uint32_t i = 0;

    while (i < entry->source_count && !ip_addr_cmp(&entry->source[i], source))
        i++;
    return i;
}

/* Linux: net/ipv4/igmp.c ip_mc_source() */
static long change_source(struct dgram_sock *sock, struct dgram_group *entry,
                          const ip_addr_t *source, bool is_only, bool is_add)
{
    if (!entry || (entry->source_count && entry->is_only != is_only))
        return -LINUX_EINVAL;
    entry->is_only = is_only;
    uint32_t i = find_source(entry, source);
    bool is_there = i < entry->source_count;
    if (is_there == is_add)
        return -LINUX_EADDRNOTAVAIL;
    if (!is_add) {
        entry->source[i] = entry->source[--entry->source_count];
        return is_only && !entry->source_count ? leave(sock, entry) : 0;
    }
    if (entry->source_count == DGRAM_SOURCE_MAX)
        return -LINUX_ENOBUFS;
    if (!entry->source)
        entry->source = net_calloc(DGRAM_SOURCE_MAX, sizeof *source);
    if (!entry->source)
        return -LINUX_ENOBUFS;
    entry->source[entry->source_count++] = *source;
    return 0;
}

/* Only of who is named. */
static long join_source(struct dgram_sock *sock, const ip_addr_t *addr,
                        struct netif *netif, const ip_addr_t *source)
{
    long rc = join(sock, addr, netif);

    if (rc < 0 && rc != -LINUX_EADDRINUSE)
        return rc;
    bool is_new = rc == 0;
    rc = change_source(sock, find_group(sock, addr, netif), source, true, true);
    if (rc < 0 && is_new)
        (void)leave(sock, find_group(sock, addr, netif));
    return rc;
}

/* Linux: ip_mc_sf_allow() */
bool net_group_takes(struct dgram_sock *sock, const ip_addr_t *addr,
                     const struct netif *netif, const ip_addr_t *from)
{
    const struct dgram_group *entry = find_group(sock, addr, netif);

    if (!entry)
        return sock->mcast_all;
    return (find_source(entry, from) < entry->source_count) == entry->is_only;
}

/* What an option names. */
struct request {
    ip_addr_t group, source;
    uint32_t if_idx;
    ip4_addr_t if_addr;
};

static long change(struct dgram_sock *sock, int name, struct request *req)
{
    struct netif *netif =
        net_group_netif(&req->group, req->if_idx, &req->if_addr);

    if (!ip_addr_ismulticast(&req->group))
        return -LINUX_EINVAL;
    if (IP_IS_V6_VAL(req->group) && netif)
        ip6_addr_assign_zone(ip_2_ip6(&req->group), IP6_MULTICAST, netif);
    struct dgram_group *entry = find_group(sock, &req->group, netif);
    switch (name) {
    case IP_ADD_MEMBERSHIP_:
    case MCAST_JOIN_GROUP_:
        return join(sock, &req->group, netif);
    case IP_DROP_MEMBERSHIP_:
    case MCAST_LEAVE_GROUP_:
        return leave(sock, entry);
    case IP_ADD_SOURCE_MEMBERSHIP_:
    case MCAST_JOIN_SOURCE_GROUP_:
        return join_source(sock, &req->group, netif, &req->source);
    case IP_DROP_SOURCE_MEMBERSHIP_:
    case MCAST_LEAVE_SOURCE_GROUP_:
        return change_source(sock, entry, &req->source, true, false);
    default: /* the others block and unblock */
        return change_source(sock, entry, &req->source, false,
                             name == IP_BLOCK_SOURCE_ ||
                                 name == MCAST_BLOCK_SOURCE_);
    }
}

/* struct ip_mreq {group, interface's address}, ip_mreqn {.., .., index},
 * ip_mreq_source {.., .., source} */
static long set4(struct dgram_sock *sock, int name, const void *value,
                 uint32_t len)
{
    bool has_source = name >= IP_UNBLOCK_SOURCE_;
    uint32_t words[3] = {0};
    struct request req = {0};

    if (len < (has_source ? 12 : 8))
        return -LINUX_EINVAL;
    memcpy(words, value, len < 12 ? 8 : 12);
    ip_addr_set_ip4_u32_val(req.group, words[0]);
    req.if_addr.addr = words[1];
    if (has_source)
        ip_addr_set_ip4_u32_val(req.source, words[2]);
    else
        req.if_idx = words[2];
    return change(sock, name, &req);
}

/* struct ipv6_mreq {group, index} */
static long set6(struct dgram_sock *sock, int name, const void *value,
                 uint32_t len)
{
    uint32_t words[5];
    struct request req = {.if_idx = 0};

    if (len < sizeof words)
        return -LINUX_EINVAL;
    memcpy(words, value, sizeof words);
    ip_addr_set_zero_ip6(&req.group);
    memcpy(ip_2_ip6(&req.group)->addr, words, 16);
    req.if_idx = words[4];
    return change(
        sock, name == IPV6_JOIN_GROUP_ ? MCAST_JOIN_GROUP_ : MCAST_LEAVE_GROUP_,
        &req);
}

/* RFC 3678 s5.1: struct group_req {index, group}, group_source_req {.., ..,
 * source}; the addresses as sockaddr_storage. */
static long set_any(struct dgram_sock *sock, int name, const void *value,
                    uint32_t len)
{
    struct {
        uint64_t if_idx;
        union net_sockaddr group, source;
    } in;
    bool has_source = name != MCAST_JOIN_GROUP_ && name != MCAST_LEAVE_GROUP_;
    uint32_t want = has_source ? sizeof in : offsetof(typeof(in), source);
    struct request req = {.if_idx = 0};
    uint16_t port;

    if (len < want)
        return -LINUX_EINVAL;
    memcpy(&in, value, want);
    long rc =
        net_addr_get(&sock->s, &in.group, sizeof in.group, &req.group, &port);
    if (rc == 0 && has_source)
        rc = net_addr_get(&sock->s, &in.source, sizeof in.source, &req.source,
                          &port);
    if (rc < 0)
        return -LINUX_EADDRNOTAVAIL;
    req.if_idx = (uint32_t)in.if_idx;
    return change(sock, name, &req);
}

long net_group_set(struct dgram_sock *sock, int level, int name,
                   const void *value, uint32_t len)
{
    bool is_v6 = level == LEVEL_IPV6 && sock->s.family == NET_AF_INET6;

    if (level != LEVEL_IP && !is_v6)
        return -LINUX_ENOPROTOOPT;
    if (name >= MCAST_JOIN_GROUP_ && name <= MCAST_LEAVE_SOURCE_GROUP_)
        return set_any(sock, name, value, len);
    if (is_v6 && (name == IPV6_JOIN_GROUP_ || name == IPV6_LEAVE_GROUP_))
        return set6(sock, name, value, len);
    if (!is_v6 && name >= IP_ADD_MEMBERSHIP_ &&
        name <= IP_DROP_SOURCE_MEMBERSHIP_)
        return set4(sock, name, value, len);
    return -LINUX_ENOPROTOOPT;
}
