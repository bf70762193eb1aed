/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_UN_H
#define _SYS_UN_H

#include <string.h>
#include <sys/socket.h>

struct sockaddr_un {
    sa_family_t sun_family;
    char sun_path[108];
};

#define SUN_LEN(addr)                                                          \
    (offsetof(struct sockaddr_un, sun_path) + strlen((addr)->sun_path))

#endif
