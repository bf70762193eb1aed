/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cannot be: there is one process, and nothing to run as another.
 * FAILS(...) is also what the documentation is made from.
 */
#include <dlfcn.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libc.h"

/* A function that only ever fails: its type, name, parameters, error. */
#define FAILS(type, name, params, error)                                       \
    type name params                                                           \
    {                                                                          \
        errno = (error);                                                       \
        return (type)-1;                                                       \
    }
#define UNUSED __attribute__((unused))

FAILS(pid_t, fork, (void), ENOSYS)
FAILS(pid_t, vfork, (void), ENOSYS)
FAILS(int, execl, (UNUSED const char *path, UNUSED const char *arg, ...),
      ENOSYS)
FAILS(int, execle, (UNUSED const char *path, UNUSED const char *arg, ...),
      ENOSYS)
FAILS(int, execlp, (UNUSED const char *file, UNUSED const char *arg, ...),
      ENOSYS)
FAILS(int, execv, (UNUSED const char *path, UNUSED char *const argv[]), ENOSYS)
FAILS(int, execve,
      (UNUSED const char *path, UNUSED char *const argv[],
       UNUSED char *const envp[]),
      ENOSYS)
FAILS(int, execvp, (UNUSED const char *file, UNUSED char *const argv[]), ENOSYS)
FAILS(int, execvpe,
      (UNUSED const char *file, UNUSED char *const argv[],
       UNUSED char *const envp[]),
      ENOSYS)
FAILS(int, fexecve,
      (UNUSED int fd, UNUSED char *const argv[], UNUSED char *const envp[]),
      ENOSYS)
FAILS(int, daemon, (UNUSED int keep_dir, UNUSED int keep_files), ENOSYS)
FAILS(int, pclose, (UNUSED FILE * stream), ECHILD)
FAILS(pid_t, wait, (UNUSED int *status), ECHILD)
FAILS(pid_t, waitpid,
      (UNUSED pid_t pid, UNUSED int *status, UNUSED int options), ECHILD)
FAILS(pid_t, wait3,
      (UNUSED int *status, UNUSED int options, UNUSED struct rusage *usage),
      ECHILD)
FAILS(pid_t, wait4,
      (UNUSED pid_t pid, UNUSED int *status, UNUSED int options,
       UNUSED struct rusage *usage),
      ECHILD)
FAILS(int, waitid,
      (UNUSED idtype_t type, UNUSED id_t id, UNUSED siginfo_t *info,
       UNUSED int options),
      ECHILD)
FAILS(int, acct, (UNUSED const char *path), ENOSYS)
FAILS(int, vhangup, (void), EPERM)
FAILS(int, sethostid, (UNUSED long id), EPERM)
FAILS(int, setdomainname, (UNUSED const char *name, UNUSED size_t len), EPERM)
FAILS(int, setlogin, (UNUSED const char *name), ENOSYS)
FAILS(int, memfd_create, (UNUSED const char *name, UNUSED unsigned flags),
      ENOSYS)
FAILS(int, mincore,
      (UNUSED void *addr, UNUSED size_t len, UNUSED unsigned char *vec), ENOSYS)

FILE *popen(const char *command, const char *mode)
{
    (void)command;
    (void)mode;
    errno = ENOSYS;
    return NULL;
}

/* No command processor: NULL asks for that, POSIX system(3). */
int system(const char *command)
{
    if (!command)
        return 0;
    errno = ENOSYS;
    return -1;
}

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

static bool dl_failed;

void *dlopen(const char *path, int mode)
{
    (void)path;
    (void)mode;
    dl_failed = true;
    return NULL;
}

void *dlsym(void *handle, const char *name)
{
    (void)handle;
    (void)name;
    dl_failed = true;
    return NULL;
}

int dlclose(void *handle)
{
    (void)handle;
    dl_failed = true;
    return -1;
}

int dladdr(const void *addr, Dl_info *info)
{
    (void)addr;
    (void)info;
    return 0;
}

char *dlerror(void)
{
    static char text[] = "no shared objects: the program is linked statically";
    bool had_failed = dl_failed;
    dl_failed = false;
    return had_failed ? text : NULL;
}

/* Preparing works; only the spawning itself says no. */
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

int posix_spawnattr_init(posix_spawnattr_t *attr)
{
    attr->__flags = 0;
    return 0;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attr)
{
    (void)attr;
    return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags)
{
    attr->__flags = flags;
    return 0;
}
