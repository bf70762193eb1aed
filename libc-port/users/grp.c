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

/* Members' addresses go behind the line, in what is left of the buffer. */
static int parse(char *line, size_t size, void *entry)
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
    *(struct group *)entry = (struct group){.gr_name = field[0],
                                            .gr_passwd = field[1],
                                            .gr_gid = gid,
                                            .gr_mem = list};
    return 0;
}

static bool is(const void *entry, const char *name, unsigned gid)
{
    const struct group *gr = entry;
    return name ? strcmp(gr->gr_name, name) == 0 : gr->gr_gid == gid;
}

static const struct users_kind group_kind = {
    .path = "/etc/group",
    .builtin = "root:x:0:\n",
    .parse = parse,
    .is = is,
};

int getgrnam_r(const char *name, struct group *gr, char *buf, size_t size,
               struct group **result)
{
    int rc = users_find(&group_kind, name, 0, gr, buf, size);
    return users_result(rc, gr, (void **)result);
}

int getgrgid_r(gid_t gid, struct group *gr, char *buf, size_t size,
               struct group **result)
{
    int rc = users_find(&group_kind, NULL, gid, gr, buf, size);
    return users_result(rc, gr, (void **)result);
}

static struct group static_gr;
static char static_buf[GRP_BUF];

struct group *getgrnam(const char *name)
{
    int rc = users_find(&group_kind, name, 0, &static_gr, static_buf,
                        sizeof static_buf);
    return users_found(rc, &static_gr);
}

struct group *getgrgid(gid_t gid)
{
    int rc = users_find(&group_kind, NULL, gid, &static_gr, static_buf,
                        sizeof static_buf);
    return users_found(rc, &static_gr);
}

static struct users_db all_groups = {.kind = &group_kind};

void setgrent(void)
{
    users_open(&all_groups);
}

void endgrent(void)
{
    users_close(&all_groups);
}

struct group *getgrent(void)
{
    int rc = users_next(&all_groups, &static_gr, static_buf, sizeof static_buf);
    return users_found(rc, &static_gr);
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
    struct users_db db = {.kind = &group_kind};
    int found = 0, room = *count;

    if (found++ < room)
        list[0] = first;
    while (users_next(&db, &gr, buf, sizeof buf) == 0) {
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
