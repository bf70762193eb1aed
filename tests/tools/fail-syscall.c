/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fail-syscall NUMBER ERRNO [NUMBER ERRNO...] -- COMMAND...: runs the command
 * with these x86-64 system calls failing, to force fallbacks. All numbers:
 * close_range is 436, openat2 437, seccomp 317, ioctl 16.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define RULES_MAX 16

int main(int argc, char **argv)
{
    struct sock_filter code[2 + 2 * RULES_MAX];
    unsigned short len = 0;
    int i = 1;
    code[len++] = (struct sock_filter)BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int rules = 0; i + 1 < argc && strcmp(argv[i], "--"); i += 2) {
        if (++rules > RULES_MAX)
            return 125;
        unsigned error = atoi(argv[i + 1]);
        code[len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                   atoi(argv[i]), 0, 1);
        code[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
                                                   SECCOMP_RET_ERRNO | error);
    }
    code[len++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    if (i + 1 >= argc || strcmp(argv[i], "--")) {
        fprintf(stderr, "usage: fail-syscall NUMBER ERRNO... -- COMMAND...\n");
        return 125;
    }
    struct sock_fprog prog = {.len = len, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0) {
        perror("fail-syscall");
        return 126;
    }
    execvp(argv[i + 1], argv + i + 1);
    perror(argv[i + 1]);
    return 126;
}
