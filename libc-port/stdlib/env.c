/* SPDX-License-Identifier: Apache-2.0 */
/* The environment. POSIX: what putenv is given becomes part of it. The array
 * is ours once it has grown; a program may replace `environ` at any time. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc.h"

static char **own; /* the array we allocated last */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static char **find(const char *name, size_t len)
{
    for (char **entry = environ; entry && *entry; entry++)
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
            return entry;
    return NULL;
}

char *getenv(const char *name)
{
    size_t len = strlen(name);
    if (len == 0)
        return NULL;
    char **entry = find(name, len);
    return entry ? *entry + len + 1 : NULL;
}

char *secure_getenv(const char *name)
{
    return getenv(name); /* nobody runs with another's rights */
}

/* With the lock held. */
static int set_entry(char *entry, size_t name_len)
{
    char **old = find(entry, name_len);
    size_t count = 0;
    if (old) {
        *old = entry;
        return 0;
    }
    while (environ && environ[count])
        count++;
    char **array =
        realloc(environ == own ? own : NULL, (count + 2) * sizeof *array);
    if (!array)
        return -1;
    if (environ != own && count > 0)
        memcpy(array, environ, count * sizeof *array);
    array[count] = entry;
    array[count + 1] = NULL;
    environ = own = array;
    return 0;
}

static bool is_name(const char *name)
{
    if (name && *name && !strchr(name, '='))
        return true;
    errno = EINVAL;
    return false;
}

int setenv(const char *name, const char *value, int overwrite)
{
    if (!is_name(name))
        return -1;
    size_t name_len = strlen(name), value_len = strlen(value);
    int rc = 0;
    (void)pthread_mutex_lock(&lock);
    if (overwrite || !find(name, name_len)) {
        char *entry = malloc(name_len + value_len + 2);
        rc = -1;
        if (entry) {
            memcpy(entry, name, name_len);
            entry[name_len] = '=';
            memcpy(entry + name_len + 1, value, value_len + 1);
            rc = set_entry(entry, name_len);
        }
    }
    (void)pthread_mutex_unlock(&lock);
    return rc;
}

int unsetenv(const char *name)
{
    if (!is_name(name))
        return -1;
    size_t len = strlen(name);
    char **entry;
    (void)pthread_mutex_lock(&lock);
    while ((entry = find(name, len)) != NULL)
        do
            entry[0] = entry[1];
        while (*entry++);
    (void)pthread_mutex_unlock(&lock);
    return 0;
}

int putenv(char *entry)
{
    const char *equals = strchr(entry, '=');
    if (!equals)
        return unsetenv(entry);
    (void)pthread_mutex_lock(&lock);
    int rc = set_entry(entry, (size_t)(equals - entry));
    (void)pthread_mutex_unlock(&lock);
    return rc;
}

int clearenv(void)
{
    static char *empty[1];
    environ = empty;
    return 0;
}

/* newlib's own uses. */
char *_getenv_r(struct _reent *reent, const char *name)
{
    (void)reent;
    return getenv(name);
}

char *_findenv(const char *name, int *offset)
{
    char **entry = find(name, strcspn(name, "="));
    if (!entry)
        return NULL;
    *offset = (int)(entry - environ);
    return strchr(*entry, '=') + 1;
}
