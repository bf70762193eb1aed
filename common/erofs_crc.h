/* SPDX-License-Identifier: Apache-2.0 */
/* The superblock's checksum, for the writer and the reader. */
#ifndef COMMON_EROFS_CRC_H
#define COMMON_EROFS_CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (RFC 3720 B.4) of what follows bytes with the checksum `crc`; all
 * ones at the start, not inverted at the end. */
static inline uint32_t crc32c(uint32_t crc, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return crc;
}

#endif
