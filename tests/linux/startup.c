/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What linker script and start code owe a program before main: the order of
 * constructors, aligned thread-local storage, sets of a section's members,
 * functions chosen at start, the linker's symbols.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local _Alignas(512) char aligned[3] = {1, 2, 3};
static _Thread_local _Alignas(256) int zero;
static _Thread_local int small = 7;

static void __attribute__((constructor)) plain(void)
{
    puts("constructor");
}

static void __attribute__((constructor(102))) second(void)
{
    puts("constructor 102");
}

static void __attribute__((constructor(101))) first(void)
{
    puts("constructor 101");
}

static void __attribute__((destructor)) last(void)
{
    puts("destructor");
}

static void at_exit(void)
{
    puts("atexit");
}

static int member_1 __attribute__((section("members"), used)) = 1;
static int member_2 __attribute__((section("members"), used)) = 2;
extern int __start_members[], __stop_members[];
extern char __executable_start, etext, edata, end;

static int twice(int x)
{
    return 2 * x;
}

__attribute__((used)) static int (*choose(void))(int)
{
    return twice;
}
static int chosen(int x) __attribute__((ifunc("choose")));
int offered(int x) __attribute__((ifunc("choose")));

/* As code of -fPIC -fno-plt calls it. */
static int by_table(int x)
{
    int (*fn)(int);
    __asm__("movq offered@GOTPCREL(%%rip), %0" : "=r"(fn));
    return fn(x);
}

__attribute__((target_clones("avx2", "default"))) int sum(const int *n, int len)
{
    int total = 0;
    for (int i = 0; i < len; i++)
        total += n[i];
    return total;
}

static void *in_thread(void *arg)
{
    (void)arg;
    printf("tls %lu %lu %d %d %d\n", (uintptr_t)aligned % 512,
           (uintptr_t)&zero % 256, aligned[2], zero, small);
    small = 8;
    return NULL;
}

int main(void)
{
    static const int numbers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    pthread_t thread;

    atexit(at_exit);
    in_thread(NULL);
    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
    printf("members %ld %d\n", (long)(__stop_members - __start_members),
           member_1 + member_2);
    printf("chosen %d %d\n", chosen(21), by_table(21));
    printf("sum %d\n", sum(numbers, 9));
    printf("in order %d\n",
           &__executable_start < &etext && &etext < &edata && &edata <= &end);
    return 0;
}
