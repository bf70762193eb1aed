/* SPDX-License-Identifier: Apache-2.0 */
/* The file system in memory: names. See tmpfs.h. */
#include "tmpfs.h"

#define FIRST_BUCKETS 8u
#define LINK_MAX 0x7fffffffu

/* FNV-1a; names are the program's own. */
static uint32_t hash_name(const char *name, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)name[i]) * 16777619u;
    return hash;
}

static struct entry *find(const struct dir *dir, const char *name, size_t len)
{
    if (!dir)
        return NULL;
    uint32_t hash = hash_name(name, len);
    struct entry *e = dir->buckets[hash & (dir->bucket_count - 1)];
    while (e && !(e->hash == hash && e->len == len &&
                  memcmp(e->name, name, len) == 0))
        e = e->hash_next;
    return e;
}

bool tmpfs_has_entry(const struct node *dir, const char *name, size_t len)
{
    return find(dir->dir, name, len) != NULL;
}

static struct dir *dir_of(struct node *node)
{
    if (node->dir)
        return node->dir;
    struct dir *dir = kalloc(sizeof *dir);
    struct entry **buckets = kalloc(FIRST_BUCKETS * sizeof(struct entry *));
    if (!dir || !buckets) {
        kfree(dir);
        kfree(buckets);
        return NULL;
    }
    dir->buckets = buckets;
    dir->bucket_count = FIRST_BUCKETS;
    return node->dir = dir;
}

static void link_hash(struct dir *dir, struct entry *e)
{
    struct entry **bucket = &dir->buckets[e->hash & (dir->bucket_count - 1)];
    e->hash_next = *bucket;
    *bucket = e;
}

static void unlink_hash(struct dir *dir, struct entry *e)
{
    struct entry **at = &dir->buckets[e->hash & (dir->bucket_count - 1)];
    while (*at != e)
        at = &(*at)->hash_next;
    *at = e->hash_next;
}

/* More buckets if they can be had; without them it is only slower. */
static void grow(struct dir *dir)
{
    uint32_t count = dir->bucket_count * 4;
    struct entry **buckets = kalloc(count * sizeof *buckets);
    if (!buckets)
        return;
    kfree(dir->buckets);
    dir->buckets = buckets;
    dir->bucket_count = count;
    for (struct entry *e = dir->first; e; e = e->next)
        link_hash(dir, e);
}

/* An entry without a node (a whiteout for now), or NULL. */
static struct entry *add(struct node *node, const char *name, size_t len,
                         bool hides)
{
    struct tmpfs *fs = tmpfs_of(&node->inode);
    /* What is below must go even from a full file system. */
    if (!hides && fs->name_count >= fs->max_pages * PAGE_NAMES)
        return NULL;
    struct dir *dir = dir_of(node);
    struct entry *e = dir ? kalloc(sizeof *e + len) : NULL;
    if (!e)
        return NULL;
    if (dir->count >= dir->bucket_count * 2)
        grow(dir);
    e->hash = hash_name(name, len);
    e->len = (uint8_t)len;
    e->hides = hides;
    memcpy(e->name, name, len);
    e->cookie = ++dir->last_cookie;
    e->prev = dir->last;
    if (dir->last)
        dir->last->next = e;
    else
        dir->first = e;
    dir->last = e;
    link_hash(dir, e);
    dir->count++;
    fs->name_count++;
    tmpfs_pin(node);
    return e;
}

/* Of an entry without a node. */
static void remove(struct node *node, struct entry *e)
{
    struct dir *dir = node->dir;
    if (dir->cursor == e)
        dir->cursor = e->prev;
    if (e->prev)
        e->prev->next = e->next;
    else
        dir->first = e->next;
    if (e->next)
        e->next->prev = e->prev;
    else
        dir->last = e->prev;
    unlink_hash(dir, e);
    dir->count--;
    tmpfs_of(&node->inode)->name_count--;
    kfree(e);
}

/* The entry of a name, whiteout if need be, for something to come. is_lower:
 * what has the name now, if there is no entry, lies below. */
static struct entry *reserve(struct node *dir, const char *name, size_t len,
                             bool is_lower)
{
    struct entry *e = find(dir->dir, name, len);
    return e ? e : add(dir, name, len, is_lower);
}

/* A whiteout that hides nothing goes. */
static void settle(struct node *dir, struct entry *e)
{
    if (!e->node && !e->hides)
        remove(dir, e);
}

/* Is the name still what the VFS has looked up? Others may have run since:
 * what lies below blocks, and then -ESTALE makes the VFS look again. */
static bool is_still(const struct node *dir, const char *name, size_t len,
                     const struct node *node)
{
    const struct entry *e = find(dir->dir, name, len);
    return e ? e->node == node : !node || node->lower;
}

static bool has_children(const struct node *node)
{
    return node->dir && node->dir->live;
}

static void set_node(struct node *dir, struct entry *e, struct node *node)
{
    struct node *old = e->node;
    if (node)
        inode_get(&node->inode);
    e->node = node;
    dir->dir->live += (node != NULL) - (old != NULL);
    if (node)
        tmpfs_set_parent(node, dir);
    if (old)
        inode_put(&old->inode);
}

void tmpfs_free_dir(struct node *node)
{
    struct dir *dir = node->dir;
    if (!dir)
        return;
    while (dir->first) { /* only whiteouts are left in a directory that goes */
        ASSERT(!dir->first->node);
        remove(node, dir->first);
    }
    kfree(dir->buckets);
    kfree(dir);
    node->dir = NULL;
}

/* Down to a directory without directories, and up again as they get empty. */
void tmpfs_clear(struct node *top)
{
    struct node *node = top;
    for (;;) {
        struct entry *e = node->dir ? node->dir->first : NULL;
        if (!e && node == top)
            return;
        if (!e) {
            node = node->parent;
        } else if (e->node && e->node->dir && e->node->dir->first) {
            node = e->node;
        } else {
            struct node *child = e->node;
            if (child && child->parent == node)
                tmpfs_set_parent(child, NULL);
            if (child && !child->lower)
                child->inode.nlink = 0;
            set_node(node, e, NULL);
            remove(node, e);
        }
    }
}

int tmpfs_lookup(struct inode *inode, const char *name, size_t len,
                 struct inode **out)
{
    struct node *dir = node_of(inode), *node;
    struct entry *e;
    while (!(e = find(dir->dir, name, len))) {
        int rc = tmpfs_lower_lookup(dir, name, len, &node);
        if (rc == 0)
            *out = &node->inode;
        if (!dir->lower || !dir->lower->base ||
            !tmpfs_has_entry(dir, name, len))
            return rc;
        if (rc == 0) /* it got an entry while the base was asked */
            inode_put(&node->inode);
    }
    if (!e->node)
        return -LINUX_ENOENT;
    if (!inode_is_dir(&e->node->inode))
        tmpfs_set_parent(e->node, dir);
    *out = inode_get(&e->node->inode);
    return 0;
}

/* Directories of more than one layer say 1, which is no count. */
static void count_dir(struct node *dir)
{
    if (dir->inode.nlink > 1)
        dir->inode.nlink++;
}

/* Gives a new node its name; takes over the reference. */
static int insert(struct node *dir, const char *name, size_t len,
                  struct node *node)
{
    struct entry *e = node ? reserve(dir, name, len, false) : NULL;
    if (!e) {
        if (node)
            inode_put(&node->inode);
        return -LINUX_ENOSPC;
    }
    node->inode.nlink = 1;
    if (inode_is_dir(&node->inode)) {
        node->inode.nlink = 2;
        node->inode.size = (int64_t)PAGE_SIZE;
        count_dir(dir);
    }
    set_node(dir, e, node);
    inode_put(&node->inode);
    tmpfs_touch(dir);
    return 0;
}

int tmpfs_create(struct inode *dir, const char *name, size_t len, unsigned mode,
                 uint64_t rdev, struct inode **inode)
{
    struct node *node = tmpfs_new_node(node_of(dir), mode);
    int rc = insert(node_of(dir), name, len, node);
    if (rc < 0)
        return rc;
    node->inode.rdev = rdev;
    *inode = inode_get(&node->inode);
    return 0;
}

int tmpfs_mkdir(struct inode *dir, const char *name, size_t len, unsigned mode)
{
    return insert(node_of(dir), name, len, tmpfs_new_node(node_of(dir), mode));
}

int tmpfs_symlink(struct inode *dir, const char *name, size_t len,
                  const char *target, size_t target_len)
{
    struct node *node = tmpfs_new_node(node_of(dir), LINUX_S_IFLNK | 0777);
    char *copy = node ? kalloc(target_len) : NULL;
    if (!copy) {
        if (node)
            inode_put(&node->inode);
        return -LINUX_ENOSPC;
    }
    memcpy(copy, target, target_len);
    node->target = copy;
    node->inode.size = (int64_t)target_len;
    return insert(node_of(dir), name, len, node);
}

int tmpfs_link(struct inode *dir, const char *name, size_t len,
               struct inode *inode)
{
    struct node *node = node_of(inode);
    if (inode->nlink >= LINK_MAX)
        return -LINUX_EMLINK;
    struct entry *e = reserve(node_of(dir), name, len, false);
    if (!e)
        return -LINUX_ENOSPC;
    inode->nlink++;
    tmpfs_pin(node);
    set_node(node_of(dir), e, node);
    inode->ctime = file_time();
    tmpfs_touch(node_of(dir));
    return 0;
}

/* The links of a node that lost its name in dir. */
static void lose_name(struct node *dir, struct node *node)
{
    tmpfs_pin(node);
    if (inode_is_dir(&node->inode)) {
        node->inode.nlink = 0;
        if (dir->inode.nlink > 2)
            dir->inode.nlink--;
    } else if (node->inode.nlink) {
        node->inode.nlink--;
    }
    node->inode.ctime = file_time();
    /* A removed directory keeps its "..", for who stands in it. */
    if (node->parent == dir && !inode_is_dir(&node->inode))
        tmpfs_set_parent(node, NULL);
    tmpfs_drop_link(node);
}

int tmpfs_unlink(struct inode *inode, const char *name, size_t len,
                 struct inode *victim)
{
    struct node *dir = node_of(inode), *node = node_of(victim);
    if (!is_still(dir, name, len, node) || has_children(node))
        return -LINUX_ESTALE;
    struct entry *e = reserve(dir, name, len, true);
    if (!e)
        return -LINUX_ENOSPC;
    set_node(dir, e, NULL);
    settle(dir, e);
    lose_name(dir, node);
    tmpfs_touch(dir);
    return 0;
}

static void move_dir_link(struct node *node, struct node *from, struct node *to)
{
    if (!inode_is_dir(&node->inode) || from == to)
        return;
    if (from->inode.nlink > 2)
        from->inode.nlink--;
    count_dir(to);
}

int tmpfs_rename(struct inode *dir, const char *name, size_t len,
                 struct inode *inode, struct inode *to_dir, const char *to_name,
                 size_t to_len, struct inode *target, unsigned flags)
{
    struct node *from = node_of(dir), *to = node_of(to_dir);
    struct node *node = node_of(inode);
    struct node *other = target ? node_of(target) : NULL;
    bool is_exchange = flags & LINUX_RENAME_EXCHANGE;
    if (!is_still(from, name, len, node) ||
        !is_still(to, to_name, to_len, other) ||
        (other && !is_exchange && has_children(other)))
        return -LINUX_ESTALE;
    struct entry *source = reserve(from, name, len, true);
    if (!source)
        return -LINUX_ENOSPC;
    bool was_lower = !source->node;
    struct entry *dest = reserve(to, to_name, to_len, other != NULL);
    if (!dest) {
        /* A new entry without a node would hide the name. */
        if (was_lower)
            remove(from, source);
        return -LINUX_ENOSPC;
    }
    tmpfs_pin(node);
    if (is_exchange) {
        tmpfs_pin(other);
        set_node(to, dest, node);
        set_node(from, source, other);
        move_dir_link(node, from, to);
        move_dir_link(other, to, from);
        other->inode.ctime = file_time();
    } else {
        set_node(to, dest, node);
        set_node(from, source, NULL);
        settle(from, source);
        move_dir_link(node, from, to);
        if (other)
            lose_name(to, other);
    }
    node->inode.ctime = file_time();
    tmpfs_touch(from);
    tmpfs_touch(to);
    return 0;
}

bool tmpfs_is_empty(struct inode *inode)
{
    struct node *node = node_of(inode);
    return !has_children(node) &&
           (!node->lower || tmpfs_lower_is_empty(node)) && !has_children(node);
}

int tmpfs_name_of(struct inode *inode, struct inode *child,
                  char name[LINUX_NAME_MAX + 1])
{
    struct node *node = node_of(inode);
    for (struct entry *e = node->dir ? node->dir->first : NULL; e;
         e = e->next) {
        if (e->node && &e->node->inode == child) {
            memcpy(name, e->name, e->len);
            return e->len;
        }
    }
    struct node *wanted = node_of(child);
    if (!node->lower || !wanted->lower)
        return -LINUX_ENOENT;
    return tmpfs_lower_name_of(node, wanted, name);
}

/*
 * Positions: 0 is ".", 1 is "..", then the image's names by their position
 * there, then the base's by their number, then the entries by their cookie.
 * None moves while it exists.
 */
#define IMAGE_POS 2
#define BASE_POS (1ll << 55)
#define UPPER_POS (1ll << 56)

static int read_image(struct node *node, struct file *file,
                      struct dir_sink *sink)
{
    struct tmpfs *fs = tmpfs_of(&node->inode);
    struct erofs_dirent ent;
    int rc;
    while ((rc = erofs_readdir(fs->lower, &node->lower->image,
                               (uint64_t)file->pos - IMAGE_POS, &ent)) > 0) {
        int64_t next = (int64_t)ent.next + IMAGE_POS;
        if (find(node->dir, ent.name, ent.len))
            file->pos = next;
        else if (!sink->emit(sink, ent.name, ent.len, ent.nid, ent.type, next))
            return 1;
    }
    return rc;
}

static unsigned type_of(const struct inode *inode)
{
    return (inode->mode & LINUX_S_IFMT) >> 12; /* DT_* is the same number */
}

static void read_upper(struct dir *dir, struct file *file,
                       struct dir_sink *sink)
{
    uint64_t cookie = (uint64_t)(file->pos - UPPER_POS);
    struct entry *e = dir->cursor;
    if (!e || e->cookie > cookie)
        e = dir->first;
    for (; e; e = e->next) {
        if (e->cookie < cookie || !e->node)
            continue;
        dir->cursor = e;
        if (!sink->emit(sink, e->name, e->len, e->node->inode.ino,
                        type_of(&e->node->inode),
                        UPPER_POS + (int64_t)e->cookie + 1))
            return;
    }
}

static int readdir(struct file *file, struct dir_sink *sink)
{
    struct node *node = node_of(file->inode);
    struct node *up = node->parent ? node->parent : node;
    if (file->pos == 0 &&
        !sink->emit(sink, ".", 1, file->inode->ino, LINUX_DT_DIR, 1))
        return 0;
    if (file->pos == 1 &&
        !sink->emit(sink, "..", 2, up->inode.ino, LINUX_DT_DIR, IMAGE_POS))
        return 0;
    if (file->pos < BASE_POS) {
        bool is_image = node->lower && node->lower->is_image;
        int rc = is_image ? read_image(node, file, sink) : 0;
        if (rc)
            return rc < 0 ? rc : 0;
        file->pos = BASE_POS;
    }
    if (file->pos < UPPER_POS) {
        bool is_base = node->lower && node->lower->base;
        int rc = is_base ? tmpfs_lower_list(file, BASE_POS, sink) : 1;
        if (rc <= 0)
            return rc;
        file->pos = UPPER_POS;
    }
    if (node->dir)
        read_upper(node->dir, file, sink);
    return 0;
}

static int64_t seek(struct file *file, int64_t offset, int whence)
{
    if (whence == LINUX_SEEK_CUR)
        offset += file->pos; /* positions are far below overflow */
    else if (whence != LINUX_SEEK_SET)
        return -LINUX_EINVAL;
    return offset < 0 ? -LINUX_EINVAL : offset;
}

const struct file_ops tmpfs_dir_ops = {
    .readdir = readdir,
    .seek = seek,
    .release = tmpfs_lower_close,
    .name = "directory",
};
