/* SPDX-License-Identifier: Apache-2.0 */
/* Gives each part of an EROFS file system its place: see erofs_write.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/erofs_plan.h"

#define BLOCKS_MAX UINT32_MAX

static const struct {
    const char *text;
    uint8_t number;
} xattr_prefix[] = {
    {"user.", 1},
    {"system.posix_acl_access", 2},
    {"system.posix_acl_default", 3},
    {"trusted.", 4},
    {"security.", 6},
};

int erofs_xattr_prefix(const char *name, uint8_t *number, const char **rest)
{
    for (size_t i = 0; i < sizeof xattr_prefix / sizeof xattr_prefix[0]; i++) {
        size_t len = strlen(xattr_prefix[i].text);
        if (strncmp(name, xattr_prefix[i].text, len) != 0)
            continue;
        *number = xattr_prefix[i].number;
        *rest = name + len;
        return 0;
    }
    return -EINVAL;
}

static uint32_t align4(uint32_t size)
{
    return (size + 3) & ~3u;
}

/* Bytes of the attributes behind an inode; refuses unknown prefixes. */
static int xattr_size(const struct fs_inode *inode, uint32_t *size,
                      struct err *err)
{
    uint64_t total = sizeof(struct erofs_xattr_header);
    for (const struct fs_xattr *x = inode->xattrs; x; x = x->next) {
        uint8_t number;
        const char *rest;
        if (erofs_xattr_prefix(x->name, &number, &rest) < 0 ||
            strlen(rest) > UINT8_MAX)
            return err_refuse(err,
                              "attribute %.80s: unknown kind or name too "
                              "long",
                              x->name);
        total += align4((uint32_t)(sizeof(struct erofs_xattr_entry) +
                                   strlen(rest) + x->value_len));
    }
    if (total > BLOCK * 15)
        return err_refuse(err, "%lu bytes of attributes, at most %lu", total,
                          (unsigned long)BLOCK * 15);
    *size = inode->xattrs ? (uint32_t)total : 0;
    return 0;
}

uint32_t erofs_dir_block(const char *const *names, uint32_t first,
                         uint32_t count, uint32_t *used)
{
    uint32_t n = 0;
    *used = 0;
    while (first + n < count) {
        uint32_t need =
            (uint32_t)(sizeof(struct erofs_dirent) + strlen(names[first + n]));
        if (*used + need > BLOCK)
            break;
        *used += need;
        n++;
    }
    return n;
}

const char **erofs_dir_names(const struct node *node,
                             const struct fs_inode ***inodes)
{
    uint32_t count = node->inode->child_count + 2, at = 0;
    const char *special[] = {".", ".."};
    const struct fs_inode *special_inode[] = {node->inode, node->inode->parent};
    const char **names = calloc(count, sizeof *names);
    *inodes = calloc(count, sizeof **inodes);
    if (!names || !*inodes) {
        free(names);
        free(*inodes);
        return NULL;
    }
    for (uint32_t i = 0, s = 0; at < count; at++) {
        if (s < 2 && (i == node->inode->child_count ||
                      strcmp(special[s], node->entries[i]->name) < 0)) {
            names[at] = special[s];
            (*inodes)[at] = special_inode[s++];
        } else {
            names[at] = node->entries[i]->name;
            (*inodes)[at] = node->entries[i++]->inode;
        }
    }
    return names;
}

static int dir_size(struct node *node, struct err *err)
{
    const struct fs_inode **inodes;
    const char **names = erofs_dir_names(node, &inodes);
    if (!names)
        return err_set(err, ENOMEM, "folder");
    uint32_t count = node->inode->child_count + 2, used = 0;
    node->size = 0;
    for (uint32_t i = 0; i < count;) {
        i += erofs_dir_block(names, i, count, &used);
        node->size += i < count ? BLOCK : used;
    }
    free(names);
    free(inodes);
    return 0;
}

static bool needs_extended(const struct erofs_plan *plan,
                           const struct node *node)
{
    const struct fs_inode *inode = node->inode;
    return inode->uid > UINT16_MAX || inode->gid > UINT16_MAX ||
           inode->nlink > UINT16_MAX || node->size > UINT32_MAX ||
           inode->mtime != plan->build_time ||
           inode->mtime_ns != plan->build_time_ns;
}

/* gcc 12's analyzer loses sight of nodes in the growing list. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
/* Adds an inode to the list unless it is there. */
static int add_node(struct erofs_plan *plan, struct fs_inode *inode,
                    struct err *err)
{
    if (inode->plan)
        return 0;
    if (plan->count == plan->room) {
        size_t room = plan->room ? plan->room * 2 : 256;
        struct node **nodes =
            reallocarray(plan->nodes, room, sizeof *plan->nodes);
        if (!nodes)
            return err_set(err, ENOMEM, "%zu inodes", room);
        plan->nodes = nodes;
        plan->room = room;
    }
    struct node *node = calloc(1, sizeof *node);
    if (!node)
        return err_set(err, ENOMEM, "inode");
    node->inode = inode;
    node->block = NO_BLOCK;
    plan->nodes[plan->count++] = node;
    node->ino = (uint32_t)plan->count;
    inode->plan = node;
    return 0;
}

/* Folder by folder, so that what is listed together lies together. */
static int collect(struct erofs_plan *plan, struct fs_inode *root,
                   struct err *err)
{
    if (add_node(plan, root, err) < 0)
        return -err->code;
    for (size_t n = 0; n < plan->count; n++) {
        struct node *node = plan->nodes[n];
        if (!S_ISDIR(node->inode->mode))
            continue;
        if (fstree_sorted(node->inode, &node->entries, err) < 0)
            return -err->code;
        for (uint32_t i = 0; i < node->inode->child_count; i++)
            if (add_node(plan, node->entries[i]->inode, err) < 0)
                return -err->code;
    }
    if (plan->count > UINT32_MAX)
        return err_refuse(err, "%zu inodes, at most %u", plan->count,
                          UINT32_MAX);
    return 0;
}

#pragma GCC diagnostic pop

/*
 * Where an inode with `fixed` bytes of its own and `tail` bytes of contents
 * can begin, from `at` on: the inode's first 64 bytes don't cross a block,
 * nor does the tail (Linux reads each as one piece).
 */
static uint64_t next_fit(uint64_t at, const struct node *node)
{
    uint64_t fixed = node->inode_size + node->xattr_size;
    for (;;) {
        at = (at + EROFS_SLOT_SIZE - 1) & ~(uint64_t)(EROFS_SLOT_SIZE - 1);
        uint64_t tail = at + fixed;
        if (at / BLOCK != (at + node->inode_size - 1) / BLOCK)
            at = (at / BLOCK + 1) * BLOCK;
        else if (node->tail_size &&
                 tail / BLOCK != (tail + node->tail_size - 1) / BLOCK)
            at = (tail / BLOCK + 1) * BLOCK - fixed;
        else
            return at;
    }
}

static void keep_gap(struct erofs_plan *plan, uint64_t begin, uint64_t end)
{
    struct gap *smallest = &plan->gap[0];
    for (size_t i = 1; i < GAP_COUNT; i++)
        if (plan->gap[i].end - plan->gap[i].begin <
            smallest->end - smallest->begin)
            smallest = &plan->gap[i];
    if (end - begin > smallest->end - smallest->begin)
        *smallest = (struct gap){begin, end};
}

static void place_inode(struct erofs_plan *plan, struct node *node)
{
    uint64_t size = node->inode_size + node->xattr_size + node->tail_size;
    struct gap *best = NULL;
    for (size_t i = 0; i < GAP_COUNT; i++) {
        struct gap *gap = &plan->gap[i];
        if (next_fit(gap->begin, node) + size <= gap->end &&
            (!best || gap->end - gap->begin < best->end - best->begin))
            best = gap;
    }
    if (best) {
        uint64_t at = next_fit(best->begin, node);
        best->begin = at + size;
        node->nid = at / EROFS_SLOT_SIZE;
        return;
    }
    uint64_t at = next_fit(plan->meta_end, node);
    if (at - plan->meta_end > EROFS_SLOT_SIZE)
        keep_gap(plan, plan->meta_end, at);
    node->nid = at / EROFS_SLOT_SIZE;
    plan->meta_end = at + size;
}

/* Which part of the contents goes behind the inode. */
static int plan_node(struct erofs_plan *plan, struct node *node,
                     struct err *err)
{
    const struct fs_inode *inode = node->inode;
    bool is_file = S_ISREG(inode->mode);

    node->size = inode->size;
    if (S_ISDIR(inode->mode) && dir_size(node, err) < 0)
        return -err->code;
    if (xattr_size(inode, &node->xattr_size, err) < 0)
        return -err->code;
    node->inode_size = needs_extended(plan, node)
                           ? sizeof(struct erofs_extended)
                           : sizeof(struct erofs_compact);
    uint32_t tail = (uint32_t)(node->size % BLOCK);
    if (tail && (!is_file || node->size < BLOCK) &&
        node->inode_size + node->xattr_size % BLOCK + tail <= BLOCK)
        node->tail_size = tail;
    place_inode(plan, node);
    return 0;
}

static uint64_t block_count(const struct node *node)
{
    return (node->size - node->tail_size + BLOCK - 1) / BLOCK;
}

static int plan_blocks(struct erofs_plan *plan, struct err *err)
{
    plan->blocks = (plan->meta_end + BLOCK - 1) / BLOCK;
    for (size_t i = 0; i < plan->count; i++) {
        struct node *node = plan->nodes[i];
        uint64_t count = block_count(node);
        if (!count)
            continue;
        node->block = (uint32_t)plan->blocks;
        if (count > BLOCKS_MAX || plan->blocks + count > BLOCKS_MAX)
            return err_refuse(err, "file system of more than %u blocks",
                              BLOCKS_MAX);
        plan->blocks += count;
    }
    return 0;
}

int erofs_plan_new(struct erofs_plan **out, struct fstree *tree,
                   struct err *err)
{
    struct erofs_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return err_set(err, ENOMEM, "file system");
    plan->build_time = tree->root->mtime;
    plan->build_time_ns = tree->root->mtime_ns;
    plan->meta_end = EROFS_SUPER_OFFSET + sizeof(struct erofs_super);

    int rc = collect(plan, tree->root, err);
    for (size_t i = 0; rc == 0 && i < plan->count; i++)
        rc = plan_node(plan, plan->nodes[i], err);
    if (rc == 0)
        rc = plan_blocks(plan, err);
    if (rc < 0) {
        erofs_plan_free(plan);
        return rc;
    }
    *out = plan;
    return 0;
}

void erofs_plan_free(struct erofs_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->count; i++) {
        plan->nodes[i]->inode->plan = NULL;
        free(plan->nodes[i]->entries);
        free(plan->nodes[i]);
    }
    free(plan->nodes);
    free(plan);
}

uint64_t erofs_plan_size(const struct erofs_plan *plan)
{
    return plan->blocks * BLOCK;
}
