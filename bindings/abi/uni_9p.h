/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 9P2000.L as guest and file server speak it over a STREAM handle: numbers
 * only. Source: the protocol's description at github.com/chaos/diod
 * (protocol.md), Plan 9 manual section 5, include/net/9p/9p.h of Linux 6.1.
 * A message: size[4] type[1] tag[2] body, all little endian, size included.
 *
 * Beyond the standard there are two things, both off its common paths:
 * P9_LOCK_FLOCK, and the attach name P9_TTY_ANAME, a file that is the
 * terminal: reading at 0 gives struct p9_tty, writing its termios at offset
 * 0 (now), 1 (after what is written) or 2 (and drop what is typed) sets it.
 */
#ifndef UNI_9P_H
#define UNI_9P_H

#include <stdint.h>

#define P9_VERSION "9P2000.L"
#define P9_MSIZE_MAX ((1u << 20) + 4096u) /* bytes of a message, ours */
#define P9_MSIZE_MIN 4096u
#define P9_HEAD 7u                    /* size, type, tag */
#define P9_IO_HEAD (P9_HEAD + 4u)     /* Rread, Rreaddir: before the data */
#define P9_WRITE_HEAD (P9_HEAD + 16u) /* Twrite: likewise */
#define P9_NOTAG 0xffffu
#define P9_NOFID 0xffffffffu
#define P9_WALK_MAX 16u /* names of one Twalk */
#define P9_NAME_MAX 255u
#define P9_TARGET_MAX 4095u /* bytes of a symlink's target */
#define P9_QID_SIZE 13u     /* type[1] version[4] path[8] */
#define P9_ATTR_SIZE 153u   /* body of Rgetattr */
#define P9_STATFS_SIZE 60u  /* body of Rstatfs */

/* T messages; the answer's type is one more, or P9_RLERROR. */
enum p9_type {
    P9_RLERROR = 7, /* ecode[4] */
    P9_TSTATFS = 8,
    P9_TLOPEN = 12,
    P9_TLCREATE = 14,
    P9_TSYMLINK = 16,
    P9_TMKNOD = 18,
    P9_TREADLINK = 22,
    P9_TGETATTR = 24,
    P9_TSETATTR = 26,
    P9_TXATTRWALK = 30,
    P9_TREADDIR = 40,
    P9_TFSYNC = 50,
    P9_TLOCK = 52,
    P9_TGETLOCK = 54,
    P9_TLINK = 70,
    P9_TMKDIR = 72,
    P9_TRENAMEAT = 74,
    P9_TUNLINKAT = 76,
    P9_TVERSION = 100,
    P9_TAUTH = 102,
    P9_TATTACH = 104,
    P9_TFLUSH = 108,
    P9_TWALK = 110,
    P9_TREAD = 116,
    P9_TWRITE = 118,
    P9_TCLUNK = 120,
};

enum p9_qid_type {
    P9_QID_FILE = 0,
    P9_QID_SYMLINK = 0x02,
    P9_QID_DIR = 0x80,
};

enum p9_getattr_mask {
    P9_GETATTR_BASIC = 0x7ff, /* all but the next */
    P9_GETATTR_BTIME = 0x800,
};

enum p9_setattr_mask {
    P9_SETATTR_MODE = 1 << 0,
    P9_SETATTR_UID = 1 << 1,
    P9_SETATTR_GID = 1 << 2,
    P9_SETATTR_SIZE = 1 << 3,
    P9_SETATTR_ATIME = 1 << 4, /* now, unless ATIME_SET */
    P9_SETATTR_MTIME = 1 << 5,
    P9_SETATTR_CTIME = 1 << 6,
    P9_SETATTR_ATIME_SET = 1 << 7,
    P9_SETATTR_MTIME_SET = 1 << 8,
    P9_SETATTR_ALL = (1 << 9) - 1,
};

enum p9_lock {
    P9_LOCK_RDLCK = 0,
    P9_LOCK_WRLCK = 1,
    P9_LOCK_UNLCK = 2,
    P9_LOCK_BLOCK = 1 << 0,  /* flag: ignored, the client asks again */
    P9_LOCK_FLOCK = 1 << 30, /* flag, ours: flock(2) instead of fcntl(2) */
    P9_LOCK_SUCCESS = 0,     /* statuses */
    P9_LOCK_BLOCKED = 1,
    P9_LOCK_ERROR = 2,
};

#define P9_UNLINK_DIR 0x200u /* Tunlinkat: AT_REMOVEDIR */

#define P9_TTY_ANAME ":tty"
struct p9_tty {
    uint32_t iflag, oflag, cflag, lflag; /* man 3 termios */
    uint8_t line, cc[19];
    uint16_t rows, columns, x_pixels, y_pixels;
};
#define P9_TTY_TERMIOS_SIZE 36u /* the part before the window's size */
_Static_assert(sizeof(struct p9_tty) == 44, "p9_tty");

#endif
