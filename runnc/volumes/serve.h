/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file server: one guest, one stream, one process, one message at a
 * time. A fid is a file descriptor (O_PATH until it is opened), so what a
 * guest holds stays what it is whoever renames or replaces names meanwhile.
 *
 * main.c opens what is served and confines the process; then serve() runs
 * until the guest hangs up. msg.c takes messages apart and checks them;
 * fids.c has the table of fids; ops_*.c act. All memory is static.
 */
#ifndef VOLUMES_SERVE_H
#define VOLUMES_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uni_9p.h"

#define EXPORT_MAX 160u
#define FID_MAX 131328u /* an open file has two; the guest may open 65536 */

struct export
{
    const char *aname;
    int fd; /* O_PATH: its root, a directory or one file */
    bool is_readonly;
    bool is_one_fs; /* what is mounted below it is not served */
};

struct server {
    int stream;   /* the guest's other end; does not block */
    int proc_fds; /* O_PATH: our own /proc/self/fd, to open fids through */
    int tty;      /* or -1 */
    struct export export[EXPORT_MAX];
    unsigned export_count;
    uint32_t msize; /* agreed with Tversion; 0: not yet */
    /* What the walk before this message has found: stat_fd() of that fid
     * would be the same. NULL: there was none, or time has passed. */
    const struct fid *walked;
};

enum fid_kind { FID_NONE, FID_PATH, FID_FILE, FID_DIR, FID_TTY };
struct fid {
    uint32_t number;
    uint16_t export; /* index */
    uint8_t kind;    /* enum fid_kind */
    bool may_write;  /* opened for it */
    uint16_t type;   /* S_IFMT of its mode, which never changes */
    int fd;          /* owned; not FID_TTY's */
    uint32_t next;   /* in its row, or among the free; index + 1 */
};

/* fids.c. The table starts empty. */
struct fid *fid_find(uint32_t number); /* or NULL */
/* -EBADF: in use; -ENFILE: too many. */
int fid_new(uint32_t number, struct fid **fid);
void fid_end(struct fid *fid); /* closes its descriptor */
void fid_end_all(void);

/* A message being read: every get_* checks, and notes what is wrong. */
struct in {
    const uint8_t *at, *end;
    bool is_bad;
};
uint8_t get_u8(struct in *in);
uint16_t get_u16(struct in *in);
uint32_t get_u32(struct in *in);
uint64_t get_u64(struct in *in);
/* One component: 1..255 bytes, no '/', no NUL, neither "." nor "..". Names
 * of such a kind are an error of the caller, not of the message: *rc. */
void get_name(struct in *in, char name[P9_NAME_MAX + 1], int *rc);
/* Any text of at most size - 1 bytes without a NUL. */
void get_text(struct in *in, char *text, size_t size, int *rc);
/* 0 when all of it was read and nothing was bad, else -EPROTO. */
int get_end(const struct in *in);

/* An answer being written; the caller sees to it that there is room. */
struct out {
    uint8_t *at;
};
void put_u8(struct out *out, uint8_t value);
void put_u16(struct out *out, uint16_t value);
void put_u32(struct out *out, uint32_t value);
void put_u64(struct out *out, uint64_t value);
void put_bytes(struct out *out, const void *bytes, size_t len);

/* Acts on a message's body and writes the answer's; 0, or -errno and what is
 * written does not count. */
typedef int op_fn(struct server *server, struct in *in, struct out *out);
op_fn op_version, op_attach, op_walk, op_clunk, op_flush, op_statfs, op_lopen,
    op_lcreate, op_read, op_write, op_readdir, op_fsync, op_lock, op_getlock,
    op_getattr, op_setattr, op_readlink, op_symlink, op_mknod, op_link,
    op_mkdir, op_renameat, op_unlinkat;

/* ops_*.c, among each other. NULL fid: -EBADF. */
struct linux_statx;
struct statx;
int stat_fd(int fd, struct statx *st);
int stat_fid(const struct server *server, const struct fid *fid,
             struct statx *st);
int stat_name(int dir, const char *name, struct statx *st);
void put_qid(struct out *out, const struct statx *st);
uint64_t qid_path(const struct statx *st);
/* The fid's file, opened anew: a descriptor or -errno. */
int open_fid(const struct server *server, const struct fid *fid, int flags);
/* A fid that names a directory in which something is to change. */
int dir_to_change(const struct server *server, uint32_t number,
                  struct fid **dir);
uint64_t resolve_flags(const struct server *server, const struct fid *fid);
/* tty.c */
long tty_read(const struct server *server, void *buf, size_t len,
              uint64_t offset);
long tty_write(const struct server *server, const void *buf, size_t len,
               uint64_t offset);
void tty_save(int tty);    /* its mode, and ... */
void tty_restore(int tty); /* ... back to it */

/* One message from its type on, without the size; writes a whole answer:
 * its length. What the fuzzer calls. */
size_t serve_message(struct server *server, const uint8_t *msg, size_t len,
                     uint8_t *answer);
/* Most bytes that the answer to a message can have. */
size_t serve_answer_max(const struct server *server, const uint8_t *msg,
                        size_t len);
/* Until the guest hangs up (0) or breaks the framing (-EPROTO). */
int serve(struct server *server);

#endif
