/* SPDX-License-Identifier: Apache-2.0 */
/* Who "USER[:GROUP]" is: see users.h. Files: passwd(5), group(5). */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "images/paths.h"
#include "images/users.h"

#define FILE_MAX (4u << 20) /* bytes of passwd or group */
#define FIELDS_MAX 7

/* A file's text; "" if there is none. */
static int load(struct fstree *tree, const char *path, char **text,
                struct err *err)
{
    struct fs_inode *inode = NULL;
    uint64_t size = 0;
    if (path_get(tree, path, &inode, err) == 0 && S_ISREG(inode->mode))
        size = inode->size;
    if (size > FILE_MAX)
        return err_refuse(err, "%s: %lu bytes, at most %u", path, size,
                          FILE_MAX);
    *text = calloc(1, size + 1);
    if (!*text)
        return err_set(err, ENOMEM, "%s", path);
    if (!size)
        return 0;
    auto_fd int fd = inode->data.open(&inode->data, err);
    if (fd < 0 || pread_full(fd, *text, size, inode->data.offset, err) < 0) {
        free(*text);
        *text = NULL;
        return err_wrap(err, "%s", path);
    }
    return 0;
}

static bool parse_id(const char *text, uint32_t *id)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || value >= UINT32_MAX)
        return false;
    *id = (uint32_t)value;
    return true;
}

/* The next line's fields, cut apart where they stand; false at the end. */
static bool next_line(char **at, char *field[FIELDS_MAX])
{
    char *line = strsep(at, "\n");
    if (!line)
        return false;
    for (int i = 0; i < FIELDS_MAX; i++) {
        char *text = strsep(&line, ":");
        field[i] = text ? text : line ? line : (char *)"";
    }
    return true;
}

/* The user's line: gid, home, and its name in `name`. */
static bool find_user(char *passwd, const char *text, struct user *user,
                      char *name, size_t size)
{
    char *field[FIELDS_MAX];
    uint32_t wanted = 0, uid, gid;
    bool is_number = parse_id(text, &wanted);
    while (next_line(&passwd, field)) {
        if (!parse_id(field[2], &uid) || !parse_id(field[3], &gid) ||
            (strcmp(field[0], text) != 0 && !(is_number && uid == wanted)))
            continue;
        user->uid = uid;
        user->gid = gid;
        (void)snprintf(name, size, "%s", field[0]);
        if (field[5][0] == '/')
            (void)snprintf(user->home, sizeof user->home, "%s", field[5]);
        return true;
    }
    user->uid = wanted;
    return is_number;
}

static bool find_group(char *groups, const char *text, uint32_t *gid)
{
    char *field[FIELDS_MAX];
    uint32_t number;
    while (next_line(&groups, field))
        if (strcmp(field[0], text) == 0 && parse_id(field[2], &number)) {
            *gid = number;
            return true;
        }
    return parse_id(text, gid);
}

static bool is_member(char *list, const char *name)
{
    for (char *member; (member = strsep(&list, ","));)
        if (*name && strcmp(member, name) == 0)
            return true;
    return false;
}

static int add_groups(char *groups, const char *name, struct user *user,
                      struct err *err)
{
    char *field[FIELDS_MAX];
    uint32_t gid;
    while (next_line(&groups, field)) {
        if (!parse_id(field[2], &gid) || !is_member(field[3], name))
            continue;
        if (user->group_count == USERS_GROUPS_MAX)
            return err_refuse(err, "user %.80s is in more than %u groups", name,
                              USERS_GROUPS_MAX);
        user->groups[user->group_count++] = gid;
    }
    return 0;
}

int user_find(struct fstree *tree, const char *text, struct user *user,
              struct err *err)
{
    auto_free char *passwd = NULL;
    auto_free char *groups = NULL;
    char who[256], name[256] = "";

    *user = (struct user){.home = "/"};
    size_t len = strcspn(text, ":");
    if (len >= sizeof who)
        return err_refuse(err, "user of %zu bytes", len);
    (void)snprintf(who, sizeof who, "%.*s", (int)len, len ? text : "0");
    if (!len)
        (void)strcpy(who, "0");
    const char *group = text[len] ? text + len + 1 : "";
    if (load(tree, "/etc/passwd", &passwd, err) < 0 ||
        load(tree, "/etc/group", &groups, err) < 0)
        return -err->code;
    if (!find_user(passwd, who, user, name, sizeof name))
        return err_refuse(err, "user %s: not in the image's /etc/passwd", who);
    if (!*group)
        return add_groups(groups, name, user, err);
    if (!find_group(groups, group, &user->gid))
        return err_refuse(err, "group %.80s: not in the image's /etc/group",
                          group);
    return 0;
}

void user_text(const struct user *user, char *text, size_t size)
{
    int len = snprintf(text, size, "%u:%u", user->uid, user->gid);
    for (unsigned i = 0; i < user->group_count && (size_t)len < size; i++)
        len += snprintf(text + len, size - (size_t)len, ",%u", user->groups[i]);
}
