/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets inside net-stack: sock.c holds what all have in common and the
 * system calls, sock_tcp.c, sock_dgram.c (UDP, raw, ICMP) and sock_unix.c the
 * protocols.
 *
 * A call looks at the socket's state and, if it has to wait, sleeps on the
 * socket's one queue, which every change of state wakes. lwIP's callbacks
 * change state and wake; they never block. A socket and its pcb point to each
 * other; whichever goes first clears the other's pointer.
 */
#ifndef NET_SOCK_H
#define NET_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lwip/ip_addr.h"
#include "linux.h"
#include "sys_net.h"
#include "wait.h"

/* Linux: bits/socket.h, netinet/in.h */
#define NET_AF_UNSPEC 0
#define NET_AF_UNIX 1
#define NET_AF_INET 2
#define NET_AF_INET6 10
#define NET_AF_PACKET 17
#define NET_STREAM 1
#define NET_DGRAM 2
#define NET_RAW 3
#define NET_SEQPACKET 5
#define NET_SOCK_NONBLOCK 04000
#define NET_SOCK_CLOEXEC 02000000
#define NET_SHUT_RD 0
#define NET_SHUT_WR 1
#define NET_SHUT_RDWR 2

enum net_msg_flag {
    NET_MSG_OOB = 0x1,
    NET_MSG_PEEK = 0x2,
    NET_MSG_CTRUNC = 0x8,
    NET_MSG_TRUNC = 0x20,
    NET_MSG_DONTWAIT = 0x40,
    NET_MSG_WAITALL = 0x100,
    NET_MSG_ERRQUEUE = 0x2000,
    NET_MSG_NOSIGNAL = 0x4000,
    NET_MSG_MORE = 0x8000,
    NET_MSG_CMSG_CLOEXEC = 0x40000000,
};

/* poll(2) */
#define NET_POLLIN 0x001u
#define NET_POLLPRI 0x002u
#define NET_POLLOUT 0x004u
#define NET_POLLERR 0x008u
#define NET_POLLHUP 0x010u
#define NET_POLLRDNORM 0x040u
#define NET_POLLWRNORM 0x100u
#define NET_POLLRDHUP 0x2000u

struct net_sockaddr_in {
    uint16_t family;
    uint16_t port; /* network order */
    uint32_t addr; /* network order */
    uint8_t zero[8];
};

struct net_sockaddr_in6 {
    uint16_t family;
    uint16_t port; /* network order */
    uint32_t flowinfo;
    uint8_t addr[16];
    uint32_t scope_id; /* index of the interface, link-local only */
};

#define NET_UNIX_PATH_MAX 108u
struct net_sockaddr_un {
    uint16_t family;
    char path[NET_UNIX_PATH_MAX];
};

union net_sockaddr {
    uint16_t family;
    struct net_sockaddr_in in;
    struct net_sockaddr_in6 in6;
    struct net_sockaddr_un un;
    uint8_t raw[128];
};

/* One send or receive. */
struct net_msg {
    const struct linux_iovec *iov;
    size_t iov_count;
    size_t len; /* sum of the iov */
    union net_sockaddr addr;
    uint32_t addr_len; /* 0: none given; receive: filled in */
    int flags;         /* enum net_msg_flag; receive: what came back */
    bool is_nonblock;
    uint8_t *control;    /* application's, or NULL */
    size_t control_len;  /* room */
    size_t control_used; /* receive: bytes put there */
};

struct netif;
struct net_sock;
struct net_sock_ops {
    long (*bind)(struct net_sock *, const union net_sockaddr *, uint32_t len);
    long (*connect)(struct net_sock *, const union net_sockaddr *, uint32_t len,
                    bool is_nonblock);
    long (*listen)(struct net_sock *, int backlog);
    /* A new socket in *child. */
    long (*accept)(struct net_sock *, struct net_sock **child,
                   bool is_nonblock);
    long (*send)(struct net_sock *, struct net_msg *);
    long (*recv)(struct net_sock *, struct net_msg *);
    long (*shutdown)(struct net_sock *, int how);
    /* Of an accepted socket: its peer's address, even if that is gone. NULL:
     * as name. */
    uint32_t (*from)(struct net_sock *, union net_sockaddr *);
    /* Fills in and returns the length. */
    long (*name)(struct net_sock *, union net_sockaddr *, bool is_peer);
    unsigned (*poll)(struct net_sock *); /* NET_POLL* that hold now */
    /* -ENOPROTOOPT: not mine. value is the application's, readable. */
    long (*set)(struct net_sock *, int level, int name, const void *value,
                uint32_t len);
    /* Writes at most *len bytes to value and sets *len. */
    long (*get)(struct net_sock *, int level, int name, void *value,
                uint32_t *len);
    uint32_t (*readable)(struct net_sock *); /* FIONREAD */
    uint32_t (*unsent)(struct net_sock *);   /* TIOCOUTQ */
    void (*close)(struct net_sock *);        /* frees the socket */
};

enum net_sock_flag {
    NET_SOCK_REUSEADDR = 1 << 0,
    NET_SOCK_REUSEPORT = 1 << 1,
    NET_SOCK_KEEPALIVE = 1 << 2,
    NET_SOCK_BROADCAST = 1 << 3,
    NET_SOCK_LINGER = 1 << 4,
    NET_SOCK_V6ONLY = 1 << 5,
    NET_SOCK_NODELAY = 1 << 6,
    NET_SOCK_PASSCRED = 1 << 7,
    NET_SOCK_PKTINFO = 1 << 8,
    NET_SOCK_RECVTTL = 1 << 9,
    NET_SOCK_TIMESTAMP = 1 << 10,
    NET_SOCK_RECVERR = 1 << 11,
    NET_SOCK_HDRINCL = 1 << 12,
    NET_SOCK_CORK = 1 << 13,
    NET_SOCK_RECVTOS = 1 << 14,
    NET_SOCK_OOBINLINE = 1 << 15,
    NET_SOCK_TIMESTAMPNS = 1 << 16,
};

#define NET_SOCK_STAMPS (NET_SOCK_TIMESTAMP | NET_SOCK_TIMESTAMPNS)

struct net_sock {
    const struct net_sock_ops *ops;
    uint16_t family;
    uint16_t type;
    uint16_t protocol;
    bool is_rd_shut, is_wr_shut, is_listening;
    uint32_t flags; /* enum net_sock_flag */
    int32_t error;  /* SO_ERROR: positive errno, or 0 */
    uint32_t wake_count;
    struct waitq q;                         /* woken at every change */
    int64_t rcv_timeout_ns, snd_timeout_ns; /* 0: none */
    uint32_t rcv_buf, snd_buf;              /* SO_RCVBUF, SO_SNDBUF */
    uint32_t rcv_lowat; /* SO_RCVLOWAT: streams of the network; 0: as 1 */
    uint32_t linger_s;
    uint32_t priority, mark;
    uint8_t bound_if; /* netif index, SO_BINDTODEVICE; 0: any */
};

/* sock.c */
void net_sock_init(struct net_sock *sock, const struct net_sock_ops *ops,
                   int family, int type, int protocol);
void net_sock_wake(struct net_sock *sock);
/* When a wait that begins now ends; WAIT_FOREVER for a timeout of 0. */
int64_t net_sock_deadline(int64_t timeout_ns);
/* Sleeps until the socket is woken: 0, -EINTR, or -EAGAIN at the deadline
 * (Linux's answer to SO_RCVTIMEO). Frames that wait are handled first. */
long net_sock_wait(struct net_sock *sock, int64_t deadline_ns);
/* A call found nothing: looks for frames, at most every 20 us. True: they
 * changed this socket, look again. */
bool net_sock_refresh(struct net_sock *sock);
/* Takes and clears the pending error: minus errno, or 0. */
long net_sock_take_error(struct net_sock *sock);
/* Scatter n bytes at byte `offset` of the iov: 0 or -EFAULT. */
long net_iov_put(const struct net_msg *msg, size_t offset, const void *from,
                 size_t n);
long net_iov_get(const struct net_msg *msg, size_t offset, void *to, size_t n);
/* lwIP's error as minus errno. */
long net_errno(int err);
/* Adds one control message; sets NET_MSG_CTRUNC when there is no room. */
void net_cmsg_put(struct net_msg *msg, size_t *used, int level, int type,
                  const void *data, size_t len);

/* sock_addr.c: Linux's addresses and lwIP's, for sockets of AF_INET(6). */
long net_addr_get(const struct net_sock *sock, const union net_sockaddr *addr,
                  uint32_t len, ip_addr_t *ip, uint16_t *port);
uint32_t net_addr_put(const struct net_sock *sock, union net_sockaddr *addr,
                      const ip_addr_t *ip, uint16_t port);
/* One of our own, or a wildcard, or multicast. */
bool net_addr_is_local(const ip_addr_t *ip);
/* 4 in 6 for AF_INET6 sockets, wildcard of the right kind. */
void net_addr_fit(const struct net_sock *sock, ip_addr_t *ip);

/* The protocols: a new socket, or NULL when memory is out. */
struct net_sock *net_tcp_new(int family);
struct net_sock *net_udp_new(int family);
struct net_sock *net_raw_new(int family, int type, int protocol);
struct net_sock *net_unix_new(int type);
long net_unix_pair(int type, struct net_sock *pair[2]);
/* sock_ioctl.c */
long net_ioctl(struct net_sock *sock, unsigned long request, unsigned long arg);
/* An interface by name, as getifaddrs tells it ("lo", "eth0"), or NULL. */
struct netif *net_if_find(const char *name);
/* The name of the interface that a netif stands on. */
const char *net_if_name(const struct netif *netif);
uint32_t net_if_index(const struct netif *netif);

/* sock_opt.c: options that all have, or that IP and IPv6 have. */
long net_opt_set(struct net_sock *sock, int level, int name, const void *value,
                 uint32_t len);
long net_opt_get(struct net_sock *sock, int level, int name, void *value,
                 uint32_t *len);
long net_opt_int(const void *value, uint32_t len, int *out);
long net_opt_put(void *value, uint32_t *len, const void *from, uint32_t size);

/* For net_tcp_hooks.c; arg is a pcb's callback_arg. */
bool net_tcp_listener_is_full(void *arg);
bool net_tcp_is_hoarding(void *arg);
struct tcp_pcb;
struct tcp_hdr;
void net_tcp_wnd_syn(const struct tcp_pcb *pcb, struct tcp_hdr *hdr);
void net_tcp_mss_syn(const struct tcp_pcb *pcb, struct tcp_hdr *hdr);
extern uint16_t net_tx_mss;
/* The datagram may not be cut on its way. */
extern bool net_tx_dont_cut;

#endif
