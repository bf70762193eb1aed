/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stdout's buffer is zeroed data behind the libOS's own: a program that only
 * prints starts no heap, whose first object touches two pages.
 */
#include <stdio.h>
#include <unistd.h>

#include "libc.h"

/* newlib: libc/stdio/local.h, makebuf.c; the first is gone in newlib 4 */
__attribute__((weak)) void _cleanup_r(struct _reent *reent);
int __swhatbuf_r(struct _reent *reent, FILE *file, size_t *size, int *is_char);
void __newlib___smakebuf_r(struct _reent *reent, FILE *file);
void __smakebuf_r(struct _reent *reent, FILE *file);

static unsigned char buffer[4096] __attribute__((section(".bss.z_buffer")));

void __smakebuf_r(struct _reent *reent, FILE *file)
{
    size_t size = 0;
    int is_char = 0;
    int seek = 0;

    if (file == stdout && !(file->_flags & __SNBF))
        seek = __swhatbuf_r(reent, file, &size, &is_char);
    if (size == 0 || size > sizeof buffer) {
        __newlib___smakebuf_r(reent, file);
        return;
    }
    if (_cleanup_r)
        reent->__cleanup = _cleanup_r;
    file->_bf._base = file->_p = buffer;
    file->_bf._size = (int)size;
    if (is_char && isatty(file->_file))
        file->_flags |= __SLBF;
    file->_flags |= (short)seek;
}
