/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files on a volume behave as files do: volume DIR, or volume ro DIR for one
 * that may only be read; volume idle DIR reads and then sleeps. Any difference
 * is a line on the error output and status 1. The host's side looks at what is
 * left.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static int failures;
#define CHECK(x)                                                               \
    do {                                                                       \
        errno = 0;                                                             \
        if (!(x)) {                                                            \
            fprintf(stderr, "line %d: %s: errno %d\n", __LINE__, #x, errno);   \
            failures++;                                                        \
        }                                                                      \
    } while (0)
#define FAILS(x, code) CHECK((x) < 0 && errno == (code))

static void check_open(void)
{
    struct stat st;
    char buf[8] = "";
    int fd = open("f", O_CREAT | O_EXCL | O_RDWR, 0444);
    CHECK(fd >= 0); /* its mode gives nobody what the open gives us */
    CHECK(write(fd, "hello", 5) == 5);
    CHECK(pread(fd, buf, 5, 0) == 5 && !memcmp(buf, "hello", 5));
    CHECK(ftruncate(fd, 3) == 0 && fstat(fd, &st) == 0 && st.st_size == 3);
    CHECK(lseek(fd, 0, SEEK_END) == 3);
    CHECK(fsync(fd) == 0 && fdatasync(fd) == 0);
    CHECK(close(fd) == 0);
    FAILS(open("f", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST);
    CHECK(stat("f", &st) == 0 && S_ISREG(st.st_mode) &&
          (st.st_mode & 07777) == 0444);
    FAILS(open("none", O_RDONLY), ENOENT);
    FAILS(open("f/x", O_RDONLY), ENOTDIR);
    CHECK(chmod("f", 0640) == 0);
    fd = open("f", O_WRONLY | O_APPEND);
    CHECK(write(fd, "XY", 2) == 2 && lseek(fd, 0, SEEK_CUR) == 5);
    CHECK(close(fd) == 0);
    fd = open("f", O_RDWR | O_APPEND); /* "helXY" */
    CHECK(fcntl(fd, F_SETFL, 0) == 0 && pwrite(fd, "J", 1, 0) == 1);
    CHECK(pread(fd, buf, 5, 0) == 5 && !memcmp(buf, "JelXY", 5));
    CHECK(fcntl(fd, F_SETFL, O_APPEND) == 0 && write(fd, "Z", 1) == 1);
    CHECK(fcntl(fd, F_SETFL, 0) == 0 && pwrite(fd, "K", 1, 1) == 1);
    CHECK(pread(fd, buf, 6, 0) == 6 && !memcmp(buf, "JKlXYZ", 6));
    CHECK(close(fd) == 0);
    fd = open("f", O_WRONLY | O_TRUNC);
    CHECK(fstat(fd, &st) == 0 && st.st_size == 0);
    CHECK(unlink("f") == 0 && write(fd, "gone", 4) == 4);
    CHECK(fstat(fd, &st) == 0 && st.st_size == 4 && st.st_nlink == 0);
    CHECK(close(fd) == 0);
    fd = open("bad", O_CREAT | O_RDWR, 0600);
    FAILS(write(fd, (void *)8, 10), EFAULT);
    CHECK(close(fd) == 0 && unlink("bad") == 0);
}

/* An open for reading begins with the look-up: what comes of it is used by
 * that open alone, and the server (131,328 fids) gets all others back. */
static void check_open_early(void)
{
    char byte = 'x';
    int fd = open("early", O_CREAT | O_RDWR, 0600);
    CHECK(write(fd, &byte, 1) == 1);
    for (int i = 0; i < 8300; i++)
        if (open("early", O_RDONLY | O_DIRECTORY) >= 0 || errno != ENOTDIR)
            CHECK(!"a file opened as a directory");
    int other = open("early", O_RDONLY);
    FAILS(write(other, &byte, 1), EBADF);
    CHECK(read(other, &byte, 1) == 1 && read(other, &byte, 1) == 0);
    CHECK(write(fd, &byte, 1) == 1 && read(other, &byte, 1) == 1);
    CHECK(close(other) == 0);
    other = open("early", O_RDWR);
    CHECK(write(other, &byte, 1) == 1 && close(other) == 0);
    FAILS(open("early", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    CHECK(symlink("early", "late") == 0);
    FAILS(open("late", O_RDONLY | O_NOFOLLOW), ELOOP);
    other = open("late", O_RDONLY);
    CHECK(read(other, &byte, 1) == 1 && close(other) == 0);
    CHECK(close(fd) == 0 && unlink("early") == 0 && unlink("late") == 0);
}

static void check_names(void)
{
    struct stat st, other;
    char buf[64];
    CHECK(mkdir("d", 0755) == 0);
    FAILS(mkdir("d", 0755), EEXIST);
    CHECK(close(open("d/x", O_CREAT | O_WRONLY, 0600)) == 0);
    FAILS(rmdir("d"), ENOTEMPTY);
    CHECK(link("d/x", "y") == 0 && stat("y", &st) == 0 && st.st_nlink == 2);
    CHECK(stat("d/x", &other) == 0 && other.st_ino == st.st_ino);
    CHECK(rename("y", "z") == 0 && access("y", F_OK) < 0);
    CHECK(symlink("d/x", "s") == 0 && lstat("s", &st) == 0 &&
          S_ISLNK(st.st_mode));
    CHECK(readlink("s", buf, sizeof buf) == 3 && !memcmp(buf, "d/x", 3));
    CHECK(stat("s", &st) == 0 && st.st_ino == other.st_ino);
    CHECK(mkfifo("p", 0600) == 0 && stat("p", &st) == 0 &&
          S_ISFIFO(st.st_mode));
    FAILS(rename("d", "d/e"), EINVAL);
    CHECK(rename("d", "e") == 0 && chdir("e") == 0);
    CHECK(getcwd(buf, sizeof buf) && !strcmp(strrchr(buf, '/'), "/e"));
    CHECK(chdir("..") == 0 && access("e/x", F_OK) == 0);
    CHECK(unlink("e/x") == 0 && rmdir("e") == 0 && unlink("z") == 0);
    CHECK(unlink("s") == 0 && unlink("p") == 0);
    struct timespec times[2] = {{1000, 5}, {2000, 7}};
    CHECK(close(open("t", O_CREAT | O_WRONLY, 0600)) == 0);
    CHECK(utimensat(AT_FDCWD, "t", times, 0) == 0 && stat("t", &st) == 0 &&
          st.st_mtim.tv_sec == 2000 && st.st_mtim.tv_nsec == 7);
    CHECK(unlink("t") == 0);
    struct statvfs fs;
    CHECK(statvfs(".", &fs) == 0 && fs.f_blocks > 0);
}

#define MANY 500
static void check_many(void)
{
    char name[32];
    unsigned seen = 0;
    CHECK(mkdir("many", 0755) == 0);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many/file-%d", i);
        CHECK(close(open(name, O_CREAT | O_WRONLY, 0600)) == 0);
    }
    DIR *dir = opendir("many");
    for (struct dirent *ent; (ent = readdir(dir));)
        seen += !strncmp(ent->d_name, "file-", 5);
    CHECK(seen == MANY);
    closedir(dir);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many/file-%d", i);
        CHECK(unlink(name) == 0);
    }
    CHECK(rmdir("many") == 0);
}

#define BIG (5u << 20) /* several messages, and not a whole number of them */
static void check_big(void)
{
    char *data = malloc(BIG + 3), *back = malloc(BIG + 3);
    for (unsigned i = 0; i < BIG + 3; i++)
        data[i] = (char)(i * 2654435761u >> 13);
    int fd = open("big", O_CREAT | O_RDWR, 0600);
    CHECK(write(fd, data, BIG + 3) == BIG + 3);
    CHECK(pread(fd, back, BIG + 3, 0) == BIG + 3);
    CHECK(!memcmp(data, back, BIG + 3));
    CHECK(pread(fd, back, 100, BIG) == 3);
    char *map = mmap(NULL, BIG, PROT_READ, MAP_PRIVATE, fd, 4096);
    CHECK(map != MAP_FAILED && !memcmp(map, data + 4096, BIG - 4096));
    CHECK(close(fd) == 0);
    free(data);
    free(back);
}

/* Several messages under way at once, each thread's own data. */
static void *work(void *arg)
{
    char name[16], block[9000], back[9000];
    int id = (int)(long)arg;
    memset(block, 'a' + id, sizeof block);
    snprintf(name, sizeof name, "thread-%d", id);
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    for (int i = 0; i < 50; i++) {
        long at = (long)i * (long)sizeof block;
        CHECK(pwrite(fd, block, sizeof block, at) == sizeof block);
        CHECK(pread(fd, back, sizeof back, at) == sizeof back);
        CHECK(!memcmp(block, back, sizeof back));
    }
    CHECK(close(fd) == 0 && unlink(name) == 0);
    return NULL;
}

static void check_threads(void)
{
    pthread_t thread[6];
    for (long i = 0; i < 6; i++)
        CHECK(pthread_create(&thread[i], NULL, work, (void *)i) == 0);
    for (int i = 0; i < 6; i++)
        CHECK(pthread_join(thread[i], NULL) == 0);
}

static double cpu_seconds(void)
{
    struct timespec ts;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts) == 0);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static volatile int is_over;
static void *compute(void *arg)
{
    while (!is_over)
        ;
    return arg;
}

/* Who reads does not give the CPU to who computes each time: that would be
 * a slice of 10 ms for each of these. The host may be slow now and then. */
static void check_beside(void)
{
    char byte;
    int fd = open("beside", O_CREAT | O_RDWR, 0600), tries = 10;
    double took = 9;
    pthread_t thread;
    CHECK(write(fd, "x", 1) == 1);
    CHECK(pthread_create(&thread, NULL, compute, NULL) == 0);
    while (took > 0.5 && tries--) {
        double begin = cpu_seconds();
        for (int i = 0; i < 100; i++)
            CHECK(pread(fd, &byte, 1, 0) == 1);
        took = cpu_seconds() - begin;
    }
    CHECK(took <= 0.5);
    is_over = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(close(fd) == 0 && unlink("beside") == 0);
}

static void *read_on(void *arg)
{
    char byte;
    while (!is_over)
        CHECK(pread((int)(long)arg, &byte, 1, 0) == 1);
    return arg;
}

/* Who reads all the time lets those run whose time has come. */
static void check_among(void)
{
    int fd = open("among", O_CREAT | O_RDWR, 0600), tries = 10;
    double took = 9;
    pthread_t thread;
    CHECK(write(fd, "x", 1) == 1);
    is_over = 0;
    CHECK(pthread_create(&thread, NULL, read_on, (void *)(long)fd) == 0);
    while (took > 0.3 && tries--) {
        double begin = cpu_seconds();
        for (int i = 0; i < 100; i++)
            usleep(1000);
        took = cpu_seconds() - begin;
    }
    CHECK(took <= 0.3);
    is_over = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(close(fd) == 0 && unlink("among") == 0);
}

/* The host holds a lock of each kind on "locked". */
static void check_locks(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open("locked", O_RDWR);
    FAILS(flock(fd, LOCK_EX | LOCK_NB), EAGAIN);
    int own = open("own", O_CREAT | O_RDWR, 0600);
    CHECK(flock(own, LOCK_EX | LOCK_NB) == 0 && flock(own, LOCK_UN) == 0);
    CHECK(fcntl(own, F_SETLK, &lock) == 0);
    int again = open("own", O_RDWR);
    FAILS(fcntl(again, F_OFD_SETLK, &lock), EAGAIN);
    CHECK(close(again) == 0 && close(own) == 0 && close(fd) == 0);
    CHECK(unlink("own") == 0);
}

/* Links the host laid out to lead away from the volume: they lead to the
 * guest's own tree, as they do on any mount. */
static void check_escape(void)
{
    FAILS(open("absolute", O_RDONLY), ENOENT);
    FAILS(open("relative", O_RDONLY), ENOENT);
    FAILS(open("self", O_RDONLY), ELOOP);
    CHECK(open("/only-here", O_CREAT | O_WRONLY, 0600) >= 0);
    CHECK(open("to-guest", O_RDONLY) >= 0);
}

static void check_readonly(void)
{
    CHECK(open("given", O_RDONLY) >= 0);
    FAILS(open("given", O_RDWR), EROFS);
    FAILS(open("new", O_CREAT | O_RDWR, 0600), EROFS);
    FAILS(mkdir("new", 0700), EROFS);
    FAILS(unlink("given"), EROFS);
    FAILS(rename("given", "g"), EROFS);
    FAILS(chmod("given", 0), EROFS);
    FAILS(truncate("given", 0), EROFS);
    FAILS(symlink("a", "b"), EROFS);
}

/* Busy with files, and then not any more. */
static void be_idle(void)
{
    char byte;
    int fd = open("given", O_RDONLY);
    for (int i = 0; i < 1000; i++)
        CHECK(pread(fd, &byte, 1, 0) == 1);
    puts("idle");
    fflush(stdout);
    sleep(60);
}

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "idle")) {
        CHECK(chdir(argv[2]) == 0);
        be_idle();
    } else if (argc > 2) {
        CHECK(chdir(argv[2]) == 0);
        check_readonly();
    } else {
        CHECK(chdir(argv[1]) == 0);
        check_open();
        check_open_early();
        check_names();
        check_many();
        check_big();
        check_threads();
        check_beside();
        check_among();
        check_locks();
        check_escape();
    }
    puts(failures ? "failed" : "all as it should be");
    return failures != 0;
}
