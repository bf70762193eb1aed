/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions that belong to a kernel, every interrupt number and segment
 * selector. Each must be an upcall (#GP or #UD), or have no effect. */
#include "hostile.h"

static char buf[4096] __attribute__((aligned(4096)));

#define INSN(name, code)                                                       \
    static void insn_##name(void *arg)                                         \
    {                                                                          \
        __asm__ volatile(code ::"a"(arg), "d"(0)                               \
                         : "rbx", "rcx", "rsi", "rdi", "r8", "r9", "r10",      \
                           "r11", "r12", "r13", "r14", "r15", "memory", "cc"); \
    }

/* rax = buf, rdx = 0 */
INSN(hlt, "hlt")
INSN(cli, "cli")
INSN(sti, "sti")
INSN(lgdt, "lgdt (%0)")
INSN(lidt, "lidt (%0)")
INSN(lldt, "lldt %w0")
INSN(ltr, "ltr %w0")
INSN(read_cr0, "movq %%cr0, %0")
INSN(read_cr2, "movq %%cr2, %0")
INSN(read_cr3, "movq %%cr3, %0")
INSN(read_cr4, "movq %%cr4, %0")
INSN(read_cr8, "movq %%cr8, %0")
INSN(write_cr0, "movq %0, %%cr0")
INSN(write_cr3, "movq %0, %%cr3")
INSN(write_cr4, "movq %0, %%cr4")
INSN(write_cr8, "movq %0, %%cr8")
INSN(read_dr7, "movq %%dr7, %0")
INSN(write_dr0, "movq %0, %%dr0")
INSN(write_dr7, "movq %0, %%dr7")
INSN(rdmsr_efer, "movl $0xc0000080, %%ecx; rdmsr")
INSN(wrmsr_efer, "movl $0xc0000080, %%ecx; wrmsr")
INSN(wrmsr_lstar, "movl $0xc0000082, %%ecx; wrmsr")
INSN(rdmsr_tsc, "movl $0x10, %%ecx; rdmsr")
INSN(wrmsr_kvmclock, "movl $0x4b564d01, %%ecx; wrmsr")
INSN(rdpmc, "xorl %%ecx, %%ecx; rdpmc")
INSN(invlpg, "invlpg (%0)")
INSN(invd, "invd")
INSN(wbinvd, "wbinvd")
INSN(clts, "clts")
INSN(lmsw, "lmsw %w1")
INSN(xsetbv, "xorl %%ecx, %%ecx; movl $7, %%eax; xsetbv")
INSN(swapgs, "swapgs")
INSN(sysret, "movq $0x70001000, %%rcx; sysretq")
INSN(sysexit, "sysexitl")
INSN(rsm, "rsm")
INSN(vmcall, "vmcall")
INSN(vmmcall, "vmmcall")
INSN(vmrun, "vmrun")
INSN(vmload, "vmload")
INSN(vmsave, "vmsave")
INSN(vmxoff, "vmxoff")
INSN(clgi, "clgi")
INSN(stgi, "stgi")
INSN(skinit, "skinit")
INSN(invlpga, "xorl %%ecx, %%ecx; invlpga")
INSN(monitor, "xorl %%ecx, %%ecx; monitor")
INSN(mwait, "xorl %%ecx, %%ecx; mwait")
INSN(getsec, ".byte 0x0f, 0x37")
INSN(encls, ".byte 0x0f, 0x01, 0xcf")
INSN(xsaves, "xsaves (%0)")
INSN(xrstors, "xrstors (%0)")
INSN(invpcid, "invpcid (%0), %q1")
INSN(ud2, "ud2")
INSN(icebp, ".byte 0xf1")
INSN(lock_nop, ".byte 0xf0, 0x90")
INSN(bad_rex, ".byte 0x0f, 0xff, 0xc0")
INSN(iret_ring0, "pushq $0x10; pushq %0; pushq $2; pushq $8;"
                 "leaq 1f(%%rip), %%rcx; pushq %%rcx; iretq; 1: ud2")
INSN(iret_nt, "pushfq; orq $0x4000, (%%rsp); popfq; pushq $0x2b; pushq %%rsp;"
              "pushq $2; pushq $0x33; leaq 1f(%%rip), %%rcx; pushq %%rcx;"
              "iretq; 1: ud2")
INSN(iret_iopl, "movq %%rsp, %%rcx; movl %%ss, %%ebx; pushq %%rbx;"
                "pushq %%rcx; pushq $0x3002; movl %%cs, %%ebx; pushq %%rbx;"
                "leaq 1f(%%rip), %%rbx; pushq %%rbx; iretq; 1: cli")
INSN(iret_noncanonical, "movq %%rsp, %%rcx; movl %%ss, %%ebx; pushq %%rbx;"
                        "pushq %%rcx; pushq $2; movl %%cs, %%ebx;"
                        "pushq %%rbx; movq $1, %%rbx; shlq $63, %%rbx;"
                        "pushq %%rbx; iretq")
INSN(retf_ring0, "pushq $8; leaq 1f(%%rip), %%rcx; pushq %%rcx; lretq; 1: ud2")
INSN(fxrstor_bad, "movl $0xffffffff, 24(%0); fxrstor (%0)")
INSN(ldmxcsr_bad, "movl $0xffffffff, (%0); ldmxcsr (%0)")
INSN(rdtsc, "rdtsc")
INSN(cpuid, "cpuid")
INSN(sgdt, "sgdt (%0)")
INSN(sidt, "sidt (%0)")
INSN(sldt, "sldt %w1")
INSN(str, "str %w1")
INSN(smsw, "smsw %w1")
INSN(wrfsbase_bad, "movq $1, %%rcx; shlq $63, %%rcx; wrfsbase %%rcx")
INSN(wrgsbase, "wrgsbase %0")
INSN(rdpkru, "xorl %%ecx, %%ecx; .byte 0x0f, 0x01, 0xee")

enum { GP = 1, UD = 2, TRAP = 4, FINE = 8, BUS = 16 };
static const struct {
    const char *name;
    void (*fn)(void *);
    int allowed;
} table[] = {
#define T(name, allowed)                                                       \
    {                                                                          \
#name, insn_##name, allowed                                            \
    }
    T(hlt, GP),
    T(cli, GP),
    T(sti, GP),
    T(lgdt, GP),
    T(lidt, GP),
    T(lldt, GP),
    T(ltr, GP),
    T(read_cr0, GP),
    T(read_cr2, GP),
    T(read_cr3, GP),
    T(read_cr4, GP),
    T(read_cr8, GP),
    T(write_cr0, GP),
    T(write_cr3, GP),
    T(write_cr4, GP),
    T(write_cr8, GP),
    T(read_dr7, GP),
    T(write_dr0, GP),
    T(write_dr7, GP),
    T(rdmsr_efer, GP),
    T(wrmsr_efer, GP),
    T(wrmsr_lstar, GP),
    T(rdmsr_tsc, GP),
    T(wrmsr_kvmclock, GP),
    T(rdpmc, GP),
    T(invlpg, GP),
    T(invd, GP),
    T(wbinvd, GP),
    T(clts, GP),
    T(lmsw, GP),
    T(xsetbv, GP | UD),
    T(swapgs, GP | UD),
    T(sysret, GP | UD),
    T(sysexit, GP | UD),
    T(rsm, UD),
    T(vmcall, UD | GP | FINE), /* KVM answers ring 3 with -EPERM */
    T(vmmcall, UD | GP | FINE),
    T(vmrun, GP | UD),
    T(vmload, GP | UD),
    T(vmsave, GP | UD),
    T(vmxoff, GP | UD),
    T(clgi, GP | UD),
    T(stgi, GP | UD),
    T(skinit, GP | UD),
    T(invlpga, GP | UD),
    T(monitor, GP | UD),
    T(mwait, GP | UD),
    T(getsec, GP | UD),
    T(encls, GP | UD),
    T(xsaves, GP | UD),
    T(xrstors, GP | UD),
    T(invpcid, GP | UD),
    T(ud2, UD),
    T(icebp, TRAP),
    T(lock_nop, UD),
    T(bad_rex, UD),
    T(iret_ring0, GP),
    T(iret_nt, GP),
    T(iret_iopl, GP),
    T(iret_noncanonical, GP),
    T(retf_ring0, GP),
    T(fxrstor_bad, GP),
    T(ldmxcsr_bad, GP),
    T(rdtsc, FINE),
    T(cpuid, FINE),
    T(sgdt, FINE | GP),
    T(sidt, FINE | GP),
    T(sldt, FINE | GP),
    T(str, FINE | GP),
    T(smsw, FINE | GP),
    T(wrfsbase_bad, GP | UD), /* UD: CR4.FSGSBASE is off */
    T(wrgsbase, UD | FINE),
    T(rdpkru, UD | FINE),
};

static int class_of_end(int event)
{
    if (event == 0)
        return FINE;
    if (event == UNI_EV_ILL)
        return UD;
    if (event == UNI_EV_TRAP)
        return TRAP;
    if (event == UNI_EV_BUS)
        return BUS;
    /* The kernel reports #GP, #NP, #TS without an address. */
    return event == UNI_EV_SEGV ? GP : 0;
}

/* What software makes of an instruction that it does not know well: another
 * fault, or none. QEMU's emulation checks no reserved MXCSR bits and no
 * canonical fs base. Nothing of the kind may be more than that. */
static int excuse(const char *mode, const char *name)
{
    static const char *const emulated[] = {"icebp", "fxrstor_bad",
                                           "ldmxcsr_bad", "wrfsbase_bad"};
    if (equal(mode, "loose"))
        return UD | GP | TRAP;
    if (equal(mode, "emulated"))
        for (unsigned i = 0; i < sizeof emulated / sizeof emulated[0]; i++)
            if (equal(name, emulated[i]))
                return UD | FINE;
    return 0;
}

/* insns MODE [NAME] */
static int trial_insns(int argc, char **argv)
{
    int bad = 0;
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (argc > 1 && !equal(argv[1], table[i].name))
            continue;
        int event = attempt(table[i].fn, buf);
        int allowed = table[i].allowed | excuse(argv[0], table[i].name);
        if (class_of_end(event) & allowed)
            continue;
        say("%s: event %d trap %d\n", table[i].name, (int64_t)event,
            (int64_t)seen.trapno);
        bad++;
    }
    say("instructions: %d wrong\n", (int64_t)bad);
    return bad != 0;
}

/* int n for every n; the code for it is a table in the text segment. */
__asm__(".text\n"
        ".balign 4\n"
        "int_table:\n"
        ".set n, 0\n"
        ".rept 256\n"
        ".byte 0xcd, n, 0xc3, 0xcc\n"
        ".set n, n + 1\n"
        ".endr\n");
extern const char int_table[];
static void run_int(void *arg)
{
    ((void (*)(void))arg)();
}

/* How `int n` ends: words N:EVENT say what is not a general protection fault
 * in any process of the host, either. */
static int event_of_int(unsigned n, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const char *at = argv[i];
        unsigned of = 0;
        while (*at && *at != ':')
            of = of * 10 + (unsigned)(*at++ - '0');
        if (of == n && *at)
            return (int)number(at + 1);
    }
    return n == 3 ? UNI_EV_TRAP : UNI_EV_SEGV;
}

/* ints FROM TO MODE [N:EVENT...] */
static int trial_ints(int argc, char **argv)
{
    int bad = 0, is_loose = argc > 2 && equal(argv[2], "loose");
    for (unsigned n = (unsigned)number(argv[0]); n < number(argv[1]); n++) {
        int event = attempt(run_int, (void *)(int_table + 4 * n));
        if (event == event_of_int(n, argc - 3, argv + 3))
            continue;
        if (is_loose && (event == 0 || event == UNI_EV_ILL))
            continue;
        say("int %d: event %d trap %d\n", (int64_t)n, (int64_t)event,
            event ? (int64_t)seen.trapno : -1);
        bad++;
    }
    say("interrupts: %d wrong\n", (int64_t)bad);
    return bad != 0;
}

static void load_ds(void *arg)
{
    __asm__ volatile("movw %w0, %%ds" ::"r"(arg));
}
static void load_es(void *arg)
{
    __asm__ volatile("movw %w0, %%es" ::"r"(arg));
}
static void load_ss(void *arg)
{
    __asm__ volatile("movw %w0, %%ss" ::"r"(arg));
}
static void load_gs(void *arg)
{
    __asm__ volatile("movw %w0, %%gs" ::"r"(arg));
}

/* A far return; where it is let in, in 64- or 32-bit mode, an ud2 waits. */
static void far_return(void *arg)
{
    __asm__ volatile("pushq %0\n"
                     "movq $1f, %%rcx\n"
                     "pushq %%rcx\n"
                     "lretq\n"
                     "1: ud2\n" ::"r"(arg)
                     : "rcx", "memory");
}

/* selectors: all 65536 as code, the first 512 as data. Nothing may be more
 * than a fault or a change of our own registers; ring 0 must never be let in.
 */
static int trial_selectors(int argc, char **argv)
{
    uint64_t step = argc > 0 ? number(argv[0]) : 1;
    int bad = 0, let_in = 0, is_loose = argc > 1 && equal(argv[1], "loose");
    for (uint64_t sel = 0; sel < 65536; sel += sel < 512 ? 1 : step) {
        int event = attempt(far_return, (void *)sel);
        if (event == UNI_EV_ILL)
            let_in++;
        if (event == UNI_EV_ILL ? (sel & 3) != 3 && !is_loose
                                : event != UNI_EV_SEGV && event != UNI_EV_BUS)
            bad++, say("cs %x: event %d\n", sel, (int64_t)event);
        if (sel >= 512)
            continue;
        attempt(load_ds, (void *)sel);
        attempt(load_es, (void *)sel);
        attempt(load_gs, (void *)sel);
        attempt(load_ss, (void *)sel);
    }
    say("selectors: %d wrong, %d code segments\n", (int64_t)bad,
        (int64_t)let_in);
    return bad != 0;
}

const struct trial insn_trials[] = {
    {"insns", trial_insns},
    {"ints", trial_ints},
    {"selectors", trial_selectors},
    {0},
};
