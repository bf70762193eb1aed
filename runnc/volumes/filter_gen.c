/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints the file server's seccomp filter, made by libseccomp at build time.
 * All that is not listed kills the process: no sockets, no exec, no memory
 * that executes, no path lookups but below a directory that is open.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>

#include "runnc/volumes/confine.h"

static scmp_filter_ctx ctx;

static void check(int rc, const char *what)
{
    if (rc >= 0)
        return;
    (void)fprintf(stderr, "runnc/volumes/filter_gen: %s: %s\n", what,
                  strerror(-rc));
    exit(1);
}

#define ALLOW(call, count, ...)                                                \
    check(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(call), count,         \
                           ##__VA_ARGS__),                                     \
          #call)
#define ARG(n, value) SCMP_CMP(n, SCMP_CMP_EQ, (scmp_datum_t)(value))

/* The messages' own calls: on descriptors, or names below one. */
static void add_files(void)
{
    ALLOW(pread64, 0);
    ALLOW(pwrite64, 0);
    ALLOW(openat2, 0); /* fids.c: always RESOLVE_BENEATH */
    ALLOW(openat, 1, ARG(0, PLACE_PROC));
    ALLOW(close, 0);
    ALLOW(statx, 0);
    ALLOW(fstatfs, 0);
    ALLOW(lseek, 0);
    ALLOW(getdents64, 0);
    ALLOW(readlinkat, 0);
    ALLOW(mkdirat, 0);
    ALLOW(mknodat, 0);
    ALLOW(symlinkat, 0);
    ALLOW(linkat, 1, ARG(0, PLACE_PROC));
    ALLOW(unlinkat, 0);
    ALLOW(renameat, 0);
    ALLOW(fchownat, 1, ARG(4, AT_EMPTY_PATH));
    ALLOW(fchmodat, 1, ARG(0, PLACE_PROC));
    ALLOW(utimensat, 1, ARG(3, AT_EMPTY_PATH));
    ALLOW(ftruncate, 0);
    ALLOW(fsync, 0);
    ALLOW(fdatasync, 0);
    ALLOW(flock, 0);
    static const int commands[] = {F_DUPFD_CLOEXEC, F_SETFD, F_OFD_SETLK,
                                   F_OFD_GETLK};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        ALLOW(fcntl, 1, ARG(1, commands[i]));
}

/* The loop's. */
static void add_own(void)
{
    static const unsigned long requests[] = {TCGETS, TCSETS, TCSETSW, TCSETSF,
                                             TIOCGWINSZ};
    ALLOW(read, 1, ARG(0, PLACE_STREAM));
    ALLOW(write, 1, ARG(0, PLACE_STREAM));
    ALLOW(poll, 1, ARG(1, 1));
    ALLOW(madvise, 1, ARG(2, MADV_DONTNEED));
    ALLOW(restart_syscall, 0);
    ALLOW(exit_group, 0);
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        ALLOW(ioctl, 2, ARG(0, PLACE_TTY), ARG(1, requests[i]));
}

int main(void)
{
    static struct sock_filter program[1024];
    FILE *file = tmpfile();
    ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!ctx || !file)
        check(-ENOMEM, "init");
    check(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS),
          "bad architecture");
    check(seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimize");
    add_files();
    add_own();
    check(seccomp_export_bpf(ctx, fileno(file)), "export");
    rewind(file);
    size_t count = fread(program, sizeof program[0], 1024, file);
    if (!count || count == 1024)
        check(-E2BIG, "program");
    printf("/* Made by runnc/volumes/filter_gen.c. */\n"
           "static const struct sock_filter volume_filter[] = {\n");
    for (size_t i = 0; i < count; i++)
        printf("    {%#06x, %3u, %3u, %#x},\n", program[i].code, program[i].jt,
               program[i].jf, program[i].k);
    printf("};\n");
    seccomp_release(ctx);
    return fflush(stdout) || fclose(file) ? 1 : 0;
}
