/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs at build time: lets libseccomp make the filter's part that allows the
 * seven calls with their arguments, and prints it as a C table. The number of
 * the first BLOCK handle is known at launch only; a marker stands for it.
 */
#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Each rule limits the numbers that reach the kernel to their class and size;
 * pointers are the kernel's business (EFAULT). */
static void add_rules(scmp_filter_ctx ctx)
{
    struct scmp_arg_cmp not_block = SCMP_A0(SCMP_CMP_LT, FIRST_BLOCK_MARKER);
    struct scmp_arg_cmp block = SCMP_A0(SCMP_CMP_GE, FIRST_BLOCK_MARKER);
    struct scmp_arg_cmp len = SCMP_A2(SCMP_CMP_LE, UNI_IO_MAX);

    check(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(read), 2, not_block,
                           len),
          "read");
    check(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 2, not_block,
                           len),
          "write");
    check(
        seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(pread64), 2, block, len),
        "pread64");
    check(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(pwrite64), 2, block,
                           len),
          "pwrite64");
    check(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ppoll), 2,
                           SCMP_A1(SCMP_CMP_LE, UNI_POLL_MAX),
                           SCMP_A3(SCMP_CMP_EQ, 0)),
          "ppoll");
    check(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clock_gettime), 1,
                           SCMP_A0(SCMP_CMP_LE, UNI_CLOCK_MONOTONIC)),
          "clock_gettime");
    check(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(exit_group), 0),
          "exit_group");
}

/* Calls that move data are asked for first. */
static void set_order(scmp_filter_ctx ctx)
{
    const int first[] = {SCMP_SYS(read),      SCMP_SYS(write),
                         SCMP_SYS(pread64),   SCMP_SYS(pwrite64),
                         SCMP_SYS(ppoll),     SCMP_SYS(clock_gettime),
                         SCMP_SYS(exit_group)};
    for (unsigned i = 0; i < sizeof first / sizeof first[0]; i++)
        check(seccomp_syscall_priority(ctx, first[i], (uint8_t)(200 - 10 * i)),
              "priority");
}

static void print_program(const struct sock_filter *program, size_t count)
{
    printf("/* Made by tender/filter_gen.c with libseccomp %u.%u.%u. */\n",
           seccomp_version()->major, seccomp_version()->minor,
           seccomp_version()->micro);
    printf("static const struct sock_filter filter_calls[] = {\n");
    for (size_t i = 0; i < count; i++)
        printf("    {%#06x, %3u, %3u, %#x},\n", program[i].code, program[i].jt,
               program[i].jf, program[i].k);
    printf("};\n\n/* Where the number of the first BLOCK handle goes. */\n"
           "static const unsigned char filter_first_block[] = {\n");
    unsigned marks = 0;
    for (size_t i = 0; i < count; i++)
        if (program[i].k == FIRST_BLOCK_MARKER && ++marks)
            printf("    %zu,\n", i);
    printf("};\n");
    if (marks == 0)
        check(-ENOENT, "marker");
}

int main(void)
{
    static struct sock_filter program[PROGRAM_MAX];
    FILE *file = tmpfile();
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!ctx || !file)
        check(-ENOMEM, "init");
    check(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS),
          "bad architecture");
    add_rules(ctx);
    set_order(ctx);
    check(seccomp_export_bpf(ctx, fileno(file)), "export");
    rewind(file);
    size_t count = fread(program, sizeof program[0], PROGRAM_MAX, file);
    if (count == 0 || count == PROGRAM_MAX)
        check(-E2BIG, "program");
    print_program(program, count);
    seccomp_release(ctx);
    return fclose(file) || fflush(stdout) ? 1 : 0;
}
