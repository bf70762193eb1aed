/* SPDX-License-Identifier: Apache-2.0 */
/* Cgroups: the processes inside; see cgroup.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "runnc/cgroup.h"
#include "runnc/util.h"

#define PATH_SIZE 4096u
#define PIDS_MAX (16u << 20) /* bytes of a list of ids */
#define FREEZE_TRIES 1000u
#define FREEZE_WAIT_NS 2000000

static void file_of(char *name, const struct cgroup_dir *dir, const char *file)
{
    snprintf(name, PATH_SIZE, "%s/%s", dir->path, file);
}

/* The directory whose processes are the container's. */
static const struct cgroup_dir *any_dir(const struct cgroups *cgroups)
{
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "freezer");
    if (!dir)
        dir = cgroup_v2(cgroups);
    if (!dir && cgroups && cgroups->count)
        dir = &cgroups->dir[0];
    return dir;
}

int cgroup_pids(const struct cgroups *cgroups, pid_t **pids, size_t *count,
                struct err *err)
{
    const struct cgroup_dir *dir = any_dir(cgroups);
    char name[PATH_SIZE], *text;

    *pids = NULL;
    *count = 0;
    if (!dir)
        return 0;
    file_of(name, dir, "cgroup.procs");
    int len = file_read(AT_FDCWD, name, PIDS_MAX, &text, err);
    if (len < 0 && (err->code == ENOENT || err->code == ENODEV))
        return 0; /* systemd removes a scope's as soon as it is empty */
    if (len < 0)
        return err_wrap(err, "cgroups");
    *pids = calloc((size_t)len / 2 + 1, sizeof **pids);
    if (!*pids) {
        free(text);
        return err_set(err, ENOMEM, "cgroups");
    }
    for (char *at = text, *end; (end = strchr(at, '\n')); at = end + 1)
        (*pids)[(*count)++] = (pid_t)strtol(at, NULL, 10);
    free(text);
    return 0;
}

static bool has_word(const char *name, const char *word)
{
    struct err err;
    char *text;
    if (file_read(AT_FDCWD, name, PATH_SIZE, &text, &err) < 0)
        return false;
    bool has = strstr(text, word) != NULL;
    free(text);
    return has;
}

bool cgroup_is_frozen(const struct cgroups *cgroups)
{
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "freezer");
    char name[PATH_SIZE];
    if (dir) {
        file_of(name, dir, "freezer.state");
        return has_word(name, "FRO") || has_word(name, "FREEZ");
    }
    dir = cgroup_v2(cgroups);
    if (!dir)
        return false;
    file_of(name, dir, "cgroup.freeze");
    return has_word(name, "1");
}

int cgroup_freeze(const struct cgroups *cgroups, bool is_frozen,
                  struct err *err)
{
    const struct timespec pause = {.tv_nsec = FREEZE_WAIT_NS};
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "freezer");
    char name[PATH_SIZE], events[PATH_SIZE];
    bool is_v1 = dir != NULL;

    if (!dir)
        dir = cgroup_v2(cgroups);
    if (!dir)
        return err_refuse(err, "cannot %s without a cgroup",
                          is_frozen ? "pause" : "resume");
    file_of(name, dir, is_v1 ? "freezer.state" : "cgroup.freeze");
    file_of(events, dir, is_v1 ? "freezer.state" : "cgroup.events");
    const char *text = is_v1       ? is_frozen ? "FROZEN" : "THAWED"
                       : is_frozen ? "1"
                                   : "0";
    const char *done = is_v1 ? text : is_frozen ? "frozen 1" : "frozen 0";
    for (unsigned i = 0; i < FREEZE_TRIES; i++) {
        if (i)
            (void)nanosleep(&pause, NULL); /* shorter is fine */
        /* Version 1 may need to be asked again for tasks just forked. */
        if ((i == 0 || is_v1) && file_write(AT_FDCWD, name, text, err) < 0)
            return err_wrap(err, "cgroups");
        if (has_word(events, done))
            return 0;
    }
    if (is_frozen)
        (void)file_write(AT_FDCWD, name, is_v1 ? "THAWED" : "0", err);
    return err_say(err, ETIMEDOUT, "cgroups: %s: not %s within %u s", name,
                   text, FREEZE_TRIES * (FREEZE_WAIT_NS / 1000) / 1000000);
}

int cgroup_kill(const struct cgroups *cgroups, int sig, struct err *err)
{
    const struct cgroup_dir *unified = cgroup_v2(cgroups);
    char name[PATH_SIZE];
    struct err ignored;

    if (unified && sig == SIGKILL) {
        file_of(name, unified, "cgroup.kill"); /* Linux 5.14 */
        if (file_write(AT_FDCWD, name, "1", err) == 0) {
            if (cgroup_v1(cgroups, "freezer"))
                (void)cgroup_freeze(cgroups, false, &ignored);
            return 0;
        }
    }
    bool was_frozen = cgroup_is_frozen(cgroups);
    bool is_held = !was_frozen && cgroup_freeze(cgroups, true, &ignored) == 0;
    pid_t *pids;
    size_t count;
    int rc = cgroup_pids(cgroups, &pids, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++)
        if (kill(pids[i], sig) < 0 && errno != ESRCH)
            rc = err_set(err, errno, "kill %d", (int)pids[i]);
    free(pids);
    if (is_held || (was_frozen && sig == SIGKILL))
        (void)cgroup_freeze(cgroups, false, &ignored); /* was so before */
    return rc;
}

uint64_t cgroup_oom_kills(const struct cgroups *cgroups)
{
    const struct cgroup_dir *dir = cgroup_v1(cgroups, "memory");
    char name[PATH_SIZE], *text;
    struct err err;
    uint64_t kills = 0;

    if (dir)
        file_of(name, dir, "memory.oom_control");
    else if ((dir = cgroup_v2(cgroups)))
        file_of(name, dir, "memory.events");
    if (!dir || file_read(AT_FDCWD, name, PATH_SIZE, &text, &err) < 0)
        return 0;
    const char *at = strstr(text, "oom_kill ");
    if (at)
        kills = strtoull(at + 9, NULL, 10);
    free(text);
    return kills;
}

int cgroup_watch_oom(const struct cgroups *cgroups)
{
    const struct cgroup_dir *dir = cgroup_v2(cgroups);
    char name[PATH_SIZE];
    if (!dir || !cgroups->is_unified)
        return -1;
    file_of(name, dir, "memory.events");
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd >= 0)
        (void)inotify_add_watch(fd, name, IN_MODIFY); /* or it stays silent */
    return fd;
}
