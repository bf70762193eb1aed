/* SPDX-License-Identifier: Apache-2.0 */
/* man 7 packet: only the address, which getifaddrs gives. */
#ifndef _NETPACKET_PACKET_H
#define _NETPACKET_PACKET_H

#include <stdint.h>

struct sockaddr_ll {
    uint16_t sll_family;
    uint16_t sll_protocol;
    int32_t sll_ifindex;
    uint16_t sll_hatype;
    uint8_t sll_pkttype;
    uint8_t sll_halen;
    uint8_t sll_addr[8];
};

#endif
