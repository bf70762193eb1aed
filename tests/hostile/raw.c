/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls from where there must be none: own code, 32-bit code, the
 * middle of the hypercall page, the vDSO. The canary is mkdir("canary"): were
 * a call let through, the runner would find the directory.
 */
#include "hostile.h"

static char canary[] = "canary";

/* call NR: arguments that would do something visible for many numbers. */
static int trial_call(int argc, char **argv)
{
    uint64_t nr = number(argv[0]);
    uint64_t a = argc > 1 ? number(argv[1]) : (uint64_t)canary;
    long rc = raw_syscall(nr, a, 0700, 0, 0);
    say("returned %d\n", (int64_t)rc);
    return 98;
}

static int trial_int80(int argc, char **argv)
{
    (void)argc;
    long rc = raw_int80(number(argv[0]), (uint64_t)canary, 0700);
    say("returned %d\n", (int64_t)rc);
    return 98;
}

static int trial_sysenter(int argc, char **argv)
{
    (void)argc;
    long rc = raw_sysenter(number(argv[0]), (uint64_t)canary, 0700);
    say("returned %d\n", (int64_t)rc);
    return 98;
}

static int trial_compat(int argc, char **argv)
{
    compat_target.selector = argc > 1 ? (uint16_t)number(argv[1]) : 0x23;
    compat_call(number(argv[0]), (uint64_t)canary, 0700);
    return 98;
}

/* page OFFSET NR: jump to a byte of the hypercall page. */
static int trial_page(int argc, char **argv)
{
    uint64_t nr = argc > 1 ? number(argv[1]) : 83;
    uint64_t target = UNI_HC_ADDR + number(argv[0]);
    long rc = jump_with(target, nr, (uint64_t)canary, 0700, 0, 0);
    say("returned %d\n", (int64_t)rc);
    return 0;
}

static int trial_canary_byte(int argc, char **argv)
{
    (void)argc, (void)argv;
    say("%d", (int64_t)((uint64_t)canary & 0xff));
    return 0;
}

static uint64_t page_target;
static void jump_page(void *arg)
{
    (void)arg;
    /* Arguments that are harmless for each of the seven calls. */
    jump_with(page_target, 83, 77, (uint64_t)canary, 0, 0);
}

/* page-sweep FROM TO: many offsets in one run, where upcalls bring us back. */
static int trial_page_sweep(int argc, char **argv)
{
    uint64_t returned = 0, upcalls = 0;
    (void)argc;
    for (uint64_t at = number(argv[0]); at < number(argv[1]); at++) {
        page_target = UNI_HC_ADDR + at;
        if (attempt(jump_page, 0))
            upcalls++;
        else
            returned++;
    }
    say("%d upcalls, %d returned\n", (int64_t)upcalls, (int64_t)returned);
    return 0;
}

/* poll-mask: the fourth and fifth argument of ppoll are no business of a
 * guest; found by looking for the syscall instruction in the poll entry. */
static int trial_page_insn(int argc, char **argv)
{
    unsigned call = (unsigned)number(argv[0]);
    const unsigned char *p =
        (const unsigned char *)(UNI_HC_ADDR + call * UNI_HC_STRIDE);
    for (unsigned i = 0; i < UNI_HC_STRIDE - 1; i++) {
        if (p[i] != 0x0f || p[i + 1] != 0x05)
            continue;
        long rc = jump_with(
            (uint64_t)(p + i), number(argv[1]), argc > 2 ? number(argv[2]) : 0,
            argc > 3 ? number(argv[3]) : 0, argc > 4 ? number(argv[4]) : 0,
            argc > 5 ? number(argv[5]) : 0);
        say("returned %d\n", (int64_t)rc);
        return 0;
    }
    say("no instruction\n");
    return 0;
}

static const unsigned char *vdso_base;
static void read_byte(void *arg)
{
    (void)*(const volatile unsigned char *)arg;
}

static int vdso_insn(unsigned skip, const unsigned char **insn)
{
    uint64_t at = boot->clock.vdso_gettime & -UNI_PAGE_SIZE;
    if (!(boot->clock.flags & UNI_CLOCK_VDSO))
        return -1;
    while (attempt(read_byte, (void *)(at - UNI_PAGE_SIZE)) == 0 &&
           *(const uint32_t *)at != 0x464c457f)
        at -= UNI_PAGE_SIZE;
    vdso_base = (const unsigned char *)at;
    for (const unsigned char *p = vdso_base;; p++) {
        if (((uint64_t)p & (UNI_PAGE_SIZE - 1)) == 0 &&
            attempt(read_byte, (void *)(p + UNI_PAGE_SIZE - 1)))
            return -1;
        if (((uint64_t)p & (UNI_PAGE_SIZE - 1)) != UNI_PAGE_SIZE - 1 &&
            p[0] == 0x0f && p[1] == 0x05 && skip-- == 0) {
            *insn = p;
            return 0;
        }
    }
}

/* vdso N NR: the N-th system call instruction in the vDSO. */
static int trial_vdso(int argc, char **argv)
{
    const unsigned char *insn;
    (void)argc;
    if (vdso_insn((unsigned)number(argv[0]), &insn) < 0) {
        say("no vdso\n");
        return 97;
    }
    long rc = jump_with((uint64_t)insn, number(argv[1]), (uint64_t)canary, 0700,
                        0, 0);
    say("returned %d\n", (int64_t)rc);
    return 0;
}

const struct trial raw_trials[] = {
    {"call", trial_call},
    {"int80", trial_int80},
    {"sysenter", trial_sysenter},
    {"compat", trial_compat},
    {"page", trial_page},
    {"canary-byte", trial_canary_byte},
    {"page-sweep", trial_page_sweep},
    {"page-insn", trial_page_insn},
    {"vdso", trial_vdso},
    {0},
};
