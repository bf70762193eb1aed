/* SPDX-License-Identifier: Apache-2.0 */
/* Who "USER[:GROUP]" of an image is, by the tree's own /etc/passwd. */
#ifndef IMAGES_USERS_H
#define IMAGES_USERS_H

#include <limits.h>
#include <stdint.h>

#include "common/fstree.h"

#define USERS_GROUPS_MAX 32u /* what the libOS keeps */

struct user {
    uint32_t uid, gid;
    uint32_t groups[USERS_GROUPS_MAX]; /* supplementary ones */
    unsigned group_count;
    char home[PATH_MAX]; /* "/" when it is not known */
};

/* As engines do it: names are looked up, numbers need not be there; without
 * GROUP the user's own and those it is a member of. "" is user 0. */
int user_find(struct fstree *tree, const char *text, struct user *user,
              struct err *err);

/* "UID:GID[,GID...]", the libOS's form. */
void user_text(const struct user *user, char *text, size_t size);

#endif
