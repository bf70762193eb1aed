/* SPDX-License-Identifier: Apache-2.0 */
/* Small things of POSIX, BSD and GNU that newlib leaves out. */
#include <libgen.h>
#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ipc.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "libc.h"

char *__xpg_basename(char *path)
{
    if (!path || !*path)
        return (char *)".";
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        path[--len] = 0;
    char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

char *dirname(char *path)
{
    if (!path || !*path)
        return (char *)".";
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 0 && path[len - 1] != '/')
        len--;
    if (len == 0)
        return (char *)".";
    while (len > 1 && path[len - 1] == '/')
        len--;
    path[len] = 0;
    return path;
}

char *getlogin(void)
{
    return getenv("LOGNAME");
}

int getlogin_r(char *name, size_t len)
{
    const char *login = getlogin();
    if (!login)
        return ENXIO;
    if (strlen(login) >= len)
        return ERANGE;
    strcpy(name, login);
    return 0;
}

char *getpass(const char *prompt)
{
    static char password[128];
    struct termios saved, quiet;
    bool is_tty = tcgetattr(STDIN_FILENO, &saved) == 0;

    fputs(prompt, stderr);
    fflush(stderr);
    if (is_tty) {
        quiet = saved;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    char *line = fgets(password, sizeof password, stdin);
    if (is_tty) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
        fputc('\n', stderr);
    }
    if (!line)
        return NULL;
    password[strcspn(password, "\n")] = 0;
    return password;
}

void *lfind(const void *key, const void *base, size_t *count, size_t size,
            int (*compare)(const void *, const void *))
{
    for (size_t i = 0; i < *count; i++) {
        const char *p = (const char *)base + i * size;
        if (compare(key, p) == 0)
            return (void *)p;
    }
    return NULL;
}

void *lsearch(const void *key, void *base, size_t *count, size_t size,
              int (*compare)(const void *, const void *))
{
    void *found = lfind(key, base, count, size, compare);
    if (found)
        return found;
    return memcpy((char *)base + (*count)++ * size, key, size);
}

struct queue_element {
    struct queue_element *next, *prev;
};

void insque(void *element, void *after)
{
    struct queue_element *e = element, *a = after;
    e->next = a ? a->next : NULL;
    e->prev = a;
    if (a)
        a->next = e;
    if (e->next)
        e->next->prev = e;
}

void remque(void *element)
{
    struct queue_element *e = element;
    if (e->next)
        e->next->prev = e->prev;
    if (e->prev)
        e->prev->next = e->next;
}

key_t ftok(const char *path, int id)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return -1;
    return (key_t)((st.st_ino & 0xffff) | (st.st_dev & 0xff) << 16 |
                   (unsigned)id << 24);
}

unsigned long getauxval(unsigned long type)
{
    switch (type) {
    case AT_PAGESZ:
        return 4096;
    case AT_CLKTCK:
        return 100;
    case AT_UID:
        return getuid();
    case AT_EUID:
        return geteuid();
    case AT_GID:
        return getgid();
    case AT_EGID:
        return getegid();
    case AT_SECURE:
        return 0;
    default:
        errno = ENOENT;
        return 0;
    }
}

int getloadavg(double averages[], int count)
{
    struct linux_sysinfo info;
    if (count < 0 || sys_sysinfo(&info) < 0)
        return -1;
    if (count > 3)
        count = 3;
    for (int i = 0; i < count; i++)
        averages[i] = (double)info.loads[i] / 65536;
    return count;
}

int tgkill(pid_t group, pid_t thread, int sig)
{
    (void)group;
    return (int)libc_result(sys_tkill(thread, sig));
}

wchar_t *wcschrnul(const wchar_t *text, wchar_t c)
{
    while (*text && *text != c)
        text++;
    return (wchar_t *)text;
}

/* "name=value,name": *at moves on; an unknown one is wholly the value. */
int getsubopt(char **at, char *const *names, char **value)
{
    char *start = *at, *end = strchrnul(start, ',');
    char *equals = memchr(start, '=', (size_t)(end - start));
    size_t len = (size_t)((equals ? equals : end) - start);

    *at = *end ? end + 1 : end;
    *end = 0;
    for (int i = 0; names[i]; i++) {
        if (strncmp(names[i], start, len) != 0 || names[i][len])
            continue;
        *value = equals ? equals + 1 : NULL;
        return i;
    }
    *value = start;
    return -1;
}
