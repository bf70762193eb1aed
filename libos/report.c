/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last words of a guest that a fault or signal ends: what happened, the
 * registers, who called whom. Then the core, then 128 + signal.
 *
 * A function that sets up a frame pointer names its caller. For others the
 * stack is searched for a call of this very function; failing that, for any
 * word that points behind a call: a guess, and marked with a '?'.
 */
#include "file.h"
#include "hc.h"
#include "libos.h"
#include "signal.h"
#include "sys.h"
#include "thread.h"
#include "user.h"

#define FRAMES_MAX 32
#define SCAN_WORDS 256
#define STACK_SPAN (16u << 20) /* bytes a frame may be large */

extern const char __executable_start[], etext[];

static const struct uni_symbol *find_symbol(uint64_t addr, const char **name)
{
    const struct uni_note *note = sys_note();
    const struct uni_symtab *tab = (const void *)note->symtab_addr;
    if (!tab || tab->magic != UNI_SYMTAB_MAGIC || addr >> 32)
        return NULL;
    const struct uni_symbol *best = NULL;
    uint32_t low = 0, high = tab->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (tab->symbol[mid].addr <= addr) {
            best = &tab->symbol[mid];
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    if (!best || addr - best->addr > best->size ||
        best->name >= note->symtab_size)
        return NULL;
    *name = (const char *)tab + best->name;
    return best;
}

const char *report_symbol(uint64_t addr, char *buf, size_t size)
{
    const char *name;
    const struct uni_symbol *symbol = find_symbol(addr, &name);
    if (symbol)
        print_to(buf, size, "%s+0x%lx", name, addr - symbol->addr);
    else
        print_to(buf, size, "(no symbol)");
    return buf;
}

static void print_frame(unsigned idx, uint64_t rip, bool is_guess)
{
    char name[160];
    /* A return address may lie behind its function's last instruction. */
    uint64_t look = idx && rip ? rip - 1 : rip;
    report_symbol(look, name, sizeof name);
    if (idx && name[0] != '(') {
        const char *text;
        const struct uni_symbol *symbol = find_symbol(look, &text);
        print_to(name, sizeof name, "%s+0x%lx", text, rip - symbol->addr);
    }
    print_err("  #%u 0x%lx %s%s\n", idx, rip, name, is_guess ? " ?" : "");
}

static bool is_code(uint64_t addr)
{
    return addr > (uintptr_t)__executable_start && addr < (uintptr_t)etext;
}

/* Does a call instruction end at addr? e8 rel32: *target is where it goes;
 * ff /2 in its lengths: *target is 0. */
static bool is_after_call(uint64_t addr, uint64_t *target)
{
    uint8_t code[8];
    *target = 0;
    if (!is_code(addr - 7) || user_copy(code, (void *)(addr - 7), 7) < 0)
        return false;
    if (code[2] == 0xe8) {
        int32_t distance;
        memcpy(&distance, code + 3, sizeof distance);
        *target = addr + (uint64_t)(int64_t)distance;
        return true;
    }
    for (int len = 2; len <= 7; len++)
        if (code[7 - len] == 0xff && (code[8 - len] >> 3 & 7) == 2)
            return true;
    return false;
}

static bool read_word(uint64_t addr, uint64_t *word)
{
    return addr % 8 == 0 && user_copy(word, (void *)addr, sizeof *word) == 0;
}

/* Does a function begin with push %rbp; mov %rsp, %rbp? */
static bool has_frame_pointer(uint64_t start)
{
    static const uint8_t prologue[] = {0x55, 0x48, 0x89, 0xe5};
    uint8_t code[sizeof prologue];
    return user_copy(code, (void *)start, sizeof code) == 0 &&
           !memcmp(code, prologue, sizeof code);
}

struct walk {
    uint64_t rip, sp, rbp;
};

/* The caller by frame pointer. */
static bool step_by_frame(struct walk *w)
{
    uint64_t next, rip, target;
    if (w->rbp < w->sp || w->rbp - w->sp > STACK_SPAN ||
        !read_word(w->rbp, &next) || !read_word(w->rbp + 8, &rip) ||
        !is_after_call(rip, &target))
        return false;
    *w = (struct walk){rip, w->rbp + 16, next};
    return true;
}

/* The caller by search: a call of this very function, or else the first word
 * that lies behind any call. */
static bool step_by_search(struct walk *w, uint64_t start, bool *is_guess)
{
    uint64_t word, target;
    struct walk first = {0, 0, w->rbp};
    uint64_t sp = w->sp & ~7ul;
    for (int i = 0; i < SCAN_WORDS; i++, sp += 8) {
        if (!read_word(sp, &word)) {
            sp = (sp & ~(UNI_PAGE_SIZE - 1)) + UNI_PAGE_SIZE - 8;
            continue; /* a full stack: the hole ends with a page */
        }
        if (!is_after_call(word, &target))
            continue;
        if (start && target == start) {
            *w = (struct walk){word, sp + 8, w->rbp};
            return true;
        }
        if (!first.rip) {
            first.rip = word;
            first.sp = sp + 8;
        }
    }
    *is_guess = true;
    *w = first;
    return first.rip;
}

static bool step(struct walk *w, unsigned idx, bool *is_guess)
{
    const char *name;
    uint64_t target, word;
    *is_guess = false;
    if (!is_code(w->rip)) { /* a call of a bad address */
        if (idx || !read_word(w->sp, &word) || !is_after_call(word, &target))
            return false;
        *w = (struct walk){word, w->sp + 8, w->rbp};
        return true;
    }
    const struct uni_symbol *symbol = find_symbol(w->rip - (idx > 0), &name);
    uint64_t start = symbol ? symbol->addr : 0;
    if ((!start || has_frame_pointer(start)) && step_by_frame(w))
        return true;
    return step_by_search(w, start, is_guess);
}

static void backtrace(const struct uni_regs *regs)
{
    struct walk w = {regs->rip, regs->rsp, regs->rbp};
    bool is_guess = false;
    for (unsigned idx = 0; idx < FRAMES_MAX; idx++) {
        print_frame(idx, w.rip, is_guess);
        if (!step(&w, idx, &is_guess))
            return;
    }
}

static void print_registers(const struct uni_regs *r)
{
    print_err("  rip %016lx  rsp %016lx  rflags %08lx\n", r->rip, r->rsp,
              r->rflags);
    print_err("  rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx\n", r->rax,
              r->rbx, r->rcx, r->rdx);
    print_err("  rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx\n", r->rsi,
              r->rdi, r->rbp, r->r8);
    print_err("  r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx\n", r->r9,
              r->r10, r->r11, r->r12);
    print_err("  r13 %016lx  r14 %016lx  r15 %016lx\n", r->r13, r->r14, r->r15);
}

static uintptr_t overflown; /* lowest address of the stack */

/* Page fault error code, SDM vol. 3 s4.7 */
#define PF_PRESENT 1u
#define PF_WRITE 2u
#define PF_FETCH 16u
#define TRAP_PAGE_FAULT 14u

static void describe_segv(const struct uni_siginfo *info,
                          const struct uni_regs *regs)
{
    const char *access = regs->err & PF_FETCH   ? "jump"
                         : regs->err & PF_WRITE ? "write"
                                                : "read";
    if (regs->trapno != TRAP_PAGE_FAULT)
        print_err("general protection (a non-canonical address, a privileged "
                  "instruction)\n");
    else
        print_err("%s %s 0x%lx (%s)\n", access,
                  regs->err & PF_WRITE || regs->err & PF_FETCH ? "to" : "of",
                  info->u.addr,
                  regs->err & PF_PRESENT ? "not permitted" : "not mapped");
}

static void describe(int sig, const struct uni_siginfo *info,
                     const struct uni_ucontext *context)
{
    print_err("septum: %s: ", signal_name(sig));
    if (!overflown && info && thread_is_over_stack())
        overflown = cpu.stack_low;
    if (overflown) {
        print_err("the stack ran over its end at 0x%lx\n", overflown);
        return;
    }
    if (!info && context) {
        print_err("no room on the stack for an interrupted context\n");
        return;
    }
    if (context &&
        context->regs.rsp - libos_boot->arena_addr + (1u << 20) < (1u << 20)) {
        print_err("the stack ran over its end at 0x%lx\n",
                  libos_boot->arena_addr);
        return;
    }
    bool is_fault =
        info && context && info->code > 0 && info->code != LINUX_SI_KERNEL;
    if (sig == UNI_EV_SEGV && info && context && context->regs.trapno)
        describe_segv(info, &context->regs);
    else if (sig == UNI_EV_ILL && is_fault)
        print_err("illegal instruction at 0x%lx\n", context->regs.rip);
    else if (sig == UNI_EV_FPE && is_fault)
        print_err("%s at 0x%lx\n",
                  info->code == 1 ? "division by zero, or its overflow"
                                  : "arithmetic exception",
                  context->regs.rip);
    else if (sig == UNI_EV_TRAP && is_fault)
        print_err("breakpoint or trap at 0x%lx\n", context->regs.rip);
    else if (sig == UNI_EV_BUS && is_fault)
        print_err("bus error at 0x%lx\n", info->u.addr);
    else if (sig == UNI_EV_SYSCALL && is_fault)
        print_err("system call %ld; there is no kernel here\n",
                  (int64_t)context->regs.rax);
    else
        print_err("raised by the program\n");
}

/* The registers right here, for signals that a call raised. */
static void capture(struct uni_ucontext *context)
{
    memset(context, 0, sizeof *context);
    struct uni_regs *r = &context->regs;
    __asm__ volatile("mov %%rbx, %0\n\t"
                     "mov %%r12, %1\n\t"
                     "mov %%r13, %2\n\t"
                     "mov %%r14, %3\n\t"
                     "mov %%r15, %4\n\t"
                     : "=m"(r->rbx), "=m"(r->r12), "=m"(r->r13), "=m"(r->r14),
                       "=m"(r->r15));
    __asm__ volatile("lea 0f(%%rip), %0\n0:\n\t"
                     "mov %%rsp, %1\n\t"
                     "mov %%rbp, %2"
                     : "=&r"(r->rip), "=&r"(r->rsp), "=&r"(r->rbp));
}

static const struct uni_ucontext *thread_context(const struct thread *thread,
                                                 struct uni_ucontext *room)
{
    if (thread->context)
        return thread->context;
    /* What thread_switch() pushed: control words, registers, address. */
    const uint64_t *sp = thread->sp;
    memset(room, 0, sizeof *room);
    room->regs.r15 = sp[1];
    room->regs.r14 = sp[2];
    room->regs.r13 = sp[3];
    room->regs.r12 = sp[4];
    room->regs.rbx = sp[5];
    room->regs.rbp = sp[6];
    room->regs.rip = sp[7];
    room->regs.rsp = (uintptr_t)(sp + 8);
    return room;
}

void report_each_thread(void (*fn)(const struct thread *thread,
                                   const struct uni_ucontext *context,
                                   void *arg),
                        const struct uni_ucontext *current, void *arg)
{
    struct uni_ucontext room;
    fn(cpu.current, current, arg);
    for (const struct thread *t = cpu.all_first; t; t = t->all_next)
        if (t != cpu.current)
            fn(t, thread_context(t, &room), arg);
}

void report_fatal(int sig, const struct uni_siginfo *info,
                  const struct uni_ucontext *context)
{
    static bool is_reporting;
    struct uni_ucontext here;
    if (is_reporting) {
        print_err("septum: %s while reporting\n", signal_name(sig));
        hc_exit(128 + sig);
    }
    is_reporting = true;
    bool is_inside = context && hc_gate.depth > 1;
    hc_gate.depth = 2; /* upcalls only leave notes from here on */
    describe(sig, info, context);
    bool is_raised = !context; /* registers would tell of the libOS only */
    if (is_raised) {
        capture(&here);
        context = &here;
    }
    print_err("  in thread %d of %u%s\n", cpu.current->tid, cpu.thread_count,
              is_inside ? ", inside of the libOS" : "");
    if (!is_raised)
        print_registers(&context->regs);
    backtrace(&context->regs);
    core_write(sig, info, context);
    if (!is_inside)
        files_exit();
    hc_exit(128 + sig);
}

void report_stack_overflow(const struct uni_ucontext *context, uintptr_t stack)
{
    overflown = stack;
    report_fatal(UNI_EV_SEGV, NULL, context);
}
