/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libc.h"

static void *pointer(long rc)
{
    return (void *)(rc < 0 && rc > -4096 ? libc_result(rc) : rc);
}

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    return pointer(sys_mmap(addr, len, prot, flags, fd, offset));
}

int munmap(void *addr, size_t len)
{
    return (int)libc_result(sys_munmap(addr, len));
}

void *mremap(void *addr, size_t old_len, size_t new_len, int flags, ...)
{
    void *new_addr = NULL;
    if (flags & MREMAP_FIXED) {
        va_list ap;
        va_start(ap, flags);
        new_addr = va_arg(ap, void *);
        va_end(ap);
    }
    return pointer(sys_mremap(addr, old_len, new_len, flags, new_addr));
}

int mprotect(void *addr, size_t len, int prot)
{
    return (int)libc_result(sys_mprotect(addr, len, prot));
}

int msync(void *addr, size_t len, int flags)
{
    return (int)libc_result(CANCEL_POINT(sys_msync(addr, len, flags)));
}

int madvise(void *addr, size_t len, int advice)
{
    return (int)libc_result(sys_madvise(addr, len, advice));
}

int posix_madvise(void *addr, size_t len, int advice)
{
    if (advice == POSIX_MADV_DONTNEED) /* MADV_DONTNEED would lose data */
        return 0;
    return (int)-sys_madvise(addr, len, advice);
}

/* Nothing is ever paged out by the guest. */
int mlock(const void *addr, size_t len)
{
    (void)addr;
    (void)len;
    return 0;
}

int munlock(const void *addr, size_t len)
{
    (void)addr;
    (void)len;
    return 0;
}

int mlockall(int flags)
{
    return (int)libc_result(flags & ~7 || !flags ? -EINVAL : 0);
}

int munlockall(void)
{
    return 0;
}

/* POSIX shared memory: files in /dev/shm, as on Linux. */
static int shm_path(const char *name, char path[PATH_MAX])
{
    name += strspn(name, "/");
    size_t len = strlen(name);
    if (len == 0 || strchr(name, '/') || !strcmp(name, ".") ||
        !strcmp(name, ".."))
        return (int)libc_result(-EINVAL);
    if (len > NAME_MAX)
        return (int)libc_result(-ENAMETOOLONG);
    (void)snprintf(path, PATH_MAX, "/dev/shm/%s", name);
    return 0;
}

int shm_open(const char *name, int flags, mode_t mode)
{
    char path[PATH_MAX];
    if (shm_path(name, path) < 0)
        return -1;
    return open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode);
}

int shm_unlink(const char *name)
{
    char path[PATH_MAX];
    return shm_path(name, path) < 0 ? -1 : unlink(path);
}
