/* SPDX-License-Identifier: Apache-2.0 */
/* /dev and /proc. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"

static char buf[70000];

static long slurp(const char *path)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return -1;
    long done = 0, got;
    while ((got = read(fd, buf + done, sizeof buf - 1 - (size_t)done)) > 0)
        done += got;
    buf[done] = '\0';
    close(fd);
    return done;
}

static void devices(void)
{
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
    int full = open("/dev/full", O_RDWR), random = open("/dev/urandom", 0);
    struct stat st;
    EQUAL(write(null, buf, 1000), 1000);
    EQUAL(read(null, buf, 1000), 0);
    memset(buf, 1, 1000);
    EQUAL(read(zero, buf, 1000), 1000);
    CHECK(buf[0] == 0 && buf[999] == 0);
    EQUAL(write(full, buf, 1), -1);
    EQUAL(errno, ENOSPC);
    EQUAL(read(random, buf, 64), 64);
    CHECK(memcmp(buf, buf + 32, 32) != 0);
    CHECK(fstat(null, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0x103);
    close(null);
    close(zero);
    close(full);
    close(random);
    CHECK(stat("/dev/shm", &st) == 0 && (st.st_mode & 07777) == 01777);
}

static void descriptors(void)
{
    int fd = open("/tmp/some", O_CREAT | O_RDWR, 0600);
    char path[40];
    EQUAL(write(fd, "text", 4), 4);
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    EQUAL(slurp(path), 4); /* opened anew: its own position */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    EQUAL(readlink(path, buf, sizeof buf), 9);
    CHECK(memcmp(buf, "/tmp/some", 9) == 0);
    int pipe_fds[2];
    EQUAL(pipe(pipe_fds), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", pipe_fds[1]);
    int again = open(path, O_WRONLY);
    EQUAL(write(again, "x", 1), 1);
    EQUAL(read(pipe_fds[0], buf, 5), 1);
    close(fd);
    EQUAL(readlink(path, buf, 6), 6);
    CHECK(memcmp(buf, "pipe:[", 6) == 0);
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;
    for (struct dirent *ent; (ent = readdir(dir));)
        count += ent->d_name[0] != '.';
    closedir(dir);
    EQUAL(count, 7); /* the console's 3, the pipe's 3, the directory */
}

static void texts(char **argv)
{
    CHECK(slurp("/proc/self/cmdline") > 0 && !strcmp(buf, argv[0]));
    CHECK(slurp("/proc/meminfo") > 0 && strstr(buf, "MemTotal: "));
    CHECK(slurp("/proc/uptime") > 0 && atof(buf) >= 0);
    CHECK(slurp("/proc/cpuinfo") > 0 && strstr(buf, " sse2"));
    CHECK(slurp("/proc/self/status") > 0 && strstr(buf, "Threads:\t1\n"));
    CHECK(slurp("/proc/self/maps") > 0 && strstr(buf, " r-xp "));
    CHECK(!strstr(buf, "rwx"));
    CHECK(slurp("/proc/mounts") > 0 && strstr(buf, " /dev tmpfs "));
    CHECK(slurp("/proc/self/mountinfo") > 0 && strstr(buf, " / /dev rw") &&
          strstr(buf, " - tmpfs "));
    struct rlimit limit = {100, 200};
    EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK(
        slurp("/proc/self/limits") > 0 &&
        strstr(buf, "\nMax open files            100                  200  "));
    CHECK(strstr(buf, "\nMax cpu time              unlimited            unl"));
    /* The image is no file of the guest's, but it has a name. */
    ssize_t len = readlink("/proc/self/exe", buf, sizeof buf - 1);
    const char *name = strrchr(argv[0], '/');
    CHECK(len > 1 && buf[0] == '/');
    buf[len > 0 ? len : 0] = '\0';
    CHECK(!strcmp(argv[0][0] == '/' ? buf : buf + 1,
                  argv[0][0] == '/' || !name ? argv[0] : name + 1));
    EQUAL(open("/proc/self/exe", O_RDONLY), -1);
    EQUAL(errno, ENOENT);
    CHECK(slurp("/proc/1/stat") > 0 && !strncmp(buf, "1 (", 3));
    CHECK(slurp("/proc/sys/kernel/ostype") > 0);
    EQUAL(slurp("/proc/no-such"), -1);
    EQUAL(open("/proc/version", O_WRONLY | O_CREAT, 0600) < 0 ||
              write(3, "x", 1) < 0,
          1);
    CHECK(chdir("/proc/self/fd") == 0 && getcwd(buf, 100) &&
          !strcmp(buf, "/proc/1/fd"));
    EQUAL(mkdir("/proc/new", 0700), -1);
    EQUAL(unlink("/proc/version"), -1);
    EQUAL(rmdir("/dev"), -1);
    EQUAL(errno, EBUSY);
}

int main(int argc, char **argv)
{
    (void)argc;
    devices();
    descriptors();
    texts(argv);
    return failures != 0;
}
