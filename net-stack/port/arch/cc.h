/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP's compiler and platform glue. */
#ifndef NET_ARCH_CC_H
#define NET_ARCH_CC_H

#include <stddef.h>
#include <stdint.h>

#ifndef BYTE_ORDER
#define LITTLE_ENDIAN 1234
#define BIG_ENDIAN 4321
#define BYTE_ORDER LITTLE_ENDIAN
#endif
/* Else they are calls. */
#define lwip_htons(x) __builtin_bswap16((uint16_t)(x))
#define lwip_htonl(x) __builtin_bswap32((uint32_t)(x))

#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_LIMITS_H 1
#define LWIP_NO_UNISTD_H 1
#define LWIP_NO_CTYPE_H 1
#ifndef INT_MAX
#define INT_MAX __INT_MAX__
#endif
#ifndef SSIZE_MAX
#define SSIZE_MAX __LONG_MAX__
#endif
typedef long ssize_t; /* as every libc on x86-64 has it */
#define X8_F "02x"
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "u"
#define S32_F "d"
#define X32_F "x"
#define SZT_F "lu"

uint32_t net_random(void);
#define LWIP_RAND() net_random()

#define LWIP_PLATFORM_DIAG(x)                                                  \
    do {                                                                       \
    } while (0)
_Noreturn void net_assert_fail(const char *what, const char *file, int line);
#define LWIP_PLATFORM_ASSERT(x) net_assert_fail(x, __FILE__, __LINE__)

#endif
