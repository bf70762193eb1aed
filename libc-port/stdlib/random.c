/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rand and random with the sequences that programs get on Linux: an additive
 * feedback generator r[i] = r[i-degree] + r[i-separation], 2^31 of each sum's
 * upper bits (man 3 random; Knuth, TAOCP vol. 2 s3.2.2), seeded by the
 * minimal standard generator 16807 * r mod 2^31-1 (Park and Miller, 1988).
 */
#include <stdlib.h>
#include <string.h>

#include "libc.h"

static const struct {
    int degree, separation;
    size_t size; /* bytes of state, with the word in front */
} types[] = {{0, 0, 8}, {7, 3, 32}, {15, 1, 64}, {31, 3, 128}, {63, 1, 256}};
enum { TYPE_COUNT = 5 };

static int32_t default_state[32];
static struct {
    uint32_t lock;
    bool is_ready;
    int32_t *state; /* state[-1] keeps type and position for setstate */
    int type, degree, separation;
    int front, rear;
} gen = {.state = default_state + 1, .type = 3, .degree = 31, .separation = 3};

static void lock(void)
{
    if (unlikely(atomic_cas(&gen.lock, 0, 1) != 0))
        while (atomic_swap(&gen.lock, 2) != 0)
            (void)__libc_futex_wait(&gen.lock, 2, 0, NULL);
}

static void unlock(void)
{
    if (unlikely(atomic_swap(&gen.lock, 0) == 2))
        (void)__libc_futex_wake(&gen.lock, 1);
}

static int32_t next(void)
{
    if (gen.type == 0) {
        uint32_t value = (uint32_t)gen.state[0] * 1103515245u + 12345u;
        return gen.state[0] = (int32_t)(value & 0x7fffffff);
    }
    uint32_t value =
        (uint32_t)gen.state[gen.front] + (uint32_t)gen.state[gen.rear];
    gen.state[gen.front] = (int32_t)value;
    gen.front = gen.front + 1 == gen.degree ? 0 : gen.front + 1;
    gen.rear = gen.rear + 1 == gen.degree ? 0 : gen.rear + 1;
    return (int32_t)(value >> 1);
}

static void seed(unsigned value)
{
    gen.is_ready = true;
    gen.state[0] = value ? (int32_t)value : 1;
    if (gen.type == 0)
        return;
    for (int i = 1; i < gen.degree; i++) {
        int64_t word = 16807ll * gen.state[i - 1] % 2147483647;
        gen.state[i] = (int32_t)(word < 0 ? word + 2147483647 : word);
    }
    gen.front = gen.separation;
    gen.rear = 0;
    for (int i = 0; i < 10 * gen.degree; i++)
        (void)next();
}

long random(void)
{
    lock();
    if (unlikely(!gen.is_ready))
        seed(1);
    long value = next();
    unlock();
    return value;
}

void srandom(unsigned value)
{
    lock();
    seed(value);
    unlock();
}

int rand(void)
{
    return (int)random();
}

void srand(unsigned value)
{
    srandom(value);
}

/* Notes in the state where it is, for a later setstate. */
static void save(void)
{
    gen.state[-1] = gen.type == 0 ? 0 : gen.rear * TYPE_COUNT + gen.type;
}

static void choose(int type, int32_t *state)
{
    gen.type = type;
    gen.degree = types[type].degree;
    gen.separation = types[type].separation;
    gen.state = state;
}

char *initstate(unsigned value, char *buf, size_t size)
{
    if (!buf || size < types[0].size) {
        errno = EINVAL;
        return NULL;
    }
    lock();
    if (!gen.is_ready)
        seed(1);
    save();
    char *old = (char *)(gen.state - 1);
    int type = TYPE_COUNT - 1;
    while (size < types[type].size)
        type--;
    choose(type, (int32_t *)buf + 1);
    seed(value);
    save();
    unlock();
    return old;
}

char *setstate(char *buf)
{
    lock();
    if (!gen.is_ready)
        seed(1);
    save();
    char *old = (char *)(gen.state - 1);
    int32_t *state = (int32_t *)buf + 1;
    int type = state[-1] % TYPE_COUNT, rear = state[-1] / TYPE_COUNT;
    if (type < 0 || rear < 0 || (type > 0 && rear >= types[type].degree)) {
        errno = EINVAL;
        old = NULL;
    } else {
        choose(type, state);
        gen.rear = rear;
        gen.front = type ? (rear + gen.separation) % gen.degree : 0;
    }
    unlock();
    return old;
}

int rand_r(unsigned *state)
{
    unsigned value = *state, result = 0;
    static const struct {
        unsigned shift, mask;
    } steps[] = {{0, 2047}, {10, 1023}, {10, 1023}};
    for (int i = 0; i < 3; i++) {
        value = value * 1103515245u + 12345u;
        result = result << steps[i].shift ^ (value >> 16 & steps[i].mask);
    }
    *state = value;
    return (int)result;
}
