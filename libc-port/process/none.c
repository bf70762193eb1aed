/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cannot be: there is one process, and nothing to run as another.
 * FAILS(...) is also what the documentation is made from.
 */
#include <dlfcn.h>
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
