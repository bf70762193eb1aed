/* SPDX-License-Identifier: Apache-2.0 */
/* net-stack on the host: memory that is counted, a driver with one frame. */
#ifndef TESTS_LIB_NET_HOST_H
#define TESTS_LIB_NET_HOST_H

#include <stddef.h>
#include <stdint.h>

#define HDR_LEN 12u /* bytes of virtio header; virtio 1.2 s5.1.6 */

extern long net_host_blocks; /* of the stack's memory, in use */

/* The next frame that the driver finds, header included; NULL: none. */
extern const uint8_t *net_host_frame;
extern size_t net_host_len;

#endif
