/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Id-mapped mounts (mount_setattr(2)): the owners of a volume's files are seen,
 * and set, through a map. The kernel takes the map from a user namespace, so
 * one is made for it that has nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/mounts.h"
#include "runnc/userns.h"
#include "runnc/util.h"

/* In the child: says 0 or an errno, and waits for its end. */
static _Noreturn void hold_namespace(int sync)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* or the socket tells */
    int code = unshare(CLONE_NEWUSER) < 0 ? errno : 0;
    if (write(sync, &code, sizeof code) == (ssize_t)sizeof code)
        (void)!read(sync, &code, sizeof code);
    _exit(0);
}

static int open_mapped(pid_t pid, int sync, const struct spec_id_maps *maps,
                       struct err *err)
{
    char path[40];
    int code;

    if (read(sync, &code, sizeof code) != (ssize_t)sizeof code)
        code = ESRCH;
    if (code)
        return err_set(err, code, "make a user namespace for the map");
    if (userns_map(pid, maps, err) < 0)
        return -err->code;
    snprintf(path, sizeof path, "/proc/%d/ns/user", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? err_set(err, errno, "open %s", path) : fd;
}

/* A user namespace with these maps and no process. */
static int make_namespace(const struct spec_id_maps *maps, struct err *err)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(err, errno, "socket pair");
    auto_fd int sync = pair[0];
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        hold_namespace(pair[1]);
    }
    close(pair[1]);
    if (pid < 0)
        return err_set(err, errno, "fork");
    int fd = open_mapped(pid, sync, maps, err);
    io_close_fd(&sync); /* it ends */
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return fd;
}

static int map_one(struct spec_mount *mount, const struct container *container,
                   int own_ns, struct err *err)
{
    const struct spec_id_maps *maps = &mount->maps;
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP};
    char path[4096];

    if (!maps->uid_count)
        maps = &container->spec->os.maps;
    auto_fd int made = maps->uid_count ? make_namespace(maps, err) : -1;
    if (maps->uid_count && made < 0)
        return made;
    if (mounts_source_path(container, mount, path) < 0)
        return err_set(err, ENAMETOOLONG, "%s", mount->source);
    int tree = mounts_take(path, mount->is_recursive);
    if (tree < 0)
        return err_set(err, errno, "open %s", path);
    mount->source_tree = tree + 1; /* whatever it was before is unmapped */
    attr.userns_fd = (uint64_t)(made >= 0 ? made : own_ns);
    if (mount_setattr(tree, "",
                      AT_EMPTY_PATH | (mount->is_ridmap ? AT_RECURSIVE : 0),
                      &attr, sizeof attr) < 0)
        return err_set(err, errno, "map the ids of %s", path);
    return 0;
}

int mounts_map_ids(const struct container *container, int own_ns,
                   struct err *err)
{
    struct spec *spec = container->spec;
    for (size_t i = 0; i < spec->mount_count; i++)
        if (spec->mounts[i].is_idmap &&
            map_one(&spec->mounts[i], container, own_ns, err) < 0)
            return err_wrap(err, "mount %s", spec->mounts[i].destination);
    return 0;
}
