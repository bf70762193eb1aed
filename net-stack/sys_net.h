/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The libOS's socket calls: Linux x86-64's system calls as C functions, with
 * libos/sys.h's conventions (0 or more, or minus a Linux errno; Linux's
 * numbers and structs). Man pages: socket(2), ip(7), ipv6(7), tcp(7), udp(7),
 * raw(7), unix(7), epoll(7).
 */
#ifndef NET_SYS_NET_H
#define NET_SYS_NET_H

#include <stddef.h>
#include <stdint.h>

#include "libos/linux.h"

struct linux_msghdr {
    void *name;
    uint32_t name_len;
    uint32_t pad0;
    struct linux_iovec *iov;
    uint64_t iov_count;
    void *control;
    uint64_t control_len;
    int32_t flags;
    uint32_t pad1;
};
_Static_assert(sizeof(struct linux_msghdr) == 56, "struct msghdr");

struct linux_mmsghdr {
    struct linux_msghdr hdr;
    uint32_t len;
    uint32_t pad;
};
_Static_assert(sizeof(struct linux_mmsghdr) == 64, "struct mmsghdr");

long sys_socket(int family, int type, int protocol);
long sys_socketpair(int family, int type, int protocol, int fds[2]);
long sys_bind(int fd, const void *addr, uint32_t len);
long sys_listen(int fd, int backlog);
long sys_accept4(int fd, void *addr, uint32_t *len, int flags);
long sys_connect(int fd, const void *addr, uint32_t len);
long sys_getsockname(int fd, void *addr, uint32_t *len);
long sys_getpeername(int fd, void *addr, uint32_t *len);
long sys_shutdown(int fd, int how);
long sys_sendto(int fd, const void *buf, size_t len, int flags,
                const void *addr, uint32_t addr_len);
long sys_recvfrom(int fd, void *buf, size_t len, int flags, void *addr,
                  uint32_t *addr_len);
long sys_sendmsg(int fd, const struct linux_msghdr *msg, int flags);
long sys_recvmsg(int fd, struct linux_msghdr *msg, int flags);
long sys_sendmmsg(int fd, struct linux_mmsghdr *msgs, unsigned count,
                  int flags);
long sys_recvmmsg(int fd, struct linux_mmsghdr *msgs, unsigned count, int flags,
                  const struct linux_timespec *timeout);
long sys_setsockopt(int fd, int level, int name, const void *value,
                    uint32_t len);
long sys_getsockopt(int fd, int level, int name, void *value, uint32_t *len);

/*
 * What has no system call on Linux, for the libc: name servers from the
 * options or DHCP, and the interfaces.
 */
struct net_dns_conf {
    uint32_t count;        /* of servers, 0..3 */
    uint8_t server[3][16]; /* IPv6, or IPv4 as ::ffff:a.b.c.d */
    char search[256];      /* space-separated domains, NUL-terminated */
};
long sys_net_dns(struct net_dns_conf *conf); /* 0 */

struct net_if_entry {
    char name[16];
    uint32_t idx;    /* 1.. */
    uint32_t flags;  /* IFF_* */
    uint16_t family; /* AF_INET, AF_INET6, or AF_PACKET for the MAC */
    uint8_t prefix;  /* bits */
    uint8_t pad;
    uint8_t addr[16]; /* network order; a MAC's six bytes */
};
/* The idx-th address of all interfaces: 0, or -ENOENT behind the last. */
long sys_net_if_entry(uint32_t idx, struct net_if_entry *entry);

#endif
