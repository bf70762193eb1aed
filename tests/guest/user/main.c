/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a program runs as and what it begins with: what configuration says, and
 * nothing of the image's own where who starts it has decided everything.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../check.h"

static void as_user(void)
{
    gid_t list[32];
    struct stat st;
    EQUAL(getuid(), 1000);
    EQUAL(geteuid(), 1000);
    EQUAL(getgid(), 1001);
    EQUAL(getgroups(0, NULL), 2);
    EQUAL(getgroups(1, list), -1);
    EQUAL(errno, EINVAL);
    EQUAL(getgroups(32, list), 2);
    EQUAL(list[0], 5);
    EQUAL(list[1], 6);
    EQUAL(setgroups(1, list), -1);
    EQUAL(errno, EPERM);
    EQUAL(setuid(0), -1);

    int fd = open("/tmp/mine", O_CREAT | O_RDWR, 0600);
    CHECK(fd >= 0);
    EQUAL(fstat(fd, &st), 0);
    EQUAL(st.st_uid, 1000);
    EQUAL(st.st_gid, 1001);
    CHECK(open("/mine", O_CREAT | O_RDWR, 0600) < 0);
    EQUAL(errno, EACCES);
    CHECK(stat("/dev/null", &st) == 0); /* mounted all the same */
}

static void as_root(void)
{
    gid_t list[] = {7, 8, 9};
    EQUAL(getuid(), 0);
    EQUAL(getgroups(32, list), 0);
    EQUAL(setgroups(3, list), 0);
    EQUAL(getgroups(32, list), 3);
    EQUAL(setgroups(65, list), -1);
    EQUAL(errno, EINVAL);
    EQUAL(setgroups(0, NULL), 0);
}

/* What the tender was told of it, or what there is without. */
static void limits(void)
{
    struct rlimit limit;
    struct utsname name;
    EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
    EQUAL(uname(&name), 0);
    printf("%s %lu %lu %o\n", name.domainname, (unsigned long)limit.rlim_cur,
           (unsigned long)limit.rlim_max, umask(0));
    int fd = dup2(0, (int)limit.rlim_cur - 1);
    EQUAL(fd, (int)limit.rlim_cur - 1);
    close(fd);
    EQUAL(dup2(0, (int)limit.rlim_cur), -1);
    EQUAL(errno, EBADF);
    limit.rlim_cur = ++limit.rlim_max;
    EQUAL(setrlimit(RLIMIT_NOFILE, &limit), -1);
    EQUAL(errno, EPERM);
}

int main(int argc, char **argv)
{
    char cwd[100];
    if (argc > 1 && !strcmp(argv[1], "limits")) {
        limits();
        return failures != 0;
    }
    const char *set = getenv("SET");
    if (getuid())
        as_user();
    else
        as_root();
    for (int i = 1; i < argc; i++)
        printf("%s ", argv[i]);
    printf("%s %s\n", set ? set : "-", getcwd(cwd, sizeof cwd));
    return failures != 0;
}
