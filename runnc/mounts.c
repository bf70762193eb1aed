/* SPDX-License-Identifier: Apache-2.0 */
/* The container's mount namespace; see mounts.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/lsm.h"
#include "runnc/mounts.h"
#include "runnc/spec.h"
#include "runnc/util.h"

#define LINKS_MAX 40u /* as the kernel's */
#define OPEN_TRIES 8u
#define PATH_SIZE 4096u

int mounts_on(int fd, const char *source, const char *type, unsigned long flags,
              const char *data)
{
    return mount(source, fd_path(fd), type, flags, data) < 0 ? -errno : 0;
}

bool mounts_is_in_userns(const struct mounts *mounts)
{
    return mounts->container->spec->os.ns[NS_USER].is_set ||
           mounts->container->globals->is_in_userns;
}

int mounts_open(const struct mounts *mounts, const char *path, int flags)
{
    const struct open_how how = {
        .flags = (uint64_t)(O_PATH | O_CLOEXEC | flags),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    for (unsigned i = 0;; i++) {
        long fd = syscall(SYS_openat2, mounts->root_fd, path, &how, sizeof how);
        if (fd >= 0)
            return (int)fd;
        if (errno != EAGAIN || i == OPEN_TRIES) /* somebody renames */
            return -errno;
    }
}

/* A path that grows from the left to the right, links replaced. */
struct walk {
    char done[PATH_SIZE]; /* what exists */
    char todo[PATH_SIZE];
    unsigned link_count;
};

/* A link that leads to nothing: goes on with its target instead. */
static int follow(struct walk *walk, int parent, const char *name)
{
    char target[PATH_SIZE], rest[PATH_SIZE];
    ssize_t len = readlinkat(parent, name, target, sizeof target - 1);
    if (len <= 0 || ++walk->link_count > LINKS_MAX)
        return -ELOOP;
    target[len] = 0;
    if ((size_t)snprintf(rest, sizeof rest, "%s/%s", target, walk->todo) >=
        sizeof rest)
        return -ENAMETOOLONG;
    strcpy(walk->todo, rest);
    if (*target == '/')
        strcpy(walk->done, "/");
    return 0;
}

/* Makes one component below done, or finds it. */
static int step(const struct mounts *mounts, struct walk *walk,
                const char *name, bool is_dir)
{
    char path[PATH_SIZE];
    auto_fd int parent = mounts_open(mounts, walk->done, O_DIRECTORY);
    if (parent < 0)
        return parent;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", walk->done, name) >=
        sizeof path)
        return -ENAMETOOLONG;
    int fd = mounts_open(mounts, path, 0);
    if (fd == -ENOENT) {
        int rc = is_dir ? mkdirat(parent, name, 0755)
                        : mknodat(parent, name, S_IFREG | 0644, 0);
        if (rc < 0 && errno == EEXIST)
            return follow(walk, parent, name);
        if (rc < 0)
            return -errno;
    } else if (fd < 0) {
        return fd;
    }
    io_close_fd(&fd);
    strcpy(walk->done, path);
    return 0;
}

int mounts_open_or_make(const struct mounts *mounts, const char *path,
                        bool is_dir, struct err *err)
{
    int fd = mounts_open(mounts, path, 0), rc = fd;
    static struct walk walk;

    if (fd >= 0)
        return fd;
    if (fd != -ENOENT || strlen(path) >= sizeof walk.todo)
        return err_set(err, fd == -ENOENT ? ENAMETOOLONG : -fd, "%s", path);
    strcpy(walk.done, "/");
    strcpy(walk.todo, path);
    walk.link_count = 0;
    for (rc = 0; rc == 0;) {
        char name[256];
        char *at = walk.todo + strspn(walk.todo, "/");
        size_t len = strcspn(at, "/");
        if (!len)
            break;
        if (len >= sizeof name) {
            rc = -ENAMETOOLONG;
            break;
        }
        memcpy(name, at, len);
        name[len] = 0;
        memmove(walk.todo, at + len, strlen(at + len) + 1);
        bool is_last = !walk.todo[strspn(walk.todo, "/")];
        if (strcmp(name, ".") != 0)
            rc = step(mounts, &walk, name, is_dir || !is_last);
    }
    fd = rc < 0 ? rc : mounts_open(mounts, walk.done, 0);
    if (fd < 0)
        return err_set(err, -fd, "make %s", path);
    return fd;
}

/* Flags that a mount has and that a user namespace may not take off. */
static unsigned long kept_flags(int fd)
{
    static const struct {
        unsigned long st, ms;
    } map[] = {{ST_RDONLY, MS_RDONLY},    {ST_NOSUID, MS_NOSUID},
               {ST_NODEV, MS_NODEV},      {ST_NOEXEC, MS_NOEXEC},
               {ST_NOATIME, MS_NOATIME},  {ST_NODIRATIME, MS_NODIRATIME},
               {ST_RELATIME, MS_RELATIME}};
    struct statvfs fs;
    unsigned long flags = 0;
    if (fstatvfs(fd, &fs) < 0)
        return 0;
    for (unsigned i = 0; i < sizeof map / sizeof *map; i++)
        if (fs.f_flag & map[i].st)
            flags |= map[i].ms;
    return flags;
}

/* Changes the flags of the mount whose root fd is. */
static int remount(int fd, unsigned long set, unsigned long clear)
{
    unsigned long kept = kept_flags(fd);
    int rc = mounts_on(fd, NULL, NULL,
                       MS_REMOUNT | MS_BIND | ((kept & ~clear) | set), NULL);
    if (rc == -EPERM)
        rc = mounts_on(fd, NULL, NULL, MS_REMOUNT | MS_BIND | kept | set, NULL);
    return rc;
}

/* What comes after the mount itself; fd is its new root. */
static int adjust(int fd, const struct spec_mount *mount)
{
    const unsigned long per_mount = MS_RDONLY | MS_NOSUID | MS_NODEV |
                                    MS_NOEXEC | MS_NOATIME | MS_NODIRATIME |
                                    MS_RELATIME | MS_STRICTATIME | 256;
    unsigned long set = mount->flags & per_mount;
    unsigned long clear = mount->clear & per_mount;
    int rc = 0;

    if (mount->is_bind && (set || clear))
        rc = remount(fd, set, clear);
    if (rc == 0 && mount->propagation)
        rc = mounts_on(fd, NULL, NULL, mount->propagation, NULL);
    if (rc == 0 && (mount->attr_set || mount->attr_clear)) {
        struct mount_attr attr = {.attr_set = mount->attr_set,
                                  .attr_clr = mount->attr_clear};
        if (mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
                          sizeof attr) < 0)
            rc = -errno;
    }
    return rc;
}

int mounts_source_path(const struct container *container,
                       const struct spec_mount *mount, char *path)
{
    const char *slash = *mount->source == '/' ? "" : "/";
    const char *base = *mount->source == '/' ? "" : container->bundle;
    return snprintf(path, PATH_SIZE, "%s%s%s", base, slash, mount->source) >=
                   (int)PATH_SIZE
               ? -ENAMETOOLONG
               : 0;
}

static int bind_source(const struct container *container,
                       const struct spec_mount *mount, char path[PATH_SIZE],
                       bool *is_dir, struct err *err)
{
    struct stat st;
    if (mounts_source_path(container, mount, path) < 0)
        return err_set(err, ENAMETOOLONG, "%s", mount->source);
    int rc = mount->source_tree ? fstat(mount->source_tree - 1, &st)
                                : stat(path, &st);
    if (rc < 0)
        return err_set(err, errno, "stat %s", path);
    *is_dir = S_ISDIR(st.st_mode);
    return 0;
}

/* A tmpfs over /dev is filled first, and then made read-only. */
static bool is_dev(const struct spec_mount *mount)
{
    return !strcmp(mount->destination, "/dev") && !mount->is_bind;
}

/* What others are put into later must be where its name says: a link in an
 * image would lead devices or a /proc into a volume. */
static int check_plain(const struct mounts *mounts,
                       const struct spec_mount *mount, struct err *err)
{
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                                 .resolve =
                                     RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS};
    if (!is_dev(mount) && strcmp(mount->type, "proc") != 0 &&
        strcmp(mount->type, "sysfs") != 0)
        return 0;
    auto_fd int fd = (int)syscall(SYS_openat2, mounts->root_fd,
                                  mount->destination, &how, sizeof how);
    return fd < 0 && errno == ELOOP
               ? err_refuse(err, "is reached through a symbolic link")
               : 0;
}

/* In a directory that a mount needed and that was not there, a tmpfs has the
 * kernel's mode. */
#define NEW_TMPFS_MODE 01777

static bool is_tmpfs(const struct spec_mount *mount)
{
    return !mount->is_bind && !strcmp(mount->type, "tmpfs");
}

/* Without mode= a tmpfs has that of the directory it covers. */
static int open_place(const struct mounts *mounts,
                      const struct spec_mount *mount, bool is_dir,
                      unsigned *mode, struct err *err)
{
    struct stat st;
    int fd = mounts_open(mounts, mount->destination, 0);
    if (fd < 0) {
        *mode = NEW_TMPFS_MODE;
        return mounts_open_or_make(mounts, mount->destination, is_dir, err);
    }
    if (fstat(fd, &st) < 0) {
        int rc = err_set(err, errno, "stat");
        io_close_fd(&fd);
        return rc;
    }
    *mode = st.st_mode & 07777;
    return fd;
}

/* The mount itself, on a place that is there. */
static int attach(const struct mounts *mounts, const struct spec_mount *mount,
                  int fd, unsigned mode, const char *source, struct err *err)
{
    char room[PATH_SIZE], options[PATH_SIZE];
    const char *data = mount->data;
    int rc;

    if (is_tmpfs(mount)) { /* what comes later wins */
        if (snprintf(options, sizeof options, "mode=%o%s%s", mode,
                     data && *data ? "," : "",
                     data ? data : "") >= (int)sizeof options)
            return err_set(err, E2BIG, "options");
        data = options;
    }
    if (lsm_mount_data(&data, room, sizeof room, mounts->label, mount->type,
                       data, err) < 0)
        return -err->code;
    if (mount->source_tree)
        rc = mounts_attach(mount->source_tree - 1, fd);
    else if (mount->is_bind)
        rc = mounts_on(fd, source, NULL,
                       MS_BIND | (mount->is_recursive ? MS_REC : 0), NULL);
    else
        rc = mounts_on(fd, mount->source ? mount->source : mount->type,
                       mount->type,
                       mount->flags & ~(is_dev(mount) ? MS_RDONLY : 0ul), data);
    /* Only who owns the network namespace may mount it; a guest has its own. */
    if (rc == -EPERM && !strcmp(mount->type, "sysfs") &&
        mounts_is_in_userns(mounts))
        return 0;
    return rc < 0
               ? err_set(err, -rc, "%s", mount->is_bind ? source : mount->type)
               : 0;
}

static int mount_one(const struct mounts *mounts,
                     const struct spec_mount *mount, struct err *err)
{
    char source[PATH_SIZE] = "";
    bool is_dir = true;
    unsigned mode = 0;

    if (mount->is_bind &&
        bind_source(mounts->container, mount, source, &is_dir, err) < 0)
        return -err->code;
    if (check_plain(mounts, mount, err) < 0)
        return -err->code;
    auto_fd int fd = open_place(mounts, mount, is_dir, &mode, err);
    if (fd < 0)
        return fd;
    if (!strcmp(mount->type, "cgroup"))
        return mounts_cgroup(mounts, mount, err);
    if (mount->is_copy_up) /* the guest's lies over what is here */
        return 0;
    if (attach(mounts, mount, fd, mode, source, err) < 0)
        return -err->code;
    bool is_as_wanted = !(mount->is_bind && (mount->flags || mount->clear)) &&
                        !mount->propagation && !mount->attr_set &&
                        !mount->attr_clear;
    if (is_as_wanted && !mounts->label)
        return 0;
    auto_fd int top = mounts_open(mounts, mount->destination, 0);
    if (top < 0)
        return err_set(err, -top, "open");
    if (lsm_label_mounted(top, mounts->label, mount->type, err) < 0)
        return -err->code;
    int rc = adjust(top, mount);
    return rc < 0 ? err_set(err, -rc, "set flags") : 0;
}

/* A tmpfs of our own. */
int mounts_tmpfs(const struct mounts *mounts, int fd, unsigned long flags,
                 const char *options)
{
    char room[PATH_SIZE];
    struct err err;
    const char *data;
    if (lsm_mount_data(&data, room, sizeof room, mounts->label, "tmpfs",
                       options, &err) < 0)
        return -err.code;
    return mounts_on(fd, "tmpfs", "tmpfs", flags, data);
}

/* The mount that rootfs lies on must not be shared, pivot_root(2). */
static int make_parent_private(const char *rootfs, struct err *err)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s", rootfs);
    for (;;) {
        if (mount(NULL, path, NULL, MS_PRIVATE, NULL) == 0)
            return 0;
        char *slash = strrchr(path, '/');
        if (errno != EINVAL || !slash)
            return err_set(err, errno, "make %s private", path);
        if (slash == path && !slash[1])
            return 0;
        slash[slash == path] = 0;
    }
}

static int prepare_root(struct mounts *mounts, struct err *err)
{
    const char *rootfs = mounts->container->rootfs;
    unsigned long propagation = mounts->container->spec->os.rootfs_propagation;
    bool is_shared = propagation & MS_SHARED;

    /* All of it, whatever the root itself becomes in mounts_enter(): below a
     * mount that is still shared, mounts reach the host. */
    if (mount(NULL, "/", NULL, is_shared ? propagation : MS_SLAVE | MS_REC,
              NULL) < 0)
        return err_set(err, errno, "set propagation of /");
    if (is_shared && make_parent_private(rootfs, err) < 0)
        return -err->code;
    if (mounts->container->spec->root_tree) {
        auto_fd int at = open(".", O_PATH | O_CLOEXEC);
        mounts->root_fd = mounts->container->spec->root_tree - 1;
        int rc = at < 0 ? -errno : mounts_attach(mounts->root_fd, at);
        return rc < 0 ? err_set(err, -rc, "mount root file system %s", rootfs)
                      : 0;
    }
    if (mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL) < 0)
        return err_set(err, errno, "bind root file system %s", rootfs);
    mounts->root_fd = open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (mounts->root_fd < 0)
        return err_set(err, errno, "open %s", rootfs);
    return 0;
}

int mounts_prepare(struct mounts *mounts, const struct container *container,
                   struct err *err)
{
    const struct spec *spec = container->spec;

    *mounts = (struct mounts){container, spec->os.mount_label, -1, -1, -1};
    if (mounts->label && !*mounts->label)
        mounts->label = NULL;
    if (prepare_root(mounts, err) < 0)
        return -err->code;
    for (size_t i = 0; i < spec->mount_count; i++)
        if (mount_one(mounts, &spec->mounts[i], err) < 0)
            return err_wrap(err, "mount %s", spec->mounts[i].destination);
    if (mounts_devices(mounts, err) < 0)
        return -err->code;
    for (size_t i = 0; i < spec->mount_count; i++) {
        const struct spec_mount *mount = &spec->mounts[i];
        if (!is_dev(mount) || !(mount->flags & MS_RDONLY))
            continue;
        auto_fd int fd = mounts_open(mounts, mount->destination, 0);
        int rc = fd < 0 ? fd : remount(fd, MS_RDONLY, 0);
        if (rc < 0)
            return err_set(err, -rc, "make /dev read-only");
    }
    return 0;
}

/* An empty directory, or nothing where a file is. */
static int mask(struct mounts *mounts, const char *path, struct err *err)
{
    struct stat st;
    auto_fd int fd = mounts_open(mounts, path, 0);
    if (fd == -ENOENT || fd == -ENOTDIR)
        return 0;
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, fd < 0 ? -fd : errno, "mask %s", path);
    int rc;
    if (!S_ISDIR(st.st_mode))
        rc = mounts_on(fd, "/dev/null", NULL, MS_BIND, NULL);
    else if (mounts->empty_fd >= 0)
        rc = mounts_on(fd, fd_path(mounts->empty_fd), NULL, MS_BIND, NULL);
    else
        rc = mounts_tmpfs(mounts, fd, MS_RDONLY, "size=0k,nr_inodes=1");
    if (rc < 0)
        return err_set(err, -rc, "mask %s", path);
    if (S_ISDIR(st.st_mode) && mounts->empty_fd < 0)
        mounts->empty_fd = mounts_open(mounts, path, 0);
    return 0;
}

static int make_readonly(const struct mounts *mounts, const char *path,
                         struct err *err)
{
    auto_fd int fd = mounts_open(mounts, path, 0);
    if (fd == -ENOENT || fd == -ENOTDIR)
        return 0;
    int rc =
        fd < 0 ? fd : mounts_on(fd, fd_path(fd), NULL, MS_BIND | MS_REC, NULL);
    if (rc == 0) {
        auto_fd int top = mounts_open(mounts, path, 0);
        rc = top < 0 ? top : remount(top, MS_RDONLY, 0);
    }
    return rc < 0 ? err_set(err, -rc, "make %s read-only", path) : 0;
}

int mounts_finish(struct mounts *mounts, struct err *err)
{
    const struct spec *spec = mounts->container->spec;

    for (size_t i = 0; i < spec->os.readonly_paths.count; i++)
        if (make_readonly(mounts, spec->os.readonly_paths.at[i], err) < 0)
            return -err->code;
    for (size_t i = 0; i < spec->os.masked_paths.count; i++)
        if (mask(mounts, spec->os.masked_paths.at[i], err) < 0)
            return -err->code;
    io_close_fd(&mounts->empty_fd);
    int rc =
        spec->is_root_readonly ? remount(mounts->root_fd, MS_RDONLY, 0) : 0;
    return rc < 0 ? err_set(err, -rc, "make the root read-only") : 0;
}

/* Where the tender will be: a folder that is always empty, on no path. It is
 * mounted where the host's root will be taken off, and goes with it: one that
 * was never mounted the kernel would take apart when its descriptor is closed,
 * and that takes as long again. */
static int make_nowhere(struct mounts *mounts, struct err *err)
{
    auto_fd int fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
    if (fs < 0 || fsconfig(fs, FSCONFIG_SET_STRING, "nr_inodes", "1", 0) < 0 ||
        fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0555", 0) < 0 ||
        fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return err_set(err, errno, "make an empty root");
    mounts->nowhere_fd = fsmount(fs, FSMOUNT_CLOEXEC,
                                 MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
                                     MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    if (mounts->nowhere_fd < 0 ||
        move_mount(mounts->nowhere_fd, "", AT_FDCWD, "/proc",
                   MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return err_set(err, errno, "mount an empty root");
    return 0;
}

/* man 2 pivot_root: old and new root one above the other, the old is taken
 * off; what happens below it must not reach the host. */
int mounts_enter(struct mounts *mounts, struct err *err)
{
    unsigned long propagation = mounts->container->spec->os.rootfs_propagation;

    if (make_nowhere(mounts, err) < 0)
        return -err->code;
    if (fchdir(mounts->root_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return err_set(err, errno, "pivot_root");
    if (mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0 ||
        umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return err_set(err, errno, "leave the host's root");
    io_close_fd(&mounts->root_fd);
    if (propagation && mount(NULL, "/", NULL, propagation, NULL) < 0)
        return err_set(err, errno, "set propagation of the root");
    return 0;
}

int mounts_vanish(int nowhere_fd, struct err *err)
{
    return fchdir(nowhere_fd) < 0 || chroot(".") < 0
               ? err_set(err, errno, "enter an empty root")
               : 0;
}
