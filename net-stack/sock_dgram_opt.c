/* SPDX-License-Identifier: Apache-2.0 */
/* Options of ip(7), ipv6(7) and raw(7) that need more than a flag. */
#include "base.h"
#include "net.h"
#include "sock_dgram.h"

#define LEVEL_SOCKET 1
#define LEVEL_IP 0
#define LEVEL_IPV6 41
#define LEVEL_ICMPV6 58
#define LEVEL_RAW 255

enum ip_option { /* linux/in.h */
                 IP_TOS_ = 1,
                 IP_TTL_ = 2,
                 IP_MTU_DISCOVER_ = 10,
                 IP_MTU_ = 14,
                 IP_FREEBIND_ = 15,
                 IP_MULTICAST_IF_ = 32,
                 IP_MULTICAST_TTL_ = 33,
                 IP_MULTICAST_LOOP_ = 34,
                 IP_BIND_ADDRESS_NO_PORT_ = 24,
                 IP_MULTICAST_ALL_ = 49,
};

enum ip6_option { /* linux/in6.h */
                  IPV6_CHECKSUM_ = 7,
                  IPV6_UNICAST_HOPS_ = 16,
                  IPV6_MULTICAST_IF_ = 17,
                  IPV6_MULTICAST_HOPS_ = 18,
                  IPV6_MULTICAST_LOOP_ = 19,
                  IPV6_MTU_DISCOVER_ = 23,
                  IPV6_MTU_ = 24,
                  IPV6_MULTICAST_ALL_ = 29,
                  IPV6_DONTFRAG_ = 62,
                  IPV6_TCLASS_ = 67,
};

static void set_mcast_if(struct dgram_sock *sock, struct netif *netif)
{
    sock->mcast_if = netif ? netif_get_index(netif) : 0;
    if (sock->udp)
        udp_set_multicast_netif_index(sock->udp, sock->mcast_if);
    else
        raw_set_multicast_netif_index(sock->raw, sock->mcast_if);
}

static void set_mcast_loop(struct dgram_sock *sock, bool is_on)
{
    sock->mcast_loop = is_on;
    if (sock->udp && is_on)
        udp_set_flags(sock->udp, UDP_FLAGS_MULTICAST_LOOP);
    else if (sock->udp)
        udp_clear_flags(sock->udp, UDP_FLAGS_MULTICAST_LOOP);
}

/* 0: only what the socket itself has joined. */
static long set_mcast_all(struct dgram_sock *sock, int value)
{
    if (value != 0 && value != 1)
        return -LINUX_EINVAL;
    sock->mcast_all = value;
    return 0;
}

static long set_mcast_ttl(struct dgram_sock *sock, int value)
{
    if (value < -1 || value > 255)
        return -LINUX_EINVAL;
    sock->mcast_ttl = value == -1 ? 1 : (uint8_t)value;
    if (sock->udp)
        udp_set_multicast_ttl(sock->udp, sock->mcast_ttl);
    else
        raw_set_multicast_ttl(sock->raw, sock->mcast_ttl);
    return 0;
}

static long mcast_if4(struct dgram_sock *sock, const void *value, uint32_t len)
{
    uint32_t req[3] = {0};
    ip4_addr_t addr;
    ip_addr_t any;
    struct netif *netif = NULL;

    if (len < 4)
        return -LINUX_EINVAL;
    if (len < 8)
        memcpy(&req[1], value, 4); /* an in_addr alone */
    else
        memcpy(req, value, len < 12 ? 8 : 12);
    addr.addr = req[1];
    if (addr.addr || req[2]) {
        ip_addr_set_zero_ip4(&any);
        netif = net_group_netif(&any, req[2], &addr);
        if (!netif)
            return -LINUX_EADDRNOTAVAIL;
    }
    set_mcast_if(sock, netif);
    return 0;
}

static int mcast_if_addr(const struct dgram_sock *sock)
{
    const struct netif *netif = netif_get_by_index(sock->mcast_if);

    return netif ? (int)netif_ip4_addr(netif)->addr : 0;
}

static long set_ttl(uint8_t *ttl, int value)
{
    if (value == -1)
        value = 0;
    else if (value < 1 || value > 255)
        return -LINUX_EINVAL;
    *ttl = (uint8_t)value;
    return 0;
}

/* IP_PMTUDISC_DONT to IP_PMTUDISC_OMIT, and IPv6's alike. */
static long set_pmtu(struct dgram_sock *sock, int value)
{
    if (value < 0 || value > 5)
        return -LINUX_EINVAL;
    sock->pmtu_mode = (uint8_t)value;
    return 0;
}

/* Of the way to the peer. */
static long get_mtu(const struct dgram_sock *sock, int *mtu)
{
    struct netif *netif;

    if (!sock->is_connected)
        return -LINUX_ENOTCONN;
    netif = ip_route(IP_IS_V6(&sock->peer) ? IP6_ADDR_ANY : IP4_ADDR_ANY,
                     &sock->peer);
    if (!netif)
        return -LINUX_ENETUNREACH;
    *mtu = (int)net_pmtu_get(&sock->peer, netif);
    return 0;
}

static long set4(struct dgram_sock *sock, int name, const void *value,
                 uint32_t len)
{
    int arg;
    long rc;

    if (name == IP_MULTICAST_IF_)
        return mcast_if4(sock, value, len);
    rc = net_opt_int(value, len, &arg);
    if (rc < 0)
        return rc;
    switch (name) {
    case IP_TOS_:
        sock->tos = (uint8_t)arg;
        return 0;
    case IP_TTL_:
        return set_ttl(&sock->ttl, arg);
    case IP_MULTICAST_TTL_:
        return set_mcast_ttl(sock, arg);
    case IP_MULTICAST_LOOP_:
        set_mcast_loop(sock, arg);
        return 0;
    case IP_MTU_DISCOVER_:
        return set_pmtu(sock, arg);
    case IP_MULTICAST_ALL_:
        return set_mcast_all(sock, arg);
    case IP_FREEBIND_:
    case IP_BIND_ADDRESS_NO_PORT_:
        return 0;
    default:
        return -LINUX_ENOPROTOOPT;
    }
}

static long set6(struct dgram_sock *sock, int name, const void *value,
                 uint32_t len)
{
    int arg;
    long rc;

    rc = net_opt_int(value, len, &arg);
    if (rc < 0)
        return rc;
    switch (name) {
    case IPV6_UNICAST_HOPS_:
        return set_ttl(&sock->ttl, arg);
    case IPV6_MULTICAST_HOPS_:
        return set_mcast_ttl(sock, arg);
    case IPV6_MULTICAST_LOOP_:
        set_mcast_loop(sock, arg);
        return 0;
    case IPV6_MULTICAST_IF_:
        if (arg && !netif_get_by_index((uint8_t)arg))
            return -LINUX_ENODEV;
        set_mcast_if(sock, arg ? netif_get_by_index((uint8_t)arg) : NULL);
        return 0;
    case IPV6_TCLASS_:
        sock->tos = (uint8_t)arg;
        return 0;
    case IPV6_CHECKSUM_:
        if (!sock->raw || arg < -1 || arg & 1)
            return -LINUX_EINVAL;
        sock->raw->chksum_reqd = arg >= 0;
        sock->raw->chksum_offset = (uint16_t)(arg < 0 ? 0 : arg);
        return 0;
    case IPV6_MTU_DISCOVER_:
        return set_pmtu(sock, arg);
    case IPV6_MULTICAST_ALL_:
        return set_mcast_all(sock, arg != 0);
    case IPV6_DONTFRAG_:
        sock->dont_frag = arg;
        return 0;
    case IPV6_MTU_:
        return 0;
    default:
        return -LINUX_ENOPROTOOPT;
    }
}

long net_dgram_opt_set(struct net_sock *s, int level, int name,
                       const void *value, uint32_t len)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;

    if (level == LEVEL_SOCKET) {
        net_dgram_apply(sock);     /* SO_REUSEADDR of a bound one, too */
        return -LINUX_ENOPROTOOPT; /* there is no more to it */
    }
    long rc = net_group_set(sock, level, name, value, len);
    if (rc != -LINUX_ENOPROTOOPT)
        return rc;
    if (level == LEVEL_IP) {
        if (name == 3 && sock->raw) { /* IP_HDRINCL */
            if (s->flags & NET_SOCK_HDRINCL)
                raw_set_flags(sock->raw, RAW_FLAGS_HDRINCL);
            else
                raw_clear_flags(sock->raw, RAW_FLAGS_HDRINCL);
            return 0;
        }
        return set4(sock, name, value, len);
    }
    if (level == LEVEL_IPV6 && s->family == NET_AF_INET6)
        return set6(sock, name, value, len);
    if (level == LEVEL_RAW && sock->raw && name == 1 && len >= 4) {
        memcpy(sock->icmp_filter, value, 4); /* ICMP_FILTER */
        return 0;
    }
    if (level == LEVEL_ICMPV6 && sock->raw && name == 1) {
        memcpy(sock->icmp_filter, value, LWIP_MIN(len, 32u));
        return 0;
    }
    return -LINUX_ENOPROTOOPT;
}

long net_dgram_opt_get(struct net_sock *s, int level, int name, void *value,
                       uint32_t *len)
{
    struct dgram_sock *sock = (struct dgram_sock *)s;
    int number;

    if (level == LEVEL_IP && name == IP_TOS_)
        number = sock->tos;
    else if (level == LEVEL_IP && name == IP_TTL_)
        number = sock->ttl ? sock->ttl : 64;
    else if (level == LEVEL_IP && name == IP_MULTICAST_TTL_)
        number = sock->mcast_ttl;
    else if (level == LEVEL_IP && name == IP_MULTICAST_LOOP_)
        number = sock->mcast_loop;
    else if ((level == LEVEL_IP && name == IP_MULTICAST_ALL_) ||
             (level == LEVEL_IPV6 && name == IPV6_MULTICAST_ALL_))
        number = sock->mcast_all;
    else if (level == LEVEL_IP && name == IP_MULTICAST_IF_)
        number = mcast_if_addr(sock);
    else if (level == LEVEL_IPV6 && name == IPV6_DONTFRAG_)
        number = sock->dont_frag;
    else if (level == LEVEL_IPV6 && name == IPV6_UNICAST_HOPS_)
        number = sock->ttl ? sock->ttl : 64;
    else if (level == LEVEL_IPV6 && name == IPV6_MULTICAST_HOPS_)
        number = sock->mcast_ttl;
    else if (level == LEVEL_IPV6 && name == IPV6_MULTICAST_LOOP_)
        number = sock->mcast_loop;
    else if (level == LEVEL_IPV6 && name == IPV6_TCLASS_)
        number = sock->tos;
    else if (level == LEVEL_IPV6 && name == IPV6_MULTICAST_IF_)
        number = sock->mcast_if;
    else if ((level == LEVEL_IP && name == IP_MTU_DISCOVER_) ||
             (level == LEVEL_IPV6 && name == IPV6_MTU_DISCOVER_))
        number = sock->pmtu_mode;
    else if ((level == LEVEL_IP && name == IP_MTU_) ||
             (level == LEVEL_IPV6 && name == IPV6_MTU_)) {
        long rc = get_mtu(sock, &number);
        if (rc < 0)
            return rc;
    } else
        return -LINUX_ENOPROTOOPT;
    return net_opt_put(value, len, &number, sizeof number);
}
