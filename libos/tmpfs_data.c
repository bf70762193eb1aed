/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system in memory: bytes. A file's pages hang in a tree of tables
 * of 512, as deep as the largest page number needs; one page needs no table.
 * A page that is not there is the lower file's, up to lower->end, or zero.
 */
#include "tmpfs.h"
#include "user.h"

#define FANOUT_BITS 9u
#define FANOUT (1u << FANOUT_BITS)

/* What files leave to the program's heap, the stacks and the libOS. */
static uint64_t reserve_size(size_t total)
{
    uint64_t share = total / 32;
    return share < (4u << 20) ? share : 4u << 20;
}

static bool has_room(const struct tmpfs *fs, size_t size)
{
    struct arena_stats stats;
    arena_stats(&stats);
    return size / PAGE_SIZE <= fs->max_pages - fs->page_count &&
           stats.total - stats.used >= reserve_size(stats.total) + size;
}

static void *new_page(struct tmpfs *fs, bool zeroed)
{
    if (!has_room(fs, PAGE_SIZE))
        return NULL;
    void *page = arena_alloc(PAGE_SIZE, zeroed);
    if (page)
        fs->page_count++;
    return page;
}

bool (*tmpfs_is_mapped)(const void *page);

static bool is_mapped(const void *page)
{
    return tmpfs_is_mapped && tmpfs_is_mapped(page);
}

static void free_page(struct tmpfs *fs, void *page)
{
    arena_free(page, PAGE_SIZE);
    fs->page_count--;
}

static uint64_t reach(unsigned depth)
{
    return 1ull << (FANOUT_BITS * depth); /* pages; depth <= 6 */
}

static void *find_page(const struct node *node, uint64_t idx)
{
    if (idx >= reach(node->depth))
        return NULL;
    void *at = node->pages;
    for (unsigned level = node->depth; level && at; level--)
        at = ((void **)at)[idx >> FANOUT_BITS * (level - 1) & (FANOUT - 1)];
    return at;
}

static int deepen(struct node *node)
{
    if (node->pages) {
        void **table = new_page(tmpfs_of(&node->inode), true);
        if (!table)
            return -LINUX_ENOSPC;
        table[0] = node->pages;
        node->pages = table;
    }
    node->depth++;
    return 0;
}

/* Where the pointer to page idx is to be; NULL: no memory for tables. */
static void **slot_of(struct node *node, uint64_t idx)
{
    while (idx >= reach(node->depth))
        if (deepen(node) < 0)
            return NULL;
    void **slot = &node->pages;
    for (unsigned level = node->depth; level; level--) {
        if (!*slot) {
            *slot = new_page(tmpfs_of(&node->inode), true);
            if (!*slot)
                return NULL;
        }
        slot =
            (void **)*slot + (idx >> FANOUT_BITS * (level - 1) & (FANOUT - 1));
    }
    return slot;
}

/* Frees the pages from `first` on, below one slot that stands for the pages
 * [base, base + reach(level)). True if nothing is left. */
static bool free_from(struct node *node, void **slot, unsigned level,
                      uint64_t base, uint64_t first)
{
    struct tmpfs *fs = tmpfs_of(&node->inode);
    if (!*slot)
        return true;
    if (base + reach(level) <= first)
        return false;
    bool is_empty = base >= first || level;
    if (!level && is_mapped(*slot)) { /* it stays the mapping's: unmap_shared */
        memset(*slot, 0, PAGE_SIZE);
        return false;
    }
    if (level) {
        void **table = *slot;
        uint64_t step = reach(level - 1);
        for (unsigned i = 0; i < FANOUT; i++)
            if (!free_from(node, &table[i], level - 1, base + i * step, first))
                is_empty = false;
    } else if (is_empty) {
        node->inode.blocks -= (int64_t)(PAGE_SIZE / 512);
    }
    if (is_empty) {
        free_page(fs, *slot);
        *slot = NULL;
    }
    return is_empty;
}

void tmpfs_free_pages(struct node *node)
{
    (void)free_from(node, &node->pages, node->depth, 0, 0);
    node->depth = 0;
}

/* The lower file's bytes of [pos, pos + len) to `to`; the rest of it zero.
 * With a base it blocks, and the file may lose its end meanwhile. */
static int fill_lower(struct node *node, char *to, uint64_t pos, size_t len)
{
    size_t done = 0;
    while (node->lower && done < len && pos + done < node->lower->end) {
        long part = tmpfs_lower_read(node, to + done, pos + done, len - done);
        if (part < 0)
            return (int)part;
        done += (size_t)part;
    }
    uint64_t end = node->lower ? node->lower->end : 0;
    if (done && pos + done > end)
        done = end > pos ? end - pos : 0;
    memset(to + done, 0, len - done);
    return 0;
}

/* A page of the file's own with its present bytes, or (is_whole) with any.
 * What blocks comes before what counts: see fill_lower(). */
static int own_page(struct node *node, uint64_t idx, bool is_whole, char **page)
{
    struct tmpfs *fs = tmpfs_of(&node->inode);
    *page = find_page(node, idx);
    if (*page)
        return 0;
    bool has_lower = node->lower && idx * PAGE_SIZE < node->lower->end;
    char *mem = new_page(fs, !is_whole && !has_lower);
    if (!mem)
        return -LINUX_ENOSPC;
    int rc = 0;
    if (!is_whole && has_lower)
        rc = fill_lower(node, mem, idx * PAGE_SIZE, PAGE_SIZE);
    void **slot = rc < 0 ? NULL : slot_of(node, idx);
    if (!slot || *slot) {
        free_page(fs, mem);
        if (slot)
            *page = *slot;
        return slot ? 0 : rc < 0 ? rc : -LINUX_ENOSPC;
    }
    *page = *slot = mem;
    node->inode.blocks += (int64_t)(PAGE_SIZE / 512);
    return 0;
}

/* Copies out at most len bytes at pos that lie together: how many, or
 * -errno. */
static long read_part(struct node *node, char *buf, uint64_t pos, size_t len)
{
    uint64_t in_page = pos % PAGE_SIZE;
    size_t part = PAGE_SIZE - in_page;
    const char *page = find_page(node, pos / PAGE_SIZE);
    if (page) {
        if (part > len)
            part = len;
        return user_copy(buf, page + in_page, part) < 0 ? -LINUX_EFAULT
                                                        : (long)part;
    }
    if (!node->pages)
        part = len; /* nothing of its own: as far as the lower file goes */
    else if (part > len)
        part = len;
    if (!node->lower || pos >= node->lower->end)
        return user_zero(buf, part) < 0 ? -LINUX_EFAULT : (long)part;
    return tmpfs_lower_read(node, buf, pos, part);
}

static bool is_before(const struct linux_timespec *a,
                      const struct linux_timespec *b)
{
    return a->sec < b->sec || (a->sec == b->sec && a->nsec < b->nsec);
}

/* As mount option relatime: the first read after a change. A file of the
 * image keeps its time until something else of it changes. */
static void touch_atime(struct file *file)
{
    struct node *node = node_of(file->inode);
    struct inode *inode = file->inode;
    if ((file->flags & LINUX_O_NOATIME) || (inode->fs->flags & FS_READONLY) ||
        (node->lower && !node->lower->is_pinned))
        return;
    if (!is_before(&inode->mtime, &inode->atime) ||
        !is_before(&inode->ctime, &inode->atime))
        inode->atime = file_time();
}

static long read(struct file *file, void *buf, size_t len, int64_t *pos)
{
    struct node *node = node_of(file->inode);
    int64_t size = file->inode->size;
    if (*pos >= size)
        return 0;
    if (len > (uint64_t)(size - *pos))
        len = (uint64_t)(size - *pos);
    size_t done = 0;
    long rc = 0;
    while (done < len) {
        rc = read_part(node, (char *)buf + done, (uint64_t)*pos + done,
                       len - done);
        if (rc < 0)
            break;
        done += (size_t)rc;
    }
    touch_atime(file);
    *pos += (int64_t)done;
    return done ? (long)done : rc;
}

/* Before a page is shared by old and new bytes: its tail past the end of the
 * file is zero already (truncate and new_page see to it). */
static long write_part(struct node *node, const char *buf, uint64_t pos,
                       size_t len)
{
    uint64_t in_page = pos % PAGE_SIZE;
    size_t part = PAGE_SIZE - in_page;
    if (part > len)
        part = len;
    uint64_t idx = pos / PAGE_SIZE;
    char *page = find_page(node, idx);
    bool is_new = !page;
    if (is_new) {
        int rc = own_page(node, idx, part == PAGE_SIZE, &page);
        if (rc < 0)
            return rc;
    }
    if (user_copy(page + in_page, buf, part) == 0)
        return (long)part;
    if (is_new && part == PAGE_SIZE)
        (void)fill_lower(node, page, idx * PAGE_SIZE, PAGE_SIZE);
    return -LINUX_EFAULT;
}

static void drop_suid(struct inode *inode)
{
    if ((inode->mode & (LINUX_S_ISUID | LINUX_S_ISGID)) && vfs_creds().uid != 0)
        inode->mode &= ~inode_privileges(inode);
}

/* Pages that are written in part are copied up first: that may block, and
 * what follows does not. False: the file's end has moved meanwhile. */
static bool copy_up(struct node *node, int64_t pos, size_t len)
{
    int64_t size = node->inode.size;
    uint64_t first = (uint64_t)pos, last = first + len;
    char *page;
    if (!node->lower || !node->lower->base)
        return true;
    /* An error here is found again by the write itself. */
    if (first % PAGE_SIZE || len < PAGE_SIZE)
        (void)own_page(node, first / PAGE_SIZE, false, &page);
    if (last % PAGE_SIZE)
        (void)own_page(node, last / PAGE_SIZE, false, &page);
    return size == node->inode.size;
}

static long write(struct file *file, const void *buf, size_t len, int64_t *pos)
{
    struct node *node = node_of(file->inode);
    struct inode *inode = file->inode;
    if (!len)
        return 0;
    tmpfs_pin(node);
    do {
        if (file->flags & LINUX_O_APPEND)
            *pos = inode->size;
        if (*pos == INT64_MAX)
            return -LINUX_EFBIG;
        if (len > (uint64_t)(INT64_MAX - *pos))
            len = (uint64_t)(INT64_MAX - *pos);
    } while (!copy_up(node, *pos, len) && (file->flags & LINUX_O_APPEND));
    size_t done = 0;
    long rc = 0;
    while (done < len) {
        rc = write_part(node, (const char *)buf + done, (uint64_t)*pos + done,
                        len - done);
        if (rc < 0)
            break;
        done += (size_t)rc;
    }
    if (!done)
        return rc;
    *pos += (int64_t)done;
    if (*pos > inode->size)
        inode->size = *pos;
    drop_suid(inode);
    inode->mtime = inode->ctime = file_time();
    return (long)done;
}

/* [from, to) within one page becomes zero, if it is not. */
static int zero_part(struct node *node, uint64_t from, uint64_t to)
{
    uint64_t idx = from / PAGE_SIZE;
    char *page = find_page(node, idx);
    if (!page && (!node->lower || from >= node->lower->end))
        return 0;
    int rc = page ? 0 : own_page(node, idx, false, &page);
    if (rc == 0)
        memset(page + from % PAGE_SIZE, 0, to - from);
    return rc;
}

int tmpfs_truncate(struct node *node, int64_t new_size)
{
    struct inode *inode = &node->inode;
    uint64_t size = (uint64_t)new_size;
    tmpfs_pin(node);
    if (new_size < inode->size) {
        uint64_t end = (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
        if (node->lower && node->lower->end > size)
            node->lower->end = size;
        char *page = find_page(node, size / PAGE_SIZE);
        if (page && size < end)
            memset(page + size % PAGE_SIZE, 0, end - size);
        if (free_from(node, &node->pages, node->depth, 0, end / PAGE_SIZE))
            node->depth = 0;
    }
    inode->size = new_size;
    inode->mtime = inode->ctime = file_time();
    return 0;
}

static void drop_page(struct node *node, uint64_t idx)
{
    void **slot = find_page(node, idx) ? slot_of(node, idx) : NULL;
    if (!slot)
        return;
    if (is_mapped(*slot)) {
        memset(*slot, 0, PAGE_SIZE);
        return;
    }
    free_page(tmpfs_of(&node->inode), *slot);
    *slot = NULL;
    node->inode.blocks -= (int64_t)(PAGE_SIZE / 512);
}

/* A hole: whole pages go, or, over the image's bytes, become zero ones. */
static int punch(struct node *node, uint64_t from, uint64_t to)
{
    uint64_t size = (uint64_t)node->inode.size;
    if (to > size)
        to = size;
    while (from < to) {
        uint64_t idx = from / PAGE_SIZE;
        uint64_t end = (idx + 1) * PAGE_SIZE < to ? (idx + 1) * PAGE_SIZE : to;
        bool has_lower = node->lower && idx * PAGE_SIZE < node->lower->end;
        if (from % PAGE_SIZE == 0 && end - from == PAGE_SIZE && !has_lower) {
            drop_page(node, idx);
        } else {
            int rc = zero_part(node, from, end);
            if (rc < 0)
                return rc;
        }
        from = end;
    }
    return 0;
}

static int allocate(struct node *node, uint64_t from, uint64_t to)
{
    for (uint64_t idx = from / PAGE_SIZE; idx * PAGE_SIZE < to; idx++) {
        char *page;
        int rc = own_page(node, idx, false, &page);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int fallocate(struct file *file, int mode, int64_t offset, int64_t len)
{
    struct node *node = node_of(file->inode);
    uint64_t from = (uint64_t)offset, to = from + (uint64_t)len;
    bool keeps_size = mode & LINUX_FALLOC_KEEP_SIZE;
    int rc = 0;
    tmpfs_pin(node);
    if (mode & (LINUX_FALLOC_PUNCH_HOLE | LINUX_FALLOC_ZERO_RANGE))
        rc = punch(node, from, to);
    if (rc == 0 && !(mode & LINUX_FALLOC_PUNCH_HOLE))
        rc = allocate(node, from, to);
    if (rc == 0 && !keeps_size && offset + len > file->inode->size)
        file->inode->size = offset + len;
    node->inode.mtime = node->inode.ctime = file_time();
    return rc;
}

#define NO_PAGE UINT64_MAX

/* The first page of its own at or after idx, below a table or page that
 * stands for the pages from `base` on. */
static uint64_t next_page(void *at, unsigned level, uint64_t base, uint64_t idx)
{
    if (!at)
        return NO_PAGE;
    if (!level)
        return base >= idx ? base : NO_PAGE;
    uint64_t step = reach(level - 1);
    uint64_t i = idx > base ? (idx - base) / step : 0;
    for (; i < FANOUT; i++) {
        void **table = at;
        uint64_t found = next_page(table[i], level - 1, base + i * step, idx);
        if (found != NO_PAGE)
            return found;
    }
    return NO_PAGE;
}

static int64_t seek(struct file *file, int64_t offset, int whence)
{
    struct node *node = node_of(file->inode);
    int64_t size = file->inode->size;
    if (whence != LINUX_SEEK_DATA && whence != LINUX_SEEK_HOLE)
        return -LINUX_ENOSYS; /* by the size */
    if (offset < 0 || offset >= size)
        return -LINUX_ENXIO;
    uint64_t idx = (uint64_t)offset / PAGE_SIZE;
    uint64_t lower_end = node->lower ? node->lower->end : 0;
    uint64_t lower_pages = lower_end / PAGE_SIZE + (lower_end % PAGE_SIZE != 0);
    if (whence == LINUX_SEEK_DATA) {
        if (idx >= lower_pages)
            idx = next_page(node->pages, node->depth, 0, idx);
        if (idx > (uint64_t)(size - 1) / PAGE_SIZE)
            return -LINUX_ENXIO;
    } else {
        if (idx < lower_pages)
            idx = lower_pages;
        while (find_page(node, idx))
            idx++;
        if (idx > (uint64_t)(size - 1) / PAGE_SIZE)
            return size;
    }
    int64_t pos = (int64_t)(idx * PAGE_SIZE);
    return pos > offset ? pos : offset;
}

static int sync(struct file *file, bool is_data_only)
{
    (void)file, (void)is_data_only;
    return 0; /* memory is all there is */
}

/* An unchanged file of the image that lies there page by page. */
static void *map(struct file *file, int64_t pos, size_t len)
{
    struct node *node = node_of(file->inode);
    const struct erofs *image = tmpfs_of(file->inode)->lower;
    uint64_t size = (uint64_t)file->inode->size;
    const uint8_t *mem;
    uint64_t run;
    if (!node->lower || node->lower->base || node->pages ||
        node->lower->end < size || (uint64_t)pos >= size)
        return NULL;
    uint64_t want = size - (uint64_t)pos;
    if (want > len)
        want = len;
    if (erofs_map(image, &node->lower->image, (uint64_t)pos, &mem, &run) < 0 ||
        !mem || run < want || (uintptr_t)mem % PAGE_SIZE)
        return NULL;
    /* The rest of the last page must be zero, and the image's. */
    uint64_t end = (want + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    if (len > end || (uint64_t)(mem - image->base) + end > image->size)
        return NULL;
    for (uint64_t at = want; at < end; at++)
        if (mem[at] && at >= size - (uint64_t)pos)
            return NULL;
    return (void *)(uintptr_t)mem;
}

/* Page idx is at `to` from now on, which is zero. */
static int move_page(struct node *node, uint64_t idx, char *to)
{
    struct tmpfs *fs = tmpfs_of(&node->inode);
    void **slot = slot_of(node, idx);
    if (!slot)
        return -LINUX_ENOMEM;
    if (*slot) {
        memcpy(to, *slot, PAGE_SIZE);
        free_page(fs, *slot);
    } else {
        int rc = fill_lower(node, to, idx * PAGE_SIZE, PAGE_SIZE);
        if (rc < 0)
            return rc;
        node->inode.blocks += (int64_t)(PAGE_SIZE / 512);
    }
    *slot = to;
    fs->page_count++;
    return 0;
}

/* All pages are the file's own: moving them does not block then. */
static int own_pages(struct node *node, uint64_t first, uint64_t count)
{
    bool is_done = !node->lower || !node->lower->base;
    while (!is_done) {
        is_done = true;
        for (uint64_t i = 0; i < count; i++) {
            char *page;
            if (find_page(node, first + i))
                continue;
            is_done = false; /* others may have run: look again */
            int rc = own_page(node, first + i, false, &page);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

/* The file's own pages, moved to where they lie one behind the other. */
static int map_shared(struct file *file, int64_t pos, size_t len, void **mem)
{
    struct node *node = node_of(file->inode);
    uint64_t first = (uint64_t)pos / PAGE_SIZE, count = len / PAGE_SIZE;
    int own = own_pages(node, first, count);
    if (own < 0)
        return own;
    char *start = find_page(node, first);
    bool is_together = start, is_held = false;
    for (uint64_t i = 0; i < count; i++) {
        char *page = find_page(node, first + i);
        is_together = is_together && page == start + i * PAGE_SIZE;
        is_held |= page && is_mapped(page);
    }
    *mem = start;
    if (is_together)
        return 0;
    if (is_held) /* by a mapping that cannot grow where it lies */
        return -LINUX_ENOMEM;
    start =
        has_room(tmpfs_of(&node->inode), len) ? arena_alloc(len, true) : NULL;
    if (!start)
        return -LINUX_ENOMEM;
    tmpfs_pin(node);
    for (uint64_t i = 0; i < count; i++) {
        int rc = move_page(node, first + i, start + i * PAGE_SIZE);
        if (rc < 0) {
            arena_free(start + i * PAGE_SIZE, len - i * PAGE_SIZE);
            return rc;
        }
    }
    *mem = start;
    return 0;
}

/* The pages are the file's still; those past its end were for the mapping. */
static void unmap_shared(struct file *file, int64_t pos, size_t len, void *mem)
{
    struct node *node = node_of(file->inode);
    (void)mem;
    for (uint64_t at = (uint64_t)pos; len; len -= PAGE_SIZE, at += PAGE_SIZE)
        if (at >= (uint64_t)file->inode->size)
            drop_page(node, at / PAGE_SIZE);
}

const struct file_ops tmpfs_file_ops = {
    .read = read,
    .write = write,
    .seek = seek,
    .fallocate = fallocate,
    .sync = sync,
    .map = map,
    .map_shared = map_shared,
    .unmap_shared = unmap_shared,
    .name = "file",
};
