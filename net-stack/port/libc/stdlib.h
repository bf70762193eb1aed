/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP's netif.c wants atoi, for names of interfaces it looks up. */
#ifndef NET_PORT_STDLIB_H
#define NET_PORT_STDLIB_H

#include <stddef.h>

int atoi(const char *s);

#endif
