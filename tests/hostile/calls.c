/* SPDX-License-Identifier: Apache-2.0 */
/* The seven calls with numbers, addresses and lengths that no guest has. */
#include "hostile.h"

/* hc CALL A B C D: one call with any arguments; "@name" is an address. */
static uint64_t argument(const char *text)
{
    static char data[4096];
    static const char constant[4096] = "constant";
    static const struct {
        const char *name;
        uint64_t value;
    } fixed[] = {
        {"@data", (uint64_t)data},
        {"@rodata", (uint64_t)constant},
        {"@hcpage", UNI_HC_ADDR},
        {"@boot", UNI_BOOT_ADDR},
        {"@upcall", UNI_UPCALL_STACK_ADDR},
        {"@kernel", 0xffffffff81000000},
        {"@vsyscall", 0xffffffffff600000},
        {"@high", 0x7ffffffff000},
        {"@noncanonical", 0x800000000000},
        {"@minus", ~0ull - 7},
        {"@arena", UNI_ARENA_ADDR},
        {"@iomax", UNI_IO_MAX},
        {"@top", UNI_ADDR_MAX},
    };
    if (*text != '@')
        return number(text);
    for (unsigned i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (equal(text, fixed[i].name))
            return fixed[i].value;
    if (equal(text, "@text"))
        return (uint64_t)argument;
    if (equal(text, "@last8")) /* the end of a region is 8 bytes off */
        return arena_end() - 8;
    if (equal(text, "@end"))
        return arena_end();
    if (equal(text, "@upcallend8"))
        return UNI_UPCALL_STACK_ADDR + UNI_UPCALL_STACK_SIZE - 8;
    for (unsigned i = 0; i < boot->device_count; i++) {
        const struct uni_device *dev =
            (const void *)((const char *)boot + boot->device_off);
        if (equal(text + 1, dev[i].name))
            return dev[i].handle;
        if (equal(text, "@durable") && dev[i].cls == UNI_CLASS_BLOCK)
            return dev[i].handle_durable;
    }
    say("no address %s\n", text);
    return 0;
}

/* A tick may end a poll: uni.h allows -EINTR, which is then no answer. */
#define EINTR 4
static int64_t answer(unsigned call, uint64_t a, uint64_t b, uint64_t c,
                      uint64_t d)
{
    int64_t rc;
    do
        rc = hc(call, a, b, c, d);
    while (call == UNI_POLL && rc == -EINTR);
    return rc;
}

static int trial_hc(int argc, char **argv)
{
    uint64_t arg[5] = {0};
    for (int i = 0; i < argc && i < 5; i++)
        arg[i] = argument(argv[i]);
    int64_t rc = answer((unsigned)arg[0], arg[1], arg[2], arg[3], arg[4]);
    say("returned %d\n", rc);
    return 0;
}

/* poll HANDLE EVENTS COUNT TIMEOUT_NS: an array of equal entries. */
static int trial_poll(int argc, char **argv)
{
    static struct uni_pollfd fds[128];
    struct uni_timespec timeout = {0, (int64_t)number(argv[3])};
    (void)argc;
    for (int i = 0; i < 128; i++)
        fds[i] = (struct uni_pollfd){.handle = (int32_t)number(argv[0]),
                                     .events = (uint16_t)number(argv[1])};
    int64_t rc =
        answer(UNI_POLL, (uint64_t)fds, number(argv[2]), (uint64_t)&timeout, 0);
    say("returned %d revents %x\n", rc, (uint64_t)fds[0].revents);
    return 0;
}

/* keeps: a call keeps callee-saved and vector registers. */
static int trial_keeps(int argc, char **argv)
{
    uint64_t before[2] = {0x1122334455667788, 0x99aabbccddeeff00}, after[2];
    struct uni_timespec ts;
    uint64_t rbx;
    (void)argc, (void)argv;
    __asm__ volatile(
        "movdqu %[before], %%xmm7\n"
        "movq $0x5eed, %%rbx\n"
        "movl $1, %%edi\n"
        "leaq %[ts], %%rsi\n"
        "subq $128, %%rsp\n"
        "call *%[entry]\n"
        "addq $128, %%rsp\n"
        "movdqu %%xmm7, %[after]\n"
        "movq %%rbx, %[rbx]\n"
        : [after] "=m"(after), [ts] "=m"(ts), [rbx] "=r"(rbx)
        : [before] "m"(before), [entry] "r"(UNI_HC_ADDR +
                                            UNI_CLOCK * UNI_HC_STRIDE)
        : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
          "memory");
    say("%s\n", after[0] == before[0] && after[1] == before[1] && rbx == 0x5eed
                    ? "kept"
                    : "lost");
    return 0;
}

/* device: what boot info says of the disks. */
static int trial_devices(int argc, char **argv)
{
    const struct uni_device *dev =
        (const void *)((const char *)boot + boot->device_off);
    (void)argc, (void)argv;
    for (unsigned i = 0; i < boot->device_count; i++)
        say("%s class %d handle %d durable %d flags %d capacity %d block %d\n",
            dev[i].name, (int64_t)dev[i].cls, (int64_t)dev[i].handle,
            (int64_t)dev[i].handle_durable, (int64_t)dev[i].flags,
            (int64_t)dev[i].u.block.capacity,
            (int64_t)dev[i].u.block.block_size);
    return 0;
}

const struct trial call_trials[] = {
    {"hc", trial_hc},
    {"poll", trial_poll},
    {"keeps", trial_keeps},
    {"devices", trial_devices},
    {0},
};
