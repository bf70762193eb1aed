/* SPDX-License-Identifier: Apache-2.0 */
/* The resolver's constants; programs that speak DNS themselves want them. */
#ifndef _RESOLV_H
#define _RESOLV_H

#include <netinet/in.h>
#include <sys/cdefs.h>

#define MAXNS 3
#define MAXDNSRCH 6
#define _PATH_RESCONF "/etc/resolv.conf"

__BEGIN_DECLS
int res_init(void);
__END_DECLS

#endif
