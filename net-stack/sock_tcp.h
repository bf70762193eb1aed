/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP socket's state: sock_tcp.c, and its options: sock_tcp_opt.c. */
#ifndef NET_SOCK_TCP_H
#define NET_SOCK_TCP_H

#include "lwip/tcp.h"
#include "net_sock.h"

enum tcp_sock_state {
    TCP_SOCK_NEW = 0, /* bound or not */
    TCP_SOCK_CONNECTING = 1,
    TCP_SOCK_CONNECTED = 2, /* also when both ends have been shut */
    TCP_SOCK_LISTENING = 3,
    TCP_SOCK_FAILED = 4, /* to connect; connect(2) has not said so yet */
};

/* What an accepted socket has from its listener. */
#define NET_SOCK_INHERITED                                                     \
    (NET_SOCK_KEEPALIVE | NET_SOCK_LINGER | NET_SOCK_V6ONLY |                  \
     NET_SOCK_NODELAY | NET_SOCK_REUSEADDR | NET_SOCK_OOBINLINE)

struct tcp_sock {
    struct net_sock s;
    struct tcp_pcb *pcb; /* NULL: not made yet, or gone */
    enum tcp_sock_state state;
    bool has_fin; /* the peer sends no more */
    bool is_dead; /* was connected; reset, timed out or closed */
    bool has_sent;
    bool is_untold;    /* connected; connect(2) has not said so yet */
    uint8_t bulk_left; /* small segments until it is no bulk transfer */
    ip_addr_t from_ip; /* accepted: the peer, who may be gone already */
    uint16_t from_port;
    uint8_t fail_errno;   /* why lwIP is told to give up connecting; or 0 */
    int64_t connect_ns;   /* when it began */
    uint16_t step;        /* payload of one segment on the path */
    uint16_t max_segment; /* payload of one segment to the host */

    struct pbuf *rx_first, *rx_last; /* unread, chained by next */
    uint32_t rx_len;                 /* bytes in them */

    /* Listeners */
    struct tcp_sock *accept_first, *accept_last, *accept_next;
    uint32_t accept_count, backlog;
    /* SO_REUSEPORT: the head has the pcb and the list of the others. */
    struct tcp_sock *share_head, *share_next, *turn;

    uint32_t keep_idle_s, keep_intvl_s, keep_cnt;
    uint32_t user_timeout_ms;
    uint32_t seen_ack;      /* TCP_USER_TIMEOUT: no progress beyond this, */
    int64_t stuck_since_ns; /* since then; 0: nothing waits */
    uint8_t ttl, tos;       /* ttl 0: the default */
    uint8_t pmtu_mode;      /* IP_MTU_DISCOVER: kept, and all there is to it */
    uint16_t user_mss;      /* TCP_MAXSEG; 0: none */

    /* sock_tcp_wnd.c: the application has set SO_RCVBUF; bytes. */
    bool has_rcv_buf;
    uint32_t withhold, withheld;
};

/* Senders get no more than this when memory is tight, bytes; and who has more
 * unread than this loses what comes. */
#define TIGHT_SEND_MAX (32u << 10)

/* sock_tcp.c */
/* A pcb for a socket that has none. 0 or -ENOBUFS. */
long net_tcp_need_pcb(struct tcp_sock *sock);
/* What a connection needs before data can flow. */
void net_tcp_begin(struct tcp_sock *sock);
/* The path's MSS has changed. */
void net_tcp_fit_path(struct tcp_sock *sock);
/* The connection goes on without its socket until all is sent; or is reset. */
void net_tcp_close_pcb(struct tcp_sock *sock, bool is_abort);
/* NULL: memory is out. */
struct tcp_sock *net_tcp_sock_new(int family);
/* The pcb is the socket's, and has its options. */
void net_tcp_attach(struct tcp_sock *sock, struct tcp_pcb *pcb);
/* From here on the pcb has no socket. */
void net_tcp_detach(struct tcp_pcb *pcb);

/* sock_tcp_listen.c */
bool net_tcp_has_listener(const struct tcp_sock *sock, const ip_addr_t *ip,
                          uint16_t port);
long net_tcp_listen(struct net_sock *s, int backlog);
long net_tcp_accept(struct net_sock *s, struct net_sock **child,
                    bool is_nonblock);
void net_tcp_shut_listener(struct tcp_sock *sock);

/* sock_tcp_connect.c */
long net_tcp_connect(struct net_sock *s, const union net_sockaddr *addr,
                     uint32_t len, bool is_nonblock);
/* The socket is as new; a connection is reset. Returns 0. */
long net_tcp_disconnect(struct tcp_sock *sock);

/* sock_tcp_io.c */
unsigned net_tcp_poll(struct net_sock *s);
long net_tcp_name(struct net_sock *s, union net_sockaddr *addr, bool is_peer);
uint32_t net_tcp_from(struct net_sock *s, union net_sockaddr *addr);
long net_tcp_send(struct net_sock *s, struct net_msg *msg);
long net_tcp_recv(struct net_sock *s, struct net_msg *msg);
uint32_t net_tcp_readable(struct net_sock *s);
uint32_t net_tcp_unsent(struct net_sock *s);
uint32_t net_tcp_send_room(const struct tcp_sock *sock); /* bytes */
/* Somebody was told of less room for want of memory: net_tcp_tick.c. */
extern bool net_tcp_was_tight;
/* Poll says so, and sleepers are woken. */
bool net_tcp_is_writable(const struct tcp_sock *sock);
/* The first unread pbuf leaves the queue and this world. */
void net_tcp_rx_drop(struct tcp_sock *sock);

/* sock_tcp_wnd.c */
void net_tcp_wnd_set(struct tcp_sock *sock);   /* SO_RCVBUF has changed */
void net_tcp_wnd_begin(struct tcp_sock *sock); /* now connected */
void net_tcp_wnd_end(struct tcp_sock *sock, struct tcp_pcb *pcb); /* closing */
/* The application has taken so much. */
void net_tcp_received(struct tcp_sock *sock, size_t len);

/* net_direct.c: a wait in recv that frames may be read into. False: not for
 * this socket, or not this buffer. */
bool net_direct_begin(struct tcp_sock *sock, void *buf, size_t room);
size_t net_direct_end(void); /* bytes received so */
/* True: p's data is where it belongs already, and p is freed. */
bool net_direct_take(struct pbuf *p);

/* sock_tcp_opt.c */
long net_tcp_opt_set(struct net_sock *s, int level, int name, const void *value,
                     uint32_t len);
long net_tcp_opt_get(struct net_sock *s, int level, int name, void *value,
                     uint32_t *len);

#endif
