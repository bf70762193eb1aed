/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for code that reaches thread-local variables in the way of programs
 * for Linux, which an image cannot have. */
#ifndef BUILD_TOOLS_TLS_SCAN_H
#define BUILD_TOOLS_TLS_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define TLS_SCAN_NONE SIZE_MAX

/*
 * Where in `len` bytes of code the first instruction begins that reaches one
 * of the `tls_size` bytes (of the linked program's PT_TLS, rounded up to its
 * alignment) below fs by their distance; TLS_SCAN_NONE: nowhere. Pure.
 */
size_t tls_scan_code(const uint8_t *code, size_t len, uint64_t tls_size);

/* Refuses a linked program that has such code, and says in which function. */
int tls_scan_file(const char *path, struct err *err);

#endif
