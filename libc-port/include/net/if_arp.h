/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _NET_IF_ARP_H
#define _NET_IF_ARP_H

#include <stdint.h>
#include <sys/socket.h>

#define ARPHRD_ETHER 1
#define ARPHRD_LOOPBACK 772

#endif
