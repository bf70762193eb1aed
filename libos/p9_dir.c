/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names on a 9P file system: p9.h. What belongs together is sent together:
 * a walk and the attributes of what it found cost one round trip.
 */
#include "p9.h"
#include "arena.h"

#define NAME_VALID_NS 100000000ll
#define KEPT_NAME_VALID_NS 1000000000ll

/* Where in the cache a name is if it is there. */
static struct p9_cached **place_of(struct p9_fs *fs, const struct p9_inode *dir,
                                   const char *name, size_t len)
{
    uint64_t hash = (uintptr_t)dir >> 4;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)name[i]) * 0x100000001b3ull;
    return &fs->cache[(hash ^ hash >> 32) % P9_CACHE];
}

static struct p9_cached *cache_find(struct p9_fs *fs,
                                    const struct p9_inode *dir,
                                    const char *name, size_t len)
{
    struct p9_cached *c = fs->cache ? *place_of(fs, dir, name, len) : NULL;
    bool is_it =
        c && c->dir == dir && c->len == len && memcmp(c->name, name, len) == 0;
    return is_it && time_now() < c->until_ns ? c : NULL;
}

/* Of what is in the cache no more: that may block. */
static void cache_free(struct p9_cached *c)
{
    if (!c)
        return;
    if (c->inode)
        inode_put(&c->inode->inode);
    inode_put(&c->dir->inode);
    kfree(c);
}

/* Whatever is known of an inode's place. */
static void cache_purge(struct p9_fs *fs, const struct p9_inode *inode)
{
    for (unsigned i = 0; fs->cache && i < P9_CACHE; i++) {
        struct p9_cached *c = fs->cache[i];
        if (!c || c->inode != inode)
            continue;
        fs->cache[i] = NULL;
        cache_free(c);
    }
}

/* Directories alone, as they are what paths lead through; where names are
 * kept all of them, and those that are not there (inode is NULL). */
static void cache_add(struct p9_fs *fs, struct p9_inode *dir, const char *name,
                      size_t len, struct p9_inode *inode)
{
    if (!fs->is_kept && (!inode || !inode_is_dir(&inode->inode)))
        return;
    if (!fs->cache)
        fs->cache = kalloc(P9_CACHE * sizeof(struct p9_cached *));
    struct p9_cached *c = fs->cache ? kalloc(sizeof *c + len) : NULL;
    if (!c)
        return; /* it is asked for again, that is all */
    c->dir = dir;
    c->inode = inode;
    c->until_ns =
        time_now() + (fs->is_kept ? KEPT_NAME_VALID_NS : NAME_VALID_NS);
    c->len = (uint8_t)len;
    memcpy(c->name, name, len);
    (void)inode_get(&dir->inode);
    if (inode)
        (void)inode_get(&inode->inode);
    struct p9_cached **place = place_of(fs, dir, name, len), *old = *place;
    *place = c;
    cache_free(old);
}

/* One name's walk and what it leads to; after the answers p9_found(). */
struct find {
    uint32_t fid;
    struct p9_req walk, get;
    uint16_t count;
    uint8_t qid[P9_QID_SIZE];
    struct p9_attr attr;
};

static void start_find(struct p9_conn *conn, struct find *find, uint32_t dir,
                       const char *name, size_t len)
{
    uint16_t one = 1;
    find->walk = (struct p9_req){.fixed = &find->count,
                                 .fixed_len = sizeof find->count,
                                 .tail = find->qid,
                                 .tail_max = sizeof find->qid};
    find->get = (struct p9_req){0};
    p9_start(conn, &find->walk, P9_TWALK);
    p9_put_u32(conn, dir);
    p9_put_u32(conn, find->fid);
    p9_put_u8(conn, (uint8_t)one);
    p9_put_u8(conn, 0);
    p9_put_string(conn, name, len);
    p9_end(conn, 0);
    p9_start_getattr(conn, &find->get, find->fid, &find->attr);
    p9_end(conn, 0);
}

static int end_find(struct p9_conn *conn, struct find *find)
{
    int rc = p9_wait(conn, &find->walk);
    int got = p9_wait(conn, &find->get);
    if (rc < 0)
        p9_fid_free(conn, find->fid);
    else if (find->count != 1 || find->walk.tail_len != P9_QID_SIZE)
        rc = -LINUX_EIO;
    if (rc == 0 && got < 0) {
        p9_clunk(conn, find->fid, false);
        return got;
    }
    return rc;
}

/* What the inode's next open finds done. */
static void set_ready(struct inode *inode, uint32_t fid, bool is_to_write)
{
    struct p9_inode *node = p9_of(inode);
    p9_clunk(p9_conn_of(inode), node->ready_fid, false);
    node->ready_fid = fid;
    node->is_ready_to_write = is_to_write;
}

static int lookup(struct p9_inode *dir, const char *name, size_t len,
                  bool will_open, struct inode **inode)
{
    struct p9_conn *conn = p9_conn_of(&dir->inode);
    struct find find;
    struct p9_opening opening;
    int rc = p9_begin(conn), opened = -LINUX_EBADF;
    if (rc < 0)
        return rc;
    find.fid = p9_fid_new(conn);
    start_find(conn, &find, dir->fid, name, len);
    if (will_open)
        p9_start_open(conn, &opening, find.fid, LINUX_O_RDONLY);
    p9_send(conn, NULL, 0);
    rc = end_find(conn, &find);
    if (will_open)
        opened = p9_end_open(conn, &opening);
    if (rc == 0)
        rc = p9_inode_get(dir, name, len, find.fid, &find.attr, inode);
    if (opened == 0 && rc == 0 && inode_may(*inode, MAY_READ) == 0)
        set_ready(*inode, opening.fid, false);
    else if (opened == 0)
        p9_clunk(conn, opening.fid, true);
    return rc;
}

static int lookup_cached(struct inode *inode, const char *name, size_t len,
                         bool will_open, struct inode **out)
{
    struct p9_inode *dir = p9_of(inode);
    struct p9_fs *fs = p9_fs_of(inode);
    struct p9_cached *c = cache_find(fs, dir, name, len);
    if (c) {
        if (!c->inode)
            return -LINUX_ENOENT;
        *out = inode_get(&c->inode->inode);
        return 0;
    }
    int rc = lookup(dir, name, len, will_open, out);
    if (rc == 0)
        cache_add(fs, dir, name, len, p9_of(*out));
    else if (rc == -LINUX_ENOENT || rc == -LINUX_EXDEV)
        cache_add(fs, dir, name, len, NULL);
    return rc;
}

int p9_lookup(struct inode *dir, const char *name, size_t len,
              struct inode **inode)
{
    return lookup_cached(dir, name, len, false, inode);
}

int p9_lookup_open(struct inode *dir, const char *name, size_t len,
                   struct inode **inode)
{
    return lookup_cached(dir, name, len, true, inode);
}

/*
 * The server makes files as the user it runs as. Where the program is
 * somebody else, or the directory hands its group down, they are given away;
 * a server that may not do that leaves them as they are.
 */
static void fix_owner(struct p9_inode *dir, struct p9_inode *node)
{
    struct inode want = {.fs = node->inode.fs};
    inode_init_owner(&want, &dir->inode, node->inode.mode);
    struct attr attr = {.mask = ATTR_UID | ATTR_GID | ATTR_MODE,
                        .mode = node->inode.mode & 07777,
                        .uid = want.uid,
                        .gid = want.gid};
    if (inode_is(&node->inode, LINUX_S_IFLNK))
        attr.mask &= ~(uint32_t)ATTR_MODE;
    if (want.uid != node->inode.uid || want.gid != node->inode.gid)
        (void)p9_setattr(&node->inode, node->fid, &attr);
}

/* After the message that makes a name (not sent yet): finds what was made. */
static int made(struct p9_inode *dir, struct p9_req *make, struct find *find,
                const char *name, size_t len, struct inode **inode)
{
    struct p9_conn *conn = p9_conn_of(&dir->inode);
    p9_end(conn, 0);
    start_find(conn, find, dir->fid, name, len);
    p9_send(conn, NULL, 0);
    int rc = p9_wait(conn, make);
    int found = end_find(conn, find);
    if (rc < 0 && found == 0)
        p9_clunk(conn, find->fid, false);
    if (rc == 0)
        rc = found;
    if (rc == 0)
        rc = p9_inode_get(dir, name, len, find->fid, &find->attr, inode);
    p9_forget(dir);
    if (rc == 0)
        fix_owner(dir, p9_of(*inode));
    return rc;
}

/* The same for who asked for no inode. */
static int made_only(struct p9_inode *dir, struct p9_req *make,
                     const char *name, size_t len)
{
    struct find find = {.fid = p9_fid_new(p9_conn_of(&dir->inode))};
    struct inode *child;
    int rc = made(dir, make, &find, name, len, &child);
    if (rc == 0)
        inode_put(child);
    return rc;
}

/* A regular file is open when it is made: the open that follows may have
 * rights that its mode gives nobody. */
static int create_file(struct p9_inode *dir, const char *name, size_t len,
                       unsigned mode, struct inode **inode)
{
    struct p9_conn *conn = p9_conn_of(&dir->inode);
    struct {
        uint8_t qid[P9_QID_SIZE];
        uint32_t iounit;
    } __attribute__((packed)) answer;
    uint16_t count;
    struct p9_req clone = {.fixed = &count, .fixed_len = sizeof count};
    struct p9_req make = {.fixed = &answer, .fixed_len = sizeof answer};
    uint32_t open_fid = p9_fid_new(conn);
    struct find find = {.fid = p9_fid_new(conn)};
    int rc = p9_begin(conn);
    if (rc < 0) {
        p9_fid_free(conn, open_fid);
        p9_fid_free(conn, find.fid);
        return rc;
    }
    p9_start_clone(conn, &clone, dir->fid, open_fid);
    p9_end(conn, 0);
    p9_start(conn, &make, P9_TLCREATE);
    p9_put_u32(conn, open_fid);
    p9_put_string(conn, name, len);
    p9_put_u32(conn, LINUX_O_RDWR | LINUX_O_CREAT | LINUX_O_EXCL);
    p9_put_u32(conn, mode & 07777);
    p9_put_u32(conn, dir->inode.gid);
    rc = made(dir, &make, &find, name, len, inode);
    int cloned = p9_wait(conn, &clone);
    if (cloned < 0) { /* what came of the rest followed from it */
        p9_fid_free(conn, open_fid);
        return cloned;
    }
    if (rc < 0) {
        p9_clunk(conn, open_fid, false);
        return rc;
    }
    set_ready(*inode, open_fid, true);
    return 0;
}

int p9_create(struct inode *inode, const char *name, size_t len, unsigned mode,
              uint64_t rdev, struct inode **out)
{
    struct p9_inode *dir = p9_of(inode);
    struct p9_conn *conn = p9_conn_of(inode);
    uint8_t qid[P9_QID_SIZE];
    struct p9_req make = {.fixed = qid, .fixed_len = sizeof qid};
    if ((mode & LINUX_S_IFMT) == LINUX_S_IFREG)
        return create_file(dir, name, len, mode, out);
    struct find find = {.fid = p9_fid_new(conn)};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &make, P9_TMKNOD);
    p9_put_u32(conn, dir->fid);
    p9_put_string(conn, name, len);
    p9_put_u32(conn, mode);
    p9_put_u32(conn, (uint32_t)(rdev >> 8));
    p9_put_u32(conn, (uint32_t)(rdev & 0xff));
    p9_put_u32(conn, inode->gid);
    return made(dir, &make, &find, name, len, out);
}

int p9_mkdir(struct inode *inode, const char *name, size_t len, unsigned mode)
{
    struct p9_conn *conn = p9_conn_of(inode);
    uint8_t qid[P9_QID_SIZE];
    struct p9_req make = {.fixed = qid, .fixed_len = sizeof qid};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &make, P9_TMKDIR);
    p9_put_u32(conn, p9_of(inode)->fid);
    p9_put_string(conn, name, len);
    p9_put_u32(conn, mode & 07777);
    p9_put_u32(conn, inode->gid);
    return made_only(p9_of(inode), &make, name, len);
}

int p9_symlink(struct inode *inode, const char *name, size_t len,
               const char *target, size_t target_len)
{
    struct p9_conn *conn = p9_conn_of(inode);
    uint8_t qid[P9_QID_SIZE];
    struct p9_req make = {.fixed = qid, .fixed_len = sizeof qid};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &make, P9_TSYMLINK);
    p9_put_u32(conn, p9_of(inode)->fid);
    p9_put_string(conn, name, len);
    p9_put_string(conn, target, target_len);
    p9_put_u32(conn, inode->gid);
    return made_only(p9_of(inode), &make, name, len);
}

int p9_link(struct inode *dir, const char *name, size_t len,
            struct inode *inode)
{
    struct p9_conn *conn = p9_conn_of(dir);
    struct p9_req req = {0};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TLINK);
    p9_put_u32(conn, p9_of(dir)->fid);
    p9_put_u32(conn, p9_of(inode)->fid);
    p9_put_string(conn, name, len);
    rc = p9_call(conn, &req);
    p9_forget(p9_of(dir));
    p9_forget(p9_of(inode));
    return rc;
}

/* inode has lost its name in dir. */
static void lost_name(struct p9_inode *node)
{
    p9_forget(node);
    cache_purge(p9_fs_of(&node->inode), node);
    kfree(node->name);
    node->name = NULL;
}

int p9_unlink(struct inode *dir, const char *name, size_t len,
              struct inode *inode)
{
    struct p9_conn *conn = p9_conn_of(dir);
    struct p9_req req = {0};
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TUNLINKAT);
    p9_put_u32(conn, p9_of(dir)->fid);
    p9_put_string(conn, name, len);
    p9_put_u32(conn, inode_is_dir(inode) ? P9_UNLINK_DIR : 0);
    rc = p9_call(conn, &req);
    p9_forget(p9_of(dir));
    if (rc == 0) {
        lost_name(p9_of(inode));
        if (inode_is_dir(inode))
            inode->nlink = 0;
    }
    return rc;
}

int p9_rename(struct inode *dir, const char *name, size_t len,
              struct inode *inode, struct inode *to_dir, const char *to_name,
              size_t to_len, struct inode *target, unsigned flags)
{
    struct p9_conn *conn = p9_conn_of(dir);
    struct p9_req req = {0};
    if (flags & LINUX_RENAME_EXCHANGE)
        return -LINUX_EINVAL; /* the protocol has no such thing */
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TRENAMEAT);
    p9_put_u32(conn, p9_of(dir)->fid);
    p9_put_string(conn, name, len);
    p9_put_u32(conn, p9_of(to_dir)->fid);
    p9_put_string(conn, to_name, to_len);
    rc = p9_call(conn, &req);
    p9_forget(p9_of(dir));
    p9_forget(p9_of(to_dir));
    if (rc < 0)
        return rc;
    p9_forget(p9_of(inode));
    cache_purge(p9_fs_of(inode), p9_of(inode));
    p9_set_place(p9_of(inode), p9_of(to_dir), to_name, to_len);
    if (target)
        lost_name(p9_of(target));
    return 0;
}
