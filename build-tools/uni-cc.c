/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uni-cc: gcc for Septum. It runs the host's gcc with a specs file that says
 * where headers and libraries are and that uni-ld links; so every option of
 * gcc works, and what is linked is an image. Only options for the image
 * (-Wu,...) and questions about the target are answered here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build-tools/args.h"
#include "build-tools/img_opts.h"
#include "build-tools/paths.h"
#include "common/err.h"
#include "common/io.h"

#define EXIT_TROUBLE 1
#define SPEC_PREFIX "-Wu,--"

static const char help[] =
    "Usage: uni-cc [gcc options] [-Wu,--OPTION=VALUE...] FILES...\n"
    "Compile and link C for Septum: gcc's options, and the output of a link\n"
    "is an image for tender(1). Options for the image, one for each -Wu:\n"
    "  -Wu,--net=NAME      a network device (--optional-net: may be absent)\n"
    "  -Wu,--block=NAME    a block device (--optional-block)\n"
    "  -Wu,--stream=NAME   a stream to a host process (--optional-stream)\n"
    "  -Wu,--rootfs=DIR    a folder to be the root file system\n"
    "  -Wu,--root=ro       no writing to it (rw: copies in memory)\n"
    "  -Wu,--tmpfs=PATH[:SIZE]  one more file system in memory\n"
    "  -Wu,--arg=ARG       an argument, if none is given at start\n"
    "  -Wu,--env=K=V       a variable of the environment\n"
    "  -Wu,--cwd=DIR       the working folder at start\n"
    "  -Wu,--stack=SIZE    bytes of main's stack (1M)\n"
    "  -Wu,--mem=SIZE      least memory it can run with\n"
    "Environment: UNI_GCC, the gcc to run (gcc). gcc's own help: gcc --help\n"
    "Exit status: gcc's; 1 for other trouble.\n";

/* What gcc has of its own stays gcc's; all else is in our folders, or it is
 * not there: the host's libraries are none for a guest. */
static bool answer_file(const char *name, const struct paths *paths)
{
    static const char *const own[] = {"libgcc.a", "libgcc_eh.a",   "libgcov.a",
                                      "include",  "include-fixed", "plugin"};
    char path[2 * PATH_MAX];
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(name, own[i]) == 0)
            return false;
    (void)snprintf(path, sizeof path, "%s/lib/%s", paths->sysroot, name);
    return puts(access(path, F_OK) == 0 ? path : name) >= 0;
}

/* Questions that gcc would answer for the host. */
static bool answer(const char *arg, const struct paths *paths)
{
    static const char file_name[] = "-print-file-name=";
    if (strncmp(arg, "--print-", 8) == 0)
        arg++; /* gcc takes both */
    if (strcmp(arg, "-dumpmachine") == 0)
        return puts("x86_64-septum-elf") >= 0;
    if (strcmp(arg, "-print-multiarch") == 0)
        return puts("") >= 0;
    if (strcmp(arg, "-print-multi-os-directory") == 0)
        return puts(".") >= 0;
    if (strcmp(arg, "-print-sysroot") == 0)
        return puts(paths->sysroot) >= 0;
    if (strcmp(arg, "-print-search-dirs") == 0)
        return printf("install: %s/lib/\nprograms: =%s/\n"
                      "libraries: =%s/lib/\n",
                      paths->sysroot, paths->bin, paths->sysroot) >= 0;
    if (strncmp(arg, file_name, strlen(file_name)) == 0)
        return answer_file(arg + strlen(file_name), paths);
    if (strcmp(arg, "--help") == 0)
        return fputs(help, stdout) >= 0;
    return false;
}

/*
 * gcc refuses -W options that it does not know, so an image option travels
 * to uni-ld as an option of the linker.
 */
static int add_image_option(struct args *args, const char *arg, struct err *err)
{
    const char *text = arg + strlen(SPEC_PREFIX);
    size_t name_len = strcspn(text, "=");
    if (!img_opts_known(text, name_len) || text[name_len] != '=')
        return err_refuse(err,
                          "%s: expected an image option with a value, "
                          "see uni-cc --help",
                          arg);
    if (args_add(args, err, "-Xlinker") < 0)
        return -err->code;
    return args_add(args, err, "--uni-%s", text);
}

/* What comes before the user's options. */
static int add_head(struct args *args, const char *gcc,
                    const struct paths *paths, struct err *err)
{
    char flags[] = UNI_MACHINE_FLAGS;

    /* gcc finds its parts by its own name. */
    if (args_add(args, err, "%s", gcc) < 0 ||
        args_add(args, err, "-specs=%s/lib/uni.specs", paths->sysroot) < 0 ||
        args_add(args, err, "-B%s/lib/", paths->sysroot) < 0 ||
        args_add(args, err, "-static") < 0 ||
        args_add(args, err, "-D__septum__=1") < 0)
        return -err->code;
    for (char *flag = strtok(flags, " "); flag; flag = strtok(NULL, " "))
        if (args_add(args, err, "%s", flag) < 0)
            return -err->code;
    return 0;
}

/* The text of @FILE, for free(), if it has image options; otherwise NULL, and
 * gcc reads it itself. */
static char *image_options_file(const char *arg)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = arg[0] == '@' ? fopen(arg + 1, "re") : NULL;

    if (!file)
        return NULL;
    bool is_text = getdelim(&text, &size, '\0', file) > 0;
    (void)fclose(file);
    if (is_text && strstr(text, SPEC_PREFIX))
        return text;
    free(text);
    return NULL;
}

static int add_option(struct args *args, const char *arg, struct err *err)
{
    if (strncmp(arg, SPEC_PREFIX, strlen(SPEC_PREFIX)) == 0)
        return add_image_option(args, arg, err);
    char *text = image_options_file(arg);
    if (!text)
        return args_add(args, err, "%s", arg);
    struct args words = {0};
    int rc = args_split(&words, text, err);
    for (size_t i = 0; rc == 0 && i < words.count; i++)
        rc = strncmp(words.v[i], SPEC_PREFIX, strlen(SPEC_PREFIX)) == 0
                 ? add_image_option(args, words.v[i], err)
                 : args_add(args, err, "%s", words.v[i]);
    args_release(&words);
    free(text);
    return rc;
}

static int run_gcc(struct args *args, int argc, char **argv,
                   const struct paths *paths, struct err *err)
{
    const char *gcc = getenv("UNI_GCC");
    if (!gcc || !*gcc)
        gcc = "gcc";
    if (add_head(args, gcc, paths, err) < 0)
        return -err->code;
    for (int i = 1; i < argc; i++) {
        if (add_option(args, argv[i], err) < 0)
            return -err->code;
        if (args_has_value(argv[i]) && i + 1 < argc &&
            args_add(args, err, "%s", argv[++i]) < 0)
            return -err->code;
    }
    if (setenv("UNI_SYSROOT", paths->sysroot, 1) < 0 ||
        setenv("UNI_BIN", paths->bin, 1) < 0)
        return err_set(err, errno, "setenv");
    /* Folders of the host's libraries; a cross compiler has none. */
    (void)unsetenv("LIBRARY_PATH");
    execvp(gcc, args->v);
    return err_set(err, errno, "run %s", gcc);
}

static int uni_cc(int argc, char **argv, struct err *err)
{
    struct paths paths;
    struct args args = {0};

    if (paths_init(&paths, err) < 0)
        return -err->code;
    for (int i = 1; i < argc; i += args_has_value(argv[i]) ? 2 : 1)
        if (answer(argv[i], &paths))
            return 0;
    int rc = run_gcc(&args, argc, argv, &paths, err);
    args_release(&args);
    return rc;
}

int main(int argc, char **argv)
{
    struct err err;

    if (io_open_std(&err) < 0)
        return EXIT_TROUBLE; /* there may be no place to say it */
    if (uni_cc(argc, argv, &err) < 0) {
        fprintf(stderr, "uni-cc: %s\n", err.text);
        return EXIT_TROUBLE;
    }
    return 0;
}
