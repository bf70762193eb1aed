/* SPDX-License-Identifier: Apache-2.0 */
/* Faults as signals: siginfo, changed registers, alternate stack, longjmp. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "../check.h"

static volatile int sig_seen, code_seen, count_seen;
static void *volatile addr_seen;
static volatile int skip; /* bytes of the faulting instruction */
static sigjmp_buf back;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    sig_seen = sig;
    code_seen = info->si_code;
    addr_seen = info->si_addr;
    count_seen++;
    if (!skip)
        siglongjmp(back, sig);
    uc->uc_mcontext.gregs[REG_RIP] += skip;
    uc->uc_mcontext.gregs[REG_RAX] = 0x1234;
}

static void catch (int sig, int flags)
{
    struct sigaction sa = {.sa_sigaction = on_fault,
                           .sa_flags = SA_SIGINFO | flags};
    EQUAL(sigaction(sig, &sa, NULL), 0);
}

static void a_handler_may_change_registers(void)
{
    uint64_t rax;
    catch (SIGSEGV, 0);
    skip = 3;
    __asm__ volatile("mov (%1), %0" : "=a"(rax) : "d"(0xdead000ul));
    EQUAL(rax, 0x1234);
    EQUAL(sig_seen, SIGSEGV);
    EQUAL(code_seen, SEGV_MAPERR);
    CHECK(addr_seen == (void *)0xdead000);

    catch (SIGILL, 0);
    skip = 2;
    __asm__ volatile("ud2" ::: "rax", "memory");
    EQUAL(sig_seen, SIGILL);

    catch (SIGFPE, 0);
    skip = 2;
    __asm__ volatile("xor %%edx, %%edx\n\t"
                     "mov $1, %%eax\n\t"
                     "xor %%ecx, %%ecx\n\t"
                     "div %%ecx" ::
                         : "rax", "rcx", "rdx", "memory");
    EQUAL(sig_seen, SIGFPE);
    EQUAL(code_seen, FPE_INTDIV);

    catch (SIGTRAP, 0);
    sig_seen = 0;
    static volatile int before_trap;
    before_trap = 1;
    skip = 1; /* int3's address is behind it: the nop is skipped */
    __asm__ volatile("int3\n\tnop\n\tnop" ::: "rax", "memory");
    EQUAL(sig_seen, SIGTRAP);
    CHECK(before_trap);
}

static void writing_constants_is_a_fault(void)
{
    static const char text[] = "constant";
    volatile char *p = (volatile char *)(uintptr_t)text;
    skip = 0;
    if (!sigsetjmp(back, 1)) {
        *p = 'x';
        CHECK(!"came back from the write");
    }
    EQUAL(sig_seen, SIGSEGV);
    EQUAL(code_seen, SEGV_ACCERR);
    CHECK(addr_seen == (void *)(uintptr_t)text);
}

static void running_data_is_a_fault(void)
{
    static unsigned char code[] = {0xc3};
    void (*volatile fn)(void) = (void (*)(void))(uintptr_t)code;
    skip = 0;
    if (!sigsetjmp(back, 1)) {
        fn();
        CHECK(!"ran data");
    }
    EQUAL(sig_seen, SIGSEGV);
    CHECK(addr_seen == (void *)code);
}

static void many_times_over(void)
{
    skip = 0;
    count_seen = 0;
    for (int i = 0; i < 2000; i++)
        if (!sigsetjmp(back, 1))
            *(volatile int *)8 = i;
    EQUAL(count_seen, 2000);
    sigset_t set;
    sigprocmask(SIG_BLOCK, NULL, &set);
    EQUAL(sigismember(&set, SIGSEGV), 0);
}

/* Long enough that ticks come between a fault and its handler. */
static void ticks_do_not_disturb(void)
{
    uint64_t rax;
    catch (SIGILL, 0);
    skip = 2;
    count_seen = 0;
    for (int i = 0; i < 5000; i++)
        __asm__ volatile("ud2" ::: "rax", "memory");
    skip = 3;
    for (int i = 0; i < 5000; i++)
        __asm__ volatile("mov (%1), %0" : "=a"(rax) : "d"(0xdead000ul));
    EQUAL(count_seen, 10000);
    EQUAL(rax, 0x1234);
}

static int depth(volatile int n)
{
    volatile char room[256];
    room[0] = (char)n;
    return n ? depth(n + 1) + room[0] : 0;
}

static void a_stack_overflow_is_caught_on_another_stack(void)
{
    static char stack[32768];
    stack_t alt = {.ss_sp = stack, .ss_size = sizeof stack}, old;
    EQUAL(sigaltstack(&alt, NULL), 0);
    catch (SIGSEGV, SA_ONSTACK);
    skip = 0;
    sig_seen = 0;
    if (!sigsetjmp(back, 1))
        EQUAL(depth(1), 0);
    EQUAL(sig_seen, SIGSEGV);
    EQUAL(sigaltstack(NULL, &old), 0);
    CHECK(old.ss_sp == stack);
    EQUAL(old.ss_flags, 0);
    alt.ss_flags = SS_DISABLE;
    EQUAL(sigaltstack(&alt, NULL), 0);
    catch (SIGSEGV, 0);
}

/* The optimizer must not see that these are wrong. */
static void *volatile bad = (void *)8;

static void bad_pointers_are_an_error(void)
{
    int fds[2];
    errno = 0;
    EQUAL(clock_gettime(CLOCK_MONOTONIC, bad), -1);
    EQUAL(errno, EFAULT);
    EQUAL(open(bad, O_RDONLY), -1);
    EQUAL(errno, EFAULT);
    EQUAL(pipe(fds), 0);
    EQUAL(write(fds[1], bad, 4), -1);
    EQUAL(errno, EFAULT);
    EQUAL(write(fds[1], "abcd", 4), 4);
    EQUAL(read(fds[0], bad, 4), -1);
    EQUAL(errno, EFAULT);
    close(fds[0]);
    close(fds[1]);
}

/* malloc's sections (libos/hold.h), where its own pages may be what faults. */
extern struct {
    volatile uint32_t depth, work;
} __septum_hc_gate;

static void a_fault_in_malloc_is_the_programs(void)
{
    skip = 0;
    catch (SIGSEGV, 0);
    for (int i = 0; i < 3; i++) {
        sig_seen = 0;
        if (!sigsetjmp(back, 1)) {
            __septum_hc_gate.depth = 0x10000;
            *(volatile int *)8 = i;
        }
        EQUAL(sig_seen, SIGSEGV);
        EQUAL(__septum_hc_gate.depth, 0);
    }
    skip = 3; /* and goes on where it was, outside of the section */
    uint64_t rax;
    __septum_hc_gate.depth = 0x10000;
    __asm__ volatile("mov (%1), %0" : "=a"(rax) : "d"(0xdead000ul));
    EQUAL(rax, 0x1234);
    EQUAL(__septum_hc_gate.depth, 0);
}

static void *faults_often(void *arg)
{
    for (int i = 0; i < 300; i++) {
        uint64_t rax;
        __asm__ volatile("mov (%1), %0" : "=a"(rax) : "d"(0xdead000ul));
        if (rax != 0x1234)
            return arg;
        if (i % 50 == 0) {
            struct timespec ts = {0, 1000};
            nanosleep(&ts, NULL);
        }
    }
    return NULL;
}

static void threads_fault_side_by_side(void)
{
    pthread_t threads[3];
    skip = 3;
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, faults_often, &threads);
    for (int i = 0; i < 3; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        CHECK(!wrong);
    }
}

int main(void)
{
    a_handler_may_change_registers();
    writing_constants_is_a_fault();
    running_data_is_a_fault();
    many_times_over();
    ticks_do_not_disturb();
    a_stack_overflow_is_caught_on_another_stack();
    bad_pointers_are_an_error();
    a_fault_in_malloc_is_the_programs();
    threads_fault_side_by_side();
    puts("done");
    return failures != 0;
}
