/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aligned memory, statistics, and newlib's own names. Spans start on a page,
 * so objects of a class are aligned as far as the class's size is.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "heap.h"
#include "libos/hold.h"

static void *align_new(size_t align, size_t size)
{
    if (align <= HEAP_ALIGN)
        return malloc(size);
    size_t sum;
    if (__builtin_add_overflow(align, size, &sum) || sum > PTRDIFF_MAX)
        return NULL;
    if (align <= HEAP_PAGE && size <= CLASS_MAX) {
        unsigned cls = class_of(size < align ? align : size);
        while (cls < CLASS_COUNT && class_size[cls] % align)
            cls++;
        if (cls < CLASS_COUNT)
            return malloc(class_size[cls]);
    }
    hold_enter();
    void *ptr = span_new_large(size ? size : 1, align, false);
    hold_leave();
    return ptr;
}

static bool is_power_of_two(size_t n)
{
    return n && !(n & (n - 1));
}

void *memalign(size_t align, size_t size)
{
    if (!is_power_of_two(align)) {
        errno = EINVAL;
        return NULL;
    }
    void *ptr = align_new(align, size);
    if (!ptr)
        errno = ENOMEM;
    return ptr;
}

void *aligned_alloc(size_t align, size_t size)
{
    return memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
    if (!is_power_of_two(align) || align % sizeof(void *))
        return EINVAL;
    int saved = errno; /* POSIX: errno is left alone */
    void *ptr = align_new(align, size);
    errno = saved;
    if (!ptr)
        return ENOMEM;
    *out = ptr;
    return 0;
}

void *valloc(size_t size)
{
    return memalign(HEAP_PAGE, size);
}

void *pvalloc(size_t size)
{
    if (size > PTRDIFF_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    return memalign(HEAP_PAGE, (size + HEAP_PAGE - 1) & -(size_t)HEAP_PAGE);
}

size_t malloc_usable_size(void *ptr)
{
    if (!ptr)
        return 0;
    struct span *span = span_of(ptr);
    if (!span)
        heap_die("malloc_usable_size of what malloc did not give", ptr);
    return span_object_size(span);
}

int malloc_trim(size_t pad)
{
    (void)pad;
    hold_enter();
    bool found = span_trim();
    hold_leave();
    return found;
}

#ifndef UNI_HOST_TEST
/* newlib calls these with its thread state; errno is per thread already. */
struct _reent;
void *_malloc_r(struct _reent *reent, size_t size);
void _free_r(struct _reent *reent, void *ptr);
void *_calloc_r(struct _reent *reent, size_t count, size_t size);
void *_realloc_r(struct _reent *reent, void *ptr, size_t size);
void *_memalign_r(struct _reent *reent, size_t align, size_t size);
void cfree(void *ptr);

void *_malloc_r(struct _reent *reent, size_t size)
{
    (void)reent;
    return malloc(size);
}

void _free_r(struct _reent *reent, void *ptr)
{
    (void)reent;
    free(ptr);
}

void *_calloc_r(struct _reent *reent, size_t count, size_t size)
{
    (void)reent;
    return calloc(count, size);
}

void *_realloc_r(struct _reent *reent, void *ptr, size_t size)
{
    (void)reent;
    return realloc(ptr, size);
}

void *_memalign_r(struct _reent *reent, size_t align, size_t size)
{
    (void)reent;
    return memalign(align, size);
}

void cfree(void *ptr)
{
    free(ptr);
}
#endif
