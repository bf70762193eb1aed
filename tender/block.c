/* SPDX-License-Identifier: Apache-2.0 */
/* Block devices: regular files and the host's block devices. */
#include "tender/host.h"
#include "common/io.h"
#include "tender/device.h"

struct block_args {
    char path[PATH_MAX];
    bool is_readonly;
    uint64_t block_size; /* 0: not given */
};

/* Takes ",ro" and ",SIZE" off the end; other commas belong to the path. */
static int parse_args(struct block_args *args, const char *value,
                      struct err *err)
{
    *args = (struct block_args){.is_readonly = false};
    if (strlen(value) >= sizeof args->path)
        return err_refuse(err, "the path is too long");
    strcpy(args->path, value);

    char *comma;
    while ((comma = strrchr(args->path, ','))) {
        if (!strcmp(comma, ",ro"))
            args->is_readonly = true;
        else if (comma[1] < '0' || comma[1] > '9' ||
                 options_size(&args->block_size, comma + 1, err) < 0)
            break;
        *comma = 0;
    }
    if (!args->path[0])
        return err_refuse(err, "no file is given");
    if (args->block_size &&
        (args->block_size < 512 || args->block_size > 4096 ||
         (args->block_size & (args->block_size - 1))))
        return err_refuse(err, "block size %lu is not 512, 1024, 2048 or 4096",
                          args->block_size);
    return 0;
}

/* Capacity and block size of what is open. */
static int measure(struct device *device, const struct block_args *args,
                   struct err *err)
{
    struct uni_block_info *block = &device->info.u.block;
    struct stat st;
    if (fstat(device->fd, &st) < 0)
        return err_set(err, errno, "%s", args->path);

    block->block_size = args->block_size ? (uint32_t)args->block_size : 512;
    if (S_ISBLK(st.st_mode)) {
        int sector = 512;
        if (ioctl(device->fd, BLKGETSIZE64, &block->capacity) < 0 ||
            ioctl(device->fd, BLKSSZGET, &sector) < 0)
            return err_set(err, errno, "%s: size", args->path);
        if (!args->block_size)
            block->block_size = (uint32_t)sector;
    } else if (S_ISREG(st.st_mode)) {
        block->capacity = (uint64_t)st.st_size;
    } else {
        return err_refuse(err, "%s is no file and no block device", args->path);
    }
    if (block->block_size < 512 || block->block_size > 4096)
        return err_refuse(err, "%s: blocks of %u bytes, not 512 to 4096",
                          args->path, block->block_size);
    if (!block->capacity || block->capacity % block->block_size)
        return err_refuse(err,
                          "%s: its size (%lu bytes) is not one or more blocks "
                          "of %u bytes",
                          args->path, block->capacity, block->block_size);
    return 0;
}

int block_open(struct device *device, const char *value, struct err *err)
{
    struct block_args args;
    char self[32];
    if (parse_args(&args, value, err) < 0)
        return -err->code;

    const char *path = args.path;
    int given = device_fd_arg(args.path, err);
    if (given >= 0) {
        if ((fcntl(given, F_GETFL) & O_ACCMODE) == O_RDONLY)
            args.is_readonly = true;
        snprintf(self, sizeof self, "/proc/self/fd/%d", given);
        path = self; /* flags are per open file: open it anew */
    } else if (given != -ENOENT) {
        return given;
    }

    int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
                (args.is_readonly ? O_RDONLY : O_RDWR);
    auto_fd int fd = open(path, flags);
    if (fd < 0)
        return err_set(err, errno, "open %s", args.path);
    device->fd = fd;
    if (measure(device, &args, err) < 0)
        return -err->code;
    if (flock(fd, (args.is_readonly ? LOCK_SH : LOCK_EX) | LOCK_NB) < 0 &&
        errno == EWOULDBLOCK)
        return err_set(err, EBUSY, "%s is in use by another guest", args.path);
    if (args.is_readonly) {
        device->info.flags |= UNI_DEVICE_READONLY;
    } else {
        device->fd_durable = open(path, flags | O_DSYNC);
        if (device->fd_durable < 0)
            return err_set(err, errno, "open %s", args.path);
    }
    (void)take_fd(&fd);
    return 0;
}
