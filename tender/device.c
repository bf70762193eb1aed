/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: matching and placing; see device.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tender/device.h"
#include "common/io.h"

static const char *class_word(enum uni_class cls)
{
    return cls == UNI_CLASS_NET     ? "net"
           : cls == UNI_CLASS_BLOCK ? "block"
                                    : "stream";
}

int device_fd_arg(const char *value, struct err *err)
{
    if (strncmp(value, "fd:", 3))
        return -ENOENT;
    char *end;
    errno = 0;
    long fd = strtol(value + 3, &end, 10);
    if (value[3] < '0' || value[3] > '9' || *end || errno || fd > INT32_MAX)
        return err_refuse(err, "%s is not a file descriptor", value);
    if (fd < 3)
        return err_refuse(err, "%s is the console", value);
    if (fcntl((int)fd, F_GETFD) < 0)
        return err_refuse(err, "%s is not open", value);
    return (int)fd;
}

static int stream_open(struct device *device, const char *value,
                       struct err *err)
{
    struct stat st;
    int fd = device_fd_arg(value, err);
    if (fd == -ENOENT)
        return err_refuse(err, "%s is not fd:N", value);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
        return err_refuse(err, "%s is not a socket", value);
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
        return err_set(err, errno, "%s: set non-blocking", value);
    device->fd = fd;
    return 0;
}

static const struct option_device *find_option(const struct options *options,
                                               const struct uni_decl *decl,
                                               bool used[OPTIONS_DEVICE_MAX],
                                               bool is_named)
{
    for (uint32_t i = 0; i < options->device_count; i++) {
        const struct option_device *option = &options->device[i];
        if (used[i] || option->cls != decl->cls ||
            (is_named ? strcmp(option->name, decl->name) != 0
                      : option->name[0] != 0))
            continue;
        used[i] = true;
        return option;
    }
    return NULL;
}

/* Which option gives which declared device; named ones first. */
static int match(const struct option_device *match_of[UNI_DECL_MAX],
                 const struct options *options,
                 const struct uni_manifest *manifest, struct err *err)
{
    bool used[OPTIONS_DEVICE_MAX] = {false};

    for (uint32_t i = 0; i < manifest->count; i++)
        match_of[i] = find_option(options, &manifest->decl[i], used, true);
    for (uint32_t i = 0; i < manifest->count; i++)
        if (!match_of[i])
            match_of[i] = find_option(options, &manifest->decl[i], used, false);

    for (uint32_t i = 0; i < options->device_count; i++) {
        const struct option_device *option = &options->device[i];
        if (!used[i] && option->name[0])
            return err_refuse(err, "--%s:%s: the image declares no such device",
                              class_word(option->cls), option->name);
        if (!used[i])
            return err_refuse(
                err, "--%s=%s: the image declares no device to take it",
                class_word(option->cls), option->value);
    }
    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct uni_decl *decl = &manifest->decl[i];
        if (!match_of[i] && !(decl->flags & UNI_DECL_OPTIONAL))
            return err_refuse(err, "needs the %s device %s: give --%s:%s=...",
                              class_word(decl->cls), decl->name,
                              class_word(decl->cls), decl->name);
    }
    return 0;
}

/* The address: what --mac says, else what the interface has, else random. */
static int set_mac(struct device *device, const struct options *options,
                   uint32_t net_idx, struct err *err)
{
    static const uint8_t none[6];
    uint8_t *mac = device->info.u.net.mac;
    uint32_t unnamed = 0;

    for (uint32_t i = 0; i < options->mac_count; i++) {
        const struct option_mac *option = &options->mac[i];
        if (option->name[0] ? !strcmp(option->name, device->info.name)
                            : unnamed++ == net_idx) {
            memcpy(mac, option->mac, sizeof option->mac);
            return 0;
        }
    }
    if (memcmp(mac, none, sizeof none))
        return 0;
    if (getrandom(mac, sizeof none, 0) < 0)
        return err_set(err, errno, "getrandom");
    mac[0] = 0x02; /* locally administered, one host */
    return 0;
}

static int open_device(struct device *device, const struct uni_decl *decl,
                       const struct option_device *option, struct err *err)
{
    int (*const open_class[])(struct device *, const char *, struct err *) = {
        [UNI_CLASS_NET] = net_open,
        [UNI_CLASS_BLOCK] = block_open,
        [UNI_CLASS_STREAM] = stream_open,
    };
    *device = (struct device){.fd = -1, .fd_durable = -1};
    device->info.cls = decl->cls;
    memcpy(device->info.name, decl->name, sizeof decl->name);
    if (open_class[decl->cls](device, option->value, err) < 0)
        return err_wrap(err, "--%s:%s", class_word(decl->cls), decl->name);
    return 0;
}

static int open_core(struct device *device, const char *path, struct err *err)
{
    *device = (struct device){.fd = -1, .fd_durable = -1};
    device->info.cls = UNI_CLASS_CORE;
    memcpy(device->info.name, "core", 5);
    device->fd = open(
        path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
        0600);
    if (device->fd < 0)
        return err_set(err, errno, "--core: create %s", path);
    return 0;
}

static int open_all(struct devices *devices, const struct options *options,
                    const struct uni_manifest *manifest,
                    const struct option_device *const *match_of, bool is_block,
                    struct err *err)
{
    uint32_t net_idx = 0;
    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct uni_decl *decl = &manifest->decl[i];
        struct device *device = &devices->device[devices->count];
        if (!match_of[i] || (decl->cls == UNI_CLASS_BLOCK) != is_block)
            continue;
        if (open_device(device, decl, match_of[i], err) < 0)
            return -err->code;
        if (decl->cls == UNI_CLASS_NET &&
            set_mac(device, options, net_idx++, err) < 0)
            return -err->code;
        devices->count++;
    }
    for (uint32_t i = 0; !is_block && i < options->mac_count; i++) {
        bool is_used = !options->mac[i].name[0] && net_idx > 0;
        for (uint32_t j = 0; j < devices->count; j++)
            is_used |=
                devices->device[j].info.cls == UNI_CLASS_NET &&
                !strcmp(options->mac[i].name, devices->device[j].info.name);
        if (!is_used)
            return err_refuse(err, "--mac%s%s: there is no such net device",
                              options->mac[i].name[0] ? ":" : "",
                              options->mac[i].name);
    }
    return 0;
}

int devices_open(struct devices *devices, const struct options *options,
                 const struct uni_manifest *manifest, bool is_dry,
                 struct err *err)
{
    const struct option_device *match_of[UNI_DECL_MAX];

    devices->count = 0;
    if (match(match_of, options, manifest, err) < 0 ||
        open_all(devices, options, manifest, match_of, false, err) < 0)
        return -err->code;
    if (options->core_path && !is_dry &&
        open_core(&devices->device[devices->count++], options->core_path, err) <
            0)
        return -err->code;

    uint32_t block_idx = devices->count;
    if (open_all(devices, options, manifest, match_of, true, err) < 0)
        return -err->code;

    uint32_t handle = 3;
    for (uint32_t i = 0; i < devices->count; i++) {
        struct device *device = &devices->device[i];
        if (i == block_idx)
            devices->first_block = handle;
        device->info.handle = handle++;
        device->info.handle_durable =
            device->fd_durable >= 0 ? handle++ : device->info.handle;
    }
    if (block_idx == devices->count)
        devices->first_block = handle;
    devices->handle_count = handle;
    return 0;
}

/* The place where the file descriptor of handle number `handle` is noted. */
static int *fd_of(struct devices *devices, uint32_t handle)
{
    for (uint32_t i = 0; i < devices->count; i++) {
        struct device *device = &devices->device[i];
        if (device->info.handle == handle)
            return &device->fd;
        if (device->info.handle_durable == handle)
            return &device->fd_durable;
    }
    __builtin_trap(); /* handles are dense */
}

int devices_place(struct devices *devices, struct err *err)
{
    for (uint32_t handle = 3; handle < devices->handle_count; handle++) {
        int *fd = fd_of(devices, handle);
        if (*fd == (int)handle)
            continue;
        /* Who sits there and is wanted later moves out of the way. */
        for (uint32_t later = handle + 1; later < devices->handle_count;
             later++) {
            int *other = fd_of(devices, later);
            if (*other != (int)handle)
                continue;
            *other = fcntl(*other, F_DUPFD_CLOEXEC, (int)devices->handle_count);
            if (*other < 0)
                return err_set(err, errno, "move file descriptor");
        }
        if (dup3(*fd, (int)handle, O_CLOEXEC) < 0)
            return err_set(err, errno, "move file descriptor");
        *fd = (int)handle;
    }
    if (syscall(SYS_close_range, devices->handle_count, ~0u, 0) == 0)
        return 0;
    if (errno != ENOSYS) /* Linux 5.9 has it, like fsgsbase */
        return err_set(err, errno, "close_range");
    return err_set(err, ENOSYS, "close_range: Linux 5.9 or later is needed");
}
