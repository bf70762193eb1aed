/* SPDX-License-Identifier: Apache-2.0 */
/* Cgroups: where they are, making and removing them; see cgroup.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/json.h"
#include "runnc/util.h"

#define MOUNT_ROOT "/sys/fs/cgroup"
#define CGROUP2_MAGIC 0x63677270 /* man 2 statfs */
#define PATH_SIZE 4096u
#define REMOVE_TRIES 200u
#define REMOVE_WAIT_NS 10000000 /* of each try */

const struct cgroup_dir *cgroup_v2(const struct cgroups *cgroups)
{
    for (unsigned i = 0; cgroups && i < cgroups->count; i++)
        if (!*cgroups->dir[i].controllers)
            return &cgroups->dir[i];
    return NULL;
}

const struct cgroup_dir *cgroup_v1(const struct cgroups *cgroups,
                                   const char *controller)
{
    size_t len = strlen(controller);
    for (unsigned i = 0; cgroups && i < cgroups->count; i++) {
        const char *at = cgroups->dir[i].controllers;
        for (; *at; at += strcspn(at, ","), at += *at == ',')
            if (!strncmp(at, controller, len) && (at[len] == ',' || !at[len]))
                return &cgroups->dir[i];
    }
    return NULL;
}

static int add_dir(struct cgroups *cgroups, const char *controllers,
                   const char *mount, const char *path, struct err *err)
{
    struct cgroup_dir *dir = &cgroups->dir[cgroups->count];
    size_t size = strlen(mount) + strlen(path) + 2;

    if (cgroups->count == CGROUP_DIR_MAX)
        return err_refuse(err, "cgroups: more than %u hierarchies",
                          CGROUP_DIR_MAX);
    dir->controllers = json_alloc(strlen(controllers) + 1, 1, err);
    dir->path = json_alloc(size, 1, err);
    if (!dir->controllers || !dir->path)
        return -err->code;
    strcpy(dir->controllers, controllers);
    int len = snprintf(dir->path, size, "%s/%s", mount, path + (*path == '/'));
    while (dir->path[len - 1] == '/') /* a level for each that is left */
        dir->path[--len] = 0;
    cgroups->count++;
    return 0;
}

/*
 * A line of /proc/self/cgroup, "9:memory:/path": the hierarchy is mounted at
 * MOUNT_ROOT/memory, or, if it has several controllers, under one's name.
 */
static int add_hierarchy(struct cgroups *cgroups, char *line, const char *path,
                         struct err *err)
{
    char mount[300], *save;
    char *number = strtok_r(line, ":", &save);
    char *controllers = strtok_r(NULL, "", &save);
    char *end = controllers ? strchr(controllers, ':') : NULL;

    if (!number || !end)
        return 0;
    *end = 0;
    if (!*controllers) {
        const char *at =
            cgroups->is_unified ? MOUNT_ROOT : MOUNT_ROOT "/unified";
        return access(at, F_OK) == 0 ? add_dir(cgroups, "", at, path, err) : 0;
    }
    if (cgroups->is_unified)
        return 0;
    const char *name =
        strncmp(controllers, "name=", 5) ? controllers : controllers + 5;
    snprintf(mount, sizeof mount, "%s/%.200s", MOUNT_ROOT, name);
    bool is_there = access(mount, F_OK) == 0;
    if (!is_there && strchr(name, ',')) {
        snprintf(mount, sizeof mount, "%s/%.*s", MOUNT_ROOT,
                 (int)strcspn(name, ","), name);
        is_there = access(mount, F_OK) == 0;
    }
    return is_there ? add_dir(cgroups, controllers, mount, path, err) : 0;
}

static int check_path(const char *path, struct err *err)
{
    const char *at = path + strspn(path, "/");
    if (!*at) /* ending it would end the whole host */
        return err_refuse(err, "config.json: linux.cgroupsPath: the root "
                               "cgroup is the host's");
    while (*at) {
        size_t len = strcspn(at, "/");
        if ((len == 2 && !strncmp(at, "..", 2)) || (len == 1 && *at == '.') ||
            len > 255)
            return err_refuse(err,
                              "config.json: linux.cgroupsPath: %.200s "
                              "leads out of the hierarchy",
                              path);
        at += len;
        at += strspn(at, "/");
    }
    return strlen(path) < PATH_SIZE / 2
               ? 0
               : err_refuse(err,
                            "config.json: linux.cgroupsPath is longer "
                            "than %u bytes",
                            PATH_SIZE / 2);
}

/* Ours alone: the end of this container would be that of others in it. */
static int check_unused(const struct cgroups *cgroups, struct err *err)
{
    for (unsigned i = 0; i < cgroups->count; i++) {
        char name[PATH_SIZE + 32], *text;
        struct stat st;
        if (stat(cgroups->dir[i].path, &st) < 0)
            continue;
        snprintf(name, sizeof name, "%s/cgroup.procs", cgroups->dir[i].path);
        int len = file_read(AT_FDCWD, name, PATH_SIZE * 16, &text, err);
        if (len >= 0)
            free(text);
        if (len || st.st_nlink > 2) /* processes, or cgroups below it */
            return err_refuse(err,
                              "config.json: linux.cgroupsPath: %.200s is in "
                              "use",
                              cgroups->dir[i].path);
    }
    return 0;
}

int cgroup_plan(struct cgroups **out, const struct globals *globals,
                const char *id, const struct spec *spec, struct err *err)
{
    char own[CONTAINER_ID_MAX + 2], *text, *save;
    const char *path = spec->os.cgroups_path;
    struct statfs fs;

    *out = NULL;
    if (globals->cgroup_driver == CGROUP_DISABLED)
        return 0;
    if (!path || !*path) {
        snprintf(own, sizeof own, "/%s", id);
        path = own;
    }
    struct cgroups *cgroups = json_alloc(1, sizeof *cgroups, err);
    if (!cgroups || check_path(path, err) < 0)
        return -err->code;
    if (globals->cgroup_driver == CGROUP_SYSTEMD)
        return err_refuse(err, "the systemd driver for cgroups is not "
                               "supported: set the engine's to cgroupfs");
    if (statfs(MOUNT_ROOT, &fs) < 0)
        return err_set(err, errno, "cgroups: %s", MOUNT_ROOT);
    cgroups->is_unified = (unsigned long)fs.f_type == CGROUP2_MAGIC;
    if (file_read(AT_FDCWD, "/proc/self/cgroup", PATH_SIZE * 16, &text, err) <
        0)
        return err_wrap(err, "cgroups");
    int rc = 0;
    for (char *line = strtok_r(text, "\n", &save); line && rc == 0;
         line = strtok_r(NULL, "\n", &save))
        rc = add_hierarchy(cgroups, line, path, err);
    free(text);
    if (rc < 0 || check_unused(cgroups, err) < 0)
        return -err->code; /* and *out is NULL: nothing of it is ours */
    *out = cgroups;
    return 0;
}

/* A cpuset that whoever made it had no time to fill. */
static bool is_unfilled(const char *path)
{
    char name[PATH_SIZE + 32], *text;
    struct err err;
    snprintf(name, sizeof name, "%s/cpuset.cpus", path);
    if (file_read(AT_FDCWD, name, PATH_SIZE, &text, &err) < 0)
        return false;
    bool is = !*text || *text == '\n';
    if (!is) {
        free(text);
        snprintf(name, sizeof name, "%s/cpuset.mems", path);
        if (file_read(AT_FDCWD, name, PATH_SIZE, &text, &err) < 0)
            return false;
        is = !*text || *text == '\n';
    }
    free(text);
    return is;
}

/* Version 1's cpuset starts empty, and then takes no process. */
static void fill_cpuset(const char *parent, const char *path)
{
    static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
    for (unsigned i = 0; i < 2; i++) {
        char name[PATH_SIZE + 32], *text;
        struct err err;
        snprintf(name, sizeof name, "%s/%s", parent, files[i]);
        if (file_read(AT_FDCWD, name, PATH_SIZE, &text, &err) < 0)
            continue;
        snprintf(name, sizeof name, "%s/%s", path, files[i]);
        (void)file_write(AT_FDCWD, name, text, &err); /* entering will tell */
        free(text);
    }
}

/* Version 2: what a parent has, its children may have. */
static void pass_controllers(const char *path)
{
    char name[PATH_SIZE + 32], *text, *save;
    struct err err;
    snprintf(name, sizeof name, "%s/cgroup.controllers", path);
    if (file_read(AT_FDCWD, name, PATH_SIZE, &text, &err) < 0)
        return;
    snprintf(name, sizeof name, "%s/cgroup.subtree_control", path);
    for (char *at = strtok_r(text, " \n", &save); at;
         at = strtok_r(NULL, " \n", &save)) {
        char word[64];
        snprintf(word, sizeof word, "+%.60s", at);
        (void)file_write(AT_FDCWD, name, word, &err); /* setting will tell */
    }
    free(text);
}

/* mkdir with its parents below the hierarchy's mount. */
static int make_dir(struct cgroup_dir *dir, bool is_unified, struct err *err)
{
    char path[PATH_SIZE];
    bool is_cpuset = strstr(dir->controllers, "cpuset") != NULL;
    struct stat st;

    if (!is_unified && !is_cpuset) { /* mostly all but the last is there */
        bool is_new = mkdir(dir->path, 0755) == 0;
        dir->made = is_new;
        if (is_new || errno == EEXIST)
            return 0;
    }
    snprintf(path, sizeof path, "%s", dir->path);
    char *end = path + strlen(path), *at = end;
    for (;;) { /* up to what is there */
        bool is_there = stat(path, &st) == 0;
        if (is_there && !(is_cpuset && is_unfilled(path)))
            break;
        if (!is_there && errno != ENOENT)
            return err_set(err, errno, "cgroups: %s", path);
        while (at > path && *--at != '/')
            ;
        if (at == path)
            return err_set(err, ENOENT, "cgroups: %s", dir->path);
        *at = 0;
    }
    while (at < end) { /* down again */
        if (is_unified)
            pass_controllers(path);
        char parent[PATH_SIZE];
        strcpy(parent, path);
        *at = '/';
        at += strlen(at);
        if (mkdir(path, 0755) == 0)
            dir->made++;
        else if (errno != EEXIST)
            return err_set(err, errno, "cgroups: create %s", path);
        if (is_cpuset && is_unfilled(path))
            fill_cpuset(parent, path);
    }
    return 0;
}

int cgroup_create(struct cgroups *cgroups,
                  const struct spec_resources *resources, struct err *err)
{
    for (unsigned i = 0; cgroups && i < cgroups->count; i++)
        if (make_dir(&cgroups->dir[i], cgroups->is_unified, err) < 0)
            return -err->code;
    return cgroups ? cgroup_set(cgroups, resources, err) : 0;
}

bool cgroup_made_parents(const struct cgroups *cgroups)
{
    bool has = false;
    for (unsigned i = 0; cgroups && i < cgroups->count; i++)
        has |= cgroups->dir[i].made > 1;
    return has;
}

/* A process that moves itself asks version 1 for its only thread: only that
 * spares it to wait for every fork and exit on the machine, which takes
 * milliseconds. */
int cgroup_enter(const struct cgroups *cgroups, pid_t pid, struct err *err)
{
    char name[PATH_SIZE + 32], text[16];
    snprintf(text, sizeof text, "%d", (int)pid);
    for (unsigned i = 0; cgroups && i < cgroups->count; i++) {
        const struct cgroup_dir *dir = &cgroups->dir[i];
        bool is_thread = pid == 0 && *dir->controllers;
        snprintf(name, sizeof name, "%s/%s", dir->path,
                 is_thread ? "tasks" : "cgroup.procs");
        if (file_write(AT_FDCWD, name, text, err) < 0)
            return err_wrap(err, "cgroups");
    }
    return 0;
}

static void wait_a_little(void)
{
    const struct timespec pause = {.tv_nsec = REMOVE_WAIT_NS};
    (void)nanosleep(&pause, NULL); /* a signal makes it shorter */
}

/* Directories below come first; a guest makes none, an engine may. */
static int remove_tree(const char *path)
{
    DIR *dir;
    struct dirent *entry;
    if (rmdir(path) == 0 || errno == ENOENT)
        return 0;
    dir = opendir(path);
    while (dir && (entry = readdir(dir))) {
        char name[PATH_SIZE + 300];
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        (void)remove_tree(name); /* the last rmdir tells */
    }
    if (dir)
        closedir(dir);
    return rmdir(path) == 0 || errno == ENOENT ? 0 : -errno;
}

static int remove_dir(const struct cgroup_dir *dir, struct err *err)
{
    char path[PATH_SIZE];
    int rc = -EBUSY;

    for (unsigned i = 0; i < REMOVE_TRIES && rc == -EBUSY; i++) {
        if (i)
            wait_a_little();
        rc = remove_tree(dir->path);
    }
    if (rc < 0)
        return err_set(err, -rc, "cgroups: remove %s", dir->path);
    snprintf(path, sizeof path, "%s", dir->path);
    for (unsigned i = 1; i < dir->made; i++) { /* others may use them */
        char *slash = strrchr(path, '/');
        if (!slash)
            break;
        *slash = 0;
        if (rmdir(path) < 0)
            break;
    }
    return 0;
}

int cgroup_destroy(const struct cgroups *cgroups, struct err *err)
{
    struct err ignored;
    int rc = 0;

    if (!cgroups || !cgroups->count)
        return 0;
    pid_t *pids;
    size_t count = 0;
    if (cgroup_pids(cgroups, &pids, &count, &ignored) == 0)
        free(pids);
    if (count)
        (void)cgroup_kill(cgroups, SIGKILL, &ignored); /* removing tells */
    for (unsigned i = 0; i < cgroups->count; i++)
        if (remove_dir(&cgroups->dir[i], rc < 0 ? &ignored : err) < 0)
            rc = -1;
    return rc < 0 ? -err->code : 0;
}

json_t *cgroup_to_json(const struct cgroups *cgroups)
{
    json_t *list = json_array();
    for (unsigned i = 0; cgroups && i < cgroups->count; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:i, s:b}", "controllers",
                                        cgroups->dir[i].controllers, "path",
                                        cgroups->dir[i].path, "made",
                                        (int)cgroups->dir[i].made, "unified",
                                        cgroups->is_unified));
    return list;
}

int cgroup_from_json(struct cgroups **out, json_t *json, struct err *err)
{
    size_t i;
    json_t *item;
    *out = NULL;
    if (!json_array_size(json))
        return 0;
    struct cgroups *cgroups = json_alloc(1, sizeof *cgroups, err);
    if (!cgroups)
        return -err->code;
    json_array_foreach(json, i, item)
    {
        struct cgroup_dir *dir = &cgroups->dir[cgroups->count];
        int unified, made;
        const char *controllers, *path;
        if (cgroups->count == CGROUP_DIR_MAX ||
            json_unpack(item, "{s:s, s:s, s:i, s:b}", "controllers",
                        &controllers, "path", &path, "made", &made, "unified",
                        &unified) < 0)
            return err_refuse(err, "cgroups: not written by this runnc");
        dir->controllers = (char *)controllers; /* lives with the state */
        dir->path = (char *)path;
        dir->made = (unsigned)made;
        cgroups->is_unified = unified;
        cgroups->count++;
    }
    *out = cgroups;
    return 0;
}
