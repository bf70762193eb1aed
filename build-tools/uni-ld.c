/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uni-ld: links an image. gcc runs it as its linker (uni.specs): it takes its
 * own options (--uni-...) from the command line, lets gcc's collect2 link to
 * a temporary file, and packs that to the output.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build-tools/args.h"
#include "build-tools/img_opts.h"
#include "build-tools/rootfs.h"
#include "common/elf.h"
#include "common/err.h"
#include "common/io.h"

#define EXIT_TROUBLE 1

extern char **environ;

static const char help[] =
    "Usage: uni-ld -o OUTPUT [--uni-OPTION=VALUE...] [ld options] FILES...\n"
    "Link and pack an image for tender(1). gcc runs this program for\n"
    "uni-cc(1), which has the better interface: -Wu,--OPTION=VALUE there is\n"
    "--uni-OPTION=VALUE here.\n"
    "  --uni-bare   FILES bring their own start: an output without an image\n"
    "               note stays as ld made it\n"
    "Exit status: ld's; 1 when the output can't be made an image.\n";

struct link {
    struct img_opts opts;
    struct rootfs rootfs;
    struct args args; /* for the linker; [output_idx] is its output */
    size_t output_idx;
    const char *output;
    bool is_relocatable; /* -r: nothing to pack */
    bool is_bare;
    char linker[PATH_MAX];
};

/* The temporary file, for the signal handler. */
static char temp[PATH_MAX];

static void remove_temp(int sig)
{
    if (temp[0])
        (void)unlink(temp);
    _exit(128 + sig);
}

/* What is for the linker itself. */
static int linker_option(struct link *link, int *i, int argc, char **argv,
                         struct err *err)
{
    static const char *const relocatable[] = {"-r", "-i", "--relocatable"};
    for (size_t n = 0; n < sizeof relocatable / sizeof relocatable[0]; n++)
        if (strcmp(argv[*i], relocatable[n]) == 0)
            link->is_relocatable = true;
    if (args_add(&link->args, err, "%s", argv[*i]) < 0)
        return -err->code;
    if (strcmp(argv[*i], "-o") != 0 || *i + 1 == argc)
        return 0;
    link->output = argv[++*i];
    link->output_idx = link->args.count;
    return args_add(&link->args, err, "%s", link->output);
}

static int parse(struct link *link, int argc, char **argv, struct err *err)
{
    if (args_add(&link->args, err, "%s", link->linker) < 0)
        return -err->code;
    for (int i = 1; i < argc; i++) {
        int rc = 0;
        if (strcmp(argv[i], "--uni-bare") == 0)
            link->is_bare = true;
        else if (strncmp(argv[i], "--uni-", 6) == 0)
            rc = img_opts_set(&link->opts, argv[i] + 6, err);
        else
            rc = linker_option(link, &i, argc, argv, err);
        if (rc < 0)
            return rc;
    }
    if (!link->output_idx) {
        link->output = "a.out";
        link->output_idx = link->args.count + 1;
        if (args_add(&link->args, err, "-o") < 0 ||
            args_add(&link->args, err, "%s", link->output) < 0)
            return -err->code;
    }
    img_opts_finish(&link->opts);
    return 0;
}

/* gcc tells its subprograms where its others are; by hand, plain ld does. */
static int find_linker(struct link *link, struct err *err)
{
    const char *path = getenv("COMPILER_PATH");
    while (path && *path) {
        int len = (int)strcspn(path, ":");
        int n = snprintf(link->linker, sizeof link->linker, "%.*s/collect2",
                         len, path);
        if (n > 0 && (size_t)n < sizeof link->linker &&
            access(link->linker, X_OK) == 0)
            return 0;
        path += len;
        path += *path == ':';
    }
    if (snprintf(link->linker, sizeof link->linker, "ld") < 0)
        return err_set(err, EINVAL, "ld");
    return 0;
}

/* Returns the linker's exit status, or minus errno. */
static int run_linker(struct link *link, struct err *err)
{
    pid_t pid;
    int status;

    int rc =
        posix_spawnp(&pid, link->linker, NULL, NULL, link->args.v, environ);
    if (rc)
        return err_set(err, rc, "run %s", link->linker);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, errno, "wait for %s", link->linker);
    if (WIFSIGNALED(status))
        return err_say(err, EINTR, "%s was killed by signal %d", link->linker,
                       WTERMSIG(status));
    return WEXITSTATUS(status);
}

static int make_temp(struct link *link, struct err *err)
{
    struct stat st;
    const char *folder = getenv("TMPDIR");
    bool is_special = stat(link->output, &st) == 0 && !S_ISREG(st.st_mode);
    int len = is_special
                  ? snprintf(temp, sizeof temp, "%s/uni-ld.XXXXXX",
                             folder && *folder ? folder : "/tmp")
                  : snprintf(temp, sizeof temp, "%s.ld.XXXXXX", link->output);
    if (len < 0 || (size_t)len >= sizeof temp)
        return err_set(err, ENAMETOOLONG, "%s", link->output);
    int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0) {
        err_set(err, errno, "create %s", temp);
        temp[0] = '\0';
        return -err->code;
    }
    (void)close(fd); /* ld opens it again */
    return args_replace(&link->args, link->output_idx, temp, err);
}

/* Does the program have our note at all? */
static bool is_image(const char *path)
{
    struct elf_image image;
    struct err ignored;
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && elf_read(&image, fd, &ignored) == 0;
}

static int pack(struct link *link, struct err *err)
{
    if (link->is_bare && !is_image(temp)) {
        if (rename(temp, link->output) < 0)
            return err_set(err, errno, "rename to %s", link->output);
        return 0;
    }
    if (image_pack(temp, link->output, &link->opts.spec, err) < 0) {
        char text[ERR_TEXT_MAX];
        size_t len = strlen(temp);
        (void)snprintf(text, sizeof text, "%s", err->text);
        if (strncmp(text, temp, len) == 0) /* users know the output's name */
            return err_say(err, err->code, "%s%s", link->output, text + len);
        return -err->code;
    }
    return 0;
}

/* Returns an exit status, or minus errno. */
static int link_and_pack(struct link *link, struct err *err)
{
    const char *dir = link->opts.rootfs_dir;

    /* A bad folder is found before the linker has worked. */
    if (dir &&
        rootfs_init(&link->rootfs, &link->opts.spec.rootfs, dir, err) < 0)
        return -err->code;
    if (make_temp(link, err) < 0)
        return -err->code;
    int rc = run_linker(link, err);
    if (rc == 0)
        rc = pack(link, err);
    (void)unlink(temp); /* gone already after a rename */
    return rc;
}

static int uni_ld(struct link *link, int argc, char **argv, struct err *err)
{
    if (find_linker(link, err) < 0 || parse(link, argc, argv, err) < 0)
        return -err->code;
    return link->is_relocatable ? run_linker(link, err)
                                : link_and_pack(link, err);
}

int main(int argc, char **argv)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    struct link link = {0};
    struct err err;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? EXIT_TROUBLE : 0;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)signal(signals[i], remove_temp);
    img_opts_init(&link.opts);
    int rc = uni_ld(&link, argc, argv, &err);
    rootfs_release(&link.rootfs);
    img_opts_release(&link.opts);
    args_release(&link.args);
    if (rc < 0) {
        fprintf(stderr, "uni-ld: %s\n", err.text);
        return EXIT_TROUBLE;
    }
    return rc;
}
