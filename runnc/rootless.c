/* SPDX-License-Identifier: Apache-2.0 */
/* Without root's rights; see rootless.h. */
#include "runnc/rootless.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/spec.h"
#include "runnc/util.h"

/* Every id is itself: the first user namespace, or one that is no different. */
static bool has_all_ids(void)
{
    auto_free char *text = NULL;
    struct err ignored; /* a kernel without user namespaces */
    unsigned inside, outside, size;

    if (file_read(AT_FDCWD, "/proc/self/uid_map", 16384, &text, &ignored) < 0)
        return true;
    return sscanf(text, "%u %u %u", &inside, &outside, &size) == 3 &&
           inside == 0 && outside == 0 && size == UINT32_MAX;
}

int rootless_init(struct globals *globals, const char *option, struct err *err)
{
    globals->is_in_userns = !has_all_ids();
    globals->is_rootless = geteuid() != 0 || globals->is_in_userns;
    if (!option || !strcmp(option, "auto"))
        return 0;
    bool is_true = !strcmp(option, "true");
    if (!is_true && strcmp(option, "false") != 0)
        return err_refuse(err, "--rootless: %s is not true, false or auto",
                          option);
    globals->is_rootless = is_true;
    return 0;
}

bool rootless_is_one_way(const struct globals *globals)
{
    return geteuid() != 0 || globals->is_in_userns;
}

const char *rootless_root(const struct globals *globals)
{
    static char root[4096];
    const char *dir = getenv("XDG_RUNTIME_DIR");

    if (!rootless_is_one_way(globals) || !dir || *dir != '/')
        return NULL;
    snprintf(root, sizeof root, "%s/runnc", dir);
    return root;
}

/* Is anything to be limited? Devices are not: who has no rights outside can
 * make none. */
static bool has_limits(const struct spec_resources *res)
{
    return (res->has_limit && res->limit > 0) ||
           (res->has_reservation && res->reservation > 0) ||
           (res->has_swap && res->swap > 0) ||
           (res->has_kernel_tcp && res->kernel_tcp > 0) ||
           res->has_swappiness || res->is_oom_kill_disabled || res->shares ||
           res->period || res->quota > 0 || res->rt_period ||
           res->rt_runtime > 0 || res->has_idle || res->has_burst ||
           (res->cpus && *res->cpus) || (res->mems && *res->mems) ||
           (res->has_pids && res->pids > 0) || res->blkio_weight ||
           res->blkio_count || res->has_net_class || res->hugepage_count ||
           res->unified_count;
}

static bool is_right_missing(const struct err *err)
{
    return err->code == EACCES || err->code == EPERM || err->code == EROFS ||
           err->code == ENOENT;
}

bool rootless_forgives(const struct container *container, const struct err *err)
{
    return container->globals->is_rootless && is_right_missing(err) &&
           !has_limits(&container->spec->os.resources);
}

int rootless_forgive_cgroups(struct container *container, struct err *err)
{
    struct err ignored;

    if (!container->globals->is_rootless || !is_right_missing(err))
        return -err->code;
    if (has_limits(&container->spec->os.resources))
        return err_wrap(err, "linux.resources: limits take a cgroup, which "
                             "this user may not make");
    log_debug("without cgroups: %s", err->text);
    if (container->cgroups)
        (void)cgroup_destroy(container->cgroups, &ignored);
    container->cgroups = NULL;
    return 0;
}
