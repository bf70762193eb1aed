/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files and the fd table. A `struct file` is an open file description
 * (man 2 open): what dup() shares. Its kind is its ops; a kind that a
 * personality or a network stack adds makes one with file_new() and hands it
 * to fd_install().
 *
 * Who holds a file holds a reference. A call that may block takes one with
 * fd_get() and drops it with file_put(), since another thread may close the
 * descriptor meanwhile.
 */
#ifndef LIBOS_FILE_H
#define LIBOS_FILE_H

#include "base.h"
#include "linux_file.h"
#include "wait.h"

struct file;
struct inode;
struct locks;

/*
 * One caller of poll, select or epoll. A kind's poll op calls poll_add() for
 * each queue that is woken when its readiness changes, then says what is
 * ready now. `set` is NULL for a caller that only looks.
 */
struct poll_set;
void poll_add(struct poll_set *set, struct waitq *queue);

/* One entry at a time: false when the caller has no room for it, which is
 * then given again at the same position. */
struct dir_sink {
    bool (*emit)(struct dir_sink *sink, const char *name, size_t len,
                 uint64_t ino, unsigned type, int64_t next_pos);
};

/*
 * All may be NULL; what then happens is in brackets. Results as in sys.h.
 * `pos` is where to read or write; the op moves *pos past what it did. For a
 * file that is not seekable *pos means nothing.
 */
struct file_ops {
    long (*read)(struct file *file, void *buf, size_t len,
                 int64_t *pos); /* [-EINVAL] */
    long (*write)(struct file *file, const void *buf, size_t len,
                  int64_t *pos); /* [-EINVAL] */
    /* For kinds where pieces of one call belong together (a datagram, a
     * pipe). [read or write, piece by piece] */
    long (*readv)(struct file *file, const struct linux_iovec *iov, int count);
    long (*writev)(struct file *file, const struct linux_iovec *iov, int count);
    int64_t (*seek)(struct file *file, int64_t offset,
                    int whence); /* [by the inode's size] */
    int (*readdir)(struct file *file, struct dir_sink *sink); /* [-ENOTDIR] */
    long (*ioctl)(struct file *file, unsigned long request,
                  unsigned long arg); /* [-ENOTTY] */
    unsigned (*poll)(struct file *file,
                     struct poll_set *set);                /* [always ready] */
    int (*stat)(struct file *file, struct linux_stat *st); /* [the inode's] */
    int (*sync)(struct file *file, bool is_data_only);     /* [-EINVAL] */
    int (*truncate)(struct file *file, int64_t size);      /* [inode's] */
    int (*fallocate)(struct file *file, int mode, int64_t offset,
                     int64_t len); /* [-EOPNOTSUPP] */
    int (*fcntl)(struct file *file, int cmd, unsigned long arg,
                 long *result); /* kind's own commands [-EINVAL] */
    /* They were `old` (F_SETFL). An error: they are so again. */
    int (*set_flags)(struct file *file, unsigned old);
    /* Memory that holds [pos, pos + len) for ever, page aligned, or NULL. */
    void *(*map)(struct file *file, int64_t pos, size_t len);
    /* Memory that is [pos, pos + len) of the file from now on, for reading
     * and writing: *mem, valid until unmap_shared; the same for the same
     * range, -EINVAL where it cannot lie together. [-ENODEV] */
    int (*map_shared)(struct file *file, int64_t pos, size_t len, void **mem);
    /* Gives back what map_shared gave, after the last mapping of it; maybe
     * in parts, each once. */
    void (*unmap_shared)(struct file *file, int64_t pos, size_t len, void *mem);
    bool is_zero; /* mapping it is mapping memory without a file */
    void (*release)(struct file *file); /* last reference is gone */
    const char *name; /* "pipe": what /proc/self/fd shows without an inode */
};

struct file {
    const struct file_ops *ops;
    uint32_t refs;
    uint32_t flags;       /* O_*; without O_CLOEXEC, which is the fd's */
    bool is_seekable;     /* pread, lseek make sense */
    bool has_locks;       /* lock.c: an OFD lock or flock was ever taken */
    uint16_t watch_count; /* epoll.c: registrations on this file */
    struct inode *inode;  /* a reference, or NULL */
    int64_t pos;
    void *data; /* the kind's own */
};

static inline bool file_may_read(const struct file *file)
{
    return (file->flags & (1u | LINUX_O_PATH)) == 0;
}
static inline bool file_may_write(const struct file *file)
{
    unsigned mode = file->flags & LINUX_O_ACCMODE; /* 3: for ioctl alone */
    return (mode == 1 || mode == 2) && !(file->flags & LINUX_O_PATH);
}

/* One reference, the caller's; takes over a reference to `inode`, also when
 * it fails (NULL). */
struct file *file_new(const struct file_ops *ops, unsigned flags,
                      struct inode *inode);
static inline struct file *file_get(struct file *file)
{
    file->refs++;
    return file;
}
void file_release(struct file *file);
/* epoll.c, once it is used: a file with watch_count > 0 is gone. */
extern void (*file_watch_gone)(struct file *file);
static inline void file_put(struct file *file)
{
    if (--file->refs == 0)
        file_release(file);
}

/* A reference, or NULL (-EBADF). fd_get_io() refuses O_PATH as well. */
struct file *fd_get(int fd);
struct file *fd_get_io(int fd);
/* The lowest free descriptor >= `from`, or -EMFILE, -ENOMEM. Takes over the
 * reference, also when it fails. flags: O_CLOEXEC. */
int fd_install(struct file *file, int from, unsigned flags);
/* For calls that must know before they act: the lowest free descriptor, or as
 * fd_install(). Until it is filled or given back, nobody else gets it. */
int fd_reserve(void);
void fd_unreserve(int fd);
void fd_fill(int fd, struct file *file, unsigned flags); /* O_CLOEXEC */
/* Descriptors first...; for /proc/self/fd. */
int fd_next(int fd); /* the lowest open one >= fd, or -1 */
void fd_init(void);  /* console on 0, 1, 2 */

#define FD_LIMIT_MAX 65536
/* RLIMIT_NOFILE, soft; misc.c's prlimit may set it, 0..FD_LIMIT_MAX. */
extern uint32_t fd_limit;

/* What /proc/self/cmdline and environ show; both live for ever. */
void files_set_args(char **argv, char **envp);
/* Starts and ends all of the file side: file systems mounted, console open. */
void files_init(void);
/* What is dirty goes to the block devices. No fsync. */
void files_exit(void);

/* console.c: descriptor 0, 1 or 2; the devices' files. */
struct file *console_open(uint32_t handle);
int console_attach(struct file *file, bool is_tty_only);

/* CLOCK_REALTIME */
struct linux_timespec file_time(void);

/* fd.c: read and write at a position with the file's checks done. */
long file_read(struct file *file, void *buf, size_t len, int64_t *pos);
long file_write(struct file *file, const void *buf, size_t len, int64_t *pos);

/* lock.c */
long lock_fcntl(struct file *file, int cmd, struct linux_flock *user);
long lock_flock(struct file *file, int operation);
void lock_close(struct file *file); /* a descriptor of it is being closed */
void lock_release_file(struct file *file); /* its last reference is gone */
void lock_inode_free(struct inode *inode);

#endif
