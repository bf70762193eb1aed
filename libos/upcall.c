/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an upcall means. Inside the libOS (depth > 0) or on the upcall stack
 * it only leaves a note, except for a fault: that is caught in a user copy
 * (user.h) or ends the guest. In user code it may switch threads and run
 * handlers: then the context moves to the interrupted thread's own stack, or
 * to the alternate one that a fault's handler asks for.
 */
#include "upcall.h"
#include "asm.h"
#include "event.h"
#include "hold.h"
#include "libos.h"
#include "signal.h"
#include "thread.h"
#include "user.h"

extern const char user_begin[], user_end[], user_fault[];

void upcall_init(const struct uni_boot *boot)
{
    if (!(boot->flags & UNI_BOOT_XSAVE) || boot->xsave_size < 576)
        return;
    upcall_has_xsave = 1;
    upcall_fpsize = (boot->xsave_size + 63) & ~63u;
    /* A process has tile registers only if it asked its kernel for them, and
     * a guest cannot ask; their save area would be 8 KiB. */
    if (boot->cage == UNI_CAGE_SECCOMP)
        upcall_fpmask = ~(3u << 17);
}

bool upcall_is_on_stack(uintptr_t addr)
{
    return addr - UNI_UPCALL_STACK_ADDR <= UNI_UPCALL_STACK_SIZE;
}

/* Sent by somebody on the host (code <= 0) it is a signal like any other. */
static bool is_fault(int event, const struct uni_siginfo *info)
{
    const uint32_t faults = 1u << UNI_EV_ILL | 1u << UNI_EV_TRAP |
                            1u << UNI_EV_BUS | 1u << UNI_EV_FPE |
                            1u << UNI_EV_SEGV | 1u << UNI_EV_SYSCALL;
    return faults >> event & 1 && info->code > 0;
}

static size_t fp_size(const struct uni_regs *regs)
{
    const char *area = (const char *)regs->fpstate;
    uint32_t magic, size;
    if (!area)
        return upcall_fpsize;
    memcpy(&magic, area + FP_MAGIC_AT, sizeof magic);
    memcpy(&size, area + FP_XSIZE_AT, sizeof size);
    return magic == FP_MAGIC ? size : 512;
}

/* A context, and the vector state it points to, copied below `top`. */
static struct uni_ucontext *copy_context(const struct uni_ucontext *context,
                                         uintptr_t top)
{
    size_t size = fp_size(&context->regs);
    uintptr_t fp = (top - size) & ~63ul;
    struct uni_ucontext *copy = (void *)(fp - sizeof *copy);
    const void *area = (const void *)context->regs.fpstate;
    /* All of it is written here first, so a stack that ends is noticed. */
    if (user_copy(copy, context, sizeof *copy) < 0 ||
        (area ? user_copy((void *)fp, area, size)
              : user_zero((void *)fp, size)) < 0)
        return NULL;
    copy->regs.fpstate = fp;
    if (!area)
        upcall_save_fp((void *)fp);
    return copy;
}

/* Beside the context: the C code that runs below it. */
#define WORK_STACK 1536u

/* Memory below a stack may be anybody's: nothing protects it. */
static void check_room(const struct uni_ucontext *context, uintptr_t top,
                       uintptr_t stack, size_t stack_size)
{
    uintptr_t room = top - stack;
    size_t want = fp_size(&context->regs) + sizeof *context + WORK_STACK;
    if (stack && room <= stack_size && room < want)
        report_stack_overflow(context, stack);
}

struct upcall_next upcall_move(struct uni_ucontext *context,
                               const struct uni_siginfo *fault)
{
    struct thread *self = cpu.current;
    if (!upcall_is_on_stack((uintptr_t)context))
        return (struct upcall_next){context, UPCALL_MOVE}; /* is there */

    uintptr_t sp = context->regs.rsp;
    uintptr_t top = sp - RED_ZONE - RESUME_ROOM;
    if (fault && signal_wants_altstack(self, fault->signo) &&
        !signal_is_on_altstack(self, sp))
        top = (uintptr_t)self->altstack.addr + self->altstack.size;
    check_room(context, top, (uintptr_t)self->altstack.addr,
               self->altstack.size);
    check_room(context, top, cpu.stack_low, self->stack_size);
    struct uni_ucontext *copy = copy_context(context, top);
    if (!copy)
        report_fatal(fault ? fault->signo : UNI_EV_SEGV, fault, context);
    return (struct upcall_next){copy, UPCALL_MOVE};
}

static struct upcall_next in_place(struct uni_ucontext *context)
{
    /* The libOS and its upcalls keep nothing in vector registers, and what
     * is below the stack pointer may lie in that area. */
    if (upcall_is_on_stack(context->regs.rsp))
        context->regs.fpstate = 0;
    return (struct upcall_next){context, UPCALL_IN_PLACE};
}

static struct upcall_next fault_inside(const struct uni_siginfo *info,
                                       struct uni_ucontext *context)
{
    uint64_t rip = context->regs.rip;
    if (rip < (uintptr_t)user_begin || rip >= (uintptr_t)user_end)
        report_fatal(info->signo, info, context);
    context->regs.rip = (uintptr_t)user_fault;
    return in_place(context);
}

/* A raw `syscall` instruction; the place for a personality that has any. */
static struct upcall_next raw_syscall(const struct uni_siginfo *info,
                                      struct uni_ucontext *context)
{
    if (!signal_force(info))
        report_fatal(UNI_EV_SYSCALL, info, context);
    return upcall_move(context, info);
}

static struct upcall_next user_event(int event, const struct uni_siginfo *info,
                                     struct uni_ucontext *context)
{
    if (is_fault(event, info)) {
        if (event == UNI_EV_SYSCALL)
            return raw_syscall(info, context);
        if (!signal_force(info))
            report_fatal(event, info, context);
        return upcall_move(context, info);
    }
    return upcall_again(context);
}

struct upcall_next upcall_main(int event, struct uni_siginfo *info,
                               struct uni_ucontext *context)
{
    /* Interrupted on the way back into a context: that one counts. */
    if (context->regs.rip >= (uintptr_t)upcall_resume &&
        context->regs.rip < (uintptr_t)upcall_resume_end)
        context = (struct uni_ucontext *)context->regs.rsp;

    /* In malloc: the section ends here, as if the thread had left it. */
    if (is_fault(event, info) && hc_gate.depth == HOLD_DEPTH + 1)
        hc_gate.depth = 1;
    bool is_user = hc_gate.depth == 1 && !upcall_is_on_stack(context->regs.rsp);
    if (is_user && thread_is_over_stack())
        report_stack_overflow(context, cpu.stack_low);
    if (is_fault(event, info))
        return is_user ? user_event(event, info, context)
                       : fault_inside(info, context);

    if (event == UNI_EV_TICK)
        (void)__atomic_fetch_or(&hc_gate.work, WORK_TICK, __ATOMIC_SEQ_CST);
    else
        signal_host(event);
    context->regs.rip = hc_poll_interrupt(libos_boot, context->regs.rip);
    return is_user ? user_event(event, info, context) : in_place(context);
}
