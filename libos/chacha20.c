/* SPDX-License-Identifier: Apache-2.0 */
/* ChaCha20; RFC 8439 s2.1 to s2.3. Little endian only. */
#include "chacha20.h"

#include <stddef.h>

static uint32_t rotate(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static void quarter(uint32_t *s, int a, int b, int c, int d)
{
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 7);
}

void chacha20_block(uint8_t out[64], const uint32_t key[8], uint32_t counter,
                    const uint32_t nonce[3])
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    uint32_t s[16];
    for (int i = 0; i < 8; i++)
        start[4 + i] = key[i];
    start[12] = counter;
    for (int i = 0; i < 3; i++)
        start[13 + i] = nonce[i];
    for (int i = 0; i < 16; i++)
        s[i] = start[i];
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 4; i++) /* columns */
            quarter(s, i, 4 + i, 8 + i, 12 + i);
        for (int i = 0; i < 4; i++) /* diagonals */
            quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (int i = 0; i < 16; i++) {
        uint32_t word = s[i] + start[i];
        for (int b = 0; b < 4; b++)
            out[4 * i + b] = (uint8_t)(word >> (8 * b));
    }
}
