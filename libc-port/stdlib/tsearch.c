/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tsearch and its relatives (POSIX <search.h>) as an AA tree: balanced, so
 * that keys in ascending order are no trap (Andersson, "Balanced Search Trees
 * Made Simple", 1993). A node begins with the key, as POSIX has it.
 */
#include <search.h>
#include <stdlib.h>

#include "libc.h"

struct node {
    const void *key;
    struct node *left, *right;
    int level;
};
typedef int (*compare_fn)(const void *, const void *);

static struct node *skew(struct node *n)
{
    struct node *left = n->left;
    if (!left || left->level != n->level)
        return n;
    n->left = left->right;
    left->right = n;
    return left;
}

static struct node *split(struct node *n)
{
    struct node *right = n->right;
    if (!right || !right->right || right->right->level != n->level)
        return n;
    n->right = right->left;
    right->left = n;
    right->level++;
    return right;
}

static struct node *insert(struct node *n, const void *key, compare_fn compare,
                           struct node **found)
{
    if (!n) {
        n = calloc(1, sizeof *n);
        *found = n;
        if (n) {
            n->key = key;
            n->level = 1;
        }
        return n;
    }
    int order = compare(key, n->key);
    if (order == 0) {
        *found = n;
        return n;
    }
    struct node **child = order < 0 ? &n->left : &n->right;
    *child = insert(*child, key, compare, found);
    return split(skew(n));
}

void *tsearch(const void *key, void **root, compare_fn compare)
{
    struct node *found = NULL;
    if (!root)
        return NULL;
    *root = insert(*root, key, compare, &found);
    return found;
}

void *tfind(const void *key, void **root, compare_fn compare)
{
    struct node *n = root ? *root : NULL;
    while (n) {
        int order = compare(key, n->key);
        if (order == 0)
            break;
        n = order < 0 ? n->left : n->right;
    }
    return n;
}

static int level_of(const struct node *n)
{
    return n ? n->level : 0;
}

static struct node *rebalance(struct node *n)
{
    int least = level_of(n->left) < level_of(n->right) ? level_of(n->left)
                                                       : level_of(n->right);
    if (n->level > least + 1) {
        n->level = least + 1;
        if (n->right && n->right->level > n->level)
            n->right->level = n->level;
    }
    n = skew(n);
    if (n->right) {
        n->right = skew(n->right);
        if (n->right->right)
            n->right->right = skew(n->right->right);
    }
    n = split(n);
    if (n->right)
        n->right = split(n->right);
    return n;
}

/* Takes the least node out of a tree. */
static struct node *take_first(struct node *n, struct node **first)
{
    if (!n->left) {
        *first = n;
        return n->right;
    }
    n->left = take_first(n->left, first);
    return rebalance(n);
}

static struct node *delete (struct node *n, const void *key, compare_fn compare,
                            struct node *parent, struct node **found)
{
    if (!n)
        return NULL;
    int order = compare(key, n->key);
    if (order < 0) {
        n->left = delete (n->left, key, compare, n, found);
    } else if (order > 0) {
        n->right = delete (n->right, key, compare, n, found);
    } else {
        struct node *next = n->left;
        if (n->right) {
            struct node *right = take_first(n->right, &next);
            next->left = n->left;
            next->right = right;
            next->level = n->level;
        }
        *found = parent ? parent : n; /* POSIX: the parent, or anything */
        free(n);
        n = next;
    }
    return n ? rebalance(n) : NULL;
}

void *tdelete(const void *restrict key, void **restrict root,
              compare_fn compare)
{
    struct node *found = NULL;
    if (root && *root)
        *root = delete (*root, key, compare, NULL, &found);
    return found;
}

static void walk(const struct node *n, void (*action)(const void *, VISIT, int),
                 int depth)
{
    if (!n->left && !n->right) {
        action(n, leaf, depth);
        return;
    }
    action(n, preorder, depth);
    if (n->left)
        walk(n->left, action, depth + 1);
    action(n, postorder, depth);
    if (n->right)
        walk(n->right, action, depth + 1);
    action(n, endorder, depth);
}

void twalk(const void *root, void (*action)(const void *, VISIT, int))
{
    if (root && action)
        walk(root, action, 0);
}

void tdestroy(void *root, void (*free_key)(void *))
{
    struct node *n = root;
    if (!n)
        return;
    tdestroy(n->left, free_key);
    tdestroy(n->right, free_key);
    free_key((void *)n->key);
    free(n);
}
