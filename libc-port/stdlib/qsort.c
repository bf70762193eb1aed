/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qsort as programs know it from Linux: a merge sort, so equal elements stay
 * in order. Where memory is short, heap sort in place, and they do not.
 * bsearch: halving, as ISO C leaves open which of several equals is found.
 */
#include <stdlib.h>
#include <string.h>

#include "libc.h"

typedef int (*compare_fn)(const void *, const void *, void *);

struct sort {
    size_t size;
    compare_fn compare;
    void *arg;
    char *tmp;
};

/* SIZE is a constant for the sizes that most arrays have. */
#define MERGE_SORT(name, SIZE)                                                 \
    static void name(const struct sort *s, char *base, size_t count)           \
    {                                                                          \
        if (count <= 1)                                                        \
            return;                                                            \
        size_t left = count / 2, right = count - left;                         \
        char *a = base, *b = base + left * (SIZE), *out = s->tmp;              \
                                                                               \
        name(s, a, left);                                                      \
        name(s, b, right);                                                     \
        while (left > 0 && right > 0) {                                        \
            bool is_left = s->compare(a, b, s->arg) <= 0;                      \
            char **from = is_left ? &a : &b;                                   \
            __builtin_memcpy(out, *from, (SIZE));                              \
            *from += (SIZE);                                                   \
            out += (SIZE);                                                     \
            left -= is_left;                                                   \
            right -= !is_left;                                                 \
        }                                                                      \
        /* What is left of the right half is where it belongs. */              \
        memcpy(out, a, left *(SIZE));                                          \
        memcpy(base, s->tmp, (count - right) * (SIZE));                        \
    }
MERGE_SORT(sort_4, 4)
MERGE_SORT(sort_8, 8)
MERGE_SORT(sort_any, s->size)

static void swap(char *a, char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = a[i];
        a[i] = b[i];
        b[i] = c;
    }
}

static void sift_down(const struct sort *s, char *base, size_t at, size_t count)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        char *p = base + child * s->size;
        if (child + 1 < count && s->compare(p, p + s->size, s->arg) < 0) {
            child++;
            p += s->size;
        }
        if (s->compare(base + at * s->size, p, s->arg) >= 0)
            return;
        swap(base + at * s->size, p, s->size);
    }
}

static void heap_sort(const struct sort *s, char *base, size_t count)
{
    for (size_t i = count / 2; i > 0; i--)
        sift_down(s, base, i - 1, count);
    for (size_t i = count; i > 1; i--) {
        swap(base, base + (i - 1) * s->size, s->size);
        sift_down(s, base, 0, i - 1);
    }
}

void qsort_r(void *base, size_t count, size_t size, compare_fn compare,
             void *arg)
{
    char small[1024];
    struct sort s = {size, compare, arg, small};
    size_t bytes;

    if (count < 2 || size == 0)
        return;
    if (__builtin_mul_overflow(count, size, &bytes))
        return; /* no such array */
    if (bytes > sizeof small) {
        int saved = errno;
        s.tmp = malloc(bytes);
        errno = saved;
    }
    if (s.tmp && size == 4)
        sort_4(&s, base, count);
    else if (s.tmp && size == 8)
        sort_8(&s, base, count);
    else if (s.tmp)
        sort_any(&s, base, count);
    else
        heap_sort(&s, base, count);
    if (s.tmp != small)
        free(s.tmp);
}

/* The third argument stays in a register that compare does not read (System
 * V AMD64 ABI s3.2.3). */
void qsort(void *base, size_t count, size_t size,
           int (*compare)(const void *, const void *))
{
    qsort_r(base, count, size, (compare_fn)(void (*)(void))compare, NULL);
}

void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *))
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *p = (const char *)base + middle * size;
        int order = compare(key, p);
        if (order == 0)
            return (void *)p;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
