/* SPDX-License-Identifier: Apache-2.0 */
/* ioctls of sockets: netdevice(7), tcp(7); and the list of interfaces. */
#include "lwip/netif.h"

#include "base.h"
#include "enter.h"
#include "linux_file.h"
#include "net.h"
#include "net_sock.h"
#include "user.h"

enum sioc { /* linux/sockios.h */
            SIOCGIFNAME_ = 0x8910,
            SIOCGIFCONF_ = 0x8912,
            SIOCGIFFLAGS_ = 0x8913,
            SIOCGIFADDR_ = 0x8915,
            SIOCGIFDSTADDR_ = 0x8917,
            SIOCGIFBRDADDR_ = 0x8919,
            SIOCGIFNETMASK_ = 0x891b,
            SIOCGIFMETRIC_ = 0x891d,
            SIOCGIFMTU_ = 0x8921,
            SIOCGIFHWADDR_ = 0x8927,
            SIOCGIFINDEX_ = 0x8933,
            SIOCGIFTXQLEN_ = 0x8942,
            SIOCATMARK_ = 0x8905,
};

enum iff { /* linux/if.h */
           IFF_UP_ = 1 << 0,
           IFF_BROADCAST_ = 1 << 1,
           IFF_LOOPBACK_ = 1 << 3,
           IFF_RUNNING_ = 1 << 6,
           IFF_MULTICAST_ = 1 << 12,
};

#define ARPHRD_ETHER_ 1
#define ARPHRD_LOOPBACK_ 772

struct ifreq {
    char name[16];
    union {
        struct net_sockaddr_in addr;
        struct {
            uint16_t family;
            uint8_t addr[14];
        } hw;
        int16_t flags;
        int32_t value;
        uint8_t raw[24];
    } u;
};
_Static_assert(sizeof(struct ifreq) == 40, "linux/if.h");

static bool is_loop(const struct netif *netif)
{
    return netif->linkoutput != net_linkoutput;
}

const char *net_if_name(const struct netif *netif)
{
    return is_loop(netif) ? "lo" : ((struct net_port *)netif->state)->name;
}

uint32_t net_if_index(const struct netif *netif)
{
    if (!is_loop(netif))
        netif = ((struct net_port *)netif->state)->netif;
    return netif_get_index(netif);
}

struct netif *net_if_find(const char *name)
{
    struct netif *netif, *found = NULL;

    /* The list has the newest first; the first on a port stands for it. */
    NETIF_FOREACH(netif)
    {
        if (strcmp(net_if_name(netif), name) == 0)
            found = netif;
    }
    return found;
}

static uint32_t flags_of(const struct netif *netif)
{
    uint32_t flags = IFF_UP_ | IFF_RUNNING_;

    return flags | (is_loop(netif) ? (uint32_t)IFF_LOOPBACK_
                                   : (uint32_t)IFF_BROADCAST_ | IFF_MULTICAST_);
}

static unsigned prefix_of(const ip4_addr_t *mask)
{
    unsigned bits = 0;

    for (uint32_t left = mask->addr; left; left &= left - 1)
        bits++;
    return bits;
}

/* The idx-th of what this netif has: MAC, IPv4, then IPv6. */
static bool fill_entry(const struct netif *netif, uint32_t *idx,
                       struct net_if_entry *entry)
{
    memset(entry, 0, sizeof *entry);
    print_to(entry->name, sizeof entry->name, "%s", net_if_name(netif));
    entry->idx = net_if_index(netif);
    entry->flags = flags_of(netif);
    if (entry->idx == netif_get_index(netif) && (*idx)-- == 0) {
        entry->family = NET_AF_PACKET;
        memcpy(entry->addr, netif->hwaddr, 6);
        return true;
    }
    if (!ip4_addr_isany(netif_ip4_addr(netif)) && (*idx)-- == 0) {
        entry->family = NET_AF_INET;
        memcpy(entry->addr, &netif_ip4_addr(netif)->addr, 4);
        entry->prefix = (uint8_t)prefix_of(netif_ip4_netmask(netif));
        return true;
    }
    for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        if (!ip6_addr_isvalid(netif_ip6_addr_state(netif, i)) || (*idx)-- != 0)
            continue;
        entry->family = NET_AF_INET6;
        memcpy(entry->addr, netif_ip6_addr(netif, i)->addr, 16);
        entry->prefix = is_loop(netif) ? 128 : 64;
        for (uint32_t r = 0; r < net_route_count; r++)
            if (memcmp(net_routes[r].dest, entry->addr, 16) == 0)
                entry->prefix = net_routes[r].prefix;
        return true;
    }
    return false;
}

long sys_net_if_entry(uint32_t idx, struct net_if_entry *entry)
{
    LIBOS_CALL();
    struct netif *netif;
    struct net_if_entry copy;

    net_start();
    for (uint8_t i = 1; i != 0; i++) {
        netif = netif_get_by_index(i);
        if (netif && fill_entry(netif, &idx, &copy))
            return user_copy(entry, &copy, sizeof copy);
    }
    return -LINUX_ENOENT;
}

long sys_net_dns(struct net_dns_conf *conf)
{
    LIBOS_CALL();
    struct net_dns_conf copy = {0};
    ip_addr_t servers[NET_DNS_MAX];

    net_start();
    copy.count = net_dns_servers(servers);
    for (uint32_t i = 0; i < copy.count; i++) {
        if (IP_IS_V6_VAL(servers[i])) {
            memcpy(copy.server[i], ip_2_ip6(&servers[i])->addr, 16);
        } else {
            copy.server[i][10] = copy.server[i][11] = 0xff;
            memcpy(copy.server[i] + 12, &ip_2_ip4(&servers[i])->addr, 4);
        }
    }
    print_to(copy.search, sizeof copy.search, "%s", net_dns_search());
    return user_copy(conf, &copy, sizeof copy);
}

static void put_addr(struct ifreq *req, uint32_t addr)
{
    memset(&req->u, 0, sizeof req->u);
    req->u.addr.family = NET_AF_INET;
    req->u.addr.addr = addr;
}

static long get_one(struct ifreq *req, unsigned long request)
{
    struct netif *netif;
    uint32_t addr, mask;

    req->name[sizeof req->name - 1] = '\0';
    netif = request == SIOCGIFNAME_ ? netif_get_by_index((uint8_t)req->u.value)
                                    : net_if_find(req->name);
    if (!netif)
        return -LINUX_ENODEV;
    addr = netif_ip4_addr(netif)->addr;
    mask = netif_ip4_netmask(netif)->addr;
    switch (request) {
    case SIOCGIFNAME_:
        print_to(req->name, sizeof req->name, "%s", net_if_name(netif));
        return 0;
    case SIOCGIFFLAGS_:
        req->u.flags = (int16_t)flags_of(netif);
        return 0;
    case SIOCGIFMTU_:
        req->u.value = is_loop(netif) ? 65535 : netif->mtu;
        return 0;
    case SIOCGIFINDEX_:
        req->u.value = (int32_t)net_if_index(netif);
        return 0;
    case SIOCGIFMETRIC_:
        req->u.value = 0;
        return 0;
    case SIOCGIFTXQLEN_:
        req->u.value = 1000;
        return 0;
    case SIOCGIFHWADDR_:
        memset(&req->u, 0, sizeof req->u);
        req->u.hw.family = is_loop(netif) ? ARPHRD_LOOPBACK_ : ARPHRD_ETHER_;
        memcpy(req->u.hw.addr, netif->hwaddr, 6);
        return 0;
    default:
        break;
    }
    if (!addr)
        return -LINUX_EADDRNOTAVAIL;
    if (request == SIOCGIFNETMASK_)
        addr = mask;
    else if (request == SIOCGIFBRDADDR_)
        addr |= ~mask;
    put_addr(req, addr);
    return 0;
}

struct ifconf {
    int32_t len;
    int32_t pad;
    struct ifreq *req;
};

static long get_all(struct ifconf *user)
{
    struct ifconf conf;
    struct ifreq req;
    int32_t used = 0;
    long rc = user_copy(&conf, user, sizeof conf);

    for (uint8_t i = 1; rc == 0 && i != 0; i++) {
        struct netif *netif = netif_get_by_index(i);

        if (!netif || ip4_addr_isany(netif_ip4_addr(netif)))
            continue;
        if (conf.req) {
            if (conf.len - used < (int32_t)sizeof req)
                break;
            memset(&req, 0, sizeof req);
            print_to(req.name, sizeof req.name, "%s", net_if_name(netif));
            put_addr(&req, netif_ip4_addr(netif)->addr);
            rc = user_copy((uint8_t *)conf.req + used, &req, sizeof req);
        }
        used += (int32_t)sizeof req;
    }
    conf.len = used;
    return rc < 0 ? rc : user_copy(user, &conf, sizeof conf);
}

long net_ioctl(struct net_sock *sock, unsigned long request, unsigned long arg)
{
    struct ifreq req;
    int32_t value;
    long rc;

    switch (request) {
    case LINUX_FIONREAD:
        if (sock->is_listening)
            return -LINUX_EINVAL;
        value = sock->ops->readable ? (int32_t)sock->ops->readable(sock) : 0;
        return user_copy((void *)arg, &value, sizeof value);
    case LINUX_TIOCOUTQ:
        value = sock->ops->unsent ? (int32_t)sock->ops->unsent(sock) : 0;
        return user_copy((void *)arg, &value, sizeof value);
    case SIOCATMARK_:
        value = 0;
        return user_copy((void *)arg, &value, sizeof value);
    case SIOCGIFCONF_:
        return get_all((struct ifconf *)arg);
    default:
        break;
    }
    if (request < SIOCGIFNAME_ || request > SIOCGIFTXQLEN_)
        return -LINUX_ENOTTY;
    rc = user_copy(&req, (void *)arg, sizeof req);
    if (rc < 0)
        return rc;
    rc = get_one(&req, request);
    return rc < 0 ? rc : user_copy((void *)arg, &req, sizeof req);
}
