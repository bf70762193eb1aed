/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of Linux security modules; see lsm.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/lsm.h"
#include "runnc/util.h"

#define SELINUX_SUPER_MAGIC 0xf97cff8cl /* linux/magic.h */
#define LABEL_MAX 3000u                 /* a page takes it and what surrounds */

bool lsm_has_apparmor(void)
{
    char is_enabled = 'N';
    auto_fd int fd = open("/sys/module/apparmor/parameters/enabled",
                          O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return fd >= 0 && read(fd, &is_enabled, 1) == 1 && is_enabled == 'Y';
}

bool lsm_has_selinux(void)
{
    struct statfs fs;
    return statfs("/sys/fs/selinux", &fs) == 0 &&
           (uint32_t)fs.f_type == SELINUX_SUPER_MAGIC;
}

static bool is_asked(const char *label)
{
    return label && *label;
}

/* A quote would end the option that carries it. */
static int check_label(const char *name, const char *label, struct err *err)
{
    if (!is_asked(label))
        return 0;
    if (strlen(label) > LABEL_MAX || strpbrk(label, "\"\n"))
        return err_refuse(err, "config.json: %s: %.60s is no label", name,
                          label);
    return 0;
}

int lsm_check(const struct spec *spec, struct err *err)
{
    const struct spec_process *process = &spec->process;
    const char *mount_label = spec->os.mount_label;

    if (check_label("process.apparmorProfile", process->apparmor_profile, err) <
            0 ||
        check_label("process.selinuxLabel", process->selinux_label, err) < 0 ||
        check_label("linux.mountLabel", mount_label, err) < 0)
        return -err->code;
    if (is_asked(process->apparmor_profile) && !lsm_has_apparmor())
        return err_say(err, EINVAL,
                       "apparmor failed to apply profile %s: AppArmor is not "
                       "enabled on this host",
                       process->apparmor_profile);
    if ((is_asked(process->selinux_label) || is_asked(mount_label)) &&
        !lsm_has_selinux())
        return err_say(err, EINVAL,
                       "selinux label is specified in config, but selinux is "
                       "disabled or not supported");
    return 0;
}

/* Documentation/security/lsm-development, man 2 aa_change_onexec: in one
 * write; a module without files of its own has the common ones. */
static int write_attr(const char *module, const char *text, struct err *err)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/thread-self/attr/%s/exec", module);
    if (access(path, F_OK) < 0)
        strcpy(path, "/proc/thread-self/attr/exec");
    return file_write(AT_FDCWD, path, text, err);
}

int lsm_label_exec(const struct spec_process *process, struct err *err)
{
    char text[LABEL_MAX + sizeof "exec "];

    if (is_asked(process->apparmor_profile)) {
        snprintf(text, sizeof text, "exec %s", process->apparmor_profile);
        if (write_attr("apparmor", text, err) < 0)
            return err_wrap(err, "apparmor failed to apply profile%s",
                            err->code == ENOENT ? " (is it loaded?)" : "");
    }
    if (is_asked(process->selinux_label) &&
        write_attr("selinux", process->selinux_label, err) < 0)
        return err_wrap(err, "set selinux label");
    return 0;
}

int lsm_mount_data(const char **out, char *room, size_t size,
                   const char *mount_label, const char *type, const char *data,
                   struct err *err)
{
    static const char *const without[] = {"bind",   "proc",   "sysfs",
                                          "mqueue", "cgroup", "cgroup2"};

    *out = data;
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (!strcmp(type, without[i]))
            return 0;
    if (!is_asked(mount_label))
        return 0;
    int len = snprintf(room, size, "%s%scontext=\"%s\"", data ? data : "",
                       data && *data ? "," : "", mount_label);
    if (len < 0 || (size_t)len >= size)
        return err_set(err, E2BIG, "options");
    *out = room;
    return 0;
}

int lsm_label_mounted(int fd, const char *mount_label, const char *type,
                      struct err *err)
{
    if (!is_asked(mount_label) || strcmp(type, "mqueue") != 0)
        return 0;
    if (setxattr(fd_path(fd), "security.selinux", mount_label,
                 strlen(mount_label) + 1, 0) < 0)
        return err_set(err, errno, "set selinux label");
    return 0;
}
