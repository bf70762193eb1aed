/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's plain containers go to another runtime; see delegate.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/conf.h"
#include "runnc/delegate.h"
#include "runnc/json.h"
#include "runnc/log.h"
#include "runnc/plain.h"
#include "runnc/state.h"
#include "runnc/util.h"

#define CONFIG_MAX (4u << 20)
#define POD_MARK "io.kubernetes.cri" /* begins both engines' annotations */
#define NOTE_MAX (PATH_MAX + CONTAINER_ID_MAX + 16)

/* Kubernetes' Container Runtime Interface: containerd's name, CRI-O's name. */
static const char *const type_keys[] = {POD_MARK ".container-type",
                                        POD_MARK "-o.ContainerType"};

static void note_path(char path[NOTE_MAX], const struct cmd *cmd)
{
    snprintf(path, NOTE_MAX, "%s/%s.delegate", cmd->globals->root,
             cmd->args[0]);
}

/* The runtime that has the ID: 1, *runtime; 0: nobody. The
 * caller frees *runtime, which may be NULL. */
static int find_note(const struct cmd *cmd, char **runtime, struct err *err)
{
    char path[NOTE_MAX];
    note_path(path, cmd);
    int len = file_read(AT_FDCWD, path, PATH_MAX, runtime, err);
    /* Too long a name can't have been noted; a directory is a container. */
    if (len == -ENOENT || len == -ENOTDIR || len == -ENAMETOOLONG ||
        len == -EISDIR)
        return 0;
    if (len < 0)
        return len;
    if (**runtime == '/')
        return 1;
    return err_refuse(err, "%s: expected an absolute path", path);
}

static bool has_state(const struct cmd *cmd)
{
    char path[NOTE_MAX];
    snprintf(path, sizeof path, "%s/%s", cmd->globals->root, cmd->args[0]);
    return access(path, F_OK) == 0 || errno != ENOENT;
}

/* The other runtime's state is gone: so is what we know of it. */
static void drop_note(const struct cmd *cmd)
{
    char path[NOTE_MAX];
    note_path(path, cmd);
    if (!has_state(cmd) && unlink(path) < 0 && errno != ENOENT)
        log_warn("remove %s: %s", path, strerror(errno));
}

static int exists_already(const struct cmd *cmd, struct err *err)
{
    return err_say(err, EEXIST,
                   "container with given ID already exists: %.100s",
                   cmd->args[0]);
}

static int check_runtime(const char *path, struct err *err)
{
    struct stat own, other;
    if (*path != '/')
        return err_refuse(err, "pod-runtime: %s: expected an absolute path",
                          path);
    if (access(path, X_OK) < 0 || stat(path, &other) < 0)
        return err_set(err, errno, "pod-runtime: %s", path);
    if (stat("/proc/self/exe", &own) == 0 && own.st_dev == other.st_dev &&
        own.st_ino == other.st_ino)
        return err_refuse(err, "pod-runtime: %s is runnc itself", path);
    return 0;
}

/* Settings of the host alone: a pod's author has no say in it. */
static int choose_runtime(char runtime[PATH_MAX], struct err *err)
{
    const char *path = setting_of_host("pod-runtime");
    if (!path)
        path = access("/usr/bin/runc", X_OK) == 0 ? "/usr/bin/runc"
                                                  : "/usr/sbin/runc";
    snprintf(runtime, PATH_MAX, "%s", path);
    return check_runtime(runtime, err);
}

/* --root first: our default is not theirs. Freed by the caller. */
static char **make_args(const struct cmd *cmd, const char *runtime,
                        char **words, struct err *err)
{
    size_t count = 0;
    while (words[count])
        count++;
    char **args = calloc(count + 4, sizeof *args);
    if (!args) {
        err_set(err, ENOMEM, "arguments");
        return NULL;
    }
    args[0] = (char *)runtime;
    args[1] = "--root";
    args[2] = (char *)cmd->globals->root;
    memcpy(args + 3, words, count * sizeof *words);
    return args;
}

/* Signals that were sent to us are for the runtime; the terminal's reach it
 * anyway. Returns its wait status. */
static int attend(pid_t pid, const sigset_t *all)
{
    siginfo_t info;
    int status = 0;

    for (;;) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid || (ended < 0 && errno != EINTR))
            return status;
        if (sigwaitinfo(all, &info) > 0 && info.si_signo != SIGCHLD &&
            info.si_code <= 0)
            (void)kill(pid, info.si_signo); /* it is our child still */
    }
}

/* Its containers become children of the engine when it has ended, as they
 * would be without us. */
static int run_runtime(char **args, struct err *err)
{
    sigset_t all, old;

    sigfillset(&all);
    (void)signal(SIGCHLD, SIG_DFL);
    if (sigprocmask(SIG_BLOCK, &all, &old) < 0)
        return err_set(err, errno, "signals");
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, errno, "fork");
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* as the engine wants us */
        (void)sigprocmask(SIG_SETMASK, &old, NULL);
        execv(args[0], args);
        log_error("run %s: %s", args[0], strerror(errno));
        _exit(1);
    }
    int status = attend(pid, &all);
    (void)sigprocmask(SIG_SETMASK, &old, NULL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* "sandbox", "container", or NULL outside of pods. */
static const char *pod_type(const json_t *config)
{
    const json_t *annotations = json_object_get(config, "annotations");
    for (size_t i = 0; i < sizeof type_keys / sizeof *type_keys; i++) {
        const char *type =
            json_string_value(json_object_get(annotations, type_keys[i]));
        if (type)
            return type;
    }
    return NULL;
}

/* Is a new container for the other runtime? */
static int wants(const json_t *config, const char *bundle, struct err *err)
{
    const char *type = pod_type(config);
    setting_load();
    if (!type)
        return plain_is_podmans_pause(config, bundle);
    if (!strcmp(type, "sandbox"))
        return 1;
    if (strcmp(type, "container") != 0 || !plain_is(config, bundle))
        return 0;
    const char *plain = setting_of_host("pod-plain");
    if (plain && !strcmp(plain, "yes"))
        return 1;
    if (plain && strcmp(plain, "no") != 0)
        return err_refuse(err, "pod-plain: %s: expected yes or no", plain);
    return err_refuse(err, "the container's program is not a unikernel image: "
                           "another runtime gets it if " CONF_FILE
                           " says \"pod-plain = yes\"");
}

static int wants_bundle(const char *bundle, struct err *err)
{
    char *text;
    auto_fd int dir = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return 0; /* create says it better */
    int len = file_read(dir, "config.json", CONFIG_MAX, &text, err);
    if (len < 0)
        return 0;
    /* Nearly all containers are no pod's: those are not parsed twice. */
    bool may_be_pod = strstr(text, POD_MARK) || strstr(text, PLAIN_PODMAN_MARK);
    json_t *config =
        may_be_pod ? json_text(text, (size_t)len, "config.json", err) : NULL;
    free(text);
    int rc = config ? wants(config, bundle, err) : 0;
    json_decref(config);
    return rc;
}

static int create(const struct cmd *cmd, char **words, struct err *err)
{
    char runtime[PATH_MAX], path[NOTE_MAX];

    if (choose_runtime(runtime, err) < 0 ||
        state_make_root(cmd->globals->root, err) < 0)
        return -err->code;
    if (has_state(cmd))
        return exists_already(cmd, err);
    auto_free char **args = make_args(cmd, runtime, words, err);
    note_path(path, cmd);
    if (!args ||
        file_replace(AT_FDCWD, path, runtime, strlen(runtime), err) < 0)
        return -err->code;
    int rc = run_runtime(args, err);
    drop_note(cmd); /* if it failed, or has run to its end */
    return rc;
}

static int hand_on(const struct cmd *cmd, const char *runtime, bool is_delete,
                   char **words, struct err *err)
{
    auto_free char **args = make_args(cmd, runtime, words, err);
    if (!args)
        return -err->code;
    if (!is_delete) {
        execv(runtime, args);
        return err_set(err, errno, "run %s", runtime);
    }
    int rc = run_runtime(args, err);
    if (rc >= 0)
        drop_note(cmd);
    return rc;
}

/* `create` and `run`; of an ID that may be noted. */
static int begin(const struct cmd *cmd, bool is_noted, char **words,
                 struct err *err)
{
    if (is_noted && has_state(cmd))
        return exists_already(cmd, err);
    if (is_noted) /* its delete was killed */
        drop_note(cmd);
    int rc = wants_bundle(cmd->opts.bundle ? cmd->opts.bundle : ".", err);
    if (rc <= 0)
        return rc < 0 ? rc : DELEGATE_NONE;
    return create(cmd, words, err);
}

int delegate(const struct cmd *cmd, const char *name, char **words,
             struct err *err)
{
    struct err ignored;
    char *found = NULL;

    if (cmd->arg_count < 1 || state_check_id(cmd->args[0], &ignored) < 0)
        return DELEGATE_NONE; /* or refused by the command */
    int rc = find_note(cmd, &found, err);
    auto_free char *runtime = found;
    if (rc < 0)
        return rc;
    if (!strcmp(name, "create") || !strcmp(name, "run"))
        return begin(cmd, rc, words, err);
    if (rc == 0)
        return DELEGATE_NONE;
    return hand_on(cmd, runtime, !strcmp(name, "delete"), words, err);
}
