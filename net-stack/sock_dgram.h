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
    int64_t stamp_ns; /* real time of its arrival; 0: nobody wants it */
};

#define DGRAM_SOURCE_MAX 10u /* Linux: net.ipv4.igmp_max_msf */
struct dgram_group {
    ip_addr_t group;
    struct netif *netif;
    bool is_only; /* from the sources only; or from all others */
    uint32_t source_count;
    ip_addr_t *source; /* room for DGRAM_SOURCE_MAX, or NULL */
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
    bool is_connected, mcast_loop, mcast_all;
    bool dont_frag;          /* IPV6_DONTFRAG */
    bool has_port;           /* bind(2) named it */
    uint8_t pmtu_mode;       /* IP_MTU_DISCOVER */
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
void net_dgram_put_control(struct net_sock *s, struct net_msg *msg,
                           const struct dgram *packet);

/* sock_dgram_group.c */
/* -ENOPROTOOPT: not about groups. */
long net_group_set(struct dgram_sock *sock, int level, int name,
                   const void *value, uint32_t len);
/* Does the socket want a packet to this group? */
bool net_group_takes(struct dgram_sock *sock, const ip_addr_t *addr,
                     const struct netif *netif, const ip_addr_t *from);
void net_group_leave_all(struct dgram_sock *sock);
/* By index, by address, or the one that the group is reached by. */
struct netif *net_group_netif(const ip_addr_t *group, uint32_t if_idx,
                              const ip4_addr_t *if_addr);

/* sock_dgram_err.c */
/* True: a socket has sent it. */
bool net_dgram_error(const struct net_icmp_error *error);
long net_dgram_recv_err(struct dgram_sock *sock, struct net_msg *msg);
void net_dgram_drop_errs(struct dgram_sock *sock);
/* sock_dgram.c */
#define PMTU_DO 2 /* linux/in.h IP_PMTUDISC_DO; more are as strict */
/* The socket's options as its pcb's. */
void net_dgram_apply(struct dgram_sock *sock);
/* Where the last one went; IPADDR_ANY_TYPE: none yet */
extern ip_addr_t net_dgram_last;
/* Is it one of ours (and not DHCP's)? */
bool net_dgram_owns(const struct udp_pcb *pcb);

long net_dgram_opt_set(struct net_sock *s, int level, int name,
                       const void *value, uint32_t len);
long net_dgram_opt_get(struct net_sock *s, int level, int name, void *value,
                       uint32_t *len);

#endif
