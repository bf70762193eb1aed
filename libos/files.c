/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file side's start: the root file system (the image's, below that a file
 * server's, above them a layer for what is written), /dev, /proc, and what
 * configuration asks for (docs/abi.md):
 *     ro=1             the root is read-only
 *     layer=SIZE, N%   how much may be written to it
 *     tmpfs=PATH[:SIZE] one more tmpfs; any number of these
 *     mount=...         mount.c
 */
#include "arena.h"
#include "block.h"
#include "erofs.h"
#include "files.h"
#include "hc.h"
#include "libos.h"
#include "p9.h"
#include "sys.h"
#include "vfs.h"

static struct erofs image;
static const struct erofs *lower; /* &image, or NULL */

static _Noreturn void refuse(const char *what, long rc)
{
    print_err("septum: %s: error %ld\n", what, -rc);
    hc_exit(UNI_STATUS_REFUSED);
}

/* The value of a string "key=..." of boot info, else of the image's
 * configuration; NULL: there is none. */
static const char *conf(const char *key)
{
    const struct uni_note *note = sys_note();
    const char *value = libos_conf(key);
    const char *at = (const char *)note->config_addr;
    const char *end = at + note->config_size;
    size_t key_len = strlen(key);
    while (!value && at && at < end) {
        size_t len = strnlen(at, (size_t)(end - at));
        if (len > key_len && at[key_len] == '=' && !strncmp(at, key, key_len))
            value = at + key_len + 1;
        at += len + 1;
    }
    return value;
}

/* What may be written to the root, in bytes: half of the memory. */
static uint64_t layer_size(void)
{
    const char *value = conf("layer");
    struct arena_stats stats;
    uint64_t percent = 50;
    arena_stats(&stats);
    size_t len = value ? strlen(value) : 0;
    if (len && value[len - 1] == '%') {
        percent = 0;
        for (; *value >= '0' && *value <= '9' && percent <= 100; value++)
            percent = percent * 10 + (uint64_t)(*value - '0');
        if (strcmp(value, "%") || !percent || percent > 100)
            refuse("layer=: expected a size, or 1% to 100%", -LINUX_EINVAL);
    } else if (value) {
        uint64_t size = files_parse_size(value);
        if (size < PAGE_SIZE)
            refuse("layer=: expected a size, or 1% to 100%", -LINUX_EINVAL);
        return size;
    }
    return stats.total / 100 * percent;
}

static const char *const base_key = "mount=/,";

static bool is_base(const char *text)
{
    return !strncmp(text, base_key, strlen(base_key));
}

static void mount_root(const struct uni_boot *boot)
{
    struct tmpfs_below below = {.image = lower};
    const char *at = (const char *)boot + boot->conf_off;
    for (uint32_t i = 0; i < boot->confc; i++, at += strlen(at) + 1) {
        if (!is_base(at))
            continue;
        int rc = below.base ? -LINUX_EBUSY
                            : mount_base(at + strlen("mount="), &below.base);
        if (rc < 0)
            refuse(at, rc);
    }
    bool is_alone = !below.image && !below.base;
    struct fs *root = tmpfs_new(is_alone ? NULL : &below, layer_size(), 0755);
    if (!root)
        refuse("root file system", -LINUX_ENOMEM);
    vfs_mount(root, NULL);
    fs_context.cwd = inode_get(root->root);
}

/* On a directory that is made if it is missing. */
static long mount_at(struct fs *fs, const char *path, unsigned mode)
{
    struct inode *dir;
    if (!fs)
        return -LINUX_ENOMEM;
    int rc = vfs_make_dir(path, mode);
    if (rc < 0 && rc != -LINUX_EEXIST)
        return rc;
    rc = walk_inode(LINUX_AT_FDCWD, path, WALK_FOLLOW, &dir);
    if (rc < 0)
        return rc;
    if (!inode_is_dir(dir)) {
        inode_put(dir);
        return -LINUX_ENOTDIR;
    }
    vfs_mount(fs, dir);
    return 0;
}

uint64_t files_parse_size(const char *s)
{
    static const char units[] = "kmgt";
    uint64_t size = 0;
    for (; *s >= '0' && *s <= '9'; s++)
        if (__builtin_mul_overflow(size, 10, &size) ||
            __builtin_add_overflow(size, (uint64_t)(*s - '0'), &size))
            return 0;
    const char *unit = *s ? strchr(units, *s | 0x20) : NULL;
    if (*s && (!unit || s[1]))
        return 0;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    return size << shift >> shift == size ? size << shift : 0;
}

static long mount_extra(const char *value)
{
    char path[256];
    const char *colon = strchr(value, ':');
    size_t len = colon ? (size_t)(colon - value) : strlen(value);
    uint64_t size = colon ? files_parse_size(colon + 1) : 0;
    long rc = -LINUX_EINVAL;
    if (len < sizeof path && value[0] == '/' && !(colon && !size)) {
        memcpy(path, value, len);
        path[len] = '\0';
        rc = mount_at(tmpfs_new(NULL, size, 01777), path, 01777);
    }
    return rc;
}

/* Directories on the way get the usual mode. */
int files_make_place(const char *path, unsigned mode)
{
    char *copy = kalloc(strlen(path) + 1);
    if (!copy)
        return -LINUX_ENOMEM;
    memcpy(copy, path, strlen(path) + 1);
    int rc = 0;
    for (char *at = copy + 1; *at && (rc == 0 || rc == -LINUX_EEXIST); at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        rc = vfs_make_dir(copy, 0755);
        *at = '/';
    }
    if (rc == 0 || rc == -LINUX_EEXIST)
        rc = (mode & LINUX_S_IFMT) == LINUX_S_IFDIR
                 ? vfs_make_dir(path, mode & 07777)
                 : vfs_make_node(path, mode, 0);
    kfree(copy);
    return rc == -LINUX_EEXIST ? 0 : rc;
}

/* Each "tmpfs=" string of the image's configuration and of boot info, and
 * boot info's "mount=". */
static void mount_extras(const char *at, const char *end, bool is_boot)
{
    while (at && at < end) {
        size_t len = strnlen(at, (size_t)(end - at));
        if (at + len >= end)
            return;
        long rc = 0;
        if (!strncmp(at, "tmpfs=", 6))
            rc = mount_extra(at + 6);
        else if (is_boot && !strncmp(at, "mount=", 6) && !is_base(at))
            rc = mount_conf(at + 6);
        if (rc < 0)
            refuse(at, rc);
        at += len + 1;
    }
}

static const char *boot_conf_end(const struct uni_boot *boot)
{
    const char *at = (const char *)boot + boot->conf_off;
    for (uint32_t i = 0; i < boot->confc; i++)
        at += strlen(at) + 1;
    return at;
}

void files_init(void)
{
    const struct uni_note *note = sys_note();
    if (note->rootfs_size) {
        int rc = erofs_init(&image, (const void *)note->rootfs_addr,
                            note->rootfs_size);
        if (rc < 0)
            refuse("root file system: not an EROFS that can be read", rc);
        lower = &image;
    }
    fd_init();
}

static void mount_own(void)
{
    (void)vfs_make_dir("/tmp", 01777); /* -EEXIST: as the image has it */
    long rc = mount_at(tmpfs_new(NULL, 0, 0755), "/dev", 0755);
    if (rc == 0)
        rc = dev_populate();
    if (rc < 0)
        refuse("/dev", rc);
    rc = mount_at(proc_new(), "/proc", 0555);
    if (rc < 0)
        refuse("/proc", rc);
    rc = block_init();
    if (rc < 0)
        refuse("/dev/block", rc);
}

void files_mount(void)
{
    const struct uni_note *note = sys_note();
    const struct uni_boot *boot = sys_boot();
    const char *config = (const char *)note->config_addr;
    uint32_t umask = fs_context.umask;
    fs_context.umask = 0;
    p9_is_polling = true; /* half a tree is nobody's business */
    mount_root(boot);
    mount_own();
    mount_extras(config, config + note->config_size, false);
    mount_extras((const char *)boot + boot->conf_off, boot_conf_end(boot),
                 true);
    p9_is_polling = false;
    const char *ro = conf("ro");
    if (ro && ro[0] == '1')
        vfs_mounts->flags |= FS_READONLY;
    fs_context.umask = umask;
}

void files_exit(void)
{
    int rc = block_flush_all(false);
    if (rc < 0)
        print_err("septum: writing to a block device: error %d\n", -rc);
}
