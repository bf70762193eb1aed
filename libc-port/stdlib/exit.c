/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of the program: C11 7.22.4; handlers in reverse order of their
 * registration, ones registered meanwhile too; then the destructors, then
 * stdio's buffers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/reent.h>
#include <unistd.h>

#include "libc.h"

enum handler_kind {
    HANDLER_PLAIN, /* atexit */
    HANDLER_CXA,   /* __cxa_atexit: Itanium C++ ABI s3.3.6 */
    HANDLER_ON_EXIT,
};

struct handler {
    int kind; /* enum handler_kind */
    union {
        void (*plain)(void);
        void (*cxa)(void *);
        void (*on_exit)(int, void *);
    } fn;
    void *arg;
};

enum { BLOCK_COUNT = 32 }; /* what C11 guarantees: no malloc below that */
struct handler_block {
    struct handler_block *older;
    unsigned count;
    struct handler handler[BLOCK_COUNT];
};

struct handler_list {
    struct handler_block *newest;
    struct handler_block first;
};

static struct handler_list at_exit, at_quick;
extern void (*const __fini_array_start[])(void);
extern void (*const __fini_array_end[])(void);

/* newlib's flushing of all streams; weak, so that exit does not link stdio
 * in. The first is newlib 3's, the second newlib 4's. */
__attribute__((weak)) void _cleanup_r(struct _reent *);
__attribute__((weak)) extern void (*__stdio_exit_handler)(void);

static int add(struct handler_list *list, struct handler handler)
{
    struct handler_block *block = list->newest;
    if (!block)
        list->newest = block = &list->first;
    if (block->count == BLOCK_COUNT) {
        struct handler_block *newer = calloc(1, sizeof *newer);
        if (!newer)
            return -1;
        newer->older = block;
        list->newest = block = newer;
    }
    block->handler[block->count++] = handler;
    return 0;
}

static void call_handlers(struct handler_list *list, int status)
{
    struct handler_block *block;
    while ((block = list->newest) != NULL) {
        if (block->count == 0) {
            list->newest = block->older;
            continue;
        }
        struct handler handler = block->handler[--block->count];
        if (handler.kind == HANDLER_PLAIN)
            handler.fn.plain();
        else if (handler.kind == HANDLER_CXA)
            handler.fn.cxa(handler.arg);
        else
            handler.fn.on_exit(status, handler.arg);
    }
}

int atexit(void (*fn)(void))
{
    return add(&at_exit,
               (struct handler){.kind = HANDLER_PLAIN, .fn.plain = fn});
}

int __cxa_atexit(void (*fn)(void *), void *arg, void *dso)
{
    (void)dso; /* there is one */
    return add(&at_exit,
               (struct handler){.kind = HANDLER_CXA, .fn.cxa = fn, .arg = arg});
}

int on_exit(void (*fn)(int, void *), void *arg)
{
    return add(&at_exit, (struct handler){.kind = HANDLER_ON_EXIT,
                                          .fn.on_exit = fn,
                                          .arg = arg});
}

int at_quick_exit(void (*fn)(void))
{
    return add(&at_quick,
               (struct handler){.kind = HANDLER_PLAIN, .fn.plain = fn});
}

void exit(int status)
{
    call_handlers(&at_exit, status);
    for (size_t i = (size_t)(__fini_array_end - __fini_array_start); i > 0; i--)
        __fini_array_start[i - 1]();
    if (_cleanup_r)
        _cleanup_r(_GLOBAL_REENT);
    if (&__stdio_exit_handler && __stdio_exit_handler)
        __stdio_exit_handler();
    sys_exit_group(status);
}

void quick_exit(int status)
{
    call_handlers(&at_quick, status);
    sys_exit_group(status);
}

void _exit(int status)
{
    sys_exit_group(status);
}

void _Exit(int status)
{
    sys_exit_group(status);
}
