/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc: man 5 proc. The tree is the tables of proc_text.c; a file's text is
 * made when it is opened. Inodes are made at each lookup and hold nothing.
 */
#include "proc.h"
#include "arena.h"
#include "sys.h"
#include "user.h"

struct proc_inode {
    struct inode inode;
    const struct proc_entry *entry;
    int fd; /* /proc/self/fd/N: N; else -1 */
};

static const struct inode_ops proc_inode_ops;
static struct fs proc_fs;

static struct proc_inode *proc_of(struct inode *inode)
{
    return container_of(inode, struct proc_inode, inode);
}

/* Numbers that stay: an entry's place in memory; a descriptor's number. */
static uint64_t number_of(const struct proc_entry *entry, int fd)
{
    uint64_t base = (uintptr_t)entry & 0xffffff;
    return fd < 0 ? base : 1ull << 32 | (unsigned)fd;
}

static int new_inode(const struct proc_entry *entry, int fd, struct inode **out)
{
    struct proc_inode *proc = kalloc(sizeof *proc);
    if (!proc)
        return -LINUX_ENOMEM;
    proc->entry = entry;
    proc->fd = fd;
    proc->inode = (struct inode){
        .ops = &proc_inode_ops,
        .fs = &proc_fs,
        .refs = 1,
        .ino = number_of(entry, fd),
        .mode = entry->mode,
        .nlink = inode_is_dir(&(struct inode){.mode = entry->mode}) ? 2 : 1,
    };
    if (fd >= 0 || entry->jump)
        proc->inode.flags |= INODE_MAGIC;
    if (fd >= 0)
        proc->inode.mode = LINUX_S_IFLNK | 0700;
    proc->inode.atime = proc->inode.mtime = proc->inode.ctime = file_time();
    *out = &proc->inode;
    return 0;
}

static int find_fd(const char *name, size_t len)
{
    int fd = 0;
    if (!len || len > 6 || (name[0] == '0' && len > 1))
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return -1;
        fd = fd * 10 + (name[i] - '0');
    }
    return fd_next(fd) == fd ? fd : -1;
}

static int lookup(struct inode *dir, const char *name, size_t len,
                  struct inode **inode)
{
    const struct proc_entry *entry = proc_of(dir)->entry;
    if (entry->lists_fds) {
        int fd = find_fd(name, len);
        return fd < 0 ? -LINUX_ENOENT : new_inode(entry, fd, inode);
    }
    for (const struct proc_entry *e = entry->children; e->name; e++)
        if (strlen(e->name) == len && memcmp(e->name, name, len) == 0)
            return new_inode(e, -1, inode);
    return -LINUX_ENOENT;
}

static struct inode *parent(struct inode *inode)
{
    const struct proc_inode *proc = proc_of(inode);
    const struct proc_entry *up =
        proc->fd >= 0 ? proc->entry : proc_parent(proc->entry);
    struct inode *dir;
    if (up == &proc_root) /* the mount's root is one inode */
        return inode_get(proc_fs.root);
    return up && new_inode(up, -1, &dir) == 0 ? dir : NULL;
}

static int name_of(struct inode *dir, struct inode *inode,
                   char name[LINUX_NAME_MAX + 1])
{
    const struct proc_inode *proc = proc_of(inode);
    (void)dir;
    if (proc->fd >= 0)
        return print_to(name, LINUX_NAME_MAX, "%d", proc->fd);
    return print_to(name, LINUX_NAME_MAX, "%s", proc->entry->name);
}

/* What /proc/self/fd/N shows. */
static long fd_link(int fd, char *buf, size_t len)
{
    struct file *file = fd_get(fd);
    if (!file)
        return -LINUX_ENOENT;
    long rc = -LINUX_ENOENT;
    if (file->inode)
        rc = vfs_path(file->inode, buf, len);
    if (rc > 0) {
        rc--; /* without the NUL */
    } else {
        struct linux_stat st = {0};
        if (file->ops->stat)
            (void)file->ops->stat(file, &st);
        const char *name = file->ops->name ? file->ops->name : "file";
        bool has_number = !file->inode && name[0] != '[';
        int n = has_number    ? print_to(buf, len, "%s:[%lu]", name, st.ino)
                : file->inode ? print_to(buf, len, "/%s (deleted)", name)
                              : print_to(buf, len, "anon_inode:%s", name);
        rc = (size_t)n < len ? n : (long)len;
    }
    file_put(file);
    return rc;
}

static long readlink(struct inode *inode, char *buf, size_t len)
{
    const struct proc_inode *proc = proc_of(inode);
    if (proc->fd >= 0)
        return fd_link(proc->fd, buf, len);
    if (proc->entry->link)
        return print_to(buf, len, "%s", proc->entry->link);
    struct inode *target;
    long rc = proc->entry->jump ? proc->entry->jump(&target) : -LINUX_EINVAL;
    if (rc == -LINUX_ENOENT && proc->entry->missing)
        return proc->entry->missing(buf, len);
    if (rc < 0)
        return rc;
    rc = vfs_path(target, buf, len);
    inode_put(target);
    return rc > 0 ? rc - 1 : rc;
}

static int jump(struct inode *inode, struct inode **target)
{
    const struct proc_inode *proc = proc_of(inode);
    if (proc->fd < 0)
        return proc->entry->jump(target);
    struct file *file = fd_get(proc->fd);
    int rc = -LINUX_ENOENT;
    if (file && file->inode) {
        *target = inode_get(file->inode);
        rc = 0;
    } else if (file) {
        rc = -LINUX_ENXIO;
    }
    if (file)
        file_put(file);
    return rc;
}

static int jump_file(struct inode *inode, struct file **file)
{
    *file = fd_get(proc_of(inode)->fd);
    return *file ? 0 : -LINUX_ENOENT;
}

/* A file's text, as long as it is open. */
static long text_read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    const struct text *text = file->data;
    if ((uint64_t)*pos >= text->len)
        return 0;
    if (len > text->len - (size_t)*pos)
        len = text->len - (size_t)*pos;
    if (user_copy(buf, text->buf + *pos, len) < 0)
        return -LINUX_EFAULT;
    *pos += (int64_t)len;
    return (long)len;
}

static long text_write(struct file *file, const void *buf, size_t len,
                       int64_t *pos)
{
    const struct proc_entry *entry = proc_of(file->inode)->entry;
    char value[128];
    if (!entry->write)
        return -LINUX_EINVAL;
    if (len >= sizeof value)
        return -LINUX_EINVAL;
    if (user_copy(value, buf, len) < 0)
        return -LINUX_EFAULT;
    value[len] = '\0';
    int rc = entry->write(value, len);
    *pos += rc < 0 ? 0 : (int64_t)len;
    return rc < 0 ? rc : (long)len;
}

static void text_release(struct file *file)
{
    struct text *text = file->data;
    if (text->buf)
        arena_free(text->buf, text->size);
    kfree(text);
}

static const struct file_ops text_ops = {
    .read = text_read,
    .write = text_write,
    .release = text_release,
    .name = "proc",
};

#define TEXT_MAX (16ul << 20)

/* Fills again with twice the room until all fits. */
static int make_text(const struct proc_entry *entry, struct text *text)
{
    for (text->size = PAGE_SIZE; text->size <= TEXT_MAX; text->size *= 2) {
        text->buf = arena_alloc(text->size, false);
        if (!text->buf)
            return -LINUX_ENOMEM;
        text->len = 0;
        entry->fill(text);
        if (text->len <= text->size)
            return 0;
        arena_free(text->buf, text->size);
        text->buf = NULL;
    }
    return -LINUX_EFBIG;
}

void text_add(struct text *text, const void *data, size_t len)
{
    if (text->len <= text->size && len <= text->size - text->len)
        memcpy(text->buf + text->len, data, len);
    text->len += len;
}

void text_print(struct text *text, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int len = print_to_v(line, sizeof line, format, args);
    va_end(args);
    text_add(text, line,
             (size_t)len < sizeof line ? (size_t)len : sizeof line - 1);
}

struct list {
    struct file *file;
    struct dir_sink *sink;
};

static bool emit(struct list *list, int64_t pos, const char *name, uint64_t ino,
                 unsigned mode)
{
    if (list->file->pos > pos)
        return true;
    return list->sink->emit(list->sink, name, strlen(name), ino,
                            (mode & LINUX_S_IFMT) >> 12, pos + 1);
}

static int readdir(struct file *file, struct dir_sink *sink)
{
    const struct proc_entry *entry = proc_of(file->inode)->entry;
    const struct proc_entry *up = proc_parent(entry);
    struct list list = {file, sink};
    uint64_t up_ino = up ? number_of(up, -1) : file->inode->ino;
    if (!emit(&list, 0, ".", file->inode->ino, LINUX_S_IFDIR) ||
        !emit(&list, 1, "..", up_ino, LINUX_S_IFDIR))
        return 0;
    int64_t pos = 2;
    for (const struct proc_entry *e = entry->children; e && e->name; e++)
        if (!emit(&list, pos++, e->name, number_of(e, -1), e->mode))
            return 0;
    if (!entry->lists_fds)
        return 0;
    int first = file->pos > 2 ? (int)(file->pos - 2) : 0;
    for (int fd = fd_next(first); fd >= 0; fd = fd_next(fd + 1)) {
        char name[16];
        (void)print_to(name, sizeof name, "%d", fd);
        if (!emit(&list, 2 + fd, name, number_of(entry, fd), LINUX_S_IFLNK))
            return 0;
    }
    return 0;
}

static int64_t dir_seek(struct file *file, int64_t offset, int whence)
{
    (void)file;
    if (whence != LINUX_SEEK_SET || offset < 0)
        return -LINUX_EINVAL;
    return offset;
}

static const struct file_ops dir_ops = {
    .readdir = readdir, .seek = dir_seek, .name = "directory"};

static int open(struct inode *inode, struct file *file)
{
    const struct proc_entry *entry = proc_of(inode)->entry;
    if (inode_is_dir(inode)) {
        file->ops = &dir_ops;
        return 0;
    }
    struct text *text = kalloc(sizeof *text);
    int rc = text ? make_text(entry, text) : -LINUX_ENOMEM;
    if (rc < 0) {
        kfree(text);
        return rc;
    }
    file->ops = &text_ops;
    file->data = text;
    file->is_seekable = true;
    return 0;
}

static int setattr(struct inode *inode, const struct attr *attr)
{
    (void)inode;
    /* "echo 1 > file" truncates first */
    return attr->mask == ATTR_SIZE ? 0 : -LINUX_EPERM;
}

static void release(struct inode *inode)
{
    kfree(proc_of(inode));
}

static const struct inode_ops proc_inode_ops = {
    .lookup = lookup,
    .readlink = readlink,
    .jump = jump,
    .jump_file = jump_file,
    .setattr = setattr,
    .open = open,
    .parent = parent,
    .name_of = name_of,
    .release = release,
};

static int statfs(struct fs *fs, struct linux_statfs *st)
{
    (void)fs;
    st->type = LINUX_PROC_MAGIC;
    return 0;
}

static const struct fs_ops proc_fs_ops = {.statfs = statfs};

struct fs *proc_new(void)
{
    proc_fs.ops = &proc_fs_ops;
    proc_fs.type = proc_fs.source = "proc";
    return new_inode(&proc_root, -1, &proc_fs.root) < 0 ? NULL : &proc_fs;
}
