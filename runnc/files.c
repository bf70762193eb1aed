/* SPDX-License-Identifier: Apache-2.0 */
/* The container's files for the guest; see files.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/files.h"
#include "runnc/runnc.h"
#include "runnc/util.h"

#define SERVER "septum-9p"
#define LAYER "/dev/.septum"
#define STREAM_FD 3
#define TTY_FD 4

/* The server's command line. */
static char *argv[FILES_CONF_MAX + 10];
static unsigned argc;

static int say(char **list, unsigned *count, unsigned max, struct err *err,
               const char *fmt, ...) __attribute__((format(printf, 5, 6)));
static int say(char **list, unsigned *count, unsigned max, struct err *err,
               const char *fmt, ...)
{
    va_list ap;
    if (*count == max)
        return err_say(err, E2BIG, "more than %u mounts", max);
    va_start(ap, fmt);
    int len = vasprintf(&list[*count], fmt, ap);
    va_end(ap);
    if (len < 0)
        return err_set(err, ENOMEM, "mounts");
    (*count)++;
    return 0;
}
#define CONF(...)                                                              \
    say(files->conf, &files->conf_count, FILES_CONF_MAX, err, __VA_ARGS__)
#define ARG(...) say(argv, &argc, FILES_CONF_MAX + 9, err, __VA_ARGS__)

/* A path as the guest's configuration has it: "%xx" for "," and "%". */
static const char *quote(const char *path)
{
    static char text[3 * 4096 + 1];
    size_t len = 0;
    for (; *path && len < sizeof text - 4; path++)
        if (*path == ',' || *path == '%')
            len += (size_t)sprintf(text + len, "%%%02x", *path);
        else
            text[len++] = *path;
    text[len] = 0;
    return text;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static const char *find_option(const json_t *mount, const char *name)
{
    const json_t *list = json_object_get(mount, "options");
    size_t len = strlen(name), i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);
        if (text && !strncmp(text, name, len) &&
            (!text[len] || name[len - 1] == '='))
            return text + len;
    }
    return NULL;
}

static bool is_below(const char *path, const char *dir)
{
    size_t len = strlen(dir);
    return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

/* The guest has these itself. */
static bool is_its_own(const char *path)
{
    return is_below(path, "/proc") || is_below(path, "/sys") ||
           is_below(path, "/dev") || !strcmp(path, "/");
}

static int add_tmpfs(struct files *files, const json_t *mount, const char *path,
                     struct err *err)
{
    const char *size = find_option(mount, "size=");
    const char *mode = find_option(mount, "mode=");
    bool is_ro = find_option(mount, "ro") != NULL;
    char text[64] = "";
    if (size && !strchr(size, '%') && strlen(size) < 20)
        snprintf(text, sizeof text, ",size=%s", size);
    if (mode && strlen(mode) < 6)
        snprintf(text + strlen(text), sizeof text - strlen(text), ",mode=%s",
                 mode);
    return CONF("mount=%s,tmpfs%s%s", quote(path), text, is_ro ? ",ro" : "");
}

static int add_served(struct files *files, const char *path, bool is_ro,
                      struct err *err)
{
    char name[4096];
    snprintf(name, sizeof name, "%s", quote(path));
    if (ARG("--%s=%s", is_ro ? "ro" : "rw", path) < 0)
        return -err->code;
    return CONF("mount=%s,9p,stream=" FILES_STREAM ",aname=%s%s", name, name,
                is_ro ? ",ro" : "");
}

static int add_mount(struct files *files, const json_t *mount, struct err *err)
{
    const char *path = text_of(mount, "destination");
    const char *type = text_of(mount, "type");
    bool is_bind = !strcmp(type, "bind") || find_option(mount, "bind") ||
                   find_option(mount, "rbind");
    if (is_its_own(path))
        return 0;
    if (is_bind)
        return add_served(files, path, find_option(mount, "ro") != NULL, err);
    if (!strcmp(type, "tmpfs"))
        return add_tmpfs(files, mount, path, err);
    return add_served(files, path, find_option(mount, "ro") != NULL, err);
}

/* Is anything mounted there? Then it is no part of the root. */
static bool is_mounted(const json_t *config, const char *path)
{
    const json_t *mounts = json_object_get(config, "mounts");
    const json_t *mount;
    size_t i;
    json_array_foreach(
        mounts, i,
        mount) if (!strcmp(text_of(mount, "destination"), path)) return true;
    return false;
}

/* Nothing in it but what engines put there for their mounts. */
static bool is_empty(const json_t *config, const char *path)
{
    char name[1024];
    struct dirent *entry;
    DIR *dir = opendir(path);
    bool is = true;
    while (dir && is && (entry = readdir(dir))) {
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        is = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
             !strcmp(entry->d_name, "mtab") || is_mounted(config, name);
    }
    if (dir)
        closedir(dir);
    return is;
}

/* The /dev that is changed is the container's, not one bound from the host. */
static bool has_own_dev(const json_t *config)
{
    const json_t *mounts = json_object_get(config, "mounts");
    const json_t *mount;
    bool is = false;
    size_t i;
    json_array_foreach(mounts, i, mount)
    {
        if (!strcmp(text_of(mount, "destination"), "/dev"))
            is = !strcmp(text_of(mount, "type"), "tmpfs") &&
                 !find_option(mount, "bind") && !find_option(mount, "rbind");
    }
    return is;
}

/* An overlay shows what lies below the mounts on its lower directory: what is
 * masked or read-only there is bound to its place in the overlay, too. */
static int hide(const char *layer, const json_t *paths)
{
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                                 .resolve =
                                     RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    const json_t *item;
    size_t i;
    auto_fd int root = open(layer, O_PATH | O_DIRECTORY | O_CLOEXEC);
    auto_fd int from = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || from < 0)
        return -errno;
    json_array_foreach(paths, i, item)
    {
        const char *path = json_string_value(item);
        auto_fd int to =
            (int)syscall(SYS_openat2, root, path, &how, sizeof how);
        if (to < 0 && (errno == ENOENT || errno == ENOTDIR))
            continue; /* as on /proc: it is no file of the root */
        auto_fd int at =
            (int)syscall(SYS_openat2, from, path, &how, sizeof how);
        auto_fd int tree = at < 0
                               ? -1
                               : open_tree(at, "",
                                           OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
                                               AT_EMPTY_PATH | AT_RECURSIVE);
        if (to < 0 || tree < 0 ||
            move_mount(tree, "", to, "",
                       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
            return -errno;
    }
    return 0;
}

/*
 * The root file system with a layer in memory above it, for what the guest
 * writes: mounted where only /dev's own tmpfs is changed. NULL: there is none,
 * or the kernel has no overlays; then it can be read, and that is all.
 */
static const char *make_layer(const json_t *config)
{
    static const char all[] = LAYER "/all";
    const json_t *linux_part = json_object_get(config, "linux");
    if (!has_own_dev(config) || (mkdir(LAYER, 0700) < 0 && errno != EEXIST) ||
        mount("septum", LAYER, "tmpfs", MS_NODEV | MS_NOSUID, NULL) < 0)
        return NULL;
    if (mkdir(LAYER "/up", 0755) == 0 && mkdir(LAYER "/work", 0755) == 0 &&
        mkdir(all, 0755) == 0 &&
        mount("septum", all, "overlay", MS_NODEV | MS_NOSUID,
              "lowerdir=/,upperdir=" LAYER "/up,workdir=" LAYER "/work") == 0 &&
        hide(all, json_object_get(linux_part, "readonlyPaths")) == 0 &&
        hide(all, json_object_get(linux_part, "maskedPaths")) == 0)
        return all;
    (void)umount2(LAYER, MNT_DETACH); /* nobody uses it */
    return NULL;
}

static bool is_served(const struct files_request *req, const char *path,
                      const char *name)
{
    struct stat st;
    if (name[0] == '.' || is_its_own(path) || is_mounted(req->config, path) ||
        (req->image && !strcmp(req->image, path)) || lstat(path, &st) < 0)
        return false;
    return S_ISDIR(st.st_mode) ? !is_empty(req->config, path)
                               : S_ISREG(st.st_mode);
}

/* What lies in the root directory besides the image, each on its own: new
 * names beside them are the guest's. */
static int add_root(struct files *files, const struct files_request *req,
                    struct err *err)
{
    bool is_ro = json_is_true(
        json_object_get(json_object_get(req->config, "root"), "readonly"));
    bool is_first = true;
    const char *layer = NULL;
    struct dirent *entry;
    DIR *dir = opendir("/");
    int rc = 0;
    if (!dir)
        return err_set(err, errno, "read the root directory");
    while (rc == 0 && (entry = readdir(dir))) {
        char path[300], from[400], name[1000];
        (void)snprintf(path, sizeof path, "/%s", entry->d_name);
        if (!is_served(req, path, entry->d_name))
            continue;
        if (is_first && !is_ro)
            layer = make_layer(req->config);
        is_first = false;
        bool is_entry_ro = !layer;
        (void)snprintf(from, sizeof from, "%s%s", layer ? layer : "", path);
        (void)snprintf(name, sizeof name, "%.900s", quote(path));
        rc = ARG("--%s=%s", is_entry_ro ? "ro" : "rw", from);
        if (rc == 0)
            rc = CONF("mount=%s,9p,stream=" FILES_STREAM ",aname=%s%s", name,
                      quote(from), is_entry_ro ? ",ro" : "");
    }
    closedir(dir);
    return rc;
}

static bool can_take(const struct uni_manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->count; i++)
        if (manifest->decl[i].cls == UNI_CLASS_STREAM &&
            !strcmp(manifest->decl[i].name, FILES_STREAM))
            return true;
    return false;
}

static _Noreturn void become_server(int program, int stream, int tty)
{
    static char *const no_env[] = {NULL};
    int at = fcntl(stream, F_DUPFD_CLOEXEC, TTY_FD + 1);
    int own = fcntl(program, F_DUPFD_CLOEXEC, TTY_FD + 1);
    int terminal = tty >= 0 ? fcntl(tty, F_DUPFD_CLOEXEC, TTY_FD + 1) : -1;
    if (at < 0 || own < 0 || dup2(at, STREAM_FD) < 0 ||
        (terminal >= 0 && dup2(terminal, TTY_FD) < 0))
        _exit(126);
    (void)syscall(SYS_close_range, terminal >= 0 ? TTY_FD + 1 : TTY_FD, ~0u,
                  CLOSE_RANGE_CLOEXEC);
    argv[argc] = NULL;
    (void)syscall(SYS_execveat, own, "", argv, no_env, AT_EMPTY_PATH);
    _exit(127);
}

int files_open_server(struct err *err)
{
    return program_open(SERVER, err);
}

int files_check(const json_t *config, struct err *err)
{
    const json_t *mounts = json_object_get(config, "mounts");
    if (json_array_size(mounts) > FILES_CONF_MAX)
        return err_refuse(err, "more than %u mounts", FILES_CONF_MAX);
    return 0;
}

static int launch(struct files *files, const struct files_request *req,
                  struct err *err)
{
    int pair[2];
    if (req->server_fd < 0)
        return err_say(err, ENOENT, "the program " SERVER " is missing");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(err, errno, "socket pair");
    files->pid = fork();
    if (files->pid == 0)
        become_server(req->server_fd, pair[1], req->tty_fd);
    close(pair[1]);
    files->fd = pair[0];
    return files->pid < 0 ? err_set(err, errno, "fork") : 0;
}

/* Of what the container's root may do with files: chown, dac_override, fowner,
 * fsetid, linux/capability.h. */
static unsigned file_caps(const json_t *process)
{
    static const struct {
        const char *name;
        unsigned bit;
    } caps[] = {{"CAP_CHOWN", 1},
                {"CAP_DAC_OVERRIDE", 2},
                {"CAP_FOWNER", 8},
                {"CAP_FSETID", 16}};
    const json_t *list =
        json_object_get(json_object_get(process, "capabilities"), "permitted");
    const json_t *item;
    unsigned bits = 0;
    size_t i;
    json_array_foreach(list, i, item)
    {
        for (unsigned n = 0; n < sizeof caps / sizeof *caps; n++)
            if (!strcmp(json_string_value(item), caps[n].name))
                bits |= caps[n].bit;
    }
    return bits;
}

static int add_user(const json_t *process, struct err *err)
{
    const json_t *user = json_object_get(process, "user");
    const json_t *item;
    char groups[1024] = "";
    size_t i, len = 0;
    long long uid = json_integer_value(json_object_get(user, "uid"));

    json_array_foreach(json_object_get(user, "additionalGids"), i, item)
    {
        if (len < sizeof groups - 16)
            len += (size_t)sprintf(groups + len, "%s%lld", len ? "," : "",
                                   (long long)json_integer_value(item));
    }
    if (ARG("--uid=%lld", uid) < 0 ||
        ARG("--gid=%lld",
            (long long)json_integer_value(json_object_get(user, "gid"))) < 0 ||
        ARG("--caps=%x", uid ? 0 : file_caps(process)) < 0)
        return -err->code;
    return len ? ARG("--groups=%s", groups) : 0;
}

static int plan(struct files *files, const struct files_request *req,
                struct err *err)
{
    const json_t *mounts = json_object_get(req->config, "mounts"), *item;
    const json_t *process = json_object_get(req->config, "process");
    size_t i;

    if (ARG(SERVER) < 0 || ARG("--fd=%d", STREAM_FD) < 0 ||
        add_user(process, err) < 0)
        return -err->code;
    if (req->tty_fd >= 0 &&
        (ARG("--tty=%d", TTY_FD) < 0 || CONF("tty=%s", FILES_STREAM) < 0))
        return -err->code;
    unsigned before = argc;
    if (add_root(files, req, err) < 0)
        return -err->code;
    json_array_foreach(mounts, i, item)
    {
        if (add_mount(files, item, err) < 0)
            return -err->code;
    }
    return req->tty_fd >= 0 || argc > before; /* is a server needed? */
}

int files_start(struct files *files, const struct files_request *req,
                struct err *err)
{
    *files = (struct files){.fd = -1};
    argc = 0;
    int rc = plan(files, req, err);
    if (rc > 0 && !can_take(req->manifest)) {
        log_warn("the image has no stream \"%s\": it sees no files of the "
                 "container",
                 FILES_STREAM);
        files_release(files);
        return 0;
    }
    if (rc > 0)
        rc = launch(files, req, err);
    if (rc < 0)
        files_stop(files);
    return rc < 0 ? -err->code : 0;
}

void files_release(struct files *files)
{
    for (unsigned i = 0; i < files->conf_count; i++)
        free(files->conf[i]);
    io_close_fd(&files->fd);
    files->conf_count = 0;
}

void files_stop(struct files *files)
{
    files_release(files);
    if (files->pid > 0) {
        (void)kill(files->pid, SIGKILL);
        (void)waitpid(files->pid, NULL, 0);
    }
}
