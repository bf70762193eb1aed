/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams to a name server that only the host reaches: net_relay.c. */
#ifndef NET_RELAY_H
#define NET_RELAY_H

#include <lwip/ip_addr.h>
#include <stdbool.h>
#include <stdint.h>

struct pbuf;
struct udp_pcb;

/* Do datagrams for it go to the relay? */
bool net_relay_has(const ip_addr_t *ip, uint16_t port);
/* 0 or -errno; the pbuf stays the caller's. */
long net_relay_send(struct udp_pcb *pcb, const struct pbuf *p);

#endif
