/* SPDX-License-Identifier: Apache-2.0 */
/* Users: man 3 getpwnam, man 5 passwd. */
#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "users.h"

#define PWD_BUF 1024

static int parse(char *line, size_t size, void *entry)
{
    char *field[7];
    unsigned uid, gid;

    (void)size;
    if (!users_split(line, field, 7) || !*field[0] ||
        !users_number(field[2], &uid) || !users_number(field[3], &gid))
        return ENOENT;
    *(struct passwd *)entry = (struct passwd){.pw_name = field[0],
                                              .pw_passwd = field[1],
                                              .pw_uid = uid,
                                              .pw_gid = gid,
                                              .pw_comment = (char *)"",
                                              .pw_gecos = field[4],
                                              .pw_dir = field[5],
                                              .pw_shell = field[6]};
    return 0;
}

static bool is(const void *entry, const char *name, unsigned uid)
{
    const struct passwd *pw = entry;
    return name ? strcmp(pw->pw_name, name) == 0 : pw->pw_uid == uid;
}

static const struct users_kind passwd_kind = {
    .path = "/etc/passwd",
    .builtin = "root:x:0:0:root:/root:/bin/sh\n",
    .parse = parse,
    .is = is,
};

int getpwnam_r(const char *name, struct passwd *pw, char *buf, size_t size,
               struct passwd **result)
{
    int rc = users_find(&passwd_kind, name, 0, pw, buf, size);
    return users_result(rc, pw, (void **)result);
}

int getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t size,
               struct passwd **result)
{
    int rc = users_find(&passwd_kind, NULL, uid, pw, buf, size);
    return users_result(rc, pw, (void **)result);
}

static struct passwd static_pw;
static char static_buf[PWD_BUF];

struct passwd *getpwnam(const char *name)
{
    int rc = users_find(&passwd_kind, name, 0, &static_pw, static_buf,
                        sizeof static_buf);
    return users_found(rc, &static_pw);
}

struct passwd *getpwuid(uid_t uid)
{
    int rc = users_find(&passwd_kind, NULL, uid, &static_pw, static_buf,
                        sizeof static_buf);
    return users_found(rc, &static_pw);
}

static struct users_db all_users = {.kind = &passwd_kind};

void setpwent(void)
{
    users_open(&all_users);
}

void endpwent(void)
{
    users_close(&all_users);
}

struct passwd *getpwent(void)
{
    int rc = users_next(&all_users, &static_pw, static_buf, sizeof static_buf);
    return users_found(rc, &static_pw);
}
