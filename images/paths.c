/* SPDX-License-Identifier: Apache-2.0 */
/* Paths in an archive and in a tree: see paths.h. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "images/paths.h"

#define LINKS_MAX 40u   /* as Linux follows */
#define STEPS_MAX 2000u /* names on the way, those of links included */

int path_clean(char clean[PATH_MAX], const char *name, struct err *err)
{
    size_t used = 0;
    for (const char *at = name; *(at += strspn(at, "/"));) {
        size_t len = strcspn(at, "/");
        if (len == 2 && at[0] == '.' && at[1] == '.') {
            if (!used)
                return err_refuse(err, "%.200s: leads out of the archive",
                                  name);
            while (used && clean[used - 1] != '/')
                used--;
            used -= used > 0;
        } else if (len > FS_NAME_MAX) {
            return err_refuse(err, "%.40s...: a name of %zu bytes, at most %u",
                              at, len, FS_NAME_MAX);
        } else if (len != 1 || at[0] != '.') {
            if (used + 1 + len >= PATH_MAX)
                return err_refuse(err,
                                  "%.40s...: a path of %zu bytes, at "
                                  "most %u",
                                  name, strlen(name), PATH_MAX - 1);
            if (used)
                clean[used++] = '/';
            memcpy(clean + used, at, len);
            used += len;
        }
        at += len;
    }
    clean[used] = '\0';
    return 0;
}

/* Puts a link's target in front of what is left of a path. */
static int expand(char rest[2 * PATH_MAX], const char *behind,
                  const struct fs_inode *link, struct err *err)
{
    char tail[2 * PATH_MAX];
    size_t len = strlen(link->target), tail_len = strlen(behind);
    if (len + tail_len + 2 > 2 * PATH_MAX)
        return err_say(err, ELOOP, "links to ever longer paths");
    memcpy(tail, behind, tail_len + 1);
    memcpy(rest, link->target, len + 1);
    if (tail_len) {
        rest[len] = '/';
        memcpy(rest + len + 1, tail, tail_len + 1);
    }
    return 0;
}

static int make_dir(struct fs_inode *dir, const char *name, uint32_t mark,
                    struct fs_inode **inode, struct err *err)
{
    static const struct fs_attr attr = {.mode = S_IFDIR | 0755};
    if (fstree_add(dir, name, &attr, inode, err) < 0)
        return -err->code;
    fstree_entry(dir, name)->mark = mark;
    return 0;
}

/* Where a walk is. */
struct step {
    struct fstree *tree;
    unsigned flags;
    uint32_t mark;
    unsigned links, steps;
    struct fs_inode *at;
    char rest[2 * PATH_MAX];
};

/* One name further; 1: it was the last one. */
static int take_step(struct step *step, const char **next,
                     struct path_found *found, struct err *err)
{
    const char *name = *next;
    size_t len = strcspn(name, "/");
    const char *behind = name + len + strspn(name + len, "/");
    *next = behind;
    if (++step->steps > STEPS_MAX)
        return err_say(err, ELOOP, "%.80s: more than %u names on the way", name,
                       STEPS_MAX);
    if (len > FS_NAME_MAX)
        return err_say(err, ENAMETOOLONG, "%.40s...", name);
    if (len == 1 && name[0] == '.')
        return 0;
    if (len == 2 && name[0] == '.' && name[1] == '.') {
        step->at = step->at->parent;
        return 0;
    }
    memcpy(found->name, name, len);
    found->name[len] = '\0';
    struct fs_entry *entry = fstree_entry(step->at, found->name);
    struct fs_inode *inode = entry ? entry->inode : NULL;
    if (inode && S_ISLNK(inode->mode) &&
        (*behind || (step->flags & PATH_FOLLOW))) {
        if (++step->links > LINKS_MAX)
            return err_say(err, ELOOP, "%.80s: links in circles", found->name);
        if (expand(step->rest, behind, inode, err) < 0)
            return -err->code;
        if (step->rest[0] == '/')
            step->at = step->tree->root;
        *next = step->rest;
        return 0;
    }
    if (!*behind) {
        found->dir = step->at;
        found->inode = inode;
        return 1;
    }
    if (!inode && !(step->flags & PATH_MAKE))
        return err_say(err, ENOENT, "%.80s: no such folder", found->name);
    if (!inode) {
        if (make_dir(step->at, found->name, step->mark, &inode, err) < 0)
            return -err->code;
        found->made++;
    } else if (!S_ISDIR(inode->mode)) {
        return err_say(err, ENOTDIR, "%.80s: not a folder", found->name);
    } else if (step->flags & PATH_MAKE) {
        entry->mark = step->mark;
    }
    step->at = inode;
    return 0;
}

int path_find(struct fstree *tree, const char *path, unsigned flags,
              uint32_t mark, struct path_found *found, struct err *err)
{
    struct step step = {
        .tree = tree, .flags = flags, .mark = mark, .at = tree->root};
    const char *next = step.rest;
    found->made = 0;
    if (strlen(path) >= PATH_MAX)
        return err_say(err, ENAMETOOLONG, "%.40s...", path);
    (void)strcpy(step.rest, path);
    while (*(next += strspn(next, "/"))) {
        int rc = take_step(&step, &next, found, err);
        if (rc)
            return rc < 0 ? rc : 0;
    }
    /* It ended in ".", ".." or a link to such: a folder without a name. */
    found->dir = step.at->parent;
    found->name[0] = '\0';
    found->inode = step.at;
    return 0;
}

int path_get(struct fstree *tree, const char *path, struct fs_inode **inode,
             struct err *err)
{
    struct path_found found;
    if (path_find(tree, path, PATH_FOLLOW, 0, &found, err) < 0)
        return -err->code;
    if (!found.inode)
        return err_say(err, ENOENT, "%.200s: no such file", path);
    *inode = found.inode;
    return 0;
}

int path_make_dir(struct fstree *tree, const char *path, uint64_t *left,
                  struct err *err)
{
    struct path_found found;
    struct fs_inode *inode;
    if (path_find(tree, path, PATH_MAKE | PATH_FOLLOW, 0, &found, err) < 0)
        return err_wrap(err, "%.200s", path);
    if (!found.inode && make_dir(found.dir, found.name, 0, &inode, err) < 0)
        return err_wrap(err, "%.200s", path);
    uint64_t made = found.made + (found.inode ? 0u : 1u);
    if (made > *left)
        return err_refuse(err, "%.200s: too many files (see --max-entries)",
                          path);
    *left -= made;
    if (found.inode && !S_ISDIR(found.inode->mode))
        return err_refuse(err, "%.200s: not a folder", path);
    return 0;
}
