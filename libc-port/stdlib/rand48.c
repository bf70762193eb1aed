/* SPDX-License-Identifier: Apache-2.0 */
/* The 48-bit linear congruential generators: POSIX drand48. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t mask = (1ull << 48) - 1;
static uint64_t state = 0, factor = 0x5deece66dull;
static unsigned short addend = 0xb;

static uint64_t from_words(const unsigned short x[3])
{
    return (uint64_t)x[2] << 32 | (uint64_t)x[1] << 16 | x[0];
}

static void to_words(unsigned short x[3], uint64_t value)
{
    for (int i = 0; i < 3; i++)
        x[i] = (unsigned short)(value >> (16 * i));
}

static uint64_t next(uint64_t value)
{
    return (value * factor + addend) & mask;
}

static uint64_t next_of(unsigned short x[3])
{
    uint64_t value = next(from_words(x));
    to_words(x, value);
    return value;
}

double drand48(void)
{
    state = next(state);
    return (double)state * 0x1p-48;
}

double erand48(unsigned short x[3])
{
    return (double)next_of(x) * 0x1p-48;
}

long lrand48(void)
{
    state = next(state);
    return (long)(state >> 17);
}

long nrand48(unsigned short x[3])
{
    return (long)(next_of(x) >> 17);
}

long mrand48(void)
{
    state = next(state);
    return (int32_t)(state >> 16);
}

long jrand48(unsigned short x[3])
{
    return (int32_t)(next_of(x) >> 16);
}

static void reset(void)
{
    factor = 0x5deece66dull;
    addend = 0xb;
}

void srand48(long seed)
{
    state = (uint64_t)(uint32_t)seed << 16 | 0x330e;
    reset();
}

unsigned short *seed48(unsigned short x[3])
{
    static unsigned short old[3];
    to_words(old, state);
    state = from_words(x);
    reset();
    return old;
}

void lcong48(unsigned short x[7])
{
    state = from_words(x);
    factor = from_words(x + 3);
    addend = x[6];
}
