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

/* One ICMP error, for net_dgram_error(). */
struct net_icmp_error {
    bool is_v6, is_hard;
    uint8_t type, code;
    int32_t error; /* positive errno */
    uint32_t info; /* ICMP's second word: the MTU */
    ip_addr_t offender, remote;
    uint16_t local_port, remote_port;
    uint8_t l4[8]; /* our packet's header, as far as it is told */
    const uint8_t *data;
    size_t data_len; /* what is told of the data behind it */
};

#define DGRAM_ERR_MAX 8u
/* IP_RECVERR: waits for recvmsg(MSG_ERRQUEUE). */
struct dgram_err {
    struct dgram_err *next;
    struct net_icmp_error what; /* data: right behind this struct */
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
    uint32_t icmp_filter[8]; /* types not wanted: raw(7), RFC 3542 s3.2 */
    struct dgram_err *err_first, *err_last;
    uint32_t err_count;
    struct dgram_group group[DGRAM_GROUP_MAX];
    uint32_t group_count;
};

/* sock_dgram_ctl.c: where a packet is to leave, as far as it is said. */
struct dgram_from {
    struct netif *netif; /* or NULL */
    bool has_src;
    ip_addr_t src;
};
long net_dgram_control(const struct net_msg *msg, struct dgram_from *from);

/* sock_dgram_err.c */
void net_dgram_error(const struct net_icmp_error *error);
long net_dgram_recv_err(struct dgram_sock *sock, struct net_msg *msg);
void net_dgram_drop_errs(struct dgram_sock *sock);
/* sock_dgram.c: where the last one went; IPADDR_ANY_TYPE: none yet */
extern ip_addr_t net_dgram_last;
/* Is it one of ours (and not DHCP's)? */
bool net_dgram_owns(const struct udp_pcb *pcb);

void net_dgram_leave_all(struct dgram_sock *sock);
long net_dgram_opt_set(struct net_sock *s, int level, int name,
                       const void *value, uint32_t len);
long net_dgram_opt_get(struct net_sock *s, int level, int name, void *value,
                       uint32_t *len);

#endif
