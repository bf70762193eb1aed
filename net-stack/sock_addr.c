/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses of ip(7) and ipv6(7), and lwIP's. */
#include "lwip/ip.h"
#include "lwip/netif.h"

#include "base.h"
#include "net_sock.h"

static bool is_mapped(const uint8_t addr[16])
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

    return memcmp(addr, prefix, 12) == 0;
}

long net_addr_get(const struct net_sock *sock, const union net_sockaddr *addr,
                  uint32_t len, ip_addr_t *ip, uint16_t *port)
{
    if (len < sizeof addr->family)
        return -LINUX_EINVAL;
    if (sock->family == NET_AF_INET) {
        if (len < sizeof addr->in)
            return -LINUX_EINVAL;
        /* Linux: as if it said so, of datagrams. */
        if (addr->family != NET_AF_INET &&
            (addr->family != NET_AF_UNSPEC || sock->type == NET_STREAM))
            return -LINUX_EAFNOSUPPORT;
        ip_addr_set_ip4_u32_val(*ip, addr->in.addr);
        *port = lwip_ntohs(addr->in.port);
        return 0;
    }
    if (addr->family == NET_AF_INET && sock->type == NET_DGRAM &&
        !(sock->flags & NET_SOCK_V6ONLY) && len >= sizeof addr->in) {
        ip_addr_set_ip4_u32_val(*ip, addr->in.addr);
        *port = lwip_ntohs(addr->in.port);
        return 0;
    }
    if (addr->family != NET_AF_INET6)
        return -LINUX_EAFNOSUPPORT;
    if (len < 24) /* without sin6_scope_id, as RFC 2133 had it */
        return -LINUX_EINVAL;
    *port = lwip_ntohs(addr->in6.port);
    if (is_mapped(addr->in6.addr)) {
        uint32_t ip4;

        if (sock->flags & NET_SOCK_V6ONLY)
            return -LINUX_ENETUNREACH;
        memcpy(&ip4, addr->in6.addr + 12, 4);
        ip_addr_set_ip4_u32_val(*ip, ip4);
        return 0;
    }
    ip_addr_set_zero_ip6(ip);
    memcpy(ip_2_ip6(ip)->addr, addr->in6.addr, 16);
    if (ip6_addr_has_scope(ip_2_ip6(ip), IP6_UNKNOWN)) {
        uint32_t scope = len >= sizeof addr->in6 ? addr->in6.scope_id : 0;

        ip6_addr_set_zone(ip_2_ip6(ip), (uint8_t)scope);
        if (!scope)
            ip6_addr_select_zone(ip_2_ip6(ip), IP6_ADDR_ANY6);
    }
    return 0;
}

uint32_t net_addr_put(const struct net_sock *sock, union net_sockaddr *addr,
                      const ip_addr_t *ip, uint16_t port)
{
    memset(addr, 0, sizeof *addr);
    addr->in.port = lwip_htons(port);
    if (sock->family == NET_AF_INET) {
        addr->family = NET_AF_INET;
        if (IP_IS_V4(ip))
            addr->in.addr = ip_2_ip4(ip)->addr;
        return sizeof addr->in;
    }
    addr->family = NET_AF_INET6;
    if (IP_IS_V4_VAL(*ip)) {
        addr->in6.addr[10] = addr->in6.addr[11] = 0xff;
        memcpy(addr->in6.addr + 12, &ip_2_ip4(ip)->addr, 4);
    } else {
        memcpy(addr->in6.addr, ip_2_ip6(ip)->addr, 16);
        if (ip6_addr_islinklocal(ip_2_ip6(ip)))
            addr->in6.scope_id = ip6_addr_zone(ip_2_ip6(ip));
    }
    return sizeof addr->in6;
}

bool net_addr_is_local(const ip_addr_t *ip)
{
    struct netif *netif;

    if (ip_addr_isany(ip) || ip_addr_ismulticast(ip))
        return true;
    if (IP_IS_V4(ip) && ip4_addr_isloopback(ip_2_ip4(ip)))
        return true;
    NETIF_FOREACH(netif)
    {
        if (IP_IS_V4(ip) &&
            (ip4_addr_cmp(netif_ip4_addr(netif), ip_2_ip4(ip)) ||
             ip_addr_isbroadcast(ip, netif)))
            return true;
        if (IP_IS_V6(ip) && netif_get_ip6_addr_match(netif, ip_2_ip6(ip)) >= 0)
            return true;
    }
    return false;
}

void net_addr_fit(const struct net_sock *sock, ip_addr_t *ip)
{
    if (sock->family == NET_AF_INET6 && !(sock->flags & NET_SOCK_V6ONLY) &&
        IP_IS_V6(ip) && ip6_addr_isany(ip_2_ip6(ip)))
        IP_SET_TYPE(ip, IPADDR_TYPE_ANY);
}
