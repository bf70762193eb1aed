/* SPDX-License-Identifier: Apache-2.0 */
/* sbrk for programs that call it: one block that grows in place. */
#include <reent.h>
#include <unistd.h>

#include "libc.h"

enum { SBRK_STEP = 1 << 16 };

static struct {
    char *start;
    size_t used, size; /* bytes */
} heap;

void *_sbrk_r(struct _reent *reent, ptrdiff_t increment)
{
    size_t old = heap.used;
    if ((increment < 0 && (size_t)-increment > old) ||
        (increment > 0 && old + (size_t)increment < old)) {
        reent->_errno = increment < 0 ? EINVAL : ENOMEM;
        return (void *)-1;
    }
    size_t used = old + (size_t)increment;
    if (used > heap.size) {
        size_t size = (used + SBRK_STEP - 1) & ~(size_t)(SBRK_STEP - 1);
        if (!heap.start)
            heap.start = sys_pages_alloc(size, 1);
        else if (sys_pages_grow(heap.start, heap.size, size) < 0)
            size = 0;
        if (!heap.start || !size) {
            reent->_errno = ENOMEM;
            return (void *)-1;
        }
        heap.size = size;
    }
    heap.used = used;
    return heap.start + old;
}

void *sbrk(intptr_t increment)
{
    return _sbrk_r(_REENT, increment);
}

int brk(void *addr)
{
    char *end = heap.start + heap.used;
    return sbrk((char *)addr - end) == (void *)-1 ? -1 : 0;
}
