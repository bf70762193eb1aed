/* SPDX-License-Identifier: Apache-2.0 */
/* Open files and directories of a 9P file system: p9.h. */
#include "p9.h"
#include "arena.h"
#include "user.h"

#define DIR_BATCH 32768u

struct p9_file {
    uint32_t fid;
    bool appends; /* the server does, wherever we write */
    /* Directories: entries got at once, of which those from `at` on, at
     * position `pos`, were not handed out yet. */
    uint8_t *batch;
    uint32_t len, at;
    int64_t pos;
};

static struct p9_file *state_of(const struct file *file)
{
    return file->data;
}

void p9_start_open(struct p9_conn *conn, struct p9_opening *opening,
                   uint32_t from, uint32_t flags)
{
    opening->fid = p9_fid_new(conn);
    opening->walk = (struct p9_req){.fixed = &opening->count,
                                    .fixed_len = sizeof opening->count};
    opening->open = (struct p9_req){.fixed = &opening->answer,
                                    .fixed_len = sizeof opening->answer};
    p9_start_clone(conn, &opening->walk, from, opening->fid);
    p9_end(conn, 0);
    p9_start(conn, &opening->open, P9_TLOPEN);
    p9_put_u32(conn, opening->fid);
    p9_put_u32(conn, flags);
    p9_end(conn, 0);
}

int p9_end_open(struct p9_conn *conn, struct p9_opening *opening)
{
    int rc = p9_wait(conn, &opening->walk);
    int opened = p9_wait(conn, &opening->open);
    if (rc < 0) {
        p9_fid_free(conn, opening->fid);
        return rc;
    }
    if (opened < 0)
        p9_clunk(conn, opening->fid, false);
    return opened;
}

int p9_open_fid(struct inode *inode, uint32_t flags, uint32_t *fid)
{
    struct p9_conn *conn = p9_conn_of(inode);
    struct p9_opening opening;
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start_open(conn, &opening, p9_of(inode)->fid, flags);
    p9_send(conn, NULL, 0);
    rc = p9_end_open(conn, &opening);
    *fid = opening.fid;
    return rc;
}

static const struct file_ops p9_file_ops, p9_dir_ops;

#define SERVER_FLAGS                                                           \
    (LINUX_O_ACCMODE | LINUX_O_APPEND | LINUX_O_DSYNC | LINUX_O_SYNC |         \
     LINUX_O_NOATIME)

int p9_open(struct inode *inode, struct file *file)
{
    struct p9_inode *node = p9_of(inode);
    struct p9_file *state = kalloc(sizeof *state);
    int rc = 0;
    if (!state)
        return -LINUX_ENOMEM;
    uint32_t ready = node->ready_fid;
    uint32_t flags = file->flags & SERVER_FLAGS;
    bool may_write = ready != P9_NOFID && node->is_ready_to_write;
    node->ready_fid = P9_NOFID;
    bool fits = ready != P9_NOFID && (may_write ? !(flags & ~LINUX_O_ACCMODE)
                                                : flags == LINUX_O_RDONLY);
    if (!fits)
        rc = p9_open_fid(inode, flags, &state->fid);
    state->appends = flags & LINUX_O_APPEND;
    /* A file that we have made: appending is write()'s business then. */
    if (fits || (rc == -LINUX_EACCES && may_write)) {
        state->appends = false;
        state->fid = ready;
        ready = P9_NOFID;
        rc = 0;
    }
    p9_clunk(p9_conn_of(inode), ready, true);
    if (rc < 0) {
        kfree(state);
        return rc;
    }
    file->data = state;
    file->ops = inode_is_dir(inode) ? &p9_dir_ops : &p9_file_ops;
    file->is_seekable = !inode_is_dir(inode);
    return 0;
}

/* Only an open file that does not append writes where we say. */
static int set_flags(struct file *file, unsigned old)
{
    struct p9_file *state = state_of(file);
    bool wants = file->flags & LINUX_O_APPEND;
    uint32_t fid;
    if (!((file->flags ^ old) & LINUX_O_APPEND) || state->appends == wants)
        return 0;
    int rc = p9_open_fid(file->inode, file->flags & SERVER_FLAGS, &fid);
    if (rc < 0)
        return wants ? 0 : rc; /* write() asks where the end is, too */
    p9_clunk(p9_conn_of(file->inode), state->fid, true);
    state->fid = fid;
    state->appends = wants;
    return 0;
}

static void release(struct file *file)
{
    struct p9_file *state = state_of(file);
    p9_clunk(p9_conn_of(file->inode), state->fid, true);
    if (state->batch)
        arena_free(state->batch, DIR_BATCH);
    kfree(state);
}

/* Each page of it once, before a message counts on all of it. */
static int probe(const void *buf, size_t len, bool is_write)
{
    char *at = (char *)(uintptr_t)buf;
    char byte;
    long rc = 0;
    for (size_t i = 0; i < len && rc == 0; i += PAGE_SIZE)
        rc = user_copy(is_write ? at + i : &byte, at + i, 1);
    if (len && rc == 0)
        rc = user_copy(is_write ? at + len - 1 : &byte, at + len - 1, 1);
    return (int)rc;
}

static long read_part(struct file *file, void *buf, size_t len, int64_t pos)
{
    struct p9_conn *conn = p9_conn_of(file->inode);
    uint32_t count;
    struct p9_req req = {.fixed = &count,
                         .fixed_len = sizeof count,
                         .tail = buf,
                         .tail_max = (uint32_t)len};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TREAD);
    p9_put_u32(conn, state_of(file)->fid);
    p9_put_u64(conn, (uint64_t)pos);
    p9_put_u32(conn, (uint32_t)len);
    rc = p9_call(conn, &req);
    if (rc < 0)
        return rc;
    return count == req.tail_len ? (long)count : -LINUX_EIO;
}

static size_t most(const struct file *file, size_t len, uint32_t head)
{
    size_t max = p9_conn_of(file->inode)->msize - head;
    if (max > 1u << 20)
        max = 1u << 20;
    return len < max ? len : max;
}

static long read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    size_t done = 0;
    long rc = 0;
    if (*pos < 0)
        return -LINUX_EINVAL;
    while (done < len) {
        char *to = (char *)buf + done;
        size_t part = most(file, len - done, P9_IO_HEAD);
        rc = probe(to, part, true);
        if (rc == 0)
            rc = read_part(file, to, part, *pos);
        if (rc <= 0)
            break;
        done += (size_t)rc;
        *pos += rc;
        if ((size_t)rc < part)
            break;
    }
    return done ? (long)done : rc;
}

static long write_part(struct file *file, const void *buf, size_t len,
                       int64_t pos)
{
    struct p9_conn *conn = p9_conn_of(file->inode);
    uint32_t count;
    struct p9_req req = {.fixed = &count, .fixed_len = sizeof count};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TWRITE);
    p9_put_u32(conn, state_of(file)->fid);
    p9_put_u64(conn, (uint64_t)pos);
    p9_put_u32(conn, (uint32_t)len);
    p9_end(conn, len);
    p9_send(conn, buf, len);
    rc = p9_wait(conn, &req);
    if (rc < 0)
        return rc;
    return count <= len ? (long)count : -LINUX_EIO;
}

/* man 2 write: a write by somebody else takes the set-ID bits away. */
static void drop_privileges(struct inode *inode)
{
    if (!(inode->mode & (LINUX_S_ISUID | LINUX_S_ISGID)) ||
        vfs_creds().uid == 0)
        return;
    struct attr attr = {.mask = ATTR_MODE,
                        .mode = inode->mode & 07777 & ~inode_privileges(inode)};
    (void)p9_setattr(inode, p9_of(inode)->fid, &attr);
}

/* The server appends by itself; where the end is then, it has to be asked. */
static void after_write(struct file *file, int64_t *pos)
{
    struct inode *inode = file->inode;
    p9_forget(p9_of(inode));
    if ((file->flags & LINUX_O_APPEND) && p9_getattr(inode) == 0)
        *pos = inode->size;
    else if (*pos > inode->size)
        inode->size = *pos;
    drop_privileges(inode);
}

static long write(struct file *file, const void *buf, size_t len, int64_t *pos)
{
    size_t done = 0;
    long rc = 0;
    if (file->flags & LINUX_O_APPEND) {
        p9_forget(p9_of(file->inode));
        rc = p9_getattr(file->inode);
        if (rc < 0)
            return rc;
        *pos = file->inode->size;
    }
    while (done < len) {
        const char *from = (const char *)buf + done;
        size_t part = most(file, len - done, P9_WRITE_HEAD);
        rc = probe(from, part, false);
        if (rc == 0)
            rc = write_part(file, from, part, *pos);
        if (rc <= 0)
            break;
        done += (size_t)rc;
        *pos += rc;
        if ((size_t)rc < part)
            break;
    }
    if (done)
        after_write(file, pos);
    return done ? (long)done : rc;
}

static int64_t seek(struct file *file, int64_t offset, int whence)
{
    (void)offset;
    if (whence != LINUX_SEEK_SET && whence != LINUX_SEEK_CUR) {
        p9_forget(p9_of(file->inode));
        int rc = p9_getattr(file->inode);
        if (rc < 0)
            return rc;
    }
    return -LINUX_ENOSYS; /* by the size */
}

static int sync(struct file *file, bool is_data_only)
{
    struct p9_conn *conn = p9_conn_of(file->inode);
    struct p9_req req = {0};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TFSYNC);
    p9_put_u32(conn, state_of(file)->fid);
    p9_put_u32(conn, is_data_only);
    return p9_call(conn, &req);
}

/* By the open file: its mode may have changed since it was opened. */
static int truncate(struct file *file, int64_t size)
{
    struct attr attr = {.mask = ATTR_SIZE, .size = size};
    if (file->inode->fs->flags & FS_READONLY)
        return -LINUX_EROFS;
    int rc = p9_setattr(file->inode, state_of(file)->fid, &attr);
    if (rc == 0)
        drop_privileges(file->inode);
    return rc;
}

static int next_batch(struct file *file)
{
    struct p9_conn *conn = p9_conn_of(file->inode);
    struct p9_file *state = state_of(file);
    uint32_t count;
    if (!state->batch)
        state->batch = arena_alloc(DIR_BATCH, false);
    if (!state->batch)
        return -LINUX_ENOMEM;
    uint32_t max = (uint32_t)most(file, DIR_BATCH, P9_IO_HEAD);
    struct p9_req req = {.fixed = &count,
                         .fixed_len = sizeof count,
                         .tail = state->batch,
                         .tail_max = max};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TREADDIR);
    p9_put_u32(conn, state->fid);
    p9_put_u64(conn, (uint64_t)file->pos);
    p9_put_u32(conn, max);
    rc = p9_call(conn, &req);
    if (rc == 0 && count != req.tail_len)
        rc = -LINUX_EIO;
    state->len = rc < 0 ? 0 : count;
    state->at = 0;
    state->pos = file->pos;
    return rc;
}

struct wire_dirent {
    uint8_t qid_type;
    uint32_t qid_version;
    uint64_t qid_path, next;
    uint8_t type;
    uint16_t len;
} __attribute__((packed));

/* The entry at state->at: bytes it takes, 0: it is none, not even nearly. */
static uint32_t parse(const struct p9_file *state, struct wire_dirent *ent,
                      const char **name)
{
    uint32_t left = state->len - state->at;
    if (left < sizeof *ent)
        return 0;
    memcpy(ent, state->batch + state->at, sizeof *ent);
    *name = (const char *)state->batch + state->at + sizeof *ent;
    if (!ent->len || ent->len > LINUX_NAME_MAX ||
        ent->len > left - sizeof *ent || memchr(*name, '/', ent->len) ||
        memchr(*name, 0, ent->len) || ent->next > INT64_MAX)
        return 0;
    return (uint32_t)sizeof *ent + ent->len;
}

static int readdir(struct file *file, struct dir_sink *sink)
{
    struct p9_file *state = state_of(file);
    bool is_first = true;
    if (state->pos != file->pos || !state->len)
        state->len = state->at = 0;
    for (;; is_first = false) {
        /* What is there is enough: the end is asked for only once. */
        if (state->at == state->len && !is_first)
            return 0;
        if (state->at == state->len) {
            int rc = next_batch(file);
            if (rc < 0 || !state->len)
                return rc;
        }
        struct wire_dirent ent;
        const char *name;
        uint32_t size = parse(state, &ent, &name);
        if (!size || (int64_t)ent.next == file->pos) {
            state->len = state->at = 0;
            return -LINUX_EIO;
        }
        if (!sink->emit(sink, name, ent.len, ent.qid_path, ent.type,
                        (int64_t)ent.next))
            return 0;
        state->at += size;
        state->pos = file->pos = (int64_t)ent.next;
    }
}

static int64_t dir_seek(struct file *file, int64_t offset, int whence)
{
    if (whence == LINUX_SEEK_CUR && !offset)
        return file->pos;
    if (whence != LINUX_SEEK_SET || offset < 0)
        return -LINUX_EINVAL;
    state_of(file)->len = state_of(file)->at = 0; /* what is new shows */
    return offset;
}

static const struct file_ops p9_file_ops = {
    .read = read,
    .write = write,
    .seek = seek,
    .sync = sync,
    .truncate = truncate,
    .set_flags = set_flags,
    .release = release,
    .name = "file",
};

static const struct file_ops p9_dir_ops = {
    .readdir = readdir,
    .seek = dir_seek,
    .sync = sync,
    .release = release,
    .name = "directory",
};
