/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of engines: see engine.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "images/engine.h"

extern char **environ;

/* Descriptors in and out are its standard input and output. */
static int run_engine(char *const *argv, int in, int out,
                      struct engine_run *run, struct err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t signals; /* which we have ignored */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGPIPE);
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc)
        return err_set(err, rc, "run %s", argv[0]);
    rc = posix_spawnattr_init(&attr);
    if (rc) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return err_set(err, rc, "run %s", argv[0]);
    }
    (void)posix_spawnattr_setsigdefault(&attr, &signals);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    rc = posix_spawn_file_actions_adddup2(&actions, in, 0);
    if (!rc)
        rc = posix_spawn_file_actions_adddup2(&actions, out, 1);
    if (!rc)
        rc = posix_spawnp(&run->pid, argv[0], &actions, &attr, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attr);
    return rc ? err_set(err, rc, "run %s", argv[0]) : 0;
}

int engine_save(const struct place *place, struct engine_run *run, int *fd,
                struct err *err)
{
    static char docker[] = "docker", podman[] = "podman", save[] = "save",
                format[] = "--format=docker-archive", quiet[] = "--quiet";
    char *const docker_argv[] = {docker, save, place->path, NULL};
    char *const podman_argv[] = {podman, save,        quiet,
                                 format, place->path, NULL};
    int ends[2];

    run->what = place->kind == PLACE_PODMAN ? "podman save" : "docker save";
    auto_fd int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return err_set(err, errno, "%s", run->what);
    auto_fd int from = ends[0], to = ends[1];
    if (run_engine(place->kind == PLACE_PODMAN ? podman_argv : docker_argv,
                   null, to, run, err) < 0)
        return -err->code;
    *fd = take_fd(&from);
    return 0;
}

int engine_load(const struct place *place, int archive, struct err *err)
{
    static char docker[] = "docker", podman[] = "podman", load[] = "load",
                quiet[] = "--quiet";
    char *const docker_argv[] = {docker, load, quiet, NULL};
    char *const podman_argv[] = {podman, load, quiet, NULL};
    struct engine_run run = {
        .what = place->kind == PLACE_PODMAN ? "podman load" : "docker load"};

    auto_fd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0 || lseek(archive, 0, SEEK_SET) < 0)
        return err_set(err, errno, "%s", run.what);
    if (run_engine(place->kind == PLACE_PODMAN ? podman_argv : docker_argv,
                   archive, null, &run, err) < 0)
        return -err->code;
    return engine_wait(&run, true, err);
}

int engine_wait(struct engine_run *run, bool is_needed, struct err *err)
{
    int status;
    if (!is_needed)
        (void)kill(run->pid, SIGTERM);
    while (waitpid(run->pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, errno, "%s", run->what);
    if (!is_needed || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return 0;
    if (WIFSIGNALED(status))
        return err_say(err, EIO, "%s was killed by signal %d", run->what,
                       WTERMSIG(status));
    return err_say(err, EIO, "%s ended with status %d", run->what,
                   WEXITSTATUS(status));
}

int source_open_engine(struct source *source, const struct img_limits *limits,
                       struct err *err)
{
    struct engine_run run;
    int end = -1;

    if (engine_save(&source->place, &run, &end, err) < 0)
        return -err->code;
    auto_fd int fd = end;
    int rc = source_open_archive(source, fd, source->place.path, limits, err);
    struct err why = {0};
    char more;
    /* An engine that came to its end knows best why there is no archive. */
    bool has_ended = rc == 0 || read(fd, &more, 1) == 0;
    io_close_fd(&fd);
    if (engine_wait(&run, has_ended, &why) < 0) {
        *err = why;
        return -err->code;
    }
    return rc;
}
