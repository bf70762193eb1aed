/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single characters from and to a stream's buffer without a call; all else
 * (first use, an empty or full buffer, another thread has the stream) is
 * newlib's.
 */
#include <stdio.h>

#include "newlib/lock.h"

int _getc_r(struct _reent *reent, FILE *stream);
int _putc_r(struct _reent *reent, int c, FILE *stream);

/* False: it would have to wait, or is not made yet. */
static inline bool lock_now(FILE *stream)
{
    struct __lock *lock = stream->_lock;
    uint32_t tid = thread_self()->tid;
    if (unlikely(!lock))
        return false;
    if (lock->owner == tid) {
        lock->depth++;
        return true;
    }
    if (unlikely(atomic_cas(&lock->word, 0, 1) != 0))
        return false;
    lock->owner = tid;
    return true;
}

static inline void unlock(FILE *stream)
{
    struct __lock *lock = stream->_lock;
    if (unlikely(lock->depth > 0 || atomic_read(&lock->word) == 2)) {
        funlockfile(stream);
        return;
    }
    lock->owner = 0;
    if (unlikely(atomic_swap(&lock->word, 0) == 2))
        (void)__libc_futex_wake(&lock->word, 1);
}

int getc(FILE *stream)
{
    if (!__libc_is_threaded && likely(stream->_r > 0)) {
        stream->_r--;
        return *stream->_p++;
    }
    if (likely(lock_now(stream))) {
        int c = EOF;
        bool has_one = stream->_r > 0;
        if (has_one) {
            stream->_r--;
            c = *stream->_p++;
        }
        unlock(stream);
        if (likely(has_one))
            return c;
    }
    return _getc_r(_REENT, stream);
}

/* _w counts the room left; a line-buffered stream has none. */
int putc(int c, FILE *stream)
{
    if (!__libc_is_threaded && likely(stream->_w > 0)) {
        stream->_w--;
        return *stream->_p++ = (unsigned char)c;
    }
    if (likely(lock_now(stream))) {
        bool has_room = stream->_w > 0;
        if (has_room) {
            stream->_w--;
            *stream->_p++ = (unsigned char)c;
        }
        unlock(stream);
        if (likely(has_room))
            return (unsigned char)c;
    }
    return _putc_r(_REENT, c, stream);
}

int fgetc(FILE *stream)
{
    return getc(stream);
}

int fputc(int c, FILE *stream)
{
    return putc(c, stream);
}

int getchar(void)
{
    return getc(stdin);
}

int putchar(int c)
{
    return putc(c, stdout);
}
