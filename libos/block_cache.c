/* SPDX-License-Identifier: Apache-2.0 */
/* The write-back cache of block devices: block_cache.h. */
#include "block_cache.h"
#include "arena.h"
#include "linux.h"

#define BUCKETS_MAX 4096u
#define GHOSTS 1024u
#define WINDOW_MAX 32u             /* pages read at once in sequence */
#define RUN_MAX 64u                /* pages written at once */
#define BITS_BLOCK (PAGE_SIZE * 8) /* pages that one block of bits is for */
#define GAP_MAX 64u     /* pages: a smaller gap is written too, for each */
#define SETTLE_MAX 256u /* durable write waits for the disk */

static struct {
    struct cache_page **buckets; /* with the first page */
    uint32_t bucket_count;
    uint32_t count, max; /* pages */
    struct cache_page *first, *last;
    char *run;        /* RUN_MAX pages to write; with the first need of it */
    char *ahead;      /* WINDOW_MAX pages read; likewise */
    uint64_t *ghosts; /* GHOSTS hashes of pages asked for once */
} cache;

void cache_init(size_t max_bytes)
{
    cache.max = (uint32_t)(max_bytes / PAGE_SIZE);
    if (cache.max < 64)
        cache.max = 64;
    cache.bucket_count = 64;
    while (cache.bucket_count < BUCKETS_MAX && cache.bucket_count < cache.max)
        cache.bucket_count *= 2;
}

static uint64_t hash(const struct blockdev *dev, uint64_t idx)
{
    return (idx + (uintptr_t)dev) * 0x9e3779b97f4a7c15ull;
}

static struct cache_page **bucket_of(const struct blockdev *dev, uint64_t idx)
{
    return &cache.buckets[hash(dev, idx) >> 40 & (cache.bucket_count - 1)];
}

static char *buffer(char **buf, unsigned pages)
{
    if (!*buf)
        *buf = arena_alloc(pages * PAGE_SIZE, false);
    return *buf;
}

/* Bytes of a page that the device has. */
static size_t page_len(const struct blockdev *dev, uint64_t idx)
{
    uint64_t left = dev->capacity - idx * PAGE_SIZE;
    return left < PAGE_SIZE ? left : PAGE_SIZE;
}

long cache_pread(struct blockdev *dev, void *buf, size_t len, uint64_t offset)
{
    size_t done = 0;
    while (done < len) {
        size_t part = len - done < UNI_IO_MAX ? len - done : UNI_IO_MAX;
        long rc = hc_pread(dev->device->handle, (char *)buf + done, part,
                           offset + done);
        if (rc == -LINUX_EINTR)
            continue;
        if (rc == 0)
            rc = -LINUX_EIO; /* the file behind it became shorter */
        if (rc < 0)
            return done ? (long)done : rc;
        done += (size_t)rc;
    }
    return (long)done;
}

long cache_pwrite(struct blockdev *dev, const void *buf, size_t len,
                  uint64_t offset, bool durably)
{
    uint32_t handle =
        durably ? dev->device->handle_durable : dev->device->handle;
    size_t done = 0;
    while (done < len) {
        size_t part = len - done < UNI_IO_MAX ? len - done : UNI_IO_MAX;
        long rc =
            hc_pwrite(handle, (const char *)buf + done, part, offset + done);
        if (rc == -LINUX_EINTR)
            continue;
        if (rc == 0)
            rc = -LINUX_EIO;
        if (rc < 0) {
            if (rc != -LINUX_EFAULT && !dev->error)
                dev->error = (int)rc;
            return done ? (long)done : rc;
        }
        done += (size_t)rc;
    }
    return (long)done;
}

static int pread_all(struct blockdev *dev, void *buf, size_t len,
                     uint64_t offset)
{
    long rc = cache_pread(dev, buf, len, offset);
    if (rc < 0)
        return (int)rc;
    return (size_t)rc == len ? 0 : -LINUX_EIO;
}

static int pwrite_all(struct blockdev *dev, const void *buf, size_t len,
                      uint64_t offset, bool durably)
{
    long rc = cache_pwrite(dev, buf, len, offset, durably);
    if (rc < 0)
        return (int)rc;
    return (size_t)rc == len ? 0 : -LINUX_EIO;
}

/* The word with a page's bit; made if `makes`, NULL without memory or bits. */
static uint64_t *loose_word(struct blockdev *dev, uint64_t idx, bool makes)
{
    if (!dev->loose) {
        uint64_t blocks = dev->capacity / (BITS_BLOCK * PAGE_SIZE) + 1;
        if (!makes || !(dev->loose = kalloc(blocks * sizeof *dev->loose)))
            return NULL;
    }
    uint64_t **block = &dev->loose[idx / BITS_BLOCK];
    if (!*block && (!makes || !(*block = arena_alloc(PAGE_SIZE, true))))
        return NULL;
    return &(*block)[idx % BITS_BLOCK / 64];
}

bool cache_set_loose(struct blockdev *dev, uint64_t from, uint64_t to)
{
    uint64_t idx = from / PAGE_SIZE, end = (to + PAGE_SIZE - 1) / PAGE_SIZE;
    for (; idx < end; idx++) {
        uint64_t *word = loose_word(dev, idx, true);
        if (!word)
            return false; /* too many bits do no harm */
        dev->loose_count += !(*word >> idx % 64 & 1);
        *word |= 1ull << idx % 64;
    }
    return true;
}

static void lru_remove(struct cache_page *page)
{
    if (page->prev)
        page->prev->next = page->next;
    else
        cache.first = page->next;
    if (page->next)
        page->next->prev = page->prev;
    else
        cache.last = page->prev;
}

static void lru_append(struct cache_page *page)
{
    page->prev = cache.last;
    page->next = NULL;
    if (cache.last)
        cache.last->next = page;
    else
        cache.first = page;
    cache.last = page;
}

static void set_clean(struct cache_page *page)
{
    if (page->is_dirty)
        page->dev->dirty_count--;
    page->is_dirty = false;
}

/* Off the hash and the list; the memory stays. */
static void take_out(struct cache_page *page)
{
    struct cache_page **at = bucket_of(page->dev, page->idx);
    while (*at != page)
        at = &(*at)->hash_next;
    *at = page->hash_next;
    lru_remove(page);
    set_clean(page);
    cache.count--;
}

static void put_in(struct cache_page *page, struct blockdev *dev, uint64_t idx)
{
    page->dev = dev;
    page->idx = idx;
    page->is_dirty = false;
    struct cache_page **bucket = bucket_of(dev, idx);
    page->hash_next = *bucket;
    *bucket = page;
    lru_append(page);
    cache.count++;
}

struct cache_page *cache_find(struct blockdev *dev, uint64_t idx)
{
    if (!cache.buckets)
        return NULL;
    struct cache_page *page = *bucket_of(dev, idx);
    while (page && (page->idx != idx || page->dev != dev))
        page = page->hash_next;
    return page;
}

bool cache_is_wanted(struct blockdev *dev, uint64_t idx)
{
    if (!cache.ghosts &&
        !(cache.ghosts = kalloc(GHOSTS * sizeof *cache.ghosts)))
        return true;
    uint64_t h = hash(dev, idx);
    uint64_t *ghost = &cache.ghosts[h >> 48 & (GHOSTS - 1)];
    bool is_wanted = *ghost == h;
    *ghost = h;
    return is_wanted;
}

void cache_set_dirty(struct cache_page *page)
{
    if (!page->is_dirty)
        page->dev->dirty_count++;
    page->is_dirty = true;
}

/* The dirty pages in a row around `page`: the first, and how many. */
static struct cache_page *find_run(struct cache_page *page, unsigned *count)
{
    struct cache_page *first = page, *other;
    unsigned before = 0, all = 1;
    while (before < RUN_MAX / 2 && first->idx > 0 &&
           (other = cache_find(page->dev, first->idx - 1)) && other->is_dirty) {
        first = other;
        before++;
    }
    all += before;
    while (all < RUN_MAX && (other = cache_find(page->dev, first->idx + all)) &&
           other->is_dirty)
        all++;
    *count = all;
    return first;
}

/* Writes the run that `page` belongs to; clean then. */
static int write_run(struct cache_page *page, bool durably)
{
    struct blockdev *dev = page->dev;
    unsigned count = 1;
    struct cache_page *first =
        buffer(&cache.run, RUN_MAX) ? find_run(page, &count) : page;
    uint64_t idx = first->idx, offset = idx * PAGE_SIZE;
    const char *data = first->data;
    size_t len = 0;
    for (unsigned i = 0; i < count; i++)
        len += page_len(dev, idx + i);
    if (count > 1) {
        for (unsigned i = 0; i < count; i++)
            memcpy(cache.run + i * PAGE_SIZE, cache_find(dev, idx + i)->data,
                   PAGE_SIZE);
        data = cache.run;
    }
    if (!durably)
        durably = !cache_set_loose(dev, offset, offset + len);
    int rc = pwrite_all(dev, data, len, offset, durably);
    for (unsigned i = 0; rc == 0 && i < count; i++) {
        struct cache_page *written = cache_find(dev, idx + i);
        ASSERT(written); /* nothing gives it up meanwhile */
        set_clean(written);
    }
    return rc;
}

/* The least recently used page that can go. One that cannot be written back
 * stays, and what is dirty of its device: other pages have to do. */
static int take_oldest(struct cache_page **out)
{
    const struct blockdev *stuck = NULL;
    int rc = -LINUX_ENOMEM;
    for (struct cache_page *page = cache.first; page; page = page->next) {
        if (page->is_dirty && page->dev == stuck)
            continue;
        rc = page->is_dirty ? write_run(page, false) : 0;
        if (rc == 0) {
            take_out(page);
            *out = page;
            return 0;
        }
        stuck = page->dev;
    }
    return rc;
}

/* A page to use anew: a fresh one, or one that was in use. */
static int new_page(struct cache_page **out)
{
    struct cache_page *page;
    if (!cache.buckets) {
        cache.buckets = kalloc(cache.bucket_count * sizeof *cache.buckets);
        if (!cache.buckets)
            return -LINUX_ENOMEM;
    }
    if (cache.count < cache.max && (page = kalloc(sizeof *page))) {
        page->data = arena_alloc(PAGE_SIZE, false);
        if (page->data) {
            *out = page;
            return 0;
        }
        kfree(page);
    }
    return take_oldest(out);
}

static void free_page(struct cache_page *page)
{
    arena_free(page->data, PAGE_SIZE);
    kfree(page);
}

/* How many pages from idx on to read at once: more when the reader goes on
 * where it left off. */
static unsigned window_at(struct blockdev *dev, uint64_t idx)
{
    uint64_t end = (dev->capacity + PAGE_SIZE - 1) / PAGE_SIZE;
    if (idx != dev->next_page)
        dev->window = 1;
    else if (dev->window < WINDOW_MAX)
        dev->window = dev->window < 2 ? 4 : dev->window * 2;
    unsigned count = 1;
    while (count < dev->window && idx + count < end &&
           !cache_find(dev, idx + count))
        count++;
    dev->next_page = idx + count;
    return count;
}

/* Pages idx + 1 ... from what was read; those that find no room in the
 * cache are left out. */
static void keep_ahead(struct blockdev *dev, uint64_t idx, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        struct cache_page *page;
        if (new_page(&page) < 0)
            return;
        memcpy(page->data, cache.ahead + i * PAGE_SIZE, PAGE_SIZE);
        put_in(page, dev, idx + i);
    }
}

static int read_in(struct blockdev *dev, uint64_t idx, struct cache_page *page)
{
    unsigned count = window_at(dev, idx);
    if (count == 1 || !buffer(&cache.ahead, WINDOW_MAX))
        return pread_all(dev, page->data, page_len(dev, idx), idx * PAGE_SIZE);
    uint64_t from = idx * PAGE_SIZE;
    uint64_t to = (idx + count) * PAGE_SIZE;
    if (to > dev->capacity)
        to = dev->capacity;
    int rc = pread_all(dev, cache.ahead, to - from, from);
    if (rc == 0)
        memcpy(page->data, cache.ahead, PAGE_SIZE);
    return rc;
}

int cache_get(struct blockdev *dev, uint64_t idx, bool is_whole,
              struct cache_page **out)
{
    struct cache_page *page = cache_find(dev, idx);
    if (page) {
        if (page != cache.last) {
            lru_remove(page);
            lru_append(page);
        }
        *out = page;
        return 0;
    }
    int rc = new_page(&page);
    if (rc < 0)
        return rc;
    uint64_t before = dev->next_page;
    if (!is_whole)
        rc = read_in(dev, idx, page);
    if (rc < 0) {
        free_page(page);
        return rc;
    }
    /* This page is not in the cache yet, so it is not what goes for them. */
    if (!is_whole && before == idx && dev->next_page > idx + 1 && cache.ahead)
        keep_ahead(dev, idx, (unsigned)(dev->next_page - idx));
    put_in(page, dev, idx);
    *out = page;
    return 0;
}

int cache_write_back(struct blockdev *dev, uint64_t from, uint64_t to)
{
    int rc = 0;
    uint64_t first = from / PAGE_SIZE;
    uint64_t end = to / PAGE_SIZE + (to % PAGE_SIZE != 0);
    if (end - first < cache.count) {
        for (uint64_t idx = first; dev->dirty_count && idx < end; idx++) {
            struct cache_page *page = cache_find(dev, idx);
            if (page && page->is_dirty && (rc = write_run(page, false)) < 0)
                return rc;
        }
        return 0;
    }
    for (struct cache_page *page = cache.first; page && dev->dirty_count;
         page = page->next)
        if (page->dev == dev && page->is_dirty && page->idx >= first &&
            page->idx < end && (rc = write_run(page, false)) < 0)
            return rc;
    return 0;
}

void cache_forget(struct blockdev *dev, uint64_t from, uint64_t to)
{
    uint64_t end = to / PAGE_SIZE + (to % PAGE_SIZE != 0);
    for (uint64_t idx = from / PAGE_SIZE; cache.count && idx < end; idx++) {
        struct cache_page *page = cache_find(dev, idx);
        if (!page)
            continue;
        take_out(page);
        free_page(page);
    }
}

/* The next loose page at or after idx, or `end`. */
static uint64_t next_loose(struct blockdev *dev, uint64_t idx, uint64_t end)
{
    while (idx < end) {
        uint64_t *word = loose_word(dev, idx, false);
        if (!word) {
            idx = (idx / BITS_BLOCK + 1) * BITS_BLOCK;
            continue;
        }
        uint64_t bits = *word & ~0ull << idx % 64;
        if (bits)
            return idx / 64 * 64 + (unsigned)__builtin_ctzll(bits);
        idx = (idx / 64 + 1) * 64;
    }
    return end;
}

static void clear_loose(struct blockdev *dev, uint64_t idx, uint64_t end)
{
    for (; idx < end; idx++) {
        uint64_t *word = loose_word(dev, idx, false);
        if (word && (*word >> idx % 64 & 1)) {
            *word &= ~(1ull << idx % 64);
            dev->loose_count--;
        }
    }
}

/* The pages [idx, end) once more, durably; their bytes come from the host,
 * which has all that is dirty by now. */
static int settle_run(struct blockdev *dev, uint64_t idx, uint64_t end,
                      char *buf)
{
    uint64_t from = idx * PAGE_SIZE, to = end * PAGE_SIZE;
    if (to > dev->capacity)
        to = dev->capacity;
    int rc = pread_all(dev, buf, to - from, from);
    if (rc == 0)
        rc = pwrite_all(dev, buf, to - from, from, true);
    if (rc == 0)
        clear_loose(dev, idx, end);
    return rc;
}

static int settle(struct blockdev *dev)
{
    if (!dev->loose_count)
        return 0;
    uint64_t pages = (dev->capacity + PAGE_SIZE - 1) / PAGE_SIZE;
    unsigned limit = SETTLE_MAX;
    char *buf = arena_alloc(limit * PAGE_SIZE, false);
    if (!buf) {
        limit = 1;
        buf = arena_alloc(PAGE_SIZE, false);
    }
    if (!buf)
        return -LINUX_ENOMEM;
    int rc = 0;
    uint64_t idx = 0;
    while (rc == 0 && dev->loose_count &&
           (idx = next_loose(dev, idx, pages)) < pages) {
        uint64_t end = idx + 1, next;
        while (end - idx < limit &&
               (next = next_loose(dev, end, pages)) < pages &&
               next - end <= GAP_MAX && next - idx < limit)
            end = next + 1;
        rc = settle_run(dev, idx, end, buf);
        idx = end;
    }
    arena_free(buf, limit * PAGE_SIZE);
    return rc;
}

#define FEW_PAGES 8u

int cache_flush(struct blockdev *dev)
{
    /* Each durable write waits for the disk. A few pages go there at once,
     * many first to the host, so that they can be put together. */
    bool is_few = dev->dirty_count <= FEW_PAGES;
    int rc = 0;
    for (struct cache_page *page = cache.first;
         page && dev->dirty_count && rc == 0; page = page->next)
        if (page->dev == dev && page->is_dirty)
            rc = write_run(page, is_few);
    if (rc == 0)
        rc = settle(dev);
    if (rc == 0)
        rc = dev->error; /* told once, also when it is over by now */
    dev->error = 0;
    return rc;
}
