/* SPDX-License-Identifier: Apache-2.0 */
/* Groups: man 3 getgrnam, man 5 group. */
#include <errno.h>
#include <grp.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "users.h"

#define GRP_BUF 8192
#define GROUPS_MAX 256

static struct users_db open_db(void)
{
    struct users_db db = {
        .path = "/etc/group",
        .builtin = "root:x:0:\n",
    };
    users_open(&db);
    return db;
}

/* Members' addresses go behind the line, in what is left of the buffer. */
static int parse(char *line, size_t size, struct group *gr)
{
    char *field[4];
    unsigned gid, count = 0;
    size_t len = strlen(line) + 1;

    if (!users_split(line, field, 4) || !*field[0] ||
        !users_number(field[2], &gid))
        return ENOENT;
    uintptr_t at = ((uintptr_t)line + len + 7) & ~(uintptr_t)7;
    char **list = (char **)at;
    size_t room = (uintptr_t)line + size > at
                      ? ((uintptr_t)line + size - at) / sizeof *list
                      : 0;
    for (char *member = field[3]; *member;) {
        if (count + 1 >= room)
            return ERANGE;
        list[count++] = member;
        member += strcspn(member, ",");
        if (*member)
            *member++ = 0;
    }
    if (count >= room)
        return ERANGE;
    list[count] = NULL;
    *gr = (struct group){.gr_name = field[0],
                         .gr_passwd = field[1],
                         .gr_gid = gid,
                         .gr_mem = list};
    return 0;
}

static int next_group(struct users_db *db, const char *name, gid_t gid,
                      bool all, struct group *gr, char *buf, size_t size)
{
    int rc;

    while ((rc = users_line(db, buf, size)) == 0) {
        rc = parse(buf, size, gr);
        if (rc == ERANGE)
            return rc;
        if (rc == 0 && (all || (name ? strcmp(gr->gr_name, name) == 0
                                     : gr->gr_gid == gid)))
            return 0;
    }
    return rc;
}

static int look_up(const char *name, gid_t gid, struct group *gr, char *buf,
                   size_t size, struct group **result)
{
    struct users_db db = open_db();
    int rc = next_group(&db, name, gid, false, gr, buf, size);

    users_close(&db);
    *result = rc == 0 ? gr : NULL;
    return rc == ENOENT ? 0 : rc;
}

int getgrnam_r(const char *name, struct group *gr, char *buf, size_t size,
               struct group **result)
{
    return look_up(name, 0, gr, buf, size, result);
}

int getgrgid_r(gid_t gid, struct group *gr, char *buf, size_t size,
               struct group **result)
{
    return look_up(NULL, gid, gr, buf, size, result);
}

static struct group static_gr;
static char static_buf[GRP_BUF];

static struct group *static_look_up(const char *name, gid_t gid)
{
    struct group *result;
    int rc =
        look_up(name, gid, &static_gr, static_buf, sizeof static_buf, &result);

    if (rc)
        errno = rc;
    return result;
}

struct group *getgrnam(const char *name)
{
    return static_look_up(name, 0);
}

struct group *getgrgid(gid_t gid)
{
    return static_look_up(NULL, gid);
}

static struct users_db all_groups;

void setgrent(void)
{
    users_close(&all_groups);
    all_groups = open_db();
}

void endgrent(void)
{
    users_close(&all_groups);
}

struct group *getgrent(void)
{
    if (!all_groups.file)
        setgrent();
    return next_group(&all_groups, NULL, 0, true, &static_gr, static_buf,
                      sizeof static_buf) == 0
               ? &static_gr
               : NULL;
}

static bool is_member(const struct group *gr, const char *user)
{
    for (char **member = gr->gr_mem; *member; member++)
        if (strcmp(*member, user) == 0)
            return true;
    return false;
}

int getgrouplist(const char *user, gid_t first, gid_t *list, int *count)
{
    char buf[GRP_BUF];
    struct group gr;
    struct users_db db = open_db();
    int found = 0, room = *count;

    if (found++ < room)
        list[0] = first;
    while (next_group(&db, NULL, 0, true, &gr, buf, sizeof buf) == 0) {
        if (gr.gr_gid == first || !is_member(&gr, user))
            continue;
        if (found++ < room)
            list[found - 1] = gr.gr_gid;
    }
    users_close(&db);
    *count = found;
    return found > room ? -1 : found;
}

int initgroups(const char *user, gid_t first)
{
    gid_t list[GROUPS_MAX];
    int count = GROUPS_MAX;

    if (getgrouplist(user, first, list, &count) < 0)
        count = GROUPS_MAX; /* as many as there is room for */
    return setgroups((size_t)count, list);
}
