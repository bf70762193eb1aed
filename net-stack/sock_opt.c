/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of socket(7), ip(7) and ipv6(7) that all sockets share. Flags live
 * in one table; the rest in two switches.
 */
#include "lwip/netif.h"

#include "base.h"
#include "net_sock.h"

#define LEVEL_SOCKET 1
#define LEVEL_IP 0
#define LEVEL_IPV6 41

/* asm-generic/socket.h */
enum {
    SO_DEBUG_ = 1,
    SO_REUSEADDR_ = 2,
    SO_TYPE_ = 3,
    SO_ERROR_ = 4,
    SO_DONTROUTE_ = 5,
    SO_BROADCAST_ = 6,
    SO_SNDBUF_ = 7,
    SO_RCVBUF_ = 8,
    SO_KEEPALIVE_ = 9,
    SO_OOBINLINE_ = 10,
    SO_NO_CHECK_ = 11,
    SO_PRIORITY_ = 12,
    SO_LINGER_ = 13,
    SO_REUSEPORT_ = 15,
    SO_PASSCRED_ = 16,
    SO_PEERCRED_ = 17,
    SO_RCVLOWAT_ = 18,
    SO_SNDLOWAT_ = 19,
    SO_RCVTIMEO_ = 20,
    SO_SNDTIMEO_ = 21,
    SO_BINDTODEVICE_ = 25,
    SO_ATTACH_FILTER_ = 26,
    SO_TIMESTAMP_ = 29,
    SO_ACCEPTCONN_ = 30,
    SO_SNDBUFFORCE_ = 32,
    SO_RCVBUFFORCE_ = 33,
    SO_TIMESTAMPNS_ = 35,
    SO_MARK_ = 36,
    SO_PROTOCOL_ = 38,
    SO_DOMAIN_ = 39,
    SO_BUSY_POLL_ = 46,
    SO_INCOMING_CPU_ = 49,
};

static const struct {
    int16_t level, name;
    uint32_t flag;
} flag_options[] = {
    {LEVEL_SOCKET, SO_REUSEADDR_, NET_SOCK_REUSEADDR},
    {LEVEL_SOCKET, SO_REUSEPORT_, NET_SOCK_REUSEPORT},
    {LEVEL_SOCKET, SO_KEEPALIVE_, NET_SOCK_KEEPALIVE},
    {LEVEL_SOCKET, SO_BROADCAST_, NET_SOCK_BROADCAST},
    {LEVEL_SOCKET, SO_OOBINLINE_, NET_SOCK_OOBINLINE},
    {LEVEL_SOCKET, SO_PASSCRED_, NET_SOCK_PASSCRED},
    {LEVEL_SOCKET, SO_TIMESTAMP_, NET_SOCK_TIMESTAMP},
    {LEVEL_SOCKET, SO_TIMESTAMPNS_, NET_SOCK_TIMESTAMPNS},
    {LEVEL_IP, 8 /* IP_PKTINFO */, NET_SOCK_PKTINFO},
    {LEVEL_IP, 12 /* IP_RECVTTL */, NET_SOCK_RECVTTL},
    {LEVEL_IP, 13 /* IP_RECVTOS */, NET_SOCK_RECVTOS},
    {LEVEL_IP, 11 /* IP_RECVERR */, NET_SOCK_RECVERR},
    {LEVEL_IP, 3 /* IP_HDRINCL */, NET_SOCK_HDRINCL},
    {LEVEL_IPV6, 26 /* IPV6_V6ONLY */, NET_SOCK_V6ONLY},
    {LEVEL_IPV6, 49 /* IPV6_RECVPKTINFO */, NET_SOCK_PKTINFO},
    {LEVEL_IPV6, 51 /* IPV6_RECVHOPLIMIT */, NET_SOCK_RECVTTL},
    {LEVEL_IPV6, 66 /* IPV6_RECVTCLASS */, NET_SOCK_RECVTOS},
    {LEVEL_IPV6, 25 /* IPV6_RECVERR */, NET_SOCK_RECVERR},
};
#define FLAG_OPTION_COUNT (sizeof flag_options / sizeof flag_options[0])

static uint32_t find_flag(int level, int name)
{
    for (size_t i = 0; i < FLAG_OPTION_COUNT; i++)
        if (flag_options[i].level == level && flag_options[i].name == name)
            return flag_options[i].flag;
    return 0;
}

long net_opt_int(const void *value, uint32_t len, int *out)
{
    if (len >= sizeof *out)
        memcpy(out, value, sizeof *out);
    else if (len >= 1)
        *out = *(const uint8_t *)value; /* ip(7) takes a char too */
    else
        return -LINUX_EINVAL;
    return 0;
}

long net_opt_put(void *value, uint32_t *len, const void *from, uint32_t size)
{
    if (size > *len)
        size = *len;
    memcpy(value, from, size);
    *len = size;
    return 0;
}

static long set_timeout(int64_t *timeout_ns, const void *value, uint32_t len)
{
    struct linux_timeval tv;

    if (len < sizeof tv)
        return -LINUX_EINVAL;
    memcpy(&tv, value, sizeof tv);
    if (tv.usec < 0 || tv.usec >= 1000000)
        return -LINUX_EDOM;
    if (tv.sec < 0)
        *timeout_ns = 1; /* Linux: over at once */
    else if (tv.sec > INT32_MAX)
        *timeout_ns = 0;
    else
        *timeout_ns = tv.sec * NS_PER_SEC + tv.usec * 1000;
    return 0;
}

static long set_linger(struct net_sock *sock, const void *value, uint32_t len)
{
    int32_t linger[2]; /* l_onoff, l_linger */

    if (len < sizeof linger)
        return -LINUX_EINVAL;
    memcpy(linger, value, sizeof linger);
    sock->flags &= ~(uint32_t)NET_SOCK_LINGER;
    if (linger[0])
        sock->flags |= NET_SOCK_LINGER;
    sock->linger_s = linger[1] < 0 ? 0 : (uint32_t)linger[1];
    return 0;
}

static long bind_device(struct net_sock *sock, const void *value, uint32_t len)
{
    char name[16] = {0};

    memcpy(name, value, LWIP_MIN(len, sizeof name - 1));
    if (!name[0]) {
        sock->bound_if = 0;
        return 0;
    }
    struct netif *netif = net_if_find(name);
    if (!netif)
        return -LINUX_ENODEV;
    sock->bound_if = netif_get_index(netif);
    return 0;
}

static uint32_t buf_size(int value)
{
    /* Linux doubles what it is given: socket(7) */
    if (value < 1152)
        return 2304;
    return value > (1 << 29) ? 1u << 30 : (uint32_t)value * 2;
}

static long set_socket(struct net_sock *sock, int name, const void *value,
                       uint32_t len)
{
    int arg;
    long rc;

    if (name == SO_RCVTIMEO_)
        return set_timeout(&sock->rcv_timeout_ns, value, len);
    if (name == SO_SNDTIMEO_)
        return set_timeout(&sock->snd_timeout_ns, value, len);
    if (name == SO_LINGER_)
        return set_linger(sock, value, len);
    if (name == SO_BINDTODEVICE_)
        return bind_device(sock, value, len);
    rc = net_opt_int(value, len, &arg);
    if (rc < 0)
        return rc;
    switch (name) {
    case SO_SNDBUF_:
    case SO_SNDBUFFORCE_:
        sock->snd_buf = buf_size(arg);
        return 0;
    case SO_RCVBUF_:
    case SO_RCVBUFFORCE_:
        sock->rcv_buf = buf_size(arg);
        (void)sock->ops->set(sock, LEVEL_SOCKET, SO_RCVBUF_, value, len);
        return 0;
    case SO_RCVLOWAT_: /* Linux: no more than half of what fits */
        sock->rcv_lowat = (uint32_t)(arg < 0 ? INT32_MAX : arg);
        if (sock->rcv_lowat > sock->rcv_buf / 2)
            sock->rcv_lowat = sock->rcv_buf / 2;
        return 0;
    case SO_PRIORITY_:
        sock->priority = (uint32_t)arg;
        return 0;
    case SO_MARK_:
        sock->mark = (uint32_t)arg;
        return 0;
    case SO_DEBUG_:
    case SO_DONTROUTE_:
    case SO_NO_CHECK_:
    case SO_BUSY_POLL_:
    case SO_INCOMING_CPU_:
        return 0;
    default:
        return -LINUX_ENOPROTOOPT;
    }
}

long net_opt_set(struct net_sock *sock, int level, int name, const void *value,
                 uint32_t len)
{
    uint32_t flag = find_flag(level, name);
    int arg;

    if (level == LEVEL_IPV6 && sock->family == NET_AF_INET)
        return -LINUX_ENOPROTOOPT;
    if (flag & NET_SOCK_HDRINCL && sock->type != NET_RAW)
        return -LINUX_ENOPROTOOPT;
    if (flag) {
        long rc = net_opt_int(value, len, &arg);
        if (rc < 0)
            return rc;
        if (flag & NET_SOCK_STAMPS) /* the one or the other */
            sock->flags &= ~(uint32_t)NET_SOCK_STAMPS;
        sock->flags = arg ? sock->flags | flag : sock->flags & ~flag;
        /* The protocol may want to know. */
        rc = sock->ops->set(sock, level, name, value, len);
        return rc == -LINUX_ENOPROTOOPT ? 0 : rc;
    }
    if (level == LEVEL_SOCKET)
        return set_socket(sock, name, value, len);
    return sock->ops->set(sock, level, name, value, len);
}

static void put_timeout(int64_t timeout_ns, struct linux_timeval *tv)
{
    tv->sec = timeout_ns / NS_PER_SEC;
    tv->usec = timeout_ns % NS_PER_SEC / 1000;
}

static bool get_socket_int(struct net_sock *sock, int name, int *value)
{
    switch (name) {
    case SO_TYPE_:
        *value = sock->type;
        return true;
    case SO_ERROR_:
        *value = sock->error;
        sock->error = 0;
        return true;
    case SO_SNDBUF_:
        *value = (int)sock->snd_buf;
        return true;
    case SO_RCVBUF_:
        *value = (int)sock->rcv_buf;
        return true;
    case SO_PRIORITY_:
        *value = (int)sock->priority;
        return true;
    case SO_MARK_:
        *value = (int)sock->mark;
        return true;
    case SO_ACCEPTCONN_:
        *value = sock->is_listening;
        return true;
    case SO_PROTOCOL_:
        *value = sock->protocol;
        return true;
    case SO_DOMAIN_:
        *value = sock->family;
        return true;
    case SO_RCVLOWAT_:
        *value = sock->rcv_lowat ? (int)sock->rcv_lowat : 1;
        return true;
    case SO_SNDLOWAT_:
        *value = 1;
        return true;
    case SO_DEBUG_:
    case SO_DONTROUTE_:
    case SO_NO_CHECK_:
    case SO_BUSY_POLL_:
    case SO_INCOMING_CPU_:
        *value = 0;
        return true;
    default:
        return false;
    }
}

static long get_socket(struct net_sock *sock, int name, void *value,
                       uint32_t *len)
{
    struct linux_timeval tv;
    int number;

    if (name == SO_RCVTIMEO_ || name == SO_SNDTIMEO_) {
        put_timeout(name == SO_RCVTIMEO_ ? sock->rcv_timeout_ns
                                         : sock->snd_timeout_ns,
                    &tv);
        return net_opt_put(value, len, &tv, sizeof tv);
    }
    if (name == SO_LINGER_) {
        int32_t linger[2] = {!!(sock->flags & NET_SOCK_LINGER),
                             (int32_t)sock->linger_s};
        return net_opt_put(value, len, linger, sizeof linger);
    }
    if (name == SO_PEERCRED_ && sock->family == NET_AF_UNIX) {
        int32_t cred[3] = {1, 0, 0}; /* pid, uid, gid: the one process */
        return net_opt_put(value, len, cred, sizeof cred);
    }
    if (!get_socket_int(sock, name, &number))
        return -LINUX_ENOPROTOOPT;
    return net_opt_put(value, len, &number, sizeof number);
}

long net_opt_get(struct net_sock *sock, int level, int name, void *value,
                 uint32_t *len)
{
    uint32_t flag = find_flag(level, name);

    if (level == LEVEL_IPV6 && sock->family == NET_AF_INET)
        return -LINUX_ENOTSUP;
    if (flag) {
        int on = !!(sock->flags & flag);
        return net_opt_put(value, len, &on, sizeof on);
    }
    if (level == LEVEL_SOCKET)
        return get_socket(sock, name, value, len);
    return sock->ops->get(sock, level, name, value, len);
}
