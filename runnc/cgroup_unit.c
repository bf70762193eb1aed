/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The systemd driver: the container's cgroup is that of a transient scope,
 * which systemd makes, with delegation, for init; limits go to systemd, which
 * would set its own otherwise, and to the files, which have more. systemd is
 * spoken to by the program septum-systemd (systemd.c): its library is dynamic,
 * and we are not. systemd.resource-control(5), org.freedesktop.systemd1(5).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/cgroup_unit.h"
#include "runnc/util.h"

#define HELPER "septum-systemd"
#define SLICE_SUFFIX ".slice"
#define SUFFIX_LEN 6u /* ".slice", ".scope" */
#define ANSWER_MAX 4096u

static bool is_unit_name(const char *text, size_t len)
{
    return len && strspn(text, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789:-_.\\@") >= len;
}

/* "a-b.slice" is a.slice/a-b.slice: each dash is a level, none is empty.
 * "-.slice" is the root. */
static bool is_slice(const char *name)
{
    size_t len = strlen(name);
    if (len <= SUFFIX_LEN || !is_unit_name(name, len) ||
        strcmp(name + len - SUFFIX_LEN, SLICE_SUFFIX) != 0)
        return false;
    return !strcmp(name, "-" SLICE_SUFFIX) ||
           (*name != '-' && name[len - SUFFIX_LEN - 1] != '-' &&
            !strstr(name, "--"));
}

int cgroup_unit_names(char unit[CGROUP_UNIT_MAX + 1],
                      char slice[CGROUP_UNIT_MAX + 1], const char *path,
                      const char *id, bool is_user, struct err *err)
{
    static const char what[] = "config.json: linux.cgroupsPath";
    const char *prefix = "runnc", *name = id;
    int prefix_len = 5, slice_len = 0;

    if (path && *path) {
        const char *first = strchr(path, ':');
        const char *second = first ? strchr(first + 1, ':') : NULL;
        if (!second || strchr(second + 1, ':'))
            return err_refuse(err,
                              "%s: %.200s, expected slice:prefix:name for "
                              "systemd's cgroups",
                              what, path);
        slice_len = (int)(first - path);
        prefix = first + 1;
        prefix_len = (int)(second - prefix);
        name = second + 1;
    }
    if (slice_len > (int)CGROUP_UNIT_MAX)
        return err_refuse(err, "%s: a slice's name of %d bytes", what,
                          slice_len);
    snprintf(slice, CGROUP_UNIT_MAX + 1, "%.*s", slice_len,
             slice_len ? path : "");
    if (!slice_len)
        strcpy(slice, is_user ? "user" SLICE_SUFFIX : "system" SLICE_SUFFIX);
    if (!is_slice(slice))
        return err_refuse(err, "%s: %s is no slice", what, slice);
    int len = snprintf(unit, CGROUP_UNIT_MAX + 1, "%.*s-%s.scope", prefix_len,
                       prefix, name);
    if (!*name || len > (int)CGROUP_UNIT_MAX ||
        !is_unit_name(unit, (size_t)len))
        return err_refuse(err, "%s: %.*s-%.200s.scope is no unit's name", what,
                          prefix_len > 100 ? 100 : prefix_len, prefix, name);
    return 0;
}

int cgroup_unit_check(bool is_user, struct err *err)
{
    const char *dir = getenv("XDG_RUNTIME_DIR"); /* man 3 sd_booted */
    if (access("/run/systemd/system", F_OK) < 0)
        return err_say(err, ENOTSUP,
                       "systemd does not run here: set the engine's cgroup "
                       "driver to cgroupfs");
    if (is_user && !getenv("DBUS_SESSION_BUS_ADDRESS") && (!dir || !*dir))
        return err_say(err, ENOTSUP,
                       "systemd of a user: neither XDG_RUNTIME_DIR nor "
                       "DBUS_SESSION_BUS_ADDRESS tells where it is");
    return 0;
}

/* In the child: it has its arguments, a pipe and, of the engine's
 * environment, where the user's bus is. */
static _Noreturn void become_helper(int program, int out, char **argv,
                                    bool is_user)
{
    char *envp[3] = {NULL};
    size_t count = 0;
    sigset_t none;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL); /* valid arguments */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);      /* it has a time limit, too */
    for (size_t i = 0; is_user && environ[i] && count < 2; i++)
        if (!strncmp(environ[i], "XDG_RUNTIME_DIR=", 16) ||
            !strncmp(environ[i], "DBUS_SESSION_BUS_ADDRESS=", 25))
            envp[count++] = environ[i];
    if (program < 3)
        program = fcntl(program, F_DUPFD_CLOEXEC, 3);
    if (out < 3)
        out = fcntl(out, F_DUPFD_CLOEXEC, 3);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 2) < 0 || dup2(out, 1) < 0)
        _exit(126);
    (void)syscall(SYS_execveat, program, "", argv, envp, AT_EMPTY_PATH);
    dprintf(1, "%s: %s\n", HELPER, strerror(errno));
    _exit(127);
}

/* All until it closes the pipe; what is too long is cut. */
static void read_answer(int fd, char answer[ANSWER_MAX])
{
    char more[256];
    size_t len = 0;
    ssize_t got = 1;
    while (got > 0 || (got < 0 && errno == EINTR)) {
        bool is_full = len == ANSWER_MAX - 1;
        got = is_full ? read(fd, more, sizeof more)
                      : read(fd, answer + len, ANSWER_MAX - 1 - len);
        if (got > 0 && !is_full)
            len += (size_t)got;
    }
    answer[len] = 0;
    answer[strcspn(answer, "\n")] = 0;
}

/* args: from the operation on, NULL at the end. */
static int ask(const struct cgroups *cgroups, char *const *args,
               char answer[ANSWER_MAX], struct err *err)
{
    static char name[] = HELPER, user[] = "--user";
    char *argv[CGROUP_PROP_MAX + 6] = {name};
    size_t count = 1;
    int pair[2], status = 0;

    if (cgroups->is_user)
        argv[count++] = user;
    while (*args && count < sizeof argv / sizeof *argv - 1)
        argv[count++] = *args++;
    auto_fd int program = program_open(-1, HELPER, err);
    if (program < 0)
        return err_wrap(err, "systemd's cgroups");
    if (pipe2(pair, O_CLOEXEC) < 0)
        return err_set(err, errno, "pipe to %s", HELPER);
    auto_fd int in = pair[0];
    auto_fd int out = pair[1];
    pid_t pid = fork();
    if (pid == 0)
        become_helper(program, out, argv, cgroups->is_user);
    if (pid < 0)
        return err_set(err, errno, "start %s", HELPER);
    io_close_fd(&out);
    read_answer(in, answer);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, errno, "wait for %s", HELPER);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (!*answer)
        return err_say(err, EIO, "%s: ended with status %d", HELPER, status);
    return err_say(err, EIO, "systemd: %.400s", answer);
}

int cgroup_unit_start(struct cgroups *cgroups, pid_t pid,
                      const struct spec_resources *res, struct err *err)
{
    static struct cgroup_props props;
    static char start[] = "start";
    char number[16], answer[ANSWER_MAX];

    if (!cgroups || !cgroups->unit)
        return 0;
    snprintf(number, sizeof number, "%d", (int)pid);
    char *args[CGROUP_PROP_MAX + 4] = {start, cgroups->unit, number};
    bool is_unified = cgroup_is_unified();
    if (is_unified && cgroup_v2_check(NULL, res, err) < 0)
        return -err->code;
    if (cgroup_prop(&props, err, "Description=s:%s", cgroups->owner) < 0 ||
        cgroup_prop(&props, err, "Slice=s:%s", cgroups->slice) < 0 ||
        cgroup_prop(&props, err, "Delegate=b:yes") < 0 ||
        cgroup_prop(&props, err, "DefaultDependencies=b:no") < 0 ||
        cgroup_prop(&props, err, "CollectMode=s:inactive-or-failed") < 0 ||
        cgroup_prop(&props, err, "CPUAccounting=b:yes") < 0 ||
        cgroup_prop(&props, err, "MemoryAccounting=b:yes") < 0 ||
        cgroup_prop(&props, err, "TasksAccounting=b:yes") < 0 ||
        cgroup_prop(&props, err, "%sAccounting=b:yes",
                    is_unified ? "IO" : "BlockIO") < 0 ||
        cgroup_props_limits(&props, is_unified, res, err) < 0)
        return -err->code;
    memcpy(args + 3, props.at, props.count * sizeof *args);
    if (ask(cgroups, args, answer, err) < 0)
        return -err->code;
    if (cgroup_find(cgroups, answer, err) < 0)
        return err_wrap(err, "systemd");
    if (!cgroups->count)
        return err_say(err, ENOENT, "cgroups: none are mounted");
    if (cgroup_make(cgroups, err) < 0)
        return -err->code;
    return cgroup_set_files(cgroups, res, err);
}

static int set_props(const struct cgroups *cgroups, struct cgroup_props *props,
                     struct err *err)
{
    static char set[] = "set";
    char *args[CGROUP_PROP_MAX + 3] = {set, cgroups->unit};
    char answer[ANSWER_MAX];
    memcpy(args + 2, props->at, props->count * sizeof *args);
    return props->count ? ask(cgroups, args, answer, err) : 0;
}

int cgroup_unit_set(const struct cgroups *cgroups,
                    const struct spec_resources *res, struct err *err)
{
    static struct cgroup_props props;
    if (!cgroups->unit)
        return 0;
    if (cgroup_props_limits(&props, cgroups->is_unified, res, err) < 0)
        return -err->code;
    return set_props(cgroups, &props, err);
}

int cgroup_unit_set_devices(const struct cgroups *cgroups,
                            const struct spec_resources *res, struct err *err)
{
    static struct cgroup_props props;
    if (!cgroups->unit || cgroups->is_unified)
        return 0;
    if (cgroup_props_devices(&props, res, err) < 0)
        return -err->code;
    return set_props(cgroups, &props, err);
}

int cgroup_unit_stop(const struct cgroups *cgroups, struct err *err)
{
    static char stop[] = "stop";
    char *args[] = {stop, cgroups->unit, cgroups->owner, NULL};
    char answer[ANSWER_MAX];
    return ask(cgroups, args, answer, err);
}
