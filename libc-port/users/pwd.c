/* SPDX-License-Identifier: Apache-2.0 */
/* Users: man 3 getpwnam, man 5 passwd. */
#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "users.h"

#define PWD_BUF 1024
static struct users_db open_db(void)
{
    struct users_db db = {
        .path = "/etc/passwd",
        .builtin = "root:x:0:0:root:/root:/bin/sh\n",
    };
    users_open(&db);
    return db;
}

static bool parse(char *line, struct passwd *pw)
{
    char *field[7];
    unsigned uid, gid;

    if (!users_split(line, field, 7) || !*field[0] ||
        !users_number(field[2], &uid) || !users_number(field[3], &gid))
        return false;
    *pw = (struct passwd){.pw_name = field[0],
                          .pw_passwd = field[1],
                          .pw_uid = uid,
                          .pw_gid = gid,
                          .pw_comment = (char *)"",
                          .pw_gecos = field[4],
                          .pw_dir = field[5],
                          .pw_shell = field[6]};
    return true;
}

/* The next user whose name or, without one, number is given; any if `all`. */
static int next_user(struct users_db *db, const char *name, uid_t uid, bool all,
                     struct passwd *pw, char *buf, size_t size)
{
    int rc;

    while ((rc = users_line(db, buf, size)) == 0) {
        if (!parse(buf, pw))
            continue;
        if (all || (name ? strcmp(pw->pw_name, name) == 0 : pw->pw_uid == uid))
            return 0;
    }
    return rc;
}

static int look_up(const char *name, uid_t uid, struct passwd *pw, char *buf,
                   size_t size, struct passwd **result)
{
    struct users_db db = open_db();
    int rc = next_user(&db, name, uid, false, pw, buf, size);

    users_close(&db);
    *result = rc == 0 ? pw : NULL;
    return rc == ENOENT ? 0 : rc;
}

int getpwnam_r(const char *name, struct passwd *pw, char *buf, size_t size,
               struct passwd **result)
{
    return look_up(name, 0, pw, buf, size, result);
}

int getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t size,
               struct passwd **result)
{
    return look_up(NULL, uid, pw, buf, size, result);
}

static struct passwd static_pw;
static char static_buf[PWD_BUF];

static struct passwd *static_look_up(const char *name, uid_t uid)
{
    struct passwd *result;
    int rc =
        look_up(name, uid, &static_pw, static_buf, sizeof static_buf, &result);

    if (rc)
        errno = rc;
    return result;
}

struct passwd *getpwnam(const char *name)
{
    return static_look_up(name, 0);
}

struct passwd *getpwuid(uid_t uid)
{
    return static_look_up(NULL, uid);
}

static struct users_db all_users;

void setpwent(void)
{
    users_close(&all_users);
    all_users = open_db();
}

void endpwent(void)
{
    users_close(&all_users);
}

struct passwd *getpwent(void)
{
    if (!all_users.file)
        setpwent();
    return next_user(&all_users, NULL, 0, true, &static_pw, static_buf,
                     sizeof static_buf) == 0
               ? &static_pw
               : NULL;
}
