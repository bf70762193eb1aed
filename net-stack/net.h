/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of net-stack/ share. All of it runs inside the libOS, on one
 * vCPU, never preempted: no locks. lwIP runs in whoever calls it: a socket
 * call, the idle loop with a frame, a timer.
 */
#ifndef NET_H
#define NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lwip/netif.h"
#include "lwip/pbuf.h"
#include "lwip/tcp.h"
#include "uni_boot.h"

/*
 * net_mem.c: memory of the stack, in size classes over the arena.
 */

/* Once, before lwIP. The stack takes at most a part of the arena. */
void net_mem_init(size_t arena_size);
/* net_malloc, net_calloc, net_free: port/lwipopts.h; NULL when full. */

/* Little is left: hand out to those who hold little. */
bool net_mem_is_tight(void);
size_t net_mem_used(void); /* bytes, size classes' rounding included */

/*
 * net_rx.c: buffers that frames are read into, and that sockets keep.
 */
#define NET_FRAME_MAX (65535u + 18u) /* IP packet, Ethernet and VLAN header */
#define NET_VNET_HDR_MAX 12u

/* Room for the largest frame behind a custom pbuf, or NULL. Valid until the
 * next net_rx_take() or net_rx_room(). */
void *net_rx_room(size_t *room);
/* The first `used` bytes of the room become a pbuf whose payload starts
 * `skip` bytes in; the caller owns it. used - skip <= 65535. */
struct pbuf *net_rx_take(size_t used, size_t skip);
/* Nobody reads them on: p in as little memory as it needs, if memory is
 * tight; p itself otherwise. Never NULL. */
struct pbuf *net_rx_compact(struct pbuf *p);

/*
 * net_if.c: interfaces.
 */
#define NET_IF_MAX 8u /* host interfaces, from boot info */
/* Smaller segments are not worth special ways. */
#define NET_BULK_MIN 8192u
/* So many small ones, in between or at the end, do not make it another kind
 * of transfer. */
#define NET_BULK_KEEP 16u

/* One host handle; several netifs may stand on it (one per IPv4 address). */
struct net_port {
    uint32_t handle;
    uint32_t hdr_len;  /* bytes of virtio header before a frame */
    uint32_t offloads; /* enum uni_net_offload */
    uint32_t mtu;
    bool has_mtu;       /* by --mtu */
    bool has_no_router; /* DHCP's routes stand for its router */
    bool has_no_ip6;
    uint8_t mac[6];
    char name[UNI_NAME_MAX]; /* as on the tender's command line */
    struct netif *netif;     /* the first on it */
    uint64_t rx_frames, rx_bytes, tx_frames, tx_bytes, rx_dropped, tx_dropped;
};

extern struct net_port net_ports[NET_IF_MAX];
extern uint32_t net_port_count;

/* A further netif on a port; the first carries IPv6 and DHCP. NULL: full. */
struct netif *net_if_add(struct net_port *port, const ip4_addr_t *addr,
                         const ip4_addr_t *mask);
/* Reads and handles frames until there are none (or `budget` is used up).
 * True: there may be more. */
bool net_port_run(struct net_port *port, uint32_t budget);
/* The same for all ports and for the loopback. */
bool net_run(void);
/* Frames to ourselves: at the end of each call that may send. */
void net_loop_run(void);

/* One frame as the host gave it, virtio header first (hdr_len bytes). */
void net_input(struct net_port *port, struct pbuf *p, const uint8_t *hdr);

/*
 * net_direct.c: frames read into the buffer of who waits for them.
 */
/* Where the next frame of any length may be written, or NULL. Whatever the
 * host's read gives is handed to net_direct_input(). */
void *net_direct_room(const struct net_port *port);
void net_direct_input(struct net_port *port, long frame_len);
/* The reader has enough: it should run now. */
bool net_direct_is_full(void);

/*
 * net_tx.c: netif->output and linkoutput of a port.
 */
err_t net_output4(struct netif *netif, struct pbuf *p, const ip4_addr_t *dest);
err_t net_output6(struct netif *netif, struct pbuf *p, const ip6_addr_t *dest);
err_t net_linkoutput(struct netif *netif, struct pbuf *p);
/* Largest TCP segment in one write, given the path's MSS. */
uint16_t net_tx_max_segment(const struct netif *netif, uint16_t mss);

/*
 * net_route.c: longest prefix wins. Both families in one table; IPv4 as
 * ::ffff:a.b.c.d with the prefix's length + 96.
 */
#define NET_ROUTE_MAX 64u
struct net_route {
    uint8_t dest[16];
    uint8_t gw[16]; /* all zero: on the link */
    uint8_t prefix; /* 0..128 */
    bool is_v4;
    bool is_dhcp; /* a DHCP server's word */
    struct netif *netif;
};
extern struct net_route net_routes[NET_ROUTE_MAX];
extern uint32_t net_route_count;
/* 0 or -ENOSPC. gw NULL: on the link. */
int net_route_add(const ip_addr_t *dest, unsigned prefix, const ip_addr_t *gw,
                  struct netif *netif);
/* The same; net_route_drop_dhcp() takes it away again. */
int net_route_add_dhcp(const ip_addr_t *dest, unsigned prefix,
                       const ip_addr_t *gw, struct netif *netif);
/* Before a DHCP server's routes: those it gave before go. */
void net_route_drop_dhcp(const struct netif *netif);
/* NULL: no route. */
const struct net_route *net_route_find(const ip_addr_t *dest);
/* By the table, an interface's own network, DHCP or a router's word; lwIP
 * would try its default interface for all others. */
bool net_route_exists(const ip_addr_t *dest);

/*
 * net_pmtu.c: the MTU of the way to a host.
 */
uint32_t net_pmtu_get(const ip_addr_t *dest, const struct netif *netif);
/* A router's word about it, already believed. Returns what holds now. */
uint32_t net_pmtu_learn(const ip_addr_t *dest, uint32_t mtu);
/* pcb->mss, or less where the way is known to be narrower. */
uint16_t net_pmtu_mss(const struct tcp_pcb *pcb, const struct netif *netif);
/* The same about a packet that a connection has sent. */
void net_pmtu_tcp(struct tcp_pcb *pcb, uint32_t mtu);
void net_pmtu_tick(struct tcp_pcb *pcb); /* once a second */

/*
 * net_conf.c: boot info's network options.
 */
void net_conf_apply(const struct uni_boot *boot);
#define NET_DNS_MAX 3u
/* Name servers from the options or DHCP. Returns how many. */
unsigned net_dns_servers(ip_addr_t servers[NET_DNS_MAX]);
const char *net_dns_search(void); /* "" if none was given */
/* A DHCP server's domain, if none was given. */
void net_conf_domain(const struct pbuf *p, uint16_t offset, uint16_t len);

/*
 * net_timer.c: lwIP's timers, as timers of the libOS.
 */
void net_timer_init(void);
/* DHCP or a multicast group may need one now. */
void net_timer_kick(void);

/*
 * net_tcp_hooks.c
 */
/* Frees the oldest pcbs in TIME_WAIT when there are many. Call where no pcb
 * is being worked on. */
void net_tcp_trim(void);
/* Around the frames that the host has now. pcb has received data: if that is
 * to be acknowledged, the batch's end may do it. */
void net_tcp_batch_begin(void);
void net_tcp_batch_end(void);
void net_tcp_late_ack(struct tcp_pcb *pcb);
/* MSS of the path, as negotiated (pcb->mss may be many of them). */
uint16_t net_tcp_path_mss(const struct tcp_pcb *pcb);
void net_tcp_set_path_mss(struct tcp_pcb *pcb, uint16_t mss);

/*
 * net_tcp_tick.c
 */
void net_tcp_tick(void); /* once a second */

uint64_t net_random64(void);

/*
 * net_errors.c: what the network reports becomes sockets' errors.
 */
void net_errors_init(void); /* after lwIP's start */
void net_errors_tick(void); /* once a second */
/* Has who comes next on the way there answered? Packets wait until then. */
bool net_neighbour_is_known(struct netif *netif, const ip_addr_t *dest);

/*
 * net_exit.c: what is under way is sent, connections are closed.
 */
void net_exit(void);

/*
 * net_idle.c: what happens to frames when nobody can run.
 */
void net_idle_init(void);

/*
 * net_init.c: starts the stack, once; the calls that need it call this.
 */
void net_start(void);

#endif
