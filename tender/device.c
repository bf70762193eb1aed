/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: matching and placing; see device.h. */
#include "tender/host.h"
#include "tender/device.h"
#include "common/io.h"

const char *device_class_name(uint32_t cls)
{
    static const char names[][8] = {"console", "net", "block", "stream",
                                    "core"};
    return cls == OPTION_MAC ? "mac" : names[cls];
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

/* What the options give for one declared device. */
struct gift {
    const struct option_device *device; /* or NULL */
    const struct option_device *mac;    /* or NULL */
};

static const struct option_device *take_option(const struct options *options,
                                               bool used[OPTIONS_DEVICE_MAX],
                                               uint32_t cls, const char *name)
{
    for (uint32_t i = 0; i < options->device_count; i++) {
        const struct option_device *option = &options->device[i];
        if (used[i] || option->cls != cls || strcmp(option->name, name) != 0)
            continue;
        used[i] = true;
        return option;
    }
    return NULL;
}

/* Named options first; what is left goes to the first ones without. */
static void match_all(struct gift gifts[UNI_DECL_MAX],
                      bool used[OPTIONS_DEVICE_MAX],
                      const struct options *options,
                      const struct uni_manifest *manifest, bool is_named)
{
    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct uni_decl *decl = &manifest->decl[i];
        const char *name = is_named ? decl->name : "";
        if (!gifts[i].device)
            gifts[i].device = take_option(options, used, decl->cls, name);
        if (gifts[i].device && decl->cls == UNI_CLASS_NET && !gifts[i].mac)
            gifts[i].mac = take_option(options, used, OPTION_MAC, name);
    }
}

static int match(struct gift gifts[UNI_DECL_MAX], const struct options *options,
                 const struct uni_manifest *manifest, struct err *err)
{
    bool used[OPTIONS_DEVICE_MAX] = {false};

    match_all(gifts, used, options, manifest, true);
    match_all(gifts, used, options, manifest, false);
    match_all(gifts, used, options, manifest, true); /* --mac:NAME --net=... */
    for (uint32_t i = 0; i < options->device_count; i++) {
        const struct option_device *option = &options->device[i];
        const char *word = device_class_name(option->cls);
        if (!used[i] && option->cls == OPTION_MAC)
            return err_refuse(err, "--mac%s%s: no --net gives such a device",
                              option->name[0] ? ":" : "", option->name);
        if (!used[i] && option->name[0])
            return err_refuse(err, "--%s:%s: the image declares no such device",
                              word, option->name);
        if (!used[i])
            return err_refuse(err,
                              "--%s=%s: the image declares no device to "
                              "take it",
                              word, option->value);
    }
    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct uni_decl *decl = &manifest->decl[i];
        const char *word = device_class_name(decl->cls);
        if (!gifts[i].device && !(decl->flags & UNI_DECL_OPTIONAL))
            return err_refuse(err, "needs the %s device %s: give --%s:%s=...",
                              word, decl->name, word, decl->name);
    }
    return 0;
}

/* The address: what --mac says, else what the interface has, else random. */
static int set_mac(uint8_t mac[6], const struct option_device *option,
                   struct err *err)
{
    static const uint8_t none[6];
    if (option) /* checked by options_parse */
        return options_mac(mac, option->value);
    if (memcmp(mac, none, sizeof none))
        return 0;
    if (getrandom(mac, sizeof none, 0) < 0)
        return err_set(err, errno, "getrandom");
    mac[0] = 0x02; /* locally administered, one host */
    return 0;
}

static int open_device(struct device *device, const struct uni_decl *decl,
                       const struct gift *gift, struct err *err)
{
    int (*const open_class[])(struct device *, const char *, struct err *) = {
        [UNI_CLASS_NET] = net_open,
        [UNI_CLASS_BLOCK] = block_open,
        [UNI_CLASS_STREAM] = stream_open};
    *device = (struct device){.fd = -1, .fd_durable = -1};
    device->info.cls = decl->cls;
    memcpy(device->info.name, decl->name, sizeof decl->name);
    if (open_class[decl->cls](device, gift->device->value, err) < 0)
        return err_wrap(err, "--%s:%s", device_class_name(decl->cls),
                        decl->name);
    return decl->cls == UNI_CLASS_NET
               ? set_mac(device->info.u.net.mac, gift->mac, err)
               : 0;
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

static int open_all(struct devices *devices,
                    const struct uni_manifest *manifest,
                    const struct gift *gifts, bool is_block, struct err *err)
{
    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct uni_decl *decl = &manifest->decl[i];
        if (!gifts[i].device || (decl->cls == UNI_CLASS_BLOCK) != is_block)
            continue;
        if (open_device(&devices->device[devices->count], decl, &gifts[i],
                        err) < 0)
            return -err->code;
        devices->count++;
    }
    return 0;
}

static void number(struct devices *devices)
{
    uint32_t handle = 3;
    devices->first_block = 0;
    for (uint32_t i = 0; i < devices->count; i++) {
        struct device *device = &devices->device[i];
        if (device->info.cls == UNI_CLASS_BLOCK && !devices->first_block)
            devices->first_block = handle;
        device->info.handle = handle++;
        device->info.handle_durable =
            device->fd_durable >= 0 ? handle++ : device->info.handle;
    }
    devices->handle_count = handle;
    if (!devices->first_block)
        devices->first_block = handle;
}

int devices_open(struct devices *devices, const struct options *options,
                 const struct uni_manifest *manifest, struct err *err)
{
    struct gift gifts[UNI_DECL_MAX] = {{NULL, NULL}};

    devices->count = 0;
    if (match(gifts, options, manifest, err) < 0 ||
        open_all(devices, manifest, gifts, false, err) < 0)
        return -err->code;
    if (options->core_path && !options->is_dry_run &&
        open_core(&devices->device[devices->count++], options->core_path, err) <
            0)
        return -err->code;
    if (open_all(devices, manifest, gifts, true, err) < 0)
        return -err->code;
    number(devices);
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
    uint32_t next = devices->handle_count;
    if (devices->kept) {
        if (dup3(devices->kept, (int)next, O_CLOEXEC) < 0)
            return err_set(err, errno, "move file descriptor");
        devices->kept = (int)next++;
    }
    if (syscall(SYS_close_range, next, ~0u, 0) < 0)
        return err_set(err, errno, "close_range (Linux 5.9 has it)");
    return 0;
}
