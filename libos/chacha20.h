/* SPDX-License-Identifier: Apache-2.0 */
/* The ChaCha20 block function; RFC 8439 s2.3. */
#ifndef LIBOS_CHACHA20_H
#define LIBOS_CHACHA20_H

#include <stdint.h>

/* out: 64 bytes; key: 8 words; counter: block number; nonce: 3 words */
void chacha20_block(uint8_t out[64], const uint32_t key[8], uint32_t counter,
                    const uint32_t nonce[3]);

#endif
