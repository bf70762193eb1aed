/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which interface and which next hop: the longest prefix, of the table and of
 * the interfaces' own networks.
 */
#include "lwip/nd6.h"

#include "base.h"
#include "net.h"
#include "net_hooks.h"

struct net_route net_routes[NET_ROUTE_MAX];
uint32_t net_route_count;

static void key_of(uint8_t key[16], const ip_addr_t *addr)
{
    memset(key, 0, 16);
    if (IP_IS_V6(addr)) {
        memcpy(key, ip_2_ip6(addr)->addr, 16);
    } else {
        key[10] = key[11] = 0xff;
        memcpy(key + 12, &ip_2_ip4(addr)->addr, 4);
    }
}

static bool has_prefix(const uint8_t key[16], const uint8_t dest[16],
                       unsigned prefix)
{
    unsigned bytes = prefix / 8, bits = prefix % 8;

    if (memcmp(key, dest, bytes) != 0)
        return false;
    return !bits || !((key[bytes] ^ dest[bytes]) >> (8 - bits));
}

static int add(const ip_addr_t *dest, unsigned prefix, const ip_addr_t *gw,
               struct netif *netif, bool is_dhcp)
{
    struct net_route route = {
        .netif = netif, .is_v4 = !IP_IS_V6(dest), .is_dhcp = is_dhcp};
    uint32_t i = net_route_count;

    if (net_route_count == NET_ROUTE_MAX)
        return -28; /* ENOSPC */
    route.prefix = (uint8_t)(route.is_v4 ? prefix + 96 : prefix);
    key_of(route.dest, dest);
    if (gw)
        key_of(route.gw, gw);
    for (; i > 0 && net_routes[i - 1].prefix < route.prefix; i--)
        net_routes[i] = net_routes[i - 1];
    net_routes[i] = route;
    net_route_count++;
    return 0;
}

int net_route_add(const ip_addr_t *dest, unsigned prefix, const ip_addr_t *gw,
                  struct netif *netif)
{
    return add(dest, prefix, gw, netif, false);
}

int net_route_add_dhcp(const ip_addr_t *dest, unsigned prefix,
                       const ip_addr_t *gw, struct netif *netif)
{
    return add(dest, prefix, gw, netif, true);
}

void net_route_drop_dhcp(const struct netif *netif)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < net_route_count; i++)
        if (!net_routes[i].is_dhcp || net_routes[i].netif != netif)
            net_routes[left++] = net_routes[i];
    net_route_count = left;
}

const struct net_route *net_route_find(const ip_addr_t *dest)
{
    uint8_t key[16];

    key_of(key, dest);
    for (uint32_t i = 0; i < net_route_count; i++) {
        const struct net_route *route = &net_routes[i];

        if (route->is_v4 == !IP_IS_V6(dest) &&
            has_prefix(key, route->dest, route->prefix))
            return route;
    }
    return NULL;
}

static bool has_gw(const struct net_route *route)
{
    static const uint8_t none[16];

    return memcmp(route->gw, none, 16) != 0;
}

/* The interface in whose own network the address lies; *prefix: bits. */
static struct netif *find_own4(const ip4_addr_t *dest, unsigned *prefix)
{
    struct netif *netif, *best = NULL;

    NETIF_FOREACH(netif)
    {
        uint32_t mask = lwip_ntohl(netif_ip4_netmask(netif)->addr);
        unsigned bits = mask ? 32u - (unsigned)__builtin_ctz(mask) : 0;

        if (ip4_addr_isany(netif_ip4_addr(netif)) ||
            !ip4_addr_netcmp(dest, netif_ip4_addr(netif),
                             netif_ip4_netmask(netif)) ||
            (best && bits < *prefix)) /* of equals the oldest, last here */
            continue;
        best = netif;
        *prefix = bits;
    }
    return best;
}

/* DHCP's gateway is not in the table. */
static struct netif *find_gw4(void)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    {
        const struct net_port *port = netif->state;

        if (netif->linkoutput == net_linkoutput && /* not the loopback */
            !port->has_no_router && !ip4_addr_isany(netif_ip4_gw(netif)) &&
            !ip4_addr_isany(netif_ip4_addr(netif)))
            return netif;
    }
    return NULL;
}

struct netif *net_hook_route4(const ip4_addr_t *src, const ip4_addr_t *dest)
{
    ip_addr_t addr;

    /* A source address that one of several netifs on a port has. */
    if (src && !ip4_addr_isany(src)) {
        struct netif *netif;

        NETIF_FOREACH(netif)
        {
            if (ip4_addr_cmp(netif_ip4_addr(netif), src) &&
                ip4_addr_netcmp(dest, src, netif_ip4_netmask(netif)))
                return netif;
        }
        return NULL;
    }
    ip_addr_copy_from_ip4(addr, *dest);
    const struct net_route *route = net_route_find(&addr);
    unsigned prefix = 0;
    struct netif *own = find_own4(dest, &prefix);
    if (own && (!route || prefix + 96 >= route->prefix))
        return own;
    return route ? route->netif : find_gw4();
}

const ip4_addr_t *net_hook_gw4(struct netif *netif, const ip4_addr_t *dest)
{
    static ip4_addr_t gw;
    ip_addr_t addr;

    ip_addr_copy_from_ip4(addr, *dest);
    const struct net_route *route = net_route_find(&addr);
    if (!route || route->netif != netif)
        return NULL;
    if (!has_gw(route))
        return dest;
    memcpy(&gw.addr, route->gw + 12, 4);
    return &gw;
}

/* The interface's own prefixes are in the table too: lwIP takes every IPv6
 * network for a /64. */
struct netif *net_hook_route6(const ip6_addr_t *src, const ip6_addr_t *dest)
{
    ip_addr_t addr;

    (void)src;
    if (ip6_addr_islinklocal(dest) || ip6_addr_ismulticast(dest) ||
        ip6_addr_isloopback(dest))
        return NULL;
    ip_addr_copy_from_ip6(addr, *dest);
    const struct net_route *route = net_route_find(&addr);
    return route ? route->netif : NULL;
}

const ip6_addr_t *net_hook_gw6(struct netif *netif, const ip6_addr_t *dest)
{
    static ip6_addr_t gw;
    ip_addr_t addr;

    ip_addr_copy_from_ip6(addr, *dest);
    const struct net_route *route = net_route_find(&addr);
    if (!route || route->netif != netif)
        return NULL;
    if (!has_gw(route))
        return dest;
    memset(&gw, 0, sizeof gw);
    memcpy(gw.addr, route->gw, 16);
    ip6_addr_assign_zone(&gw, IP6_UNICAST, netif);
    return &gw;
}

bool net_route_exists(const ip_addr_t *dest)
{
    struct netif *netif;

    if (ip_addr_ismulticast(dest) || ip_addr_isany(dest))
        return true;
    if (!IP_IS_V6(dest))
        return ip_2_ip4(dest)->addr == IPADDR_BROADCAST ||
               net_hook_route4(NULL, ip_2_ip4(dest));
    const ip6_addr_t *dest6 = ip_2_ip6(dest);
    if (ip6_addr_islinklocal(dest6) || ip6_addr_isloopback(dest6) ||
        net_route_find(dest) || nd6_find_route(dest6))
        return true;
    NETIF_FOREACH(netif)
    {
        if (netif_get_ip6_addr_match(netif, dest6) >= 0)
            return true;
    }
    return false;
}
