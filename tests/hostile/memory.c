/* SPDX-License-Identifier: Apache-2.0 */
/* Memory protection, bad stacks, upcalls within upcalls, flags, loops. */
#include "hostile.h"

static const char constant[4096] = "constant";
static char data[4096];

static void read_at(void *arg)
{
    (void)*(const volatile char *)arg;
}

static void write_at(void *arg)
{
    *(volatile char *)arg = 1;
}

static void execute_at(void *arg)
{
    ((void (*)(void))arg)();
}

struct place {
    const char *name;
    uint64_t addr;
    char access[4]; /* what a guest may do there: "rwx" less the dashes */
};

static int expect(const struct place *place, char what, void (*fn)(void *),
                  int allowed)
{
    static const unsigned char ret = 0xc3;
    if (what == 'x' && place->access[1] == 'w')
        *(volatile unsigned char *)place->addr = ret;
    int event = attempt(fn, (void *)place->addr);
    if (allowed ? event == 0
                : event == UNI_EV_SEGV && (seen.addr == place->addr ||
                                           place->addr >= 0x800000000000))
        return 0;
    say("%s %x: '%s' gave event %d addr %x\n", place->name, place->addr,
        what == 'r'   ? "read"
        : what == 'w' ? "write"
                      : "execute",
        (int64_t)event, seen.addr);
    return 1;
}

static uint64_t table_base(int which)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) table = {0};
    if (which == 0)
        __asm__ volatile("sgdt %0" : "=m"(table));
    else
        __asm__ volatile("sidt %0" : "=m"(table));
    return table.base;
}

static uint64_t tables[2];
static void leak_tables(void *arg)
{
    (void)arg;
    tables[0] = table_base(0);
    tables[1] = table_base(1);
}

/* protection: each region allows what it should, and nothing else. */
static int trial_protection(int argc, char **argv)
{
    (void)argc, (void)argv;
    const struct place places[] = {
        {"text", (uint64_t)read_at, "r-."},
        {"rodata", (uint64_t)constant, "r--"},
        {"data", (uint64_t)data, "rw-"},
        {"hypercall page", UNI_HC_ADDR + 0xfff, "r-."},
        {"boot info", UNI_BOOT_ADDR, "r--"},
        {"boot info's end", UNI_BOOT_ADDR + boot->size - 1, "r--"},
        {"upcall stack", UNI_UPCALL_STACK_ADDR, "rw-"},
        {"below the upcall stack", UNI_UPCALL_STACK_ADDR - 1, "---"},
        {"behind the upcall stack",
         UNI_UPCALL_STACK_ADDR + UNI_UPCALL_STACK_SIZE, "---"},
        {"arena", UNI_ARENA_ADDR, "rw-"},
        {"arena's end", arena_end() - 4096, "rw-"},
        {"behind the arena", arena_end(), "---"},
        {"below the arena", UNI_ARENA_ADDR - 1, "---"},
        {"null", 0, "---"},
        {"low", 0xffff, "---"},
        {"before the image", UNI_IMAGE_ADDR - 1, "---"},
        {"non-PIE space", UNI_IMAGE_MIN, "---"},
        {"meta", UNI_META_ADDR, "---"},
        {"root file system", UNI_ROOTFS_ADDR, "---"},
        {"first high address", UNI_ADDR_MAX, "---"},
        {"a page above", UNI_ADDR_MAX + 4096, "---"},
        {"1 TiB", 1ull << 40, "---"},
        {"last user page", 0x7ffffffff000, "---"},
        {"kernel text", 0xffffffff81000000, "---"},
        {"kernel map", 0xffff888000000000, "---"},
        {"last page", 0xfffffffffffff000, "---"},
    };
    int bad = 0;
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        const struct place *p = &places[i];
        bad += expect(p, 'r', read_at, p->access[0] == 'r');
        bad += expect(p, 'w', write_at, p->access[1] == 'w');
        if (p->access[2] != '.')
            bad += expect(p, 'x', execute_at, p->access[2] == 'x');
    }
    /* Not readable where UMIP is missing, but its contents never are. */
    if (attempt(leak_tables, 0) == 0)
        for (int i = 0; i < 2; i++) {
            struct place p = {"descriptor table", tables[i], "---"};
            bad += expect(&p, 'r', read_at, 0);
            bad += expect(&p, 'w', write_at, 0);
        }
    say("protection: %d wrong\n", (int64_t)bad);
    return bad != 0;
}

/* scan: nothing of the tender is left. Probes each 2 MiB from FROM to TO
 * (0x... numbers) with step STEP and counts what is readable. */
static int trial_scan(int argc, char **argv)
{
    uint64_t readable = 0;
    (void)argc;
    for (uint64_t at = number(argv[0]); at < number(argv[1]);
         at += number(argv[2]))
        if (attempt(read_at, (void *)at) == 0) {
            readable++;
            say("readable %x\n", at);
        }
    say("%d readable\n", (int64_t)readable);
    return 0;
}

/* touch WHAT ADDRESS [MODE]: unhandled, so the upcall's report is the end. */
static int trial_touch(int argc, char **argv)
{
    void *at = (void *)number(argv[1]);
    (void)argc;
    if (argv[0][0] == 'r')
        read_at(at);
    else if (argv[0][0] == 'w')
        write_at(at);
    else
        execute_at(at);
    return 0;
}

static void fault_on_stack(void *arg)
{
    __asm__ volatile("movq %0, %%rsp\n"
                     "movb $0, 0\n" ::"r"(arg)
                     : "memory");
}

static void push_on_stack(void *arg)
{
    __asm__ volatile("movq %0, %%rsp\n"
                     "pushq $0\n"
                     "ud2" ::"r"(arg)
                     : "memory");
}

/* stacks: a fault with any stack pointer reaches the upcall. */
static int trial_stacks(int argc, char **argv)
{
    static const uint64_t values[] = {
        0,
        8,
        0xfff,
        UNI_HC_ADDR + 64,
        UNI_BOOT_ADDR + 64,
        UNI_ADDR_MAX,
        UNI_IMAGE_ADDR + 8,
        0x7fffffffffff,
        0x800000000000,
        0xffff800000000000,
        0xfffffffffffffff8,
    };
    int bad = 0;
    (void)argc, (void)argv;
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        int event = attempt(fault_on_stack, (void *)values[i]);
        int event2 = attempt(push_on_stack, (void *)values[i]);
        /* A stack fault is SIGBUS (#SS) for a non-canonical address. */
        if (event == UNI_EV_SEGV && seen.rsp == values[i] &&
            (event2 == UNI_EV_SEGV || event2 == UNI_EV_BUS))
            continue;
        bad++;
        say("rsp %x: events %d %d\n", values[i], (int64_t)event,
            (int64_t)event2);
    }
    say("stacks: %d wrong\n", (int64_t)bad);
    return bad != 0;
}

static int fault_again(int event, struct uni_ucontext *context)
{
    (void)event, (void)context;
    *(volatile char *)0 = 0;
    return 77;
}

/* recursion: every upcall faults, until its stack is used up. */
static int trial_recursion(int argc, char **argv)
{
    (void)argc, (void)argv;
    on_upcall = fault_again;
    *(volatile char *)0 = 0;
    return 78;
}

/* on-upcall-stack OFFSET: a fault with the stack pointer in the upcall stack,
 * at OFFSET from its start. */
static int trial_on_upcall_stack(int argc, char **argv)
{
    (void)argc;
    fault_on_stack((void *)(UNI_UPCALL_STACK_ADDR + number(argv[0])));
    return 78;
}

static volatile int nested;
static int nest_once(int event, struct uni_ucontext *context)
{
    (void)event, (void)context;
    if (nested++ < 5)
        *(volatile char *)0 = 0;
    return 40 + nested;
}

/* nesting: five upcalls within one another are fine. */
static int trial_nesting(int argc, char **argv)
{
    (void)argc, (void)argv;
    on_upcall = nest_once;
    *(volatile char *)0 = 0;
    return 78;
}

/* frame: an upcall that fills its frame with garbage harms nobody else. */
static int spoil(int event, struct uni_ucontext *context)
{
    volatile char *p = (volatile char *)context;
    (void)event;
    for (unsigned i = 0; i < sizeof *context; i++)
        p[i] = (char)0xff;
    for (unsigned i = 0; i < 1000; i++)
        if (attempt(read_at, 0) != UNI_EV_SEGV)
            return 79;
    return 41;
}

static int trial_frame(int argc, char **argv)
{
    (void)argc, (void)argv;
    on_upcall = spoil;
    *(volatile char *)0 = 0;
    return 78;
}

static uint64_t flags_to_set;
static void with_flags(void *arg)
{
    __asm__ volatile("pushfq\n"
                     "orq %0, (%%rsp)\n"
                     "popfq\n"
                     "movl 1(%1), %%eax\n" /* misaligned */
                     "nop\n" ::"r"(flags_to_set),
                     "r"(arg)
                     : "rax", "memory", "cc");
}

/* flags: TF and AC are upcalls; NT, DF, IOPL, VM, RF, VIF, VIP change
 * nothing; an upcall has DF clear and no trap of its own. */
static int trial_flags(int argc, char **argv)
{
    static const struct {
        const char *name;
        uint64_t bits;
        int event;
    } table[] = {
        {"TF", 1 << 8, UNI_EV_TRAP}, {"AC", 1 << 18, UNI_EV_BUS},
        {"NT", 1 << 14, 0},          {"DF", 1 << 10, 0},
        {"IOPL", 3 << 12, 0},        {"VM", 1 << 17, 0},
        {"RF", 1 << 16, 0},          {"VIF", 1 << 19, 0},
        {"VIP", 1 << 20, 0},         {"ID", 1 << 21, 0},
    };
    int bad = 0;
    int has_no_ac = argc > 0 && equal(argv[0], "emulated"); /* QEMU */
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        flags_to_set = table[i].bits;
        int event = attempt(with_flags, data);
        if (event == 0 && table[i].event == UNI_EV_BUS && has_no_ac)
            continue;
        if (event != table[i].event) {
            say("flag %s: event %d, expected %d\n", table[i].name,
                (int64_t)event, (int64_t)table[i].event);
            bad++;
        }
    }
    flags_to_set = 1 << 14 | 1 << 10; /* NT, DF and a fault */
    for (int i = 0; i < 3; i++)
        if (attempt(with_flags, 0) != UNI_EV_SEGV)
            bad++;
    say("flags: %d wrong\n", (int64_t)bad);
    return bad != 0;
}

/* spin: a loop that only a signal ends. */
static int trial_spin(int argc, char **argv)
{
    (void)argc, (void)argv;
    say("spinning\n");
    for (;;)
        __asm__ volatile("" ::: "memory");
    return 0;
}

void resume(int, int, struct uni_ucontext *context);
static int go_on(int event, struct uni_ucontext *context)
{
    say("ignored %d\n", (int64_t)event);
    resume(0, 0, context);
    return 0;
}

/* deaf: the same, signals are ignored, and no poll asks for the next one of a
 * kind. */
static int trial_deaf(int argc, char **argv)
{
    on_upcall = go_on;
    return trial_spin(argc, argv);
}

/* stubborn: ignores each signal and asks for the next one. */
static int trial_stubborn(int argc, char **argv)
{
    static const struct uni_timespec no_time;
    (void)argc, (void)argv;
    on_upcall = go_on;
    say("polling\n");
    for (;;)
        (void)hc(UNI_POLL, 0, 0, (uint64_t)&no_time, 0);
    return 0;
}

/* sleep: waits in poll, so that the runner can look at the process. */
static int trial_sleep(int argc, char **argv)
{
    struct uni_timespec timeout = {20, 0};
    (void)argc, (void)argv;
    say("sleeping\n");
    while (hc(UNI_POLL, 0, 0, (uint64_t)&timeout, 0) == -4) /* EINTR */
        ;
    return 0;
}

/* vectors: an upcall in the middle of code that uses all vector registers;
 * the frame carries them (XSAVE), whatever their size. */
static int trial_vectors(int argc, char **argv)
{
    uint32_t a, b, c, d, leaf = 1;
    (void)argc, (void)argv;
    __asm__ volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(leaf));
    if ((c >> 27 & 3) != 3)
        return 0; /* no AVX, or the tender does not let it */
    if (boot->xsave_size < 576)
        return 1;
    for (int i = 0; i < 1000; i++) {
        __asm__ volatile("vpcmpeqd %%xmm0, %%xmm0, %%xmm0\n"
                         "vinsertf128 $1, %%xmm0, %%ymm0, %%ymm15" ::
                             : "memory");
        if (attempt(read_at, 0) != UNI_EV_SEGV)
            return 2;
    }
    say("vectors fine\n");
    return 0;
}

/* arena: all of it is zero, writable and distinct. */
static int trial_arena(int argc, char **argv)
{
    (void)argc, (void)argv;
    uint64_t end = arena_end() - 65536; /* this stack */
    for (uint64_t at = UNI_ARENA_ADDR; at < end; at += 4096) {
        if (*(volatile uint64_t *)at)
            return 1;
        *(volatile uint64_t *)at = at;
    }
    for (uint64_t at = UNI_ARENA_ADDR; at < end; at += 4096)
        if (*(volatile uint64_t *)at != at)
            return 2;
    say("arena fine\n");
    return 0;
}

const struct trial memory_trials[] = {
    {"protection", trial_protection},
    {"scan", trial_scan},
    {"touch", trial_touch},
    {"stacks", trial_stacks},
    {"recursion", trial_recursion},
    {"on-upcall-stack", trial_on_upcall_stack},
    {"nesting", trial_nesting},
    {"frame", trial_frame},
    {"flags", trial_flags},
    {"spin", trial_spin},
    {"deaf", trial_deaf},
    {"stubborn", trial_stubborn},
    {"sleep", trial_sleep},
    {"vectors", trial_vectors},
    {"arena", trial_arena},
    {0},
};
