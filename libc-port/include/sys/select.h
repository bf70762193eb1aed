/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_SELECT_H
#define _SYS_SELECT_H

#include <sys/cdefs.h>
#include <sys/_sigset.h>
#include <sys/_timeval.h>
#include <sys/_timespec.h>

#ifndef _SIGSET_T_DECLARED
#define _SIGSET_T_DECLARED
typedef __sigset_t sigset_t;
#endif

#define FD_SETSIZE 1024
#define NFDBITS 64
#define _SYS_TYPES_FD_SET /* newlib: fd_set is known */
typedef unsigned long fd_mask;
typedef struct {
    fd_mask fds_bits[FD_SETSIZE / NFDBITS];
} fd_set;

#define FD_SET(fd, set)                                                        \
    ((void)((set)->fds_bits[(fd) / NFDBITS] |= 1ul << ((fd) % NFDBITS)))
#define FD_CLR(fd, set)                                                        \
    ((void)((set)->fds_bits[(fd) / NFDBITS] &= ~(1ul << ((fd) % NFDBITS))))
#define FD_ISSET(fd, set)                                                      \
    (((set)->fds_bits[(fd) / NFDBITS] & (1ul << ((fd) % NFDBITS))) != 0)
#define FD_ZERO(set) ((void)__builtin_memset((set), 0, sizeof(fd_set)))

__BEGIN_DECLS
int select(int fd_count, fd_set *__restrict in, fd_set *__restrict out,
           fd_set *__restrict except, struct timeval *__restrict timeout);
int pselect(int fd_count, fd_set *__restrict in, fd_set *__restrict out,
            fd_set *__restrict except,
            const struct timespec *__restrict timeout,
            const sigset_t *__restrict mask);
__END_DECLS

#endif
