/* SPDX-License-Identifier: Apache-2.0 */
/* Memory by the page: anonymous, of files, moved, given back. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../check.h"

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static int is_zero(const char *mem, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (mem[i])
            return 0;
    return 1;
}

static void anonymous(void)
{
    char *a = mmap(NULL, 10 * PAGE, RW, ANON, -1, 0);
    CHECK(a != MAP_FAILED && is_zero(a, 10 * PAGE));
    memset(a, 7, 10 * PAGE);
    EQUAL(madvise(a + PAGE, PAGE, MADV_DONTNEED), 0);
    CHECK(a[PAGE - 1] == 7 && is_zero(a + PAGE, PAGE) && a[2 * PAGE] == 7);
    EQUAL(munmap(a + 4 * PAGE, 2 * PAGE), 0);
    EQUAL(madvise(a + 4 * PAGE, PAGE, MADV_DONTNEED), -1);
    EQUAL(errno, ENOMEM);
    /* the hole again, by address */
    char *b = mmap(a + 4 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
    CHECK(b == a + 4 * PAGE && is_zero(b, 2 * PAGE));
    b = mmap(a, PAGE, RW, ANON | MAP_FIXED, -1, 0); /* over what is there */
    CHECK(b == a && is_zero(a, PAGE));
    EQUAL(munmap(a, 10 * PAGE), 0);
    EQUAL(munmap(a, 10 * PAGE), 0); /* nothing there is no error */
}

static void moves(void)
{
    char *a = mmap(NULL, 3 * PAGE, RW, ANON, -1, 0);
    memset(a, 5, 3 * PAGE);
    char *b = mremap(a, 3 * PAGE, 300 * PAGE, MREMAP_MAYMOVE);
    CHECK(b != MAP_FAILED && b[3 * PAGE - 1] == 5);
    CHECK(is_zero(b + 3 * PAGE, 297 * PAGE));
    CHECK(mremap(b, 300 * PAGE, PAGE, 0) == b);
    EQUAL(munmap(b, PAGE), 0);
    CHECK(mremap(b, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
    EQUAL(errno, EFAULT);
}

static void files(void)
{
    char text[PAGE + 100];
    int fd = open("/tmp/f", O_CREAT | O_RDWR, 0600);
    memset(text, 't', sizeof text);
    EQUAL(write(fd, text, sizeof text), sizeof text);
    char *a = mmap(NULL, sizeof text, RW, MAP_PRIVATE, fd, 0);
    CHECK(a != MAP_FAILED && !memcmp(a, text, sizeof text));
    CHECK(is_zero(a + sizeof text, 2 * PAGE - sizeof text));
    a[0] = 'x';
    EQUAL(pread(fd, text, 1, 0), 1);
    CHECK(text[0] == 't');
    char *b = mmap(NULL, 100, PROT_READ, MAP_PRIVATE, fd, PAGE);
    CHECK(b != MAP_FAILED && b[99] == 't' && !b[100]);
    EQUAL(munmap(a, sizeof text) | munmap(b, 100), 0);
    CHECK(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 1) == MAP_FAILED);
    EQUAL(errno, EINVAL);
    close(fd);
    CHECK(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0) == MAP_FAILED);
    EQUAL(errno, EBADF);
}

static void refuses(void)
{
    CHECK(mmap(NULL, PAGE, PROT_EXEC, ANON, -1, 0) == MAP_FAILED);
    EQUAL(errno, EACCES);
    CHECK(mmap(NULL, 0, RW, ANON, -1, 0) == MAP_FAILED);
    EQUAL(errno, EINVAL);
    CHECK(mmap(NULL, 1ul << 45, RW, ANON, -1, 0) == MAP_FAILED);
    EQUAL(errno, ENOMEM);
    char *a = mmap(NULL, PAGE, RW, ANON, -1, 0);
    EQUAL(mprotect(a, PAGE, PROT_READ | PROT_EXEC), -1);
    EQUAL(errno, EACCES);
    EQUAL(mprotect(a, PAGE, PROT_READ), 0);
    EQUAL(munmap(a + 1, PAGE), -1);
    EQUAL(munmap(a, PAGE), 0);
}

/* All that is given back can be had again. */
static void is_balanced(void)
{
    for (int i = 0; i < 300; i++) {
        char *a = mmap(NULL, 8 << 20, RW, ANON, -1, 0);
        if (a == MAP_FAILED) {
            EQUAL(i, 300);
            return;
        }
        a[i] = 1;
        EQUAL(munmap(a, 8 << 20), 0);
    }
}

int main(void)
{
    anonymous();
    moves();
    files();
    refuses();
    is_balanced();
    return failures != 0;
}
