/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <ucontext.h>

#include "libc.h"

_Static_assert(offsetof(ucontext_t, uc_mcontext.gregs[REG_R8]) == 40 &&
                   offsetof(ucontext_t, uc_mcontext.gregs[REG_RIP]) == 168 &&
                   offsetof(ucontext_t, __fenv) == 304,
               "x86_64/context.S");

int __libc_context_mask(ucontext_t *save, const ucontext_t *load)
{
    (void)sys_rt_sigprocmask(2 /* SIG_SETMASK */,
                             load ? &load->uc_sigmask : NULL,
                             save ? &save->uc_sigmask : NULL);
    return 0;
}

/* Where a context's function returns to: rbx holds the context. */
_Noreturn void __libc_context_end(ucontext_t *context)
{
    if (context->uc_link)
        (void)setcontext(context->uc_link);
    pthread_exit(NULL);
}

__asm__(".text\n"
        ".globl __libc_context_return\n"
        "__libc_context_return:\n"
        "    mov %rbx, %rdi\n"
        "    and $-16, %rsp\n"
        "    call __libc_context_end\n");
extern const char __libc_context_return[];

void makecontext(ucontext_t *context, void (*fn)(void), int count, ...)
{
    static const int regs[] = {REG_RDI, REG_RSI, REG_RDX,
                               REG_RCX, REG_R8,  REG_R9};
    uintptr_t top =
        (uintptr_t)context->uc_stack.ss_sp + context->uc_stack.ss_size;
    size_t on_stack = count > 6 ? (size_t)count - 6 : 0;
    uint64_t *sp = (uint64_t *)((top - on_stack * 8) & ~15ul) - 1;
    greg_t *gregs = context->uc_mcontext.gregs;

    sp[0] = (uintptr_t)__libc_context_return;
    va_list ap;
    va_start(ap, count);
    for (int i = 0; i < count; i++) {
        if (i < 6)
            gregs[regs[i]] = va_arg(ap, long);
        else
            sp[1 + i - 6] = (uint64_t)va_arg(ap, long);
    }
    va_end(ap);
    gregs[REG_RSP] = (greg_t)(uintptr_t)sp;
    gregs[REG_RIP] = (greg_t)(uintptr_t)fn;
    gregs[REG_RBX] = (greg_t)(uintptr_t)context;
    gregs[REG_RBP] = 0;
}
