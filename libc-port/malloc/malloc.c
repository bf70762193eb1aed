/* SPDX-License-Identifier: Apache-2.0 */
/*
 * malloc and free. The usual case is a handful of instructions: the class of
 * a size from a table, the first object of the current span's list; back by
 * the page map. What it checks on the way: that a freed pointer is the start
 * of an object, that it is not free already, and that nobody wrote into the
 * first two words of an object that was free.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "heap.h"
#include "libos/hold.h"

static void *out_of_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

static __attribute__((noinline)) void *large_new(size_t size, bool zeroed)
{
    if (size > PTRDIFF_MAX)
        return out_of_memory();
    hold_enter();
    void *ptr = span_new_large(size, HEAP_PAGE, zeroed);
    hold_leave();
    return ptr ? ptr : out_of_memory();
}

/* Slow ends of the fast paths are calls in tail position, so that the fast
 * ones need no stack. */
static __attribute__((noinline)) void *leave_late(void *ptr)
{
    hold_late();
    return ptr;
}

/* Take the first free object and leave the section. */
static inline __attribute__((always_inline)) void *span_take(struct span *span)
{
    struct object *object = span->free;
    struct object *next = object->next;
    if (unlikely(object->check != ((uintptr_t)next ^ heap.secret)))
        heap_die("written to after free", object);
    object->check = 0;
    span->free = next;
    span->live++;
    if (hold_end())
        return leave_late(object);
    return object;
}

static __attribute__((noinline)) void *malloc_slow(unsigned cls)
{
    if (span_refill(cls))
        return span_take(heap.current[cls]);
    hold_leave();
    return out_of_memory();
}

static inline __attribute__((always_inline)) void *class_alloc(unsigned cls)
{
    hold_enter();
    struct span *span = heap.current[cls];
    if (unlikely(!span->free))
        return malloc_slow(cls);
    return span_take(span);
}

void *malloc(size_t size)
{
    if (unlikely(size > CLASS_MAX))
        return large_new(size, false);
    return class_alloc(class_of(size));
}

/* Give the object back and leave the section. */
static inline __attribute__((always_inline)) void span_put(struct span *span,
                                                           void *ptr)
{
    struct object *object = ptr;
    object->next = span->free;
    object->check = (uintptr_t)span->free ^ heap.secret;
    span->free = object;
    if (unlikely(--span->live <= 0))
        span_settle(span);
    else
        hold_leave();
}

/* The mark of a free object is there: is it on its span's list? */
static __attribute__((noinline)) void free_suspect(struct span *span, void *ptr)
{
    struct object *other = span->free;
    for (uint32_t i = 0; other && i < span->capacity; i++) {
        if (other == ptr)
            heap_die("freed twice", ptr);
        other = other->next;
    }
    span_put(span, ptr);
}

static __attribute__((noinline, cold)) void free_bad(void *ptr)
{
    heap_die("free of what malloc did not give, or freed before", ptr);
}

/* The compiler takes this very function for the one that has freed. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-use-after-free"
void free(void *ptr)
{
    if (!ptr)
        return;
    hold_enter();
    struct span *span = span_of(ptr);
    if (unlikely(!span)) {
        free_bad(ptr);
        return;
    }
    struct object *object = ptr;
    if (unlikely(object->check == ((uintptr_t)object->next ^ heap.secret)))
        free_suspect(span, ptr);
    else
        span_put(span, ptr);
}
#pragma GCC diagnostic pop

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return out_of_memory();
    if (unlikely(bytes > CLASS_MAX))
        return large_new(bytes, true);
    unsigned cls = class_of(bytes);
    void *ptr = class_alloc(cls);
    if (likely(ptr))
        memset(ptr, 0, bytes);
    return ptr;
}

/* Room for a large block that grows again: pages not touched cost nothing,
 * and a block that cannot grow in place would be copied each time. */
static bool grow_large(struct span *span, size_t size)
{
    hold_enter();
    bool done = span_resize_large(span, size + size / 8) ||
                span_resize_large(span, size);
    hold_leave();
    return done;
}

static void *realloc_move(void *ptr, size_t old_size, size_t size)
{
    void *moved = NULL;
    if (old_size > CLASS_MAX && size > old_size)
        moved = large_new(size + size / 8, false);
    if (!moved)
        moved = malloc(size);
    if (!moved)
        return NULL;
    memcpy(moved, ptr, old_size < size ? old_size : size);
    free(ptr);
    return moved;
}

void *realloc(void *ptr, size_t size)
{
    if (!ptr)
        return malloc(size);
    if (size == 0) { /* as on Linux */
        free(ptr);
        return NULL;
    }
    if (size > PTRDIFF_MAX)
        return out_of_memory();
    struct span *span = span_of(ptr);
    if (unlikely(!span))
        heap_die("realloc of what malloc did not give, or freed before", ptr);

    size_t old_size = span_object_size(span);
    if (size <= old_size && size > old_size / 2)
        return ptr;
    if (span->cls == CLASS_LARGE && size > CLASS_MAX) {
        if (size > old_size) {
            if (grow_large(span, size))
                return ptr;
        } else {
            hold_enter();
            (void)span_resize_large(span, size); /* shrinking works */
            hold_leave();
            return ptr;
        }
    }
    void *moved = realloc_move(ptr, old_size, size);
    if (!moved && size <= old_size)
        return ptr; /* shrinking never fails */
    return moved;
}

void *reallocarray(void *ptr, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return out_of_memory();
    return realloc(ptr, bytes);
}
