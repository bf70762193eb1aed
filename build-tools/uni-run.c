/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uni-run: runs an image the way a build runs a program it has built, with
 * plenty of memory and folders of the host (septum-9p). For
 * CMAKE_CROSSCOMPILING_EMULATOR, test drivers and binfmt_misc (uni-binfmt).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "build-tools/args.h"
#include "build-tools/paths.h"
#include "common/elf.h"
#include "common/err.h"
#include "common/io.h"

/* Linux binfmts.h: argv holds the image's path, then its argv[0] */
#ifndef AT_FLAGS_PRESERVE_ARGV0
#define AT_FLAGS_PRESERVE_ARGV0 1
#endif
/* As tender(1) has them. */
#define EXIT_REFUSED 125 /* image or options */
#define EXIT_TROUBLE 126 /* the host lacks something */

static const char help[] =
    "Usage: uni-run [tender options] IMAGE [ARGS...]\n"
    "Run an image that a build has made: tender(1) with --mem=1G.\n"
    "The program sees its own root file system and a fresh /tmp; input and\n"
    "output are uni-run's.\n"
    "Environment:\n"
    "  UNI_RUN_FILES    folders of the host that it sees, too, at their own\n"
    "                   paths, separated by colons; where the working folder\n"
    "                   is in one, it is the program's. Not set: the working\n"
    "                   folder; empty: none\n"
    "  UNI_RUN_OPTIONS  options for tender, separated by spaces, such as\n"
    "                   \"--cage=kvm --mem=4G\"\n"
    "Exit status: the program's, or tender's 125, 126 and 128 + signal.\n";

static int add_words(struct args *args, const char *words, struct err *err)
{
    while (words && *words) {
        int len = (int)strcspn(words, " ");
        if (len && args_add(args, err, "%.*s", len, words) < 0)
            return -err->code;
        words += len;
        words += *words == ' ';
    }
    return 0;
}

/* The next of the folders that colons separate, without slashes at its end. */
static bool next_folder(const char **list, const char **folder, int *len)
{
    if (!*list || !**list)
        return false;
    *folder = *list;
    *len = (int)strcspn(*list, ":");
    *list += *len + ((*list)[*len] == ':');
    while (*len && (*folder)[*len - 1] == '/')
        --*len;
    return true;
}

/* The server's command line, if folders are to be served. */
static int add_server(struct args *args, const struct paths *paths,
                      const char *list, struct err *err)
{
    const char *folder;
    int len;

    if (!list || !*list)
        return 0;
    if (args_add(args, err, "%s/septum-9p", paths->bin) < 0)
        return -err->code;
    while (next_folder(&list, &folder, &len)) {
        if (*folder != '/' || !len)
            return err_refuse(err,
                              "UNI_RUN_FILES: %s: expected absolute paths of "
                              "folders below /",
                              folder);
        if (args_add(args, err, "-v") < 0 ||
            args_add(args, err, "%.*s:%.*s", len, folder, len, folder) < 0)
            return -err->code;
    }
    return args_add(args, err, "--");
}

static int add_cwd(struct args *args, const char *list, struct err *err)
{
    char cwd[PATH_MAX];
    const char *folder;
    int len;

    if (!getcwd(cwd, sizeof cwd))
        return 0;
    while (next_folder(&list, &folder, &len))
        if (strncmp(cwd, folder, (size_t)len) == 0 &&
            (cwd[len] == '\0' || cwd[len] == '/'))
            return args_add(args, err, "--conf=cwd=%s", cwd);
    return 0;
}

/* The program's own argv[0]: the image's name for tender is that, then. */
static int add_image(struct args *args, char **argv, struct err *err)
{
    int fd = open(argv[1], O_RDONLY); /* NOLINT: tender inherits it */
    if (fd < 0)
        return err_set(err, errno, "open %s", argv[1]);
    return args_add(args, err, "--image=fd:%d", fd) < 0 ||
                   args_add(args, err, "--") < 0
               ? -err->code
               : 0;
}

/* Images with streams of their own have no place for files. */
static bool takes_files(const char *path)
{
    static struct elf_image image;
    struct err ignored;
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || elf_read(&image, fd, &ignored) < 0)
        return false; /* tender will tell */
    for (uint32_t i = 0; i < image.manifest.count; i++)
        if (image.manifest.decl[i].cls == UNI_CLASS_STREAM &&
            strcmp(image.manifest.decl[i].name, "files") == 0)
            return true;
    return false;
}

/* The image among tender's options, which have their values behind a sign or
 * as the next word. NULL: there is none. */
static const char *find_image(int argc, char **argv)
{
    static const char *const bare[] = {"--trace", "--stats",   "--hidden",
                                       "--help",  "--dry-run", "--version"};
    int i = 1;
    while (i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0) {
        bool is_bare =
            strchr(argv[i], '=') || strncmp(argv[i], "--dhcp", 6) == 0;
        for (size_t n = 0; n < sizeof bare / sizeof bare[0]; n++)
            is_bare |= strcmp(argv[i], bare[n]) == 0;
        i += is_bare ? 1 : 2;
    }
    if (i < argc && strcmp(argv[i], "--") == 0)
        i++;
    return i < argc ? argv[i] : NULL;
}

/* configure has its programs write what they find out to files here. */
static const char *find_folders(int argc, char **argv)
{
    static char cwd[PATH_MAX];
    const char *list = getenv("UNI_RUN_FILES");
    const char *image = find_image(argc, argv);

    if (!image || !takes_files(image))
        return NULL;
    if (list)
        return list;
    return getcwd(cwd, sizeof cwd) && cwd[1] && !strchr(cwd, ':') ? cwd : NULL;
}

static int run_tender(struct args *args, int argc, char **argv, struct err *err)
{
    const char *list = find_folders(argc, argv);
    struct paths paths;

    if (argc < 2)
        return err_refuse(err, "expected an image, see uni-run --help");
    if (paths_init(&paths, err) < 0 ||
        add_server(args, &paths, list, err) < 0 ||
        args_add(args, err, "%s/tender", paths.bin) < 0 ||
        args_add(args, err, "--mem=1G") < 0 || add_cwd(args, list, err) < 0 ||
        add_words(args, getenv("UNI_RUN_OPTIONS"), err) < 0)
        return -err->code;
    int first = 1;
    if (getauxval(AT_FLAGS) & AT_FLAGS_PRESERVE_ARGV0 && argc > 2) {
        if (add_image(args, argv, err) < 0)
            return -err->code;
        first = 2;
    }
    for (int i = first; i < argc; i++)
        if (args_add(args, err, "%s", argv[i]) < 0)
            return -err->code;
    execv(args->v[0], args->v);
    return err_set(err, errno, "run %s", args->v[0]);
}

int main(int argc, char **argv)
{
    struct err err;

    if (io_open_std(&err) < 0)
        return EXIT_TROUBLE; /* there may be no place to say it */
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? EXIT_TROUBLE : 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("uni-run (Septum) " SEPTUM_VERSION) < 0 ? EXIT_TROUBLE : 0;
    struct args args = {0};
    (void)run_tender(&args, argc, argv, &err); /* back only when it failed */
    args_release(&args);
    fprintf(stderr, "uni-run: %s\n", err.text);
    return err.is_refusal ? EXIT_REFUSED : EXIT_TROUBLE;
}
