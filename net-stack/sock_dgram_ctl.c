/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control messages of what is sent: the address and the interface that one
 * packet leaves by (IP_PKTINFO of ip(7), IPV6_PKTINFO of RFC 3542 s6.2). Others
 * of these levels are taken and do nothing.
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
