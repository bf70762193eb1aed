/* SPDX-License-Identifier: Apache-2.0 */
/* MAP_SHARED of a file: both ways, twice, cut off, unlinked, many times. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE 20000

static char *map(int fd, size_t len, off_t offset)
{
    char *mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
    if (mem == MAP_FAILED)
        perror("mmap");
    return mem;
}

static void test_both_ways(void)
{
    char part[7] = "";
    int fd = open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (write(fd, "hello", 5) != 5 || ftruncate(fd, SIZE) != 0)
        perror("file");
    char *a = map(fd, SIZE, 0);
    printf("%.5s\n", a);
    memcpy(a + 4094, "across", 6);
    printf("%zd %s\n", pread(fd, part, 6, 4094), part);
    printf("%zd %.6s\n", pwrite(fd, "PWRITE", 6, 10000), a + 10000);

    int again = open("shared", O_RDWR);
    char *b = map(again, SIZE, 0);
    b[0] = 'J';
    printf("%.5s\n", a);
    printf("%d\n", munmap(b, SIZE));
    a[1] = 'E';
    printf("%zd %s\n", pread(again, part, 6, 0), part);
    close(again);

    printf("%d %d\n", ftruncate(fd, 4096), unlink("shared"));
    close(fd);
    a[2] = 'L';
    printf("%.5s %d\n", a, msync(a, 4096, MS_SYNC));
    printf("%d\n", munmap(a, SIZE));
}

static void test_many_times(void)
{
    unsigned char part[3];
    int fd = open("many", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (ftruncate(fd, 100000) != 0)
        perror("ftruncate");
    for (int i = 0; i < 1000; i++) {
        char *mem = map(fd, 32768, 32768);
        mem[i] = (char)i;
        munmap(mem, 32768);
    }
    if (pread(fd, part, 3, 32768 + 998) != 3)
        perror("pread");
    printf("%d %d %d\n", part[0], part[1], part[2]);
    close(fd);
    fd = open("many", O_RDONLY);
    printf("%d\n",
           mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    close(fd);
    unlink("many");
}

/* What is cut off and comes back is zero, and the mapping is the file's. */
static void test_cut_off(void)
{
    char byte[2] = "";
    int fd = open("cut", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (ftruncate(fd, 8192) != 0)
        perror("ftruncate");
    char *mem = map(fd, 8192, 0);
    memset(mem, 'A', 8192);
    if (ftruncate(fd, 0) != 0 || ftruncate(fd, 8192) != 0)
        perror("ftruncate");
    printf("%d %d\n", mem[0], mem[4096]);
    mem[4097] = 'm';
    printf("%zd %s\n", pread(fd, byte, 1, 4097), byte);
    printf("%zd %c\n", pwrite(fd, "f", 1, 5), mem[5]);
    int again = open("cut", O_RDWR | O_TRUNC);
    if (ftruncate(again, 8192) != 0)
        perror("ftruncate");
    printf("%d\n", mem[5]);
    mem[6] = 'n';
    printf("%zd %s\n", pread(again, byte, 1, 6), byte);
    printf("%d\n", munmap(mem, 8192));
    close(fd);
    printf("%zd %s\n", pread(again, byte, 1, 6), byte);
    if (ftruncate(again, 4096) != 0 || ftruncate(again, 8192) != 0)
        perror("ftruncate");
    printf("%zd %d\n", pread(again, byte, 1, 4097), byte[0]);
    close(again);
    unlink("cut");
}

static void test_parts(void)
{
    int fd = open("parts", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (ftruncate(fd, 5 * 4096) != 0)
        perror("ftruncate");
    char *all = map(fd, 5 * 4096, 0);
    char *head = map(fd, 4096, 0), *middle = map(fd, 8192, 8192);
    strcpy(middle + 4090, "across pages");
    printf("%s\n", all + 8192 + 4090);
    munmap(all, 5 * 4096);
    strcpy(head, "head");
    munmap(head, 4096);
    all = map(fd, 5 * 4096, 0);
    printf("%s %s\n", all, all + 8192 + 4090);
    munmap(middle, 8192);
    printf("%s\n", all + 8192 + 4090);
    munmap(all, 5 * 4096);
    close(fd);
    unlink("parts");
}

static void test_devices(void)
{
    int zero = open("/dev/zero", O_RDWR), null = open("/dev/null", O_RDWR);
    char *mem = map(zero, 8192, 0);
    strcpy(mem + 4090, "nowhere");
    printf("%s", mem + 4090);
    mem = map(zero, 8192, 0);
    printf(" %d\n", mem[4090]);
    printf("%d", mmap(NULL, 1, PROT_READ, MAP_PRIVATE, null, 0) == MAP_FAILED);
    printf(" %d", errno == ENODEV);
    mem = mmap(NULL, 1, PROT_READ, MAP_ANONYMOUS | MAP_SHARED_VALIDATE, -1, 0);
    printf(" %d %d\n", mem == MAP_FAILED, errno == EINVAL);
    close(zero);
    close(null);
}

int main(void)
{
    test_both_ways();
    test_many_times();
    test_cut_off();
    test_parts();
    test_devices();
    return 0;
}
