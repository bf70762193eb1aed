/* SPDX-License-Identifier: Apache-2.0 */
/* Inodes of a 9P file system, their attributes, mounting: p9.h. */
#include "p9.h"
#include "arena.h"

#define ATTR_VALID_NS 1000000ll
#define KEPT_ATTR_VALID_NS 1000000000ll

/* Body of Rgetattr: valid[8] qid[13], then these. */
struct wire_time {
    uint64_t sec, nsec;
};
struct wire_attr {
    uint64_t valid;
    uint8_t qid_type;
    uint32_t qid_version;
    uint64_t qid_path;
    uint32_t mode, uid, gid;
    uint64_t nlink, rdev, size, blksize, blocks;
    struct wire_time atime, mtime, ctime, btime;
    uint64_t gen, data_version;
} __attribute__((packed));
_Static_assert(sizeof(struct wire_attr) == P9_ATTR_SIZE, "Rgetattr");

static struct linux_timespec to_time(struct wire_time time)
{
    bool is_good = time.nsec < NS_PER_SEC;
    return (struct linux_timespec){(int64_t)time.sec,
                                   is_good ? (int64_t)time.nsec : 0};
}

void p9_start_clone(struct p9_conn *conn, struct p9_req *req, uint32_t from,
                    uint32_t to)
{
    p9_start(conn, req, P9_TWALK);
    p9_put_u32(conn, from);
    p9_put_u32(conn, to);
    p9_put_u8(conn, 0); /* uint16_t: no names */
    p9_put_u8(conn, 0);
}

void p9_start_getattr(struct p9_conn *conn, struct p9_req *req, uint32_t fid,
                      struct p9_attr *attr)
{
    req->fixed = attr->raw;
    req->fixed_len = sizeof attr->raw;
    p9_start(conn, req, P9_TGETATTR);
    p9_put_u32(conn, fid);
    p9_put_u64(conn, P9_GETATTR_BASIC | P9_GETATTR_BTIME);
}

/* The type never changes: another file would be another inode. */
static bool is_type(unsigned mode)
{
    static const uint16_t known =
        1 << 1 | 1 << 2 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 12;
    return known >> ((mode & LINUX_S_IFMT) >> 12) & 1;
}

void p9_set_attr(struct p9_inode *node, const struct p9_attr *attr)
{
    struct wire_attr wire;
    struct inode *inode = &node->inode;
    memcpy(&wire, attr->raw, sizeof wire);
    inode->mode = (inode->mode & LINUX_S_IFMT) | (wire.mode & 07777);
    inode->uid = wire.uid;
    inode->gid = wire.gid;
    inode->nlink = wire.nlink > UINT32_MAX ? UINT32_MAX : (uint32_t)wire.nlink;
    inode->rdev = wire.rdev;
    inode->size = wire.size > INT64_MAX ? INT64_MAX : (int64_t)wire.size;
    inode->blocks = wire.blocks > INT64_MAX ? INT64_MAX : (int64_t)wire.blocks;
    inode->atime = to_time(wire.atime);
    inode->mtime = to_time(wire.mtime);
    inode->ctime = to_time(wire.ctime);
    node->asked_ns = time_now();
}

void p9_forget(struct p9_inode *node)
{
    node->asked_ns = INT64_MIN / 2;
}

int p9_getattr(struct inode *inode)
{
    struct p9_inode *node = p9_of(inode);
    struct p9_conn *conn = p9_conn_of(inode);
    struct p9_attr attr;
    struct p9_req req = {0};
    int64_t valid_ns =
        p9_fs_of(inode)->is_kept ? KEPT_ATTR_VALID_NS : ATTR_VALID_NS;
    if (time_now() - node->asked_ns < valid_ns)
        return 0;
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start_getattr(conn, &req, node->fid, &attr);
    rc = p9_call(conn, &req);
    if (rc == 0)
        p9_set_attr(node, &attr);
    return rc;
}

static void put_time(struct p9_conn *conn, const struct linux_timespec *ts)
{
    p9_put_u64(conn, (uint64_t)ts->sec);
    p9_put_u64(conn, (uint64_t)ts->nsec);
}

void p9_start_setattr(struct p9_conn *conn, struct p9_req *req, uint32_t fid,
                      const struct attr *attr)
{
    static const uint32_t bits[][2] = {
        {ATTR_MODE, P9_SETATTR_MODE},
        {ATTR_UID, P9_SETATTR_UID},
        {ATTR_GID, P9_SETATTR_GID},
        {ATTR_SIZE, P9_SETATTR_SIZE},
        {ATTR_ATIME, P9_SETATTR_ATIME | P9_SETATTR_ATIME_SET},
        {ATTR_MTIME, P9_SETATTR_MTIME | P9_SETATTR_MTIME_SET},
    };
    uint32_t mask = 0;
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++)
        if (attr->mask & bits[i][0])
            mask |= bits[i][1];
    if (attr->mask & ATTR_NOW) /* the host's, and its clock */
        mask &= ~(uint32_t)(P9_SETATTR_ATIME_SET | P9_SETATTR_MTIME_SET);
    p9_start(conn, req, P9_TSETATTR);
    p9_put_u32(conn, fid);
    p9_put_u32(conn, mask);
    p9_put_u32(conn, attr->mode);
    p9_put_u32(conn, attr->uid);
    p9_put_u32(conn, attr->gid);
    p9_put_u64(conn, (uint64_t)attr->size);
    put_time(conn, &attr->atime);
    put_time(conn, &attr->mtime);
}

int p9_setattr(struct inode *inode, uint32_t fid, const struct attr *attr)
{
    struct p9_inode *node = p9_of(inode);
    struct p9_conn *conn = p9_conn_of(inode);
    struct p9_attr now;
    struct p9_req set = {0}, get = {0};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start_setattr(conn, &set, fid, attr);
    p9_end(conn, 0);
    p9_start_getattr(conn, &get, fid, &now);
    p9_end(conn, 0);
    p9_send(conn, NULL, 0);
    rc = p9_wait(conn, &set);
    if (p9_wait(conn, &get) == 0)
        p9_set_attr(node, &now);
    return rc;
}

static int setattr(struct inode *inode, const struct attr *attr)
{
    return p9_setattr(inode, p9_of(inode)->fid, attr);
}

static struct p9_inode **bucket_of(struct p9_fs *fs, uint64_t path)
{
    return &fs->buckets[(path ^ path >> 8 ^ path >> 16) % 256];
}

void p9_set_place(struct p9_inode *node, struct p9_inode *dir, const char *name,
                  size_t len)
{
    if (node->parent == dir && node->name && strlen(node->name) == len &&
        memcmp(node->name, name, len) == 0)
        return;
    if (&node->inode == node->inode.fs->root)
        return;
    char *copy = dir ? kalloc(len + 1) : NULL;
    if (copy)
        memcpy(copy, name, len);
    kfree(node->name);
    node->name = copy;
    struct p9_inode *old = node->parent;
    node->parent = dir;
    if (dir)
        (void)inode_get(&dir->inode);
    if (old)
        inode_put(&old->inode);
}

static const struct inode_ops p9_ops;

static struct p9_inode *new_inode(struct p9_fs *fs, uint32_t fid,
                                  const struct wire_attr *wire)
{
    struct p9_inode *node = kalloc(sizeof *node);
    if (!node)
        return NULL;
    node->inode.ops = &p9_ops;
    node->inode.fs = &fs->fs;
    node->inode.refs = 1;
    node->inode.ino = wire->qid_path;
    node->inode.mode = wire->mode & LINUX_S_IFMT;
    node->qid_path = wire->qid_path;
    node->btime = wire->btime.sec ^ wire->btime.nsec << 32;
    node->fid = fid;
    node->ready_fid = node->lock_fid = P9_NOFID;
    struct p9_inode **bucket = bucket_of(fs, node->qid_path);
    node->next = *bucket;
    *bucket = node;
    return node;
}

int p9_inode_get(struct p9_inode *dir, const char *name, size_t len,
                 uint32_t fid, const struct p9_attr *attr, struct inode **out)
{
    struct p9_fs *fs = p9_fs_of(&dir->inode);
    struct wire_attr wire;
    memcpy(&wire, attr->raw, sizeof wire);
    uint64_t btime = wire.btime.sec ^ wire.btime.nsec << 32;
    struct p9_inode *node = *bucket_of(fs, wire.qid_path);
    while (node &&
           (node->qid_path != wire.qid_path || node->btime != btime ||
            (node->inode.mode ^ wire.mode) & LINUX_S_IFMT || !node->inode.refs))
        node = node->next;
    int rc = 0;
    if (node) {
        (void)inode_get(&node->inode);
        p9_clunk(fs->conn, fid, false);
    } else if (!is_type(wire.mode)) {
        rc = -LINUX_EIO;
    } else {
        node = new_inode(fs, fid, &wire);
        rc = node ? 0 : -LINUX_ENOMEM;
    }
    if (rc < 0) {
        p9_clunk(fs->conn, fid, false);
        return rc;
    }
    p9_set_attr(node, attr);
    p9_set_place(node, dir, name, len);
    *out = &node->inode;
    return 0;
}

static void free_inode(struct p9_fs *fs, struct p9_inode *node)
{
    p9_clunk(fs->conn, node->ready_fid, true);
    p9_clunk(fs->conn, node->lock_fid, true);
    p9_clunk(fs->conn, node->fid, false);
    struct p9_inode *parent = node->parent;
    kfree(node->name);
    kfree(node);
    if (parent)
        inode_put(&parent->inode);
}

/* Freeing one may end its parent's last reference: a loop, no recursion. */
static void release(struct inode *inode)
{
    struct p9_inode *node = p9_of(inode);
    struct p9_fs *fs = p9_fs_of(inode);
    struct p9_inode **at = bucket_of(fs, node->qid_path);
    while (*at != node)
        at = &(*at)->next;
    *at = node->next;
    node->next = fs->dead;
    fs->dead = node;
    if (fs->is_freeing)
        return;
    fs->is_freeing = true;
    while (fs->dead) {
        node = fs->dead;
        fs->dead = node->next;
        free_inode(fs, node);
    }
    fs->is_freeing = false;
}

static struct inode *parent(struct inode *inode)
{
    struct p9_inode *node = p9_of(inode);
    return node->parent ? inode_get(&node->parent->inode) : NULL;
}

static int name_of(struct inode *dir, struct inode *inode,
                   char name[LINUX_NAME_MAX + 1])
{
    const struct p9_inode *node = p9_of(inode);
    if (inode->fs != dir->fs || node->parent != p9_of(dir) || !node->name)
        return -LINUX_ENOENT;
    size_t len = strlen(node->name);
    memcpy(name, node->name, len);
    return (int)len;
}

static long readlink(struct inode *inode, char *buf, size_t len)
{
    struct p9_conn *conn = p9_conn_of(inode);
    uint16_t target_len;
    struct p9_req req = {.fixed = &target_len,
                         .fixed_len = sizeof target_len,
                         .tail = buf,
                         .tail_max = (uint32_t)len};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TREADLINK);
    p9_put_u32(conn, p9_of(inode)->fid);
    rc = p9_call(conn, &req);
    if (rc < 0)
        return rc;
    bool is_good = target_len == req.tail_len && !memchr(buf, 0, target_len);
    return is_good ? target_len : -LINUX_EIO;
}

/* The server says -ENOTEMPTY itself when it comes to that. */
static bool is_empty(struct inode *dir)
{
    (void)dir;
    return true;
}

static const struct inode_ops p9_ops = {
    .lookup = p9_lookup,
    .lookup_open = p9_lookup_open,
    .create = p9_create,
    .mkdir = p9_mkdir,
    .symlink = p9_symlink,
    .link = p9_link,
    .unlink = p9_unlink,
    .rename = p9_rename,
    .is_empty = is_empty,
    .readlink = readlink,
    .getattr = p9_getattr,
    .setattr = setattr,
    .open = p9_open,
    .lock = p9_lock,
    .getlock = p9_getlock,
    .parent = parent,
    .name_of = name_of,
    .release = release,
};

static int statfs(struct fs *base, struct linux_statfs *st)
{
    struct p9_fs *fs = container_of(base, struct p9_fs, fs);
    struct {
        uint32_t type, bsize;
        uint64_t blocks, bfree, bavail, files, ffree, fsid;
        uint32_t namelen;
    } __attribute__((packed)) wire;
    _Static_assert(sizeof wire == P9_STATFS_SIZE, "Rstatfs");
    struct p9_req req = {.fixed = &wire, .fixed_len = sizeof wire};
    int rc = p9_begin(fs->conn);
    if (rc < 0)
        return rc;
    p9_start(fs->conn, &req, P9_TSTATFS);
    p9_put_u32(fs->conn, p9_of(base->root)->fid);
    rc = p9_call(fs->conn, &req);
    if (rc < 0)
        return rc;
    st->type = LINUX_V9FS_MAGIC;
    st->bsize = st->frsize = wire.bsize;
    st->blocks = wire.blocks;
    st->bfree = wire.bfree;
    st->bavail = wire.bavail;
    st->files = wire.files;
    st->ffree = wire.ffree;
    return 0;
}

static const struct fs_ops p9_fs_ops = {.statfs = statfs};

int p9_mount(struct p9_conn *conn, const char *aname, size_t len, bool is_kept,
             struct fs **out)
{
    uint8_t qid[P9_QID_SIZE];
    struct p9_attr attr;
    struct wire_attr wire;
    struct p9_req attach = {.fixed = qid, .fixed_len = sizeof qid}, get = {0};
    struct p9_fs *fs = kalloc(sizeof *fs);
    if (!fs)
        return -LINUX_ENOMEM;
    uint32_t fid = p9_fid_new(conn);
    int rc = p9_begin(conn);
    if (rc < 0)
        goto fail;
    p9_start(conn, &attach, P9_TATTACH);
    p9_put_u32(conn, fid);
    p9_put_u32(conn, P9_NOFID);
    p9_put_string(conn, "guest", 5);
    p9_put_string(conn, aname, len);
    p9_put_u32(conn, vfs_creds().uid);
    p9_end(conn, 0);
    p9_start_getattr(conn, &get, fid, &attr);
    p9_end(conn, 0);
    p9_send(conn, NULL, 0);
    rc = p9_wait(conn, &attach);
    int got = p9_wait(conn, &get);
    if (rc == 0)
        rc = got;
    if (rc < 0)
        goto fail;
    memcpy(&wire, attr.raw, sizeof wire);
    fs->fs.ops = &p9_fs_ops;
    fs->fs.type = "9p";
    fs->conn = conn;
    fs->is_kept = is_kept;
    (void)print_to(fs->source, sizeof fs->source, "%s", aname);
    fs->fs.source = fs->source;
    struct p9_inode *root =
        is_type(wire.mode) ? new_inode(fs, fid, &wire) : NULL;
    rc = is_type(wire.mode) ? -LINUX_ENOMEM : -LINUX_EIO;
    if (!root)
        goto fail;
    p9_set_attr(root, &attr);
    fs->fs.root = &root->inode;
    *out = &fs->fs;
    return 0;
fail:
    kfree(fs);
    return rc;
}
