/* SPDX-License-Identifier: Apache-2.0 */
/* What lwIP's sources use of string.h, in a guest that has no libc. */
#ifndef NET_PORT_STRING_H
#define NET_PORT_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t len);

#endif
