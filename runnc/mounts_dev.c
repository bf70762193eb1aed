/* SPDX-License-Identifier: Apache-2.0 */
/* Devices below /dev, and mounts of type "cgroup"; see mounts.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/mounts.h"
#include "runnc/util.h"

/* config-linux.md "Default Devices". */
static const struct spec_device default_devices[] = {
    {"/dev/null", 'c', 1, 3, true, 0666, 0, 0},
    {"/dev/zero", 'c', 1, 5, true, 0666, 0, 0},
    {"/dev/full", 'c', 1, 7, true, 0666, 0, 0},
    {"/dev/random", 'c', 1, 8, true, 0666, 0, 0},
    {"/dev/urandom", 'c', 1, 9, true, 0666, 0, 0},
    {"/dev/tty", 'c', 5, 0, true, 0666, 0, 0},
};
static const struct {
    const char *path, *target;
} default_links[] = {
    {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"},
    {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
    {"ptmx", "pts/ptmx"},
};

/* In a user namespace nobody may make nodes: the host's are bound. */
static int bind_device(const struct mounts *mounts,
                       const struct spec_device *device, mode_t kind,
                       struct err *err)
{
    auto_fd int fd = mounts_open_or_make(mounts, device->path, false, err);
    if (fd < 0)
        return fd;
    struct stat st;
    auto_fd int node = open(device->path, O_PATH | O_CLOEXEC);
    if (node < 0 || fstat(node, &st) < 0)
        return err_set(err, errno, "device %s of the host", device->path);
    if ((st.st_mode & S_IFMT) != kind ||
        st.st_rdev != makedev((unsigned)device->major, (unsigned)device->minor))
        return err_refuse(err,
                          "device %s: the host's is another one, and in a "
                          "user namespace none can be made",
                          device->path);
    int rc = mounts_on(fd, fd_path(node), NULL, MS_BIND, NULL);
    return rc < 0 ? err_set(err, -rc, "bind %s", device->path) : 0;
}

/* The one that we made: whoever can write to its directory may have put
 * something else, or a link, in its place. */
static int set_device(int parent, const char *name, mode_t kind,
                      const struct spec_device *device, struct err *err)
{
    struct stat st;
    auto_fd int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, errno, "open %s", device->path);
    if ((st.st_mode & S_IFMT) != kind ||
        (kind != S_IFIFO && st.st_rdev != makedev((unsigned)device->major,
                                                  (unsigned)device->minor)))
        return err_refuse(err, "device %s: somebody else put another one there",
                          device->path);
    if (((device->uid || device->gid) &&
         fchownat(fd, "", device->uid, device->gid, AT_EMPTY_PATH) < 0) ||
        chmod(fd_path(fd), device->mode) < 0)
        return err_set(err, errno, "set owner and mode of %s", device->path);
    return 0;
}

static int make_device(const struct mounts *mounts,
                       const struct spec_device *device, bool is_default,
                       struct err *err)
{
    mode_t kind = device->type == 'b'   ? S_IFBLK
                  : device->type == 'p' ? S_IFIFO
                                        : S_IFCHR;
    char dir[4096];
    const char *slash = strrchr(device->path, '/');

    if (mounts_is_in_userns(mounts) && device->type != 'p')
        return bind_device(mounts, device, kind, err);
    snprintf(dir, sizeof dir, "%.*s/", (int)(slash - device->path),
             device->path);
    auto_fd int parent = mounts_open_or_make(mounts, dir, true, err);
    if (parent < 0)
        return parent;
    int rc = mknodat(parent, slash + 1, kind | 0600,
                     makedev((unsigned)device->major, (unsigned)device->minor));
    if (rc < 0 && errno == EEXIST && is_default)
        return 0;
    if (rc < 0)
        return err_set(err, errno, "make device %s", device->path);
    return set_device(parent, slash + 1, kind, device, err);
}

int mounts_devices(const struct mounts *mounts, struct err *err)
{
    const struct spec *spec = mounts->container->spec;
    bool is_own_dev = false;

    for (size_t i = 0; i < spec->os.device_count; i++)
        if (make_device(mounts, &spec->os.devices[i], false, err) < 0)
            return -err->code;
    /* A /dev of the bundle or of the host is somebody's files: a guest has
     * devices of its own, so these are not changed for its sake. */
    for (size_t i = 0; i < spec->mount_count; i++)
        if (!strcmp(spec->mounts[i].destination, "/dev"))
            is_own_dev = !spec->mounts[i].is_bind;
    if (!is_own_dev)
        return 0;
    for (size_t i = 0; i < sizeof default_devices / sizeof *default_devices;
         i++)
        if (make_device(mounts, &default_devices[i], true, err) < 0)
            return -err->code;
    auto_fd int dev = mounts_open(mounts, "/dev", O_DIRECTORY);
    if (dev < 0)
        return err_set(err, -dev, "open /dev");
    for (size_t i = 0; i < sizeof default_links / sizeof *default_links; i++)
        if (symlinkat(default_links[i].target, dev, default_links[i].path) <
                0 &&
            errno != EEXIST)
            return err_set(err, errno, "link /dev/%s", default_links[i].path);
    return 0;
}

/* Version 1: a tmpfs with each hierarchy's own directory, as others do it. */
static int mount_v1(const struct mounts *mounts, const struct spec_mount *mount,
                    struct err *err)
{
    const struct cgroups *cgroups = mounts->container->cgroups;
    auto_fd int fd = mounts_open(mounts, mount->destination, 0);
    int rc = fd < 0 ? fd
                    : mounts_tmpfs(mounts, fd, MS_NOSUID | MS_NODEV | MS_NOEXEC,
                                   "mode=755");
    for (unsigned i = 0; rc == 0 && cgroups && i < cgroups->count; i++) {
        const struct cgroup_dir *dir = &cgroups->dir[i];
        char path[4096];
        const char *name = *dir->controllers ? dir->controllers : "unified";
        if (!strncmp(name, "name=", 5))
            name += 5;
        snprintf(path, sizeof path, "%.3000s/%.200s", mount->destination, name);
        auto_fd int sub = mounts_open_or_make(mounts, path, true, err);
        if (sub < 0)
            return sub;
        rc = mounts_on(sub, dir->path, NULL, MS_BIND | MS_REC, NULL);
        auto_fd int top = rc < 0 ? -1 : mounts_open(mounts, path, 0);
        if (rc == 0 && mount->is_readonly)
            rc = mounts_on(top, NULL, NULL,
                           MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID |
                               MS_NODEV | MS_NOEXEC,
                           NULL);
    }
    auto_fd int top = rc < 0 ? -1 : mounts_open(mounts, mount->destination, 0);
    if (rc == 0 && mount->is_readonly)
        rc = mounts_on(top, NULL, NULL,
                       MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV |
                           MS_NOEXEC,
                       NULL);
    return rc < 0 ? err_set(err, -rc, "cgroups of version 1") : 0;
}

int mounts_cgroup(const struct mounts *mounts, const struct spec_mount *mount,
                  struct err *err)
{
    const struct container *container = mounts->container;
    const struct cgroup_dir *dir = cgroup_v2(container->cgroups);

    if (!container->cgroups || !container->cgroups->is_unified || !dir)
        return mount_v1(mounts, mount, err);
    auto_fd int fd = mounts_open(mounts, mount->destination, 0);
    int rc = fd;
    if (fd >= 0 && container->spec->os.ns[NS_CGROUP].is_set)
        rc = mounts_on(fd, "cgroup", "cgroup2", mount->flags, "");
    else if (fd >= 0)
        rc = mounts_on(fd, dir->path, NULL, MS_BIND | MS_REC, NULL);
    return rc < 0 ? err_set(err, -rc, "cgroups") : 0;
}
