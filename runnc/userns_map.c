/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maps of a new user namespace, written from outside; user_namespaces(7).
 * A user without rights may map nothing but itself, and then must give up
 * setgroups; all else takes newuidmap(1) and newgidmap(1), which know what
 * /etc/subuid and /etc/subgid grant.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/userns.h"
#include "runnc/util.h"

#define MAPS_MAX 340u      /* user_namespaces(7) */
#define MAPS_TEXT_MAX 4095 /* bytes of one write: less than a page */

struct id_kind {
    const char *field, *file, *helper;
};
static const struct id_kind kinds[] = {
    {"uidMappings", "uid_map", "newuidmap"},
    {"gidMappings", "gid_map", "newgidmap"},
};

static bool overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
    return a < (uint64_t)b + b_size && b < (uint64_t)a + a_size;
}

static int check_one(const struct id_kind *kind, const char *where,
                     const struct spec_id_map *maps, size_t count,
                     struct err *err)
{
    if (count > MAPS_MAX)
        return err_refuse(err, "config.json: %s.%s: %zu entries, at most %u",
                          where, kind->field, count, MAPS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (maps[i].container_id > UINT32_MAX - maps[i].size ||
            maps[i].host_id > UINT32_MAX - maps[i].size)
            return err_refuse(err,
                              "config.json: %s.%s[%zu]: ends above the "
                              "last id",
                              where, kind->field, i);
        for (size_t k = 0; k < i; k++)
            if (overlap(maps[i].container_id, maps[i].size,
                        maps[k].container_id, maps[k].size) ||
                overlap(maps[i].host_id, maps[i].size, maps[k].host_id,
                        maps[k].size))
                return err_refuse(err,
                                  "config.json: %s.%s[%zu]: overlaps "
                                  "[%zu]",
                                  where, kind->field, i, k);
    }
    return 0;
}

static int check_maps(const struct spec_id_maps *maps, const char *where,
                      struct err *err)
{
    return check_one(&kinds[0], where, maps->uid, maps->uid_count, err) < 0 ||
                   check_one(&kinds[1], where, maps->gid, maps->gid_count,
                             err) < 0
               ? -err->code
               : 0;
}

int userns_check(const struct container *container, struct err *err)
{
    const struct spec *spec = container->spec;
    char where[32];

    if (!spec->os.ns[NS_USER].is_set && geteuid() != 0)
        return err_refuse(err, "config.json: linux.namespaces: who is not root "
                               "needs a user namespace (runnc spec --rootless "
                               "writes one)");
    for (size_t i = 0; i < spec->mount_count; i++) {
        snprintf(where, sizeof where, "mounts[%zu]", i);
        if (check_maps(&spec->mounts[i].maps, where, err) < 0)
            return -err->code;
    }
    return check_maps(&spec->os.maps, "linux", err);
}

static int write_map(pid_t pid, const struct id_kind *kind,
                     const struct spec_id_map *maps, size_t count,
                     struct err *err)
{
    char path[40], text[MAPS_TEXT_MAX + 1] = "";
    int len = 0;

    for (size_t i = 0; i < count; i++) {
        len += snprintf(text + len, sizeof text - (size_t)len, "%u %u %u\n",
                        maps[i].container_id, maps[i].host_id, maps[i].size);
        if (len >= MAPS_TEXT_MAX)
            return err_refuse(err,
                              "config.json: %s: longer than the "
                              "kernel takes",
                              kind->field);
    }
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, kind->file);
    return file_write(AT_FDCWD, path, text, err) < 0
               ? err_wrap(err, "%s", kind->field)
               : 0;
}

/* In the child. */
static _Noreturn void become_helper(const struct id_kind *kind, pid_t pid,
                                    const struct spec_id_map *maps,
                                    size_t count, int out)
{
    static char *argv[3 + 3 * MAPS_MAX];
    size_t argc = 0;

    argv[argc++] = (char *)kind->helper;
    bool is_full = asprintf(&argv[argc++], "%d", (int)pid) < 0;
    for (size_t i = 0; i < count && !is_full; i++) {
        is_full = asprintf(&argv[argc++], "%u", maps[i].container_id) < 0 ||
                  asprintf(&argv[argc++], "%u", maps[i].host_id) < 0 ||
                  asprintf(&argv[argc++], "%u", maps[i].size) < 0;
    }
    if (is_full || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(126);
    (void)execvp(kind->helper, argv);
    dprintf(2, "%s", strerror(errno));
    _exit(127);
}

static int run_helper(pid_t pid, const struct id_kind *kind,
                      const struct spec_id_map *maps, size_t count,
                      struct err *err)
{
    char text[256];
    size_t len = 0;
    int fds[2], status;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_set(err, errno, "pipe for %s", kind->helper);
    pid_t child = fork();
    if (child == 0)
        become_helper(kind, pid, maps, count, fds[1]);
    auto_fd int in = fds[0];
    (void)close(fds[1]); /* the child's */
    if (child < 0)
        return err_set(err, errno, "fork %s", kind->helper);
    for (ssize_t got = 1; got > 0 && len < sizeof text - 1; len += (size_t)got)
        if ((got = read(in, text + len, sizeof text - 1 - len)) <= 0)
            break;
    text[len] = 0;
    text[strcspn(text, "\n")] = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, errno, "wait for %s", kind->helper);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return err_say(err, EPERM, "%s: %s: %s", kind->field, kind->helper,
                       len ? text : "failed");
    return 0;
}

/* One id, our own: that takes no right. */
static bool is_self(const struct spec_id_map *maps, size_t count, uint32_t id)
{
    return count == 1 && maps->size == 1 && maps->host_id == id;
}

int userns_map(pid_t pid, const struct spec_id_maps *maps, struct err *err)
{
    char path[40];
    bool is_root = geteuid() == 0;

    int rc = is_root || is_self(maps->uid, maps->uid_count, geteuid())
                 ? write_map(pid, &kinds[0], maps->uid, maps->uid_count, err)
                 : run_helper(pid, &kinds[0], maps->uid, maps->uid_count, err);
    if (rc < 0)
        return rc;
    if (!is_root && !is_self(maps->gid, maps->gid_count, getegid()))
        return run_helper(pid, &kinds[1], maps->gid, maps->gid_count, err);
    snprintf(path, sizeof path, "/proc/%d/setgroups", (int)pid);
    if (!is_root && file_write(AT_FDCWD, path, "deny", err) < 0)
        return -err->code;
    return write_map(pid, &kinds[1], maps->gid, maps->gid_count, err);
}
