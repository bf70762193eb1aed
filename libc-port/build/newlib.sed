# What build/newlib changes in newlib's sources, in all files of stdio.

# The address of a va_list parameter is handed on, which on x86-64 is that of
# a pointer: numbered arguments (%2$d) of wide printf and scanf read nonsense.
/^_VFW\{0,1\}PRINTF_R (\|^__SVFW\{0,1\}SCANF_R (/,/^{/ {
    s/va_list ap)/va_list ap_param)/
    s/^{/{\n  va_list ap;\n  va_copy (ap, ap_param);/
}

# Looking for their types, wide printf does not step over the %.
/while (\*fmt != L'\\0' && \*fmt != L'%')/,/state = START;/ {
    /^ *fmt++;/d
    s/state = START;/fmt++; state = START;/
}

# A thread that waits in stdio may be cancelled: it lets its locks go (lock.c).
/define _STDIO_WITH_THREAD_CANCELLATION_SUPPORT/d

# fopen's mode e: close on exec.
s/^#if defined (O_CLOEXEC) && defined (_GLIBC_EXTENSION)/#ifdef O_CLOEXEC/

# "a+" reads from the start, as glibc does; only "a" begins at the end.
/if (fp->_flags & __SAPP)/{
    N
    /_fseek_r/s/(fp->_flags & __SAPP)/((fp->_flags \& (__SAPP | __SRW)) == __SAPP)/
}

# A write after a read without a seek between them goes where the program is,
# not where the buffer's end is. (Not in pipes: they have no place to go to.)
/clobber any ungetc data/{
    i\
	  int ahead = fp->_r + (HASUB (fp) ? fp->_ur : 0);\
	  int saved = ptr->_errno;\
	  if (ahead > 0 && fp->_seek != NULL\
	      && fp->_seek (ptr, fp->_cookie, -(_fpos_t) ahead, SEEK_CUR) < 0)\
	    ptr->_errno = saved;
}

# fgets into a buffer of one: an empty text, nothing read.
/if (n < 2)/i\
  if (n == 1)\
    {\
      *buf = 0;\
      return buf;\
    }

# fmemopen of no bytes: a stream that is always at its end. It gets an own
# byte, for the NUL that newlib writes.
/if (!size || !(buf || flags & __SRW))/{
    i\
  if (!size)\
    buf = NULL;
    s/!size || !(buf/size \&\& !(buf/
}
s/sizeof \*c + (buf ? 0 : size)/sizeof *c + (buf ? 0 : size + 1)/
s/if (c->pos + n > c->max - c->writeonly)/if (c->max == 0)\
    {\
      ptr->_errno = ENOSPC;\
      return EOF;\
    }\
  &/

# fopencookie: a seek that fails does fail.
/c->seekfn (c->cookie, &offset, whence) < 0 && errno/{
    N
    s/.*/  if (c->seekfn (c->cookie, \&offset, whence) < 0)\
    {\
      if (errno)\
        ptr->_errno = errno;\
      offset = -1;\
    }/
}

# fdopen: a mode that the descriptor has not is EINVAL, as on Linux.
/fdmode != O_RDWR/,/}/s/EBADF/EINVAL/
