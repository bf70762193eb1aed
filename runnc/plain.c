/* SPDX-License-Identifier: Apache-2.0 */
/* Plain Linux programs in bundles; see plain.h. */
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/elf.h"
#include "common/io.h"
#include "runnc/plain.h"
#include "runnc/util.h"

/* Opens a path as the container will see it, whatever its links say. */
static int open_inside(int root, const char *dir, const char *path)
{
    char full[2 * PATH_MAX];
    struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    struct stat st;

    snprintf(full, sizeof full, "%s/%s", *path == '/' ? "" : dir, path);
    auto_fd int fd = (int)syscall(SYS_openat2, root, full, &how, sizeof how);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return -1;
    return open(fd_path(fd), O_RDONLY | O_CLOEXEC);
}

/* The program's file, by its path or by the container's PATH; or -1. */
static int open_program(int root, const json_t *process)
{
    const char *name =
        json_string_value(json_array_get(json_object_get(process, "args"), 0));
    const char *cwd = json_string_value(json_object_get(process, "cwd"));
    size_t i;
    json_t *item;

    if (!name || strlen(name) >= PATH_MAX || !cwd || strlen(cwd) >= PATH_MAX)
        return -1;
    if (strchr(name, '/'))
        return open_inside(root, cwd, name);
    json_array_foreach(json_object_get(process, "env"), i, item)
    {
        const char *env = json_string_value(item);
        if (!env || strncmp(env, "PATH=", 5) != 0)
            continue;
        for (const char *at = env + 5; *at; at += *at == ':') {
            char dir[PATH_MAX];
            size_t len = strcspn(at, ":");
            snprintf(dir, sizeof dir, "%.*s", (int)len, at);
            int fd = len < sizeof dir ? open_inside(root, dir, name) : -1;
            if (fd >= 0)
                return fd;
            at += len;
        }
    }
    return -1;
}

/* The bundle's root; or -1. */
static int open_root(const json_t *config, const char *bundle)
{
    const char *path = json_string_value(
        json_object_get(json_object_get(config, "root"), "path"));
    auto_fd int dir = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return path ? openat(dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
}

/* What isn't there is no plain program: we say so in the words of our own. */
bool plain_is(const json_t *config, const char *bundle)
{
    static struct elf_image image;
    struct err ignored;

    auto_fd int root = open_root(config, bundle);
    if (root < 0)
        return false;
    auto_fd int fd = open_program(root, json_object_get(config, "process"));
    return fd >= 0 && elf_read(&image, fd, &ignored) < 0;
}

/* Newer versions of podman bind the host's file instead of copying it. */
static int open_bound(const json_t *config, const char *destination)
{
    json_t *mount;
    size_t i;
    json_array_foreach(json_object_get(config, "mounts"), i, mount)
    {
        const char *at =
            json_string_value(json_object_get(mount, "destination"));
        const char *source =
            json_string_value(json_object_get(mount, "source"));
        struct stat st;
        if (at && source && !strcmp(at, destination))
            return stat(source, &st) == 0 && S_ISREG(st.st_mode)
                       ? open(source, O_RDONLY | O_CLOEXEC)
                       : -1;
    }
    return -1;
}

/* An ELF program that needs no interpreter, which would be the image's. */
static bool is_static(int fd)
{
    char head[ELF_HEAD_SIZE];
    ssize_t len = pread(fd, head, sizeof head, 0);
    Elf64_Ehdr ehdr;
    Elf64_Phdr phdr;

    if (len < (ssize_t)sizeof ehdr)
        return false;
    memcpy(&ehdr, head, sizeof ehdr);
    if (memcmp(ehdr.e_ident, ELFMAG, SELFMAG) != 0 ||
        ehdr.e_phentsize != sizeof phdr || ehdr.e_phoff > sizeof head ||
        ehdr.e_phoff + (size_t)ehdr.e_phnum * sizeof phdr > (size_t)len)
        return false;
    for (size_t i = 0; i < ehdr.e_phnum; i++) {
        memcpy(&phdr, head + ehdr.e_phoff + i * sizeof phdr, sizeof phdr);
        if (phdr.p_type == PT_INTERP)
            return false;
    }
    return true;
}

static bool is_same(int one, int other)
{
    struct stat st[2];
    struct err ignored;
    char buf[2][1 << 14];

    if (fstat(one, &st[0]) < 0 || fstat(other, &st[1]) < 0 ||
        st[0].st_size != st[1].st_size)
        return false;
    for (off_t at = 0; at < st[0].st_size; at += (off_t)sizeof buf[0]) {
        size_t len = (size_t)(st[0].st_size - at);
        if (len > sizeof buf[0])
            len = sizeof buf[0];
        if (pread_full(one, buf[0], len, (uint64_t)at, &ignored) < 0 ||
            pread_full(other, buf[1], len, (uint64_t)at, &ignored) < 0 ||
            memcmp(buf[0], buf[1], len) != 0)
            return false;
    }
    return true;
}

/* Where podman looks for it (common/pkg/config, FindInitBinary). */
static int open_catatonit(void)
{
    static const char *const places[] = {
        "/usr/libexec/podman/catatonit", "/usr/local/libexec/podman/catatonit",
        "/usr/local/lib/podman/catatonit", "/usr/bin/catatonit"};
    int fd = -1;
    for (size_t i = 0; i < sizeof places / sizeof *places && fd < 0; i++)
        fd = open(places[i], O_RDONLY | O_CLOEXEC);
    return fd;
}

bool plain_is_podmans_pause(const json_t *config, const char *bundle)
{
    const json_t *process = json_object_get(config, "process");
    const json_t *args = json_object_get(process, "args");
    const char *name = json_string_value(json_array_get(args, 0));
    const char *word = json_string_value(json_array_get(args, 1));
    const char *manager = json_string_value(json_object_get(
        json_object_get(config, "annotations"), "io.container.manager"));

    if (!manager || strcmp(manager, "libpod") != 0 ||
        json_array_size(args) != 2 || !name || *name != '/' || !word ||
        strcmp(word, "-P") != 0)
        return false;
    auto_fd int own = open_catatonit();
    auto_fd int root = open_root(config, bundle);
    int bound = open_bound(config, name);
    auto_fd int fd =
        bound >= 0 || root < 0 ? bound : open_program(root, process);
    return own >= 0 && fd >= 0 && is_static(own) && is_same(own, fd);
}
