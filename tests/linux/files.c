/* SPDX-License-Identifier: Apache-2.0 */
/* Files and directories: *at functions, links, times, walks, patterns. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utime.h>

static char top[] = "/tmp/files-XXXXXX";

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (write(fd, text, strlen(text)) < 0)
        printf("write %s: %m\n", path);
    close(fd);
}

static void at_functions(void)
{
    struct stat st;
    int dir = open(".", O_RDONLY | O_DIRECTORY);
    printf("%d", mkdirat(dir, "sub", 0755));
    int fd = openat(dir, "sub/file", O_RDWR | O_CREAT | O_EXCL, 0640);
    printf(" %zd", write(fd, "0123456789", 10));
    printf(" %d", fstatat(dir, "sub/file", &st, 0));
    printf(" %o %ld %ld", st.st_mode, (long)st.st_size, (long)st.st_nlink);
    printf(" %d", linkat(dir, "sub/file", dir, "sub/hard", 0));
    printf(" %d", symlinkat("file", dir, "sub/soft"));
    char buf[64] = "";
    printf(" %zd", readlinkat(dir, "sub/soft", buf, sizeof buf));
    printf(" %s", buf);
    printf(" %d", fstatat(dir, "sub/soft", &st, AT_SYMLINK_NOFOLLOW));
    printf(" %d %ld", S_ISLNK(st.st_mode), (long)st.st_size);
    fstat(fd, &st);
    printf(" %ld\n", (long)st.st_nlink);
    printf("%d", faccessat(dir, "sub/file", R_OK, 0));
    printf(" %d", fchmodat(dir, "sub/file", 0600, 0));
    printf(" %d", renameat(dir, "sub/hard", dir, "sub/new"));
    printf(" %d", unlinkat(dir, "sub", 0));
    printf(" %d", errno == EISDIR);
    printf(" %d", unlinkat(dir, "sub", AT_REMOVEDIR));
    printf(" %d", errno == ENOTEMPTY);
    printf(" %d", mkdir("sub", 0700));
    printf(" %d", errno == EEXIST);
    printf(" %d", open("sub/none", O_RDONLY));
    printf(" %d", errno == ENOENT);
    printf(" %d", open("sub/file/x", O_RDONLY));
    printf(" %d", errno == ENOTDIR);
    printf(" %d", open("sub", O_WRONLY));
    printf(" %d\n", errno == EISDIR);
    struct timespec times[2] = {{1000000000, 5}, {1100000000, 123456789}};
    printf("%d", utimensat(dir, "sub/file", times, 0));
    fstat(fd, &st);
    printf(" %ld %ld %ld", (long)st.st_atime, (long)st.st_mtime,
           st.st_mtim.tv_nsec);
    struct timeval tv[2] = {{5, 6}, {7, 8}};
    printf(" %d", utimes("sub/file", tv));
    fstat(fd, &st);
    printf(" %ld %ld\n", (long)st.st_mtime, st.st_mtim.tv_nsec);
    struct iovec iov[2] = {{buf, 3}, {buf + 8, 4}};
    lseek(fd, 2, SEEK_SET);
    memset(buf, 0, sizeof buf);
    printf("%zd", readv(fd, iov, 2));
    printf(" %s %s", buf, buf + 8);
    printf(" %zd", pwrite(fd, "XY", 2, 4));
    printf(" %d", ftruncate(fd, 7));
    printf(" %zd", pread(fd, buf, 64, 0));
    printf(" %.7s", buf);
    printf(" %ld", (long)lseek(fd, 0, SEEK_END));
    printf(" %d", fcntl(fd, F_GETFL) & O_ACCMODE);
    int copy = dup2(fd, 20);
    printf(" %d %d", copy, fcntl(copy, F_GETFD));
    printf(" %d", fcntl(fd, F_DUPFD_CLOEXEC, 30));
    printf(" %d %d\n", fcntl(30, F_GETFD), flock(fd, LOCK_EX | LOCK_NB));
    close(20);
    close(30);
    close(fd);
    close(dir);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int no_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int visit(const char *path, const struct stat *st, int type,
                 struct FTW *ftw)
{
    printf("  %s %d %d %d\n", path, type, ftw->level, ftw->base);
    (void)st;
    return 0;
}

static void directories(void)
{
    mkdir("tree", 0755);
    mkdir("tree/a", 0755);
    mkdir("tree/b", 0755);
    mkdir("tree/a/deep", 0755);
    put("tree/one.c", "1");
    put("tree/two.c", "22");
    put("tree/three.h", "333");
    put("tree/file10", "x");
    put("tree/file9", "x");
    put("tree/.hidden", "x");
    DIR *dir = opendir("tree");
    char *names[32];
    int count = 0;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        names[count++] = strdup(entry->d_name);
    rewinddir(dir);
    printf("%d", readdir(dir) != NULL);
    closedir(dir);
    qsort(names, (size_t)count, sizeof *names, by_name);
    for (int i = 0; i < count; i++)
        printf(" %s", names[i]);
    printf("\n");
    struct dirent **list;
    count = scandir("tree", &list, no_dots, versionsort);
    for (int i = 0; i < count; i++)
        printf("%s:%d ", list[i]->d_name, list[i]->d_type);
    printf("%d\n", scandir("none", &list, NULL, NULL));
    static const int flags[] = {0, GLOB_MARK, GLOB_NOCHECK, GLOB_PERIOD,
                                GLOB_NOSORT | GLOB_ONLYDIR};
    static const char *const patterns[] = {"tree/*.c", "tree/*", "tree/?",
                                           "none*", "tree/[a-o]*"};
    for (int i = 0; i < 5; i++) {
        glob_t g;
        if (flags[i] & GLOB_NOSORT)
            continue;
        printf("%d:", glob(patterns[i], flags[i], NULL, &g));
        for (size_t k = 0; k < g.gl_pathc; k++)
            printf(" %s", g.gl_pathv[k]);
        printf("\n");
        globfree(&g);
    }
    glob_t g;
    printf("%d\n", glob("none*", 0, NULL, &g) == GLOB_NOMATCH);
    mkdir("chain", 0755);
    mkdir("chain/x", 0755);
    put("chain/x/leaf", "");
    printf("%d\n", nftw("chain", visit, 8, FTW_PHYS));
    printf("%d\n", nftw("chain", visit, 8, FTW_PHYS | FTW_DEPTH));
}

static void matching(void)
{
    static const struct {
        const char *pattern, *text;
        int flags;
    } cases[] = {
        {"*.c", "a.c", 0},
        {"*.c", "a.h", 0},
        {"?", "ab", 0},
        {"[a-c]x", "bx", 0},
        {"[!a-c]x", "bx", 0},
        {"*", ".a", FNM_PERIOD},
        {"*", "a/b", FNM_PATHNAME},
        {"a*b*c", "aXXbYYc", 0},
        {"\\*", "*", 0},
        {"\\*", "\\x", FNM_NOESCAPE},
        {"x\\", "x\\", 0},
        {"x\\", "x\\", FNM_NOESCAPE},
        {"ABC", "abc", FNM_CASEFOLD},
        {"[[:digit:]]*", "7x", 0},
        {"", "", 0},
        {"a", "", 0},
        {"*/b", "x/b", FNM_PATHNAME},
        {"a", "a/b", FNM_LEADING_DIR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        printf("%d", fnmatch(cases[i].pattern, cases[i].text, cases[i].flags));
    printf("\n");
}

static void paths(void)
{
    char buf[PATH_MAX], *p;
    static const char *const names[] = {
        "/usr/lib", "/usr/", "usr", "/", ".", "..", "", "//a//b//", "a/b/c"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char one[32], two[32];
        strcpy(one, names[i]);
        strcpy(two, names[i]);
        printf("%s,%s ", dirname(one), basename(two));
    }
    printf("\n");
    printf("%d", strcmp(getcwd(buf, sizeof buf), top));
    printf(" %d", getcwd(buf, 2) == NULL);
    printf(" %d", errno == ERANGE);
    p = realpath("tree/../tree/./a//deep/..", NULL);
    printf(" %s", p + strlen(top));
    printf(" %d", symlink("loop", "loop"));
    printf(" %d", realpath("loop", buf) == NULL);
    printf(" %d", errno == ELOOP);
    printf(" %d", realpath("none/x", buf) == NULL);
    printf(" %d", errno == ENOENT);
    printf(" %s\n", realpath("sub/soft", buf) + strlen(top));
    struct statvfs vfs;
    printf("%d", statvfs(".", &vfs));
    printf(" %d\n", vfs.f_bsize > 0);
    mode_t old = umask(027);
    put("masked", "");
    struct stat st;
    stat("masked", &st);
    printf("%o %o\n", st.st_mode, umask(old));
    printf("%ld %ld\n", pathconf(".", _PC_NAME_MAX), sysconf(_SC_PAGESIZE));
}

static void mappings(void)
{
    char *anon = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("%d %d", anon != MAP_FAILED, anon[0] == 0 && anon[8191] == 0);
    anon[5000] = 7;
    printf(" %d", munmap(anon, 8192));
    put("mapped", "file contents here");
    int fd = open("mapped", O_RDONLY);
    char *file = mmap(NULL, 18, PROT_READ, MAP_PRIVATE, fd, 0);
    printf(" %.18s", file);
    munmap(file, 18);
    file = mmap(NULL, 18, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    file[0] = 'F';
    printf(" %.4s", file);
    char c;
    printf(" %zd", pread(fd, &c, 1, 0));
    printf(" %c", c);
    munmap(file, 18);
    printf(" %d", mmap(NULL, 0, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
    printf(" %d", errno == EINVAL);
    close(fd);
    printf(" %d", mmap(NULL, 9, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED);
    printf(" %d\n", errno == EBADF);
}

static void pipes(void)
{
    int fds[2];
    char buf[16] = "";
    printf("%d", pipe2(fds, O_NONBLOCK));
    printf(" %zd", read(fds[0], buf, 1));
    printf(" %d", errno == EAGAIN);
    printf(" %zd", write(fds[1], "through", 7));
    printf(" %zd", read(fds[0], buf, sizeof buf));
    printf(" %s", buf);
    close(fds[1]);
    printf(" %zd", read(fds[0], buf, 1));
    printf(" %ld", (long)lseek(fds[0], 0, SEEK_SET));
    printf(" %d\n", errno == ESPIPE);
    close(fds[0]);
    int ev = eventfd(3, EFD_NONBLOCK);
    eventfd_t value = 0;
    printf("%d", eventfd_write(ev, 4));
    printf(" %d", eventfd_read(ev, &value));
    printf(" %d", (int)value);
    printf(" %d\n", eventfd_read(ev, &value));
    close(ev);
    printf("%d", close(77));
    printf(" %d", errno == EBADF);
    printf(" %d", isatty(0));
    printf(" %d\n", errno == ENOTTY || errno == EINVAL);
}

/* An open that finds no descriptor leaves all as it was. */
static void no_descriptor(void)
{
    struct rlimit limit, few;
    struct stat st;
    put("kept", "contents");
    int last = dup(0);
    getrlimit(RLIMIT_NOFILE, &limit);
    few = limit;
    few.rlim_cur = (rlim_t)last + 1;
    setrlimit(RLIMIT_NOFILE, &few);
    int rc = open("kept", O_WRONLY | O_TRUNC);
    printf("%d %m\n", rc);
    rc = open("new", O_CREAT | O_EXCL | O_WRONLY, 0600);
    printf("%d %m\n", rc);
    setrlimit(RLIMIT_NOFILE, &limit);
    close(last);
    printf("%d", stat("kept", &st));
    printf(" %lld %d\n", (long long)st.st_size, access("new", F_OK));
}

static void rare_opens(void)
{
    int left = -1;
    put("kept", "contents");
    int fd = open("kept", O_RDWR);
    lseek(fd, 3, SEEK_SET);
    printf("%d %d", ioctl(fd, FIONREAD, &left), left);
    lseek(fd, 20, SEEK_SET);
    printf(" %d %d", ioctl(fd, FIONREAD, &left), left);
    printf(" %d", fcntl(fd, F_GETPIPE_SZ));
    printf(" %d\n", errno == EBADF);
    close(fd);
    fd = open("kept", 3); /* neither to read nor to write */
    printf("%d %zd", fd >= 0, write(fd, "x", 1));
    printf(" %d %zd", errno == EBADF, read(fd, &left, 1));
    printf(" %d", errno == EBADF);
    close(fd);
    printf(" %d", open(".", O_TMPFILE | O_CREAT | O_RDWR, 0600));
    printf(" %d\n", errno == EINVAL);
}

static int visit_old(const char *path, const struct stat *st, int type)
{
    printf("  %s %d\n", path, type);
    (void)st;
    return 0;
}

int main(void)
{
    if (!mkdtemp(top) || chdir(top) < 0)
        return 1;
    at_functions();
    directories();
    matching();
    paths();
    mappings();
    pipes();
    no_descriptor();
    rare_opens();
    printf("%d", symlink("nothing", "dangling"));
    printf(" %d\n", ftw("dangling", visit_old, 4));
    return 0;
}
