/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch, printing and the upcall handler of the hostile guest. */
#include <stdarg.h>

#include "hostile.h"

volatile struct seen seen;
int (*volatile on_upcall)(int event, struct uni_ucontext *context);

void *memset(void *to, int byte, size_t len)
{
    for (volatile char *p = to; len; len--)
        *p++ = (char)byte;
    return to;
}

void *memcpy(void *to, const void *from, size_t len)
{
    const char *src = from;
    for (volatile char *p = to; len; len--)
        *p++ = *src++;
    return to;
}

void *copy(void *to, const void *from, size_t len)
{
    return memcpy(to, from, len);
}

int equal(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return *a == *b;
}

uint64_t number(const char *text)
{
    uint64_t value = 0;
    int negative = *text == '-';
    text += negative;
    unsigned base = 10;
    if (text[0] == '0' && text[1] == 'x') {
        base = 16;
        text += 2;
    }
    for (; *text; text++)
        value = value * base +
                (*text <= '9' ? *text - '0' : (*text | 32) - 'a' + 10);
    return negative ? -value : value;
}

static char line[512];
static size_t line_len;

static void put(char c)
{
    if (line_len < sizeof line)
        line[line_len++] = c;
}

static void put_number(uint64_t value, unsigned base)
{
    char digits[24];
    int count = 0;
    do
        digits[count++] = "0123456789abcdef"[value % base];
    while (value /= base);
    while (count)
        put(digits[--count]);
}

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line_len = 0;
    for (; *format; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        if (*++format == 's') {
            for (const char *s = va_arg(args, const char *); *s; s++)
                put(*s);
        } else if (*format == 'd') {
            int64_t value = va_arg(args, int64_t);
            if (value < 0)
                put('-');
            put_number(value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
        } else {
            put('0');
            put('x');
            put_number(va_arg(args, uint64_t), 16);
        }
    }
    va_end(args);
    hc(UNI_WRITE, 1, (uint64_t)line, line_len, 0);
}

/* Returns only for an attempt; start.S then goes to recover. */
void hostile_upcall(int event, struct uni_siginfo *info,
                    struct uni_ucontext *context)
{
    seen = (struct seen){
        .addr = info->u.addr,
        .trapno = context->regs.trapno,
        .err = context->regs.err,
        .rip = context->regs.rip,
        .rsp = context->regs.rsp,
        .rflags = context->regs.rflags,
    };
    caught = (uint32_t)event;
    if (armed)
        return;
    int status = on_upcall ? on_upcall(event, context) : -1;
    if (status < 0) {
        say("upcall %d trap %d err %x addr %x\n", (int64_t)event,
            (int64_t)seen.trapno, seen.err, seen.addr);
        status = 128 + event;
    }
    hc(UNI_EXIT, (uint64_t)status, 0, 0, 0);
}

_Noreturn void hostile_main(void)
{
    static const struct trial *const all[] = {
        raw_trials, io_trials, call_trials, memory_trials, insn_trials,
    };
    static char *argv[16];
    int argc = 0;
    char *p = (char *)boot + boot->argv_off;
    for (; argc < (int)boot->argc && argc < 15; argc++) {
        argv[argc] = p;
        while (*p++)
            ;
    }
    if (argc < 2) {
        say("hostile guest, %d devices\n", (int64_t)boot->device_count);
        hc(UNI_EXIT, 0, 0, 0, 0);
    }
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        for (const struct trial *t = all[i]; t->name; t++)
            if (equal(t->name, argv[1]))
                hc(UNI_EXIT, (uint64_t)t->run(argc - 2, argv + 2), 0, 0, 0);
    say("no trial %s\n", argv[1]);
    hc(UNI_EXIT, 99, 0, 0, 0);
    for (;;)
        ;
}
