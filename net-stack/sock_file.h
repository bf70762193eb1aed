/* SPDX-License-Identifier: Apache-2.0 */
/* From descriptors to sockets and back: sock.c, for sock_io.c. */
#ifndef NET_SOCK_FILE_H
#define NET_SOCK_FILE_H

#include "file.h"
#include "net_sock.h"

extern const struct file_ops net_sock_file_ops; /* sock_io.c */

/* 0, -EBADF or -ENOTSOCK. The file is the caller's until file_put(). */
long net_sock_get(int fd, struct file **file, struct net_sock **sock);
/* A descriptor for a socket, which is closed if there is none. */
long net_sock_install(struct net_sock *sock, int flags);
/* The application's address into ours: 0, -EINVAL or -EFAULT. */
long net_addr_in(union net_sockaddr *addr, const void *from, uint32_t len);
/* Ours into the application's, cut to its room; *len is the full length. */
long net_addr_out(const union net_sockaddr *addr, uint32_t full, void *to,
                  uint32_t *len);

#endif
