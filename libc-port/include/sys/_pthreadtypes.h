/* SPDX-License-Identifier: Apache-2.0 */
/* The types of <pthread.h>, which <sys/types.h> too must declare. Sizes are
 * glibc's on x86-64; all-zero is a valid static initialiser of each. */
#ifndef _SYS__PTHREADTYPES_H_
#define _SYS__PTHREADTYPES_H_

#include <sys/sched.h>

typedef unsigned long pthread_t;
typedef unsigned int pthread_key_t;
typedef int pthread_once_t;
typedef volatile int pthread_spinlock_t;

typedef struct {
    unsigned long __stack_size; /* bytes; 0: the default */
    unsigned long __guard_size;
    void *__stack_addr; /* lowest byte; NULL: allocated */
    int __flags;        /* bit 0: detached, 1: explicit sched, 2: guard set */
    int __policy;
    int __priority;
    int __pad[5];
} pthread_attr_t;

typedef struct __pthread_mutex {
    unsigned int __word;  /* 0 free, 1 taken, 2 taken with waiters */
    int __kind;           /* type | flags, see pthread.h */
    unsigned int __owner; /* tid; 0: none or not tracked */
    unsigned int __depth; /* recursive: times taken minus 1 */
    struct {
        struct __pthread_mutex *__next; /* on its owner's list */
        unsigned long __pad[2];
    } __robust;
} pthread_mutex_t;

typedef struct {
    int __kind;
} pthread_mutexattr_t;

typedef struct {
    unsigned int __seq;     /* futex word: changes with every wake-up */
    unsigned int __waiters; /* threads in wait */
    int __clock;
    int __pad0;
    unsigned long __pad[4];
} pthread_cond_t;

typedef struct {
    int __clock;
} pthread_condattr_t;

typedef struct {
    unsigned int __state;   /* readers, or __RW_WRITER */
    unsigned int __waiters; /* threads asleep */
    unsigned int __seq;     /* futex word */
    unsigned int __writers_waiting;
    unsigned int __owner; /* tid of the writer */
    int __prefer_writer;
    unsigned long __pad[4];
} pthread_rwlock_t;

typedef struct {
    int __kind;
} pthread_rwlockattr_t;

typedef struct {
    unsigned int __needed;
    unsigned int __arrived;
    unsigned int __round; /* futex word */
    unsigned int __inside;
    unsigned long __pad[2];
} pthread_barrier_t;

typedef struct {
    int __shared;
} pthread_barrierattr_t;

#endif
