/* SPDX-License-Identifier: Apache-2.0 */
/* Signals in words. Programs' output is compared with Linux's: the texts are
 * the ones that strsignal() has there. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "libc.h"

#define SIGNALS(S)                                                             \
    S(HUP, "Hangup")                                                           \
    S(INT, "Interrupt")                                                        \
    S(QUIT, "Quit")                                                            \
    S(ILL, "Illegal instruction")                                              \
    S(TRAP, "Trace/breakpoint trap")                                           \
    S(ABRT, "Aborted")                                                         \
    S(BUS, "Bus error")                                                        \
    S(FPE, "Floating point exception")                                         \
    S(KILL, "Killed")                                                          \
    S(USR1, "User defined signal 1")                                           \
    S(SEGV, "Segmentation fault")                                              \
    S(USR2, "User defined signal 2")                                           \
    S(PIPE, "Broken pipe")                                                     \
    S(ALRM, "Alarm clock")                                                     \
    S(TERM, "Terminated")                                                      \
    S(STKFLT, "Stack fault")                                                   \
    S(CHLD, "Child exited")                                                    \
    S(CONT, "Continued")                                                       \
    S(STOP, "Stopped (signal)")                                                \
    S(TSTP, "Stopped")                                                         \
    S(TTIN, "Stopped (tty input)")                                             \
    S(TTOU, "Stopped (tty output)")                                            \
    S(URG, "Urgent I/O condition")                                             \
    S(XCPU, "CPU time limit exceeded")                                         \
    S(XFSZ, "File size limit exceeded")                                        \
    S(VTALRM, "Virtual timer expired")                                         \
    S(PROF, "Profiling timer expired")                                         \
    S(WINCH, "Window changed")                                                 \
    S(POLL, "I/O possible")                                                    \
    S(PWR, "Power failure")                                                    \
    S(SYS, "Bad system call")

#define TEXT(name, text) [SIG##name] = text,
const char *const sys_siglist[NSIG] = {SIGNALS(TEXT)};
#define ABBREVIATION(name, text) [SIG##name] = #name,
static const char *const abbreviations[NSIG] = {SIGNALS(ABBREVIATION)};

const char *sigdescr_np(int sig)
{
    return sig > 0 && sig < NSIG ? sys_siglist[sig] : NULL;
}

const char *sigabbrev_np(int sig)
{
    return sig > 0 && sig < NSIG ? abbreviations[sig] : NULL;
}

char *strsignal(int sig)
{
    static __thread char buf[40];
    const char *text = sigdescr_np(sig);
    if (text)
        return (char *)text;
    if (sig >= SIGRTMIN && sig <= SIGRTMAX)
        (void)snprintf(buf, sizeof buf, "Real-time signal %d", sig - SIGRTMIN);
    else
        (void)snprintf(buf, sizeof buf, "Unknown signal %d", sig);
    return buf;
}

void psignal(int sig, const char *text)
{
    bool has_text = text && *text;
    fprintf(stderr, "%s%s%s\n", has_text ? text : "", has_text ? ": " : "",
            strsignal(sig));
}

void psiginfo(const siginfo_t *info, const char *text)
{
    bool has_text = text && *text;
    fprintf(stderr, "%s%s%s (%d %d %d)\n", has_text ? text : "",
            has_text ? ": " : "", strsignal(info->si_signo), info->si_code,
            info->si_pid, (int)info->si_uid);
}
