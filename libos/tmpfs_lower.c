/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system in memory: what lies below it. See tmpfs.h.
 *
 * What the base is asked may block, and then others run: whatever was looked
 * at before is looked at again. What is let go of may block, too; so nodes
 * that go leave their part of the base to whoever asks the base next.
 */
#include "tmpfs.h"
#include "user.h"

/* Numbers of the base's files, apart from the image's and our own. */
static uint64_t base_ino(uint64_t ino)
{
    return ino ^ 1ull << 63;
}

static struct lower **bucket_of(struct tmpfs *fs, uint64_t ino)
{
    return &fs->buckets[(ino ^ ino >> 8) % LOWER_BUCKETS];
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

bool tmpfs_forget_one(struct tmpfs *fs)
{
    struct node *node = fs->unused_first;
    if (!node)
        return false;
    unused_remove(fs, node);
    tmpfs_free_node(node);
    return true;
}

void tmpfs_lower_unused(struct node *node)
{
    struct tmpfs *fs = tmpfs_of(&node->inode);
    unused_add(fs, node);
    /* Forgetting a node may make its parent unused: a loop, no recursion. */
    if (fs->is_forgetting)
        return;
    fs->is_forgetting = true;
    while (fs->unused_count > UNUSED_MAX)
        (void)tmpfs_forget_one(fs);
    fs->is_forgetting = false;
}

void tmpfs_lower_free(struct node *node)
{
    struct tmpfs *fs = tmpfs_of(&node->inode);
    struct lower *lower = node->lower;
    struct lower **at = bucket_of(fs, node->inode.ino);
    while (*at != lower)
        at = &(*at)->hash_next;
    *at = lower->hash_next;
    node->lower = NULL;
    if (!lower->base) {
        kfree(lower);
        return;
    }
    lower->hash_next = fs->dead;
    fs->dead = lower;
}

void tmpfs_lower_reap(struct tmpfs *fs)
{
    while (fs->dead) {
        struct lower *lower = fs->dead;
        fs->dead = lower->hash_next;
        if (lower->data)
            file_put(lower->data);
        inode_put(lower->base);
        kfree(lower);
    }
}

static void take_image(struct node *node, const struct erofs_inode *from)
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
    node->lower->image = *from;
    node->lower->is_image = true;
    node->lower->end = from->size;
    /* Of a directory of both nobody knows the count: as Linux's overlayfs. */
    if (node->lower->base)
        inode->nlink = 1;
}

static void take_base(struct node *node)
{
    struct inode *inode = &node->inode;
    const struct inode *from = node->lower->base;
    inode->ino = base_ino(from->ino);
    inode->mode = from->mode;
    inode->uid = from->uid;
    inode->gid = from->gid;
    inode->nlink = from->nlink ? from->nlink : 1;
    inode->rdev = from->rdev;
    inode->size = from->size;
    inode->blocks = from->blocks;
    inode->atime = from->atime;
    inode->mtime = from->mtime;
    inode->ctime = from->ctime;
    node->lower->end = (uint64_t)from->size;
}

/* Of the image with that number, or (base) of the base alone; a reference, or
 * NULL: none is in memory. */
static struct node *find(struct tmpfs *fs, uint64_t ino,
                         const struct inode *base, struct node *parent)
{
    struct lower *lower = *bucket_of(fs, ino);
    while (lower &&
           !(lower->node->inode.ino == ino && lower->is_image == !base &&
             (!base || lower->base == base)))
        lower = lower->hash_next;
    if (!lower)
        return NULL;
    struct node *node = lower->node;
    if (!node->inode.refs)
        unused_remove(fs, node);
    inode_get(&node->inode);
    if (!node->parent && &node->inode != fs->fs.root)
        tmpfs_set_parent(node, parent);
    if (base && !lower->is_pinned)
        take_base(node); /* the host may have changed it meanwhile */
    return node;
}

/* Takes over the reference to `base`, also when it fails. */
static struct node *make(struct tmpfs *fs, const struct erofs_inode *image,
                         struct inode *base, struct node *parent)
{
    struct node *node = tmpfs_alloc_node(fs);
    struct lower *lower = node ? kalloc(sizeof *lower) : NULL;
    if (!lower) {
        if (node)
            tmpfs_free_node(node);
        inode_put(base);
        return NULL;
    }
    node->lower = lower;
    lower->node = node;
    lower->base = base;
    if (image)
        take_image(node, image);
    else
        take_base(node);
    struct lower **bucket = bucket_of(fs, node->inode.ino);
    lower->hash_next = *bucket;
    *bucket = lower;
    if (parent)
        tmpfs_set_parent(node, parent);
    return node;
}

struct node *tmpfs_lower_root(struct tmpfs *fs, struct inode *base)
{
    struct erofs_inode image;
    if (fs->lower && erofs_inode(fs->lower, fs->lower->root_nid, &image) < 0)
        return NULL;
    return make(fs, fs->lower ? &image : NULL, base ? inode_get(base) : NULL,
                NULL);
}

/* NULL: the base has no such name, or a place of another file system that is
 * mounted there on the host. Blocks. */
static int find_base(struct node *dir, const char *name, size_t len,
                     struct inode **base)
{
    struct inode *in = dir->lower->base;
    *base = NULL;
    if (!in)
        return 0;
    tmpfs_lower_reap(tmpfs_of(&dir->inode));
    int rc = in->ops->lookup(in, name, len, base);
    return rc == -LINUX_ENOENT || rc == -LINUX_EXDEV ? 0 : rc;
}

int tmpfs_lower_lookup(struct node *dir, const char *name, size_t len,
                       struct node **out)
{
    struct tmpfs *fs = tmpfs_of(&dir->inode);
    struct erofs_inode image;
    struct inode *base = NULL;
    uint64_t nid = 0;
    int rc = -LINUX_ENOENT;
    if (dir->lower && dir->lower->is_image)
        rc = erofs_lookup(fs->lower, &dir->lower->image, name, len, &nid);
    bool is_image = rc == 0;
    if (is_image) {
        *out = find(fs, nid, NULL, dir);
        if (*out)
            return 0;
        rc = erofs_inode(fs->lower, nid, &image);
    }
    if (rc < 0 && (rc != -LINUX_ENOENT || !dir->lower || !dir->lower->base))
        return rc;
    bool is_dir = is_image && (image.mode & LINUX_S_IFMT) == LINUX_S_IFDIR;
    if (is_dir || !is_image)
        rc = find_base(dir, name, len, &base);
    if (rc < 0)
        return rc;
    if (is_image && base && !inode_is_dir(base)) { /* the image's hides it */
        inode_put(base);
        base = NULL;
    }
    if (!is_image && !base)
        return -LINUX_ENOENT;
    *out = is_image ? find(fs, nid, NULL, dir)
                    : find(fs, base_ino(base->ino), base, dir);
    if (*out)
        inode_put(base); /* the node has its own reference */
    else
        *out = make(fs, is_image ? &image : NULL, base, dir);
    return *out ? 0 : -LINUX_ENOMEM;
}

int tmpfs_lower_open(struct node *node)
{
    struct lower *lower = node->lower;
    struct file *data;
    if (!lower || !lower->base || lower->data ||
        !inode_is(&node->inode, LINUX_S_IFREG))
        return 0;
    int rc = inode_open(inode_get(lower->base), LINUX_O_RDONLY, &data);
    if (rc < 0)
        return rc;
    if (lower->data) /* another thread was faster */
        file_put(data);
    else
        lower->data = data;
    return 0;
}

static long read_base(struct node *node, char *to, uint64_t pos, size_t len)
{
    int64_t at = (int64_t)pos;
    long rc = tmpfs_lower_open(node);
    if (rc < 0)
        return rc;
    struct file *data = file_get(node->lower->data);
    rc = data->ops->read ? data->ops->read(data, to, len, &at) : -LINUX_EIO;
    file_put(data);
    if (rc) /* else it has become shorter on the host */
        return rc;
    return user_zero(to, len) < 0 ? -LINUX_EFAULT : (long)len;
}

long tmpfs_lower_read(struct node *node, char *to, uint64_t pos, size_t len)
{
    struct lower *lower = node->lower;
    const uint8_t *mem;
    uint64_t part;
    if (len > lower->end - pos)
        len = lower->end - pos;
    if (lower->base)
        return read_base(node, to, pos, len);
    int rc = erofs_map(tmpfs_of(&node->inode)->lower, &lower->image, pos, &mem,
                       &part);
    if (rc < 0)
        return rc;
    if (part > len)
        part = len;
    rc = mem ? (int)user_copy(to, mem, part) : (int)user_zero(to, part);
    return rc < 0 ? -LINUX_EFAULT : (long)part;
}

static long read_image_link(struct node *node, char *buf, size_t size)
{
    for (size_t done = 0; done < size;) {
        const uint8_t *mem;
        uint64_t part;
        int rc = erofs_map(tmpfs_of(&node->inode)->lower, &node->lower->image,
                           done, &mem, &part);
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

long tmpfs_lower_readlink(struct node *node, char *buf, size_t len)
{
    struct inode *base = node->lower->base;
    size_t size = (size_t)node->inode.size;
    if (!base)
        return read_image_link(node, buf, size < len ? size : len);
    long rc = base->ops->readlink ? base->ops->readlink(base, buf, len)
                                  : -LINUX_EINVAL;
    /* Links do not change: the next one is not asked for. */
    char *copy = rc > 0 && rc == node->inode.size && !node->target
                     ? kalloc((size_t)rc)
                     : NULL;
    if (copy)
        node->target = memcpy(copy, buf, (size_t)rc);
    return rc;
}

/* Is the base's name what the directory shows? */
static bool is_shown(const struct node *dir, const char *name, size_t len)
{
    const struct lower *lower = dir->lower;
    uint64_t nid;
    if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
        return false;
    return !tmpfs_has_entry(dir, name, len) &&
           (!lower->is_image ||
            erofs_lookup(tmpfs_of(&dir->inode)->lower, &lower->image, name, len,
                         &nid) == -LINUX_ENOENT);
}

/*
 * A directory of the base on its way to a reader. The base's own positions
 * say nothing to us; ours are the count of names so far.
 */
struct base_dir {
    struct file *file;
    int64_t count; /* names that lie behind file->pos */
};

struct lister {
    struct dir_sink sink;
    const struct node *dir;
    struct base_dir *at;
    int64_t from; /* names to leave out */
    int64_t first_pos;
    struct dir_sink *to; /* NULL: any name will do */
    bool is_full;
};

static bool emit(struct dir_sink *sink, const char *name, size_t len,
                 uint64_t ino, unsigned type, int64_t next_pos)
{
    struct lister *l = container_of(sink, struct lister, sink);
    if (l->at->count >= l->from && is_shown(l->dir, name, len) &&
        (!l->to || !l->to->emit(l->to, name, len, base_ino(ino), type,
                                l->first_pos + l->at->count + 1))) {
        l->is_full = true;
        return false;
    }
    l->at->count++;
    l->at->file->pos = next_pos;
    return true;
}

static int open_base_dir(const struct node *dir, struct base_dir *at)
{
    at->count = 0;
    return inode_open(inode_get(dir->lower->base),
                      LINUX_O_RDONLY | LINUX_O_DIRECTORY, &at->file);
}

static int list_base(struct lister *l)
{
    struct file *file = l->at->file;
    if (l->from < l->at->count) {
        file->pos = file->ops->seek(file, 0, LINUX_SEEK_SET);
        l->at->count = 0;
    }
    return file->ops->readdir ? file->ops->readdir(file, &l->sink) : -LINUX_EIO;
}

static int open_list(struct file *file)
{
    if (file->data)
        return 0;
    struct base_dir *at = kalloc(sizeof *at);
    if (!at)
        return -LINUX_ENOMEM;
    int rc = open_base_dir(node_of(file->inode), at);
    if (rc < 0) {
        kfree(at);
        return rc;
    }
    if (!file->data) {
        file->data = at;
        return 0;
    }
    file_put(at->file); /* another thread was faster */
    kfree(at);
    return 0;
}

int tmpfs_lower_list(struct file *file, int64_t first_pos,
                     struct dir_sink *sink)
{
    struct node *dir = node_of(file->inode);
    int rc = open_list(file);
    if (rc < 0)
        return rc;
    struct base_dir *at = file->data;
    struct lister l = {.sink = {emit},
                       .dir = dir,
                       .at = at,
                       .from = file->pos - first_pos,
                       .first_pos = first_pos,
                       .to = sink};
    rc = list_base(&l);
    return rc < 0 ? rc : !l.is_full;
}

void tmpfs_lower_close(struct file *file)
{
    struct base_dir *at = file->data;
    if (at)
        file_put(at->file);
    kfree(at);
}

bool tmpfs_lower_is_empty(struct node *dir)
{
    struct base_dir at;
    struct lister l = {.sink = {emit}, .dir = dir, .at = &at};
    if (dir->lower->base) {
        if (open_base_dir(dir, &at) < 0)
            return false;
        int rc = list_base(&l);
        file_put(at.file);
        if (rc < 0 || l.is_full)
            return false;
    }
    if (!dir->lower->is_image)
        return true;
    struct erofs_dirent ent = {.next = 0};
    int rc;
    while ((rc = erofs_readdir(tmpfs_of(&dir->inode)->lower, &dir->lower->image,
                               ent.next, &ent)) > 0)
        if (!tmpfs_has_entry(dir, ent.name, ent.len))
            return false;
    return rc == 0;
}

int tmpfs_lower_name_of(struct node *dir, const struct node *child,
                        char name[LINUX_NAME_MAX + 1])
{
    struct erofs_dirent ent = {.next = 0};
    struct inode *base = dir->lower->base;
    if (child->lower->is_image) {
        while (dir->lower->is_image &&
               erofs_readdir(tmpfs_of(&dir->inode)->lower, &dir->lower->image,
                             ent.next, &ent) > 0) {
            if (ent.nid == child->lower->image.nid &&
                !tmpfs_has_entry(dir, ent.name, ent.len)) {
                memcpy(name, ent.name, ent.len);
                return (int)ent.len;
            }
        }
    } else if (base && base->ops->name_of) {
        int len = base->ops->name_of(base, child->lower->base, name);
        if (len < 0 || is_shown(dir, name, (size_t)len))
            return len;
    }
    return -LINUX_ENOENT;
}
