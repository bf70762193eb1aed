# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A program sees in a packed root file system what it sees natively in the
# folder: names, modes, sizes, times, links, contents. Both cages.
set -eu
cat >walk.c <<'C'
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void contents(const char *path)
{
    static unsigned char buf[70001];
    unsigned long sum = 5381, total = 0;
    int fd = open(path, O_RDONLY);
    ssize_t got;
    while ((got = read(fd, buf, sizeof buf)) > 0) {
        for (ssize_t i = 0; i < got; i++)
            sum = sum * 33 + buf[i];
        total += (unsigned long)got;
    }
    unsigned char tail[3] = {0};
    got = total > 3 ? pread(fd, tail, 3, (off_t)total - 3) : 0;
    printf(" %lu %lx %02x%02x%02x", total, sum, tail[0], tail[1], tail[2]);
    close(fd);
}

static void walk(const char *path)
{
    struct dirent **entries;
    char *name = malloc(5000), target[5000];
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct stat st;
        const char *entry = entries[i]->d_name;
        if (!strcmp(entry, ".") || !strcmp(entry, ".."))
            continue;
        sprintf(name, "%s/%s", path, entry);
        if (lstat(name, &st) < 0) {
            printf("%s: not there\n", name);
            continue;
        }
        printf("%s %o %ld.%09ld", name, (unsigned)st.st_mode,
               (long)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec);
        if (S_ISREG(st.st_mode)) {
            printf(" %ld %ld", (long)st.st_nlink, (long)st.st_size);
            contents(name);
        }
        if (S_ISLNK(st.st_mode)) {
            ssize_t len = readlink(name, target, sizeof target);
            printf(" -> %.*s", (int)len, target);
        }
        printf("\n");
        if (S_ISDIR(st.st_mode))
            walk(name);
    }
    free(name);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (chdir(argv[1]) < 0)
        return 1;
    walk("top");
    return 0;
}
C
mkdir -p tree/top/a/b/c/d/e tree/top/many
for n in $(seq 1 2000); do echo "$n" >"tree/top/many/name $n"; done
for size in 0 1 2000 4031 4032 4033 4064 4095 4096 4097 8191 8192 8193 100000 \
    3000000; do
    yes "line of $size" | head -c $size >tree/top/size$size
done
ln tree/top/size4097 tree/top/a/b/hard
ln -s ../size1 tree/top/a/link
ln -s "$(printf 'x%.0s' $(seq 1 4000))" tree/top/a/longlink
: >"tree/top/$(printf 'n%.0s' $(seq 1 255))"
mkfifo tree/top/fifo
chmod 750 tree/top/a
chmod 4711 tree/top/size2000
touch -d '2001-02-03 04:05:06.789' tree/top/size1
touch -d @5000000000 tree/top/size0

gcc -O2 walk.c -o native
./native tree >want
echo "$(wc -l <want) files"
uni-build -O2 walk.c -o walk.uni --rootfs tree
cages=seccomp
if tender --cage=kvm walk.uni /nowhere; [ $? = 1 ]; then cages="$cages kvm"; fi
for cage in $cages; do
    tender --cage="$cage" walk.uni / >got || echo "$cage: status $?"
    cmp want got || {
        diff want got | head -20 | cut -c 1-300
        exit 1
    }
done
