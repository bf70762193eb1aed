/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open_wmemstream: a stream that writes wide characters to growing memory.
 * newlib's takes the bytes that its wide functions make for wide characters.
 * Positions count characters.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

struct wide {
    wchar_t **buf; /* the program's, as is size */
    size_t *size;
    wchar_t *mem; /* mem[len] is 0 */
    size_t pos, len, room;
    mbstate_t state;
};

static void publish(const struct wide *w)
{
    *w->buf = w->mem;
    *w->size = w->pos < w->len ? w->pos : w->len;
}

static int put(struct wide *w, wchar_t c)
{
    if (w->pos + 1 >= w->room) {
        size_t room = 2 * (w->pos + 1);
        wchar_t *mem = reallocarray(w->mem, room, sizeof *mem);
        if (!mem)
            return -1;
        wmemset(mem + w->room, 0, room - w->room);
        w->mem = mem;
        w->room = room;
    }
    w->mem[w->pos++] = c;
    if (w->pos > w->len)
        w->len = w->pos;
    return 0;
}

static ssize_t write_wide(void *cookie, const char *bytes, size_t n)
{
    struct wide *w = cookie;
    size_t done = 0;
    while (done < n) {
        wchar_t c;
        size_t used = mbrtowc(&c, bytes + done, n - done, &w->state);
        if (used == (size_t)-2) { /* the state keeps what there is of it */
            done = n;
            break;
        }
        if (used == (size_t)-1 || put(w, c) < 0)
            break;
        done += used ? used : 1;
    }
    publish(w);
    return done ? (ssize_t)done : -1;
}

static int seek_wide(void *cookie, off_t *offset, int whence)
{
    struct wide *w = cookie;
    off_t base = whence == SEEK_SET   ? 0
                 : whence == SEEK_CUR ? (off_t)w->pos
                                      : (off_t)w->len;
    off_t pos;
    if (__builtin_add_overflow(base, *offset, &pos) || pos < 0) {
        errno = EINVAL;
        return -1;
    }
    w->pos = (size_t)pos;
    *offset = pos;
    publish(w);
    return 0;
}

static int close_wide(void *cookie)
{
    struct wide *w = cookie;
    publish(w);
    w->mem[*w->size] = 0;
    free(w);
    return 0;
}

FILE *open_wmemstream(wchar_t **buf, size_t *size)
{
    static const cookie_io_functions_t functions = {
        .write = write_wide, .seek = seek_wide, .close = close_wide};
    if (!buf || !size) {
        errno = EINVAL;
        return NULL;
    }
    struct wide *w = calloc(1, sizeof *w);
    wchar_t *mem = calloc(1, sizeof *mem);
    FILE *stream = w && mem ? fopencookie(w, "w", functions) : NULL;
    if (!stream) {
        free(w);
        free(mem);
        return NULL;
    }
    *w = (struct wide){.buf = buf, .size = size, .mem = mem, .room = 1};
    publish(w);
    (void)fwide(stream, 1);
    return stream;
}
