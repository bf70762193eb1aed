/* SPDX-License-Identifier: Apache-2.0 */
/* posix_spawn: there is nothing to run as another process. Preparing works,
 * so that programs get as far as hearing it. */
#include <spawn.h>
#include <string.h>

#include "libc.h"

int posix_spawn(pid_t *pid, const char *path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attr, char *const argv[],
                char *const envp[])
{
    (void)pid;
    (void)path;
    (void)actions;
    (void)attr;
    (void)argv;
    (void)envp;
    return ENOSYS;
}

int posix_spawnp(pid_t *pid, const char *file,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attr, char *const argv[],
                 char *const envp[])
{
    return posix_spawn(pid, file, actions, attr, argv, envp);
}

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
    actions->__count = 0;
    return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
    (void)actions;
    return 0;
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions,
                                      int fd)
{
    actions->__count++;
    return fd < 0 ? EBADF : 0;
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions,
                                     int fd, int to)
{
    actions->__count++;
    return fd < 0 || to < 0 ? EBADF : 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions,
                                     int fd, const char *path, int flags,
                                     mode_t mode)
{
    (void)path;
    (void)flags;
    (void)mode;
    actions->__count++;
    return fd < 0 ? EBADF : 0;
}

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions,
                                         const char *path)
{
    (void)path;
    actions->__count++;
    return 0;
}

int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions,
                                          int fd)
{
    actions->__count++;
    return fd < 0 ? EBADF : 0;
}

int posix_spawnattr_init(posix_spawnattr_t *attr)
{
    memset(attr, 0, sizeof *attr);
    return 0;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attr)
{
    (void)attr;
    return 0;
}

#define ATTRIBUTE(name, type, field)                                           \
    int posix_spawnattr_set##name(posix_spawnattr_t *attr, type value)         \
    {                                                                          \
        attr->field = value;                                                   \
        return 0;                                                              \
    }                                                                          \
    int posix_spawnattr_get##name(const posix_spawnattr_t *attr, type *value)  \
    {                                                                          \
        *value = attr->field;                                                  \
        return 0;                                                              \
    }
#define ATTRIBUTE_PTR(name, type, field)                                       \
    int posix_spawnattr_set##name(posix_spawnattr_t *attr, const type *value)  \
    {                                                                          \
        attr->field = *value;                                                  \
        return 0;                                                              \
    }                                                                          \
    int posix_spawnattr_get##name(const posix_spawnattr_t *attr, type *value)  \
    {                                                                          \
        *value = attr->field;                                                  \
        return 0;                                                              \
    }

ATTRIBUTE(flags, short, __flags)
ATTRIBUTE(pgroup, pid_t, __group)
ATTRIBUTE(schedpolicy, int, __policy)
ATTRIBUTE_PTR(schedparam, struct sched_param, __param)
ATTRIBUTE_PTR(sigdefault, sigset_t, __default)
ATTRIBUTE_PTR(sigmask, sigset_t, __mask)
