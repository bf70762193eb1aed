/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs at build time: lets libseccomp make the filter's part that allows the
 * seven calls with their arguments, and prints it as a C table. What is known
 * at launch only has a marker: the number of the first BLOCK handle, and the
 * ends of pread64 and pwrite64, where the tender's own checks go on.
 */
#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tender/filter.h"
#include "tender/hcpage.h"
#include "uni.h"

#define FIRST_BLOCK_MARKER 0x5e97a3b1u
#define PROGRAM_MAX 256

static void check(int rc, const char *what)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "filter_gen: %s: %s\n", what, strerror(-rc));
    exit(1);
}

static void rule(scmp_filter_ctx ctx, uint32_t action, int nr, unsigned count,
                 const struct scmp_arg_cmp *args)
{
    check(seccomp_rule_add_array(ctx, action, nr, count, args), "rule");
}

static void allow(scmp_filter_ctx ctx, int nr, unsigned count,
                  const struct scmp_arg_cmp *args)
{
    rule(ctx, SCMP_ACT_ALLOW, nr, count, args);
}

/* Each rule limits the numbers that reach the kernel to their class and size;
 * pointers are the kernel's business (EFAULT). */
static void add_rules(scmp_filter_ctx ctx, bool has_block)
{
    const struct scmp_arg_cmp stream[] = {
        SCMP_A0(SCMP_CMP_LT, FIRST_BLOCK_MARKER),
        SCMP_A2(SCMP_CMP_LE, UNI_IO_MAX),
    };
    const struct scmp_arg_cmp block[] = {
        SCMP_A0(SCMP_CMP_GE, FIRST_BLOCK_MARKER),
        SCMP_A2(SCMP_CMP_LE, UNI_IO_MAX),
    };
    const struct scmp_arg_cmp poll[] = {
        SCMP_A1(SCMP_CMP_LE, UNI_POLL_MAX),
        SCMP_A3(SCMP_CMP_EQ, UNI_HC_ADDR + HCPAGE_NO_MASK),
    };
    const struct scmp_arg_cmp kvm_poll[] = {
        SCMP_A1(SCMP_CMP_LE, UNI_POLL_MAX),
        SCMP_A3(SCMP_CMP_EQ, 0), /* its signals are never blocked */
    };
    const struct scmp_arg_cmp clock[] = {
        SCMP_A0(SCMP_CMP_LE, UNI_CLOCK_MONOTONIC),
    };
    allow(ctx, SCMP_SYS(read), 2, stream);
    allow(ctx, SCMP_SYS(write), 2, stream);
    allow(ctx, SCMP_SYS(ppoll), 2, poll);
    allow(ctx, SCMP_SYS(ppoll), 2, kvm_poll);
    allow(ctx, SCMP_SYS(clock_gettime), 1, clock);
    allow(ctx, SCMP_SYS(exit_group), 0, NULL);
    if (has_block) {
        rule(ctx, FILTER_GO_ON_PREAD, SCMP_SYS(pread64), 2, block);
        rule(ctx, FILTER_GO_ON_PWRITE, SCMP_SYS(pwrite64), 2, block);
    }
}

/* Calls that move data are asked for first. */
static void set_order(scmp_filter_ctx ctx, bool has_block)
{
    const int order[] = {SCMP_SYS(read),      SCMP_SYS(write),
                         SCMP_SYS(pwrite64),  SCMP_SYS(pread64),
                         SCMP_SYS(ppoll),     SCMP_SYS(clock_gettime),
                         SCMP_SYS(exit_group)};
    for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++)
        if (has_block || i < 2 || i > 3)
            check(seccomp_syscall_priority(ctx, order[i],
                                           (uint8_t)(200 - 10 * i)),
                  "priority");
}

/* Takes one instruction out; who jumped to it comes to the next. */
static void take_out(struct sock_filter *program, size_t *count, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (BPF_CLASS(program[i].code) != BPF_JMP)
            continue;
        program[i].jt -= i + 1 + program[i].jt > at;
        program[i].jf -= i + 1 + program[i].jf > at;
    }
    (*count)--;
    memmove(&program[at], &program[at + 1], (*count - at) * sizeof program[0]);
}

static bool is_target(const struct sock_filter *program, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (BPF_CLASS(program[i].code) == BPF_JMP && i + 1 < at &&
            (i + 1 + program[i].jt == at || i + 1 + program[i].jf == at))
            return true;
    return false;
}

/* libseccomp asks first for the numbers of x32, which start at 2^30, and for
 * -1. Each number is then compared for equality: these fail anyway. */
static void drop_x32(struct sock_filter *program, size_t *count)
{
    for (size_t i = 0; i + 1 < *count; i++) {
        if (program[i].code != (BPF_JMP | BPF_JGE | BPF_K) ||
            program[i].k != 0x40000000 || program[i].jt != 0 ||
            program[i].jf != 1 || program[i + 1].k != UINT32_MAX)
            continue;
        take_out(program, count, i + 1);
        take_out(program, count, i);
        return;
    }
    check(-ENOENT, "x32");
}

/* libseccomp asks whether an upper half is above zero, then whether it is
 * zero: once is enough. Each call runs through a few of these. */
static void simplify(struct sock_filter *program, size_t *count)
{
    for (size_t i = 0; i + 1 < *count; i++) {
        struct sock_filter *above = &program[i], *zero = &program[i + 1];
        if (above->code != (BPF_JMP | BPF_JGT | BPF_K) || above->k != 0 ||
            above->jf != 0 || zero->code != (BPF_JMP | BPF_JEQ | BPF_K) ||
            zero->k != 0 || is_target(program, i + 1))
            continue;
        above->code = zero->code;
        above->jf = above->jt;
        above->jt = (unsigned char)(zero->jt + 1);
        take_out(program, count, i + 1);
    }
}

/* What a comparison of the call's number asks for, for people. */
static const char *reason(const struct sock_filter *program, size_t at)
{
    static const struct {
        uint32_t nr;
        const char *name;
    } calls[] = {{SCMP_SYS(read), "read"},
                 {SCMP_SYS(write), "write"},
                 {SCMP_SYS(ppoll), "ppoll"},
                 {SCMP_SYS(clock_gettime), "clock_gettime"},
                 {SCMP_SYS(exit_group), "exit_group"},
                 {SCMP_SYS(pread64), "pread64"},
                 {SCMP_SYS(pwrite64), "pwrite64"}};
    const uint16_t compare = BPF_JMP | BPF_JEQ | BPF_K;
    size_t load = at;
    /* A number is compared before an argument is loaded, on every path. */
    while (load > 0 && program[load].code != (BPF_LD | BPF_W | BPF_ABS))
        load--;
    bool is_number = program[load].k == 0;
    for (size_t i = 0; i < at && !is_number; i++)
        is_number = program[i].code == compare && i + 1 + program[i].jf == at &&
                    reason(program, i)[0];
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (is_number && program[at].code == compare &&
            program[at].k == calls[i].nr)
            return calls[i].name;
    return "";
}

static void print_program(const char *name, const struct sock_filter *program,
                          size_t count)
{
    printf("static const struct sock_filter filter_%s[] = {\n", name);
    for (size_t i = 0; i < count; i++)
        printf("    {%#06x, %3u, %3u, %#x},\n", program[i].code, program[i].jt,
               program[i].jf, program[i].k);
    printf("};\nstatic const char filter_%s_why[][16] = {\n", name);
    for (size_t i = 0; i < count; i++)
        printf("    \"%s\",\n", reason(program, i));
    printf("};\n/* Where the number of the first BLOCK handle goes. */\n"
           "static const unsigned char filter_%s_marks[] = {",
           name);
    unsigned marks = 0;
    for (size_t i = 0; i < count; i++)
        if (program[i].k == FIRST_BLOCK_MARKER && ++marks)
            printf("%zu, ", i);
    printf("};\n\n");
    if (marks == 0)
        check(-ENOENT, "marker");
}

static void make(const char *name, bool has_block)
{
    static struct sock_filter program[PROGRAM_MAX];
    FILE *file = tmpfile();
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!ctx || !file)
        check(-ENOMEM, "init");
    check(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS),
          "bad architecture");
    add_rules(ctx, has_block);
    set_order(ctx, has_block);
    check(seccomp_export_bpf(ctx, fileno(file)), "export");
    rewind(file);
    size_t count = fread(program, sizeof program[0], PROGRAM_MAX, file);
    if (count == 0 || count == PROGRAM_MAX)
        check(-E2BIG, "program");
    drop_x32(program, &count);
    simplify(program, &count);
    print_program(name, program, count);
    seccomp_release(ctx);
    check(fclose(file) ? -errno : 0, "close");
}

/* Most guests have no block device: theirs is shorter, and loads faster. */
int main(void)
{
    printf("/* Made by tender/filter_gen.c with libseccomp %u.%u.%u. */\n\n",
           seccomp_version()->major, seccomp_version()->minor,
           seccomp_version()->micro);
    make("calls", false);
    make("block_calls", true);
    return fflush(stdout) ? 1 : 0;
}
