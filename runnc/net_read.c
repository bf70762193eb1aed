/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine has configured in the container's namespace, and the same
 * as arguments of the tender (docs/net.md).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>
#include <string.h>

#include "runnc/net_int.h"

#define MTU_MIN 576u   /* what the guest's stack takes */
#define MTU_MAX 65521u /* of a tap: linux/tun.c */
#define NET_TEXT_MAX (INET6_ADDRSTRLEN + 4)

/* libnl's dumps may be interrupted by a change: then once more. */
#define DUMP_TRIES 5

static int dump(struct nl_cache **cache, struct nl_sock *sock,
                int (*alloc)(struct nl_sock *, struct nl_cache **),
                const char *what, struct err *err)
{
    int rc = -NLE_DUMP_INTR;

    for (int i = 0; i < DUMP_TRIES && rc == -NLE_DUMP_INTR; i++)
        rc = alloc(sock, cache);
    return rc < 0 ? net_err_nl(err, rc, "read %s", what) : 0;
}

static int alloc_links(struct nl_sock *sock, struct nl_cache **cache)
{
    return rtnl_link_alloc_cache(sock, AF_UNSPEC, cache);
}

static int alloc_routes(struct nl_sock *sock, struct nl_cache **cache)
{
    return rtnl_route_alloc_cache(sock, AF_UNSPEC, 0, cache);
}

/* "10.0.0.2/24"; prefix < 0: without. "" for what is no IP address, NULL
 * among them. */
static const char *text_of(char text[NET_TEXT_MAX], const struct nl_addr *addr,
                           int prefix)
{
    text[0] = '\0';
    if (!addr)
        return text;
    int family = nl_addr_get_family(addr);
    if ((family == AF_INET && nl_addr_get_len(addr) == 4) ||
        (family == AF_INET6 && nl_addr_get_len(addr) == 16))
        (void)inet_ntop(family, nl_addr_get_binary_addr(addr), text,
                        INET6_ADDRSTRLEN);
    if (text[0] && prefix >= 0)
        sprintf(text + strlen(text), "/%d", prefix);
    return text;
}

/*
 * Interfaces.
 */
static bool is_wanted(struct rtnl_link *link, struct net *net)
{
    const char *kind = rtnl_link_get_type(link);
    unsigned flags = rtnl_link_get_flags(link);

    if (flags & IFF_LOOPBACK || !(flags & IFF_UP) ||
        rtnl_link_get_master(link) != 0)
        return false;
    if (kind && !strcmp(kind, "bridge"))
        return false; /* no way out */
    if (kind && !strcmp(kind, "tun") &&
        !strncmp(rtnl_link_get_name(link), NET_TAP, strlen(NET_TAP)))
        return false; /* another guest's; a rootless engine has others */
    struct nl_addr *addr = rtnl_link_get_addr(link);
    if (rtnl_link_get_arptype(link) == ARPHRD_ETHER && addr &&
        nl_addr_get_len(addr) == 6)
        return true;
    net_warn(net, "%s is no Ethernet interface", rtnl_link_get_name(link));
    return false;
}

static int take(struct net_ifs *ifs, struct rtnl_link *link, struct err *err)
{
    const char *name = rtnl_link_get_name(link);
    uint32_t mtu = rtnl_link_get_mtu(link);

    if (ifs->count == NET_IF_MAX)
        return err_say(err, E2BIG, "%s: a guest takes at most %u interfaces",
                       name, NET_IF_MAX);
    if (mtu < MTU_MIN)
        return err_say(err, EINVAL, "%s: MTU %u, expected at least %u", name,
                       mtu, MTU_MIN);
    struct net_if *nif = &ifs->at[ifs->count++];
    *nif = (struct net_if){.index = rtnl_link_get_ifindex(link),
                           .mtu = mtu < MTU_MAX ? mtu : MTU_MAX};
    strncpy(nif->name, name, sizeof nif->name - 1);
    memcpy(nif->mac, nl_addr_get_binary_addr(rtnl_link_get_addr(link)), 6);
    return 0;
}

/* Of the main table, to somewhere, over one interface (the first of several
 * next hops). */
static struct rtnl_nexthop *plain_hop(struct rtnl_route *route)
{
    if (rtnl_route_get_table(route) != RT_TABLE_MAIN ||
        rtnl_route_get_type(route) != RTN_UNICAST ||
        rtnl_route_get_nnexthops(route) < 1)
        return NULL;
    return rtnl_route_nexthop_n(route, 0);
}

static bool is_default(struct rtnl_route *route)
{
    return nl_addr_get_prefixlen(rtnl_route_get_dst(route)) == 0;
}

static void mark_defaults(struct net_ifs *ifs, struct nl_cache *routes)
{
    for (struct nl_object *o = nl_cache_get_first(routes); o;
         o = nl_cache_get_next(o)) {
        struct rtnl_route *route = (struct rtnl_route *)o;
        struct rtnl_nexthop *hop = plain_hop(route);
        for (unsigned i = 0; hop && is_default(route) && i < ifs->count; i++)
            if (rtnl_route_nh_get_ifindex(hop) == ifs->at[i].index)
                ifs->at[i].has_default = true;
    }
}

/* Who has the way out comes first, then by name: eth0, eth1, ..., eth10. */
static int before(const void *pa, const void *pb)
{
    const struct net_if *a = pa, *b = pb;
    size_t la = strlen(a->name), lb = strlen(b->name);

    if (a->has_default != b->has_default)
        return a->has_default ? -1 : 1;
    if (la != lb)
        return la < lb ? -1 : 1;
    return strcmp(a->name, b->name);
}

int net_read_ifs(struct net_ifs *ifs, struct nl_sock *sock, struct net *net,
                 struct err *err)
{
    struct nl_cache *links, *routes;
    int rc = dump(&links, sock, alloc_links, "interfaces", err);

    ifs->count = 0;
    if (rc < 0)
        return rc;
    for (struct nl_object *o = nl_cache_get_first(links); o && rc == 0;
         o = nl_cache_get_next(o))
        if (is_wanted((struct rtnl_link *)o, net))
            rc = take(ifs, (struct rtnl_link *)o, err);
    nl_cache_free(links);
    if (rc < 0 || ifs->count < 2)
        return rc;
    rc = dump(&routes, sock, alloc_routes, "routes", err);
    if (rc < 0)
        return rc;
    mark_defaults(ifs, routes);
    nl_cache_free(routes);
    qsort(ifs->at, ifs->count, sizeof ifs->at[0], before);
    return 0;
}

/*
 * Addresses and routes.
 */
static const struct net_if *find(const struct net_ifs *ifs, int index)
{
    for (unsigned i = 0; i < ifs->count; i++)
        if (ifs->at[i].index == index && ifs->at[i].device)
            return &ifs->at[i];
    return NULL;
}

/* IPv6: the guest makes its own link-local address from the same MAC. */
static int add_address(struct net *net, const struct net_ifs *ifs,
                       struct rtnl_addr *addr, struct err *err)
{
    const struct net_if *nif = find(ifs, rtnl_addr_get_ifindex(addr));
    struct nl_addr *local = rtnl_addr_get_local(addr);
    struct nl_addr *peer = rtnl_addr_get_peer(addr);
    int prefix = rtnl_addr_get_prefixlen(addr);
    char text[NET_TEXT_MAX];

    if (!nif || !local || rtnl_addr_get_flags(addr) & IFA_F_DADFAILED ||
        (nl_addr_get_family(local) == AF_INET6 &&
         rtnl_addr_get_scope(addr) == RT_SCOPE_LINK))
        return 0;
    bool is_p2p = peer && nl_addr_cmp(local, peer) != 0 &&
                  nl_addr_get_family(peer) == nl_addr_get_family(local);
    int full = nl_addr_get_family(local) == AF_INET ? 32 : 128;
    if (!*text_of(text, local, is_p2p ? full : prefix))
        return 0;
    if (net_arg_add(net, err, "--ip:%s=%s", nif->device, text) < 0)
        return -err->code;
    if (is_p2p && *text_of(text, peer, prefix))
        return net_arg_add(net, err, "--route:%s=%s", nif->device, text);
    return 0;
}

/* The better default route of each family, by metric. */
struct defaults {
    struct rtnl_route *v4, *v6;
};

static void keep_best(struct rtnl_route **best, struct rtnl_route *route)
{
    if (!*best ||
        rtnl_route_get_priority(route) < rtnl_route_get_priority(*best))
        *best = route;
}

static struct nl_addr *gateway(struct rtnl_nexthop *hop)
{
    struct nl_addr *gw = rtnl_route_nh_get_gateway(hop);
    return gw ? gw : rtnl_route_nh_get_via(hop);
}

static int add_route(struct net *net, const struct net_ifs *ifs,
                     struct rtnl_route *route, struct err *err)
{
    struct rtnl_nexthop *hop = plain_hop(route);
    const struct net_if *nif =
        hop ? find(ifs, rtnl_route_nh_get_ifindex(hop)) : NULL;
    char dst[NET_TEXT_MAX], gw[NET_TEXT_MAX];

    if (!nif)
        return 0;
    struct nl_addr *to = rtnl_route_get_dst(route), *via = gateway(hop);
    (void)text_of(gw, via, -1);
    if (is_default(route) && via && gw[0])
        return net_arg_add(net, err, "--gw:%s=%s", nif->device, gw);
    int family = rtnl_route_get_family(route);
    if (is_default(route)) /* everybody is on the link */
        strcpy(dst, family == AF_INET ? "0.0.0.0/0" : "::/0");
    else if (!*text_of(dst, to, (int)nl_addr_get_prefixlen(to)))
        return 0;
    /* What an address brings with it, and link-local networks. */
    if (rtnl_route_get_protocol(route) == RTPROT_KERNEL && !via)
        return 0;
    return net_arg_add(net, err, "--route:%s=%s%s%s", nif->device, dst,
                       gw[0] ? "," : "", gw);
}

static int add_routes(struct net *net, const struct net_ifs *ifs,
                      struct nl_cache *routes, struct err *err)
{
    struct defaults best = {NULL, NULL};

    for (struct nl_object *o = nl_cache_get_first(routes); o;
         o = nl_cache_get_next(o)) {
        struct rtnl_route *route = (struct rtnl_route *)o;
        if (!plain_hop(route) ||
            !find(ifs, rtnl_route_nh_get_ifindex(plain_hop(route))))
            continue;
        if (!is_default(route)) {
            if (add_route(net, ifs, route, err) < 0)
                return -err->code;
        } else if (rtnl_route_get_family(route) == AF_INET) {
            keep_best(&best.v4, route);
        } else if (rtnl_route_get_family(route) == AF_INET6) {
            keep_best(&best.v6, route);
        }
    }
    if (best.v4 && add_route(net, ifs, best.v4, err) < 0)
        return -err->code;
    return best.v6 ? add_route(net, ifs, best.v6, err) : 0;
}

int net_read_conf(struct net *net, const struct net_ifs *ifs,
                  struct nl_sock *sock, struct err *err)
{
    struct nl_cache *addrs, *routes;
    int rc = dump(&addrs, sock, rtnl_addr_alloc_cache, "addresses", err);

    if (rc < 0)
        return rc;
    for (struct nl_object *o = nl_cache_get_first(addrs); o && rc == 0;
         o = nl_cache_get_next(o))
        rc = add_address(net, ifs, (struct rtnl_addr *)o, err);
    nl_cache_free(addrs);
    if (rc < 0)
        return rc;
    rc = dump(&routes, sock, alloc_routes, "routes", err);
    if (rc < 0)
        return rc;
    rc = add_routes(net, ifs, routes, err);
    nl_cache_free(routes);
    return rc;
}
