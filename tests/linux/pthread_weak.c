/* SPDX-License-Identifier: Apache-2.0 */
/* Weak references, as gnulib has them: who finds one finds all. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

#pragma weak pthread_mutexattr_gettype
#pragma weak pthread_mutex_lock
#pragma weak pthread_once
#pragma weak pthread_rwlock_init
#pragma weak pthread_rwlock_rdlock
#pragma weak pthread_rwlock_unlock
#pragma weak pthread_cond_init
#pragma weak pthread_cond_signal
#pragma weak pthread_key_create
#pragma weak pthread_setspecific
#pragma weak pthread_getspecific
#pragma weak pthread_create
#pragma weak pthread_join
#pragma weak pthread_self
#pragma weak pthread_attr_init
#pragma weak pthread_barrier_init
#pragma weak pthread_spin_lock
#pragma weak pthread_cancel
#pragma weak sem_init

static void first(void)
{
    puts("once");
}

static void *run(void *arg)
{
    return arg;
}

int main(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_rwlock_t lock;
    pthread_cond_t cond;
    pthread_key_t key;
    pthread_t thread;
    sem_t sem;
    void *result;

    if (!pthread_mutexattr_gettype)
        return 1;
    printf("%d\n", pthread_once(&once, first));
    printf("%d ", pthread_rwlock_init(&lock, NULL));
    printf("%d ", pthread_rwlock_rdlock(&lock));
    printf("%d\n", pthread_rwlock_unlock(&lock));
    printf("%d ", pthread_cond_init(&cond, NULL));
    printf("%d\n", pthread_cond_signal(&cond));
    printf("%d ", pthread_key_create(&key, NULL));
    printf("%d ", pthread_setspecific(key, &key));
    printf("%d\n", pthread_getspecific(key) == &key);
    printf("%d ", pthread_create(&thread, NULL, run, &sem));
    printf("%d ", pthread_join(thread, &result));
    printf("%d\n", result == &sem);
    printf("%d\n", sem_init(&sem, 0, 0));
    printf("%d\n", pthread_attr_init && pthread_barrier_init &&
                       pthread_spin_lock && pthread_cancel);
    return 0;
}
