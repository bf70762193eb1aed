/* SPDX-License-Identifier: Apache-2.0 */
/* Thread attributes. Guard areas are noted and not made: the memory map of
 * an image never changes, so nothing can be protected later. */
#include <limits.h>
#include <string.h>

#include "attr.h"
#include "libc.h"

size_t __libc_default_stack = STACK_DEFAULT;

int pthread_attr_init(pthread_attr_t *attr)
{
    *attr = (pthread_attr_t){.__guard_size = 4096};
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
    (void)attr;
    return 0;
}

static int set_flag(pthread_attr_t *attr, int flag, int value)
{
    if (value != 0 && value != 1)
        return EINVAL;
    attr->__flags = (attr->__flags & ~flag) | (value ? flag : 0);
    return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
    *state = attr->__flags & ATTR_DETACHED ? PTHREAD_CREATE_DETACHED
                                           : PTHREAD_CREATE_JOINABLE;
    return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
    return set_flag(attr, ATTR_DETACHED, state);
}

int pthread_attr_getguardsize(const pthread_attr_t *attr, size_t *size)
{
    *size = attr->__guard_size;
    return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size)
{
    attr->__guard_size = size;
    return 0;
}

int pthread_attr_getinheritsched(const pthread_attr_t *attr, int *inherit)
{
    *inherit = attr->__flags & ATTR_EXPLICIT ? PTHREAD_EXPLICIT_SCHED
                                             : PTHREAD_INHERIT_SCHED;
    return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attr, int inherit)
{
    return set_flag(attr, ATTR_EXPLICIT, inherit);
}

int pthread_attr_getschedparam(const pthread_attr_t *attr,
                               struct sched_param *param)
{
    param->sched_priority = attr->__priority;
    return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *attr,
                               const struct sched_param *param)
{
    int min = attr->__policy == SCHED_OTHER ? 0 : 1;
    int max = attr->__policy == SCHED_OTHER ? 0 : 99;
    if (param->sched_priority < min || param->sched_priority > max)
        return EINVAL;
    attr->__priority = param->sched_priority;
    return 0;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *attr, int *policy)
{
    *policy = attr->__policy;
    return 0;
}

int pthread_attr_setschedpolicy(pthread_attr_t *attr, int policy)
{
    if (policy != SCHED_OTHER && policy != SCHED_FIFO && policy != SCHED_RR)
        return EINVAL;
    attr->__policy = policy;
    return 0;
}

int pthread_attr_getscope(const pthread_attr_t *attr, int *scope)
{
    (void)attr;
    *scope = PTHREAD_SCOPE_SYSTEM;
    return 0;
}

int pthread_attr_setscope(pthread_attr_t *attr, int scope)
{
    (void)attr;
    if (scope == PTHREAD_SCOPE_PROCESS)
        return ENOTSUP;
    return scope == PTHREAD_SCOPE_SYSTEM ? 0 : EINVAL;
}

int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size)
{
    *size = attr->__stack_size ? attr->__stack_size : __libc_default_stack;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
    if (size < PTHREAD_STACK_MIN)
        return EINVAL;
    attr->__stack_size = size;
    return 0;
}

int pthread_attr_getstack(const pthread_attr_t *attr, void **addr, size_t *size)
{
    *addr = attr->__stack_addr;
    return pthread_attr_getstacksize(attr, size);
}

int pthread_attr_setstack(pthread_attr_t *attr, void *addr, size_t size)
{
    int rc = pthread_attr_setstacksize(attr, size);
    if (rc == 0)
        attr->__stack_addr = addr;
    return rc;
}

/* Old POSIX: the address is the stack's upper end, the size comes apart. */
int pthread_attr_getstackaddr(const pthread_attr_t *attr, void **addr)
{
    *addr = (char *)attr->__stack_addr + attr->__stack_size;
    return 0;
}

int pthread_attr_setstackaddr(pthread_attr_t *attr, void *addr)
{
    if (!attr->__stack_size)
        attr->__stack_size = __libc_default_stack;
    attr->__stack_addr = (char *)addr - attr->__stack_size;
    return 0;
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr)
{
    struct pthread *other = (struct pthread *)thread;
    *attr = (pthread_attr_t){
        .__stack_addr = other->stack,
        .__stack_size = other->stack_size,
        .__guard_size = other->guard_size,
        .__flags = other->join_state == JOIN_DETACHED ? ATTR_DETACHED : 0,
    };
    return 0;
}

int pthread_getattr_default_np(pthread_attr_t *attr)
{
    (void)pthread_attr_init(attr);
    attr->__stack_size = __libc_default_stack;
    return 0;
}

int pthread_setattr_default_np(const pthread_attr_t *attr)
{
    if (attr->__stack_addr)
        return EINVAL;
    if (attr->__stack_size)
        __libc_default_stack = attr->__stack_size;
    return 0;
}
