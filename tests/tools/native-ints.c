/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native-ints: which `int n` instructions end otherwise than by SIGSEGV in any
 * process of this host, as words N:SIGNAL (0: the instruction did nothing).
 * On hardware that is 3 (SIGTRAP); hypervisors whose guests are paravirtual
 * give some vectors a meaning in user mode. 128 is listed where the kernel
 * has 32-bit system calls.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static sigjmp_buf back;

static void caught(int sig)
{
    siglongjmp(back, sig);
}

int main(void)
{
    static const int signals[] = {SIGSEGV, SIGILL, SIGTRAP,
                                  SIGBUS,  SIGFPE, SIGSYS};
    const struct sigaction action = {.sa_handler = caught};
    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &action, NULL);

    unsigned char *code = mmap(NULL, 2048, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED)
        return 1;
    for (int n = 0; n < 256; n++) {
        /* mov $20, %eax (getpid of 32-bit code); int n; ret */
        const unsigned char insn[8] = {
            0xb8, 20, 0, 0, 0, 0xcd, (unsigned char)n, 0xc3};
        memcpy(code + 8 * n, insn, sizeof insn);
    }
    if (mprotect(code, 2048, PROT_READ | PROT_EXEC) < 0)
        return 1;
    for (volatile int n = 0; n < 256; n++) {
        int sig = sigsetjmp(back, 1);
        if (sig == 0) {
            void (*run)(void);
            void *at = code + 8 * n;
            memcpy(&run, &at, sizeof run);
            run();
        }
        if (sig != SIGSEGV)
            printf("%d:%d ", n, sig);
    }
    return 0;
}
