/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client of a 9P2000.L file server behind a STREAM handle: p9_conn.c
 * (messages over the stream), p9_fs.c (inodes), p9_dir.c (names), p9_file.c
 * (open files), p9_lock.c, p9_tty.c.
 *
 * What is kept, and for how long: files are shared with the host, which
 * changes them without telling. No file's bytes are kept. Attributes hold
 * for one call (a millisecond), directories' names for 100 ms; all else is
 * asked for each time. Where the host is not expected to change anything
 * (is_kept), attributes and all names hold for a second, those that are not
 * there as well.
 *
 * A server is hostile: every answer's frame is checked against what was
 * asked, and one that does not fit ends the connection: from then on
 * everything is -EIO. A thread that waits for an answer lets others run, and
 * is not interrupted by signals, as with a disk.
 */
#ifndef LIBOS_P9_H
#define LIBOS_P9_H

#include "uni_9p.h"
#include "vfs.h"

#define P9_TAG_MAX 64u
#define P9_TX_SIZE 8192u /* several messages, or one with its first bytes */
#define P9_RX_SIZE (P9_IO_HEAD + 4096u) /* a page of data is read at once */

/* One message's answer, in the memory of who waits for it. */
struct p9_req {
    uint8_t type; /* of the T message */
    bool is_done;
    int rc;             /* 0 or -errno */
    uint32_t fixed_len; /* bytes that the answer begins with, exactly */
    void *fixed;
    uint32_t tail_max, tail_len; /* what follows: at most, and really */
    void *tail;
    struct waitq done;
};

struct p9_conn {
    struct p9_conn *next;
    uint32_t handle;
    const char *name; /* of the stream */
    uint32_t msize;
    bool is_broken;
    struct p9_req *req[P9_TAG_MAX]; /* by tag; NULL: the tag is free */
    uint32_t outstanding;
    struct waitq tag_free;

    bool is_sending; /* tx is somebody's */
    struct waitq tx_free;
    uint32_t tx_len, tx_start; /* of the message being made */
    uint8_t tx[P9_TX_SIZE];

    uint32_t rx_at, rx_len; /* in rx: not looked at yet */
    uint8_t rx[P9_RX_SIZE];
    uint8_t head[P9_HEAD];
    uint32_t head_len;     /* bytes of head that are here */
    struct p9_req *answer; /* whose answer is being read, after its head */
    uint16_t answer_tag;
    uint8_t *fixed;
    uint32_t fixed_left, tail_left;
    uint32_t ecode;

    uint64_t spin_end;   /* TSC; 0: nobody looks for answers now */
    uint64_t spin_from;  /* likewise: not before */
    uint32_t spin_shift; /* of SPIN_TICKS: how long not, after a miss */

    uint32_t fid_end; /* those from here on were never used */
    uint32_t fid_free[256], fid_free_count;
    uint32_t clunk[64], clunk_count; /* to be told with the next message */
    uint32_t tty_fid;                /* P9_NOFID: not attached */
};

/* The connection over the stream device of that name; agrees on a version
 * the first time. NULL and *rc: -ENXIO (no such device), -EIO, -ENOMEM. */
struct p9_conn *p9_connect(const char *name, size_t len, int *rc);

/*
 * Sending: begin (0, or -EIO), for each message start, put, end; then send.
 * They go out together. Then wait for each req. Between begin and send
 * nobody else sends; nothing there blocks but p9_start, for a free tag.
 */
int p9_begin(struct p9_conn *conn);
void p9_start(struct p9_conn *conn, struct p9_req *req, uint8_t type);
void p9_put_u8(struct p9_conn *conn, uint8_t value);
void p9_put_u32(struct p9_conn *conn, uint32_t value);
void p9_put_u64(struct p9_conn *conn, uint64_t value);
void p9_put_string(struct p9_conn *conn, const char *text, size_t len);
/* data_len: bytes of p9_send's data that belong to the message. */
void p9_end(struct p9_conn *conn, size_t data_len);
void p9_send(struct p9_conn *conn, const void *data, size_t len);
/* req->rc */
int p9_wait(struct p9_conn *conn, struct p9_req *req);
/* One message is made: end, send, wait. */
int p9_call(struct p9_conn *conn, struct p9_req *req);

/* Makes libos wait by polling this connection alone: while mounting. */
extern bool p9_is_polling;

/* A fid's number; p9_clunk gives it back and tells the server, at the latest
 * with the next message, or (is_now) at once. p9_fid_free: the server has
 * none of that number. */
uint32_t p9_fid_new(struct p9_conn *conn);
void p9_fid_free(struct p9_conn *conn, uint32_t fid);
void p9_clunk(struct p9_conn *conn, uint32_t fid, bool is_now);

struct p9_attr {
    uint8_t raw[P9_ATTR_SIZE];
};

#define P9_CACHE 256u
struct p9_cached {
    struct p9_inode *dir;   /* a reference */
    struct p9_inode *inode; /* a reference; NULL: there is no such name */
    int64_t until_ns;
    uint8_t len;
    char name[];
};

struct p9_fs {
    struct fs fs;
    struct p9_conn *conn;
    struct p9_inode *buckets[256];
    struct p9_inode *dead; /* to be freed */
    bool is_freeing;
    bool is_kept;
    struct p9_cached **cache; /* by hash; NULL: nothing in it yet */
    char source[64];
};

struct p9_inode {
    struct inode inode;
    uint64_t qid_path, btime; /* who it is */
    uint32_t fid;
    uint32_t ready_fid;      /* open, for the open that follows, ... */
    bool is_ready_to_write;  /* ... for both, else for reading alone */
    uint32_t lock_fid;       /* open, holds the locks */
    int64_t asked_ns;        /* when the attributes were */
    struct p9_inode *parent; /* a reference: where it was found last */
    char *name;              /* there; NULL: none, or the root */
    struct p9_inode *next;   /* in its bucket, or among the dead */
};

static inline struct p9_inode *p9_of(struct inode *inode)
{
    return container_of(inode, struct p9_inode, inode);
}
static inline struct p9_fs *p9_fs_of(struct inode *inode)
{
    return container_of(inode->fs, struct p9_fs, fs);
}
static inline struct p9_conn *p9_conn_of(struct inode *inode)
{
    return p9_fs_of(inode)->conn;
}

/* p9_fs.c: what the server has under `aname`, as a file system. */
int p9_mount(struct p9_conn *conn, const char *aname, size_t len, bool is_kept,
             struct fs **fs);
/* The inode that fid (taken over) and attributes are; a reference. */
int p9_inode_get(struct p9_inode *dir, const char *name, size_t len,
                 uint32_t fid, const struct p9_attr *attr,
                 struct inode **inode);
void p9_set_place(struct p9_inode *node, struct p9_inode *dir, const char *name,
                  size_t len);
/* A walk of no names: `to` becomes another fid of what `from` is. */
void p9_start_clone(struct p9_conn *conn, struct p9_req *req, uint32_t from,
                    uint32_t to);
void p9_start_getattr(struct p9_conn *conn, struct p9_req *req, uint32_t fid,
                      struct p9_attr *attr);
void p9_set_attr(struct p9_inode *node, const struct p9_attr *attr);
void p9_start_setattr(struct p9_conn *conn, struct p9_req *req, uint32_t fid,
                      const struct attr *attr);
int p9_setattr(struct inode *inode, uint32_t fid, const struct attr *attr);
int p9_getattr(struct inode *inode);
void p9_forget(struct p9_inode *node); /* its attributes */

/* p9_dir.c */
int p9_lookup(struct inode *dir, const char *name, size_t len,
              struct inode **inode);
int p9_lookup_open(struct inode *dir, const char *name, size_t len,
                   struct inode **inode);
int p9_create(struct inode *dir, const char *name, size_t len, unsigned mode,
              uint64_t rdev, struct inode **inode);
int p9_mkdir(struct inode *dir, const char *name, size_t len, unsigned mode);
int p9_symlink(struct inode *dir, const char *name, size_t len,
               const char *target, size_t target_len);
int p9_link(struct inode *dir, const char *name, size_t len,
            struct inode *inode);
int p9_unlink(struct inode *dir, const char *name, size_t len,
              struct inode *inode);
int p9_rename(struct inode *dir, const char *name, size_t len,
              struct inode *inode, struct inode *to_dir, const char *to_name,
              size_t to_len, struct inode *target, unsigned flags);

/* p9_file.c */
int p9_open(struct inode *inode, struct file *file);
/* A fid of the inode opened with Linux's flags: *fid. */
int p9_open_fid(struct inode *inode, uint32_t flags, uint32_t *fid);
/* The same in parts: two messages, and then their answers. */
struct p9_opening {
    uint32_t fid;
    struct p9_req walk, open;
    uint16_t count;
    struct {
        uint8_t qid[P9_QID_SIZE];
        uint32_t iounit;
    } __attribute__((packed)) answer;
};
void p9_start_open(struct p9_conn *conn, struct p9_opening *opening,
                   uint32_t from, uint32_t flags);
int p9_end_open(struct p9_conn *conn, struct p9_opening *opening);

/* p9_tty.c: -ENOTTY: nobody serves it. when: 0 now, 1 after what was
 * written, 2 and drop what was typed. */
int tty_get(struct p9_tty *tty);
int tty_set(const struct p9_tty *tty, unsigned when);

/* p9_lock.c */
int p9_lock(struct inode *inode, int type, int64_t start, int64_t end,
            bool is_flock);
int p9_getlock(struct inode *inode, struct linux_flock *flock);

#endif
