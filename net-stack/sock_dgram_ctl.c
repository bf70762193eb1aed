/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control messages. Of what is sent: the address and the interface that one
 * packet leaves by (IP_PKTINFO of ip(7), IPV6_PKTINFO of RFC 3542 s6.2); others
 * of these levels are taken and do nothing. Of what has come: where to, when.
 */
#include "base.h"
#include "net.h"
#include "sock_dgram.h"
#include "user.h"

#define LEVEL_IP 0
#define IP_PKTINFO_ 8
#define LEVEL_IPV6 41
#define IPV6_PKTINFO_ 50

struct cmsg {
    uint64_t len;
    int32_t level, type;
};

static struct netif *find_index(uint32_t idx)
{
    struct netif *netif, *found = NULL;

    /* The first on a port is the last in the list, and stands for it. */
    NETIF_FOREACH(netif)
    {
        if (net_if_index(netif) == idx)
            found = netif;
    }
    return found;
}

/* idx 0: any interface; src a wildcard: any address. */
static long choose(struct dgram_from *from, uint32_t idx, const ip_addr_t *src)
{
    if (idx) {
        from->netif = find_index(idx);
        if (!from->netif)
            return -LINUX_ENODEV;
    }
    if (ip_addr_isany(src))
        return 0;
    if (ip_addr_ismulticast(src))
        return -LINUX_EINVAL;
    if (!net_addr_is_local(src)) /* as Linux has it */
        return IP_IS_V6(src) ? -LINUX_EINVAL : -LINUX_ENETUNREACH;
    from->src = *src;
    from->has_src = true;
    return 0;
}

static long take_info(const uint8_t *data, size_t len, struct dgram_from *from)
{
    struct {
        uint32_t if_idx, spec_dst, addr;
    } info;
    ip_addr_t src = IPADDR4_INIT(0);

    if (len != sizeof info)
        return -LINUX_EINVAL;
    long rc = user_copy(&info, data, sizeof info);
    if (rc < 0)
        return rc;
    ip_2_ip4(&src)->addr = info.spec_dst;
    return choose(from, info.if_idx, &src);
}

static long take_info6(const uint8_t *data, size_t len, struct dgram_from *from)
{
    struct {
        uint32_t addr[4], if_idx;
    } info;
    ip_addr_t src = IPADDR6_INIT(0, 0, 0, 0);

    if (len < sizeof info)
        return -LINUX_EINVAL;
    long rc = user_copy(&info, data, sizeof info);
    if (rc < 0)
        return rc;
    memcpy(ip_2_ip6(&src)->addr, info.addr, sizeof info.addr);
    if (ip6_addr_isipv4mappedipv6(ip_2_ip6(&src))) {
        IP_SET_TYPE_VAL(src, IPADDR_TYPE_V4);
        ip_2_ip4(&src)->addr = info.addr[3];
    }
    return choose(from, info.if_idx, &src);
}

long net_dgram_control(const struct net_msg *msg, struct dgram_from *from)
{
    struct cmsg head;
    size_t pos = 0;

    from->netif = NULL;
    from->has_src = false;
    while (msg->control && msg->control_len - pos >= sizeof head) {
        const uint8_t *at = msg->control + pos;
        long rc = user_copy(&head, at, sizeof head);

        if (rc < 0)
            return rc;
        if (head.len < sizeof head || head.len > msg->control_len - pos)
            return -LINUX_EINVAL;
        if (head.level == LEVEL_IP && head.type == IP_PKTINFO_)
            rc = take_info(at + sizeof head, head.len - sizeof head, from);
        else if (head.level == LEVEL_IPV6 && head.type == IPV6_PKTINFO_)
            rc = take_info6(at + sizeof head, head.len - sizeof head, from);
        if (rc < 0)
            return rc;
        size_t step = (head.len + 7) & ~7ull;
        if (step >= msg->control_len - pos)
            break;
        pos += step;
    }
    return 0;
}

/* Control messages: ip(7), ipv6(7). */
void net_dgram_put_control(struct net_sock *s, struct net_msg *msg,
                           const struct dgram *packet)
{
    size_t used = 0;
    bool is_v6 = IP_IS_V6_VAL(packet->dest);
    int64_t stamp[2] = {packet->stamp_ns / NS_PER_SEC,
                        packet->stamp_ns % NS_PER_SEC};

    if (packet->stamp_ns && s->flags & NET_SOCK_TIMESTAMPNS) {
        net_cmsg_put(msg, &used, 1, 35, stamp, sizeof stamp);
    } else if (packet->stamp_ns && s->flags & NET_SOCK_TIMESTAMP) {
        stamp[1] /= 1000; /* a timeval */
        net_cmsg_put(msg, &used, 1, 29, stamp, sizeof stamp);
    }

    if (s->flags & NET_SOCK_PKTINFO && s->family == NET_AF_INET) {
        struct {
            int32_t if_idx;
            uint32_t spec_dst, addr;
        } info = {packet->if_idx, ip_2_ip4(&packet->dest)->addr,
                  ip_2_ip4(&packet->dest)->addr};
        net_cmsg_put(msg, &used, 0, 8, &info, sizeof info);
    } else if (s->flags & NET_SOCK_PKTINFO) {
        struct {
            uint8_t addr[16];
            uint32_t if_idx;
        } info = {.if_idx = packet->if_idx};
        if (is_v6) {
            memcpy(info.addr, ip_2_ip6(&packet->dest)->addr, 16);
        } else {
            info.addr[10] = info.addr[11] = 0xff;
            memcpy(info.addr + 12, &ip_2_ip4(&packet->dest)->addr, 4);
        }
        net_cmsg_put(msg, &used, 41, 50, &info, sizeof info);
    }
    int32_t ttl = packet->ttl;
    if (s->flags & NET_SOCK_RECVTTL)
        net_cmsg_put(msg, &used, is_v6 ? 41 : 0, is_v6 ? 52 : 2, &ttl,
                     sizeof ttl);
    int32_t tclass = packet->tos;
    if (s->flags & NET_SOCK_RECVTOS && is_v6)
        net_cmsg_put(msg, &used, 41, 67, &tclass, sizeof tclass);
    else if (s->flags & NET_SOCK_RECVTOS)
        net_cmsg_put(msg, &used, 0, 1, &packet->tos, 1);
    msg->control_used = used;
}
