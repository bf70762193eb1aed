/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk FOLDER: a line for each file below, by name: what stat says (of folders
 * neither times nor links), targets, a checksum of the contents. The same for
 * a folder natively and for an image's root, without what the libOS mounts.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void contents(const char *path, off_t size)
{
    static unsigned char buf[70001];
    unsigned long sum = 5381, total = 0;
    unsigned char tail[3] = {0};
    int fd = open(path, O_RDONLY);
    ssize_t got;
    while ((got = read(fd, buf, sizeof buf)) > 0) {
        for (ssize_t i = 0; i < got; i++)
            sum = sum * 33 + buf[i];
        total += (unsigned long)got;
    }
    got = total > 3 ? pread(fd, tail, 3, (off_t)total - 3) : 0;
    printf(" %s%lu %lx %02x%02x%02x", (off_t)total == size ? "" : "SHORT ",
           total, sum, tail[0], tail[1], tail[2]);
    close(fd);
}

static void show(const char *path, const struct stat *st)
{
    char target[5000];
    printf("%s %o %ld:%ld", path, (unsigned)st->st_mode, (long)st->st_uid,
           (long)st->st_gid);
    if (!S_ISDIR(st->st_mode))
        printf(" %ld.%09ld %ld", (long)st->st_mtim.tv_sec,
               (long)st->st_mtim.tv_nsec, (long)st->st_nlink);
    if (S_ISREG(st->st_mode))
        contents(path, st->st_size);
    if (S_ISLNK(st->st_mode)) {
        ssize_t len = readlink(path, target, sizeof target);
        printf(" -> %.*s", (int)len, target);
    }
    if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
        printf(" %u:%u", major(st->st_rdev), minor(st->st_rdev));
    printf("\n");
}

static int is_mounted(const char *path)
{
    return !strcmp(path, "./dev") || !strcmp(path, "./proc") ||
           !strcmp(path, "./tmp");
}

static void walk(const char *path)
{
    struct dirent **entries;
    char *name = malloc(5000);
    int count = name ? scandir(path, &entries, NULL, alphasort) : -1;
    for (int i = 0; i < count; i++) {
        struct stat st;
        const char *entry = entries[i]->d_name;
        if (!strcmp(entry, ".") || !strcmp(entry, ".."))
            continue;
        sprintf(name, "%s/%s", path, entry);
        if (is_mounted(name))
            continue;
        if (lstat(name, &st) < 0) {
            printf("%s: not there\n", name);
            continue;
        }
        show(name, &st);
        if (S_ISDIR(st.st_mode))
            walk(name);
    }
    free(name);
}

int main(int argc, char **argv)
{
    if (argc < 2 || chdir(argv[1]) < 0)
        return 1;
    walk(".");
    return 0;
}
