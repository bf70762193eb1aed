/* SPDX-License-Identifier: Apache-2.0 */
/* Semaphores: the value is the futex word. Named ones live in this process,
 * the only one there is. */
#include <limits.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libc.h"

int sem_init(sem_t *sem, int shared, unsigned value)
{
    (void)shared;
    if (value > SEM_VALUE_MAX)
        return (int)libc_result(-EINVAL);
    *sem = (sem_t){.__value = value};
    return 0;
}

int sem_destroy(sem_t *sem)
{
    (void)sem;
    return 0;
}

int sem_trywait(sem_t *sem)
{
    uint32_t value = atomic_read(&sem->__value);
    while (value > 0) {
        uint32_t seen = atomic_cas(&sem->__value, value, value - 1);
        if (seen == value)
            return 0;
        value = seen;
    }
    return (int)libc_result(-EAGAIN);
}

static void stop_waiting(void *arg)
{
    atomic_add(arg, -1u);
}

static int wait(sem_t *sem, clockid_t clock, const struct timespec *deadline)
{
    int saved = errno;
    long rc = 0;

    pthread_testcancel();
    if (sem_trywait(sem) == 0)
        return 0;
    if (deadline && (deadline->tv_nsec < 0 || deadline->tv_nsec >= 1000000000))
        return (int)libc_result(-EINVAL);
    atomic_add(&sem->__waiters, 1);
    pthread_cleanup_push(stop_waiting, &sem->__waiters);
    while (sem_trywait(sem) < 0 && rc != -ETIMEDOUT && rc != -EINTR)
        rc = CANCEL_POINT(__libc_futex_wait(&sem->__value, 0, clock, deadline));
    pthread_cleanup_pop(1);
    if (rc == -ETIMEDOUT || rc == -EINTR) {
        if (sem_trywait(sem) < 0)
            return (int)libc_result(rc);
    }
    errno = saved;
    return 0;
}

int sem_wait(sem_t *sem)
{
    return wait(sem, 0, NULL);
}

int sem_timedwait(sem_t *sem, const struct timespec *deadline)
{
    return wait(sem, CLOCK_REALTIME, deadline);
}

int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *deadline)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return (int)libc_result(-EINVAL);
    return wait(sem, clock, deadline);
}

int sem_post(sem_t *sem)
{
    uint32_t value = atomic_read(&sem->__value), seen;
    do {
        if (value == SEM_VALUE_MAX)
            return (int)libc_result(-EOVERFLOW);
        seen = value;
        value = atomic_cas(&sem->__value, seen, seen + 1);
    } while (value != seen);
    if (atomic_read(&sem->__waiters))
        (void)__libc_futex_wake(&sem->__value, 1);
    return 0;
}

int sem_getvalue(sem_t *sem, int *value)
{
    *value = (int)atomic_read(&sem->__value);
    return 0;
}

struct named {
    struct named *next;
    int users;
    bool is_unlinked;
    sem_t sem;
    char name[];
};
static struct named *all_named;
static pthread_mutex_t named_lock = PTHREAD_MUTEX_INITIALIZER;

static struct named *find(const char *name)
{
    struct named *named = all_named;
    while (named && (named->is_unlinked || strcmp(named->name, name) != 0))
        named = named->next;
    return named;
}

static long check_name(const char **name)
{
    *name += strspn(*name, "/");
    if (!**name || strchr(*name, '/'))
        return -EINVAL;
    return strlen(*name) > NAME_MAX - 4 ? -ENAMETOOLONG : 0;
}

static struct named *make(const char *name, unsigned value)
{
    struct named *named = calloc(1, sizeof *named + strlen(name) + 1);
    if (!named)
        return NULL;
    named->sem.__value = value;
    strcpy(named->name, name);
    named->next = all_named;
    return all_named = named;
}

sem_t *sem_open(const char *name, int flags, ...)
{
    unsigned value = 0;
    long rc = check_name(&name);
    if (flags & O_CREAT) {
        va_list ap;
        va_start(ap, flags);
        (void)va_arg(ap, unsigned); /* the mode */
        value = va_arg(ap, unsigned);
        va_end(ap);
        if (rc == 0 && value > SEM_VALUE_MAX)
            rc = -EINVAL;
    }
    (void)pthread_mutex_lock(&named_lock);
    struct named *named = rc == 0 ? find(name) : NULL;
    if (rc == 0 && named && (flags & O_CREAT) && (flags & O_EXCL))
        rc = -EEXIST;
    if (rc == 0 && !named && !(flags & O_CREAT))
        rc = -ENOENT;
    if (rc == 0 && !named && !(named = make(name, value)))
        rc = -ENOMEM;
    if (rc == 0)
        named->users++;
    (void)pthread_mutex_unlock(&named_lock);
    return libc_result(rc) < 0 ? SEM_FAILED : &named->sem;
}

/* With named_lock held. */
static void drop(struct named *named)
{
    if (named->users > 0 || !named->is_unlinked)
        return;
    struct named **link = &all_named;
    while (*link != named)
        link = &(*link)->next;
    *link = named->next;
    free(named);
}

int sem_close(sem_t *sem)
{
    struct named *named =
        (struct named *)((char *)sem - offsetof(struct named, sem));
    (void)pthread_mutex_lock(&named_lock);
    named->users--;
    drop(named);
    (void)pthread_mutex_unlock(&named_lock);
    return 0;
}

int sem_unlink(const char *name)
{
    long rc = check_name(&name);
    (void)pthread_mutex_lock(&named_lock);
    struct named *named = rc == 0 ? find(name) : NULL;
    if (named) {
        named->is_unlinked = true;
        drop(named);
    }
    (void)pthread_mutex_unlock(&named_lock);
    return (int)libc_result(named ? 0 : -ENOENT);
}
