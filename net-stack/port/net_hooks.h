/* SPDX-License-Identifier: Apache-2.0 */
/* What lwIP asks us while it works: net_tcp_hooks.c and net_route.c. */
#ifndef NET_PORT_HOOKS_H
#define NET_PORT_HOOKS_H

#include <stdbool.h>

#include "lwip/err.h"
#include "lwip/ip_addr.h"

struct netif;
struct pbuf;
struct tcp_hdr;
struct tcp_pcb;

/* RFC 6528: initial sequence numbers nobody else can guess. */
uint32_t net_hook_isn(const ip_addr_t *local, uint16_t local_port,
                      const ip_addr_t *remote, uint16_t remote_port);
#define LWIP_HOOK_TCP_ISN net_hook_isn

/* Connections by their addresses: patches/tcp-hash.patch. */
struct tcp_pcb *net_hook_tcp_find(uint16_t remote_port, uint16_t local_port);
#define LWIP_HOOK_TCP_FIND net_hook_tcp_find

/* Before a segment is handled: ERR_OK, or it is dropped. opt_len bytes of
 * options lie behind the header; has_all: all of them. */
err_t net_hook_tcp_in(struct tcp_pcb *pcb, struct tcp_hdr *hdr,
                      uint16_t opt_len, bool has_all, struct pbuf *p);
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, hdr, optlen, opt1len, opt2, p)         \
    net_hook_tcp_in((pcb), (hdr), (opt1len), (opt1len) == (optlen), (p))

/* Before a segment goes out: tells the driver the path's MSS; a SYN tells its
 * socket's window. */
uint32_t *net_hook_tcp_out(const struct tcp_pcb *pcb, struct tcp_hdr *hdr,
                           uint32_t *opts);
#define LWIP_HOOK_TCP_OUT_TCPOPT_LENGTH(pcb, len) (len)
#define LWIP_HOOK_TCP_OUT_ADD_TCPOPTS(p, hdr, pcb, opts)                       \
    net_hook_tcp_out((pcb), (hdr), (opts))

/* An option of a DHCP server's answer that lwIP has no use for. */
void net_hook_dhcp_option(struct netif *netif, uint8_t option, uint8_t len,
                          const struct pbuf *p, uint16_t offset);
#define LWIP_HOOK_DHCP_PARSE_OPTION(netif, dhcp, state, msg, type, option,     \
                                    len, p, offset)                            \
    net_hook_dhcp_option((netif), (option), (len), (p), (offset))

struct netif *net_hook_route4(const ip4_addr_t *src, const ip4_addr_t *dest);
const ip4_addr_t *net_hook_gw4(struct netif *netif, const ip4_addr_t *dest);
#define LWIP_HOOK_ETHARP_GET_GW net_hook_gw4
struct netif *net_hook_route6(const ip6_addr_t *src, const ip6_addr_t *dest);
#define LWIP_HOOK_IP6_ROUTE net_hook_route6
const ip6_addr_t *net_hook_gw6(struct netif *netif, const ip6_addr_t *dest);
#define LWIP_HOOK_ND6_GET_GW net_hook_gw6

#endif
