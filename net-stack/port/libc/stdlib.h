/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lwIP's netif.c wants atoi, for names of interfaces it looks up. mem.c takes
 * its memory from here: 2.1 by mem_clib_malloc (lwipopts.h), 2.2 by malloc.
 */
#ifndef NET_PORT_STDLIB_H
#define NET_PORT_STDLIB_H

#include <stddef.h>

int atoi(const char *s);

#define malloc net_malloc
#define calloc net_calloc
#define free net_free

#endif
