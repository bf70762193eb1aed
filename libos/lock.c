/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File locks: man 2 fcntl (of the process, and of an open file description)
 * and man 2 flock. All threads are one process, so its own locks never
 * conflict with each other; those of open file descriptions do.
 */
#include "arena.h"
#include "user.h"
#include "vfs.h"

struct lock {
    struct lock *next;
    const void *owner;  /* a struct file, or &process */
    int16_t type;       /* LINUX_F_RDLCK, LINUX_F_WRLCK */
    int64_t start, end; /* last byte, inclusive */
};

struct locks {
    struct lock *ranges; /* fcntl */
    struct lock *whole;  /* flock */
    struct waitq freed;
};

static const char process = 0;

static struct locks *locks_of(struct inode *inode)
{
    if (!inode->locks)
        inode->locks = kalloc(sizeof *inode->locks);
    return inode->locks;
}

static struct lock *conflict(struct lock *list, const struct lock *want)
{
    for (struct lock *l = list; l; l = l->next)
        if (l->owner != want->owner && l->start <= want->end &&
            l->end >= want->start &&
            (l->type == LINUX_F_WRLCK || want->type == LINUX_F_WRLCK))
            return l;
    return NULL;
}

static bool touches(const struct lock *l, const struct lock *want)
{
    bool ends_before = l->end < want->start &&
                       (l->type != want->type || l->end + 1 < want->start);
    bool starts_after = l->start > want->end &&
                        (l->type != want->type || l->start - 1 > want->end);
    return l->owner == want->owner && !ends_before && !starts_after;
}

/* Cuts [want->start, want->end] out of l; what is left behind it goes to
 * *spare. True if nothing is left of l. */
static bool cut(struct lock *l, const struct lock *want, struct lock **spare)
{
    bool has_tail = l->end > want->end;
    if (l->start < want->start) {
        if (has_tail) {
            struct lock *tail = *spare;
            *spare = NULL;
            *tail = *l;
            tail->start = want->end + 1;
            l->next = tail;
        }
        l->end = want->start - 1;
        return false;
    }
    if (has_tail)
        l->start = want->end + 1;
    return !has_tail;
}

/* The owner's locks over the range become `want` (or none: F_UNLCK). */
static int apply(struct lock **list, struct lock want)
{
    struct lock *mine = kalloc(sizeof *mine), *spare = kalloc(sizeof *spare);
    if (!mine || !spare) {
        kfree(mine);
        kfree(spare);
        return -LINUX_ENOLCK;
    }
    for (struct lock **at = list; *at;) {
        struct lock *l = *at;
        bool is_gone = false;
        if (touches(l, &want) && l->type == want.type) {
            want.start = l->start < want.start ? l->start : want.start;
            want.end = l->end > want.end ? l->end : want.end;
            is_gone = true;
        } else if (touches(l, &want)) {
            is_gone = cut(l, &want, &spare);
        }
        if (is_gone) {
            *at = l->next;
            kfree(l);
        } else {
            at = &l->next;
        }
    }
    if (want.type == LINUX_F_UNLCK) {
        kfree(mine);
    } else {
        *mine = want;
        mine->next = *list;
        *list = mine;
    }
    kfree(spare);
    return 0;
}

/* The lock a struct flock asks for: man 2 fcntl, l_whence. */
static int to_lock(struct file *file, const struct linux_flock *flock,
                   struct lock *lock)
{
    int64_t base = 0, start;
    if (flock->whence == LINUX_SEEK_CUR)
        base = file->pos;
    else if (flock->whence == LINUX_SEEK_END)
        base = file->inode->size;
    else if (flock->whence != LINUX_SEEK_SET)
        return -LINUX_EINVAL;
    if (__builtin_add_overflow(base, flock->start, &start))
        return -LINUX_EOVERFLOW;
    lock->type = flock->type;
    lock->start = start;
    lock->end = INT64_MAX;
    if (flock->len > 0 &&
        __builtin_add_overflow(start, flock->len - 1, &lock->end))
        return -LINUX_EOVERFLOW;
    if (flock->len < 0) {
        lock->end = start - 1;
        if (start < 0 || __builtin_add_overflow(start, flock->len, &start))
            return -LINUX_EINVAL;
        lock->start = start;
    }
    if (lock->start < 0)
        return -LINUX_EINVAL;
    if (flock->type != LINUX_F_RDLCK && flock->type != LINUX_F_WRLCK &&
        flock->type != LINUX_F_UNLCK)
        return -LINUX_EINVAL;
    return 0;
}

/* What is left of the guest's locks in a range, for those that others see:
 * all of it is taken back, then what is held is taken again. */
static void tell_others(struct inode *inode, bool is_flock, int64_t start,
                        int64_t end)
{
    if (!inode->ops->lock)
        return;
    (void)inode->ops->lock(inode, LINUX_F_UNLCK, start, end, is_flock);
    const struct locks *locks = inode->locks;
    const struct lock *l = is_flock ? locks->whole : locks->ranges;
    for (; l; l = l->next)
        if (l->start <= end && l->end >= start)
            (void)inode->ops->lock(inode, l->type, l->start, l->end, is_flock);
}

static long get_lock(struct inode *inode, const struct lock *want,
                     struct linux_flock *flock, struct linux_flock *user)
{
    const struct locks *locks = inode->locks;
    const struct lock *found = conflict(locks->ranges, want);
    if (want->type == LINUX_F_UNLCK)
        return -LINUX_EINVAL;
    flock->type = LINUX_F_UNLCK;
    if (found) {
        flock->type = found->type;
        flock->whence = LINUX_SEEK_SET;
        flock->start = found->start;
        flock->len =
            found->end == INT64_MAX ? 0 : found->end - found->start + 1;
        flock->pid = found->owner == &process ? 1 : -1;
    } else if (inode->ops->getlock) {
        flock->type = want->type;
        flock->whence = LINUX_SEEK_SET;
        flock->start = want->start;
        flock->len = want->end == INT64_MAX ? 0 : want->end - want->start + 1;
        int rc = inode->ops->getlock(inode, flock);
        if (rc < 0)
            return rc;
    }
    return user_copy(user, flock, sizeof *flock);
}

/* Others' locks are looked at again and again: nobody tells. */
#define RETRY_NS 20000000ll

/* 0 when nobody is in the way, neither here nor among others. */
static long claim(struct inode *inode, struct lock **list,
                  const struct lock *want, bool is_flock)
{
    if (conflict(*list, want))
        return -LINUX_EAGAIN;
    if (!inode->ops->lock)
        return 0;
    long rc =
        inode->ops->lock(inode, want->type, want->start, want->end, is_flock);
    if (rc == 0 && conflict(*list, want)) { /* while we asked */
        tell_others(inode, is_flock, want->start, want->end);
        return -LINUX_EAGAIN;
    }
    return rc;
}

static long set_lock(struct inode *inode, struct lock **list,
                     const struct lock *want, bool waits)
{
    struct locks *locks = inode->locks;
    bool is_flock = list == &locks->whole;
    bool is_unlock = want->type == LINUX_F_UNLCK;
    long rc = is_unlock ? 0 : claim(inode, list, want, is_flock);
    while (rc == -LINUX_EAGAIN && waits) {
        bool is_ours = conflict(*list, want);
        rc = wait_on(&locks->freed,
                     is_ours ? WAIT_FOREVER : time_now() + RETRY_NS);
        if (rc == -LINUX_EINTR)
            return rc;
        rc = claim(inode, list, want, is_flock);
    }
    if (rc < 0)
        return rc;
    rc = apply(list, *want);
    if (is_unlock)
        tell_others(inode, is_flock, want->start, want->end);
    wake_all(&locks->freed);
    return rc;
}

long lock_fcntl(struct file *file, int cmd, struct linux_flock *user)
{
    struct linux_flock flock;
    if (user_copy(&flock, user, sizeof flock) < 0)
        return -LINUX_EFAULT;
    if (!file->inode)
        return -LINUX_EINVAL;
    bool is_ofd = cmd >= LINUX_F_OFD_GETLK;
    if (is_ofd && flock.pid)
        return -LINUX_EINVAL;
    struct lock want = {.owner = is_ofd ? (const void *)file : &process};
    int rc = to_lock(file, &flock, &want);
    if (rc < 0)
        return rc;
    struct locks *locks = locks_of(file->inode);
    if (!locks)
        return -LINUX_ENOLCK;
    if (cmd == LINUX_F_GETLK || cmd == LINUX_F_OFD_GETLK)
        return get_lock(file->inode, &want, &flock, user);
    if ((want.type == LINUX_F_RDLCK && !file_may_read(file)) ||
        (want.type == LINUX_F_WRLCK && !file_may_write(file)))
        return -LINUX_EBADF;
    file->has_locks = true;
    return set_lock(file->inode, &locks->ranges, &want,
                    cmd == LINUX_F_SETLKW || cmd == LINUX_F_OFD_SETLKW);
}

long lock_flock(struct file *file, int operation)
{
    static const int16_t types[] = {
        [LINUX_LOCK_SH] = LINUX_F_RDLCK,
        [LINUX_LOCK_EX] = LINUX_F_WRLCK,
        [LINUX_LOCK_UN] = LINUX_F_UNLCK,
    };
    int what = operation & ~LINUX_LOCK_NB;
    if (what != LINUX_LOCK_SH && what != LINUX_LOCK_EX && what != LINUX_LOCK_UN)
        return -LINUX_EINVAL;
    if (!file->inode)
        return -LINUX_EINVAL;
    struct locks *locks = locks_of(file->inode);
    if (!locks)
        return -LINUX_ENOLCK;
    struct lock want = {
        .owner = file, .type = types[what], .start = 0, .end = INT64_MAX};
    file->has_locks = true;
    return set_lock(file->inode, &locks->whole, &want,
                    !(operation & LINUX_LOCK_NB));
}

static void drop(struct inode *inode, bool is_flock, const void *owner)
{
    struct locks *locks = inode->locks;
    bool has_dropped = false;
    for (struct lock **at = is_flock ? &locks->whole : &locks->ranges; *at;) {
        struct lock *l = *at;
        if (l->owner != owner) {
            at = &l->next;
            continue;
        }
        *at = l->next;
        kfree(l);
        wake_all(&locks->freed);
        has_dropped = true;
    }
    if (has_dropped)
        tell_others(inode, is_flock, 0, INT64_MAX);
}

/* man 2 fcntl: closing any descriptor of a file drops the process's locks. */
void lock_close(struct file *file)
{
    if (file->inode && file->inode->locks)
        drop(file->inode, false, &process);
}

void lock_release_file(struct file *file)
{
    if (!file->inode || !file->inode->locks)
        return;
    drop(file->inode, false, file);
    drop(file->inode, true, file);
}

void lock_inode_free(struct inode *inode)
{
    ASSERT(!inode->locks->ranges && !inode->locks->whole);
    kfree(inode->locks);
    inode->locks = NULL;
}
