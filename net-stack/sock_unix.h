/* SPDX-License-Identifier: Apache-2.0 */
/* An AF_UNIX socket's state: sock_unix.c, and its data: sock_unix_io.c. */
#ifndef NET_SOCK_UNIX_H
#define NET_SOCK_UNIX_H

#include "file.h"
#include "net_sock.h"

#define QUEUE_MAX (208u << 10) /* of rx_len: what waits for one receiver */

struct unix_name {
    uint32_t len; /* of addr; 0: none */
    struct net_sockaddr_un addr;
    char nul;          /* behind a path that fills addr */
    uint64_t dev, ino; /* of a name in the file system */
};

struct unix_msg {
    struct unix_msg *next;
    size_t len, pos;
    struct unix_name from; /* datagrams */
    uint32_t file_count;
    struct file **files;
    uint8_t data[];
};

/* What a message counts beside its bytes: small ones take memory too. */
#define MSG_COST 256u
_Static_assert(MSG_COST >= sizeof(struct unix_msg), "QUEUE_MAX holds");

struct unix_sock {
    struct net_sock s;
    struct unix_sock *peer; /* both ways for streams and pairs */
    bool is_connected;      /* had a peer; it may be gone */
    bool is_peer_gone;
    bool is_accepted; /* its name is the listener's */
    struct unix_name name;
    struct unix_name peer_name;
    struct unix_msg *rx_first, *rx_last;
    size_t rx_len;  /* of them, with MSG_COST for each */
    bool is_wanted; /* a datagram socket's: was full when somebody polled */
    struct unix_sock *accept_first, *accept_last, *accept_next;
    uint32_t accept_count, backlog;
    struct unix_sock *all_next, *all_prev; /* every socket */
};

/* sock_unix.c */
extern struct waitq net_unix_room_q;
/* Until somebody has read: 0, -EINTR, -EAGAIN at the deadline. */
long net_unix_wait_room(int64_t deadline_ns);
/* The length and kind of an address; copies a path with its NUL. */
long net_unix_name_in(const union net_sockaddr *addr, uint32_t len,
                      struct unix_name *name);
/* 0 and *found, or minus errno as connect(2) says. */
long net_unix_find(const struct unix_name *name, int type,
                   struct unix_sock **found);
/* May sock send to this datagram socket? One that is connected hears its peer
 * only. */
bool net_unix_may_send(const struct unix_sock *sock,
                       const struct unix_sock *to);
/* Those that are connected to a datagram socket, and poll for room. */
void net_unix_wake_senders(struct unix_sock *sock);
/* A datagram socket's peer is gone, and with it what it had sent. */
void net_unix_disconnect(struct unix_sock *sock);

/* sock_unix_io.c */
void net_unix_msg_free(struct unix_msg *msg);
void net_unix_drop_first(struct unix_sock *sock);
long net_unix_send(struct net_sock *s, struct net_msg *msg);
long net_unix_recv(struct net_sock *s, struct net_msg *msg);

#endif
