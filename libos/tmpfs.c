/* SPDX-License-Identifier: Apache-2.0 */
/* The file system in memory: its nodes. See tmpfs.h. */
#include "tmpfs.h"

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

void tmpfs_free_node(struct node *node)
{
    struct tmpfs *fs = tmpfs_of(&node->inode);
    if (node->lower)
        tmpfs_lower_free(node);
    tmpfs_free_dir(node);
    tmpfs_free_pages(node);
    kfree(node->target);
    fs->node_count--;
    struct node *parent = node->parent;
    kfree(node);
    if (parent)
        inode_put(&parent->inode);
}

static void release(struct inode *inode)
{
    struct node *node = node_of(inode);
    if (node->lower && inode->nlink)
        tmpfs_lower_unused(node);
    else
        tmpfs_free_node(node);
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

struct node *tmpfs_alloc_node(struct tmpfs *fs)
{
    struct node *node = kalloc(sizeof *node);
    while (!node && tmpfs_forget_one(fs))
        node = kalloc(sizeof *node);
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
    struct node *node = tmpfs_alloc_node(fs);
    if (!node)
        return NULL;
    node->inode.ino = ++fs->last_ino;
    inode_init_owner(&node->inode, &dir->inode, mode);
    return node;
}

static long readlink(struct inode *inode, char *buf, size_t len)
{
    struct node *node = node_of(inode);
    size_t size = (size_t)inode->size;
    if (!node->target)
        return tmpfs_lower_readlink(node, buf, len);
    if (size > len)
        size = len;
    memcpy(buf, node->target, size);
    return (long)size;
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
        if (file_may_read(file))
            return tmpfs_lower_open(node_of(inode));
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
    st->type =
        node_of(base->root)->lower ? LINUX_OVERLAYFS_MAGIC : LINUX_TMPFS_MAGIC;
    if (left > fs->max_pages - fs->page_count)
        left = fs->max_pages - fs->page_count;
    /* As Linux's overlayfs: the layer that is written, not those below. */
    st->blocks = fs->page_count + left;
    st->bfree = st->bavail = left;
    st->ffree = left * PAGE_NAMES;
    st->files = fs->name_count + st->ffree;
    return 0;
}

static const struct fs_ops tmpfs_ops = {.statfs = statfs};

struct fs *tmpfs_new(const struct tmpfs_below *below, uint64_t max_bytes,
                     unsigned mode)
{
    struct tmpfs *fs = kalloc(sizeof *fs);
    if (!fs)
        return NULL;
    fs->fs.ops = &tmpfs_ops;
    fs->fs.type = below ? "overlay" : "tmpfs";
    fs->fs.source = fs->fs.type;
    fs->max_pages = max_bytes ? max_bytes / PAGE_SIZE : UINT64_MAX / PAGE_NAMES;
    struct node *root;
    if (below) {
        fs->lower = below->image;
        fs->last_ino =
            below->image ? below->image->size / 32 : OWN_INO_ABOVE_BASE;
        root = tmpfs_lower_root(fs, below->base);
        if (root)
            tmpfs_pin(root);
    } else {
        root = tmpfs_alloc_node(fs);
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
    while (tmpfs_forget_one(fs))
        ;
    tmpfs_lower_reap(fs);
    ASSERT(fs->node_count == 0);
    kfree(fs);
}
