/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cost of a hypercall (in a guest) against that of the same system call
 * made by a `syscall` instruction (natively). Standard input and error output
 * should be /dev/null: they are read and written. Arguments: a file (natively;
 * a guest takes its first block device) and the count of calls.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/guest/clock.h"
#include "bindings/abi/uni.h"
#include "bindings/abi/uni_boot.h"

#ifdef __linux__
static unsigned device(const char *path)
{
    int fd = open(path, O_RDWR);
    if (fd < 0)
        exit(1);
    return (unsigned)fd;
}

static const short numbers[UNI_CALL_COUNT] = {231, 228, 271, 0, 1, 17, 18};
static int64_t call(int n, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    int64_t result;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = 8;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"((long)numbers[n]), "D"(a), "S"(b), "d"(c), "r"(r10),
                       "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}
#else
static unsigned device(const char *path)
{
    const struct uni_boot *boot = (const struct uni_boot *)UNI_BOOT_ADDR;
    const struct uni_device *devices =
        (const struct uni_device *)(UNI_BOOT_ADDR + boot->device_off);
    (void)path;
    for (unsigned i = 0; i < boot->device_count; i++)
        if (devices[i].cls == UNI_CLASS_BLOCK)
            return devices[i].handle;
    exit(1);
}

typedef int64_t entry(uint64_t, uint64_t, uint64_t, uint64_t);
static int64_t call(int n, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return ((entry *)(UNI_HC_ADDR + (uint64_t)n * UNI_HC_STRIDE))(a, b, c, d);
}
#endif

static unsigned handle;
static char block[4096] __attribute__((aligned(4096)));

static void clocks(long count)
{
    struct uni_timespec ts;
    while (count--)
        call(UNI_CLOCK, UNI_CLOCK_MONOTONIC, (uintptr_t)&ts, 0, 0);
}

static void polls(long count)
{
    while (count--) {
        struct uni_timespec zero = {0, 0}; /* the kernel writes to it */
        call(UNI_POLL, 0, 0, (uintptr_t)&zero, 0);
    }
}

static void reads(long count)
{
    while (count--)
        call(UNI_READ, 0, (uintptr_t)block, 1, 0);
}

static void writes(long count)
{
    while (count--)
        call(UNI_WRITE, 2, (uintptr_t)block, 1, 0);
}

static void preads(long count)
{
    while (count--)
        call(UNI_PREAD, handle, (uintptr_t)block, 512, 0);
}

static void pwrites(long count)
{
    while (count--)
        call(UNI_PWRITE, handle, (uintptr_t)block, 512, 0);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    handle = device(argv[1]);
    long count = argc > 2 ? atol(argv[2]) : 100000;
    best_of("clock", count, clocks);
    best_of("poll", count, polls);
    best_of("read", count, reads);
    best_of("write", count, writes);
    best_of("pread", count, preads);
    best_of("pwrite", count, pwrites);
    return 0;
}
