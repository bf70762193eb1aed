/* SPDX-License-Identifier: Apache-2.0 */
/* tender: runs a unikernel image in a cage. Only this file prints errors and
 * chooses exit statuses. */
#include "tender/host.h"
#include "common/io.h"
#include "tender/cage.h"
#include "tender/parent.h"
#include "tender/print.h"

static struct guest guest; /* large, and zero pages cost nothing */

static const struct cage *const cages[] = {&cage_seccomp, &cage_kvm};

static const struct cage *find_cage(const char *name, struct err *err)
{
    for (unsigned i = 0; i < sizeof cages / sizeof cages[0]; i++)
        if (!strcmp(name, cages[i]->name))
            return cages[i];
    err_refuse(err, "--cage: %s is not seccomp or kvm", name);
    return NULL;
}

static int open_image(struct err *err)
{
    const char *path = guest.options.image_path;
    const char *handed = guest.options.image_fd;
    auto_fd int fd = handed ? device_fd_arg(handed, err)
                            : open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && handed)
        return err_refuse(err, "--image: %s is not an open fd:N", handed);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return err_refuse(err, "%s: %s", path, strerror(errno));
    if (fd < 0)
        return err_set(err, errno, "open %s", path);
    if (elf_read(&guest.image, fd, err) < 0)
        return err_wrap(err, "%s", path);
    return take_fd(&fd);
}

/* Everything before the guest's first instruction; its status if it ran. */
static int run(int argc, char **argv, struct err *err)
{
    const struct options *options = &guest.options;
    if (io_open_std(err) < 0 ||
        options_parse(&guest.options, argc, argv, err) < 0)
        return -err->code;
    if (options->is_hidden && prctl(PR_SET_DUMPABLE, 0) < 0)
        return err_set(err, errno, "--hidden");
    if (options->is_help)
        return options_help(STDOUT_FILENO), 0;
    if (options->is_version)
        return dprintf(STDOUT_FILENO, "tender %s (ABI %u)\n", SEPTUM_VERSION,
                       UNI_ABI_VERSION) < 0;

    const struct cage *cage = find_cage(options->cage, err);
    if (!cage)
        return -err->code;
    if (options->kvm_fd && !cage->is_own_process) {
        int fd = device_fd_arg(options->kvm_fd, err);
        /* Above all numbers that handles may have. */
        guest.devices.kept = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 64);
        if (guest.devices.kept < 0)
            return err_refuse(err, "--kvm: %s is not an open fd:N",
                              options->kvm_fd);
    }
    auto_fd int image_fd = open_image(err);
    if (image_fd < 0)
        return -err->code;
    if (devices_open(&guest.devices, options, &guest.image.manifest, err) < 0 ||
        guest_plan(&guest, err) < 0)
        return err_wrap(err, "%s", options->image_path);
    if (options->is_dry_run) {
        print_map(STDOUT_FILENO, &guest);
        struct filter_params params;
        cage->params(&guest, &params);
        filter_print(STDOUT_FILENO, &params);
        return 0;
    }
    if (guest_map(&guest, image_fd, cage->is_own_process, err) < 0)
        return err_wrap(err, "%s", options->image_path);
    io_close_fd(&image_fd);
    if (devices_place(&guest.devices, err) < 0 || boot_write(&guest, err) < 0)
        return -err->code;
    if (parent_is_needed(options) &&
        parent_fork(&guest, options->has_trace && cage->is_own_process, err) <
            0)
        return -err->code;
    if (cage->prepare(&guest, err) < 0)
        return -err->code;
    return cage->run(&guest, err);
}

int main(int argc, char **argv)
{
    struct err err;
    int rc = run(argc, argv, &err);
    if (rc >= 0)
        return rc;
    dprintf(STDERR_FILENO, "tender: %s\n", err.text);
    return err.is_refusal ? UNI_STATUS_REFUSED : UNI_STATUS_HOST;
}
