/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBC_TEXT_UTF8_H
#define LIBC_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at s, 0 when there is none, -1 when it goes on
 * behind len (at least 1). */
int __libc_utf8_decode(const unsigned char *s, size_t len, uint32_t *out);
/* Bytes written, 0 when the value is no character. */
int __libc_utf8_encode(uint32_t value, unsigned char out[4]);

#endif
