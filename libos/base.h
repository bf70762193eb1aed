/* SPDX-License-Identifier: Apache-2.0 */
/* What all of the libOS uses: assertions, strings, the message line. */
#ifndef LIBOS_BASE_H
#define LIBOS_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NS_PER_SEC 1000000000ll

#define container_of(ptr, type, member)                                        \
    ((type *)((char *)(ptr)-offsetof(type, member)))

/* Large, and most programs never touch it: lies behind all other zeroed data,
 * so that the rest takes few pages. */
#define COLD_BSS __attribute__((section(".bss.z_cold")))

/* On in release builds: prints file:line and ends the guest with 255. */
#define ASSERT(x)                                                              \
    do {                                                                       \
        if (__builtin_expect(!(x), 0))                                         \
            base_assert_failed(#x, __FILE__, __LINE__);                        \
    } while (0)
_Noreturn void base_assert_failed(const char *what, const char *file, int line);

/* string.c; the compiler calls the first four on its own. */
void *memcpy(void *restrict dst, const void *restrict src, size_t len);
void *memmove(void *dst, const void *src, size_t len);
void *memset(void *dst, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memchr(const void *mem, int byte, size_t len);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max);
char *strchr(const char *s, int byte);

/*
 * print.c. A line for the user on the console's error output, straight to the
 * host: "%s %d %u %lx %ld %lu %c %%", widths with 0 padding.
 */
void print_err(const char *format, ...) __attribute__((format(printf, 1, 2)));
int print_to(char *buf, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4))); /* length, cut to size - 1 */
int print_to_v(char *buf, size_t size, const char *format, va_list args);

#endif
