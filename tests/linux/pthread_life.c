/* SPDX-License-Identifier: Apache-2.0 */
/* Threads' lives: attributes, joining, detaching, keys, once, TLS, C11. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

static __thread int tls_zero;
static __thread int tls_set = 42;
static __thread char tls_text[32] = "template";
static _Alignas(64) __thread char tls_aligned[64];

static void *tls(void *arg)
{
    long n = (long)arg;
    printf("%d %d %s %d\n", tls_zero, tls_set, tls_text,
           (int)((uintptr_t)tls_aligned % 64));
    tls_zero = (int)n;
    tls_set += (int)n;
    snprintf(tls_text, sizeof tls_text, "thread %ld", n);
    sched_yield();
    printf("%d %d %s\n", tls_zero, tls_set, tls_text);
    return (void *)(n * n);
}

static void joining(void)
{
    for (long i = 1; i <= 3; i++) {
        pthread_t t;
        void *result;
        pthread_create(&t, NULL, tls, (void *)i);
        printf("%d", pthread_join(t, &result));
        printf(" %ld\n", (long)result);
    }
    printf("%d %d\n", tls_zero, tls_set);
    printf("%d\n", pthread_join(pthread_self(), NULL) == EDEADLK);
}

static atomic_int ended;

static void *detached(void *arg)
{
    (void)arg;
    atomic_fetch_add(&ended, 1);
    return NULL;
}

static void detaching(void)
{
    pthread_attr_t attr;
    pthread_t t;
    size_t size;
    int state;
    pthread_attr_init(&attr);
    pthread_attr_getdetachstate(&attr, &state);
    printf("%d", state == PTHREAD_CREATE_JOINABLE);
    printf(" %d", pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED));
    printf(" %d", pthread_attr_setstacksize(&attr, 100) == EINVAL);
    printf(" %d", pthread_attr_setstacksize(&attr, 64 << 10));
    pthread_attr_getstacksize(&attr, &size);
    printf(" %zu\n", size);
    for (int i = 0; i < 200; i++) {
        if (pthread_create(&t, &attr, detached, NULL) != 0) {
            printf("create failed\n");
            break;
        }
        if (i % 10 == 0)
            usleep(100);
    }
    pthread_create(&t, NULL, detached, NULL);
    pthread_detach(t);
    for (int i = 0; i < 2000 && ended < 201; i++)
        usleep(1000);
    printf("ended %d\n", (int)ended);
}

static void *own_stack(void *arg)
{
    char here;
    pthread_attr_t attr;
    void *addr;
    size_t size;
    pthread_getattr_np(pthread_self(), &attr);
    pthread_attr_getstack(&attr, &addr, &size);
    pthread_attr_destroy(&attr);
    printf("%d %d\n", &here > (char *)addr && &here < (char *)addr + size,
           arg ? addr == arg : 1);
    return NULL;
}

static void stacks(void)
{
    pthread_t t;
    pthread_attr_t attr;
    void *stack = aligned_alloc(64, 128 << 10);
    pthread_create(&t, NULL, own_stack, NULL);
    pthread_join(t, NULL);
    pthread_attr_init(&attr);
    printf("%d ", pthread_attr_setstack(&attr, stack, 128 << 10));
    pthread_create(&t, &attr, own_stack, stack);
    pthread_join(t, NULL);
    free(stack);
}

static pthread_key_t key_a, key_b;

static void destroy(void *value)
{
    printf("destroy %s\n", (char *)value);
}

static void destroy_again(void *value)
{
    static int rounds;
    printf("again %ld\n", (long)value);
    if (++rounds < 3)
        pthread_setspecific(key_b, (void *)((long)value + 1));
}

static void *with_keys(void *arg)
{
    printf("%p\n", pthread_getspecific(key_a));
    pthread_setspecific(key_a, arg);
    pthread_setspecific(key_b, (void *)1);
    printf("%s\n", (char *)pthread_getspecific(key_a));
    if (arg)
        pthread_exit("left");
    return NULL;
}

static void keys(void)
{
    pthread_t t;
    void *result;
    pthread_key_create(&key_a, destroy);
    pthread_key_create(&key_b, destroy_again);
    pthread_setspecific(key_a, "main's");
    pthread_create(&t, NULL, with_keys, "value");
    pthread_join(t, &result);
    printf("%s %s\n", (char *)result, (char *)pthread_getspecific(key_a));
    printf("%d", pthread_key_delete(key_a));
    printf(" %d\n", pthread_setspecific(key_a, "x") == EINVAL);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init(void)
{
    usleep(5000);
    printf("once\n");
}

static void *call_once_(void *arg)
{
    (void)arg;
    pthread_once(&once, init);
    return NULL;
}

static void onces(void)
{
    pthread_t t[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, call_once_, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
}

static void names(void)
{
    char name[16];
    printf("%d ", pthread_setname_np(pthread_self(), "worker"));
    pthread_getname_np(pthread_self(), name, sizeof name);
    printf("%s %d\n", name,
           pthread_setname_np(pthread_self(), "a name that is too long"));
    printf("%d\n", pthread_equal(pthread_self(), pthread_self()) != 0);
}

static mtx_t mtx;
static cnd_t cnd;
static int ready;
static thread_local int local = 5;

static int c11(void *arg)
{
    mtx_lock(&mtx);
    ready++;
    local += *(int *)arg;
    cnd_signal(&cnd);
    mtx_unlock(&mtx);
    return local;
}

static void c11_threads(void)
{
    thrd_t t;
    int arg = 37, result;
    printf("%d", mtx_init(&mtx, mtx_plain | mtx_recursive));
    printf(" %d", cnd_init(&cnd));
    mtx_lock(&mtx);
    mtx_lock(&mtx);
    mtx_unlock(&mtx);
    printf(" %d", thrd_create(&t, c11, &arg));
    while (!ready)
        cnd_wait(&cnd, &mtx);
    mtx_unlock(&mtx);
    printf(" %d", thrd_join(t, &result));
    printf(" %d %d\n", result, local);
    struct timespec ts = {0, 1000000};
    printf("%d\n", thrd_sleep(&ts, NULL));
}

static atomic_long sum;

static void *add(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100000; i++)
        atomic_fetch_add(&sum, 1);
    return NULL;
}

int main(void)
{
    joining();
    detaching();
    stacks();
    keys();
    onces();
    names();
    c11_threads();
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, add, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    printf("%ld\n", (long)sum);
    fflush(stdout);
    pthread_exit(NULL); /* the last thread: status 0 */
}
