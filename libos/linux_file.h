/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux x86-64's numbers for files and memory: asm-generic/fcntl.h,
 * linux/stat.h, asm-generic/ioctls.h, linux/fs.h, asm-generic/mman.h,
 * asm-generic/poll.h, linux/eventpoll.h of Linux 6.1; man section 2.
 */
#ifndef LIBOS_LINUX_FILE_H
#define LIBOS_LINUX_FILE_H

#include <stdint.h>

#include "linux.h"

/* man 2 open */
#define LINUX_O_ACCMODE 3u
#define LINUX_O_RDONLY 0u
#define LINUX_O_WRONLY 1u
#define LINUX_O_RDWR 2u
#define LINUX_O_CREAT 0100u
#define LINUX_O_EXCL 0200u
#define LINUX_O_NOCTTY 0400u
#define LINUX_O_TRUNC 01000u
#define LINUX_O_APPEND 02000u
#define LINUX_O_NONBLOCK 04000u
#define LINUX_O_DSYNC 010000u
#define LINUX_O_ASYNC 020000u
#define LINUX_O_DIRECT 040000u
#define LINUX_O_LARGEFILE 0100000u
#define LINUX_O_DIRECTORY 0200000u
#define LINUX_O_NOFOLLOW 0400000u
#define LINUX_O_NOATIME 01000000u
#define LINUX_O_CLOEXEC 02000000u
#define LINUX_O_SYNC 04010000u
#define LINUX_O_PATH 010000000u
#define LINUX_O_TMPFILE 020200000u

#define LINUX_AT_FDCWD (-100)
#define LINUX_AT_SYMLINK_NOFOLLOW 0x100
#define LINUX_AT_EACCESS 0x200
#define LINUX_AT_REMOVEDIR 0x200
#define LINUX_AT_SYMLINK_FOLLOW 0x400
#define LINUX_AT_NO_AUTOMOUNT 0x800
#define LINUX_AT_EMPTY_PATH 0x1000

/* man 7 inode */
#define LINUX_S_IFMT 0170000u
#define LINUX_S_IFSOCK 0140000u
#define LINUX_S_IFLNK 0120000u
#define LINUX_S_IFREG 0100000u
#define LINUX_S_IFBLK 0060000u
#define LINUX_S_IFDIR 0040000u
#define LINUX_S_IFCHR 0020000u
#define LINUX_S_IFIFO 0010000u
#define LINUX_S_ISUID 04000u
#define LINUX_S_ISGID 02000u
#define LINUX_S_ISVTX 01000u

#define LINUX_UTIME_NOW 0x3fffffff
#define LINUX_UTIME_OMIT 0x3ffffffe

#define LINUX_PATH_MAX 4096u
#define LINUX_NAME_MAX 255u
#define LINUX_LINK_MAX                                                         \
    127u /* as NAME_MAX: man 3 pathconf's least for tmpfs                      \
          */
#define LINUX_IOV_MAX 1024
#define LINUX_PIPE_BUF 4096u
#define LINUX_RW_MAX 0x7ffff000ul /* man 2 read: most that one call moves */

#define LINUX_RENAME_NOREPLACE 1u
#define LINUX_RENAME_EXCHANGE 2u
#define LINUX_RENAME_WHITEOUT 4u

enum linux_dirent_type {
    LINUX_DT_UNKNOWN = 0,
    LINUX_DT_FIFO = 1,
    LINUX_DT_CHR = 2,
    LINUX_DT_DIR = 4,
    LINUX_DT_BLK = 6,
    LINUX_DT_REG = 8,
    LINUX_DT_LNK = 10,
    LINUX_DT_SOCK = 12,
};

enum linux_whence {
    LINUX_SEEK_SET = 0,
    LINUX_SEEK_CUR = 1,
    LINUX_SEEK_END = 2,
    LINUX_SEEK_DATA = 3,
    LINUX_SEEK_HOLE = 4,
};

/* man 2 fcntl */
enum linux_fcntl {
    LINUX_F_DUPFD = 0,
    LINUX_F_GETFD = 1,
    LINUX_F_SETFD = 2,
    LINUX_F_GETFL = 3,
    LINUX_F_SETFL = 4,
    LINUX_F_GETLK = 5,
    LINUX_F_SETLK = 6,
    LINUX_F_SETLKW = 7,
    LINUX_F_SETOWN = 8,
    LINUX_F_GETOWN = 9,
    LINUX_F_SETSIG = 10,
    LINUX_F_GETSIG = 11,
    LINUX_F_OFD_GETLK = 36,
    LINUX_F_OFD_SETLK = 37,
    LINUX_F_OFD_SETLKW = 38,
    LINUX_F_DUPFD_CLOEXEC = 1030,
    LINUX_F_SETPIPE_SZ = 1031,
    LINUX_F_GETPIPE_SZ = 1032,
    LINUX_F_ADD_SEALS = 1033,
    LINUX_F_GET_SEALS = 1034,
};
#define LINUX_FD_CLOEXEC 1u
#define LINUX_F_RDLCK 0
#define LINUX_F_WRLCK 1
#define LINUX_F_UNLCK 2
struct linux_flock {
    int16_t type;
    int16_t whence;
    int32_t pad;
    int64_t start;
    int64_t len;
    int32_t pid;
    int32_t pad2;
};
_Static_assert(sizeof(struct linux_flock) == 32, "struct flock");
#define LINUX_LOCK_SH 1
#define LINUX_LOCK_EX 2
#define LINUX_LOCK_NB 4
#define LINUX_LOCK_UN 8

#define LINUX_CLOSE_RANGE_CLOEXEC 4u

#define LINUX_FALLOC_KEEP_SIZE 1
#define LINUX_FALLOC_PUNCH_HOLE 2
#define LINUX_FALLOC_ZERO_RANGE 16

/* man 2 ioctl_tty, man 4 loop and linux/fs.h for BLK* */
#define LINUX_TCGETS 0x5401u
#define LINUX_TCSETS 0x5402u
#define LINUX_TCSETSW 0x5403u
#define LINUX_TCSETSF 0x5404u
#define LINUX_TCSBRK 0x5409u
#define LINUX_TCXONC 0x540au
#define LINUX_TCFLSH 0x540bu
#define LINUX_TIOCGPGRP 0x540fu
#define LINUX_TIOCSPGRP 0x5410u
#define LINUX_TIOCOUTQ 0x5411u
#define LINUX_TIOCGWINSZ 0x5413u
#define LINUX_TIOCSWINSZ 0x5414u
#define LINUX_FIONREAD 0x541bu
#define LINUX_FIONBIO 0x5421u
#define LINUX_TIOCGSID 0x5429u
#define LINUX_FIONCLEX 0x5450u
#define LINUX_FIOCLEX 0x5451u
#define LINUX_BLKROGET 0x125eu
#define LINUX_BLKGETSIZE 0x1260u
#define LINUX_BLKFLSBUF 0x1261u
#define LINUX_BLKSSZGET 0x1268u
#define LINUX_BLKBSZGET 0x80081270u
#define LINUX_BLKGETSIZE64 0x80081272u
#define LINUX_BLKPBSZGET 0x127bu

#define LINUX_POLLIN 0x001u
#define LINUX_POLLPRI 0x002u
#define LINUX_POLLOUT 0x004u
#define LINUX_POLLERR 0x008u
#define LINUX_POLLHUP 0x010u
#define LINUX_POLLNVAL 0x020u
#define LINUX_POLLRDNORM 0x040u
#define LINUX_POLLRDBAND 0x080u
#define LINUX_POLLWRNORM 0x100u
#define LINUX_POLLWRBAND 0x200u
#define LINUX_POLLRDHUP 0x2000u

/* man 2 eventfd, timerfd_create, epoll_ctl */
#define LINUX_EFD_SEMAPHORE 1
#define LINUX_TFD_TIMER_ABSTIME 1
#define LINUX_TFD_TIMER_CANCEL_ON_SET 2
#define LINUX_EPOLLET (1u << 31)
#define LINUX_EPOLLONESHOT (1u << 30)
#define LINUX_EPOLLWAKEUP (1u << 29)
#define LINUX_EPOLLEXCLUSIVE (1u << 28)
#define LINUX_EPOLL_CTL_ADD 1
#define LINUX_EPOLL_CTL_DEL 2
#define LINUX_EPOLL_CTL_MOD 3
struct linux_epoll_event {
    uint32_t events;
    uint64_t data;
} __attribute__((packed));
_Static_assert(sizeof(struct linux_epoll_event) == 12, "epoll_event");
/* man 2 mmap, mremap, madvise, msync */
#define LINUX_PROT_READ 1
#define LINUX_PROT_WRITE 2
#define LINUX_PROT_EXEC 4
#define LINUX_MAP_SHARED 1
#define LINUX_MAP_PRIVATE 2
#define LINUX_MAP_SHARED_VALIDATE 3
#define LINUX_MAP_TYPE 15
#define LINUX_MAP_FIXED 0x10
#define LINUX_MAP_ANONYMOUS 0x20
#define LINUX_MAP_FIXED_NOREPLACE 0x100000
#define LINUX_MREMAP_MAYMOVE 1
#define LINUX_MREMAP_FIXED 2
#define LINUX_MREMAP_DONTUNMAP 4
#define LINUX_MS_ASYNC 1
#define LINUX_MS_INVALIDATE 2
#define LINUX_MS_SYNC 4
enum linux_madvise {
    LINUX_MADV_NORMAL = 0,
    LINUX_MADV_DONTNEED = 4,
    LINUX_MADV_FREE = 8,
    LINUX_MADV_REMOVE = 9,
    LINUX_MADV_LAST_HINT = 25, /* the others change nothing that shows */
};

/* man 2 statfs: f_type, f_flags */
#define LINUX_TMPFS_MAGIC 0x01021994
#define LINUX_EROFS_MAGIC 0xe0f5e1e2
#define LINUX_OVERLAYFS_MAGIC 0x794c7630
#define LINUX_V9FS_MAGIC 0x01021997
#define LINUX_PROC_MAGIC 0x9fa0
#define LINUX_PIPEFS_MAGIC 0x50495045
#define LINUX_ANON_MAGIC 0x09041934
#define LINUX_ST_RDONLY 1
#define LINUX_ST_VALID 0x20

#endif
