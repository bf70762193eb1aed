/* SPDX-License-Identifier: Apache-2.0 */
/* Cgroups: where they are, making and removing them; see cgroup.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/cgroup_unit.h"
#include "runnc/json.h"
#include "runnc/util.h"

#define MOUNT_ROOT "/sys/fs/cgroup"
#define CGROUP2_MAGIC 0x63677270 /* man 2 statfs */
#define PATH_SIZE 4096u
#define TEXT_SIZE (CGROUP_DIR_MAX * 4096u)
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

static char *keep(struct cgroups *cgroups, const char *text, size_t size,
                  struct err *err)
{
    char *to = cgroups->text;
    if (size > cgroups->text_left) {
        err_set(err, ENOMEM, "cgroups");
        return NULL;
    }
    memcpy(to, text, size);
    cgroups->text += size;
    cgroups->text_left -= size;
    return to;
}

/* Shared with init, which is forked before systemd has told the paths: create
 * writes them before it lets init go on. */
static struct cgroups *new_cgroups(struct err *err)
{
    struct cgroups *cgroups =
        mmap(NULL, sizeof *cgroups + TEXT_SIZE, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (cgroups == MAP_FAILED) {
        err_set(err, errno, "cgroups");
        return NULL;
    }
    cgroups->text = (char *)(cgroups + 1);
    cgroups->text_left = TEXT_SIZE;
    return cgroups;
}

static int add_dir(struct cgroups *cgroups, const char *controllers,
                   const char *mount, const char *path, struct err *err)
{
    struct cgroup_dir *dir = &cgroups->dir[cgroups->count];
    char text[PATH_SIZE];

    if (cgroups->count == CGROUP_DIR_MAX)
        return err_refuse(err, "cgroups: more than %u hierarchies",
                          CGROUP_DIR_MAX);
    int len =
        snprintf(text, sizeof text, "%s/%s", mount, path + (*path == '/'));
    while (text[len - 1] == '/') /* a level for each that is left */
        text[--len] = 0;
    dir->mount_len = strlen(mount);
    dir->controllers = keep(cgroups, controllers, strlen(controllers) + 1, err);
    dir->path = keep(cgroups, text, (size_t)len + 1, err);
    if (!dir->controllers || !dir->path)
        return -err->code;
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

bool cgroup_is_unified(void)
{
    struct statfs fs;
    return statfs(MOUNT_ROOT, &fs) == 0 &&
           (unsigned long)fs.f_type == CGROUP2_MAGIC;
}

int cgroup_find(struct cgroups *cgroups, const char *path, struct err *err)
{
    char *text, *save;

    if (check_path(path, err) < 0)
        return -err->code;
    cgroups->is_unified = cgroup_is_unified();
    if (file_read(AT_FDCWD, "/proc/self/cgroup", PATH_SIZE * 16, &text, err) <
        0)
        return err_wrap(err, "cgroups");
    int rc = 0;
    for (char *line = strtok_r(text, "\n", &save); line && rc == 0;
         line = strtok_r(NULL, "\n", &save))
        rc = add_hierarchy(cgroups, line, path, err);
    free(text);
    return rc;
}

static int plan_unit(struct cgroups *cgroups, const struct container *container,
                     struct err *err)
{
    char unit[CGROUP_UNIT_MAX + 1], slice[CGROUP_UNIT_MAX + 1];
    char owner[CONTAINER_ID_MAX + 80];
    bool is_user = container->globals->is_rootless;

    if (cgroup_unit_names(unit, slice, container->spec->os.cgroups_path,
                          container->id, is_user, err) < 0 ||
        cgroup_unit_check(is_user, err) < 0)
        return -err->code;
    snprintf(owner, sizeof owner, "Septum container %s of %s", container->id,
             container->created);
    cgroups->is_user = is_user;
    cgroups->unit = keep(cgroups, unit, strlen(unit) + 1, err);
    cgroups->slice = keep(cgroups, slice, strlen(slice) + 1, err);
    cgroups->owner = keep(cgroups, owner, strlen(owner) + 1, err);
    return cgroups->unit && cgroups->slice && cgroups->owner ? 0 : -err->code;
}

int cgroup_plan(struct cgroups **out, const struct container *container,
                struct err *err)
{
    char own[CONTAINER_ID_MAX + 2];
    const char *path = container->spec->os.cgroups_path;
    enum cgroup_driver driver = container->globals->cgroup_driver;

    *out = NULL;
    if (driver == CGROUP_DISABLED)
        return 0;
    struct cgroups *cgroups = new_cgroups(err);
    if (!cgroups)
        return -err->code;
    if (!path || !*path) {
        snprintf(own, sizeof own, "/%s", container->id);
        path = own;
    }
    if (driver == CGROUP_SYSTEMD) {
        if (plan_unit(cgroups, container, err) < 0)
            return -err->code;
    } else if (cgroup_find(cgroups, path, err) < 0 ||
               check_unused(cgroups, err) < 0) {
        return -err->code; /* and *out is NULL: nothing of it is ours */
    }
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

static bool has_word_of(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (; words && *words; words += strcspn(words, " \n")) {
        words += strspn(words, " \n");
        if (!strncmp(words, word, len) && strchr(" \n", words[len]))
            return true; /* strchr finds the end, too */
    }
    return false;
}

/* Version 2: what a parent has, its children may have. One that has processes
 * of its own passes nothing; setting a limit will tell. */
static void pass_controllers(const char *path)
{
    char name[PATH_SIZE + 32], *text, *passed = NULL, *save;
    struct err err;
    snprintf(name, sizeof name, "%s/cgroup.controllers", path);
    if (file_read(AT_FDCWD, name, PATH_SIZE, &text, &err) < 0)
        return;
    snprintf(name, sizeof name, "%s/cgroup.subtree_control", path);
    (void)file_read(AT_FDCWD, name, PATH_SIZE, &passed, &err); /* or NULL */
    for (char *at = strtok_r(text, " \n", &save); at;
         at = strtok_r(NULL, " \n", &save)) {
        char word[64];
        snprintf(word, sizeof word, "+%.60s", at);
        if (!has_word_of(passed, at))
            (void)file_write(AT_FDCWD, name, word, &err);
    }
    free(passed);
    free(text);
}

/* All the way from the mount: somebody else may have made what is there. */
static void pass_down(const struct cgroup_dir *dir)
{
    char path[PATH_SIZE];
    for (size_t at = dir->mount_len; dir->path[at];
         at += 1 + strcspn(dir->path + at + 1, "/")) {
        snprintf(path, sizeof path, "%.*s", (int)at, dir->path);
        pass_controllers(path);
    }
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
    if (is_unified)
        pass_down(dir);
    return 0;
}

int cgroup_make(struct cgroups *cgroups, struct err *err)
{
    for (unsigned i = 0; i < cgroups->count; i++)
        if (make_dir(&cgroups->dir[i], cgroups->is_unified, err) < 0)
            return -err->code;
    return 0;
}

int cgroup_create(struct cgroups *cgroups,
                  const struct spec_resources *resources, struct err *err)
{
    if (!cgroups || cgroups->unit)
        return 0;
    if (cgroup_make(cgroups, err) < 0)
        return -err->code;
    return cgroup_set_files(cgroups, resources, err);
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
    if (pid == 0 && cgroups && cgroups->unit && cgroups->is_unified)
        return 0; /* systemd has moved init, which as a user may not */
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

    if (!cgroups)
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
    /* An empty scope ends by itself; what is asked for here is certainty. */
    if (cgroups->unit && cgroup_unit_stop(cgroups, &ignored) < 0)
        log_warn("%s", ignored.text);
    return rc < 0 ? -err->code : 0;
}

json_t *cgroup_to_json(const struct cgroups *cgroups)
{
    json_t *list = json_array();
    if (!cgroups)
        return json_pack("{s:o}", "dirs", list);
    for (unsigned i = 0; i < cgroups->count; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:i}", "controllers",
                                        cgroups->dir[i].controllers, "path",
                                        cgroups->dir[i].path, "made",
                                        (int)cgroups->dir[i].made));
    return json_pack("{s:o, s:b, s:b, s:s*, s:s*}", "dirs", list, "unified",
                     cgroups->is_unified, "user", cgroups->is_user, "unit",
                     cgroups->unit, "owner", cgroups->owner);
}

int cgroup_from_json(struct cgroups **out, json_t *json, struct err *err)
{
    size_t i;
    json_t *item, *list;
    int unified = 0, user = 0;
    const char *unit = NULL, *owner = NULL;

    *out = NULL;
    if (json_unpack(json, "{s:o, s?b, s?b, s?s, s?s}", "dirs", &list, "unified",
                    &unified, "user", &user, "unit", &unit, "owner",
                    &owner) < 0 ||
        !unit != !owner)
        return err_refuse(err, "cgroups: not written by this runnc");
    if (!json_array_size(list) && !unit)
        return 0;
    struct cgroups *cgroups = json_alloc(1, sizeof *cgroups, err);
    if (!cgroups)
        return -err->code;
    cgroups->is_unified = unified;
    cgroups->is_user = user;
    cgroups->unit = (char *)unit; /* lives with the state, as all of these */
    cgroups->owner = (char *)owner;
    json_array_foreach(list, i, item)
    {
        struct cgroup_dir *dir = &cgroups->dir[cgroups->count];
        int made;
        const char *controllers, *path;
        if (cgroups->count == CGROUP_DIR_MAX ||
            json_unpack(item, "{s:s, s:s, s:i}", "controllers", &controllers,
                        "path", &path, "made", &made) < 0)
            return err_refuse(err, "cgroups: not written by this runnc");
        dir->controllers = (char *)controllers;
        dir->path = (char *)path;
        dir->made = (unsigned)made;
        cgroups->count++;
    }
    *out = cgroups;
    return 0;
}
