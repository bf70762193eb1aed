/* SPDX-License-Identifier: Apache-2.0 */
/* Half-open connections; headers as lwIP has them, in the host's byte order. */
#ifndef NET_SYN_H
#define NET_SYN_H

#include <stdbool.h>
#include <stdint.h>

struct pbuf;
struct tcp_hdr;
struct tcp_pcb;

/* A SYN for a listener that has room. `opt_len` bytes of options lie behind
 * it; has_all: these are all. Options may be changed. False: to be dropped. */
bool net_syn_new(struct tcp_hdr *hdr, uint32_t opt_len, bool has_all);
/* The same about a SYN for a connection that is half open. */
bool net_syn_again(const struct tcp_pcb *pcb, struct tcp_hdr *hdr,
                   uint32_t opt_len, bool has_all);
/* An acknowledgement, and the data behind it, for a listener: no connection
 * takes it. True: it brought one back, which has it; it gets a reset
 * otherwise. */
bool net_syn_ack(const struct tcp_hdr *hdr, const struct pbuf *data);
/* True: the connection's initial sequence number is decided already. */
bool net_syn_isn(uint16_t local_port, uint16_t remote_port, uint32_t *isn);

/* net_tcp_hooks.c: SipHash-2-4 under a random key. */
uint64_t net_siphash(const uint64_t *words, unsigned count);

#endif
