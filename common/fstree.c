/* SPDX-License-Identifier: Apache-2.0 */
/* A file tree in memory: see fstree.h. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/fstree.h"

struct owned {
    struct owned *next;
    char *text;
};

static int entry_cmp(const void *a, const void *b)
{
    const struct fs_entry *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* An entry to search for, in `buf` of ENTRY_SIZE bytes. */
#define ENTRY_SIZE (sizeof(struct fs_entry) + FS_NAME_MAX + 1)
static int set_key(void *buf, const char *name)
{
    size_t len = strlen(name);
    if (len > FS_NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(((struct fs_entry *)buf)->name, name, len + 1);
    return 0;
}

struct fs_entry *fstree_entry(const struct fs_inode *dir, const char *name)
{
    _Alignas(struct fs_entry) char key[ENTRY_SIZE];
    if (set_key(key, name) < 0)
        return NULL;
    struct fs_entry *const *found = tfind(key, &dir->children, entry_cmp);
    return found ? *found : NULL;
}

static void free_xattrs(struct fs_inode *inode)
{
    for (struct fs_xattr *xattr = inode->xattrs, *next; xattr; xattr = next) {
        next = xattr->next;
        free(xattr->name);
        free(xattr->value);
        free(xattr);
    }
    inode->xattrs = NULL;
}

static void inode_put(struct fs_inode *inode);

static void entry_free(void *ptr)
{
    struct fs_entry *entry = ptr;
    inode_put(entry->inode);
    free(entry);
}

/* One name less; the last one takes the inode along. */
static void inode_put(struct fs_inode *inode)
{
    bool is_dir = S_ISDIR(inode->mode);
    if (!is_dir && --inode->nlink)
        return;
    if (is_dir && inode->parent != inode)
        inode->parent->nlink--;
    tdestroy(inode->children, entry_free);
    free_xattrs(inode);
    free(inode->target);
    free(inode);
}

static struct fs_inode *inode_new(const struct fs_attr *attr, struct err *err)
{
    struct fs_inode *inode = calloc(1, sizeof *inode);
    if (!inode) {
        err_set(err, ENOMEM, "inode");
        return NULL;
    }
    inode->mode = attr->mode;
    inode->uid = attr->uid;
    inode->gid = attr->gid;
    inode->mtime = attr->mtime;
    inode->mtime_ns = attr->mtime_ns;
    if (S_ISCHR(attr->mode) || S_ISBLK(attr->mode))
        inode->rdev = attr->rdev;
    if (S_ISREG(attr->mode)) {
        inode->size = attr->size;
        inode->data = attr->data;
    }
    if (S_ISLNK(attr->mode)) {
        inode->size = strlen(attr->target);
        inode->target = strdup(attr->target);
        if (!inode->target) {
            free(inode);
            err_set(err, ENOMEM, "inode");
            return NULL;
        }
    }
    return inode;
}

int fstree_init(struct fstree *tree, const struct fs_attr *attr,
                struct err *err)
{
    tree->paths = NULL;
    if (!S_ISDIR(attr->mode))
        return err_refuse(err, "the root is not a folder");
    tree->root = inode_new(attr, err);
    if (!tree->root)
        return -err->code;
    tree->root->parent = tree->root;
    tree->root->nlink = 2;
    return 0;
}

void fstree_release(struct fstree *tree)
{
    inode_put(tree->root);
    for (struct owned *owned = tree->paths, *next; owned; owned = next) {
        next = owned->next;
        free(owned->text);
        free(owned);
    }
}

char *fstree_own(struct fstree *tree, char *text)
{
    struct owned *owned = calloc(1, sizeof *owned);
    if (!owned || !text) {
        free(owned);
        free(text);
        return NULL;
    }
    owned->text = text;
    owned->next = tree->paths;
    tree->paths = owned;
    return text;
}

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= FS_NAME_MAX && !strchr(name, '/') &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* gcc 12's analyzer does not see that tsearch keeps what it is given. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
static int add_entry(struct fs_inode *dir, const char *name,
                     struct fs_inode *inode, struct err *err)
{
    if (!is_name(name))
        return err_refuse(err, "%.80s: not a file name", name);
    if (fstree_entry(dir, name))
        return err_set(err, EEXIST, "%s", name);
    struct fs_entry *entry = malloc(sizeof *entry + strlen(name) + 1);
    if (!entry)
        return err_set(err, ENOMEM, "%s", name);
    entry->inode = inode;
    entry->mark = 0;
    (void)strcpy(entry->name, name);
    if (!tsearch(entry, &dir->children, entry_cmp)) {
        free(entry);
        return err_set(err, ENOMEM, "%s", name);
    }
    dir->child_count++;
    return 0;
}

int fstree_add(struct fs_inode *dir, const char *name,
               const struct fs_attr *attr, struct fs_inode **out,
               struct err *err)
{
    if (S_ISLNK(attr->mode) &&
        (!attr->target || strlen(attr->target) > FS_TARGET_MAX))
        return err_refuse(err, "%.80s: a link's target has at most %u bytes",
                          name, FS_TARGET_MAX);
    if (S_ISDIR(attr->mode) && dir->depth + 1 > FS_DEPTH_MAX)
        return err_refuse(err, "%.80s: more than %u folders deep", name,
                          FS_DEPTH_MAX);
    struct fs_inode *inode = inode_new(attr, err);
    if (!inode)
        return -err->code;
    if (add_entry(dir, name, inode, err) < 0) {
        free(inode->target);
        free(inode);
        return -err->code;
    }
    inode->nlink = 1;
    if (S_ISDIR(inode->mode)) {
        inode->nlink = 2;
        inode->parent = dir;
        inode->depth = dir->depth + 1;
        dir->nlink++;
    }
    if (out)
        *out = inode;
    return 0;
}

#pragma GCC diagnostic pop

int fstree_link(struct fs_inode *dir, const char *name, struct fs_inode *inode,
                struct err *err)
{
    if (S_ISDIR(inode->mode))
        return err_set(err, EPERM, "%s: hard link to a folder", name);
    if (add_entry(dir, name, inode, err) < 0)
        return -err->code;
    inode->nlink++;
    return 0;
}

void fstree_set_attr(struct fs_inode *dir, const struct fs_attr *attr)
{
    dir->mode = attr->mode;
    dir->uid = attr->uid;
    dir->gid = attr->gid;
    dir->mtime = attr->mtime;
    dir->mtime_ns = attr->mtime_ns;
    free_xattrs(dir);
}

struct fs_inode *fstree_find(const struct fs_inode *dir, const char *name)
{
    struct fs_entry *entry = fstree_entry(dir, name);
    return entry ? entry->inode : NULL;
}

int fstree_remove(struct fs_inode *dir, const char *name, struct err *err)
{
    struct fs_entry *entry = fstree_entry(dir, name);
    if (!entry)
        return err_set(err, ENOENT, "%s", name);
    (void)tdelete(entry, &dir->children, entry_cmp);
    dir->child_count--;
    entry_free(entry);
    return 0;
}

int fstree_set_xattr(struct fs_inode *inode, const char *name,
                     const void *value, size_t value_len, struct err *err)
{
    if (value_len > UINT16_MAX)
        return err_refuse(err, "attribute %s of %zu bytes, at most %u", name,
                          value_len, UINT16_MAX);
    struct fs_xattr **at = &inode->xattrs;
    while (*at && strcmp((*at)->name, name) < 0) /* sorted: same bytes out */
        at = &(*at)->next;
    if (*at && strcmp((*at)->name, name) == 0)
        return err_set(err, EEXIST, "attribute %s", name);

    struct fs_xattr *xattr = calloc(1, sizeof *xattr);
    if (xattr) {
        xattr->name = strdup(name);
        xattr->value = malloc(value_len + 1);
    }
    if (!xattr || !xattr->name || !xattr->value) {
        if (xattr) {
            free(xattr->name);
            free(xattr->value);
        }
        free(xattr);
        return err_set(err, ENOMEM, "attribute %s", name);
    }
    memcpy(xattr->value, value, value_len);
    xattr->value_len = (uint16_t)value_len;
    xattr->next = *at;
    *at = xattr;
    return 0;
}

struct collect {
    struct fs_entry **entries;
    size_t count;
};

static void collect_entry(const void *node, VISIT visit, void *closure)
{
    struct collect *collect = closure;
    if (visit == postorder || visit == leaf)
        collect->entries[collect->count++] = *(struct fs_entry *const *)node;
}

int fstree_sorted(const struct fs_inode *dir, struct fs_entry ***entries,
                  struct err *err)
{
    struct collect collect = {
        .entries = calloc(dir->child_count + 1u, sizeof *collect.entries),
    };
    if (!collect.entries)
        return err_set(err, ENOMEM, "%u entries", dir->child_count);
    twalk_r(dir->children, collect_entry, &collect);
    *entries = collect.entries;
    return 0;
}
