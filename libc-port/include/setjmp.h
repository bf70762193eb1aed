/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SETJMP_H_
#define _SETJMP_H_

#include <sys/cdefs.h>
#include <sys/features.h>

/* rbx, rbp, r12-r15, rsp, rip; then: mask saved?, the mask. */
typedef struct {
    unsigned long __regs[8];
    unsigned long __has_mask;
    unsigned long __mask;
} jmp_buf[1];
typedef jmp_buf sigjmp_buf;

__BEGIN_DECLS
int setjmp(jmp_buf env) __attribute__((__returns_twice__));
int _setjmp(jmp_buf env) __attribute__((__returns_twice__));
int sigsetjmp(sigjmp_buf env, int save_mask) __attribute__((__returns_twice__));
void longjmp(jmp_buf env, int value) __attribute__((__noreturn__));
void _longjmp(jmp_buf env, int value) __attribute__((__noreturn__));
void siglongjmp(sigjmp_buf env, int value) __attribute__((__noreturn__));
__END_DECLS
#define setjmp(env) setjmp(env)
#define sigsetjmp(env, save_mask) sigsetjmp(env, save_mask)

#endif
