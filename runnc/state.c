/* SPDX-License-Identifier: Apache-2.0 */
/* State directories; see state.h. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/json.h"
#include "runnc/spec.h"
#include "runnc/state.h"
#include "runnc/util.h"

#define STATE_MAX (1u << 20)

int state_check_id(const char *id, struct err *err)
{
    size_t len = strlen(id);
    bool is_good = len > 0 && len <= CONTAINER_ID_MAX && strcmp(id, ".") != 0 &&
                   strcmp(id, "..") != 0;
    for (size_t i = 0; i < len && is_good; i++)
        is_good = isalnum((unsigned char)id[i]) || strchr("_+-.", id[i]);
    if (!is_good)
        return err_refuse(err, "invalid container ID format: \"%.100s\"", id);
    return 0;
}

int state_make_root(const char *root, struct err *err)
{
    char path[4096];
    if (mkdir(root, 0711) == 0 || errno == EEXIST)
        return 0;
    if (errno != ENOENT || strlen(root) >= sizeof path)
        return err_set(err, errno, "create --root %s", root);
    strcpy(path, root);
    for (char *at = path + 1; (at = strchr(at, '/')); at++) {
        *at = 0;
        if (mkdir(path, 0711) < 0 && errno != EEXIST)
            return err_set(err, errno, "create %s", path);
        *at = '/';
    }
    if (mkdir(root, 0711) < 0 && errno != EEXIST)
        return err_set(err, errno, "create --root %s", root);
    return 0;
}

static int open_dir(const struct globals *globals, const char *id)
{
    char path[4096 + CONTAINER_ID_MAX];
    snprintf(path, sizeof path, "%s/%s", globals->root, id);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static int absent(const char *id, struct err *err)
{
    return err_say(err, ENOENT, "container \"%.100s\" " STATE_ABSENT, id);
}

/* Locks, and sees whether somebody removed it while we waited. */
static int lock(int fd, const char *id, int how, struct err *err)
{
    struct stat st;
    while (flock(fd, how) < 0)
        if (errno != EINTR)
            return err_set(err, errno, "lock the state of %.100s", id);
    if (fstat(fd, &st) < 0)
        return err_set(err, errno, "look at the state of %.100s", id);
    return st.st_nlink == 0 ? absent(id, err) : 0;
}

/* Is what we made still what the path names, and has nobody used it? Between
 * making and locking it others see a create that has died. */
static bool is_ours(int fd, const char *path)
{
    struct stat made, named;
    return fstat(fd, &made) == 0 && lstat(path, &named) == 0 &&
           made.st_dev == named.st_dev && made.st_ino == named.st_ino &&
           faccessat(fd, STATE_FILE, F_OK, 0) < 0;
}

static int exists(const char *id, struct err *err)
{
    return err_say(err, EEXIST,
                   "container with given ID already exists: %.100s", id);
}

int state_claim(struct container *container, bool *is_stale, struct err *err)
{
    const char *id = container->id;
    char path[4096 + CONTAINER_ID_MAX];

    *is_stale = false;
    snprintf(path, sizeof path, "%s/%s", container->globals->root, id);
    int rc = mkdir(path, 0700);
    if (rc < 0 && errno == ENOENT) {
        if (state_make_root(container->globals->root, err) < 0)
            return -err->code;
        rc = mkdir(path, 0700);
    }
    bool is_new = rc == 0;
    if (rc < 0 && errno != EEXIST)
        return err_set(err, errno, "create %s", path);
    auto_fd int fd = open_dir(container->globals, id);
    rc = fd < 0 ? err_set(err, errno, "open %s", path) : 0;
    if (is_new && rc == 0)
        rc = lock(fd, id, LOCK_EX, err);
    if (is_new && rc < 0 && (fd < 0 || is_ours(fd, path)))
        (void)rmdir(path);
    if (rc < 0)
        return rc;
    if (is_new && !is_ours(fd, path))
        return exists(id, err);
    if (is_new) {
        container->state_fd = take_fd(&fd);
        return 0;
    }
    /* A create that died has let its lock go and is still "creating". */
    struct stat st;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
        st.st_nlink > 0 &&
        (faccessat(fd, STATE_FILE, F_OK, 0) < 0 ||
         state_look(container, container->globals, id, err) == 0) &&
        container->status == STATUS_CREATING) {
        io_close_fd(&container->state_fd);
        container->state_fd = take_fd(&fd);
        *is_stale = true;
        return 0;
    }
    return exists(id, err);
}

int state_process(pid_t pid, uint64_t *start, char *name)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (len <= 0)
        return -ESRCH;
    text[len] = 0;
    /* man 5 proc: pid (comm) state ...; starttime is field 22 */
    char *open_at = strchr(text, '('), *at = strrchr(text, ')');
    if (!open_at || !at || at[1] != ' ' || strchr("ZXx", at[2]))
        return -ESRCH;
    *at = 0;
    snprintf(name, 16, "%s", open_at + 1);
    at += 2;
    for (int field = 3; field < 22 && at; field++)
        at = strchr(at + 1, ' ');
    if (!at)
        return -ESRCH;
    *start = strtoull(at, NULL, 10);
    return 0;
}

void state_refresh(struct container *container)
{
    uint64_t start;
    char name[16];

    if (container->pid <= 0 && container->status == STATUS_CREATING)
        return;
    if (container->pid <= 0 ||
        state_process(container->pid, &start, name) < 0 ||
        start != container->pid_start) {
        if (container->status != STATUS_CREATING)
            container->status = STATUS_STOPPED;
        container->pid = 0;
    } else if (container->status == STATUS_CREATING) {
        return;
    } else if (cgroup_is_frozen(container->cgroups)) {
        container->status = STATUS_PAUSED; /* created or running */
    } else {
        container->status =
            !strcmp(name, STATE_INIT_NAME) ? STATUS_CREATED : STATUS_RUNNING;
    }
}

static json_t *devices_json(const struct uni_manifest *manifest)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < manifest->count; i++)
        json_array_append_new(list,
                              json_pack("{s:i, s:i, s:s}", "class",
                                        (int)manifest->decl[i].cls, "flags",
                                        (int)manifest->decl[i].flags, "name",
                                        manifest->decl[i].name));
    return list;
}

static void load_devices(struct uni_manifest *manifest, json_t *list)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        struct uni_decl *decl = &manifest->decl[manifest->count];
        const char *name = NULL;
        if (manifest->count == UNI_DECL_MAX ||
            json_unpack(item, "{s:i, s:i, s:s}", "class", &decl->cls, "flags",
                        &decl->flags, "name", &name) < 0)
            break;
        snprintf(decl->name, sizeof decl->name, "%s", name);
        manifest->count++;
    }
}

int state_save(const struct container *container, struct err *err)
{
    json_t *json = json_pack(
        "{s:i, s:s, s:s, s:i, s:I, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:o, "
        "s:o, s:O*}",
        "format", 1, "ociVersion", container->oci_version, "id", container->id,
        "pid", (int)container->pid, "pidStart",
        (json_int_t)container->pid_start, "bundle", container->bundle, "rootfs",
        container->rootfs, "created", container->created, "creating",
        container->status == STATUS_CREATING, "privatePid",
        container->has_private_pid, "memMin",
        (json_int_t)container->image.mem_min, "rootfsSize",
        (json_int_t)container->image.rootfs_size, "devices",
        devices_json(&container->image.manifest), "cgroups",
        cgroup_to_json(container->cgroups), "annotations",
        container->annotations);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (!text)
        return err_set(err, ENOMEM, "state");
    int rc =
        file_replace(container->state_fd, STATE_FILE, text, strlen(text), err);
    free(text);
    return rc < 0 ? err_wrap(err, "state") : 0;
}

int state_save_spec(const struct container *container, struct err *err)
{
    if (file_replace(container->state_fd, STATE_CONFIG, container->spec->text,
                     container->spec->text_len, err) < 0)
        return err_wrap(err, "state");
    return 0;
}

/* The file is ours; what has no form of ours belongs to somebody else. */
static int load(struct container *container, struct err *err)
{
    char *text;
    json_t *cgroups;
    json_int_t start, mem_min, rootfs_size;
    int creating, private_pid, format = 0, pid;
    const char *created;

    int len = file_read(container->state_fd, STATE_FILE, STATE_MAX, &text, err);
    if (len < 0)
        return len;
    json_t *json = json_text(text, (size_t)len, STATE_FILE, err);
    free(text);
    if (!json)
        return -err->code;
    container->state_json = json; /* strings point into it */
    if (json_unpack(json,
                    "{s:i, s:s, s:s, s:i, s:I, s:s, s:s, s:s, s:b, s:b, s:I, "
                    "s:I, s:o}",
                    "format", &format, "ociVersion", &container->oci_version,
                    "id", &container->id, "pid", &pid, "pidStart", &start,
                    "bundle", &container->bundle, "rootfs", &container->rootfs,
                    "created", &created, "creating", &creating, "privatePid",
                    &private_pid, "memMin", &mem_min, "rootfsSize",
                    &rootfs_size, "cgroups", &cgroups) < 0 ||
        format != 1)
        return err_refuse(err, "%s: not written by this runnc", STATE_FILE);
    snprintf(container->created, sizeof container->created, "%s", created);
    container->pid = pid;
    container->pid_start = (uint64_t)start;
    container->status = creating ? STATUS_CREATING : STATUS_STOPPED;
    container->has_private_pid = private_pid;
    container->image.mem_min = (uint64_t)mem_min;
    container->image.rootfs_size = (uint64_t)rootfs_size;
    container->annotations = json_object_get(json, "annotations");
    load_devices(&container->image.manifest, json_object_get(json, "devices"));
    return cgroup_from_json(&container->cgroups, cgroups, err);
}

static int open_state(struct container *container,
                      const struct globals *globals, const char *id,
                      bool is_locked, struct err *err)
{
    *container = (struct container){
        .globals = globals, .id = id, .state_fd = -1, .console_fd = -1};
    if (state_check_id(id, err) < 0)
        return -err->code;
    container->state_fd = open_dir(globals, id);
    if (container->state_fd < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? absent(id, err)
                   : err_set(err, errno, "open the state of %.100s", id);
    if (is_locked && lock(container->state_fd, id, LOCK_EX, err) < 0)
        return -err->code;
    int rc = load(container, err);
    if (rc == -ENOENT && is_locked) { /* create died before it wrote any */
        container->status = STATUS_CREATING;
        container->oci_version = container->bundle = container->rootfs = "";
        return 0;
    }
    if (rc == -ENOENT)
        return absent(id, err);
    if (rc < 0)
        return err_wrap(err, "%.100s", id);
    state_refresh(container);
    return 0;
}

int state_open(struct container *container, const struct globals *globals,
               const char *id, struct err *err)
{
    return open_state(container, globals, id, true, err);
}

int state_look(struct container *container, const struct globals *globals,
               const char *id, struct err *err)
{
    return open_state(container, globals, id, false, err);
}

int state_load_spec(struct container *container, struct err *err)
{
    if (!container->spec) /* or it is what we have saved ourselves */
        container->spec = spec_load(container->state_fd, STATE_CONFIG, err);
    return container->spec ? 0 : err_wrap(err, "state");
}

int state_remove(struct container *container, struct err *err)
{
    static const char *const files[] = {STATE_FILE, STATE_CONFIG, STATE_SOCKET};
    int fd = container->state_fd;

    for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
        if (unlinkat(fd, files[i], 0) < 0 && errno != ENOENT)
            return err_set(err, errno, "remove the state's %s", files[i]);
    char path[4096 + CONTAINER_ID_MAX];
    snprintf(path, sizeof path, "%s/%s", container->globals->root,
             container->id);
    int rc = rmdir(path);
    if (rc < 0 && errno == ENOTEMPTY) { /* what a dead writer left */
        file_remove_all(fd);
        rc = rmdir(path);
    }
    if (rc < 0 && errno != ENOENT)
        return err_set(err, errno, "remove %s", path);
    io_close_fd(&container->state_fd);
    return 0;
}

char *state_json(const struct container *container, enum status status,
                 bool is_for_people, struct err *err)
{
    json_t *json =
        json_pack("{s:s, s:s, s:i, s:s, s:s, s:O*}", "ociVersion",
                  container->oci_version, "id", container->id, "pid",
                  status == STATUS_STOPPED ? 0 : (int)container->pid, "status",
                  status_name(status), "bundle", container->bundle,
                  "annotations", container->annotations);
    if (json && is_for_people) {
        json_object_set_new(json, "rootfs", json_string(container->rootfs));
        json_object_set_new(json, "created", json_string(container->created));
        json_object_set_new(json, "owner", json_string(""));
    }
    char *text =
        json ? json_dumps(json, is_for_people ? JSON_INDENT(2) : JSON_COMPACT)
             : NULL;
    json_decref(json);
    if (!text)
        err_set(err, ENOMEM, "state");
    return text;
}
