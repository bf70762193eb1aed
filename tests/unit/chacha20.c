/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block function with the vectors of RFC 8439 (s2.3.2, A.1).
 * objs: libos/chacha20.c
 */
#include <stdio.h>
#include <string.h>

#include "libos/chacha20.h"

static int failures;

static void is_block(const char *name, const uint32_t key[8], uint32_t counter,
                     const uint32_t nonce[3], const char *hex)
{
    uint8_t out[64];
    char text[129];
    chacha20_block(out, key, counter, nonce);
    for (int i = 0; i < 64; i++)
        sprintf(text + 2 * i, "%02x", out[i]);
    if (strcmp(text, hex) != 0) {
        printf("not ok - %s: %s\n", name, text);
        failures++;
    }
}

int main(void)
{
    static const uint32_t zero_key[8], zero_nonce[3];
    uint8_t bytes[32];
    uint32_t key[8];
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    memcpy(key, bytes, sizeof key);
    const uint32_t nonce[3] = {0x09000000, 0x4a000000, 0};
    is_block("s2.3.2", key, 1, nonce,
             "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
             "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4"
             "e");
    is_block("A.1 #1", zero_key, 0, zero_nonce,
             "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
             "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee658"
             "6");
    is_block("A.1 #2", zero_key, 1, zero_nonce,
             "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
             "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6"
             "f");
    return failures != 0;
}
