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
#include "build-tools/tls_scan.h"
#include "common/elf.h"
#include "common/err.h"
#include "common/io.h"
#include "common/outfile.h"

#define EXIT_TROUBLE 1
#define FILE_DEPTH_MAX 10u /* @FILE in a file */

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
    char output[PATH_MAX];
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
    outfile_abandon(); /* NOLINT(bugprone-signal-handler): only unlinks */
    _exit(128 + sig);
}

/* What is for the linker itself. */
static int linker_option(struct link *link, const char *arg, struct err *err)
{
    static const char *const relocatable[] = {"-r", "-i", "--relocatable"};
    for (size_t n = 0; n < sizeof relocatable / sizeof relocatable[0]; n++)
        if (strcmp(arg, relocatable[n]) == 0)
            link->is_relocatable = true;
    if (link->args.count > 1 &&
        strcmp(link->args.v[link->args.count - 1], "-o") == 0) {
        link->output_idx = link->args.count;
        (void)snprintf(link->output, sizeof link->output, "%s", arg);
        if (strlen(arg) >= sizeof link->output)
            return err_set(err, ENAMETOOLONG, "%s", arg);
    }
    return args_add(&link->args, err, "%s", arg);
}

static int take_word(struct link *link, const char *arg, unsigned depth,
                     struct err *err);

/* @FILE stands for the words in the file; gcc hands on what it links that way
 * when it was called so itself. 1: there is no such file, the name is meant. */
static int take_file(struct link *link, const char *path, unsigned depth,
                     struct err *err)
{
    struct args words = {0};
    auto_free char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "re");

    if (!file)
        return 1;
    bool is_text = getdelim(&text, &size, '\0', file) > 0;
    (void)fclose(file);
    if (depth == FILE_DEPTH_MAX)
        return err_refuse(err, "@%s: files in files, %u deep", path, depth);
    int rc = is_text ? args_split(&words, text, err) : 0;
    for (size_t i = 0; rc == 0 && i < words.count; i++)
        rc = take_word(link, words.v[i], depth + 1, err);
    args_release(&words);
    return rc;
}

static int take_word(struct link *link, const char *arg, unsigned depth,
                     struct err *err)
{
    int rc = arg[0] == '@' ? take_file(link, arg + 1, depth, err) : 1;
    if (rc <= 0)
        return rc;
    if (strcmp(arg, "--uni-bare") == 0) {
        link->is_bare = true;
        return 0;
    }
    return strncmp(arg, "--uni-", 6) == 0
               ? img_opts_set(&link->opts, arg + 6, err)
               : linker_option(link, arg, err);
}

static int parse(struct link *link, int argc, char **argv, struct err *err)
{
    if (args_add(&link->args, err, "%s", link->linker) < 0)
        return -err->code;
    for (int i = 1; i < argc; i++)
        if (take_word(link, argv[i], 0, err) < 0)
            return -err->code;
    if (!link->output_idx) {
        (void)strcpy(link->output, "a.out");
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
    char target[PATH_MAX];
    const char *folder = getenv("TMPDIR");
    bool is_special;
    if (outfile_resolve(link->output, target, &is_special, err) < 0)
        return -err->code;
    int len = is_special ? snprintf(temp, sizeof temp, "%s/uni-ld.XXXXXX",
                                    folder && *folder ? folder : "/tmp")
                         : snprintf(temp, sizeof temp, "%s.ld.XXXXXX", target);
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

/* The linker's file as it is. */
static int copy_out(struct link *link, struct err *err)
{
    char buf[65536];
    struct outfile out;
    ssize_t got;
    auto_fd int fd = open(temp, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno, "open %s", temp);
    if (outfile_init(&out, link->output, 0777, err) < 0)
        return -err->code;
    int rc = 0;
    while (rc == 0 && (got = read(fd, buf, sizeof buf)) != 0)
        rc = got < 0 ? err_set(err, errno, "read %s", temp)
                     : write_full(out.fd, buf, (size_t)got, err);
    if (rc == 0)
        rc = outfile_commit(&out, err);
    outfile_release(&out);
    return rc;
}

static int pack(struct link *link, struct err *err)
{
    struct stat st;
    /* ld was asked about itself (--version, --help): there is no program. */
    if (stat(temp, &st) == 0 && st.st_size == 0)
        return 0;
    if (link->is_bare && !is_image(temp))
        return copy_out(link, err);
    if (tls_scan_file(temp, err) < 0)
        return err_wrap(err, "%s", link->output);
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

    if (io_open_std(&err) < 0)
        return EXIT_TROUBLE; /* there may be no place to say it */
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? EXIT_TROUBLE : 0;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (signal(signals[i], SIG_IGN) != SIG_IGN) /* nohup's stays so */
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
