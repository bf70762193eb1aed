/* SPDX-License-Identifier: Apache-2.0 */
/* Every I/O port in every width: each access must be a #GP upcall. */
#include "hostile.h"

struct access {
    uint16_t port;
    uint16_t kind;
};

static unsigned char io_buf[16];

static void touch(void *arg)
{
    const struct access *access = arg;
    uint64_t eax = 0x5a5a5a5a;
    switch (access->kind) {
    case 0:
        __asm__ volatile("inb %w1, %b0" : "+a"(eax) : "d"(access->port));
        break;
    case 1:
        __asm__ volatile("inw %w1, %w0" : "+a"(eax) : "d"(access->port));
        break;
    case 2:
        __asm__ volatile("inl %w1, %k0" : "+a"(eax) : "d"(access->port));
        break;
    case 3:
        __asm__ volatile("outb %b0, %w1" ::"a"(eax), "d"(access->port));
        break;
    case 4:
        __asm__ volatile("outw %w0, %w1" ::"a"(eax), "d"(access->port));
        break;
    case 5:
        __asm__ volatile("outl %k0, %w1" ::"a"(eax), "d"(access->port));
        break;
    case 6: {
        void *at = io_buf;
        __asm__ volatile("insb" : "+D"(at) : "d"(access->port) : "memory");
        break;
    }
    case 7: {
        void *at = io_buf;
        __asm__ volatile("outsl" : "+S"(at) : "d"(access->port) : "memory");
        break;
    }
    }
}

/* ports KIND FROM TO STEP; those at 0xe0..0xe7 are skipped in the kvm cage,
 * where some of them are the calls' (port KIND PORT tries one). */
static int trial_ports(int argc, char **argv)
{
    struct access access = {.kind = (uint16_t)number(argv[0])};
    uint64_t step = argc > 3 ? number(argv[3]) : 1, denied = 0, open = 0;
    for (uint64_t port = number(argv[1]); port < number(argv[2]);
         port += step) {
        if (boot->cage == UNI_CAGE_KVM && port + 4 > 0xe0 && port < 0xe8)
            continue;
        access.port = (uint16_t)port;
        int event = attempt(touch, &access);
        if (event == UNI_EV_SEGV) {
            denied++;
        } else {
            open++;
            say("port %x: event %d\n", port, (int64_t)event);
        }
    }
    say("%d ports denied, %d not\n", (int64_t)denied, (int64_t)open);
    return open != 0;
}

static int trial_port(int argc, char **argv)
{
    struct access access = {(uint16_t)number(argv[1]),
                            (uint16_t)number(argv[0])};
    (void)argc;
    int event = attempt(touch, &access);
    say("event %d trap %d\n", (int64_t)event, event ? (int64_t)seen.trapno : 0);
    return event ? 128 + event : 0;
}

const struct trial io_trials[] = {
    {"ports", trial_ports},
    {"port", trial_port},
    {0},
};
