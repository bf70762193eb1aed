/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mmap and its kin, as far as a fixed memory map allows (docs/libc.md):
 *
 * - Memory is the arena's: readable, writable, never executable. A mapping is
 *   a range of it; its protection is remembered and reported, not enforced.
 *   PROT_EXEC is refused (EACCES), for nothing can be made executable.
 * - A file is mapped as a private copy, made at once; a page-aligned part of
 *   the image's root file system, mapped for reading, is given in place and
 *   really is read-only. MAP_SHARED is the file's own memory where its kind
 *   has such (a file in memory, file_ops.map_shared); of others it works for
 *   reading (what it shows is the file as it was), for writing it is ENODEV.
 *   The same range mapped again has the same address.
 * - munmap and MADV_DONTNEED make the memory zero or free; the host does not
 *   get it back, but untouched pages never were the guest's.
 */
#include "arena.h"
#include "enter.h"
#include "hc.h"
#include "proc.h"
#include "sys.h"
#include "tmpfs.h"
#include "user.h"
#include "vfs.h"

struct vma {
    uintptr_t start, end; /* page aligned */
    int prot;
    bool is_shared;
    uint32_t refs;     /* `file` only: times it was mapped */
    struct file *file; /* a reference: it owns the memory; or NULL */
    int64_t offset;    /* of start in the file, bytes */
};

/* Ascending, apart from each other or different. */
static struct {
    struct vma *list;
    size_t count, room;
} vm;

static size_t round_up(size_t size)
{
    return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

/* The first mapping that ends after addr: its index, or count. */
static size_t find(uintptr_t addr)
{
    size_t low = 0, high = vm.count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (vm.list[mid].end <= addr)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Room for `more` mappings, so that what follows cannot fail. */
static int reserve(size_t more)
{
    if (vm.count + more <= vm.room)
        return 0;
    size_t room = vm.room ? vm.room * 2 : 64;
    while (room < vm.count + more)
        room *= 2;
    struct vma *list = kalloc(room * sizeof *list);
    if (!list)
        return -LINUX_ENOMEM;
    if (vm.count)
        memcpy(list, vm.list, vm.count * sizeof *list);
    kfree(vm.list);
    vm.list = list;
    vm.room = room;
    return 0;
}

static void insert_at(size_t idx, struct vma vma)
{
    memmove(&vm.list[idx + 1], &vm.list[idx],
            (vm.count - idx) * sizeof *vm.list);
    vm.list[idx] = vma;
    vm.count++;
}

static void remove_at(size_t idx)
{
    vm.count--;
    memmove(&vm.list[idx], &vm.list[idx + 1],
            (vm.count - idx) * sizeof *vm.list);
}

static bool is_alike(const struct vma *a, const struct vma *b)
{
    return a->end == b->start && a->prot == b->prot &&
           a->is_shared == b->is_shared && !a->file && !b->file;
}

/* After reserve(1). The range is free in the list. */
static void insert(struct vma vma)
{
    size_t idx = find(vma.start);
    insert_at(idx, vma);
    if (idx + 1 < vm.count && is_alike(&vm.list[idx], &vm.list[idx + 1])) {
        vm.list[idx].end = vm.list[idx + 1].end;
        remove_at(idx + 1);
    }
    if (idx && is_alike(&vm.list[idx - 1], &vm.list[idx])) {
        vm.list[idx - 1].end = vm.list[idx].end;
        remove_at(idx);
    }
}

/* After reserve(1): a mapping begins at addr if one covers it. */
static size_t split_at(uintptr_t addr)
{
    size_t idx = find(addr);
    if (idx == vm.count || vm.list[idx].start >= addr)
        return idx;
    struct vma tail = vm.list[idx];
    tail.offset += (int64_t)(addr - tail.start);
    tail.start = addr;
    if (tail.file)
        (void)file_get(tail.file);
    vm.list[idx].end = addr;
    insert_at(idx + 1, tail);
    return idx + 1;
}

/* After reserve(2). Frees what is mapped in the range. */
static void unmap(uintptr_t start, uintptr_t end)
{
    size_t idx = split_at(start);
    (void)split_at(end);
    while (idx < vm.count && vm.list[idx].start < end) {
        if (vm.list[idx].file && --vm.list[idx].refs) {
            idx++;
            continue;
        }
        struct vma vma = vm.list[idx];
        remove_at(idx); /* first: tmpfs asks what is mapped */
        if (vma.file) {
            vma.file->ops->unmap_shared(vma.file, vma.offset,
                                        vma.end - vma.start, (void *)vma.start);
            file_put(vma.file);
        } else {
            arena_free((void *)vma.start, vma.end - vma.start);
        }
    }
}

static bool is_file_page(const void *page)
{
    size_t idx = find((uintptr_t)page);
    return idx < vm.count && vm.list[idx].start <= (uintptr_t)page &&
           vm.list[idx].file;
}

bool vm_next_map(uintptr_t from, struct vm_map *map)
{
    size_t idx = find(from);
    if (idx == vm.count)
        return false;
    *map = (struct vm_map){vm.list[idx].start, vm.list[idx].end,
                           vm.list[idx].prot, vm.list[idx].is_shared};
    return true;
}

static bool is_arena(uintptr_t addr, size_t len)
{
    const struct uni_boot *boot = sys_boot();
    return addr >= boot->arena_addr && len <= boot->arena_size &&
           addr - boot->arena_addr <= boot->arena_size - len;
}

/* In the mapped root file system: what in-place mappings point to. */
static bool is_rootfs(uintptr_t addr, size_t len)
{
    const struct uni_note *note = sys_note();
    size_t size = round_up(note->rootfs_size);
    return note->rootfs_size && addr >= note->rootfs_addr && len <= size &&
           addr - note->rootfs_addr <= size - len;
}

/* Memory for a mapping of len bytes, zeroed: address or -errno. */
static long place(uintptr_t addr, size_t len, int flags)
{
    if (!(flags & (LINUX_MAP_FIXED | LINUX_MAP_FIXED_NOREPLACE))) {
        void *mem = arena_has_room(len) ? arena_alloc(len, true) : NULL;
        return mem ? (long)mem : -LINUX_ENOMEM;
    }
    if (addr % PAGE_SIZE)
        return -LINUX_EINVAL;
    if (!is_arena(addr, len))
        return -LINUX_ENOMEM; /* nothing else can be mapped */
    size_t idx = find(addr);
    bool is_taken = idx < vm.count && vm.list[idx].start < addr + len;
    if (is_taken && !(flags & LINUX_MAP_FIXED))
        return -LINUX_EEXIST;
    unmap(addr, addr + len);
    if (arena_claim((void *)addr, len) < 0)
        return flags & LINUX_MAP_FIXED ? -LINUX_ENOMEM : -LINUX_EEXIST;
    memset((void *)addr, 0, len);
    return (long)addr;
}

/* The file's bytes into fresh memory; past its end they stay zero. */
static long read_file(struct file *file, char *mem, size_t len, int64_t offset)
{
    size_t done = 0;
    while (done < len) {
        int64_t pos = offset + (int64_t)done;
        long rc = file->ops->read(file, mem + done, len - done, &pos);
        if (rc < 0)
            return rc;
        if (rc == 0)
            break;
        done += (size_t)rc;
    }
    return 0;
}

static long map_memory(uintptr_t addr, size_t len, int prot, int flags,
                       struct file *file, int64_t offset)
{
    if (reserve(3) < 0)
        return -LINUX_ENOMEM;
    long mem = place(addr, len, flags);
    if (mem < 0)
        return mem;
    long rc = file ? read_file(file, (char *)mem, len, offset) : 0;
    if (rc < 0) {
        arena_free((void *)mem, len);
        return rc;
    }
    insert((struct vma){.start = (uintptr_t)mem,
                        .end = (uintptr_t)mem + len,
                        .prot = prot,
                        .is_shared =
                            (flags & LINUX_MAP_TYPE) != LINUX_MAP_PRIVATE});
    return mem;
}

/* The file's own memory; where it lies is the file's choice. */
static long map_own(size_t len, int prot, struct file *file, int64_t offset)
{
    void *mem;
    if (reserve(vm.count + 3) < 0)
        return -LINUX_ENOMEM;
    tmpfs_is_mapped = is_file_page;
    int rc = file->ops->map_shared(file, offset, len, &mem);
    if (rc < 0)
        return rc;
    uintptr_t start = (uintptr_t)mem, at = start, end = start + len;
    size_t idx = split_at(start);
    (void)split_at(end);
    for (; at < end; at = vm.list[idx++].end) {
        if (idx < vm.count && vm.list[idx].start == at) {
            vm.list[idx].refs++; /* mapped already, it or what it is part of */
            vm.list[idx].prot |= prot;
            continue;
        }
        bool is_last = idx == vm.count || vm.list[idx].start >= end;
        insert_at(idx, (struct vma){.start = at,
                                    .end = is_last ? end : vm.list[idx].start,
                                    .prot = prot,
                                    .is_shared = true,
                                    .refs = 1,
                                    .file = file_get(file),
                                    .offset = offset + (int64_t)(at - start)});
    }
    return (long)start;
}

static long map_file(uintptr_t addr, size_t len, int prot, int flags,
                     struct file *file, int64_t offset)
{
    bool is_shared = (flags & LINUX_MAP_TYPE) != LINUX_MAP_PRIVATE;
    if (!file_may_read(file))
        return -LINUX_EACCES;
    if (is_shared && (prot & LINUX_PROT_WRITE) && !file_may_write(file))
        return -LINUX_EACCES;
    if (file->ops->is_zero)
        return map_memory(addr, len, prot, flags, NULL, 0);
    if (!file->ops->read || !file->is_seekable ||
        (file->inode && inode_is(file->inode, LINUX_S_IFCHR)))
        return -LINUX_ENODEV;
    bool is_free = !(flags & (LINUX_MAP_FIXED | LINUX_MAP_FIXED_NOREPLACE));
    if (!(prot & LINUX_PROT_WRITE) && file->ops->map && is_free) {
        void *mem = file->ops->map(file, offset, len);
        if (mem)
            return (long)mem;
    }
    if (is_shared && file->ops->map_shared && is_free)
        return map_own(len, prot, file, offset);
    if (is_shared && (prot & LINUX_PROT_WRITE))
        return -LINUX_ENODEV;
    return map_memory(addr, len, prot, flags, file, offset);
}

long sys_mmap(void *addr, size_t len, int prot, int flags, int fd,
              int64_t offset)
{
    LIBOS_CALL();
    int type = flags & LINUX_MAP_TYPE;
    if (!len || offset % (int64_t)PAGE_SIZE || offset < 0 ||
        (type != LINUX_MAP_PRIVATE && type != LINUX_MAP_SHARED &&
         type != LINUX_MAP_SHARED_VALIDATE))
        return -LINUX_EINVAL;
    if (len > SIZE_MAX / 2)
        return -LINUX_ENOMEM;
    if (prot & LINUX_PROT_EXEC)
        return -LINUX_EACCES;
    len = round_up(len);
    if ((flags & LINUX_MAP_ANONYMOUS) && type == LINUX_MAP_SHARED_VALIDATE)
        return -LINUX_EINVAL;
    if (flags & LINUX_MAP_ANONYMOUS)
        return map_memory((uintptr_t)addr, len, prot, flags, NULL, 0);
    if (offset > INT64_MAX - (int64_t)len)
        return -LINUX_EOVERFLOW;
    struct file *file = fd_get_io(fd);
    if (!file)
        return -LINUX_EBADF;
    long rc = map_file((uintptr_t)addr, len, prot, flags, file, offset);
    file_put(file);
    return rc;
}

/* A page-aligned range; len becomes whole pages. */
static bool is_range(uintptr_t addr, size_t *len)
{
    if (addr % PAGE_SIZE || *len > SIZE_MAX / 2)
        return false;
    *len = round_up(*len);
    return addr + *len >= addr;
}

long sys_munmap(void *addr, size_t len)
{
    LIBOS_CALL();
    uintptr_t start = (uintptr_t)addr;
    if (!len || !is_range(start, &len))
        return -LINUX_EINVAL;
    if (reserve(2) < 0)
        return -LINUX_ENOMEM;
    unmap(start, start + len);
    return 0;
}

/* Is all of [start, end) mapped (or the image's)? */
static bool is_mapped(uintptr_t start, uintptr_t end)
{
    if (is_rootfs(start, end - start))
        return true;
    size_t idx = find(start);
    while (start < end) {
        if (idx == vm.count || vm.list[idx].start > start)
            return false;
        start = vm.list[idx++].end;
    }
    return true;
}

static bool has_file(uintptr_t start, uintptr_t end)
{
    for (size_t i = find(start); i < vm.count && vm.list[i].start < end; i++)
        if (vm.list[i].file)
            return true;
    return false;
}

static long move(uintptr_t old, size_t old_len, size_t new_len, int flags,
                 uintptr_t new_addr)
{
    struct vma was = vm.list[find(old)];
    int how = LINUX_MAP_PRIVATE;
    if (flags & LINUX_MREMAP_FIXED) {
        how |= LINUX_MAP_FIXED;
        if (new_addr < old + old_len && old < new_addr + new_len)
            return -LINUX_EINVAL;
    }
    long mem = place(new_addr, new_len, how);
    if (mem < 0)
        return mem;
    size_t keep = old_len < new_len ? old_len : new_len;
    memcpy((void *)mem, (void *)old, keep);
    if (flags & LINUX_MREMAP_DONTUNMAP)
        memset((void *)old, 0, old_len);
    else
        unmap(old, old + old_len);
    was.start = (uintptr_t)mem;
    was.end = was.start + new_len;
    insert(was);
    return mem;
}

static bool grow(uintptr_t addr, size_t old_len, size_t new_len)
{
    struct vma *vma = &vm.list[find(addr)];
    uintptr_t end = addr + old_len;
    if (vma->end != end || arena_claim((void *)end, new_len - old_len) < 0)
        return false;
    memset((void *)end, 0, new_len - old_len);
    struct vma more = *vma;
    more.start = end;
    more.end = addr + new_len;
    insert(more);
    return true;
}

long sys_mremap(void *addr, size_t old_len, size_t new_len, int flags,
                void *new_addr)
{
    LIBOS_CALL();
    uintptr_t old = (uintptr_t)addr;
    int known =
        LINUX_MREMAP_MAYMOVE | LINUX_MREMAP_FIXED | LINUX_MREMAP_DONTUNMAP;
    if ((flags & ~known) || !new_len || !is_range(old, &old_len) ||
        !is_range(0, &new_len) || !old_len)
        return -LINUX_EINVAL;
    if ((flags & ~LINUX_MREMAP_MAYMOVE) && !(flags & LINUX_MREMAP_MAYMOVE))
        return -LINUX_EINVAL;
    if ((flags & LINUX_MREMAP_DONTUNMAP) && old_len != new_len)
        return -LINUX_EINVAL;
    if (!is_arena(old, old_len) || !is_mapped(old, old + old_len))
        return -LINUX_EFAULT;
    if (reserve(6) < 0)
        return -LINUX_ENOMEM;
    if (!(flags & (LINUX_MREMAP_FIXED | LINUX_MREMAP_DONTUNMAP))) {
        if (new_len <= old_len) {
            unmap(old + new_len, old + old_len);
            return (long)old;
        }
        if (!has_file(old, old + old_len) && grow(old, old_len, new_len))
            return (long)old;
        if (!(flags & LINUX_MREMAP_MAYMOVE))
            return -LINUX_ENOMEM;
    }
    if (has_file(old, old + old_len)) /* it stays where the file has it */
        return -LINUX_ENOMEM;
    return move(old, old_len, new_len, flags, (uintptr_t)new_addr);
}

long sys_mprotect(void *addr, size_t len, int prot)
{
    LIBOS_CALL();
    uintptr_t start = (uintptr_t)addr;
    if (!is_range(start, &len) || (prot & ~0x0300000f))
        return -LINUX_EINVAL;
    if (!len)
        return 0;
    if (prot & LINUX_PROT_EXEC)
        return -LINUX_EACCES;
    if (is_rootfs(start, len))
        return prot & LINUX_PROT_WRITE ? -LINUX_EACCES : 0;
    if (reserve(2) < 0)
        return -LINUX_ENOMEM;
    if (!is_mapped(start, start + len)) /* the heap's pages are no mappings */
        return is_arena(start, len) ? 0 : -LINUX_ENOMEM;
    size_t idx = split_at(start);
    (void)split_at(start + len);
    for (; idx < vm.count && vm.list[idx].start < start + len; idx++)
        vm.list[idx].prot = prot & 7;
    return 0;
}

long sys_msync(void *addr, size_t len, int flags)
{
    LIBOS_CALL();
    uintptr_t start = (uintptr_t)addr;
    int known = LINUX_MS_ASYNC | LINUX_MS_INVALIDATE | LINUX_MS_SYNC;
    if ((flags & ~known) || (flags & 5) == 5 || !is_range(start, &len))
        return -LINUX_EINVAL;
    return is_mapped(start, start + len) ? 0 : -LINUX_ENOMEM;
}

/* Reading a page that was never touched does not make it resident as long as
 * the host maps its zero page, writing would. */
static void zero_pages(uintptr_t start, uintptr_t end)
{
    for (; start < end; start += PAGE_SIZE) {
        const uint64_t *word = (const uint64_t *)start;
        size_t i = 0;
        while (i < PAGE_SIZE / 8 && !word[i])
            i++;
        if (i < PAGE_SIZE / 8)
            memset((void *)start, 0, PAGE_SIZE);
    }
}

long sys_madvise(void *addr, size_t len, int advice)
{
    LIBOS_CALL();
    uintptr_t start = (uintptr_t)addr;
    if (!is_range(start, &len) || advice < 0 || advice > LINUX_MADV_LAST_HINT)
        return -LINUX_EINVAL;
    if (advice == LINUX_MADV_REMOVE)
        return -LINUX_EINVAL;
    if (!len)
        return 0;
    if (!is_mapped(start, start + len))
        return is_arena(start, len) && advice != LINUX_MADV_DONTNEED
                   ? 0
                   : -LINUX_ENOMEM;
    if (advice == LINUX_MADV_DONTNEED && is_arena(start, len) &&
        !has_file(start, start + len))
        zero_pages(start, start + len);
    return 0;
}
