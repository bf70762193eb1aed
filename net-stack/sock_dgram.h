/* SPDX-License-Identifier: Apache-2.0 */
/* A UDP, raw or ICMP socket: sock_dgram.c; options: sock_dgram_opt.c. */
#ifndef NET_SOCK_DGRAM_H
#define NET_SOCK_DGRAM_H

#include "lwip/raw.h"
#include "lwip/udp.h"
#include "net_sock.h"

#define DGRAM_GROUP_MAX 20u /* Linux: net.ipv4.igmp_max_memberships */

struct dgram {
    struct dgram *next;
    struct pbuf *p;
    ip_addr_t src, dest;
    uint16_t port;
    uint8_t if_idx, ttl, tos;
};

struct dgram_group {
    ip_addr_t group;
    struct netif *netif;
};

struct dgram_sock {
    struct net_sock s;
    struct udp_pcb *udp; /* one of the two */
    struct raw_pcb *raw;
    struct dgram *rx_first, *rx_last;
    uint32_t rx_len, rx_count;
    bool is_connected, mcast_loop;
    ip_addr_t peer, auto_ip; /* auto_ip: source towards the peer */
    uint16_t peer_port;
    uint16_t icmp_id; /* "ping" sockets: the port */
    uint8_t ttl, tos, mcast_ttl, mcast_if;
    uint32_t icmp_filter; /* raw(7) ICMP_FILTER: types not wanted */
    struct dgram_group group[DGRAM_GROUP_MAX];
    uint32_t group_count;
};

void net_dgram_leave_all(struct dgram_sock *sock);
long net_dgram_opt_set(struct net_sock *s, int level, int name,
                       const void *value, uint32_t len);
long net_dgram_opt_get(struct net_sock *s, int level, int name, void *value,
                       uint32_t *len);

#endif
