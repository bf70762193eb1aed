/* SPDX-License-Identifier: Apache-2.0 */
/* The file system in memory: its nodes. See tmpfs.h. */
#include "tmpfs.h"

static struct lower **bucket_of(struct tmpfs *fs, uint64_t nid)
{
    return &fs->buckets[(nid ^ nid >> 8) % LOWER_BUCKETS];
}

static void unused_remove(struct tmpfs *fs, struct node *node)
{
    struct lower *lower = node->lower;
    if (lower->prev)
        lower->prev->lower->next = lower->next;
    else
        fs->unused_first = lower->next;
    if (lower->next)
        lower->next->lower->prev = lower->prev;
    else
        fs->unused_last = lower->prev;
    lower->prev = lower->next = NULL;
    fs->unused_count--;
}

static void unused_add(struct tmpfs *fs, struct node *node)
{
    node->lower->prev = fs->unused_last;
    node->lower->next = NULL;
    if (fs->unused_last)
        fs->unused_last->lower->next = node;
    else
        fs->unused_first = node;
    fs->unused_last = node;
    fs->unused_count++;
}

void tmpfs_set_parent(struct node *node, struct node *parent)
{
    if (node->parent == parent)
        return;
    struct node *old = node->parent;
    node->parent = parent;
    if (parent)
        inode_get(&parent->inode);
    if (old)
        inode_put(&old->inode);
}

static void free_node(struct node *node)
{
    struct tmpfs *fs = tmpfs_of(&node->inode);
    if (node->lower) {
        struct lower **at = bucket_of(fs, node->lower->inode.nid);
        while (*at != node->lower)
            at = &(*at)->hash_next;
        *at = node->lower->hash_next;
        kfree(node->lower);
    }
    tmpfs_free_dir(node);
    tmpfs_free_pages(node);
    kfree(node->target);
    fs->node_count--;
    struct node *parent = node->parent;
    kfree(node);
    if (parent)
        inode_put(&parent->inode);
}

/* Forgets the node that was unused for longest. */
static void forget_one(struct tmpfs *fs)
{
    struct node *node = fs->unused_first;
    unused_remove(fs, node);
    free_node(node);
}

static void release(struct inode *inode)
{
    struct tmpfs *fs = tmpfs_of(inode);
    struct node *node = node_of(inode);
    if (!node->lower || !inode->nlink) {
        free_node(node);
        return;
    }
    unused_add(fs, node);
    /* Forgetting a node may make its parent unused: a loop, no recursion. */
    if (fs->is_forgetting)
        return;
    fs->is_forgetting = true;
    while (fs->unused_count > UNUSED_MAX)
        forget_one(fs);
    fs->is_forgetting = false;
}

void tmpfs_pin(struct node *node)
{
    if (node->lower && !node->lower->is_pinned && node->inode.nlink) {
        node->lower->is_pinned = true;
        inode_get(&node->inode);
    }
}

void tmpfs_drop_link(struct node *node)
{
    if (!node->inode.nlink && node->lower && node->lower->is_pinned) {
        node->lower->is_pinned = false;
        inode_put(&node->inode); /* the caller has another reference */
    }
}

void tmpfs_touch(struct node *node)
{
    tmpfs_pin(node);
    node->inode.mtime = node->inode.ctime = file_time();
}

static struct node *new_node(struct tmpfs *fs)
{
    struct node *node = kalloc(sizeof *node);
    while (!node && fs->unused_first) {
        forget_one(fs);
        node = kalloc(sizeof *node);
    }
    if (!node)
        return NULL;
    node->inode.ops = &tmpfs_inode_ops;
    node->inode.fs = &fs->fs;
    node->inode.refs = 1;
    fs->node_count++;
    return node;
}

struct node *tmpfs_new_node(struct node *dir, unsigned mode)
{
    struct tmpfs *fs = tmpfs_of(&dir->inode);
    struct node *node = new_node(fs);
    if (!node)
        return NULL;
    node->inode.ino = ++fs->last_ino;
    inode_init_owner(&node->inode, &dir->inode, mode);
    return node;
}

static void take_lower(struct node *node, const struct erofs_inode *from)
{
    struct inode *inode = &node->inode;
    inode->ino = from->nid;
    inode->mode = from->mode;
    inode->uid = from->uid;
    inode->gid = from->gid;
    inode->nlink = from->nlink ? from->nlink : 1;
    inode->rdev = from->rdev;
    inode->size = (int64_t)from->size;
    inode->blocks = (int64_t)((from->size >> 9) + (from->size % 512 != 0));
    inode->mtime = (struct linux_timespec){
        (int64_t)from->mtime,
        from->mtime_nsec < NS_PER_SEC ? from->mtime_nsec : 0};
    inode->atime = inode->ctime = inode->mtime;
    node->lower->inode = *from;
    node->lower->end = from->size;
}

int tmpfs_lower_node(struct tmpfs *fs, uint64_t nid, struct node *parent,
                     struct node **out)
{
    struct lower **bucket = bucket_of(fs, nid);
    for (struct lower *lower = *bucket; lower; lower = lower->hash_next) {
        if (lower->inode.nid != nid)
            continue;
        struct node *node = lower->node;
        if (!node->inode.refs)
            unused_remove(fs, node);
        inode_get(&node->inode);
        if (!node->parent && &node->inode != fs->fs.root)
            tmpfs_set_parent(node, parent);
        *out = node;
        return 0;
    }
    struct erofs_inode from;
    int rc = erofs_inode(fs->lower, nid, &from);
    if (rc < 0)
        return rc;
    struct node *node = new_node(fs);
    struct lower *lower = node ? kalloc(sizeof *lower) : NULL;
    if (!lower) {
        if (node)
            free_node(node);
        return -LINUX_ENOMEM;
    }
    node->lower = lower;
    lower->node = node;
    take_lower(node, &from);
    lower->hash_next = *bucket;
    *bucket = lower;
    if (parent)
        tmpfs_set_parent(node, parent);
    *out = node;
    return 0;
}

static long readlink(struct inode *inode, char *buf, size_t len)
{
    struct node *node = node_of(inode);
    size_t size = (size_t)inode->size;
    if (size > len)
        size = len;
    if (node->target) {
        memcpy(buf, node->target, size);
        return (long)size;
    }
    for (size_t done = 0; done < size;) {
        const uint8_t *mem;
        uint64_t part;
        int rc = erofs_map(tmpfs_of(inode)->lower, &node->lower->inode, done,
                           &mem, &part);
        if (rc < 0)
            return rc;
        if (!mem)
            return -LINUX_EUCLEAN;
        if (part > size - done)
            part = size - done;
        memcpy(buf + done, mem, part);
        done += part;
    }
    return memchr(buf, 0, size) ? -LINUX_EUCLEAN : (long)size;
}

static int setattr(struct inode *inode, const struct attr *attr)
{
    struct node *node = node_of(inode);
    if (attr->mask & ATTR_SIZE) {
        int rc = tmpfs_truncate(node, attr->size);
        if (rc < 0)
            return rc;
    }
    tmpfs_pin(node);
    if (attr->mask & ATTR_MODE)
        inode->mode = (inode->mode & LINUX_S_IFMT) | (attr->mode & 07777);
    if (attr->mask & ATTR_UID)
        inode->uid = attr->uid;
    if (attr->mask & ATTR_GID)
        inode->gid = attr->gid;
    if (attr->mask & ATTR_ATIME)
        inode->atime = attr->atime;
    if (attr->mask & ATTR_MTIME)
        inode->mtime = attr->mtime;
    inode->ctime = file_time();
    return 0;
}

static int tmpfile(struct inode *dir, unsigned mode, struct inode **inode)
{
    struct node *node = tmpfs_new_node(node_of(dir), mode);
    if (!node)
        return -LINUX_ENOSPC;
    node->inode.flags |= INODE_LINKABLE;
    *inode = &node->inode;
    return 0;
}

static int open(struct inode *inode, struct file *file)
{
    if (inode_is_dir(inode)) {
        file->ops = &tmpfs_dir_ops;
    } else {
        file->ops = &tmpfs_file_ops;
        file->is_seekable = true;
    }
    return 0;
}

static struct inode *parent(struct inode *inode)
{
    struct node *node = node_of(inode);
    return node->parent ? inode_get(&node->parent->inode) : NULL;
}

const struct inode_ops tmpfs_inode_ops = {
    .lookup = tmpfs_lookup,
    .create = tmpfs_create,
    .tmpfile = tmpfile,
    .mkdir = tmpfs_mkdir,
    .symlink = tmpfs_symlink,
    .link = tmpfs_link,
    .unlink = tmpfs_unlink,
    .rename = tmpfs_rename,
    .is_empty = tmpfs_is_empty,
    .readlink = readlink,
    .setattr = setattr,
    .open = open,
    .parent = parent,
    .name_of = tmpfs_name_of,
    .release = release,
};

static int statfs(struct fs *base, struct linux_statfs *st)
{
    struct tmpfs *fs = container_of(base, struct tmpfs, fs);
    struct arena_stats stats;
    arena_stats(&stats);
    uint64_t left = (stats.total - stats.used) / PAGE_SIZE;
    st->type = fs->lower ? LINUX_OVERLAYFS_MAGIC : LINUX_TMPFS_MAGIC;
    if (left > fs->max_pages - fs->page_count)
        left = fs->max_pages - fs->page_count;
    st->blocks = fs->page_count + left;
    if (fs->lower)
        st->blocks += fs->lower->size / PAGE_SIZE;
    st->bfree = st->bavail = left;
    st->ffree = left;
    st->files = fs->node_count + left;
    if (fs->lower)
        st->files += fs->lower->inode_count;
    return 0;
}

static const struct fs_ops tmpfs_ops = {.statfs = statfs};

struct fs *tmpfs_new(const struct erofs *lower, uint64_t max_bytes,
                     unsigned mode)
{
    struct tmpfs *fs = kalloc(sizeof *fs);
    if (!fs)
        return NULL;
    fs->fs.ops = &tmpfs_ops;
    fs->fs.type = lower ? "overlay" : "tmpfs";
    fs->fs.source = fs->fs.type;
    fs->lower = lower;
    fs->max_pages = max_bytes ? max_bytes / PAGE_SIZE : UINT64_MAX;
    struct node *root = NULL;
    if (lower) {
        fs->last_ino = lower->size / 32; /* above all nids */
        (void)tmpfs_lower_node(fs, lower->root_nid, NULL, &root);
        if (root)
            tmpfs_pin(root);
    } else {
        root = new_node(fs);
        if (root) {
            root->inode.ino = ++fs->last_ino;
            inode_init_owner(&root->inode, NULL, LINUX_S_IFDIR | mode);
            root->inode.nlink = 2;
            root->inode.size = (int64_t)PAGE_SIZE;
        }
    }
    if (!root) {
        kfree(fs);
        return NULL;
    }
    fs->fs.root = &root->inode;
    return &fs->fs;
}

void tmpfs_free(struct fs *base)
{
    struct tmpfs *fs = container_of(base, struct tmpfs, fs);
    struct node *root = node_of(base->root);
    tmpfs_clear(root);
    for (unsigned i = 0; i < LOWER_BUCKETS; i++) {
        /* each change may take nodes out of the row */
        for (struct lower *l = fs->buckets[i]; l;) {
            struct node *node = l->node;
            l = l->hash_next;
            if (!node->lower->is_pinned)
                continue;
            inode_get(&node->inode);
            tmpfs_clear(node);
            node->lower->is_pinned = false;
            inode_put(&node->inode);
            inode_put(&node->inode);
            l = fs->buckets[i];
        }
    }
    inode_put(&root->inode);
    while (fs->unused_first)
        forget_one(fs);
    ASSERT(fs->node_count == 0);
    kfree(fs);
}
