/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random bytes: ChaCha20 with fast key erasure (each request takes a new key
 * out of the stream first, so an old state tells nothing of past output).
 * Seeded by boot info; every 1 MiB or 5 minutes RDRAND and the clock are mixed
 * in. CPUID is asked at the first of these only: it is slow in a virtual
 * machine, and the seed is enough until then.
 */
#include "chacha20.h"
#include "enter.h"
#include "libos.h"
#include "sys.h"
#include "thread.h"
#include "user.h"
#include "x86_64/cpuid.h"

#define RESEED_BYTES (1u << 20)
#define RESEED_NS (300 * NS_PER_SEC)

static struct {
    uint32_t key[8];
    size_t bytes_left; /* until the next reseeding */
    int64_t reseed_ns;
} rng;

/* key = first half of a block made with the old key XOR `input`. */
static void mix(const uint32_t input[8])
{
    static const uint32_t nonce[3] = {0x4d495800, 0, 0};
    uint8_t block[64];
    for (int i = 0; i < 8; i++)
        rng.key[i] ^= input[i];
    chacha20_block(block, rng.key, 0, nonce);
    memcpy(rng.key, block, sizeof rng.key);
    memset(block, 0, sizeof block);
}

void random_init(const struct uni_boot *boot)
{
    uint32_t half[8];
    memcpy(rng.key, boot->seed, sizeof rng.key);
    memcpy(half, boot->seed + sizeof rng.key, sizeof half);
    mix(half);
    rng.bytes_left = RESEED_BYTES;
    rng.reseed_ns = INT64_MAX; /* set at the first request */
}

static bool has_rdrand(void)
{
    static int8_t known; /* 1: yes, -1: no */
    if (!known)
        known = cpuid(1, 0).c >> 30 & 1 ? 1 : -1;
    return known > 0;
}

static uint64_t rdrand(void)
{
    uint64_t value = 0;
    uint8_t is_ok;
    for (int tries = 0; tries < 10; tries++) {
        __asm__ volatile("rdrand %0\n\tsetc %1"
                         : "=r"(value), "=qm"(is_ok)
                         :
                         : "cc");
        if (is_ok)
            return value;
    }
    return 0;
}

static void reseed(int64_t now)
{
    uint64_t input[4] = {tsc_read(), (uint64_t)now, 0, 0};
    if (has_rdrand())
        for (int i = 0; i < 4; i++)
            input[i] ^= rdrand();
    uint32_t words[8];
    memcpy(words, input, sizeof words);
    mix(words);
    rng.bytes_left = RESEED_BYTES;
    rng.reseed_ns = now + RESEED_NS;
}

/* At most 2^32 blocks: a request is far smaller. */
static long generate(uint8_t *out, size_t len)
{
    static const uint32_t nonce[3];
    uint32_t key[8];
    uint8_t block[64];
    long rc = 0;
    memcpy(key, rng.key, sizeof key);
    chacha20_block(block, key, 0, nonce);
    memcpy(rng.key, block, sizeof rng.key);
    size_t have = 32; /* the rest of block 0 is the first output */
    for (uint32_t counter = 1; len && rc == 0; counter++) {
        size_t n = len < have ? len : have;
        rc = user_copy(out, block + sizeof block - have, n);
        out += n;
        len -= n;
        if (len)
            chacha20_block(block, key, counter, nonce);
        have = sizeof block;
    }
    memset(key, 0, sizeof key);
    memset(block, 0, sizeof block);
    return rc;
}

#define GRND_NONBLOCK 1u
#define GRND_RANDOM 2u
#define GRND_INSECURE 4u
#define REQUEST_MAX 33554431ul /* as Linux */

long sys_getrandom(void *buf, size_t len, unsigned flags)
{
    LIBOS_CALL();
    if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
        (flags & (GRND_RANDOM | GRND_INSECURE)) ==
            (GRND_RANDOM | GRND_INSECURE))
        return -LINUX_EINVAL;
    if (len > REQUEST_MAX)
        len = REQUEST_MAX;
    int64_t now = time_now();
    if (rng.reseed_ns == INT64_MAX)
        rng.reseed_ns = now + RESEED_NS;
    if (rng.bytes_left < len || now >= rng.reseed_ns)
        reseed(now);
    rng.bytes_left -= len < rng.bytes_left ? len : rng.bytes_left;
    long rc = generate(buf, len);
    return rc < 0 ? rc : (long)len;
}
