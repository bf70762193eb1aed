/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _UCONTEXT_H
#define _UCONTEXT_H
#include <sys/ucontext.h>
__BEGIN_DECLS
int getcontext(ucontext_t *context) __attribute__((__returns_twice__));
int setcontext(const ucontext_t *context);
int swapcontext(ucontext_t *__restrict save,
                const ucontext_t *__restrict context);
void makecontext(ucontext_t *context, void (*fn)(void), int count, ...);
__END_DECLS
#endif
