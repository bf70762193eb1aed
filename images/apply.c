/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers on top of each other: see apply.h. A name carries the number of the
 * layer that it was last in, so that a whiteout takes away what older layers
 * brought, and nothing else, wherever in its layer it stands.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/erofs_plan.h"
#include "images/apply.h"
#include "images/paths.h"

#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"
#define RESERVED ".wh..wh." /* of aufs, which is about layers, not files */

int apply_init(struct apply *apply, const struct img_limits *limits,
               const char *near, struct err *err)
{
    static const struct fs_attr root = {.mode = S_IFDIR | 0755};
    memset(apply, 0, sizeof *apply);
    apply->limits = limits;
    if (spool_init(&apply->spool, near, err) < 0)
        return -err->code;
    if (fstree_init(&apply->tree, &root, err) < 0) {
        spool_release(&apply->spool);
        return -err->code;
    }
    return 0;
}

void apply_release(struct apply *apply)
{
    if (apply->tree.root)
        fstree_release(&apply->tree);
    spool_release(&apply->spool);
    apply->tree.root = NULL;
}

void apply_layer(struct apply *apply)
{
    apply->layer++;
}

static int count_entries(struct apply *apply, unsigned count, struct err *err)
{
    uint64_t max = apply->limits->entries;
    apply->entries += count;
    if (apply->entries > max)
        return err_refuse(err, "more than %lu files (see --max-entries)", max);
    return 0;
}

static int count_meta(struct apply *apply, size_t len, struct err *err)
{
    apply->meta_size += len;
    if (apply->meta_size / IMG_META_PER_ENTRY > apply->limits->entries)
        return err_refuse(err,
                          "more than %lu bytes of names and attributes "
                          "(see --max-entries)",
                          apply->limits->entries * IMG_META_PER_ENTRY);
    return 0;
}

static int prune(struct apply *apply, struct fs_inode *dir, struct err *err);

/* Takes away what older layers brought under a name. */
static int prune_entry(struct apply *apply, struct fs_inode *dir,
                       struct fs_entry *entry, struct err *err)
{
    if (entry->mark != apply->layer)
        return fstree_remove(dir, entry->name, err);
    return S_ISDIR(entry->inode->mode) ? prune(apply, entry->inode, err) : 0;
}

/* The same for all that is in a folder; once a layer, since what older ones
 * brought doesn't come back. */
static int prune(struct apply *apply, struct fs_inode *dir, struct err *err)
{
    struct fs_entry **entries;
    uint32_t count = dir->child_count;
    int rc = 0;

    if (dir->mark == apply->layer)
        return 0;
    dir->mark = apply->layer;
    if (fstree_sorted(dir, &entries, err) < 0)
        return -err->code;
    for (uint32_t i = 0; rc == 0 && i < count; i++)
        rc = prune_entry(apply, dir, entries[i], err);
    free(entries);
    return rc;
}

/* 1: it was a whiteout, or another name that is about layers. */
static int apply_whiteout(struct apply *apply, char *path, struct err *err)
{
    char *slash = strrchr(path, '/');
    char *name = slash ? slash + 1 : path;
    struct path_found found;

    if (strncmp(name, WHITEOUT, strlen(WHITEOUT)) != 0)
        return 0;
    bool is_opaque = strcmp(name, OPAQUE) == 0;
    const char *hidden = name + strlen(WHITEOUT);
    if (!is_opaque && strncmp(name, RESERVED, strlen(RESERVED)) == 0)
        return 1;
    if (!*hidden || !strcmp(hidden, ".") || !strcmp(hidden, ".."))
        return err_refuse(err, "%.200s: whiteout of no file", path);
    if (is_opaque)
        *name = '\0';
    else
        memmove(name, hidden, strlen(hidden) + 1);
    int rc = path_find(&apply->tree, path, is_opaque ? PATH_FOLLOW : 0, 0,
                       &found, err);
    if (rc == -ENOENT || rc == -ENOTDIR || (rc == 0 && !found.inode))
        return 1; /* nothing to hide */
    if (rc < 0)
        return err_wrap(err, "%.200s", path);
    if (is_opaque)
        rc = S_ISDIR(found.inode->mode) ? prune(apply, found.inode, err) : 0;
    else
        rc = prune_entry(apply, found.dir, fstree_entry(found.dir, found.name),
                         err);
    return rc < 0 ? rc : 1;
}

static int apply_link(struct apply *apply, const struct path_found *at,
                      const struct apply_entry *entry, struct fs_inode **inode,
                      struct err *err)
{
    char target[PATH_MAX];
    struct path_found found;

    if (path_clean(target, entry->link, err) < 0)
        return err_wrap(err, "hard link");
    int rc = path_find(&apply->tree, target, 0, 0, &found, err);
    if (rc == -ENOENT || rc == -ENOTDIR || (rc == 0 && !found.inode))
        return err_refuse(err, "hard link to %.200s, which is not there",
                          entry->link);
    if (rc < 0)
        return err_wrap(err, "hard link to %.200s", entry->link);
    if (S_ISDIR(found.inode->mode))
        return err_refuse(err, "hard link to the folder %.200s", entry->link);
    *inode = found.inode;
    return fstree_link(at->dir, at->name, found.inode, err);
}

static int apply_root(struct apply *apply, const struct apply_entry *entry,
                      struct fs_inode **inode, struct err *err)
{
    if (!S_ISDIR(entry->attr.mode) || entry->link)
        return err_refuse(err, "the root is not a folder");
    fstree_set_attr(apply->tree.root, &entry->attr);
    *inode = apply->tree.root;
    return 0;
}

/* Archivers write a file that they meet twice as a link to itself. */
static bool is_same(struct apply *apply, const struct fs_inode *inode,
                    const char *link)
{
    char target[PATH_MAX];
    struct path_found found;
    struct err ignored;
    return !S_ISDIR(inode->mode) && path_clean(target, link, &ignored) == 0 &&
           path_find(&apply->tree, target, 0, 0, &found, &ignored) == 0 &&
           found.inode == inode;
}

/* A new thing in the place of what is there; folders stay and take its
 * attributes. */
static int put(struct apply *apply, const char *path,
               const struct apply_entry *entry, struct fs_inode **inode,
               struct err *err)
{
    struct path_found at;

    if (path_find(&apply->tree, path, PATH_MAKE, apply->layer, &at, err) < 0 ||
        count_entries(apply, at.made, err) < 0)
        return -err->code;
    bool is_dir = S_ISDIR(entry->attr.mode) && !entry->link;
    if (at.inode && is_dir && S_ISDIR(at.inode->mode)) {
        fstree_set_attr(at.inode, &entry->attr);
        *inode = at.inode;
    } else if (at.inode && entry->link &&
               is_same(apply, at.inode, entry->link)) {
        *inode = at.inode;
    } else {
        if (at.inode && fstree_remove(at.dir, at.name, err) < 0)
            return -err->code;
        int rc = entry->link
                     ? apply_link(apply, &at, entry, inode, err)
                     : fstree_add(at.dir, at.name, &entry->attr, inode, err);
        if (rc < 0)
            return rc;
    }
    fstree_entry(at.dir, at.name)->mark = apply->layer;
    return 0;
}

int apply_entry(struct apply *apply, const struct apply_entry *entry,
                struct fs_inode **inode, struct err *err)
{
    const struct img_limits *limits = apply->limits;
    char path[PATH_MAX];

    *inode = NULL;
    if (count_entries(apply, 1, err) < 0 ||
        path_clean(path, entry->path, err) < 0)
        return -err->code;
    if (count_meta(apply,
                   strlen(path) +
                       (entry->attr.target ? strlen(entry->attr.target) : 0),
                   err) < 0)
        return -err->code;
    if (!apply->is_plain) {
        int rc = apply_whiteout(apply, path, err);
        if (rc)
            return rc < 0 ? rc : 0;
    }
    if (S_ISREG(entry->attr.mode) && !entry->link) {
        if (entry->attr.size > limits->size - apply->file_size)
            return err_refuse(err,
                              "%.200s: files of more than %lu bytes in all "
                              "(see --max-size)",
                              path, limits->size);
        apply->file_size += entry->attr.size;
    }
    int rc = *path ? put(apply, path, entry, inode, err)
                   : apply_root(apply, entry, inode, err);
    if (rc < 0) {
        err->is_refusal = rc != -ENOMEM; /* the archive's fault */
        return err_wrap(err, "%.200s", entry->path);
    }
    return 0;
}

int apply_xattr(struct apply *apply, struct fs_inode *inode, const char *name,
                const void *value, size_t len, struct err *err)
{
    uint8_t number;
    const char *rest;

    if (erofs_xattr_prefix(name, &number, &rest) < 0 ||
        strlen(rest) > UINT8_MAX || len > UINT16_MAX) {
        apply->dropped++;
        return 0;
    }
    if (count_meta(apply, strlen(name) + len, err) < 0)
        return -err->code;
    int rc = fstree_set_xattr(inode, name, value, len, err);
    return rc == -EEXIST ? 0 : rc;
}

/* Links to folders can make paths that no name in a layer had. */
static int check_paths(const struct fs_inode *dir, size_t len, struct err *err)
{
    struct fs_entry **entries;
    int rc = 0;
    if (fstree_sorted(dir, &entries, err) < 0)
        return -err->code;
    for (uint32_t i = 0; rc == 0 && i < dir->child_count; i++) {
        size_t end = len + 1 + strlen(entries[i]->name);
        if (end >= PATH_MAX)
            rc = err_refuse(err, "%.80s: a path of %zu bytes, at most %u",
                            entries[i]->name, end, PATH_MAX - 1);
        else if (S_ISDIR(entries[i]->inode->mode))
            rc = check_paths(entries[i]->inode, end, err);
    }
    free(entries);
    return rc;
}

int apply_finish(struct apply *apply, struct err *err)
{
    if (check_paths(apply->tree.root, 0, err) < 0)
        return -err->code;
    return spool_finish(&apply->spool, err);
}
