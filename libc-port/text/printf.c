/* SPDX-License-Identifier: Apache-2.0 */
/* printf to streams and descriptors. A call's text is gathered and handed
 * over at once, so that unbuffered streams get one write a call. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <wchar.h>

#include "format.h"
#include "libc.h"

struct stream_out {
    struct out out;
    FILE *stream;
    char buf[512];
};

static void stream_send(struct stream_out *to, const char *text, size_t len)
{
    if (len > 0 && !to->out.has_failed &&
        fwrite_unlocked(text, 1, len, to->stream) != len)
        to->out.has_failed = true;
}

static void stream_overflow(struct out *out, const char *text, size_t len)
{
    struct stream_out *to = (struct stream_out *)out;
    stream_send(to, to->buf, (size_t)(out->at - to->buf));
    stream_send(to, text, len);
    out->at = to->buf;
}

int _vfprintf_r(struct _reent *reent, FILE *stream, const char *format,
                va_list ap)
{
    struct stream_out to;
    (void)reent;
    if (fwide(stream, -1) > 0) { /* also prepares stdio on first use */
        errno = EBADF;
        return -1;
    }
    to.out = (struct out){.at = to.buf,
                          .end = to.buf + sizeof to.buf,
                          .overflow = stream_overflow};
    to.stream = stream;
    flockfile(stream);
    int rc = __libc_format(&to.out, format, ap);
    stream_send(&to, to.buf, (size_t)(to.out.at - to.buf));
    funlockfile(stream);
    return to.out.has_failed ? -1 : rc;
}

int _vfiprintf_r(struct _reent *reent, FILE *stream, const char *format,
                 va_list ap)
{
    return _vfprintf_r(reent, stream, format, ap);
}

int vfprintf(FILE *stream, const char *format, va_list ap)
{
    return _vfprintf_r(NULL, stream, format, ap);
}

int vprintf(const char *format, va_list ap)
{
    return _vfprintf_r(NULL, stdout, format, ap);
}

int fprintf(FILE *stream, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = _vfprintf_r(NULL, stream, format, ap);
    va_end(ap);
    return rc;
}

int printf(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = _vfprintf_r(NULL, stdout, format, ap);
    va_end(ap);
    return rc;
}

struct fd_out {
    struct out out;
    int fd;
    char buf[512];
};

static void fd_send(struct fd_out *to, const char *text, size_t len)
{
    while (len > 0 && !to->out.has_failed) {
        long rc = CANCEL_POINT(sys_write(to->fd, text, len));
        if (rc < 0) {
            to->out.has_failed = true;
            (void)libc_result(rc);
            break;
        }
        text += rc;
        len -= (size_t)rc;
    }
}

static void fd_overflow(struct out *out, const char *text, size_t len)
{
    struct fd_out *to = (struct fd_out *)out;
    fd_send(to, to->buf, (size_t)(out->at - to->buf));
    fd_send(to, text, len);
    out->at = to->buf;
}

int vdprintf(int fd, const char *format, va_list ap)
{
    struct fd_out to;
    to.out = (struct out){
        .at = to.buf, .end = to.buf + sizeof to.buf, .overflow = fd_overflow};
    to.fd = fd;
    int rc = __libc_format(&to.out, format, ap);
    fd_send(&to, to.buf, (size_t)(to.out.at - to.buf));
    return to.out.has_failed ? -1 : rc;
}

int dprintf(int fd, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = vdprintf(fd, format, ap);
    va_end(ap);
    return rc;
}
