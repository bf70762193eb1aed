/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for several files: man 2 poll, man 2 select. */
#include "poll.h"
#include "arena.h"
#include "enter.h"
#include "libos.h"
#include "sys.h"
#include "user.h"

static void fire(struct wait_node *node)
{
    struct poll_link *link = container_of(node, struct poll_link, node);
    link->set->fire(link->set);
}

static struct poll_link *new_link(struct poll_set *set)
{
    if (set->count < POLL_FIRST)
        return &set->first[set->count++];
    unsigned idx = (set->count - POLL_FIRST) % POLL_CHUNK;
    if (idx == 0) {
        struct poll_chunk *chunk = kalloc(sizeof *chunk);
        if (!chunk)
            return NULL;
        chunk->next = set->chunks;
        set->chunks = chunk;
    }
    set->count++;
    return &set->chunks->links[idx];
}

void poll_add(struct poll_set *set, struct waitq *queue)
{
    if (!set || !queue)
        return;
    struct poll_link *link = new_link(set);
    if (!link) {
        set->error = -LINUX_ENOMEM;
        return;
    }
    link->queue = queue;
    link->set = set;
    if (set->fire)
        wait_watch(queue, &link->node, fire);
    else
        wait_add(queue, &link->node);
}

void poll_end(struct poll_set *set)
{
    unsigned first = set->count < POLL_FIRST ? set->count : POLL_FIRST;
    for (unsigned i = 0; i < first; i++)
        wait_remove(set->first[i].queue, &set->first[i].node);
    unsigned used = set->count > POLL_FIRST
                        ? (set->count - POLL_FIRST - 1) % POLL_CHUNK + 1
                        : 0;
    while (set->chunks) {
        struct poll_chunk *chunk = set->chunks;
        for (unsigned i = 0; i < used; i++)
            wait_remove(chunk->links[i].queue, &chunk->links[i].node);
        used = POLL_CHUNK; /* only the newest is not full */
        set->chunks = chunk->next;
        kfree(chunk);
    }
    set->count = 0;
}

unsigned poll_file(struct file *file, struct poll_set *set, unsigned events)
{
    unsigned ready = LINUX_POLLIN | LINUX_POLLOUT;
    if (file->ops->poll)
        ready = file->ops->poll(file, set);
    if (ready & LINUX_POLLIN)
        ready |= LINUX_POLLRDNORM;
    if (ready & LINUX_POLLOUT)
        ready |= LINUX_POLLWRNORM;
    return ready & (events | LINUX_POLLERR | LINUX_POLLHUP);
}

struct watch {
    struct file *file; /* a reference, or NULL: nothing to ask */
    unsigned events, revents;
};

/* How many are ready. */
static long look(struct watch *list, size_t count, struct poll_set *set)
{
    long ready = 0;
    for (size_t i = 0; i < count; i++) {
        struct watch *w = &list[i];
        if (w->file)
            w->revents = poll_file(w->file, set, w->events);
        ready += w->revents != 0;
    }
    return ready;
}

static long wait_for(struct watch *list, size_t count, int64_t deadline_ns,
                     bool may_wait)
{
    struct poll_set set = {0};
    long ready = look(list, count, NULL);
    if (ready || !may_wait)
        return ready;
    ready = look(list, count, &set);
    int rc = set.error;
    while (!ready && rc == 0) {
        rc = wait_sleep(deadline_ns);
        ready = look(list, count, NULL);
    }
    poll_end(&set);
    if (ready || rc == -LINUX_ETIMEDOUT)
        return ready;
    return rc;
}

static void put_all(struct watch *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].file)
            file_put(list[i].file);
}

/* The timeout as a deadline; *may_wait false for zero. */
static int get_deadline(const struct linux_timespec *user, int64_t *deadline_ns,
                        bool *may_wait)
{
    struct linux_timespec ts;
    *deadline_ns = WAIT_FOREVER;
    *may_wait = true;
    if (!user)
        return 0;
    if (user_copy(&ts, user, sizeof ts) < 0)
        return -LINUX_EFAULT;
    if (!time_is_valid(&ts))
        return -LINUX_EINVAL;
    int64_t ns = time_to_ns(&ts);
    *may_wait = ns > 0;
    if (*may_wait)
        *deadline_ns = time_deadline(ns);
    return 0;
}

static int push_mask(const uint64_t *user)
{
    uint64_t mask;
    if (!user)
        return 0;
    if (user_copy(&mask, user, sizeof mask) < 0)
        return -LINUX_EFAULT;
    signal_mask_push(mask);
    return 0;
}

#define ON_STACK 8u

static long do_poll(struct linux_pollfd *fds, unsigned count,
                    int64_t deadline_ns, bool may_wait)
{
    struct watch few[ON_STACK] = {0}, *list = few;
    if (count > ON_STACK && !(list = kalloc(count * sizeof *list)))
        return -LINUX_ENOMEM;
    long rc = 0;
    unsigned got = 0;
    for (; got < count && rc == 0; got++) {
        struct linux_pollfd fd;
        rc = user_copy(&fd, &fds[got], sizeof fd);
        struct watch *w = &list[got];
        *w = (struct watch){0};
        if (rc < 0 || fd.fd < 0)
            continue;
        w->events = (uint16_t)fd.events;
        w->file = fd_get_io(fd.fd);
        if (!w->file)
            w->revents = LINUX_POLLNVAL;
    }
    if (rc == 0)
        rc = wait_for(list, count, deadline_ns, may_wait);
    for (unsigned i = 0; i < count && rc >= 0; i++) {
        int16_t revents = (int16_t)list[i].revents;
        if (user_copy(&fds[i].revents, &revents, sizeof revents) < 0)
            rc = -LINUX_EFAULT;
    }
    put_all(list, got);
    if (list != few)
        kfree(list);
    return rc;
}

long sys_ppoll(struct linux_pollfd *fds, unsigned count,
               const struct linux_timespec *timeout, const uint64_t *sigmask)
{
    LIBOS_CALL();
    int64_t deadline_ns;
    bool may_wait;
    if (count > FD_LIMIT_MAX)
        return -LINUX_EINVAL;
    int rc = get_deadline(timeout, &deadline_ns, &may_wait);
    if (rc == 0)
        rc = push_mask(sigmask);
    return rc < 0 ? rc : do_poll(fds, count, deadline_ns, may_wait);
}

#define IN_EVENTS                                                              \
    (LINUX_POLLIN | LINUX_POLLRDNORM | LINUX_POLLRDBAND | LINUX_POLLHUP |      \
     LINUX_POLLERR)
#define OUT_EVENTS (LINUX_POLLOUT | LINUX_POLLWRNORM | LINUX_POLLERR)
#define BITS 64u

struct fd_sets {
    size_t words;
    unsigned long *user[3]; /* in, out, ex; or NULL */
    struct watch *list;     /* one for each descriptor */
};

static const unsigned set_events[3] = {IN_EVENTS, OUT_EVENTS, LINUX_POLLPRI};

static long read_sets(struct fd_sets *sets, size_t nfds)
{
    for (int k = 0; k < 3; k++) {
        for (size_t word = 0; sets->user[k] && word < sets->words; word++) {
            unsigned long bits;
            if (user_copy(&bits, &sets->user[k][word], sizeof bits) < 0)
                return -LINUX_EFAULT;
            for (; bits; bits &= bits - 1) {
                size_t fd = word * BITS + (size_t)__builtin_ctzl(bits);
                if (fd < nfds)
                    sets->list[fd].events |= set_events[k];
            }
        }
    }
    for (size_t fd = 0; fd < nfds; fd++) {
        if (!sets->list[fd].events)
            continue;
        sets->list[fd].file = fd_get_io((int)fd);
        if (!sets->list[fd].file)
            return -LINUX_EBADF;
    }
    return 0;
}

/* The number of bits set in all three. */
static long write_sets(struct fd_sets *sets, size_t nfds)
{
    long count = 0;
    for (int k = 0; k < 3; k++) {
        for (size_t word = 0; sets->user[k] && word < sets->words; word++) {
            unsigned long was, bits = 0;
            if (user_copy(&was, &sets->user[k][word], sizeof was) < 0)
                return -LINUX_EFAULT;
            for (; was; was &= was - 1) {
                size_t fd = word * BITS + (size_t)__builtin_ctzl(was);
                if (fd < nfds && (sets->list[fd].revents & set_events[k])) {
                    bits |= 1ul << (fd % BITS);
                    count++;
                }
            }
            if (user_copy(&sets->user[k][word], &bits, sizeof bits) < 0)
                return -LINUX_EFAULT;
        }
    }
    return count;
}

long sys_pselect6(int nfds, unsigned long *in, unsigned long *out,
                  unsigned long *ex, const struct linux_timespec *timeout,
                  const uint64_t *sigmask)
{
    LIBOS_CALL();
    int64_t deadline_ns;
    bool may_wait;
    if (nfds < 0)
        return -LINUX_EINVAL;
    size_t count = nfds < FD_LIMIT_MAX ? (size_t)nfds : FD_LIMIT_MAX;
    long rc = get_deadline(timeout, &deadline_ns, &may_wait);
    if (rc == 0)
        rc = push_mask(sigmask);
    if (rc < 0)
        return rc;
    struct fd_sets sets = {.words = (count + BITS - 1) / BITS,
                           .user = {in, out, ex}};
    sets.list = kalloc((count + 1) * sizeof *sets.list);
    if (!sets.list)
        return -LINUX_ENOMEM;
    rc = read_sets(&sets, count);
    if (rc == 0)
        rc = wait_for(sets.list, count, deadline_ns, may_wait);
    if (rc >= 0)
        rc = write_sets(&sets, count);
    put_all(sets.list, count);
    kfree(sets.list);
    return rc;
}
