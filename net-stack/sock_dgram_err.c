/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP's errors about datagrams: ip(7) IP_RECVERR, recvmsg(MSG_ERRQUEUE). */
#include "lwip/udp.h"

#include "base.h"
#include "net.h"
#include "sock_dgram.h"

/* linux/errqueue.h */
struct ext_err {
    uint32_t error;
    uint8_t origin, type, code, pad;
    uint32_t info, data;
};
#define ORIGIN_ICMP 2
#define ORIGIN_ICMP6 3

static void queue(struct dgram_sock *sock, const struct net_icmp_error *error)
{
    struct dgram_err *entry;

    if (sock->err_count == DGRAM_ERR_MAX)
        return;
    entry = net_malloc(sizeof *entry + error->data_len);
    if (!entry)
        return;
    entry->next = NULL;
    entry->what = *error;
    memcpy(entry + 1, error->data, error->data_len);
    entry->what.data = (const uint8_t *)(entry + 1);
    if (sock->err_last)
        sock->err_last->next = entry;
    else
        sock->err_first = entry;
    sock->err_last = entry;
    sock->err_count++;
}

static void drop_first(struct dgram_sock *sock)
{
    struct dgram_err *entry = sock->err_first;

    sock->err_first = entry->next;
    if (!sock->err_first)
        sock->err_last = NULL;
    sock->err_count--;
    net_free(entry);
}

void net_dgram_drop_errs(struct dgram_sock *sock)
{
    while (sock->err_first)
        drop_first(sock);
}

/* Linux: too large is told who has not asked that packets be cut. */
static bool is_hard(const struct dgram_sock *sock,
                    const struct net_icmp_error *error)
{
    return error->error == LINUX_EMSGSIZE ? sock->pmtu_mode : error->is_hard;
}

bool net_dgram_error(const struct net_icmp_error *error)
{
    bool is_ours = false;

    for (struct udp_pcb *pcb = udp_pcbs; pcb; pcb = pcb->next) {
        struct dgram_sock *sock = pcb->recv_arg;

        if (!net_dgram_owns(pcb) || pcb->local_port != error->local_port ||
            (sock->is_connected && (sock->peer_port != error->remote_port ||
                                    !ip_addr_cmp(&sock->peer, &error->remote))))
            continue;
        is_ours = true;
        bool is_asked = sock->s.flags & NET_SOCK_RECVERR;
        if (is_asked)
            queue(sock, error);
        else if (!is_hard(sock, error) || !sock->is_connected)
            continue;
        sock->s.error = error->error;
        net_sock_wake(&sock->s);
    }
    return is_ours;
}

long net_dgram_recv_err(struct dgram_sock *sock, struct net_msg *msg)
{
    struct dgram_err *entry = sock->err_first;
    union net_sockaddr from;
    size_t used = 0;

    if (!entry)
        return -LINUX_EAGAIN;
    const struct net_icmp_error *what = &entry->what;
    struct {
        struct ext_err err;
        uint8_t offender[sizeof from.in6];
    } told = {.err = {.error = (uint32_t)what->error,
                      .origin = what->is_v6 ? ORIGIN_ICMP6 : ORIGIN_ICMP,
                      .type = what->type,
                      .code = what->code}};
    if (what->error == LINUX_EMSGSIZE)
        told.err.info = what->info;
    uint32_t len = net_addr_put(&sock->s, &from, &what->offender, 0);
    memcpy(told.offender, &from, len);

    size_t n = LWIP_MIN(what->data_len, msg->len);
    msg->flags = NET_MSG_ERRQUEUE | (n < what->data_len ? NET_MSG_TRUNC : 0);
    long rc = net_iov_put(msg, 0, what->data, n);
    if (rc < 0)
        return rc;
    msg->addr_len =
        net_addr_put(&sock->s, &msg->addr, &what->remote, what->remote_port);
    if (sock->s.family == NET_AF_INET)
        net_cmsg_put(msg, &used, 0, 11 /* IP_RECVERR */, &told,
                     sizeof told.err + len);
    else
        net_cmsg_put(msg, &used, 41, 25 /* IPV6_RECVERR */, &told,
                     sizeof told.err + len);
    msg->control_used = used;
    drop_first(sock);
    /* Linux: the next one's error is the socket's again. */
    sock->s.error = sock->err_first ? sock->err_first->what.error : 0;
    return (long)n;
}
