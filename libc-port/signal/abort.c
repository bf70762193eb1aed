/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc.h"

/* POSIX abort(3): even if SIGABRT is blocked, ignored or its handler came
 * back. */
void abort(void)
{
    sigset_t set = 1ul << (SIGABRT - 1);
    struct sigaction act = {.sa_flags = 0};

    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
    (void)raise(SIGABRT);
    act.sa_handler = SIG_DFL;
    (void)sigaction(SIGABRT, &act, NULL);
    (void)raise(SIGABRT);
    sys_exit_group(128 + SIGABRT);
}

/* As on Linux, byte for byte: programs' stderr is compared. */
static void fail(const char *expression, const char *file, unsigned line,
                 const char *function)
{
    fflush(stdout);
    fprintf(stderr, "%s: %s:%u: %s%sAssertion `%s' failed.\n",
            program_invocation_short_name, file, line, function ? function : "",
            function ? ": " : "", expression);
    fflush(stderr);
    abort();
}

void __assert_fail(const char *expression, const char *file, unsigned line,
                   const char *function)
{
    fail(expression, file, line, function);
    __builtin_unreachable();
}

void __assert_func(const char *file, int line, const char *function,
                   const char *expression)
{
    fail(expression, file, (unsigned)line, function);
    __builtin_unreachable();
}

void __assert(const char *file, int line, const char *expression)
{
    fail(expression, file, (unsigned)line, NULL);
    __builtin_unreachable();
}

/* gcc calls it where a canary is gone (-fstack-protector). */
void __stack_chk_fail(void)
{
    static const char text[] = "*** stack smashing detected ***: terminated\n";
    (void)sys_write(STDERR_FILENO, text, sizeof text - 1);
    abort();
}

void __stack_chk_fail_local(void)
{
    __stack_chk_fail();
}
