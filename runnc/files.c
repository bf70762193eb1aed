/* SPDX-License-Identifier: Apache-2.0 */
/* The container's files for the guest; see files.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/files.h"
#include "runnc/runnc.h"
#include "runnc/spec.h"
#include "runnc/util.h"

#define SERVER "septum-9p"
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

/* Of the size that the engine's has, where it binds one of its own. */
static int add_shm(struct files *files, struct err *err)
{
    struct statvfs st;
    if (statvfs("/dev/shm", &st) < 0 || !st.f_blocks)
        return 0;
    return CONF("mount=/dev/shm,tmpfs,size=%llu,mode=1777",
                (unsigned long long)st.f_blocks * st.f_frsize);
}

static int add_tmpfs(struct files *files, const json_t *mount, const char *path,
                     struct err *err)
{
    static const char *const passed[] = {"size=", "uid=", "gid=", "mode="};
    bool is_ro = find_option(mount, "ro") != NULL;
    bool is_copy = find_option(mount, "tmpcopyup") != NULL;
    char text[128] = "";
    struct stat st;
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) {
        const char *value = find_option(mount, passed[i]);
        size_t len = strlen(text);
        if (value && strlen(value) < 20 && !strpbrk(value, "%,"))
            snprintf(text + len, sizeof text - len, ",%s%s", passed[i], value);
    }
    /* The mode of what is below in the bundle; the image's own the guest
     * sees for itself. */
    if (!is_copy && !find_option(mount, "mode=") && stat(path, &st) == 0 &&
        (st.st_mode & 07777) != 01777)
        snprintf(text + strlen(text), sizeof text - strlen(text), ",mode=%o",
                 st.st_mode & 07777);
    return CONF("mount=%s,tmpfs%s%s%s", quote(path), text,
                is_copy ? ",copyup" : "", is_ro ? ",ro" : "");
}

/* The image has a stream for it. What it cannot see is missed only where there
 * is something. */
static bool can_serve, is_missed;

static int add_served(struct files *files, const char *path, bool is_ro,
                      struct err *err)
{
    char name[4096];
    is_missed = true;
    if (!can_serve)
        return 0;
    snprintf(name, sizeof name, "%s", quote(path));
    if (ARG("--%s=%s", is_ro ? "ro" : "rw", path) < 0)
        return -err->code;
    return CONF("mount=%s,9p,stream=" FILES_STREAM ",aname=%s%s", name, name,
                is_ro ? ",ro" : "");
}

static bool is_bind(const json_t *mount)
{
    return !strcmp(text_of(mount, "type"), "bind") ||
           find_option(mount, "bind") || find_option(mount, "rbind");
}

/* A folder, file or tmpfs that somebody wants below the guest's own /dev, as
 * Kubernetes does with /dev/termination-log; not what engines put there. */
static bool is_lent(const json_t *mount, const char *path)
{
    static const char *const engines[] = {"/dev/shm", "/dev/mqueue", "/dev/pts",
                                          "/dev/init"};
    struct stat st;
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (is_below(path, engines[i]))
            return false;
    return (is_bind(mount) || !strcmp(text_of(mount, "type"), "tmpfs")) &&
           strncmp(path, "/dev/", 5) == 0 && stat(path, &st) == 0 &&
           (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

static int add_mount(struct files *files, const json_t *mount, struct err *err)
{
    const char *path = text_of(mount, "destination");
    const char *type = text_of(mount, "type");
    if (!strcmp(path, "/sys")) /* there is nothing in it for a guest */
        return CONF("mount=/sys,tmpfs,size=4k,mode=555,ro");
    if (!strcmp(path, "/dev/shm"))
        return add_shm(files, err);
    if (is_its_own(path) && !is_lent(mount, path))
        return 0;
    if (is_bind(mount))
        return add_served(files, path, find_option(mount, "ro") != NULL, err);
    if (!strcmp(type, "tmpfs"))
        return add_tmpfs(files, mount, path, err);
    return add_served(files, path, find_option(mount, "ro") != NULL, err);
}

/* The whole of the bundle's root, below the image's own: what is mounted in it
 * is none of it (RESOLVE_NO_XDEV), so neither are masked paths. */
static int add_root(struct files *files, struct err *err)
{
    if (ARG("--root=/") < 0 ||
        CONF("mount=/,9p,stream=" FILES_STREAM ",aname=/") < 0)
        return -err->code;
    /* It is mounted first. */
    char *root = files->conf[files->conf_count - 1];
    memmove(files->conf + 1, files->conf,
            (files->conf_count - 1) * sizeof files->conf[0]);
    files->conf[0] = root;
    return 0;
}

/* Paths of the root that are read-only: each is mounted on itself, so it is a
 * mount here, too. */
static int add_readonly(struct files *files, const json_t *config,
                        struct err *err)
{
    const json_t *item,
        *paths =
            json_object_get(json_object_get(config, "linux"), "readonlyPaths");
    struct stat st;
    size_t i;
    json_array_foreach(paths, i, item)
    {
        const char *path = json_string_value(item);
        if (is_its_own(path) || stat(path, &st) < 0)
            continue;
        if (add_served(files, path, true, err) < 0)
            return -err->code;
    }
    return 0;
}

/* Files in the root directory besides the image. */
static bool has_files(const char *image)
{
    DIR *dir = opendir("/");
    const struct dirent *entry;
    bool is = false;
    while (dir && !is && (entry = readdir(dir)))
        is = entry->d_name[0] != '.' && entry->d_type != DT_DIR &&
             !(image && *image == '/' && !strcmp(entry->d_name, image + 1));
    if (dir)
        closedir(dir);
    return is;
}

/* Is the image all that the root holds, but for what is mounted there? */
static bool is_alone(const char *image)
{
    const struct dirent *entry;
    struct stat root, st;
    DIR *dir = image && *image == '/' ? opendir("/") : NULL;
    if (!dir)
        return false;
    bool is = fstat(dirfd(dir), &root) == 0;
    while (is && (entry = readdir(dir))) {
        const char *name = entry->d_name;
        if (!strcmp(name, ".") || !strcmp(name, "..") ||
            !strcmp(name, image + 1))
            continue;
        is = fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
             S_ISDIR(st.st_mode) && st.st_dev != root.st_dev;
    }
    closedir(dir);
    return is;
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

int files_open_server(int programs, struct err *err)
{
    return program_open(programs, SERVER, err);
}

static bool has_device(const char *path)
{
    static const char *const names[] = {
        "/dev/null",    "/dev/zero", "/dev/full",    "/dev/random",
        "/dev/urandom", "/dev/tty",  "/dev/console", "/dev/ptmx"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(path, names[i]))
            return true;
    return false;
}

/* Privileged containers have hundreds: one line. */
static void check_devices(const json_t *config)
{
    const json_t *item,
        *devices = json_object_get(json_object_get(config, "linux"), "devices");
    const char *first = NULL;
    unsigned more = 0;
    size_t i;
    json_array_foreach(devices, i, item)
    {
        const char *path = text_of(item, "path");
        if (has_device(path))
            continue;
        if (first)
            more++;
        else
            first = path;
    }
    if (first && more)
        log_warn("config.json: linux.devices: %.100s and %u more: no effect: "
                 "a guest opens no device of the host",
                 first, more);
    else if (first)
        log_warn("config.json: linux.devices: %.100s: no effect: a guest opens "
                 "no device of the host",
                 first);
}

static void check_mount(const json_t *mount)
{
    const char *path = text_of(mount, "destination");
    struct stat st;
    bool is_own = is_below(path, "/proc") || is_below(path, "/sys");
    if (!is_bind(mount))
        is_own = is_own && !strcmp(text_of(mount, "type"), "tmpfs");
    if (is_own && !is_below(path, "/sys/fs/cgroup"))
        log_warn("config.json: mounts: %.100s: no effect: the guest has its "
                 "own /proc and /sys",
                 path);
    else if (is_bind(mount) && !has_device(path) &&
             stat(text_of(mount, "source"), &st) == 0 &&
             (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
        log_warn("config.json: mounts: %.100s: no effect: a guest opens no "
                 "device of the host",
                 path);
}

int files_check(const json_t *config, struct err *err)
{
    const json_t *mounts = json_object_get(config, "mounts"), *item;
    size_t i;
    if (json_array_size(mounts) > FILES_CONF_MAX)
        return err_refuse(err, "more than %u mounts", FILES_CONF_MAX);
    json_array_foreach(mounts, i, item)
    {
        check_mount(item);
    }
    check_devices(config);
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
    if (files->pid < 0 && errno == EAGAIN)
        return err_say(err, EAGAIN,
                       "a limit leaves no process for " SERVER
                       ": pids.limit and RLIMIT_NPROC count it, too");
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
        if (i < SPEC_GIDS_MAX) /* checked */
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

/* Does a later mount lie on top of this one? */
static bool is_covered(const json_t *mounts, size_t at)
{
    const char *path = text_of(json_array_get(mounts, at), "destination");
    for (size_t i = at + 1; i < json_array_size(mounts); i++)
        if (!strcmp(text_of(json_array_get(mounts, i), "destination"), path))
            return true;
    return false;
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
    if (req->tty_fd >= 0 && can_serve &&
        (ARG("--tty=%d", TTY_FD) < 0 || CONF("tty=%s", FILES_STREAM) < 0))
        return -err->code;
    json_array_foreach(mounts, i, item)
    {
        if (!is_covered(mounts, i) && add_mount(files, item, err) < 0)
            return -err->code;
    }
    if (add_readonly(files, req->config, err) < 0)
        return -err->code;
    /* A server only for the image's own name is not worth its start. */
    if (can_serve && req->tty_fd < 0 && !is_missed && is_alone(req->image))
        can_serve = false;
    return can_serve ? add_root(files, err) : 0;
}

int files_start(struct files *files, const struct files_request *req,
                struct err *err)
{
    *files = (struct files){.fd = -1};
    argc = 0;
    can_serve = can_take(req->manifest);
    is_missed = false;
    int rc = plan(files, req, err);
    if (rc == 0 && can_serve)
        rc = launch(files, req, err);
    else if (rc == 0 && (is_missed || has_files(req->image)))
        log_warn("the image has no stream \"%s\": it sees no files of the "
                 "container",
                 FILES_STREAM);
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
