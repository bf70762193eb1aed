/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX.1-2017 <arpa/inet.h> */
#ifndef _ARPA_INET_H
#define _ARPA_INET_H

#include <netinet/in.h>

__BEGIN_DECLS
in_addr_t inet_addr(const char *text);
int inet_aton(const char *text, struct in_addr *addr);
char *inet_ntoa(struct in_addr addr);
const char *inet_ntop(int family, const void *__restrict addr,
                      char *__restrict text, socklen_t size);
int inet_pton(int family, const char *__restrict text, void *__restrict addr);
in_addr_t inet_network(const char *text);
in_addr_t inet_lnaof(struct in_addr addr);
in_addr_t inet_netof(struct in_addr addr);
struct in_addr inet_makeaddr(in_addr_t net, in_addr_t host);
__END_DECLS

#endif
