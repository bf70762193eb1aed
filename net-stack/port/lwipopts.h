/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lwIP's options for a guest: raw API only, no threads, all memory from
 * net_mem.c, sizes decided at run time by the arena's size.
 */
#ifndef NET_LWIPOPTS_H
#define NET_LWIPOPTS_H

#include <stddef.h>
#include <stdint.h>

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_TIMERS 1
#define LWIP_TIMERS_CUSTOM 1 /* net_timer.c */
#define LWIP_STATS 0
#define LWIP_PERF 0

/* Memory: net_mem.c behind everything. */
void *net_malloc(size_t size);
void *net_calloc(size_t count, size_t size);
void net_free(void *ptr);
#define MEM_ALIGNMENT 8
#define MEM_LIBC_MALLOC 1
#define mem_clib_malloc net_malloc
#define mem_clib_calloc net_calloc
#define mem_clib_free net_free
#define MEMP_MEM_MALLOC 1
#define LWIP_SUPPORT_CUSTOM_PBUF 1
#define PBUF_POOL_BUFSIZE 1600
#define PBUF_POOL_SIZE 16
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1
/* Room for struct virtio_net_hdr in front of each frame. */
#define PBUF_LINK_ENCAPSULATION_HLEN 16
#define LWIP_PBUF_REF_T uint16_t

/* Interfaces */
#define LWIP_SINGLE_NETIF 0
#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_LOOPIF_MULTICAST 1
#define LWIP_LOOPBACK_MAX_PBUFS 0
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_NETIF_TX_SINGLE_PBUF 0
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1
uint16_t net_chksum(const void *data, int len);
#define LWIP_CHKSUM net_chksum

/* IPv4. Frames over the MTU are cut in net_tx.c: lwIP itself would cut the
 * large TCP frames that the host segments. */
#define LWIP_IPV4 1
#define IP_REASSEMBLY 1
#define IP_REASS_MAX_PBUFS 256
#define MEMP_NUM_REASSDATA 64
#define IP_FRAG 0
#define IP_OPTIONS_ALLOWED 1
#define IP_DEFAULT_TTL 64
#define IP_SOF_BROADCAST 1
#define IP_SOF_BROADCAST_RECV 0
#define LWIP_ARP 1
#define ARP_TABLE_SIZE 512 /* a /24 full of strangers and more */
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 4
#define LWIP_ICMP 1
#define LWIP_BROADCAST_PING 0
#define LWIP_RAW 1
#define LWIP_DHCP 1
#define DHCP_DOES_ARP_CHECK 0
#define LWIP_DHCP_DOES_ACD_CHECK 0 /* the same, since lwIP 2.2 */
#define LWIP_DHCP_MAX_DNS_SERVERS 3
#define LWIP_AUTOIP 0
#define LWIP_IGMP 1
#define LWIP_MULTICAST_TX_OPTIONS 1
#ifndef LWIP_DNS /* dhcp.c takes name servers only with lwIP's resolver */
#define LWIP_DNS 0
#endif
#define DNS_MAX_SERVERS 3

/* IPv6 */
#define LWIP_IPV6 1
#define LWIP_IPV6_NUM_ADDRESSES 8
#define LWIP_IPV6_REASS 1
#define IPV6_FRAG_COPYHEADER 1 /* pointers of 8 bytes */
#define LWIP_IPV6_FRAG 0
#define LWIP_IPV6_MLD 1
#define LWIP_IPV6_AUTOCONFIG 1
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 1
#define LWIP_ND6_NUM_NEIGHBORS 64
#define LWIP_ND6_NUM_DESTINATIONS 64
#define LWIP_ND6_QUEUEING 1
#define LWIP_ND6_ALLOW_RA_UPDATES 1 /* a router's MTU */
#define LWIP_ICMP6 1
#define LWIP_ICMP6_HL 64

/* UDP */
#define LWIP_UDP 1
#define LWIP_NETBUF_RECVINFO 1
#define LWIP_UDPLITE 0

/* TCP. Window and send buffer are variables; init.c, whose preprocessor
 * wants numbers to check, is compiled with NET_LWIP_INIT. */
#define LWIP_TCP 1
#define TCP_MSS 61440
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 7
#ifdef NET_LWIP_INIT
#define TCP_WND (1u << 20)
#define TCP_SND_BUF (1u << 20)
#else
extern uint32_t net_tcp_wnd;
extern uint32_t net_tcp_snd_buf;
#define TCP_WND net_tcp_wnd
#define TCP_SND_BUF net_tcp_snd_buf
#endif
#define TCP_SND_QUEUELEN 0xfff0
#define TCP_OVERSIZE 1440
#define TCP_TMR_INTERVAL 50 /* ms; slow timer 100 ms */
#define TCP_MSL 2000        /* ms; TIME_WAIT lasts two of them */
#define TCP_MAXRTX 12
#define TCP_SYNMAXRTX 6
#define LWIP_TCP_RTO_TIME 1000
#define TCP_QUEUE_OOSEQ 1
/* Behind a hole: each segment is looked for in a list, and small ones take
 * more memory than the window allows for. */
#define TCP_OOSEQ_MAX_PBUFS 1024
#define TCP_OOSEQ_BYTES_LIMIT(pcb) net_tcp_ooseq_max()
uint32_t net_tcp_ooseq_max(void);
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_MAX_SACK_NUM 4
#define LWIP_TCP_TIMESTAMPS 1
#define LWIP_TCP_KEEPALIVE 1
#define TCP_LISTEN_BACKLOG 0 /* net_tcp_hooks.c */
#define TCP_CALCULATE_EFF_SEND_MSS 1
#define TCP_WND_UPDATE_THRESHOLD (TCP_WND / 2)
#define SO_REUSE 1
#define SO_REUSE_RXTOALL 1
#define LWIP_TCP_PCB_NUM_EXT_ARGS                                              \
    3 /* the path's real MSS; hash chain; net_tcp_tick.c */

#define LWIP_HOOK_FILENAME "net_hooks.h"
/* Here because tcp_priv.h uses them in macros, ours in other files too. */
struct tcp_pcb;
extern struct tcp_pcb *tcp_active_pcbs;
void net_hook_tcp_reg(struct tcp_pcb *pcb);
void net_hook_tcp_rmv(struct tcp_pcb *pcb);
#define LWIP_HOOK_TCP_REG(pcbs, pcb)                                           \
    ((void *)(pcbs) == (void *)&tcp_active_pcbs                                \
         ? net_hook_tcp_reg((struct tcp_pcb *)(void *)(pcb))                   \
         : (void)0)
#define LWIP_HOOK_TCP_RMV(pcbs, pcb)                                           \
    ((void *)(pcbs) == (void *)&tcp_active_pcbs                                \
         ? net_hook_tcp_rmv((struct tcp_pcb *)(void *)(pcb))                   \
         : (void)0)
/* Here because ip4.h asks for it before any hook is declared. */
#define LWIP_HOOK_IP4_ROUTE_SRC(src, dest) net_hook_route4(src, dest)

#endif
